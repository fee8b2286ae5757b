/** The texts of all keys. */

import type { NameTables } from '../tables/tables.ts'
import type { Part } from '../tables/variants.ts'
import { consonants, isConsonantal, latinConsonants, withoutArticle } from '../text/consonants.ts'
import { joinPairs, looksOfCharacters } from '../text/skeleton.ts'
import { romanCanon } from '../text/transliterate.ts'
import { makeWord } from '../text/word.ts'
import type { Word } from '../text/word.ts'

/**
 * Keys: short strings under which a person's spellings are stored and which a shown name is looked up by. A key only
 * leads to candidates; `matchName` decides. What both sides must agree on stands here. Families:
 *
 *   g  name written together, as it looks          every certain kind
 *   r  name written together, romanised coarsely   transliterations (R: of names in Latin letters)
 *   c  consonants of given name and surname        Arabic, Hebrew and Hangul names in Latin letters (C: of Latin ones)
 *   k  nickname class and surname                  nickname
 *   t  one part, and the other with a letter less  typo (two names with one edit share such a key)
 *   i  initial and surname, given name and initial initial
 *   v  a class of spellings of each part           variant
 */
export type KeyFamily = 'look' | 'roman' | 'consonants' | 'nickname' | 'variant' | 'typo' | 'initial'

/** Changes when the same names would get other keys; part of an indexer's fingerprint. */
export const keysVersion = 11

/** What decides which keys are of use; given alike for people and for shown names, they find each other. */
export interface KeyOptions {
  /** Whether names with initials are looked for (`J. Roe`). Default true. */
  readonly initials?: boolean
}

/** Gates: that somebody's name is in an alphabet for which Latin names have keys of their own. */
export const gates = { foreign: '*r', consonantal: '*c' } as const

/** A surname in all its romanisations, in keys of short forms and as the gate of these: for names of other alphabets. */
export function anySpelling(surname: KeyWord): string {
  return `~${canonOf(surname)}`
}

/** Gate of the names of which one part is this and the other begins with this letter. */
export function slipGate(intact: string, first: string): string {
  return `${intact} ${first}`
}

/** The forms of a word that keys are made of. */
export type KeyWord = Omit<Word, 'look' | 'otherLooks'>

const maxKeyLength = 64
const doubled = /(.)\1+/gu
const drawnOut = /(.)\1\1+/gu
const ascii = /^[\x20-\x7e]*$/

/** The given name's initial with the surname, and the given name with the surname's initial. */
export function initialKeys(given: string, surname: string): string[] {
  return [cut(`i:${[...given][0] ?? ''} ${surname}`), cut(`i:${surname} ${[...given][0] ?? ''}`)]
}

/** Words written together. Of plain ones each form is made of the forms of both, which is all but a few cases. */
export function joinWords(a: KeyWord, b: KeyWord): KeyWord {
  if (!isPlainLatin(a) || !isPlainLatin(b) || startsWithMark.test(b.raw)) return makeWord(a.raw + b.raw)
  const looks = a.looks + b.looks
  return {
    raw: a.raw + b.raw,
    plain: a.plain + b.plain,
    base: a.base + b.base,
    expanded: a.expanded + b.expanded,
    looks,
    roman: null,
    latin: a.base + b.base,
    script: 'latin',
  }
}

function isPlainLatin(word: KeyWord): boolean {
  return word.script === 'latin' && word.roman === null
}

/** A mark that belongs to the letter before it. */
const startsWithMark = /^\p{M}/u

/** Whether a word has one form alone, so that written together with others it has the one key of their looks. */
export function isAsciiWord(word: KeyWord): boolean {
  return word.base === word.plain && ascii.test(word.raw)
}

export function lookKeys(word: KeyWord): string[] {
  const keys = [lookKey(word.looks)]
  if (isAsciiWord(word)) return keys
  const add = (text: string): void => {
    const key = lookKey(looksOfCharacters(text))
    if (!keys.includes(key)) keys.push(key)
  }
  add(word.base)
  if (word.expanded !== word.base) add(word.expanded)
  if (word.script !== 'latin') add(word.plain)
  return keys
}

/** The key of one form, by the looks of its characters. */
export function lookKey(looks: string): string {
  return cut(
    `g:${isFolded(looks) ? looks : squeeze(joinPairs(isDrawnOut(looks) ? looks.replace(drawnOut, '$1') : looks))}`,
  )
}

/** Whether no letter stands twice in a row, and no two that look like one; most names are so. */
function isFolded(looks: string): boolean {
  let before = 0
  for (let i = 0; i < looks.length; i++) {
    const code = looks.charCodeAt(i)
    if (code === before || code >= 0xd800) return false
    if ((code === 0x6e && before === 0x72) || (code === 0x6c && before === 0x63)) return false
    before = code
  }
  return true
}

