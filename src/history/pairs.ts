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

/** A pair as it is read and changed; times in milliseconds since the epoch. */
interface StoredPair extends PairOf {
  name: string
  count: number
  authenticated: number
  unauthenticated: number
  detected: number
  rejected: number
  first: number
  last: number
  publicProvider: boolean
  /** No object: each name would be a shape of its own to V8, which it keeps and collects at some cost. */
  readonly names: Map<string, number>
  readonly kinds: Record<string, number>
  readonly actions: Record<string, number>
}

interface NumberedPair {
  /** Under which its summary stands. */
  readonly number: number
  readonly pair: StoredPair
}

interface PairEntry {
  readonly key: Buffer
  /** Null for a new pair, until it is written. */
  readonly number: number | null
  pair: StoredPair | null
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
    const time = Date.parse(record.time)
    const pair = (entry.pair ??= emptyPair(of, time))
    count(pair, record, 1)
    if (record.name !== null) pair.name = record.name
    if (time < pair.first) pair.first = time
    if (time > pair.last) pair.last = time
    pair.publicProvider = record.publicProvider
    this.#reopen(entry, record)
    return entry.key
  }

  /** Takes a record out of its pair; it must be gone by the time of `write`. A pair without records goes with the last. */
  remove(record: RecordHead): void {
    const of = pairOf(record)
    const entry = of === null ? null : this.#entry(of)
    if (entry === null || entry.pair === null) return
    const { pair } = entry
    const time = Date.parse(record.time)
    entry.losesFirst ||= time <= pair.first
    entry.losesLast ||= time >= pair.last
    count(pair, record, -1)
    if (pair.count <= 0) entry.pair = null
  }

  write(): void {
    const { pairs, decisions } = this.#environment.tables
    this.#findSpans()
    const summaries = new SummaryChanges(this.#environment)
    const entries = [...this.#entries.values()]
    const fresh = entries.filter(({ number, pair }) => number === null && pair !== null).length
    let next = fresh === 0 ? 0 : this.#environment.nextNumbers('pairs', fresh)
    for (const { key, number: known, pair } of entries) {
      if (pair === null) {
        if (known === null) continue
        pairs.removeSync(key)
        summaries.put(known, key, null)
      } else {
        const number = known ?? next++
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
      const stored = readStored(this.#environment.tables, key)
      const { number, pair } = stored ?? { number: null, pair: null }
      entry = { key, number, pair, losesFirst: false, losesLast: false }
      this.#entries.set(id, entry)
    }
    return entry
  }

  /** Pairs whose first or last record went begin or end with another one, by what is left. */
  #findSpans(): void {
    const entries = [...this.#entries.values()].filter(({ pair }) => pair !== null)
    const first = entries.filter(({ losesFirst }) => losesFirst)
    const last = entries.filter(({ losesLast }) => losesLast)
    for (const [pair, time] of edges(this.#environment, first, false)) pair.first = time
    for (const [pair, time] of edges(this.#environment, last, true)) pair.last = time
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

type Edge = [pair: StoredPair, time: number]

/**
 * When the first records of pairs came, or with `newest` the last ones. All of them are looked for in one walk over the columns, which
 * ends with the last of them that is found.
 */
function edges({ tables }: Environment, entries: readonly PairEntry[], newest: boolean): Edge[] {
  if (entries.length === 0) return []
  const wanted = new Map<string, StoredPair>()
  for (const { key, pair } of entries) if (pair !== null) wanted.set(pairNumbers(key).join(' '), pair)
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

/** Written out in full, as all that is made for each record: an object put together of others takes longer than all else here. */
// prettier-ignore
function emptyPair({ directory, person, address }: PairOf, time: number): StoredPair {
  return {
    directory, person, name: '', address,
    count: 0, authenticated: 0, unauthenticated: 0, detected: 0, rejected: 0,
    first: time, last: time, publicProvider: false,
    names: new Map(), kinds: {}, actions: {},
  }
}

function count(pair: StoredPair, record: RecordHead, by: 1 | -1): void {
  const { authenticated, verdict, disposition, fromName, kind, action } = record
  pair.count += by
  if (authenticated === true) pair.authenticated += by
  if (authenticated === false) pair.unauthenticated += by
  if (disposition === 'rejected') pair.rejected += by
  if (fromName !== null) countName(pair.names, fromName, by)
  if (kind !== null) countOne(pair.kinds, kind, by)
  if (verdict !== 'detected') return
  pair.detected += by
  if (action !== null) countOne(pair.actions, action, by)
}

function countName(names: Map<string, number>, name: string, by: number): void {
  if (!names.has(name) && names.size >= maxNames) return
  const left = (names.get(name) ?? 0) + by
  if (left > 0) names.set(name, left)
  else names.delete(name)
}

function countOne(counted: Record<string, number>, key: string, by: number): void {
  const left = (counted[key] ?? 0) + by
  if (left > 0) counted[key] = left
  else delete counted[key]
}

/** Values in the order below, without names: there may be as many pairs as records. */
type PairTuple = [
  ...[number: number, directory: string, person: string, name: string, address: string],
  ...[count: number, authenticated: number, unauthenticated: number, detected: number, rejected: number],
  ...[first: number, last: number, publicProvider: 0 | 1],
  // Names and their counts in turn; in a history of layout 2 an object.
  ...[names: (string | number)[] | Pair['names'], kinds: StoredPair['kinds'], actions: StoredPair['actions']],
]

// prettier-ignore
function encodePair(pair: StoredPair, number: number): Buffer {
  const names: (string | number)[] = []
  for (const [name, count] of pair.names) names.push(name, count)
  const tuple: PairTuple = [
    number, pair.directory, pair.person, pair.name, pair.address,
    pair.count, pair.authenticated, pair.unauthenticated, pair.detected, pair.rejected,
    pair.first, pair.last, pair.publicProvider ? 1 : 0,
    names, pair.kinds, pair.actions,
  ]
  return Buffer.from(JSON.stringify(tuple))
}

// prettier-ignore
function decodePair(octets: Buffer): NumberedPair {
  const [
    number, directory, person, name, address,
    count, authenticated, unauthenticated, detected, rejected,
    first, last, publicProvider,
    names, kinds, actions,
  ] = JSON.parse(octets.toString()) as PairTuple
  const pair = {
    directory, person, name, address,
    count, authenticated, unauthenticated, detected, rejected,
    first, last, publicProvider: publicProvider === 1,
    names: decodedNames(names), kinds, actions,
  }
  return { number, pair }
}

function decodedNames(names: PairTuple[13]): Map<string, number> {
  if (!Array.isArray(names)) return new Map(Object.entries(names))
  const decoded = new Map<string, number>()
  for (let i = 0; i < names.length; i += 2) decoded.set(String(names[i]), Number(names[i + 1]))
  return decoded
}

/** As others are handed it: object properties by definition and not by assignment, as a name may be "__proto__". */
function pairOfStored({ first, last, names, ...pair }: StoredPair): Pair {
  const times = { first: new Date(first).toISOString(), last: new Date(last).toISOString() }
  return { ...pair, ...times, names: Object.fromEntries(names) }
}

function readStored(tables: Tables, key: Buffer, options: ReadOptions = {}): NumberedPair | null {
  const octets = tables.pairs.get(key, options)
  return octets === undefined ? null : decodePair(octets)
}

/** The number of a pair; null if there is no such pair. */
export function pairNumber(tables: Tables, key: Buffer, options: ReadOptions): number | null {
  return readStored(tables, key, options)?.number ?? null
}

export function readPair(tables: Tables, key: Buffer, options: ReadOptions = {}): Pair | null {
  const stored = readStored(tables, key, options)
  return stored === null ? null : pairOfStored(stored.pair)
}

/** All pairs in no order, for what must look at each. */
export function* allPairs(tables: Tables): Generator<{ readonly key: Buffer; readonly pair: Pair }> {
  for (const { key, value } of tables.pairs.getRange({})) {
    yield { key, pair: pairOfStored(decodePair(value).pair) }
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
