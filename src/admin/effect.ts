/** What a change of the rules would have done to the messages of the history. */

import { judgedLimits } from '../config/judged-limits.ts'
import type { NamesakeConfig } from '../config/types.ts'
import type { Store } from '../directory/store/store.ts'
import { canonicalAddress, domainOf } from '../mail/address.ts'
import { parseHeaderSection } from '../mail/section.ts'
import type { Action, HeaderSection, HistoryRecord, PairOf, Verdict } from '../model.ts'
import type { HistoryReader, Soon } from '../ports.ts'
import { inspectSafely } from '../policy/decide.ts'
import type { ProtectionRules } from '../policy/rules.ts'
import { count } from '../text.ts'
import type { PlannedEdit } from './protection.ts'
import { judgeBy } from './replay/people.ts'
import type { JudgedBy } from './replay/people.ts'
import { Turn } from './turn.ts'

/** Stored messages judged by the rules before and after a change. */
interface Effect {
  /** Messages judged again; those that can't be (their fields were redacted, or longer than what is kept). */
  readonly judged: number
  readonly unjudged: number
  /** Detections before that are none after, and how many of those messages were refused. */
  readonly cleared: number
  readonly clearedRefused: number
  /** No detections before that are some after. */
  readonly caught: number
  /** Detections before and after, with another action. */
  readonly otherAction: number
  /** Of the cleared ones, those of other pairs, most first. */
  readonly also: readonly { readonly name: string; readonly address: string; readonly count: number }[]
  /** Whether only the newest messages were judged. */
  readonly cut: boolean
}

export interface Preview {
  readonly planned: PlannedEdit
  /** Null where no history is kept. */
  readonly effect: Effect | null
}

/** Messages judged again at most, newest first. */
const maxJudged = 200_000
const alsoListed = 10

/**
 * Judges stored messages by both rules, each against the people known now. Gives way to whatever else the process has to do.
 * @param about the pair that the change is about: only messages that show an address of its domain can come out otherwise
 * @param maxPeople see `judgeBy`
 */
export async function effectOf(
  history: HistoryReader,
  store: Store,
  before: ProtectionRules,
  after: ProtectionRules,
  about: PairOf | null,
  config: NamesakeConfig,
  maxPeople = Infinity,
): Promise<Effect> {
  const judges = [await judgeBy(store, before, maxPeople), await judgeBy(store, after, maxPeople)] as const
  const now = Date.now()
  const tally = new EffectTally(about)
  const turn = new Turn()
  for await (const record of history.records(about === null ? {} : { domain: domainOf(about.address) })) {
    if (tally.judged >= maxJudged) {
      tally.cut = true
      break
    }
    await turn.over()
    const section = sectionOf(record)
    if (section === null) tally.unjudged++
    else {
      const [was, is] = judges.map((judge) =>
        verdictOf(section, judge, now, judgedLimits(config, record.entrance).fromField),
      )
      tally.add(record, was as Verdict, is as Verdict)
    }
  }
  return tally.effect()
}

/** What would have been done, by action, before and after a change of the rules. */
export interface ActionEffect {
  readonly judged: number
  readonly unjudged: number
  readonly before: Readonly<Record<Action, number>>
  readonly after: Readonly<Record<Action, number>>
  /** Messages that would be refused and were not, and how many of those show an address that waits for an answer. */
  readonly newlyRefused: number
  readonly newlyRefusedUndecided: number
  /** Detections before that are none after, and the other way round. */
  readonly cleared: number
  readonly caught: number
  /** Whether only the newest messages were judged. */
  readonly cut: boolean
}

/** Messages that a preview of the rules judges again at most: about two seconds. */
const maxPreviewed = 20_000

/**
 * Judges the messages kept since a time by both rules and counts what would be done about each. Gives way to whatever else
 * the process has to do.
 * @param waits whether a pair's address waits for an answer
 * @param maxPeople see `judgeBy`
 */
