/** Names that a mailbox's local-part carries. */

import type { NameTables } from '../tables/tables.ts'

/**
 * Names that a mailbox's local-part carries: `jane.roe77` reads as Jane Roe. Whether someone bears them, `matchName` says.
 */

/** Longer local-parts (verp, hashes, tracking ids) carry no name that a person would see. */
const longest = 48

/** Digits and separators that people put around the name when the plain one is taken. */
const separators = /[._\-~=/]+/
const outerDigits = /^\d+|(?<!\d)\d+$/g

/**
 * The names that a local-part reads as, likeliest first, words parted by spaces; at most three, none for what looks
 * machine-made.
 * @param localPart without its `+tag` and quotes
 */
export function localPartNames(localPart: string): string[] {
  if (localPart.length > longest) return []
  const words = localPart.split(separators).filter((word) => word !== '')
  const letters = words.map((word) => word.replace(outerDigits, '')).filter((word) => word !== '')
  if (letters.length === 0 || letters.length > 5 || !/\p{L}{2}/u.test(letters.join(''))) return []
  const names = new Set([letters.join(' '), words.join(' ')])
  // jane.roe.77ab: a random tail is no word of the name.
  const tail = words.at(-1) ?? ''
  if (letters.length > 2 && /\d/.test(tail)) names.add(letters.slice(0, -1).join(' '))
  return [...names]
}

/** Spellings taken from one person's mailboxes. */
const spellingLimit = 2
const latinWord = /^[a-z]{2,20}$/

/**
 * How a name that is not written in Latin letters is spelt in them, as the person's own mailboxes tell: 高田 真一 at
 * shinichi.takada@ is Shinichi Takada. Readings of Han characters are in no rule, and romanisations differ; the directory knows.
 * @param displayName as the directory has it; of one with Latin letters nothing is taken
 * @param localParts of the person's own addresses, canonical
 * @returns at most two spellings, of two or three words each
 */
export function romanisedSpellings(displayName: string, localParts: readonly string[], tables: NameTables): string[] {
  if (/\p{Script=Latin}/u.test(displayName) || !/\p{L}/u.test(displayName)) return []
  const spellings = new Set<string>()
  for (const localPart of localParts) {
    const words = localPart.replace(outerDigits, '').split(separators)
    if (words.length < 2 || words.length > 3 || !words.every((word) => latinWord.test(word))) continue
    if (words.some((word) => tables.classOf(word) !== 0 && !tables.isName(word))) continue
    spellings.add(words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' '))
    if (spellings.size >= spellingLimit) break
  }
  return [...spellings]
}
