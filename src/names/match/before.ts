/** What stands before a name. */

import { isVietnameseName } from '../person/part-variants.ts'
import { classes } from '../tables/tables.ts'
import type { NameTables } from '../tables/tables.ts'
import { gaps } from '../text/tokens.ts'
import type { Token } from '../text/tokens.ts'
import { articles, beginsSpeech, classesOf, isDecoration, isOneLetter, isPlainWord, isSpeech } from './beside.ts'
import type { Surroundings } from './beside.ts'

/** Letters of a word that makes a sentence or a role of unknown ones beside it: shorter ones are prepositions, which stand in all names. */
export const minTelling = 5

/** Anh, Chị, Ông: older brother, older sister, grandfather; how people are addressed in Vietnamese mail. */
const vietnameseAddress: ReadonlySet<string> = new Set('anh chi ong ba co thay chu bac em sep'.split(' '))

/** Whether what stands before a name leaves it the person's; null if not. */
export function judgeLeft(around: Surroundings, start: number): 'known' | 'unknown' | null {
  const { tokens, tables } = around
  // Head of Strategic Projects Jane Roe: words of no table are of a role that stands beside them, or of a sentence (Warm regards, Jane Roe).
  let unknown = 0
  let isExplained = false
  const judged = (): 'known' | 'unknown' | null =>
    unknown === 0 || isExplained ? 'known' : unknown === 1 && mayBeTitle(around, start) ? 'unknown' : null
  for (let i = start - 1; i >= 0; i--) {
    const token = tokens[i]
    const gap = tokens[i + 1]?.gap ?? gaps.space
    if (token === undefined || gap >= gaps.bracket) return judged()
    const before = tokens[i - 1]
    if (gap === gaps.space && before !== undefined && leadsToName(around, i)) return 'known'
    // President & CEO Jane Roe
    const joins =
      isJoining(token, tables) && i < start - 1 && before !== undefined && isDecoration(around, i - 1, 'left')
    if (joins || isBesideOnTheLeft(around, i, start)) isExplained ||= isTelling(around, token) || isRole(around, i)
    else if (isField(around, token, gap)) unknown++
    else return null
  }
  return judged()
}

/** Whether the word before a name is of no table at all and long enough to be a title in a language that the tables know little of. */
function mayBeTitle({ tokens, tables }: Surroundings, start: number): boolean {
  const token = tokens[start - 1]
  if (token === undefined || tables.classOf(token.base) !== 0) return false
  return token.script !== 'han' && token.base.length >= 4
}

function isTelling(around: Surroundings, token: Token): boolean {
  return token.base.length >= minTelling && isSpeech(around, token)
}

/** Whether a word may be of a role's field: nobody bears it, and it makes no organisation. */
function isField({ tables, isName }: Surroundings, token: Token, gap: number): boolean {
  const { base, raw } = token
  if (gap > gaps.joined || token.possessive || token.joins || !/^[\p{L}\p{M}]+$/u.test(raw)) return false
  const bits = classesOf(token, tables)
  if ((bits & classes.organisation) !== 0) return false
  return (bits & (classes.particle | classes.via | classes.from)) !== 0 || !(isName(base) || tables.isBorne(base))
}

function isRole(around: Surroundings, at: number): boolean {
  const token = around.tokens[at]
  if (token === undefined || around.isName(token.base)) return false
  const bits = classesOf(token, around.tables)
  return (bits & classes.role) !== 0 || (bits === 0 && around.tables.isRoleLike(token.base))
}

function isBesideOnTheLeft(around: Surroundings, at: number, start: number): boolean {
  const { tokens, tables } = around
  const token = tokens[at]
  if (token === undefined || token.joins) return false
  if (isDecoration(around, at, 'left') || isSpeech(around, token) || beginsSpeech(around, at, start)) return true
  if (leadsOn(around, at, start) || endsTitle(around, at) || isFromAlone(around, at, start)) return true
  if (isVietnameseAddress(around, at)) return true
  if (token.possessive) return false
  if (token.dotted && isOneLetter(token) && token.script === 'latin') return true
  return isPlainWord(around, token, tokens[start]) && !tables.isName(token.base)
}

/** An article before a title, beside a word of a sentence: Monsieur le Directeur, La Dott.ssa, Le saluda, Sou o João. */
function leadsOn(around: Surroundings, at: number, start: number): boolean {
  const { tokens } = around
  if (!articles.has(tokens[at]?.base ?? '')) return false
  const beside = tokens[at + 1 < start ? at + 1 : at - 1]
  if (beside === undefined) return false
  return isSpeech(around, beside) || (at + 1 < start && isDecoration(around, at + 1, 'left'))
}

/** Gent.mo, Avv.ta: the end of an abbreviated title. */
function endsTitle(around: Surroundings, at: number): boolean {
  const [before, token] = [around.tokens[at - 1], around.tokens[at]]
  if (token?.gap !== gaps.dot || token.raw.length > 3 || before?.dotted !== true) return false
  return isDecoration(around, at - 1, 'left')
}

/** Whether a form of address stands before a name that begins with the surname, as Vietnamese names do: behind it the word is a name. */
function isVietnameseAddress({ tokens, form }: Surroundings, at: number): boolean {
  const next = tokens[at + 1]?.base
  return (
    vietnameseAddress.has(tokens[at]?.base ?? '') &&
    isVietnameseName(form) &&
    form.surname.some(({ word }) => word.base === next)
  )
}

/** Message from, on behalf of: what follows is who it is from. "Of" and its like only behind a word for a message. */
function leadsToName(around: Surroundings, at: number): boolean {
  const { tokens, tables } = around
  const token = tokens[at]
  if (token === undefined || (tables.classOf(token.base) & classes.from) === 0) return false
  return token.base === 'from' || tokens[at - 1]?.base === 'behalf' || isDecoration(around, at - 1, 'left')
}

/** Od Jane Roe, Från Jane Roe: alone before the name a "from" that is neither a particle of surnames nor a name. */
function isFromAlone({ tokens, tables }: Surroundings, at: number, start: number): boolean {
  const token = tokens[at]
  if (at !== 0 || start !== 1 || token === undefined) return false
  const bits = tables.classOf(token.base)
  return (
    (bits & classes.from) !== 0 &&
    (bits & classes.particle) === 0 &&
    (token.plain !== token.base || !tables.isName(token.base))
  )
}

export function isJoining(token: Token, tables: NameTables): boolean {
  return token.joins || (tables.classOf(token.base) & classes.conjunction) !== 0
}
