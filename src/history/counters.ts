/** Counters by hour and day, so that an overview reads dozens of entries and not all. */

import { personKey } from '../policy/person-key.ts'
import type { HistoryOverview } from '../model.ts'
import type { RecordHead } from './head.ts'
import type { Environment, Tables } from './environment.ts'
import { counterKey, dayMs, hourMs, personCounterKey, personMark } from './keys.ts'

/** What one counter entry holds: how many records by what they are. */
type CounterParts = Record<string, number>
interface PersonCounter {
  readonly directory: string
  readonly person: string
  name: string
  count: number
}

/** Adds up what records of one transaction count, and writes each entry once. */
export class CounterChanges {
  readonly #environment: Environment
  readonly #tables: Tables
  readonly #hours = new Map<string, { key: Buffer; counter: CounterParts }>()
  /** By day and person. */
  readonly #people = new Map<string, { key: Buffer; counter: PersonCounter }>()

  constructor(environment: Environment) {
    this.#environment = environment
    this.#tables = environment.tables
  }

  add(record: RecordHead): void {
    const time = Date.parse(record.time)
    const what = whatOf(record)
    for (const kind of ['hour', 'day'] as const) {
      const id = `${kind} ${Math.floor(time / (kind === 'hour' ? hourMs : dayMs))}`
      let entry = this.#hours.get(id)
      if (entry === undefined) {
        const key = counterKey(kind, time)
        this.#hours.set(id, (entry = { key, counter: read<CounterParts>(this.#tables, key) ?? {} }))
      }
      entry.counter[what] = (entry.counter[what] ?? 0) + 1
    }
    if (record.verdict === 'detected') this.#addPerson(record, time)
  }

  #addPerson({ directory, person, name }: RecordHead, time: number): void {
    if (directory === null || person === null) return
    const of = personKey({ directory, id: person })
    const id = `${Math.floor(time / dayMs)} ${of}`
    let entry = this.#people.get(id)
    if (entry === undefined) {
      const key = personCounterKey(time, this.#markOf(of))
      const counter = read<PersonCounter>(this.#tables, key) ?? { directory, person, name: '', count: 0 }
      this.#people.set(id, (entry = { key, counter }))
    }
    entry.counter.count++
    if (name !== null) entry.counter.name = name
  }

  #markOf(person: string): Buffer {
    const { keys } = this.#environment
    let mark = keys.get(person)
    if (mark === undefined) keys.set(person, (mark = personMark(person)))
    return mark
  }

  write(): void {
    for (const { key, counter } of [...this.#hours.values(), ...this.#people.values()]) {
      this.#tables.counters.putSync(key, Buffer.from(JSON.stringify(counter)))
    }
  }
}

function whatOf({ verdict, tier, kind, action, disposition }: RecordHead): string {
  return [verdict, tier ?? '', kind ?? '', action ?? '', disposition].join(' ')
}

const nobody = Buffer.alloc(0)

function read<T>(tables: Tables, key: Buffer): T | undefined {
  const bytes = tables.counters.get(key)
  return bytes === undefined ? undefined : (JSON.parse(bytes.toString()) as T)
}

/**
 * What the time from `since` to `until` (milliseconds since the epoch, rounded out to whole steps) held.
 * @param step hours for a few days, days for more: one entry is read for each
 */
export function overviewOf(tables: Tables, since: number, until: number, step: 'hour' | 'day'): HistoryOverview {
  const length = step === 'hour' ? hourMs : dayMs
  const sums = new Map<string, number>()
  const steps: { at: number; detected: number; excused: number; unchecked: number }[] = []
  const range = { start: counterKey(step, since), end: counterKey(step, until + length - 1) }
  for (const { key, value } of tables.counters.getRange(range)) {
    const at = { at: key.readUInt32BE(1) * length, detected: 0, excused: 0, unchecked: 0 }
    for (const [what, count] of Object.entries(JSON.parse(value.toString()) as CounterParts)) {
      sums.set(what, (sums.get(what) ?? 0) + count)
      const verdict = what.slice(0, what.indexOf(' '))
      at[verdict === 'detected' ? 'detected' : verdict === 'unchecked' ? 'unchecked' : 'excused'] += count
    }
    steps.push(at)
  }
  const counts = [...sums].map(([what, count]) => ({ ...partsOf(what), count }))
  return { counts: counts.sort((a, b) => b.count - a.count), steps, people: peopleOf(tables, since, until) }
}

type CountedPart = Omit<HistoryOverview['counts'][number], 'count'>

function partsOf(what: string): CountedPart {
  const [verdict, tier, kind, action, disposition] = what.split(' ').map((part) => (part === '' ? null : part))
  return { verdict, tier, kind, action, disposition } as CountedPart
}

function peopleOf(tables: Tables, since: number, until: number): HistoryOverview['people'] {
  const found = new Map<string, PersonCounter>()
  const start = personCounterKey(since, nobody).subarray(0, 5)
  const end = personCounterKey(until + dayMs - 1, nobody).subarray(0, 5)
  for (const { value } of tables.counters.getRange({ start, end })) {
    const counter = JSON.parse(value.toString()) as PersonCounter
    const key = personKey({ directory: counter.directory, id: counter.person })
    found.set(key, { ...counter, count: (found.get(key)?.count ?? 0) + counter.count })
  }
  return [...found.values()].sort((a, b) => b.count - a.count)
}
