/** Counts what was judged, in memory that does not grow with the mail. */

import { canonicalAddress, domainOf, withoutTag } from '../../mail/address.ts'
import { isPublicMailDomain } from '../../policy/public-mail.ts'
import type { PersonRef } from '../../model.ts'
import { changeOf } from './outcome.ts'
import type { OutcomeChange, Judged, Outcome } from './outcome.ts'

/** Different texts that one count remembers; beyond them the rarest are forgotten. */
const maxTexts = 20_000

/** How often each text came. If there are very many, the rarest are forgotten and counts are lower bounds. */
export class Counter {
  readonly #counts = new Map<string, number>()

  add(text: string): void {
    this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1)
    if (this.#counts.size > maxTexts) forgetRarest(this.#counts, (count) => count)
  }

  get(text: string): number {
    return this.#counts.get(text) ?? 0
  }

  get size(): number {
    return this.#counts.size
  }

  /** The most frequent ones, ties in the order of their texts. */
  top(limit: number): [string, number][] {
    return [...this.#counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, limit)
  }
}

/** A protected person whose name an address carried. */
export interface NamedPerson extends PersonRef {
  /** The directory name. */
  readonly name: string
}

/** An address that carried protected names. */
export interface Sender {
  /** Canonical, without a +tag; `@domain` for the addresses of a service; empty if the From field held none. */
  readonly address: string
  count: number
  /** The first people whose names it carried; more than one speaks for a service. */
  readonly people: NamedPerson[]
  /** Kinds of match, in the order in which they came. */
  readonly kinds: string[]
  /** Where the first such message is. */
  readonly example: string
}

const peopleOfSender = 20

/** Addresses that carried protected names, by how often. */
export class Senders {
  readonly #senders = new Map<string, Sender>()

  /** @param outcome of a detection */
  add(source: string, outcome: Outcome, directory: string | null): void {
    // Addresses that differ in their +tag alone are one: a rule for it covers them.
    const address = withoutTag(canonicalAddress(outcome.address ?? ''))
    let sender = this.#senders.get(address)
    if (sender === undefined) {
      sender = { address, count: 0, people: [], kinds: [], example: source }
      this.#senders.set(address, sender)
    }
    sender.count++
    const { person: id, name, kind } = outcome
    if (kind !== null && !sender.kinds.includes(kind)) sender.kinds.push(kind)
    if (id !== null && sender.people.length < peopleOfSender) {
      const known = sender.people.some((person) => person.id === id && person.directory === (directory ?? ''))
      if (!known) sender.people.push({ directory: directory ?? '', id, name: name ?? '' })
    }
    if (this.#senders.size > maxTexts) forgetRarest(this.#senders, ({ count }) => count)
  }

  get size(): number {
    return this.#senders.size
  }

  top(limit: number): Sender[] {
    return this.#grouped()
      .sort((a, b) => b.count - a.count || (a.address < b.address ? -1 : 1))
      .slice(0, limit)
  }

  /** Addresses of one domain that write in the names of many are one service: `@domain` stands for them. */
  #grouped(): Sender[] {
    const byDomain = new Map<string, Sender[]>()
    for (const sender of this.#senders.values()) {
      const domain = domainOf(sender.address)
      byDomain.set(domain, [...(byDomain.get(domain) ?? []), sender])
    }
    return [...byDomain].flatMap(([domain, senders]) => {
      const people = distinct(senders.flatMap((sender) => sender.people))
      const isService = senders.length >= serviceAddresses && people.length >= servicePeople
      if (!isService || domain === '' || isPublicMailDomain(domain)) return senders
      const kinds = [...new Set(senders.flatMap((sender) => sender.kinds))]
      const count = senders.reduce((sum, sender) => sum + sender.count, 0)
      return [
        {
          address: `@${domain}`,
          count,
          people: people.slice(0, peopleOfSender),
          kinds,
          example: senders[0]?.example ?? '',
        },
      ]
    })
  }
}

/** So many addresses of a domain, with the names of so many people, speak for a service. */
const serviceAddresses = 3
const servicePeople = 3

function distinct(people: readonly NamedPerson[]): NamedPerson[] {
  return [...new Map(people.map((person) => [`${person.directory}\0${person.id}`, person])).values()]
}

/** What came on one day (UTC). */
export interface DayCount {
  messages: number
  certain: number
  likely: number
}

/** Days that are remembered: hostile dates must not fill the memory. */
const maxDays = 20_000
const dayLength = 86_400_000

export class Tally {
  readonly verdicts: Counter = new Counter()
  readonly unchecked: Counter = new Counter()
  /** `certain exact` and so on. */
  readonly kinds: Counter = new Counter()
  readonly people: Counter = new Counter()
  readonly domains: Counter = new Counter()
  readonly actions: Counter = new Counter()
  readonly senders: Senders = new Senders()
  /** By days since the epoch. */
  readonly days: Map<number, DayCount> = new Map()
  /** Where another policy is compared: what it changes. */
  readonly changes: Map<OutcomeChange, number> = new Map()
  readonly actionChanges: Counter = new Counter()
  readonly newlyHit: Senders = new Senders()
  readonly noLongerHit: Senders = new Senders()
  detectedBefore = 0
  messages = 0
  detected = 0
  /** Files and the like that could not be read, or hold no message. */
  unreadable = 0
  /** Outside the times asked for. */
  outside = 0
  /** Without a readable time. */
  undated = 0

  add(judged: Judged): void {
    const { outcome, source, directory, time, before } = judged
    this.messages++
    this.verdicts.add(outcome.verdict)
    this.#addDay(time, outcome)
    if (before !== null) this.#addChange(judged, before)
    if (outcome.verdict === 'unchecked') this.unchecked.add(outcome.reason ?? '')
    if (outcome.verdict !== 'detected') return
    this.detected++
    this.kinds.add(`${outcome.tier ?? ''} ${outcome.kind ?? ''}`)
    this.people.add(outcome.name ?? '')
    this.actions.add(outcome.action ?? '')
    this.domains.add(domainOf(canonicalAddress(outcome.address ?? '')) || '(none)')
    this.senders.add(source, outcome, directory)
  }

  #addDay(time: number | null, outcome: Outcome): void {
    if (time === null) {
      this.undated++
      return
    }
    const day = Math.floor(time / dayLength)
    let count = this.days.get(day)
    if (count === undefined) {
      if (this.days.size >= maxDays) return
      count = { messages: 0, certain: 0, likely: 0 }
      this.days.set(day, count)
    }
    count.messages++
    if (outcome.tier !== null) count[outcome.tier]++
  }

  #addChange({ source, outcome, directory }: Judged, before: Outcome): void {
    if (before.verdict === 'detected') this.detectedBefore++
    const change = changeOf(before, outcome)
    if (change === null) return
    this.changes.set(change, (this.changes.get(change) ?? 0) + 1)
    if (change === 'newly-hit') this.newlyHit.add(source, outcome, directory)
    else if (change === 'no-longer-hit') this.noLongerHit.add(source, before, null)
    else if (change === 'other-action') this.actionChanges.add(`${before.action ?? ''} to ${outcome.action ?? ''}`)
  }
}

/** Drops the half with the smallest counts. */
function forgetRarest<T>(map: Map<string, T>, countOf: (value: T) => number): void {
  const rarest = [...map].sort((a, b) => countOf(a[1]) - countOf(b[1])).slice(0, map.size >> 1)
  for (const [text] of rarest) map.delete(text)
}
