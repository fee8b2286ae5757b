/**
 * Names that few people bear, too many to be held as words: a Bloom filter, which never forgets one and takes some three other
 * words in a thousand for one. It only keeps a real name from being taken for a slip of another.
 */

import { rareNames } from './rare-names.data.ts'

/** Size of the filter in bits, a power of two; 12 for each name. */
export const rareNameBits: number = 1 << 21
const hashes = 8

const filter = Buffer.from(rareNames, 'base64')

/** Whether a word in base form may be a rare name. */
export function isRareName(base: string): boolean {
  for (const bit of rareNameHashes(base)) {
    if (((filter[bit >>> 3] ?? 0) & (1 << (bit & 7))) === 0) return false
  }
  return true
}

/** The bits of a name: two FNV-1a hashes, combined (Kirsch and Mitzenmacher). */
export function rareNameHashes(base: string): readonly number[] {
  let first = 0x811c9dc5
  let second = 0x9747b28c
  for (let i = 0; i < base.length; i++) {
    first = Math.imul(first ^ base.charCodeAt(i), 0x01000193)
    second = Math.imul(second ^ base.charCodeAt(i), 0x01000193)
  }
  second = Math.imul(second ^ (second >>> 15), 0x85ebca6b) | 1
  return Array.from({ length: hashes }, (_, i) => ((first + Math.imul(i, second)) >>> 0) % rareNameBits)
}
