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
export function looksLikeThem(pair: Pair): boolean {
  const { count, authenticated, unauthenticated, first, last, kinds, address } = pair
  if (address === '' || count < 5 || unauthenticated > 0 || authenticated !== count) return false
  const isExact = (kinds.exact ?? 0) + (kinds.reordered ?? 0) === count
  return isExact && Date.parse(last) - Date.parse(first) >= 14 * dayMs
}

/** Changes summaries within one transaction: each entry is read once and written once. */
export class SummaryChanges {
  readonly #tables: Tables
  readonly #entries = new Map<number, Buffer>()

  constructor(environment: Environment) {
    this.#tables = environment.tables
  }

  /** @param pair null: it is gone */
  put(number: number, key: Buffer, pair: Pair | null): void {
    const entry = this.#entry(Math.floor(number / pairsOfEntry))
    const at = (number % pairsOfEntry) * summaryLength
    const summary = entry.subarray(at, at + summaryLength)
    summary.fill(0)
    if (pair === null) return
    key.copy(summary)
    summary.writeUIntBE(Math.max(0, Date.parse(pair.last)), lastAt, 6)
    summary.writeUInt32BE(pair.detected, detectedAt)
    summary.writeUInt32BE(pair.rejected, rejectedAt)
    const likely = looksLikeThem(pair) ? flags.likely : 0
    const excused = pair.count > pair.detected ? flags.excused : 0
    summary[flagsAt] = flags.there | likely | excused
  }

  write(): void {
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

function keyOf(n: number): Buffer {
  const key = Buffer.alloc(4)
  key.writeUInt32BE(n)
  return key
}

/** Pairs that are put in order first: whoever asks for a page does not wait until all are. */
const firstPage = 1000

/** Keys of pairs in an order. */
export function* orderedPairKeys(
  { tables }: Environment,
  { order = 'newest', ...wanted }: PairQuery,
  options: ReadOptions,
): Generator<Buffer> {
  const places: { entry: Buffer; at: number }[] = []
  const first: number[] = []
  const second: number[] = []
  for (const { value: entry } of tables.summaries.getRange(options)) {
    for (let at = 0; at < entry.length; at += summaryLength) {
      const flag = entry[at + flagsAt] ?? 0
      if (flag === 0) continue
      const detected = entry.readUInt32BE(at + detectedAt)
      if (wanted.likely === true && (flag & flags.likely) === 0) continue
      if (wanted.excused === true && (flag & flags.excused) === 0) continue
      if (wanted.detected === true && detected === 0) continue
      const last = entry.readUIntBE(at + lastAt, 6)
      places.push({ entry, at })
      first.push(order === 'newest' ? last : order === 'messages' ? detected : entry.readUInt32BE(at + rejectedAt))
      second.push(last)
    }
  }
  const ranked = (some: number[]): number[] =>
    some.sort((a, b) => (first[b] ?? 0) - (first[a] ?? 0) || (second[b] ?? 0) - (second[a] ?? 0))
  // Numbers are sorted without a function, which takes a fraction of the time; ties of the last one are all of the first page.
  const least = Float64Array.from(first).sort().at(-Math.min(firstPage, first.length)) ?? 0
  const parts: [number[], number[]] = [[], []]
  for (const [i, value] of first.entries()) parts[value >= least ? 0 : 1].push(i)
  for (const part of parts) {
    for (const i of ranked(part)) {
      const { entry, at } = places[i] as (typeof places)[number]
      yield Buffer.from(entry.subarray(at, at + pairKeyLength))
    }
  }
}

export function pairTotals({ tables }: Environment): PairTotals {
  let [pairs, messages] = [0, 0]
  for (const { value: entry } of tables.summaries.getRange({})) {
    for (let at = 0; at < entry.length; at += summaryLength) {
      const detected = entry.readUInt32BE(at + detectedAt)
      if (detected > 0) pairs++
      messages += detected
    }
  }
  return { pairs, messages }
}