export async function actionEffect(
  history: Pick<HistoryReader, 'records'>,
  store: Store,
  before: ProtectionRules,
  after: ProtectionRules,
  since: number,
  config: NamesakeConfig,
  waits: (verdict: Extract<Verdict, { state: 'detected' }>) => Soon<boolean>,
  maxPeople = Infinity,
): Promise<ActionEffect> {
  const was = await judgeBy(store, before, maxPeople)
  const is = await judgeBy(store, after, maxPeople)
  const now = Date.now()
  const none = (): Record<Action, number> => ({ monitor: 0, tag: 0, quarantine: 0, reject: 0 })
  const counts = { before: none(), after: none() }
  const tally = { judged: 0, unjudged: 0, newlyRefused: 0, newlyRefusedUndecided: 0, cleared: 0, caught: 0, cut: false }
  const turn = new Turn()
  for await (const record of history.records({ since })) {
    if (tally.judged + tally.unjudged >= maxPreviewed) {
      tally.cut = true
      break
    }
    await turn.over()
    const section = sectionOf(record)
    if (section === null) {
      tally.unjudged++
      continue
    }
    tally.judged++
    const first = verdictOf(section, was, now, judgedLimits(config, record.entrance).fromField)
    const second = verdictOf(section, is, now, judgedLimits(config, record.entrance).fromField)
    if (first.state === 'detected') counts.before[first.action]++
    if (second.state === 'detected') counts.after[second.action]++
    if (first.state === 'detected' && second.state === 'clean') tally.cleared++
    if (first.state === 'clean' && second.state === 'detected') tally.caught++
    const refused = (verdict: Verdict): boolean => verdict.state === 'detected' && verdict.action === 'reject'
    if (second.state !== 'detected' || !refused(second) || refused(first)) continue
    tally.newlyRefused++
    if (await waits(second)) tally.newlyRefusedUndecided++
  }
  return { ...tally, ...counts }
}

class EffectTally {
  judged = 0
  unjudged = 0
  cut = false
  readonly #about: PairOf | null
  #cleared = 0
  #clearedRefused = 0
  #caught = 0
  #otherAction = 0
  readonly #also = new Map<string, { name: string; address: string; count: number }>()

  constructor(about: PairOf | null) {
    this.#about = about
  }

  add(record: HistoryRecord, was: Verdict, is: Verdict): void {
    this.judged++
    if (was.state !== 'detected') {
      if (is.state === 'detected') this.#caught++
      return
    }
    if (is.state === 'detected') {
      if (was.action !== is.action) this.#otherAction++
      return
    }
    if (is.state !== 'clean') return
    this.#cleared++
    if (record.disposition === 'rejected') this.#clearedRefused++
    if (this.#about === null || isOf(was, this.#about)) return
    const address = canonicalAddress(was.address)
    const key = `${was.person.directory}\0${was.person.id}\0${address}`
    this.#also.set(key, { name: was.name, address, count: (this.#also.get(key)?.count ?? 0) + 1 })
  }

  effect(): Effect {
    return {
      judged: this.judged,
      unjudged: this.unjudged,
      cleared: this.#cleared,
      clearedRefused: this.#clearedRefused,
      caught: this.#caught,
      otherAction: this.#otherAction,
      also: [...this.#also.values()].sort((a, b) => b.count - a.count).slice(0, alsoListed),
      cut: this.cut,
    }
  }
}

function isOf(verdict: Extract<Verdict, { state: 'detected' }>, about: PairOf): boolean {
  return (
    verdict.person.directory === about.directory &&
    verdict.person.id === about.person &&
    canonicalAddress(verdict.address) === about.address
  )
}

function verdictOf(section: HeaderSection, { context }: JudgedBy, now: number, fromOctets: number): Verdict {
  return inspectSafely(section, context(), { now, limits: { fromOctets }, onFailure: () => undefined }).verdict
}

/** The header section as far as a judgement looks at it; null if not all of it is kept. */
export function sectionOf(record: HistoryRecord): HeaderSection | null {
  const { originators, originatorsComplete, originatorsCharset, authenticationResults } = record
  if (originators === null || !originatorsComplete) return null
  const fields = Buffer.from(originators, originatorsCharset === 'latin1' ? 'latin1' : 'utf8')
  const results = authenticationResults.map((body) => `Authentication-Results:${body.replace(/\r?\n$/, '')}\r\n`)
  const end = fields.at(-1) === 0x0a || fields.length === 0 ? '' : '\r\n'
  return parseHeaderSection(Buffer.concat([fields, Buffer.from(end + results.join(''), 'latin1')]), false)
}

/** The effect in words, a line a finding. */
export function effectLines(effect: Effect): string[] {
  const { judged, unjudged, cleared, clearedRefused, caught, otherAction, also, cut } = effect
  const lines = [
    `would have cleared ${count(cleared, 'message', 'messages')}${clearedRefused === 0 ? '' : `, ${clearedRefused} of them refused`}`,
  ]
  for (const { name, address, count: number } of also) {
    lines.push(`would also clear: ${count(number, 'message', 'messages')} of ${JSON.stringify(name)} at ${address}`)
  }
  if (caught > 0) lines.push(`would have caught ${count(caught, 'message', 'messages')} more of those kept`)
  if (otherAction > 0) lines.push(`would have treated ${count(otherAction, 'message', 'messages')} otherwise`)
  if (unjudged > 0)
    lines.push(`${count(unjudged, 'message', 'messages')} can't be judged again: not all of their fields is kept`)
  if (cut) lines.push(`only the newest ${judged} messages were judged again`)
  return lines
}