/** Whether a letter stands three times in a row. */
function isDrawnOut(text: string): boolean {
  for (let i = 2; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === text.charCodeAt(i - 1) && code === text.charCodeAt(i - 2)) return true
    // Of two units: left to who counts characters.
    if (code >= 0xdc00 && code < 0xe000) return true
  }
  return false
}

export function romanKey(word: KeyWord): string {
  return cut(`${word.script === 'latin' ? 'R' : 'r'}:${canonOf(word)}`)
}

/** Both orders, each word by itself, and written together. */
export function romanKeys(given: KeyWord, surname: KeyWord): string[] {
  const family = given.script === 'latin' && surname.script === 'latin' ? 'R' : 'r'
  const [first, last] = [canonOf(given), canonOf(surname)]
  return [first + last, last + first, canonOf(joinWords(given, surname)), canonOf(joinWords(surname, given))].map(
    (canon) => cut(`${family}:${canon}`),
  )
}

export function canonOf(word: KeyWord): string {
  return word.roman ?? romanCanon(word.base)
}

/**
 * Consonants of both words, in alphabetical order. Latin names are stored apart from those of consonantal scripts, as one is
 * only looked for by the other.
 */
export function consonantKeys(a: KeyWord, b: KeyWord, side: 'stored' | 'shown'): string[] {
  const consonantal = isConsonantal(a.script) && isConsonantal(b.script)
  if (!consonantal && (a.script !== 'latin' || b.script !== 'latin')) return []
  const family = consonantal === (side === 'stored') ? 'c' : 'C'
  const keys: string[] = []
  for (const x of consonantal ? consonants(a.base, a.script) : latinForms(a.base)) {
    for (const y of consonantal ? consonants(b.base, b.script) : latinForms(b.base)) {
      keys.push(cut(`${family}:${x < y ? `${x} ${y}` : `${y} ${x}`}`))
    }
  }
  return keys.slice(0, 16)
}

/** Alotaibi with its article and without; Alice has none. */
function latinForms(base: string): string[] {
  const bare = withoutArticle(base)
  return bare === null ? [latinConsonants(base)] : [latinConsonants(base), latinConsonants(bare)]
}

export function nicknameKey(nickname: string, surname: string): string {
  return cut(`k:${nickname} ${surname}`)
}

/**
 * Keys under which other spellings of a name are found: a class of the one part and one of the other, in either order. A key of two
 * parts as they are leads nowhere new.
 */
export function variantKeys(given: readonly string[], surname: readonly string[]): string[] {
  const keys: string[] = []
  for (const g of given) {
    for (const s of surname) {
      if (g.startsWith('=') && s.startsWith('=')) continue
      const key = cut(g < s ? `v:${g} ${s}` : `v:${s} ${g}`)
      if (!keys.includes(key)) keys.push(key)
    }
  }
  return keys
}

/**
 * The classes of a part's spellings: the sets of names that it stands in, and the form that it shares with spellings that sound like it.
 * A short word has no such form and stands for itself (`=jane`).
 */
export function variantClasses(base: string, part: Part, tables: NameTables): string[] {
  return [tables.variants.soundOf(base) ?? `=${base}`, ...tables.variants.setsOf(base, part)]
}

/** Gate of the surnames of a class of spellings. */
export function variantGate(surnameClass: string): string {
  return `v~${surnameClass}`
}

/** Words of fewer letters are never a slip for another (see `isSlip`). */
export const minSlip = 3

/**
 * One part as it is, with the other whole and with each letter left out in turn, from letter `from` on; double letters
 * count once.
 */
export function typoKeys(intact: string, slipped: string, from: number): string[] {
  const head = `t:${squeeze(intact).slice(0, maxKeyLength / 2)}|`
  const text = slipped.slice(0, maxKeyLength / 2)
  const keys = [head + squeeze(text)]
  if (text.length < minSlip) return keys
  for (let i = from; i < text.length; i++) {
    // Of a double letter one is enough: leaving out either gives the same.
    if (text[i] !== text[i + 1]) keys.push(head + squeeze(text.slice(0, i) + text.slice(i + 1)))
  }
  return keys
}

/** Double letters once. */
function squeeze(text: string): string {
  for (let i = 1; i < text.length; i++) {
    if (text.charCodeAt(i) === text.charCodeAt(i - 1)) return text.replace(doubled, '$1')
  }
  return text
}

/** Keys stay short: the rest of a long one is hashed (FNV-1a, 32 bit). */
export function cut(key: string): string {
  if (key.length <= maxKeyLength) return key
  let hash = 0x811c9dc5
  for (let i = maxKeyLength - 8; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return key.slice(0, maxKeyLength - 8) + (hash >>> 0).toString(36)
}
