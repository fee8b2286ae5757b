/** All pairs in short, so that they can be put in order without reading each. */

import type { Pair, PairQuery, PairTotals } from '../model.ts'
import type { Environment, ReadOptions, Tables } from './environment.ts'
import { dayMs, pairKeyLength } from './keys.ts'

/** Each pair has a number and, in the entry of some dozen numbers, 32 octets: its key, latest time, detected, refused, flags. */
const summaryLength = 32
/** Two entries of this size fill one of LMDB's pages. */
const pairsOfEntry = 60

const lastAt = pairKeyLength
const detectedAt = lastAt + 6
const rejectedAt = detectedAt + 4
const flagsAt = rejectedAt + 4

const flags = { there: 1, likely: 2, excused: 4 } as const

/**
 * Whether all that is known speaks for the address being the person's own: many messages over weeks, each authenticated, the
 * name shown exactly each time.
 */
export function looksLikeThem({ first, last, ...pair }: Omit<Pair, 'names'>): boolean {
  return isLikely({ ...pair, first: Date.parse(first), last: Date.parse(last) })
}

/** A pair with its times in milliseconds since the epoch. */
interface SummarisedPair extends Omit<Pair, 'names' | 'first' | 'last'> {
  readonly first: number
  readonly last: number
}

function isLikely({ count, authenticated, unauthenticated, first, last, kinds, address }: SummarisedPair): boolean {
  if (address === '' || count < 5 || unauthenticated > 0 || authenticated !== count) return false
  const isExact = (kinds.exact ?? 0) + (kinds.reordered ?? 0) === count
  return isExact && last - first >= 14 * dayMs
}

/** Changes summaries within one transaction: each entry is read once and written once. */
export class SummaryChanges {
  readonly #tables: Tables
  readonly #entries = new Map<number, Buffer>()

  constructor(environment: Environment) {
    this.#tables = environment.tables
  }

  /** @param pair null: it is gone */
  put(number: number, key: Buffer, pair: SummarisedPair | null): void {
    const entry = this.#entry(Math.floor(number / pairsOfEntry))
    const at = (number % pairsOfEntry) * summaryLength
    const summary = entry.subarray(at, at + summaryLength)
    summary.fill(0)
    if (pair === null) return
    key.copy(summary)
    summary.writeUIntBE(Math.max(0, pair.last), lastAt, 6)
    summary.writeUInt32BE(pair.detected, detectedAt)
    summary.writeUInt32BE(pair.rejected, rejectedAt)
    const likely = isLikely(pair) ? flags.likely : 0
    const excused = pair.count > pair.detected ? flags.excused : 0
    summary[flagsAt] = flags.there | likely | excused
  }

  write(): void {
    if (this.#entries.size === 0) return
    const { meta } = this.#tables
    meta.putSync(stampName, Buffer.from(String(Number(meta.get(stampName)?.toString() ?? '0') + 1)))
    for (const [n, entry] of this.#entries) {
      if (entry.every((octet) => octet === 0)) this.#tables.summaries.removeSync(keyOf(n))
      else this.#tables.summaries.putSync(keyOf(n), entry)
    }
  }

  #entry(n: number): Buffer {
    let entry = this.#entries.get(n)
    if (entry === undefined) {
      const found = this.#tables.summaries.get(keyOf(n))
      entry = found === undefined ? Buffer.alloc(pairsOfEntry * summaryLength) : Buffer.from(found)
      this.#entries.set(n, entry)
    }
    return entry
  }
}

/** In `meta`: a number that is another one whenever a summary was changed. */
const stampName = 'summaries'

function keyOf(n: number): Buffer {
  const key = Buffer.alloc(4)
  key.writeUInt32BE(n)
  return key
}

/** All pairs in short, side by side as numbers, by their own numbers from the lowest on. */
interface Summaries {
  /** Entries as they are kept: a pair's summary is in the one of its number. */
  readonly entries: ReadonlyMap<number, Buffer>
  readonly numbers: Uint32Array
  /** Milliseconds since the epoch. */
  readonly last: Float64Array
  readonly detected: Uint32Array
  readonly rejected: Uint32Array
  readonly flags: Uint8Array
  readonly totals: PairTotals
}

