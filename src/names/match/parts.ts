/** Given name and surname, each found by itself. */

import type { PartVariant } from '../person/part-variants.ts'
import { romanised } from '../tables/nicknames.ts'
import type { Nicknames } from '../tables/nicknames.ts'
import type { Part, Variants } from '../tables/variants.ts'
import type { ShownText } from '../text/shown-name.ts'
import { romanCanon } from '../text/transliterate.ts'
import type { Agreement, Word } from '../text/word.ts'

/** How a part of a name (given name or surname) was found in the text: from word `start` up to `end`. */
export interface FoundPart {
  readonly start: number
  readonly end: number
  readonly agreement: Exclude<Agreement, null> | WeakAgreement
  /** Something of the part is left out. */
  readonly reduced: boolean
  /** Somebody else may be called so. */
  readonly unsure: boolean
  /** It agrees by sound alone, in another romanisation. */
  readonly coarse: boolean
  readonly note: string
}

/** Agreements that make a match likely at most. */
export type WeakAgreement = 'variant' | 'nickname' | 'typo' | 'initial'

/** Longest run of words that may be one part written apart (van den Akker, Yu Lan). */
export const maxPartWords = 5

/** Every place where a part stands, as it is or disguised; if `anySpelling`, in another romanisation too. */
export function findPart(
  text: ShownText,
  variants: readonly PartVariant[],
  part: Part,
  relate: (shown: Word, stored: Word) => Agreement,
  anySpelling = false,
): FoundPart[] {
  return findPlaces(text, variants, (shown, stored) => {
    const agreement = relate(shown, stored)
    if (agreement !== null)
      return {
        agreement,
        otherName: accentsDiffer(shown, stored) || (part === 'surname' && isBarelySpelt(shown, stored)),
      }
    return anySpelling && soundAlike(shown, stored) ? { agreement: 'disguised', coarse: true } : null
  })
}

/** Hùng and Hưng: where both are written with accents, and nothing but these differs, it is most often another name. */
function accentsDiffer(shown: Word, stored: Word): boolean {
  if (shown.base !== stored.base || shown.plain === stored.plain) return false
  // What no letter of any alphabet carries was put there to disguise.
  if (/\p{M}/u.test(shown.plain)) return false
  const [ours, theirs] = [shown, stored].map(({ plain }) => plain.normalize('NFD'))
  const [letters, others] = [ours, theirs].map((text) => text?.replace(/\p{M}/gu, ''))
  return letters === others && letters !== ours && others !== theirs
}

/** כהן and Kohn: of three letters without vowels many surnames are made. */
function isBarelySpelt(shown: Word, stored: Word): boolean {
  if (shown.script === stored.script) return false
  return [shown, stored].some(({ script, base }) => (script === 'hebrew' || script === 'arabic') && base.length <= 3)
}

/** Masri and Masry, Rashidi and Rasheedi: two romanisations of one word, if it is of another alphabet. */
function soundAlike(shown: Word, stored: Word): boolean {
  if (shown.script !== 'latin' || stored.script !== 'latin' || stored.base.length < 4) return false
  if (shown.base.charAt(0) !== stored.base.charAt(0) || Math.abs(shown.base.length - stored.base.length) > 3)
    return false
  // A final i says something here (Rashid, Rashidi), so it is kept from the end.
  return romanCanon(`${shown.base}n`) === romanCanon(`${stored.base}n`)
}

/** What a likely relation is judged by. */
interface Likeness {
  readonly part: Part
  readonly initials: boolean
  /** The surname is one of those beside which two syllables make a given name, and another syllable another one. */
  readonly syllabic: boolean
  /** It is a Vietnamese one: one letter for another makes another name there (Minh Hùng, Minh Hằng). */
  readonly monosyllabic: boolean
  /** Whether anyone is known to bear a word (base form) as a name. */
  readonly isBorne: (base: string) => boolean
  readonly nicknames: Nicknames
  readonly variants: Variants
}

