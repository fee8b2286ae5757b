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
        : `~${withoutInnerVowels(softForm(base).replace(muteE, ''))}`,
    areVariants(a, b, part) {
      if (a === b) return false
      if (setsOf(a, part).some((set) => setsOf(b, part).includes(set))) return true
      // Mary is not Marie: of a short name nothing may be left out.
      const isShort = Math.max(a.length, b.length) < minSoft
      if (Math.min(a.length, b.length) < (isShort && part === 'given' ? minSoftGiven : minSoft - 1)) return false
      if (isShort && part === 'surname') return false
      if (!plainLatin.test(a) || !plainLatin.test(b)) return false
      const [x, y] = [softForm(a), softForm(b)]
      if (part === 'surname') return x.replace(muteE, '') === y.replace(muteE, '')
      // Of a short one the end must stay: Mariah is not Maria.
      if (isShort) return x === y && haveOneEnd(a, b)
      return x === y || differByVowel(x, y)
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

/** An e at the end that nobody says: Clarke, Lindholme. */
const muteE = /(?<=[^aeiou])e$/

/** What `softForm` replaces. */
const mayBeSofter = /[cqwzyj]|.h|dt|ie|ei|kw|ae|(.)\1/

/** One form for spellings that sound alike: Sundqvist and Sundquist, Mattsson and Matson, Gonzales and Gonzalez. */
function softForm(base: string): string {
  if (!mayBeSofter.test(base)) return base
  let soft = base
  // Each replacement is only tried where its letter stands: most words have one or two of them.
  const hasH = soft.includes('h')
  if (hasH) soft = soft.replace(/ph/g, 'f').replace(/th/g, 't')
  if (soft.includes('q') || soft.includes('w')) soft = soft.replace(/q[uv]|kw/g, 'kv')
  if (soft.includes('c')) soft = soft.replace(/ck|c(?![heiy])/g, 'k').replace(/c(?=[eiy])/g, 's')
  soft = soft.replaceAll('w', 'v').replaceAll('tz', 's').replaceAll('z', 's').replaceAll('ee', 'i')
  if (soft.includes('y') || soft.includes('j')) soft = soft.replace(/ij|[yj]/g, 'i')
  soft = soft.replaceAll('dt', 't').replaceAll('ie', 'i').replaceAll('ei', 'ai').replaceAll('ae', 'e')
  if (hasH) soft = soft.replace(/(?<=[^cs])h/g, '')
  return doubled.test(soft) ? soft.replace(allDoubled, '$1') : soft
}

const doubled = /(.)\1/
const allDoubled = /(.)\1+/g
const innerVowels = /(?<=[^aeiou])[aeiou](?=[^aeiou])/g

function withoutInnerVowels(soft: string): string {
  return soft.slice(0, 1) + soft.slice(1).replace(innerVowels, '')
}

function haveOneEnd(a: string, b: string): boolean {
  return a.at(-1) === b.at(-1) || (/[iye]$/.test(a) && /[iye]$/.test(b))
}

/** Whether one has a vowel between two consonants that the other has not: Margaret and Margret, not Cristiana and Cristina. */
function differByVowel(x: string, y: string): boolean {
  const [longer, shorter] = x.length > y.length ? [x, y] : [y, x]
  if (longer.length !== shorter.length + 1) return false
  let at = 0
  while (at < shorter.length && longer[at] === shorter[at]) at++
  if (at === 0 || at >= longer.length - 1 || longer.slice(at + 1) !== shorter.slice(at)) return false
  return /^[^aeiou][aeiou][^aeiou]$/.test(longer.slice(at - 1, at + 2))
}
