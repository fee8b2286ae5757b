/**
 * Blocks of records: packed, found, unpacked.
 *
 * Records come one by one and lie by themselves first. Some hundred of them are packed into a block: compressed together, which takes
 * a fifth of the room, with their columns and their search texts each in one piece.
 */

import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { HistoryRecord } from '../model.ts'
import { ColumnsEncoder, decodeColumns } from './columns.ts'
import type { Columns } from './columns.ts'
import type { RecordHead } from './head.ts'
import type { ReadOptions, Tables } from './environment.ts'
import { blockKey, pairKey, pairOf, recordKey, timeOfKey } from './keys.ts'
import { recordEnd, searchTextOf } from '../search-text.ts'

/** Records of one block, and of one piece of it that is compressed by itself: what is unpacked to read one record. */
export const recordsOfBlock = 256
const recordsOfChunk = 16

/** The fastest one: others gain a tenth and take twice the time. */
const compressionLevel = 1

const lineEnd = Buffer.from('\n')

export interface KeyedRecord {
  readonly key: Buffer
  /** As JSON. */
  readonly line: Buffer
  readonly record: HistoryRecord
}

export function keyed(key: Buffer, line: Buffer): KeyedRecord {
  return { key, line, record: JSON.parse(line.toString()) as HistoryRecord }
}

/** Packs records, the earliest first, into one block. Holds no record: of each only what goes into the block. */
export class BlockPacker {
  readonly #derived = new DerivedOfBlock()
  readonly #chunks: Buffer[] = []
  /** Of the chunk that is being filled, with the line ends between them: JSON holds none. */
  #lines: Buffer[] = []
  #first: Buffer | null = null
  #last: Buffer | null = null

  get count(): number {
    return this.#derived.count
  }

  /** @param pair see `DerivedOfBlock` */
  add(key: Buffer, line: Buffer, head: RecordHead, pair?: Buffer | null): void {
    this.#first ??= key
    this.#last = key
    this.#derived.add(key, head, pair)
    if (this.#lines.push(line, lineEnd) === 2 * recordsOfChunk) this.#endChunk()
  }

  /** Writes the block, if it holds any record. Within a transaction. */
  write(tables: Tables): void {
    if (this.#first === null || this.#last === null) return
    if (this.#lines.length > 0) this.#endChunk()
    const { count } = this.#derived
    const key = blockKey(this.#last, timeOfKey(this.#first), count)
    tables.blocks.putSync(key, packed(count, this.#chunks))
    this.#derived.write(tables, key)
  }

  #endChunk(): void {
    this.#lines.pop()
    this.#chunks.push(deflateRawSync(Buffer.concat(this.#lines), { level: compressionLevel }))
    this.#lines = []
  }
}

/** What is made of a block's records to find them by. */
export class DerivedOfBlock {
  readonly #columns = new ColumnsEncoder()
  #texts = ''

  get count(): number {
    return this.#columns.count
  }

  /** @param pair the key of the record's pair, null without one; left out where nobody has made it yet */
  add(key: Buffer, head: RecordHead, pair?: Buffer | null): void {
    const of = pair === undefined ? pairOf(head) : null
    this.#columns.add(key, head, of === null ? (pair ?? null) : pairKey(of))
    this.#texts += searchTextOf(head) + String.fromCharCode(recordEnd)
  }

  /** Within a transaction. */
  write(tables: Tables, key: Buffer): void {
    tables.columns.putSync(key, this.#columns.encode())
    tables.texts.putSync(key, Buffer.from(this.#texts))
  }
}

/** Takes a block out. Within a transaction. */
export function removeBlock(tables: Tables, key: Buffer): void {
  for (const table of [tables.blocks, tables.columns, tables.texts]) table.removeSync(key)
}

/** Number of records, number of pieces, where each ends, the pieces. */
function packed(count: number, chunks: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(8 + 4 * chunks.length)
  head.writeUInt32LE(count, 0)
  head.writeUInt32LE(chunks.length, 4)
  let end = head.length
  for (const [i, chunk] of chunks.entries()) head.writeUInt32LE((end += chunk.length), 8 + 4 * i)
  return Buffer.concat([head, ...chunks])
}

/** A packed block, of which one piece is unpacked at a time. */
export class Block {
  readonly #octets: Buffer
  #chunk = -1
  #lines: string[] = []

  constructor(octets: Buffer) {
    this.#octets = octets
  }

  get count(): number {
    return this.#octets.readUInt32LE(0)
  }

  /** The record at a position, as JSON. @throws RangeError or what zlib throws for a block that is damaged */
  line(position: number): string {
    const chunk = Math.floor(position / recordsOfChunk)
    if (chunk !== this.#chunk) {
      const octets = this.#octets
      const start = chunk === 0 ? 8 + 4 * octets.readUInt32LE(4) : octets.readUInt32LE(8 + 4 * (chunk - 1))
      const end = octets.readUInt32LE(8 + 4 * chunk)
      this.#lines = inflateRawSync(octets.subarray(start, end)).toString().split('\n')
      this.#chunk = chunk
    }
    const line = this.#lines[position % recordsOfChunk]
    if (line === undefined) throw new RangeError(`a block of ${this.count} records has none at ${position}`)
    return line
  }
}

export function readBlock(tables: Tables, key: Buffer, options: ReadOptions = {}): Block | undefined {
  const octets = tables.blocks.get(key, options)
  return octets === undefined ? undefined : new Block(octets)
}

export function readColumns(tables: Tables, key: Buffer, options: ReadOptions = {}): Columns | undefined {
  const octets = tables.columns.get(key, options)
  return octets === undefined ? undefined : decodeColumns(octets)
}

/** All records of a block with their keys, the earliest first. */
export function unpack(tables: Tables, key: Buffer): KeyedRecord[] {
  const [block, columns] = [readBlock(tables, key), readColumns(tables, key)]
  if (block === undefined || columns === undefined) return []
  return Array.from({ length: columns.count }, (_, i) =>
    keyed(recordKey(columns.times[i] ?? 0, columns.sequences[i] ?? 0), Buffer.from(block.line(i))),
  )
}