/** Every place where a part stands as a reader may still take it: another spelling, a short form, a slip, an initial. */
export function findLikely(text: ShownText, variants: readonly PartVariant[], likeness: Likeness): FoundPart[] {
  return findPlaces(text, variants, (shown, stored, start, length) => {
    // W Ryan is no slip for Ryan: a letter that is written apart was meant so.
    const oneWord = length === 1 || text.tokens.slice(start, start + length).every(({ raw }) => raw.length > 1)
    const agreement = likelyRelation(shown, stored, oneWord, likeness)
    return agreement === null ? null : { agreement }
  })
}

/** Every place where a part stands in another spelling that is a name as well. */
export function findVariants(
  text: ShownText,
  variants: readonly PartVariant[],
  table: Variants,
  part: Part,
): FoundPart[] {
  return findPlaces(text, variants, (shown, stored) =>
    table.areVariants(shown.base, stored.base, part) ? { agreement: 'variant' } : null,
  )
}

function findPlaces(
  text: ShownText,
  variants: readonly PartVariant[],
  relate: (
    shown: Word,
    stored: Word,
    start: number,
    length: number,
  ) => { readonly agreement: FoundPart['agreement']; readonly coarse?: boolean; readonly otherName?: boolean } | null,
): FoundPart[] {
  const found: FoundPart[] = []
  const count = text.tokens.length
  for (let start = 0; start < count; start++) {
    for (let length = 1; length <= Math.min(count - start, maxPartWords); length++) {
      const shown = text.word(start, length)
      for (const { word, reduced, unsure = false } of variants) {
        const relation = relate(shown, word, start, length)
        if (relation === null) continue
        const { agreement, coarse = false, otherName = false } = relation
        const note = agreement === 'disguised' ? `"${shown.raw}" reads as "${word.raw}"` : ''
        found.push({ start, end: start + length, agreement, reduced, unsure: unsure || otherName, coarse, note })
        break
      }
    }
  }
  return found
}

/** Of an alphabet: a Han character or a Hangul syllable is not the first letter of a name. */
const initialLetter =
  /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Hebrew}\p{Script=Arabic}]/u

function likelyRelation(
  shown: Word,
  stored: Word,
  oneWord: boolean,
  likeness: Likeness,
): Exclude<FoundPart['agreement'], 'same'> | null {
  const { part, variants, nicknames, isBorne } = likeness
  const shared = part === 'given' ? shareClass(nicknames, shown.latin, stored.latin) : null
  if (shared === 'disguised') return shared
  const isOther = (): boolean =>
    likeness.syllabic
      ? isSyllabic(shown.base, stored.base)
      : likeness.monosyllabic && isOtherLetter(shown.base, stored.base)
  const variant = oneWord && variants.areVariants(shown.base, stored.base, part) && !isOther()
  const slip = oneWord && isSlip(shown.base, stored.base) && !isBorne(shown.base) && !isOther()
  if (slip && !variant) return shared ?? 'typo'
  if (variant) return slip ? 'typo' : 'variant'
  if (shared !== null) return shared
  const initial = likeness.initials && [...shown.raw].length === 1 && initialLetter.test(shown.raw)
  return initial && stored.base.length > 1 && stored.base.startsWith(shown.base) ? 'initial' : null
}

/** One is the full name that the other is short for (Bill and William, not Elsie and Lisa), or both romanise one name. */
function shareClass(nicknames: Nicknames, a: string, b: string): 'nickname' | 'disguised' | null {
  if (a === b) return null
  const { classesOf, isFull } = nicknames
  const ofA = classesOf(a)
  if (ofA.length === 0) return null
  const shared = classesOf(b).filter((name) => ofA.includes(name))
  if (shared.some((name) => name.endsWith(romanised))) return 'disguised'
  return shared.some((name) => isFull(name, a) || isFull(name, b)) ? 'nickname' : null
}

/**
 * Whether a shown word is a slip of the pen for a stored one: a single edit of the kind that a reader passes over. Words
 * of fewer than four letters, another first letter, and endings that make another name (Kowalski, Kowalska) are not.
 * Whether the shown word is a name of its own is for the caller to ask.
 *
 * Both in base form (lower case, no accents).
 */
