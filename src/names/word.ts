import { baseForm, expandedForm, romanCanon, romanise, scriptOfWord } from './transliterate.ts'
import type { Script } from './transliterate.ts'
import { joinPairs, looksOfCharacters } from './skeleton.ts'

/**
 * One word of a name, or several written together, in the forms in which words are compared.
 */
export interface Word {
  /** As written, without what is invisible. */
  readonly raw: string
  /** Lower case. */
  readonly plain: string
  /** Without accents. */
  readonly base: string
  /** With accented letters spelt out; equal to `base` if there are none. */
  readonly expanded: string
  /** What each character looks like; pairs still apart. */
  readonly looks: string
  /** The skeleton. */
  readonly look: string
  /** A form for all romanisations, of words in an alphabet that is spelt out in Latin letters; null for others. */
  readonly roman: string | null
  readonly script: Script
}

const asciiLetters = /^[A-Za-z]*$/

export function makeWord(raw: string): Word {
  if (asciiLetters.test(raw)) {
    const plain = raw.toLowerCase()
    const looks = plain.replaceAll('i', 'l')
    return { raw, plain, base: plain, expanded: plain, looks, look: joinPairs(looks), roman: null, script: 'latin' }
  }
  const plain = raw.toLowerCase().normalize('NFC')
  const looks = looksOfCharacters(raw)
  const latin = romanise(raw)
  return {
    raw,
    plain,
    base: baseForm(raw),
    expanded: expandedForm(raw),
    looks,
    look: joinPairs(looks),
    roman: latin === null ? null : romanCanon(latin),
    script: scriptOfWord(raw),
  }
}

/** How two words agree: letter for letter, by what a reader takes for the same, or not. */
export type Agreement = 'same' | 'disguised' | null

/**
 * Compares a shown word with a stored one. `isName` says whether a plain word is a real name of its own: such a word
 * is not taken for a disguise of another (Horne is not Home, Ila is not Lia).
 */
export function agree(shown: Word, stored: Word, isName: (base: string) => boolean): Agreement {
  if (shown.plain === stored.plain) return 'same'
  if (shown.base === stored.base) return 'disguised'
  if (sharesForm(shown, stored)) return 'disguised'
  if (shown.look === stored.look || stretched(shown, stored)) {
    const real = asciiLetters.test(shown.raw) && isPlainCase(shown.raw) && isName(shown.base)
    if (!real) return 'disguised'
  }
  return null
}

function sharesForm(a: Word, b: Word): boolean {
  if (a.expanded !== a.base || b.expanded !== b.base) {
    if (a.expanded === b.base || a.base === b.expanded || a.expanded === b.expanded) return true
    if (unspell(a.expanded) === unspell(b.expanded)) return true
  }
  if (a.roman === null && b.roman === null) return false
  if (a.script === b.script) return false
  const ra = a.roman ?? (a.script === 'latin' ? romanCanon(a.base) : null)
  const rb = b.roman ?? (b.script === 'latin' ? romanCanon(b.base) : null)
  return ra !== null && ra === rb && ra.length > 1
}

/** Spelt-out accents taken back, for words in which only some are spelt out. */
function unspell(expanded: string): string {
  return expanded
    .replace(/([aou])e/g, '$1')
    .replace(/([aeou])\1/g, '$1')
    .replace(/([scz])h/g, '$1')
}

/** Letters drawn out: Jaaane. */
function stretched(a: Word, b: Word): boolean {
  return /(.)\1\1/.test(a.look) && a.look.replace(/(.)\1+/g, '$1') === b.look.replace(/(.)\1+/g, '$1')
}

/** Not AniI: a capital in the midst of small letters may be there to be misread. */
function isPlainCase(raw: string): boolean {
  return !/[a-z]I/.test(raw)
}
