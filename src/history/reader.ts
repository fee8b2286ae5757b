/** Reading the history: records by what is asked, pairs, overview. */

import type { HistoryOverview, HistoryQuery, HistoryRecord, PairDecision, PairWithState } from '../model.ts'
import { overviewOf } from './counters.ts'
import type { Environment, Table } from './environment.ts'
import { indexKey, pairKey, pairText, recordInIndexKey, recordKey } from './keys.ts'
import type { IndexKind } from './keys.ts'
import { pairOf, readDecision, readPair } from './pairs.ts'
import { foldForSearch } from './records.ts'

/** Records newest first; those of one moment in the order in which they were written, last first. */
export function* findRecords(environment: Environment, query: HistoryQuery): Generator<HistoryRecord> {
  for (const line of findLines(environment, query)) yield JSON.parse(line) as HistoryRecord
}

/** The same as they are kept: each a line of JSON. */
export function* findLines(environment: Environment, query: HistoryQuery): Generator<string> {
  const { records, texts } = environment.tables
  const words = query.text === undefined ? [] : [foldForSearch(query.text.trim())].filter((word) => word !== '')
  const needle = words[0] === undefined ? null : Buffer.from(words[0])
  const tests = filtersOf(query)
  for (const key of keysOf(environment, query, needle)) {
    if (needle !== null && !(texts.getBinaryFast(key)?.includes(needle) ?? false)) continue
    const bytes = records.get(key)
    if (bytes === undefined) continue
    const line = bytes.toString()
    if (tests.length > 0 && !tests.every((test) => test(JSON.parse(line) as HistoryRecord))) continue
    yield line
  }
}

type Filter = (record: HistoryRecord) => boolean

/** What the index does not say by itself; hashes in it may meet by chance. */
function filtersOf({ tier, action, verdict, people, pair, domain }: HistoryQuery): Filter[] {
  const filters: Filter[] = []
  if (tier !== undefined) filters.push((record) => record.tier === tier && record.verdict === 'detected')
  if (action !== undefined) filters.push((record) => record.action === action)
  if (verdict !== undefined) filters.push((record) => record.verdict === verdict)
  if (people !== undefined) filters.push(({ person }) => person !== null && people.includes(person))
  if (domain !== undefined) filters.push(({ domains }) => domains.includes(domain))
  if (pair !== undefined) {
    filters.push((record) => {
      const of = pairOf(record)
      return of?.directory === pair.directory && of.person === pair.person && of.address === pair.address
    })
  }
  return filters
}

/** Keys of the records that may be meant, newest first. */
function* keysOf(environment: Environment, query: HistoryQuery, needle: Buffer | null): Generator<Buffer> {
  const { index, records, texts } = environment.tables
  const from = recordKey(query.since ?? 0, 0)
  const to = query.until === undefined ? Buffer.alloc(12, 0xff) : recordKey(query.until, 0)
  const indexed = indexedBy(query)
  if (indexed === null) {
    if (needle === null) yield* backwards(records, from, to)
    else yield* matching(texts, from, to, needle)
    return
  }
  const ranges = indexed.values.map((value) =>
    backwards(index, indexKey(indexed.kind, value, from), indexKey(indexed.kind, value, to)),
  )
  yield* merged(ranges)
}

/** The narrowest index that a query can use. */
function indexedBy({ pair, people, domain }: HistoryQuery): { kind: IndexKind; values: readonly string[] } | null {
  if (pair !== undefined) return { kind: 'pair', values: [pairText(pair.directory, pair.person, pair.address)] }
  if (people !== undefined) return { kind: 'person', values: [...new Set(people)] }
  return domain === undefined ? null : { kind: 'domain', values: [domain] }
}

/** Keys from the latest to the earliest; neither bound is a record's key, as numbers begin at 1. */
function backwards(table: Table, from: Buffer, to: Buffer): Iterable<Buffer> {
  return table.getKeys({ start: to, end: from, reverse: true })
}

function* matching(texts: Table, from: Buffer, to: Buffer, needle: Buffer): Generator<Buffer> {
  for (const { key, value } of texts.getRange({ start: to, end: from, reverse: true })) {
    if (value.includes(needle)) yield key
  }
}

/** Index keys of several ranges as record keys, newest first, each once. */
function* merged(ranges: readonly Iterable<Buffer>[]): Generator<Buffer> {
  const heads = ranges.map((range) => {
    const iterator = range[Symbol.iterator]()
    return { iterator, next: iterator.next() }
  })
  let last: Buffer | null = null
  for (;;) {
    let newest: { head: (typeof heads)[number]; key: Buffer } | null = null
    for (const head of heads) {
      if (head.next.done === true) continue
      const key = head.next.value.subarray(recordInIndexKey)
      if (newest === null || key.compare(newest.key) > 0) newest = { head, key }
    }
    if (newest === null) return
    newest.head.next = newest.head.iterator.next()
    if (last === null || last.compare(newest.key) !== 0) yield newest.key
    last = newest.key
  }
}

/** The record with an event id; undefined if it is not kept. Ids begin with their time, but any process may make them: it searches. */
export function recordById(environment: Environment, id: string): HistoryRecord | undefined {
  for (const record of findRecords(environment, { text: id })) if (record.id === id) return record
  return undefined
}

/** All pairs with what was decided, the one with the latest message first. */
export function listPairs(environment: Environment): PairWithState[] {
  const { pairs, decisions } = environment.tables
  const decided = new Map<string, PairDecision>()
  for (const { key, value } of decisions.getRange({})) {
    decided.set(key.toString('hex'), JSON.parse(value.toString()) as PairDecision)
  }
  const found: PairWithState[] = []
  for (const { key, value } of pairs.getRange({})) {
    found.push(withState(JSON.parse(value.toString()) as PairWithState, decided.get(key.toString('hex')) ?? null))
  }
  return found.sort((a, b) => (a.last < b.last ? 1 : a.last > b.last ? -1 : 0))
}

/** One pair with what was decided; null if nothing of it is kept. `address` is canonical. */
export function findPair(
  environment: Environment,
  directory: string,
  person: string,
  address: string,
): PairWithState | null {
  const key = pairKey(directory, person, address)
  const pair = readPair(environment.tables, key)
  return pair === null ? null : withState(pair, readDecision(environment.tables, key))
}

function withState(pair: Omit<PairWithState, 'state' | 'decision'>, decision: PairDecision | null): PairWithState {
  return { ...pair, state: decision === null || decision.reopened !== null ? 'open' : decision.answer, decision }
}

/** How many records there are. */
export function countRecords(environment: Environment): number {
  return (environment.tables.records.getStats() as { entryCount: number }).entryCount
}

/** What a time held; see `overviewOf`. Days are read for more than a week. */
export function overview(environment: Environment, since: number, until: number): HistoryOverview {
  return overviewOf(environment.tables, since, until, until - since > 7 * 86_400_000 ? 'day' : 'hour')
}
