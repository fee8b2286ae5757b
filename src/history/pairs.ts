/** Pairs of person and address: what their records come to. */

import type { Pair, PairDecision, PairOf } from '../model.ts'
import { readColumns } from './blocks.ts'
import { pairNumbers } from './columns.ts'
import type { Environment, ReadOptions, Tables } from './environment.ts'
import { parseHead } from './head.ts'
import type { RecordHead } from './head.ts'
import { noteChange } from './entries.ts'
import { pairKey, pairOf, timeOfKey } from './keys.ts'
import { SummaryChanges } from './pair-summaries.ts'

/** Names shown that are told apart in one pair. */
const maxNames = 20

/** A pair with the number under which its summary stands. */
interface StoredPair extends Omit<Pair, 'names'> {
  readonly number: number
  /** No object: each name would be a shape of its own to V8, which it keeps and collects at some cost. */
  readonly names: ReadonlyMap<string, number>
}

/** A pair that is changed; its number is given when it is written. */
type ChangedPair = Omit<StoredPair, 'number'>

interface PairEntry {
  readonly key: Buffer
  readonly before: StoredPair | null
  pair: ChangedPair | null
  /** Whether its first or its last record was taken out. */
  losesFirst: boolean
  losesLast: boolean
}

/** Changes pairs within one transaction: each is read once and written once. */
export class PairChanges {
  readonly #environment: Environment
  /** By directory, person and address. */
  readonly #entries = new Map<string, PairEntry>()
  readonly #decisions = new Map<PairEntry, PairDecision | null>()

  constructor(environment: Environment) {
    this.#environment = environment
  }

  /** @returns the key of the record's pair; null without one */
  add(record: RecordHead): Buffer | null {
    const of = pairOf(record)
    if (of === null) return null
    const entry = this.#entry(of)
    const before = entry.pair
    entry.pair = {
      ...of,
      name: record.name ?? before?.name ?? '',
      ...counts(before, record, 1),
      first: before !== null && before.first < record.time ? before.first : record.time,
      last: before !== null && before.last > record.time ? before.last : record.time,
      publicProvider: record.publicProvider,
    }
    this.#reopen(entry, record)
    return entry.key
  }

  /** Takes a record out of its pair; it must be gone by the time of `write`. A pair without records goes with the last. */
  remove(record: RecordHead): void {
    const of = pairOf(record)
    const entry = of === null ? null : this.#entry(of)
    if (entry === null || entry.pair === null) return
    const left = counts(entry.pair, record, -1)
    entry.losesFirst ||= record.time <= entry.pair.first
    entry.losesLast ||= record.time >= entry.pair.last
    entry.pair = left.count <= 0 ? null : { ...entry.pair, ...left }
  }

