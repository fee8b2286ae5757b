/** Spellings of one name that are each a name. */

import { givenVariantSets, surnameVariantSets } from './variant-sets.ts'

/** Which part of a person's name a word is. */
export type Part = 'given' | 'surname'

/** Spellings of names: Eric and Erik, Meyer and Maier, Lindqvist and Lindquist. */
export interface Variants {
  /** The sets of spellings that a word (base form) stands in, each with a name of its own; none for most words. */
  setsOf(base: string, part: Part): readonly string[]
  /** A form that spellings which sound alike have in common, as either part; null for words too short to have one. */
  soundOf(base: string): string | null
  /** Whether two words (base forms) are spellings of one name. */
  areVariants(a: string, b: string, part: Part): boolean
}

/** Letters from which on two given names that sound alike are one: Carla, Karla. */
const minSoftGiven = 5
/** Letters from which on a doubled letter, an h, s for z, c for k, and a vowel in a given name make no other name. */
const minSoft = 7
const none: readonly string[] = []
const plainLatin = /^[a-z]+$/

export function buildVariants(): Variants {
  const sets = { given: readSets(givenVariantSets, 'g'), surname: readSets(surnameVariantSets, 's') }
  const setsOf = (base: string, part: Part): readonly string[] => sets[part].get(base) ?? none
  return {
    setsOf,
    soundOf: (base) =>
      base.length < minSoftGiven || !plainLatin.test(base)
        ? null
        : `~${withoutInnerVowels(withoutMuteE(softForm(base)))}`,
    areVariants(a, b, part) {
      if (a === b) return false
      if (setsOf(a, part).some((set) => setsOf(b, part).includes(set))) return true
      // Mary is not Marie: of a short name nothing may be left out.
      const isLong = Math.min(a.length, b.length) >= minSoft
      const isShort = Math.max(a.length, b.length) < minSoft
      if (Math.min(a.length, b.length) < (isShort && part === 'given' ? minSoftGiven : minSoft - 1)) return false
      if (isShort && part === 'surname') return false
      if (!plainLatin.test(a) || !plainLatin.test(b)) return false
      const [x, y] = [softForm(a), softForm(b)]
      if (part === 'surname') {
        return withoutMuteE(x) === withoutMuteE(y) || (isLong && differByVowel(x, y, besideVowel))
      }
      // Of a short one the end must stay: Mariah is not Maria.
      if (isShort) return x === y && haveOneEnd(a, b)
      return x === y || differByVowel(x, y, betweenConsonants) || haveOtherVowel(x, y)
    },
  }
}

function readSets(text: string, mark: string): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>()
  for (const [i, line] of text.trim().split('\n').entries()) {
    for (const name of new Set(line.split(' '))) byName.set(name, [...(byName.get(name) ?? []), `${mark}${i}`])
  }
  return byName
}

/** Without an e at the end that nobody says: Clarke, Lindholme. */
function withoutMuteE(soft: string): string {
  const last = soft.length - 1
  return last > 0 && soft.charCodeAt(last) === 0x65 && !isVowel(soft.charCodeAt(last - 1)) ? soft.slice(0, last) : soft
}

/** Bits of the small letters that a text holds. */
function lettersIn(text: string): number {
  let letters = 0
  for (let i = 0; i < text.length; i++) letters |= 1 << (text.charCodeAt(i) - 0x61)
  return letters
}

const bit = (letters: string): number => lettersIn(letters)
const bits = {
  c: bit('c'),
  h: bit('h'),
  qw: bit('qw'),
  w: bit('w'),
  z: bit('z'),
  yj: bit('yj'),
  d: bit('d'),
  e: bit('e'),
}

