/** Which keys may be in a key slot: a Bloom filter that is asked before lmdb is. */

import { randomBytes } from 'node:crypto'
import { numberKey } from './format.ts'
import type { EntityNumber } from './format.ts'
import type { Tables } from './tables.ts'

/** Octets of a page: with lmdb's header it fills one of the file's. */
const pageBytes = 4032
/** All bits of a hash lie in one block, as wide as what the processor fetches at once. */
const blockBytes = 64
const blocksPerPage = pageBytes / blockBytes
/** Of so many bits a key, of six set, one key in a hundred that is not there looks as if it were. */
const bitsPerKey = 10
const minPages = 4
const headerNumber: EntityNumber = 0xffffffff

interface FilterHeader {
  readonly pages: number
  /** Another one whenever bits were added. */
  readonly stamp: string
  /** `Indexer.fingerprint` of the keys; an older Namesake writes keys without the filter, and leaves its own in the meta record. */
  readonly indexer: string
}

/**
 * Says of most hashes that are in no key slot that they are not, without a look-up in lmdb: nearly all that a stranger's name is looked
 * up by leads to nobody. It lies beside the keys, written in the transaction that writes these.
 * Bits are only ever added until the slot is made anew, so what is there is always found. A reader copies the pages that it
 * needs, 36 octets a person in all.
 */
export class KeyFilter {
  readonly #pages: (Uint8Array | undefined)[]
  readonly #blocks: number
  readonly #changed = new Set<number>()
  readonly #stored: ((page: number) => Buffer | undefined) | null
  /** What a reader tells by whether the one that it has is still the slot's. */
  readonly stamp: string

  private constructor(pages: number, stamp: string, stored: ((page: number) => Buffer | undefined) | null) {
    this.#pages = new Array<Uint8Array | undefined>(pages).fill(undefined)
    this.#blocks = pages * blocksPerPage
    this.#stored = stored
    this.stamp = stamp
  }

  /** An empty one with room for so many hashes. */
  static withRoom(hashes: number): KeyFilter {
    return new KeyFilter(Math.max(minPages, Math.ceil((hashes * bitsPerKey) / 8 / pageBytes)), '', null)
  }

  /**
   * The one of a slot, whose pages are read when they are first asked for. Null if the slot has none for the keys that it now holds.
   * @param indexer of the meta record
   * @param known one read before, given back where it is still the same
   */
  static of(tables: Tables, keySlot: number, indexer: string | null, known?: KeyFilter): KeyFilter | null {
    const bytes = tables.filters.getBinaryFast(numberKey(keySlot, headerNumber))
    if (bytes === undefined) return null
    const header = JSON.parse(bytes.toString('utf8', 0, bytes.length)) as FilterHeader
    if (header.indexer !== indexer) return null
    if (known?.stamp === header.stamp) return known
    return new KeyFilter(header.pages, header.stamp, (page) => tables.filters.getBinaryFast(numberKey(keySlot, page)))
  }

  /** Whether a hash may be in the slot; never wrongly false. */
  mayHold(hash: number): boolean {
    const low = hash >>> 0
    const block = low % this.#blocks
    const number = Math.floor(block / blocksPerPage)
    const page = this.#pages[number] ?? this.#read(number)
    const start = (block - number * blocksPerPage) * blockBytes
    const first = mixed(low, Math.floor(hash / 2 ** 32))
    if (!isSet(page, start, first) || !isSet(page, start, first >>> 9) || !isSet(page, start, first >>> 18))
      return false
    const second = mixed(first, 1)
    return isSet(page, start, second) && isSet(page, start, second >>> 9) && isSet(page, start, second >>> 18)
  }

  add(hash: number): void {
    const low = hash >>> 0
    const block = low % this.#blocks
    const number = Math.floor(block / blocksPerPage)
    const page = this.#pages[number] ?? this.#read(number)
    const start = (block - number * blocksPerPage) * blockBytes
    const first = mixed(low, Math.floor(hash / 2 ** 32))
    const second = mixed(first, 1)
    for (const bits of [first, second]) {
      for (const bit of [bits, bits >>> 9, bits >>> 18]) {
        const at = start + ((bit & 511) >>> 3)
        const before = page[at] ?? 0
        const after = before | (1 << (bit & 7))
        if (after === before) continue
        page[at] = after
        this.#changed.add(number)
      }
    }
  }

  /** Whether bits were added. Of one that is the same no reader has to read a page again. */
  get isChanged(): boolean {
    return this.#changed.size > 0
  }

  /** What was added, as entries of the table of filters; to be written together with the keys. */
  *entries(keySlot: number, indexer: string): Generator<readonly [key: Buffer, value: Buffer]> {
    for (const number of this.#changed) {
      const page = this.#pages[number]
      if (page !== undefined) yield [numberKey(keySlot, number), Buffer.from(page)]
    }
    const header: FilterHeader = { pages: this.#pages.length, stamp: randomBytes(9).toString('base64'), indexer }
    yield [numberKey(keySlot, headerNumber), Buffer.from(JSON.stringify(header))]
  }

  #read(number: number): Uint8Array {
    const page = new Uint8Array(pageBytes)
    const bytes = this.#stored?.(number)
    // A copy: lmdb hands out one buffer for all reads.
    if (bytes !== undefined) page.set(bytes.subarray(0, pageBytes))
    this.#pages[number] = page
    return page
  }
}

/** Three places of nine bits. */
function mixed(a: number, b: number): number {
  let mix = Math.imul(a ^ Math.imul(b + 1, 0x9e3779b1), 0x85ebca6b)
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35)
  return mix ^ (mix >>> 16)
}

function isSet(page: Uint8Array, start: number, bit: number): boolean {
  return ((page[start + ((bit & 511) >>> 3)] ?? 0) & (1 << (bit & 7))) !== 0
}