  write(): void {
    const { pairs, decisions } = this.#environment.tables
    this.#findSpans()
    const summaries = new SummaryChanges(this.#environment)
    const entries = [...this.#entries.values()]
    const fresh = entries.filter(({ before, pair }) => before === null && pair !== null).length
    let next = fresh === 0 ? 0 : this.#environment.nextNumbers('pairs', fresh)
    for (const { key, before, pair } of entries) {
      if (pair === null) {
        if (before === null) continue
        pairs.removeSync(key)
        summaries.put(before.number, key, null)
      } else {
        const number = before?.number ?? next++
        pairs.putSync(key, encodePair(pair, number))
        summaries.put(number, key, pair)
      }
    }
    summaries.write()
    for (const [{ key }, decision] of this.#decisions) {
      if (decision === null) continue
      decisions.putSync(key, Buffer.from(JSON.stringify(decision)))
      noteChange(this.#environment, 'decision', key)
    }
  }

  #entry(of: PairOf): PairEntry {
    const id = `${of.directory}\0${of.person}\0${of.address}`
    let entry = this.#entries.get(id)
    if (entry === undefined) {
      let key = this.#environment.keys.get(id)
      if (key === undefined) this.#environment.keys.set(id, (key = pairKey(of)))
      const before = readStored(this.#environment.tables, key)
      entry = { key, before, pair: before, losesFirst: false, losesLast: false }
      this.#entries.set(id, entry)
    }
    return entry
  }

  /** Pairs whose first or last record went begin or end with another one, by what is left. */
  #findSpans(): void {
    const entries = [...this.#entries.values()].filter(({ pair }) => pair !== null)
    const first = entries.filter(({ losesFirst }) => losesFirst)
    const last = entries.filter(({ losesLast }) => losesLast)
    for (const [{ pair, entry }, time] of edges(this.#environment, first, false)) {
      entry.pair = { ...pair, first: new Date(time).toISOString() }
    }
    for (const [{ pair, entry }, time] of edges(this.#environment, last, true)) {
      entry.pair = { ...pair, last: new Date(time).toISOString() }
    }
  }

  /** An answer holds for what was seen when it was given: who was authenticated then and is not now is asked about again. */
  #reopen(entry: PairEntry, record: RecordHead): void {
    if (record.authenticated !== false) return
    let decision = this.#decisions.get(entry)
    if (decision === undefined) decision = readDecision(this.#environment.tables, entry.key)
    if (decision === null || decision.answer === 'attack' || !decision.wasAuthenticated || decision.reopened !== null) {
      return
    }
    const why = 'a message was not authenticated, as all before it were'
    this.#decisions.set(entry, { ...decision, reopened: { at: record.time, why } })
  }
}

type Edge = [{ readonly entry: PairEntry; readonly pair: ChangedPair }, number]

/**
 * When the first records of pairs came, or with `newest` the last ones. All of them are looked for in one walk over the columns, which
 * ends with the last of them that is found.
 */
function edges({ tables }: Environment, entries: readonly PairEntry[], newest: boolean): Edge[] {
  if (entries.length === 0) return []
  const wanted = new Map<string, { entry: PairEntry; pair: ChangedPair }>()
  for (const entry of entries) {
    if (entry.pair !== null) wanted.set(pairNumbers(entry.key).join(' '), { entry, pair: entry.pair })
  }
  const firstNumbers = new Set(entries.map(({ key }) => pairNumbers(key)[0]))
  const found: Edge[] = []
  const take = (pair: string, time: number): void => {
    const one = wanted.get(pair)
    if (one !== undefined) found.push([one, time])
    wanted.delete(pair)
  }
  const latest = [...tables.records.getRange({ reverse: newest })]
  const takeLatest = (): void => {
    for (const { key, value } of wanted.size === 0 ? [] : latest) {
      const of = pairOf(parseHead(value))
      if (of !== null) take(pairNumbers(pairKey(of)).join(' '), timeOfKey(key))
    }
  }
  if (newest) takeLatest()
  for (const key of wanted.size === 0 ? [] : tables.columns.getKeys({ reverse: newest })) {
    const columns = readColumns(tables, key)
    if (columns === undefined) continue
    for (let n = 0; n < columns.count; n++) {
      const i = newest ? columns.count - 1 - n : n
      const number = columns.pairs[2 * i] ?? 0
      if (firstNumbers.has(number)) take(`${number} ${columns.pairs[2 * i + 1]}`, columns.times[i] ?? 0)
    }
    if (wanted.size === 0) break
  }
  if (!newest) takeLatest()
  return found
}

type Counts = Omit<ChangedPair, 'directory' | 'person' | 'name' | 'address' | 'first' | 'last' | 'publicProvider'>

const none: Counts = {
  count: 0,
  authenticated: 0,
  unauthenticated: 0,
  detected: 0,
  rejected: 0,
  names: new Map(),
  kinds: {},
  actions: {},
}

function counts(before: Counts | null, record: RecordHead, by: 1 | -1): Counts {
  const { authenticated, verdict, disposition, fromName, kind, action } = record
  const was = before ?? none
  const isDetected = verdict === 'detected'
  return {
    count: was.count + by,
    authenticated: was.authenticated + (authenticated === true ? by : 0),
    unauthenticated: was.unauthenticated + (authenticated === false ? by : 0),
    detected: was.detected + (isDetected ? by : 0),
    rejected: was.rejected + (disposition === 'rejected' ? by : 0),
    names: namesCounted(was.names, fromName, by),
    kinds: counted(was.kinds, kind, by),
    actions: counted(was.actions, isDetected ? action : null, by),
  }
}

function namesCounted(
  before: ReadonlyMap<string, number>,
  name: string | null,
  by: number,
): ReadonlyMap<string, number> {
  if (name === null || (!before.has(name) && before.size >= maxNames)) return before
  const after = new Map(before)
  const count = (before.get(name) ?? 0) + by
  if (count > 0) after.set(name, count)
  else after.delete(name)
  return after
}

function counted(before: Readonly<Record<string, number>>, key: string | null, by: number): Record<string, number> {
  if (key === null) return before
  const count = (before[key] ?? 0) + by
  if (count > 0) return { ...before, [key]: count }
  const { [key]: _, ...others } = before
  return others
}

/** Values in the order below, without names: there may be as many pairs as records. */
type PairTuple = [
  ...[number: number, directory: string, person: string, name: string, address: string],
  ...[count: number, authenticated: number, unauthenticated: number, detected: number, rejected: number],
  ...[first: number, last: number, publicProvider: 0 | 1],
  // Names and their counts in turn; in a history of layout 2 an object.
  ...[names: (string | number)[] | Pair['names'], kinds: Pair['kinds'], actions: Pair['actions']],
]

function encodePair(pair: ChangedPair, number: number): Buffer {
  const { directory, person, name, address, count, authenticated, unauthenticated, detected, rejected } = pair
  const { first, last, publicProvider, names, kinds, actions } = pair
  const tuple: PairTuple = [
    ...([number, directory, person, name, address] as const),
    ...([count, authenticated, unauthenticated, detected, rejected] as const),
    ...([Date.parse(first), Date.parse(last), publicProvider ? 1 : 0] as const),
    ...([[...names].flat(), kinds, actions] as const),
  ]
  return Buffer.from(JSON.stringify(tuple))
}

function decodePair(octets: Buffer): StoredPair {
  const [number, directory, person, name, address, count, authenticated, unauthenticated, detected, rejected, ...rest] =
    JSON.parse(octets.toString()) as PairTuple
  const [first, last, publicProvider, names, kinds, actions] = rest
  return {
    ...{ number, directory, person, name, address, count, authenticated, unauthenticated, detected, rejected },
    ...{ first: new Date(first).toISOString(), last: new Date(last).toISOString() },
    ...{ publicProvider: publicProvider === 1, names: decodedNames(names), kinds, actions },
  }
}

function decodedNames(names: PairTuple[13]): Map<string, number> {
  if (!Array.isArray(names)) return new Map(Object.entries(names))
  const decoded = new Map<string, number>()
  for (let i = 0; i < names.length; i += 2) decoded.set(String(names[i]), Number(names[i + 1]))
  return decoded
}

/** As others are handed it: object properties by definition and not by assignment, as a name may be "__proto__". */
function pairOfStored({ number: _, names, ...pair }: StoredPair): Pair {
  return { ...pair, names: Object.fromEntries(names) }
}

function readStored(tables: Tables, key: Buffer, options: ReadOptions = {}): StoredPair | null {
  const octets = tables.pairs.get(key, options)
  return octets === undefined ? null : decodePair(octets)
}

/** The number of a pair; null if there is no such pair. */
export function pairNumber(tables: Tables, key: Buffer, options: ReadOptions): number | null {
  return readStored(tables, key, options)?.number ?? null
}

export function readPair(tables: Tables, key: Buffer, options: ReadOptions = {}): Pair | null {
  const stored = readStored(tables, key, options)
  return stored === null ? null : pairOfStored(stored)
}

/** All pairs in no order, for what must look at each. */
export function* allPairs(tables: Tables): Generator<{ readonly key: Buffer; readonly pair: Pair }> {
  for (const { key, value } of tables.pairs.getRange({})) {
    yield { key, pair: pairOfStored(decodePair(value)) }
  }
}

/** Takes pairs out, whatever records there are. Within a transaction. */
export function removePairs(environment: Environment, keys: readonly Buffer[]): void {
  const { tables } = environment
  const summaries = new SummaryChanges(environment)
  for (const key of keys) {
    const stored = readStored(tables, key)
    if (stored !== null) summaries.put(stored.number, key, null)
    tables.pairs.removeSync(key)
  }
  summaries.write()
}

export function readDecision(tables: Tables, key: Buffer, options: ReadOptions = {}): PairDecision | null {
  const bytes = tables.decisions.get(key, options)
  return bytes === undefined ? null : (JSON.parse(bytes.toString()) as PairDecision)
}