/** One form for spellings that sound alike: Sundqvist and Sundquist, Mattsson and Matson, Gonzales and Gonzalez. */
function softForm(base: string): string {
  // McKenzie, Mackenzie, Makenzie; Wainwright, Wainright.
  let soft = base.startsWith('m') ? base.replace(/^ma?[ck]+/, 'mk') : base
  // Each replacement is only tried where its letter stands: most words have one or two of them.
  const letters = lettersIn(base)
  if (letters & bits.h) soft = soft.replaceAll('ph', 'f').replaceAll('th', 't')
  if (letters & bits.w && soft.includes('wr')) soft = soft.replace(/(?<=.)wr/g, 'r')
  if (letters & bits.qw) soft = soft.replace(/q[uv]|kw/g, 'kv')
  if (letters & bits.c) soft = soft.replace(/ck|c(?![heiy])/g, 'k').replace(/c(?=[eiy])/g, 's')
  if (letters & bits.w) soft = soft.replaceAll('w', 'v')
  if (letters & bits.z) soft = soft.replaceAll('tz', 's').replaceAll('z', 's')
  if (letters & bits.e) soft = soft.replaceAll('ee', 'i')
  if (letters & bits.yj) soft = soft.replace(/ij|[yj]/g, 'i')
  if (letters & bits.d) soft = soft.replaceAll('dt', 't')
  if (letters & bits.e) soft = soft.replaceAll('ie', 'i').replaceAll('ei', 'ai').replaceAll('ae', 'e')
  if (letters & bits.h) soft = soft.replace(/(?<=[^cs])h/g, '')
  return isDoubled(soft) ? soft.replace(allDoubled, '$1') : soft
}

const allDoubled = /(.)\1+/g

function isDoubled(text: string): boolean {
  for (let i = 1; i < text.length; i++) if (text.charCodeAt(i) === text.charCodeAt(i - 1)) return true
  return false
}

/** Behind the first letter without the vowels that stand between two consonants. */
function withoutInnerVowels(soft: string): string {
  let out = soft
  let gone = 0
  for (let i = 2; i + 1 < soft.length;) {
    let end = i
    if (!isVowel(soft.charCodeAt(i - 1))) while (end < soft.length && isVowel(soft.charCodeAt(end))) end++
    if (end > i && end < soft.length) {
      out = out.slice(0, i - gone) + out.slice(end - gone)
      gone += end - i
    }
    i = Math.max(end, i + 1)
  }
  return out
}

function isVowel(code: number): boolean {
  return code === 0x61 || code === 0x65 || code === 0x69 || code === 0x6f || code === 0x75
}

function haveOneEnd(a: string, b: string): boolean {
  // Rohith and Rohit, but not Mariah and Maria.
  if (/[^aeiou]h$/.test(a) !== /[^aeiou]h$/.test(b)) return a.replace(/h$/, '') === b.replace(/h$/, '')
  return a.at(-1) === b.at(-1) || (/[iye]$/.test(a) && /[iye]$/.test(b))
}

const betweenConsonants = /^[^aeiou][aeiou][^aeiou]$/
const besideVowel = /^(?:[aeiou][aeiou][^aeiou]|[^aeiou][aeiou][aeiou])$/

/**
 * Whether one has a vowel that the other has not, and what stands around it is as it should be: between two consonants in Margaret and
 * Margret (not Cristiana and Cristina), beside a vowel in Lockhart and Lockheart.
 */
function differByVowel(x: string, y: string, around: RegExp): boolean {
  const [longer, shorter] = x.length > y.length ? [x, y] : [y, x]
  if (longer.length !== shorter.length + 1) return false
  let at = 0
  while (at < shorter.length && longer[at] === shorter[at]) at++
  if (at === 0 || at >= longer.length - 1 || longer.slice(at + 1) !== shorter.slice(at)) return false
  return around.test(longer.slice(at - 1, at + 2))
}

/** Whether one vowel between two consonants is another: Lawrence and Lawrance; not Francis and Frances, a man and a woman. */
function haveOtherVowel(x: string, y: string): boolean {
  if (x.length !== y.length || /^fran[sk][ei]s$/.test(x)) return false
  let at = 0
  while (at < x.length && x[at] === y[at]) at++
  if (at === 0 || at >= x.length - 2 || x.slice(at + 1) !== y.slice(at + 1)) return false
  return betweenConsonants.test(x.slice(at - 1, at + 2)) && betweenConsonants.test(y.slice(at - 1, at + 2))
}
