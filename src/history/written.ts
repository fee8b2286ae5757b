/** Records in the order in which they were written, for whoever takes them on from where it was. */

import { randomUUID } from 'node:crypto'
import type { WrittenRecord, WrittenRecords } from '../ports.ts'
import { readBlock, readColumns } from './blocks.ts'
import type { Block } from './blocks.ts'
import type { Environment, ReadOptions } from './environment.ts'
import { sequenceOfKey } from './keys.ts'

/** Records that are told of at most in one go, all as of one moment. */
const maxAtOnce = 20_000

/** Where a record lies: by itself, or at a position in a block. */
interface Place {
  readonly sequence: number
  readonly key: Buffer
  readonly position: number | null
}

/** What was written into one history, by the running number that every record has. */
export class Written implements WrittenRecords {
  readonly id: string
  readonly #environment: Environment
  /** The highest number in each block, so that a look unpacks those only that are new. */
  #highest = new Map<string, number>()

  constructor(environment: Environment) {
    this.#environment = environment
    const { meta } = environment.tables
    this.id = environment.transact(() => {
      const known = meta.get('id')?.toString()
      if (known !== undefined) return known
      const made = randomUUID()
      meta.putSync('id', Buffer.from(made))
      return made
    })
  }

  get last(): number {
    return Number(this.#environment.tables.meta.get('sequence')?.toString() ?? '0')
  }

  *after(sequence: number): Generator<WrittenRecord> {
    if (sequence >= this.last) return
    const { tables } = this.#environment
    const places = (options: ReadOptions): Place[] =>
      [...this.#single(sequence, options), ...this.#packed(sequence, options)]
        .sort((a, b) => a.sequence - b.sequence)
        .slice(0, maxAtOnce)
    yield* this.#environment.reading(function* (options) {
      let blockRead: Buffer | null = null
      let block: Block | undefined
      for (const { sequence, key, position } of places(options)) {
        let line: string | undefined
        if (position === null) line = tables.records.get(key, options)?.toString()
        else {
          // Of those that were not sent for long, one block holds many, one after the other.
          if (blockRead !== key) block = readBlock(tables, key, options)
          blockRead = key
          line = block?.line(position)
        }
        if (line !== undefined) yield { sequence, line }
      }
    })
  }

  *#single(sequence: number, options: ReadOptions): Generator<Place> {
    for (const key of this.#environment.tables.records.getKeys(options)) {
      const number = sequenceOfKey(key)
      if (number > sequence) yield { sequence: number, key: Buffer.from(key), position: null }
    }
  }

  *#packed(sequence: number, options: ReadOptions): Generator<Place> {
    const { tables } = this.#environment
    const highest = new Map<string, number>()
    for (const found of tables.blocks.getKeys(options)) {
      const key = Buffer.from(found)
      const id = key.toString('hex')
      const known = this.#highest.get(id)
      const sequences = known === undefined || known > sequence ? readColumns(tables, key, options)?.sequences : []
      highest.set(id, known ?? Math.max(0, ...(sequences ?? [])))
      for (const [position, number] of (sequences ?? []).entries()) {
        if (number > sequence) yield { sequence: number, key, position }
      }
    }
    this.#highest = highest
  }
}