export function isSlip(shown: string, stored: string): boolean {
  if (shown === stored || !mayBeSlip(shown, stored)) return false
  let head = 0
  while (head < shown.length && head < stored.length && shown[head] === stored[head]) head++
  let tail = 0
  while (tail < shown.length - head && tail < stored.length - head && shown.at(-1 - tail) === stored.at(-1 - tail))
    tail++
  const a = shown.slice(head, shown.length - tail)
  const b = stored.slice(head, stored.length - tail)
  // The part in which they differ is one edit, with `head` letters before it and `tail` behind.
  if (a.length === 2 && b.length === 2) return a[0] === b[1] && a[1] === b[0]
  if (a.length + b.length === 1) return isSlippedLetter(a + b, shown, stored, head, tail)
  // Few names of other alphabets are known, and one letter for another makes a name as often as a slip.
  return a.length === 1 && b.length === 1 && ascii.test(stored) && isMistakenLetter(a, b, stored, head, tail)
}

function mayBeSlip(shown: string, stored: string): boolean {
  if (stored.length < 4 || shown.length < 3 || stored.length > 40) return false
  return Math.abs(shown.length - stored.length) <= 1 && spelt.test(stored) && spelt.test(shown)
}

/** Alphabets in which a letter more or less is a slip; one Han or Hangul character makes another name. */
const spelt = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]+$/u
/** Last letters that are taken for one another; others end other names (Hohenfeld, Hohenfels). */
const endings: ReadonlySet<string> = new Set(['mn', 'nm', 'sz', 'zs', 'kc', 'ck', 'td', 'dt', 'fv', 'vf', 'xs', 'sx'])
const ascii = /^[a-z]+$/
const vowels = 'aeiouyаеиоуыэюяαεηιουω'

/** A letter left out or put in. */
function isSlippedLetter(letter: string, shown: string, stored: string, head: number, tail: number): boolean {
  const longer = shown.length > stored.length ? shown : stored
  const doubled = longer[head] === longer[head - 1] || longer[head] === longer[head + 1]
  if (doubled) return true
  // Kentarou, Satou: a long o of Japanese.
  if (letter === 'u' && longer[head - 1] === 'o') return true
  if (head === 0) return false
  // Of four letters only a vowel is passed over, between two consonants: Erk, Jne.
  if (stored.length < 5) {
    return (
      shown.length < 4 &&
      tail > 0 &&
      vowels.includes(letter) &&
      isConsonant(stored[head - 1]) &&
      isConsonant(stored[head + 1])
    )
  }
  // At the end a letter makes another name: Erik and Erika, Brook and Brooks, Peters and Petersen.
  return tail > 0 || (stored.length >= 6 && !vowels.includes(letter) && !'snzr'.includes(letter))
}

function isConsonant(letter: string | undefined): boolean {
  return letter !== undefined && !vowels.includes(letter)
}

/** One letter for another. */
function isMistakenLetter(a: string, b: string, stored: string, head: number, tail: number): boolean {
  if (head === 0 || stored.length < 5) return false
  if (tail === 0) return stored.length >= 6 && endings.has(a + b)
  return true
}

const syllable =
  '(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?(?:iang|iong|uang|ang|eng|ong|iao|ian|ing|uai|uan|ai|ei|ao|ou|an|en|ia|ie|iu|in|ua|uo|ui|un|ue|yeo|eo|eu|ae|oe|yu|er|a|o|e|i|u)[gklmnp]?'
const syllables = new RegExp(`^(?:${syllable}){2}$`)
const oneSyllable = new RegExp(`^${syllable}$`)

/** Whether a word may be one syllable of a Chinese or Korean given name. */
export function isSyllable(base: string): boolean {
  return base.length < 8 && oneSyllable.test(base)
}

/** Whether one letter stands for another, and not in the wrong place. */
function isOtherLetter(shown: string, stored: string): boolean {
  return shown.length === stored.length && [...shown].sort().join('') !== [...stored].sort().join('')
}

/** Whether two words are each of two syllables, of which another one makes another name: Xiaofeng and Xiaofang, Jihoon and Jihoo. */
function isSyllabic(shown: string, stored: string): boolean {
  return shown.length < 16 && stored.length < 16 && syllables.test(shown) && syllables.test(stored)
}
