/** What stands between them. */

import type { PersonForm } from '../person/name-forms.ts'
import type { Found } from './parts.ts'
import { classes, isParticle } from '../tables/tables.ts'
import type { NameTables } from '../tables/tables.ts'
import { gaps } from '../text/tokens.ts'
import type { Token } from '../text/tokens.ts'

/** A text in which both parts of a person's name were found, and what its other words are judged by. */
export interface Surroundings {
  readonly tokens: readonly Token[]
  readonly form: PersonForm
  readonly tables: NameTables
  /** Whether the word is a name of its own, to the tables or to the directories. */
  readonly isName: (base: string) => boolean
}

/** Words that make a sentence of what they stand in: Summer in Fields, Summer Sale Fields. */
const ambiguous = classes.note | classes.organisation

/** Most words that may be further names. */
const middleLimit = 3

/**
 * Judges what stands between a given name and a surname: initials, further names, nothing (notes on each word), or null if
 * they are not one name (Jane, Mary Roe; Jane van Roe for Jane de Roe; Jane & Roe).
 */
export function judgeBetween(around: Surroundings, given: Found, surname: Found): string[] | null {
  const reordered = surname.end <= given.start
  const [first, second] = reordered ? [surname, given] : [given, surname]
  if (first.end > second.start || isTornApart(around.tokens, first, second, reordered)) return null
  const notes = notesOnMiddle(around, first.end, second.start, reordered)
  if (notes === null) return null
  const middle = around.tokens.slice(first.end, second.start)
  if (isOtherFamily(around, middle)) return null
  return given.reduced && contradicts(around, middle) ? null : notes
}

/** Parts that a bar parts, or a comma behind the given name, are one name only if there is nothing else. */
function isTornApart(tokens: readonly Token[], first: Found, second: Found, reordered: boolean): boolean {
  const gap = tokens[second.start]?.gap
  if (gap !== gaps.bar && (gap !== gaps.comma || reordered)) return false
  return first.start > 0 || second.end < tokens.length
}

function notesOnMiddle(around: Surroundings, from: number, to: number, reordered: boolean): string[] | null {
  const { tokens, tables } = around
  const second = tokens[to]
  if (to - from > middleLimit || second === undefined) return null
  const notes: string[] = []
  for (let i = from; i < to; i++) {
    const token = tokens[i]
    if (token === undefined || !mayStandBetween(token, around, reordered)) return null
    notes.push(`"${token.raw}" between the names`)
  }
  if (to > from && second.gap === gaps.joined && !isParticle(tokens[to - 1], tables)) return null
  // Roe Mary Jane: with a further name between, surname first needs its comma.
  if (reordered && to > from && tokens[from]?.gap !== gaps.comma && second.gap !== gaps.comma) return null
  return notes
}

function mayStandBetween(token: Token, around: Surroundings, reordered: boolean): boolean {
  if (token.joins || token.possessive || token.gap >= gaps.bracket) return false
  if (token.gap === gaps.joined && !isParticle(token, around.tables)) return false
  if (token.gap === gaps.comma && !reordered) return false
  return isMiddleName(token, around)
}

function isMiddleName(token: Token, { form, tables, isName }: Surroundings): boolean {
  if (/\p{N}/u.test(token.raw)) return false
  const bits = tables.classOf(token.base)
  if ((bits & ambiguous) !== 0 && token.raw.length > 1 && !form.particles.includes(token.base)) return false
  if ((bits & classes.particle) !== 0 && (bits & classes.conjunction) === 0) return true
  if ([...token.base].length === 1) return true
  // A word that nobody bears makes a sentence (Simon Says Oakley), unless it is foreign to the table.
  return isName(token.base) || (bits === 0 && token.script !== 'latin')
}

/** Particles that have nothing in common with the person's own. */
function isOtherFamily({ form, tables }: Surroundings, middle: readonly Token[]): boolean {
  if (form.particles.length === 0) return false
  const shown = middle.filter((token) => isParticle(token, tables))
  return shown.length > 0 && !shown.some((token) => form.particles.some((own) => soundsLike(own, token.base)))
}

/** Particles of one kind begin alike: van der, v.d. and vanden; al and el; bin and ibn. */
function soundsLike(a: string, b: string): boolean {
  const kind = (particle: string): string => (particle === 'ibn' ? 'b' : particle.charAt(0).replace('e', 'a'))
  return kind(a) === kind(b)
}

/** Where the person has further given names, another one in their place makes another person. */
function contradicts({ form, tables }: Surroundings, middle: readonly Token[]): boolean {
  return middle.some(
    (token) =>
      !isParticle(token, tables) &&
      !form.middle.some((m) => m.base === token.base || (isOneLetter(token) && m.base.startsWith(token.base))),
  )
}

/**
 * Where a name that is written surname first ends: in "Roe, Jane Mary" and "Roe, Jane M." what follows the given name, up to
 * word `end`, belongs to it.
 */
export function endOfReordered({ tokens, form, tables }: Surroundings, end: number): number {
  let to = end
  while (to < tokens.length && to < end + middleLimit) {
    const token = tokens[to]
    if (token === undefined || token.gap >= gaps.comma || token.joins) break
    const own = form.middle.some((m) => m.base.startsWith(token.base))
    if (!own && !isOneLetter(token) && !isParticle(token, tables)) break
    to++
  }
  return to
}

function isOneLetter(token: Token): boolean {
  return [...token.raw].length === 1
}
