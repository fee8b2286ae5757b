/** Words of a shown name that belong together. */

import { joinWords } from './key-texts.ts'
import type { KeyWord } from './key-texts.ts'
import { classes, isParticle } from '../tables/tables.ts'
import type { NameTables } from '../tables/tables.ts'
import { gaps } from '../text/tokens.ts'
import type { Token } from '../text/tokens.ts'

/** Words that belong together: particles left out, hyphened words as one. */
export interface Unit {
  readonly word: KeyWord
  readonly raw: string
  readonly base: string
  /** Something sets it off from what follows. */
  readonly setOff: boolean
}

/** The units of a text, without what stands beside a name. */
export function unitsOf(
  tokens: readonly Token[],
  tables: NameTables,
  isName: (base: string) => boolean,
  withoutInitials: boolean,
): Unit[] {
  const units: Unit[] = []
  let keptBefore = false
  let named = false
  let seen = 0
  /** Whether a word of a name stands before a place; asked of few words, as it costs look-ups. */
  const isNamedBefore = (at: number): boolean => {
    while (!named && seen < at) named = isOfName(tokens[seen++], tables, isName)
    return named
  }
  tokens.forEach((token, i) => {
    const setOff = (tokens[i + 1]?.gap ?? gaps.bar) >= gaps.comma
    const initial = withoutInitials && token.dotted && token.raw.length === 1
    // Between two words of a name; Al Roy, Bo Li and Dr. Al Roy have none there.
    const particle =
      !setOff && (initial || isParticle(token, tables)) && isNamedBefore(i) && isOfName(tokens[i + 1], tables, isName)
    const last = keptBefore && token.gap === gaps.joined ? units.pop() : undefined
    keptBefore = !particle && !isBeside(token, tables, isName)
    if (last !== undefined && !keptBefore) units.push(last)
    if (!keptBefore) return
    const word = last === undefined ? token : joinWords(last.word, token)
    units.push({ word, raw: word.raw, base: word.base, setOff })
  })
  return units
}

/** A word that a person's name may consist of. */
function isOfName(token: Token | undefined, tables: NameTables, isName: (base: string) => boolean): boolean {
  return token !== undefined && !isBeside(token, tables, isName) && isPersonal(token.base, tables, isName)
}

/** A word that no name begins or ends with: a title, a note, an "and". Roles may be names of their own (Treasury Desk). */
function isBeside(token: Token | undefined, tables: NameTables, isName: (base: string) => boolean): boolean {
  if (token === undefined || token.joins || token.numeric) return true
  if (token.raw.length <= 2 && [...token.raw].length === 1) return false
  const bits = tables.classOf(token.base) | (token.plain === token.base ? 0 : tables.classOf(`=${token.plain}`))
  if (bits === 0 || (bits & mayBeName) !== 0) return false
  return !isName(token.base)
}

const mayBeName = classes.role | classes.department | classes.generic | classes.particle | classes.company

/** Whether a word may be of a person's name: not a role or a department that no one is called by. */
export function isPersonal(base: string, tables: NameTables, isName: (base: string) => boolean): boolean {
  return (tables.classOf(base) & ~classes.particle) === 0 || base.length === 1 || isName(base)
}

/** Pairs that may be given name and surname: neighbours, those with one between, first with the rest joined. */
export function pairsOf(units: readonly Unit[]): (readonly [Unit, Unit])[] {
  const pairs: (readonly [Unit, Unit])[] = []
  for (const step of [1, 2]) {
    for (let i = 0; i + step < units.length && pairs.length < 6; i++) {
      const a = units[i]
      const b = units[i + step]
      if (a !== undefined && b !== undefined) pairs.push([a, b])
    }
  }
  const [first, second, third] = units
  if (first !== undefined && second !== undefined && third !== undefined) {
    const join = (a: Unit, b: Unit): Unit => {
      const word = joinWords(a.word, b.word)
      return { word, raw: word.raw, base: word.base, setOff: false }
    }
    if (second.raw.length > 1) pairs.push([first, join(second, third)], [join(first, second), third])
  }
  return pairs
}

/** Units written together. */
export function joinUnits(units: readonly Unit[]): KeyWord {
  return units.map((unit) => unit.word).reduce(joinWords)
}
