/** Pairs of person and address: what their records come to. */

import { canonicalAddress } from '../mail/address.ts'
import type { HistoryRecord, Pair, PairDecision } from '../model.ts'
import type { Environment, Tables } from './environment.ts'
import { indexKey, pairKey, pairText, recordInIndexKey, timeOfKey } from './keys.ts'

/** Names shown that are told apart in one pair. */
const maxNames = 20

/** The pair that a record belongs to; null if it names no person, or not the address. */
export function pairOf(record: HistoryRecord): { directory: string; person: string; address: string } | null {
  const { directory, person, address } = record
  if (directory === null || person === null || address === null) return null
  return { directory, person, address: address === '' ? '' : canonicalAddress(address) }
}

/** Changes pairs within one transaction: each is read once and written once. */
export class PairChanges {
  readonly #environment: Environment
  readonly #pairs = new Map<string, { key: Buffer; pair: Pair | null }>()
  readonly #decisions = new Map<string, PairDecision | null>()

  constructor(environment: Environment) {
    this.#environment = environment
  }

  add(record: HistoryRecord): void {
    const of = pairOf(record)
    if (of === null) return
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
    this.#reopen(entry.key, record)
  }

  /** Takes a record out of its pair; its index entries must be gone by now. A pair without records goes with the last. */
  remove(record: HistoryRecord): void {
    const of = pairOf(record)
    const entry = of === null ? null : this.#entry(of)
    if (of === null || entry === null || entry.pair === null) return
    const left = counts(entry.pair, record, -1)
    if (left.count <= 0) {
      entry.pair = null
      return
    }
    const { first, last } = this.#span(pairText(of.directory, of.person, of.address))
    entry.pair = { ...entry.pair, ...left, first: first ?? entry.pair.first, last: last ?? entry.pair.last }
  }

  write(): void {
    const { pairs, decisions } = this.#environment.tables
    for (const { key, pair } of this.#pairs.values()) {
      if (pair === null) pairs.removeSync(key)
      else pairs.putSync(key, Buffer.from(JSON.stringify(pair)))
    }
    for (const [key, decision] of this.#decisions) {
      if (decision !== null) decisions.putSync(Buffer.from(key, 'hex'), Buffer.from(JSON.stringify(decision)))
    }
  }

  #entry({ directory, person, address }: { directory: string; person: string; address: string }): {
    key: Buffer
    pair: Pair | null
  } {
    const key = pairKey(directory, person, address)
    const id = key.toString('hex')
    let entry = this.#pairs.get(id)
    if (entry === undefined) {
      entry = { key, pair: readPair(this.#environment.tables, key) }
      this.#pairs.set(id, entry)
    }
    return entry
  }

  #span(text: string): { first: string | null; last: string | null } {
    const { index } = this.#environment.tables
    const start = indexKey('pair', text, Buffer.alloc(12))
    const end = indexKey('pair', text, Buffer.alloc(12, 0xff))
    const timeOf = (keys: Iterable<Buffer>): string | null => {
      for (const key of keys) return new Date(timeOfKey(key, recordInIndexKey)).toISOString()
      return null
    }
    return {
      first: timeOf(index.getKeys({ start, end, limit: 1 })),
      last: timeOf(index.getKeys({ start: end, end: start, reverse: true, limit: 1 })),
    }
  }

  /** An answer holds for what was seen when it was given: who was authenticated then and is not now is asked about again. */
  #reopen(key: Buffer, record: HistoryRecord): void {
    if (record.authenticated !== false) return
    const id = key.toString('hex')
    let decision = this.#decisions.get(id)
    if (decision === undefined) decision = readDecision(this.#environment.tables, key)
    if (decision === null || decision.answer === 'attack' || !decision.wasAuthenticated || decision.reopened !== null) {
      return
    }
    const why = 'a message was not authenticated, as all before it were'
    this.#decisions.set(id, { ...decision, reopened: { at: record.time, why } })
  }
}

type Counts = Omit<Pair, 'directory' | 'person' | 'name' | 'address' | 'first' | 'last' | 'publicProvider'>

const none: Counts = {
  count: 0,
  authenticated: 0,
  unauthenticated: 0,
  detected: 0,
  rejected: 0,
  names: {},
  kinds: {},
  actions: {},
}

function counts(before: Counts | null, record: HistoryRecord, by: 1 | -1): Counts {
  const { authenticated, verdict, disposition, fromName, kind, action } = record
  const was = before ?? none
  const isDetected = verdict === 'detected'
  return {
    count: was.count + by,
    authenticated: was.authenticated + (authenticated === true ? by : 0),
    unauthenticated: was.unauthenticated + (authenticated === false ? by : 0),
    detected: was.detected + (isDetected ? by : 0),
    rejected: was.rejected + (disposition === 'rejected' ? by : 0),
    names: counted(was.names, fromName, by, maxNames),
    kinds: counted(was.kinds, kind, by, Infinity),
    actions: counted(was.actions, isDetected ? action : null, by, Infinity),
  }
}

function counted<K extends string>(
  before: Readonly<Partial<Record<K, number>>>,
  key: string | null,
  by: number,
  most: number,
): Record<K, number> {
  const after = new Map<string, number>(Object.entries(before) as [string, number][])
  if (key !== null && (after.has(key) || after.size < most)) {
    const count = (after.get(key) ?? 0) + by
    if (count > 0) after.set(key, count)
    else after.delete(key)
  }
  // Not by assignment: a name may be "__proto__".
  return Object.fromEntries(after) as Record<K, number>
}

export function readPair(tables: Tables, key: Buffer): Pair | null {
  const bytes = tables.pairs.get(key)
  return bytes === undefined ? null : (JSON.parse(bytes.toString()) as Pair)
}

export function readDecision(tables: Tables, key: Buffer): PairDecision | null {
  const bytes = tables.decisions.get(key)
  return bytes === undefined ? null : (JSON.parse(bytes.toString()) as PairDecision)
}
