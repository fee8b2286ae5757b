/** One word in the forms that are compared. */

import { isConsonantal, spells } from './consonants.ts'
import { baseForm, expandedForm, romanCanon, romanise, scriptOfWord } from './transliterate.ts'
import type { Script } from './transliterate.ts'
import { joinPairs, looksOfCharacters, skeleton } from './skeleton.ts'

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
  /** Skeletons of the other forms, where they differ: of groß also that of gross. */
  readonly otherLooks: readonly string[]
  /** A form for all romanisations, of words in an alphabet that is spelt out in Latin letters; null for others. */
  readonly roman: string | null
  /** The word in Latin letters, base form: `base` itself for a Latin word and for one that is not spelt out. */
  readonly latin: string
  readonly script: Script
}

const none: readonly string[] = []
const drawnOut = /(.)\1\1/
const doubled = /(.)\1+/g
const asciiLetters = /^[A-Za-z]*$/

export function makeWord(raw: string): Word {
  if (asciiLetters.test(raw)) {
    const plain = raw.toLowerCase()
    const looks = plain.includes('i') ? plain.replaceAll('i', 'l') : plain
    return {
      raw,
      plain,
      base: plain,
      expanded: plain,
      looks,
      look: joinPairs(looks),
      otherLooks: none,
      roman: null,
      latin: plain,
      script: 'latin',
    }
  }
  const plain = raw.toLowerCase().normalize('NFC')
  const looks = looksOfCharacters(raw)
  const script = scriptOfWord(raw)
  const latin = romanise(raw, script)
  const base = baseForm(raw)
  const expanded = expandedForm(raw, base)
  const look = joinPairs(looks)
  const others = base === plain ? none : base === expanded ? [skeleton(base)] : [skeleton(base), skeleton(expanded)]
  const otherLooks = others.filter((other) => other !== look)
  return {
    raw,
    plain,
    base,
    expanded,
    looks,
    look,
    otherLooks,
    roman: latin === null ? null : romanCanon(latin),
    latin: latin ?? base,
    script,
  }
}

/** How two words agree: letter for letter, by what a reader takes for the same, or not. */
export type Agreement = 'same' | 'disguised' | null

/**
 * Compares a shown word with a stored one. `isName` says whether a plain word is a real name of its own: such a word
 * is not taken for a disguise of another by its i and l (Marla is not Maria).
 */
export function agree(shown: Word, stored: Word, isName: (base: string) => boolean): Agreement {
  if (shown.plain === stored.plain) return 'same'
  if (shown.base === stored.base) return 'disguised'
  if (sharesForm(shown, stored)) return 'disguised'
  if (!sharesLook(shown, stored)) return null
  return joinPairs(shown.base) !== joinPairs(stored.base) && isRealName(shown, stored, isName) ? null : 'disguised'
}

function sharesForm(a: Word, b: Word): boolean {
  if (a.expanded !== a.base || b.expanded !== b.base) {
    if (a.expanded === b.base || a.base === b.expanded || a.expanded === b.expanded) return true
    if (unspell(a.expanded) === unspell(b.expanded)) return true
  }
  return a.script !== b.script && sharesSound(a, b)
}

/** Words of two alphabets: whether one is a usual spelling of the other. */
function sharesSound(a: Word, b: Word): boolean {
  if (isConsonantal(b.script) && a.script === 'latin') return spells(a.base, b.base, b.script, b.plain.slice(-1))
  if (isConsonantal(a.script) && b.script === 'latin') return spells(b.base, a.base, a.script, a.plain.slice(-1))
  if (a.roman === null && b.roman === null) return false
  // Pinyin is one spelling: Wu Hao is not Chao Wu, nor Wang Hu Hui Wang.
  if (a.script === 'han' || b.script === 'han') return pinyinOf(a) === pinyinOf(b)
  // No spelling is three times as long as another; this spares most comparisons the romanising.
  if (a.latin.length > 3 * b.latin.length || b.latin.length > 3 * a.latin.length) return false
  const ra = a.roman ?? (a.script === 'latin' ? romanCanon(a.base) : null)
  const rb = b.roman ?? (b.script === 'latin' ? romanCanon(b.base) : null)
  return ra !== null && ra === rb && ra.length > 1 && glide.test(a.latin) === glide.test(b.latin)
}

/** Yana is not Anna; but Yelena is Elena, and Jana Yana. */
const glide = /^[yij][aou]/

function pinyinOf({ latin }: Word): string {
  return latin.replace(/v|ü/g, 'u')
}

/** Spelt-out accents taken back, for words in which only some are spelt out. */
function unspell(expanded: string): string {
  return expanded
    .replace(/([aou])e/g, '$1')
    .replace(/([aeou])\1/g, '$1')
    .replace(/([scz])h/g, '$1')
}

function sharesLook(a: Word, b: Word): boolean {
  if (a.look === b.look) return true
  if (b.otherLooks.includes(a.look) || a.otherLooks.includes(b.look)) return true
  // Letters drawn out: Jaaane.
  return drawnOut.test(a.base) && a.base.replace(doubled, '$1') === b.base.replace(doubled, '$1')
}

/** A plain word that is a name of its own. Not AniI, where a capital stands to be misread, nor lan for Ian. */
function isRealName(shown: Word, stored: Word, isName: (base: string) => boolean): boolean {
  const misread = /[a-z]I/.test(shown.raw) || (shown.raw.startsWith('l') && stored.base.startsWith('i'))
  return !misread && asciiLetters.test(shown.raw) && isName(shown.base)
}
