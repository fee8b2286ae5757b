/** Reading the history: records by what is asked, pairs, overview. */

import type {
  HistoryOverview,
  HistoryQuery,
  HistoryRecord,
  PairDecision,
  PairOf,
  PairQuery,
  PairWithState,
} from '../model.ts'
import { readBlock, readColumns } from './blocks.ts'
import type { Block } from './blocks.ts'
import { pairNumbers, termHash } from './columns.ts'
import type { Columns } from './columns.ts'
import { overviewOf } from './counters.ts'
import type { Environment, ReadOptions, Tables } from './environment.ts'
import { countOfBlock, earliestTimeOfBlock, pairKey, pairOf, recordKey, recordKeyLength } from './keys.ts'
import { pairNumber, readDecision, readPair } from './pairs.ts'
import { orderedPairKeys } from './pair-summaries.ts'
import { singleRecords } from './records.ts'
import { parseHead } from './head.ts'
import { foldForSearch, recordEnd, searchTextOf } from '../search-text.ts'

/** Records newest first; those of one moment in the order in which they were written, last first. */
export function* findRecords(environment: Environment, query: HistoryQuery): Generator<HistoryRecord> {
  for (const line of findLines(environment, query)) yield JSON.parse(line) as HistoryRecord
}

/** The same as they are kept: each a line of JSON. */
export function* findLines(environment: Environment, query: HistoryQuery): Generator<string> {
  const filters = filtersOf(query)
  const found = environment.reading((options) => newestFirst(environment.tables, searchOf(query), options))
  for (const line of found) {
    if (filters.length === 0 || filters.every((fits) => fits(JSON.parse(line) as HistoryRecord))) yield line
  }
}

type Filter = (record: HistoryRecord) => boolean