/** Read once and kept until a pair changes: a page of a list asks for several orders of them. */
function summariesOf(environment: Environment, options: ReadOptions): Summaries {
  const { meta, summaries } = environment.tables
  const stamp = meta.get(stampName, options)?.toString() ?? ''
  return environment.remembered(stamp, () => {
    const entries = new Map<number, Buffer>()
    for (const { key, value } of summaries.getRange(options)) entries.set(key.readUInt32BE(0), value)
    return decoded(entries)
  })
}

function decoded(entries: ReadonlyMap<number, Buffer>): Summaries {
  const maxPairs = entries.size * pairsOfEntry
  const [numbers, last] = [new Uint32Array(maxPairs), new Float64Array(maxPairs)]
  const [detected, rejected, flags] = [new Uint32Array(maxPairs), new Uint32Array(maxPairs), new Uint8Array(maxPairs)]
  let [count, pairs, messages] = [0, 0, 0]
  for (const [n, entry] of entries) {
    for (let i = 0, at = 0; i < pairsOfEntry; i++, at += summaryLength) {
      const flag = entry[at + flagsAt] ?? 0
      if (flag === 0) continue
      numbers[count] = n * pairsOfEntry + i
      last[count] = entry.readUInt16BE(at + lastAt) * 2 ** 32 + entry.readUInt32BE(at + lastAt + 2)
      const found = entry.readUInt32BE(at + detectedAt)
      detected[count] = found
      rejected[count] = entry.readUInt32BE(at + rejectedAt)
      flags[count++] = flag
      if (found > 0) pairs++
      messages += found
    }
  }
  return {
    entries,
    numbers: numbers.subarray(0, count),
    ...{ last, detected, rejected, flags, totals: { pairs, messages } },
  }
}

/** Pairs that are put in order first, and how many times as many each time after that: whoever asks for a page waits for no more. */
const firstPage = 1000
const pageGrowth = 8

/**
 * Keys of pairs in an order.
 * @param from the number of a pair to begin with; null, or one that is not there: with the first
 */
export function* orderedPairKeys(
  environment: Environment,
  query: PairQuery,
  from: number | null,
  options: ReadOptions,
): Generator<Buffer> {
  const summaries = summariesOf(environment, options)
  const { entries, numbers } = summaries
  const keyAt = (place: number): Buffer => {
    const number = numbers[place] ?? 0
    const at = (number % pairsOfEntry) * summaryLength
    return Buffer.from(entries.get(Math.floor(number / pairsOfEntry))?.subarray(at, at + pairKeyLength) ?? [])
  }
  let behind = from === null ? -1 : numbers.indexOf(from)
  if (behind >= 0) yield keyAt(behind)
  for (let limit = firstPage; ; limit *= pageGrowth) {
    const places = firstOf(summaries, query, behind, limit)
    for (const place of places) yield keyAt(place)
    if (places.length < limit) return
    behind = places.at(-1) ?? -1
  }
}

/**
 * Places of the first pairs in an order, without putting all of them in it.
 * @param behind the place that they come behind; negative: any
 */
function firstOf(
  { numbers, last, detected, rejected, flags: flagsOf }: Summaries,
  { order = 'newest', likely, excused, detected: onlyDetected }: PairQuery,
  behind: number,
  limit: number,
): number[] {
  const first = order === 'newest' ? last : order === 'messages' ? detected : rejected
  const compare = (a: number, b: number): number =>
    (first[b] ?? 0) - (first[a] ?? 0) || (last[b] ?? 0) - (last[a] ?? 0) || b - a
  const wanted = (likely === true ? flags.likely : 0) | (excused === true ? flags.excused : 0)
  let found: number[] = []
  let worst = -1
  // The latest pairs have the highest numbers: most of the others come behind what is found by then.
  for (let place = numbers.length - 1; place >= 0; place--) {
    if (((flagsOf[place] ?? 0) & wanted) !== wanted || (onlyDetected === true && detected[place] === 0)) continue
    if (worst >= 0 && compare(place, worst) > 0) continue
    if (behind >= 0 && compare(place, behind) <= 0) continue
    if (found.push(place) < 4 * limit) continue
    found = found.sort(compare).slice(0, limit)
    worst = found.at(-1) ?? -1
  }
  return found.sort(compare).slice(0, limit)
}

/** What all pairs with detections come to. */
export function pairTotals(environment: Environment): PairTotals {
  return summariesOf(environment, {}).totals
}
