/** Given name and surname found in a text. */

import { romanised } from '../tables/nicknames.ts'
import type { Nicknames } from '../tables/nicknames.ts'
import type { PartVariant } from '../person/part-variants.ts'
import type { ShownText } from '../text/shown-name.ts'
import { romanCanon } from '../text/transliterate.ts'
import { isSyllabic, isTypo } from './typo.ts'
import type { Agreement, Word } from '../text/word.ts'

/** Finds the parts of a person's name, given name and surname each by itself, in a shown text. */

/** How a part of a name (given name or surname) was found in the text: from word `start` up to `end`. */
export interface Found {
  readonly start: number
  readonly end: number
  readonly agreement: Exclude<Agreement, null> | 'nickname' | 'typo' | 'initial'
  readonly reduced: boolean
  readonly note: string
}

/** Longest run of words that may be one part written apart (van den Akker, Yu Lan). */
export const partLimit = 5
/** Every place where a part stands, as it is or disguised; if `anySpelling`, in another romanisation too. */
export function findPart(
  text: ShownText,
  variants: readonly PartVariant[],
  relate: (shown: Word, stored: Word) => Agreement,
  anySpelling = false,
): Found[] {
  return findPlaces(
    text,
    variants,
    (shown, stored) => relate(shown, stored) ?? (anySpelling && soundAlike(shown, stored) ? 'disguised' : null),
  )
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
export interface Likeness {
  /** The part is the given name, which alone has short forms. */
  readonly given: boolean
  readonly initials: boolean
  /** The surname is one of those beside which two syllables make a given name, and another syllable another one. */
  readonly syllabic: boolean
  /** Whether anyone is known to bear a word (base form) as a name. */
  readonly isBorne: (base: string) => boolean
  readonly nicknames: Nicknames
}

/** Every place where a part stands as a reader may still take it: a slip, a short form, an initial. */
export function findLikely(text: ShownText, variants: readonly PartVariant[], likeness: Likeness): Found[] {
  return findPlaces(text, variants, (shown, stored) => likelyRelation(shown, stored, likeness))
}

function findPlaces(
  text: ShownText,
  variants: readonly PartVariant[],
  relate: (shown: Word, stored: Word) => Found['agreement'] | null,
): Found[] {
  const found: Found[] = []
  const count = text.tokens.length
  for (let start = 0; start < count; start++) {
    for (let length = 1; length <= Math.min(count - start, partLimit); length++) {
      const shown = text.word(start, length)
      for (const { word, reduced } of variants) {
        const agreement = relate(shown, word)
        if (agreement === null) continue
        const note = agreement === 'disguised' ? `"${shown.raw}" reads as "${word.raw}"` : ''
        found.push({ start, end: start + length, agreement, reduced, note })
        break
      }
    }
  }
  return found
}

/** Of an alphabet: a Han character or a Hangul syllable is not the first letter of a name. */
const initialLetter =
  /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Hebrew}\p{Script=Arabic}]/u

function likelyRelation(shown: Word, stored: Word, likeness: Likeness): Exclude<Found['agreement'], 'same'> | null {
  const shared = likeness.given ? shareClass(likeness.nicknames, shown.latin, stored.latin) : null
  if (shared !== null) return shared
  const slip = isTypo(shown.base, stored.base) && !(likeness.syllabic && isSyllabic(shown.base, stored.base))
  if (slip && !likeness.isBorne(shown.base)) return 'typo'
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
