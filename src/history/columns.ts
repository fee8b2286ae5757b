/**
 * What records of a block are found by, side by side as numbers.
 *
 * A search reads the columns of a block in one piece and compares numbers; a thousand records take microseconds. So there is no
 * index, which would have to be written at a random place for each record and each thing it is found by.
 */

import type { RecordHead } from './head.ts'
import { sequenceOfKey, timeOfKey } from './keys.ts'

/** What a record has that a query may ask for: `tier certain`, `person 4711`. Each stands as the hash of its text. */
type TermKind = 'verdict' | 'tier' | 'kind' | 'action' | 'disposition' | 'person' | 'domain'

/** The columns of one block, records from the earliest to the latest. */
export interface Columns {
  readonly count: number
  /** Milliseconds since the epoch. */
  readonly times: Float64Array
  readonly sequences: Float64Array
  /** Two numbers a record: the first eight octets of its pair's key; zeros without a pair. */
  readonly pairs: Uint32Array
  /** Where each record's terms end in `terms`. */
  readonly termEnds: Uint32Array
  readonly terms: Uint32Array
}

/** Hashes may meet by chance: whoever finds a record by one looks at the record itself too. */
export function termHash(kind: TermKind, value: string): number {
  let hash = 0x811c9dc5
  for (const text of [kind, ' ', value]) {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  return hash >>> 0
}

function termsOf(record: RecordHead): number[] {
  const { verdict, tier, kind, action, disposition, person, domains } = record
  const terms = [termHash('verdict', verdict), termHash('disposition', disposition)]
  if (tier !== null) terms.push(termHash('tier', tier))
  if (kind !== null) terms.push(termHash('kind', kind))
  if (action !== null) terms.push(termHash('action', action))
  if (person !== null) terms.push(termHash('person', person))
  for (const domain of domains) terms.push(termHash('domain', domain))
  return terms
}

/** Makes the columns of a block, record by record. */
export class ColumnsEncoder {
  readonly #times: number[] = []
  readonly #sequences: number[] = []
  readonly #pairs: number[] = []
  readonly #termEnds: number[] = []
  readonly #terms: number[] = []

  get count(): number {
    return this.#times.length
  }

  /** @param pair the key of the record's pair; null without one */
  add(key: Buffer, record: RecordHead, pair: Buffer | null): void {
    this.#times.push(timeOfKey(key))
    this.#sequences.push(sequenceOfKey(key))
    this.#pairs.push(...(pair === null ? [0, 0] : pairNumbers(pair)))
    this.#terms.push(...termsOf(record))
    this.#termEnds.push(this.#terms.length)
  }

  /** The octets of the columns, in the order of this machine: a history is not carried between kinds of processors. */
  encode(): Buffer {
    const { count } = this
    const octets = new ArrayBuffer(8 + count * (8 + 8 + 8 + 4) + this.#terms.length * 4)
    new Uint32Array(octets, 0, 2).set([count, this.#terms.length])
    const columns = viewsOf(octets)
    columns.times.set(this.#times)
    columns.sequences.set(this.#sequences)
    columns.pairs.set(this.#pairs)
    columns.termEnds.set(this.#termEnds)
    columns.terms.set(this.#terms)
    return Buffer.from(octets)
  }
}

export function decodeColumns(octets: Buffer): Columns {
  // A copy, as LMDB's values begin anywhere.
  return viewsOf(octets.buffer.slice(octets.byteOffset, octets.byteOffset + octets.length) as ArrayBuffer)
}

function viewsOf(octets: ArrayBuffer): Columns {
  const [count = 0, terms = 0] = new Uint32Array(octets, 0, 2)
  let at = 8
  const next = (octetsEach: number, length: number): number => {
    const start = at
    at += octetsEach * length
    return start
  }
  return {
    count,
    times: new Float64Array(octets, next(8, count), count),
    sequences: new Float64Array(octets, next(8, count), count),
    pairs: new Uint32Array(octets, next(4, 2 * count), 2 * count),
    termEnds: new Uint32Array(octets, next(4, count), count),
    terms: new Uint32Array(octets, next(4, terms), terms),
  }
}

export function pairNumbers(key: Buffer): [number, number] {
  return [key.readUInt32BE(0), key.readUInt32BE(4)]
}