/** What is asked of a record itself: hashes in columns may meet by chance. */
function filtersOf(query: HistoryQuery): Filter[] {
  const { tier, kind, action, disposition, verdict, people, pair, domain } = query
  const filters: Filter[] = []
  if (tier !== undefined) filters.push((record) => record.tier === tier && record.verdict === 'detected')
  if (kind !== undefined) filters.push((record) => record.kind === kind)
  if (action !== undefined) filters.push((record) => record.action === action)
  if (disposition !== undefined) filters.push((record) => record.disposition === disposition)
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

/** A query as columns and texts are asked. */
interface Search {
  readonly since: number
  /** Not in it any more. */
  readonly until: number
  readonly needle: Buffer | null
  readonly pair: readonly [number, number] | null
  /** Terms that a record must all have. */
  readonly all: readonly number[]
  /** Terms of which it must have one; null: any record. */
  readonly any: ReadonlySet<number> | null
}

function searchOf(query: HistoryQuery): Search {
  const { since = 0, until = Infinity, text = '', people, pair } = query
  const all: number[] = []
  for (const kind of ['verdict', 'tier', 'kind', 'action', 'disposition', 'domain'] as const) {
    const value = query[kind]
    if (value !== undefined) all.push(termHash(kind, value))
  }
  const needle = foldForSearch(text.trim())
  return {
    since,
    until,
    needle: needle === '' ? null : Buffer.from(needle),
    pair: pair === undefined ? null : pairNumbers(pairKey(pair)),
    all,
    any: people === undefined ? null : new Set(people.map((person) => termHash('person', person))),
  }
}

/** A place in a list of records that fit, from the newest to the oldest. */
interface ReadPlace {
  /** Time and number of the record there; null behind the last. */
  head: { readonly time: number; readonly sequence: number } | null
  readonly line: () => string
  readonly advance: () => void
}

/**
 * Lines of the records that may be meant, newest first. Blocks follow each other in time, but for a clock that was set back: a
 * block is opened as soon as its latest record may be the next one, and the newest of all open ones is.
 */
function* newestFirst(tables: Tables, search: Search, options: ReadOptions): Generator<string> {
  const open: ReadPlace[] = [placeInLatest(tables, search, options)]
  const blocks = tables.blocks
    .getKeys({ ...options, reverse: true, end: recordKey(search.since, 0) })
    [Symbol.iterator]()
  let next = blocks.next()
  try {
    for (;;) {
      let newest = newestOf(open)
      while (next.done !== true && (newest === null || isBefore(newest, next.value))) {
        if (earliestTimeOfBlock(next.value) < search.until) open.push(placeInBlock(tables, next.value, search, options))
        next = blocks.next()
        newest = newestOf(open)
      }
      if (newest === null) return
      yield newest.line()
      newest.advance()
    }
  } finally {
    blocks.return?.()
  }
}

/** The place with the newest record; places behind their last are taken out. */
function newestOf(open: ReadPlace[]): ReadPlace | null {
  let newest: ReadPlace | null = null
  for (let i = open.length - 1; i >= 0; i--) {
    const place = open[i] as ReadPlace
    if (place.head === null) open.splice(i, 1)
    else if (newest === null || newest.head === null || isLater(place.head, newest.head)) newest = place
  }
  return newest
}

type Moment = NonNullable<ReadPlace['head']>

function isLater(one: Moment, other: Moment): boolean {
  return one.time > other.time || (one.time === other.time && one.sequence > other.sequence)
}

/** Whether a block holds a later record than the place is at. */
function isBefore({ head }: ReadPlace, blockKey: Buffer): boolean {
  const latest = { time: blockKey.readUIntBE(0, 6), sequence: blockKey.readUIntBE(6, 6) }
  return head === null || isLater(latest, head)
}

/** Records that are not packed yet: a few hundred, looked at one by one. */
function placeInLatest(tables: Tables, { since, until, needle }: Search, options: ReadOptions): ReadPlace {
  const end = recordKey(since, 0)
  const start = Number.isFinite(until) ? recordKey(until, 0) : Buffer.alloc(recordKeyLength, 0xff)
  const found = [...tables.records.getRange({ ...options, start, end, reverse: true })].filter(({ value }) =>
    needle === null ? true : Buffer.from(searchTextOf(parseHead(value))).includes(needle),
  )
  let at = 0
  const headAt = (): Moment | null => {
    const key = found[at]?.key
    return key === undefined ? null : { time: key.readUIntBE(0, 6), sequence: key.readUIntBE(6, 6) }
  }
  const place: ReadPlace = {
    head: headAt(),
    line: () => found[at]?.value.toString() ?? '',
    advance: () => {
      at++
      place.head = headAt()
    },
  }
  return place
}

function placeInBlock(tables: Tables, key: Buffer, search: Search, options: ReadOptions): ReadPlace {
  const columns = readColumns(tables, key, options)
  const positions = columns === undefined ? [] : positionsOf(tables, key, columns, search, options)
  let block: Block | undefined
  let at = positions.length - 1
  const headAt = (): Moment | null => {
    const position = positions[at]
    if (columns === undefined || position === undefined) return null
    return { time: columns.times[position] ?? 0, sequence: columns.sequences[position] ?? 0 }
  }
  const place: ReadPlace = {
    head: headAt(),
    line: () => {
      block ??= readBlock(tables, key, options)
      return block?.line(positions[at] ?? 0) ?? ''
    },
    advance: () => {
      at--
      place.head = headAt()
    },
  }
  return place
}

/** Positions of records that fit, ascending. */
function positionsOf(tables: Tables, key: Buffer, columns: Columns, search: Search, options: ReadOptions): number[] {
  const { since, until, needle, pair, all, any } = search
  let holders: Set<number> | null = null
  if (needle !== null) {
    holders = holdersOf(tables.texts.get(key, options), needle)
    if (holders.size === 0) return []
  }
  const { count, times, pairs, termEnds } = columns
  const positions: number[] = []
  for (let i = 0; i < count; i++) {
    if (pair !== null && (pairs[2 * i] !== pair[0] || pairs[2 * i + 1] !== pair[1])) continue
    if (holders !== null && !holders.has(i)) continue
    const time = times[i] ?? 0
    if (time < since || time >= until) continue
    const start = i === 0 ? 0 : (termEnds[i - 1] ?? 0)
    const terms = columns.terms.subarray(start, termEnds[i] ?? 0)
    if (hasAll(terms, all) && (any === null || hasAny(terms, any))) positions.push(i)
  }
  return positions
}

function hasAll(terms: Uint32Array, wanted: readonly number[]): boolean {
  for (const term of wanted) if (!terms.includes(term)) return false
  return true
}

function hasAny(terms: Uint32Array, wanted: ReadonlySet<number>): boolean {
  for (const term of terms) if (wanted.has(term)) return true
  return false
}

/** Positions of records whose text holds the needle. */
function holdersOf(texts: Buffer | undefined, needle: Buffer): Set<number> {
  const holders = new Set<number>()
  if (texts === undefined) return holders
  let [position, start] = [0, 0]
  for (let found = texts.indexOf(needle); found >= 0; found = texts.indexOf(needle, start)) {
    // The text's position is the number of texts that end before it.
    for (let end = texts.indexOf(recordEnd, start); end >= 0 && end < found; end = texts.indexOf(recordEnd, start)) {
      position++
      start = end + 1
    }
    holders.add(position)
    const end = texts.indexOf(recordEnd, found)
    if (end < 0) break
    position++
    start = end + 1
  }
  return holders
}

/** How far from the time in its id a record is looked for first. */
const nearIdMs = 3_600_000

/** The record with an event id; undefined if it is not kept. Ids begin with their time, but any process may make them. */
export function recordById(environment: Environment, id: string): HistoryRecord | undefined {
  const time = Number.parseInt(id.slice(0, 8), 36)
  const near = Number.isNaN(time) ? {} : { since: time - nearIdMs, until: time + nearIdMs }
  for (const query of Number.isNaN(time) ? [{}] : [near, {}]) {
    for (const record of findRecords(environment, { ...query, text: id })) if (record.id === id) return record
  }
  return undefined
}

/** Pairs with what was decided, in the order that is asked for. */
export function* listPairs(environment: Environment, query: PairQuery): Generator<PairWithState> {
  yield* environment.reading(function* (options) {
    const from = query.from === undefined ? null : pairNumber(environment.tables, pairKey(query.from), options)
    for (const key of orderedPairKeys(environment, query, from, options)) {
      const pair = readPair(environment.tables, key, options)
      if (pair !== null) yield withState(pair, readDecision(environment.tables, key, options))
    }
  })
}

/** One pair with what was decided; null if nothing of it is kept. */
export function findPair(environment: Environment, of: PairOf): PairWithState | null {
  const key = pairKey(of)
  const pair = readPair(environment.tables, key)
  return pair === null ? null : withState(pair, readDecision(environment.tables, key))
}

function withState(pair: Omit<PairWithState, 'state' | 'decision'>, decision: PairDecision | null): PairWithState {
  return { ...pair, state: decision === null || decision.reopened !== null ? 'open' : decision.answer, decision }
}

/**
 * From how many addresses the names of people were shown in detections since a time, by directory id. Records are not opened for
 * it: two addresses whose hashes meet count as one.
 */
export function addressesOf(environment: Environment, people: readonly string[], since: number): Map<string, number> {
  const { tables } = environment
  const wanted = new Map(people.map((person) => [termHash('person', person), new Set<number>()]))
  const detected = termHash('verdict', 'detected')
  const add = (person: number, first: number, second: number): void => {
    // All bits of the one and as many of the other as a number holds.
    wanted.get(person)?.add(first * 2 ** 21 + (second % 2 ** 21))
  }
  const end = recordKey(since, 0)
  for (const { value } of tables.records.getRange({ reverse: true, start: Buffer.alloc(recordKeyLength, 0xff), end })) {
    const head = parseHead(value)
    const of = pairOf(head)
    if (of !== null && head.verdict === 'detected') add(termHash('person', of.person), ...pairNumbers(pairKey(of)))
  }
  for (const key of tables.columns.getKeys({ reverse: true, end })) {
    const columns = readColumns(tables, key)
    if (columns === undefined) continue
    const { count, times, pairs, terms, termEnds } = columns
    for (let i = 0, start = 0; i < count; i++) {
      const stop = termEnds[i] ?? 0
      if ((times[i] ?? 0) >= since && terms.subarray(start, stop).includes(detected)) {
        for (let n = start; n < stop; n++) add(terms[n] ?? 0, pairs[2 * i] ?? 0, pairs[2 * i + 1] ?? 0)
      }
      start = stop
    }
  }
  return new Map(people.map((person) => [person, wanted.get(termHash('person', person))?.size ?? 0]))
}

/** How many records there are. */
export function countRecords({ tables }: Environment): number {
  let count = singleRecords(tables)
  for (const key of tables.blocks.getKeys({})) count += countOfBlock(key)
  return count
}

/** What a time held; see `overviewOf`. Days are read for more than a week. */
export function overview(environment: Environment, since: number, until: number): HistoryOverview {
  return overviewOf(environment.tables, since, until, until - since > 7 * 86_400_000 ? 'day' : 'hour')
}
