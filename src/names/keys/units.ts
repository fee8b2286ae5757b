/** Words of a shown name that belong together. */

import type { Budget } from '../../budget.ts'
import { joinWords } from './key-texts.ts'
import type { KeyWord } from './key-texts.ts'
import type { KnownWord, KnownWords } from './known-words.ts'
import { classes } from '../tables/tables.ts'
import { gaps } from '../text/tokens.ts'
import type { Token } from '../text/tokens.ts'

/** Words that belong together: particles left out, hyphened words as one. */
export interface Unit {
  readonly word: KeyWord
  readonly raw: string
  readonly base: string
  /** What is known of `base`. */
  readonly known: KnownWord
  /** Something sets it off from what follows. */
  readonly setOff: boolean
}

/**
 * The units of a text, without what stands beside a name.
 * @param known what is known of each token
 */
export function unitsOf(
  tokens: readonly Token[],
  known: readonly KnownWord[],
  words: KnownWords,
  withoutInitials: boolean,
  budget: Budget | undefined,
): Unit[] {
  const units: Unit[] = []
  let keptBefore = false
  let named = false
  let seen = 0
  let i = -1
  for (const token of tokens) {
    const word = known[++i]
    const next = tokens[i + 1]
    if (word === undefined) break
    const setOff = (next?.gap ?? gaps.bar) >= gaps.comma
    const initial = withoutInitials && token.dotted && token.raw.length === 1
    let particle = false
    // Between two words of a name; Al Roy, Bo Li and Dr. Al Roy have none there.
    if (!setOff && (initial || mayBeParticle(token, word))) {
      for (; !named && seen < i; seen++) named = isOfName(tokens[seen], known[seen], words)
      particle = named && isOfName(next, known[i + 1], words)
    }
    const last = keptBefore && isJoined(token, known[i - 1]) ? units.pop() : undefined
    keptBefore = !particle && !leavesName(token, known, i, words)
    if (last !== undefined && !keptBefore) units.push(last)
    if (!keptBefore) continue
    if (last === undefined) units.push({ word: token, raw: token.raw, base: token.base, known: word, setOff })
    else units.push(joinedUnit(last, token, words, setOff, budget))
  }
  return units
}

/** Whether a hyphen makes one word of a word and the one before it: Anna-Maria is one, CFO-Jane two. */
function isJoined(token: Token, before: KnownWord | undefined): boolean {
  return token.gap === gaps.joined && before !== undefined && isPersonal(before)
}

function joinedUnit(a: Unit, b: KeyWord | Unit, words: KnownWords, setOff: boolean, budget: Budget | undefined): Unit {
  const word = joinWords(a.word, 'word' in b ? b.word : b)
  return { word, raw: word.raw, base: word.base, known: words.of(word.base, budget), setOff }
}

/** A word that a person's name may consist of. */
function isOfName(token: Token | undefined, known: KnownWord | undefined, words: KnownWords): boolean {
  return token !== undefined && known !== undefined && !isBeside(token, known, words) && isPersonal(known)
}

/** A word that no name begins or ends with: a title, a note, an "and". Roles may be names of their own (Treasury Desk). */
function isBeside(token: Token, known: KnownWord, { tables }: KnownWords): boolean {
  if (token.joins || token.numeric) return true
  if (token.raw.length <= 2 && [...token.raw].length === 1) return false
  const bits = known.bits | (token.plain === token.base ? 0 : tables.classOf(`=${token.plain}`))
  if (bits === 0 || (bits & mayBeName) !== 0) return false
  return !known.isName
}

/** Of a word with accents the table's is another: Lê is a surname, le a particle. */
function mayBeParticle({ plain, base }: Token, { bits }: KnownWord): boolean {
  return (bits & classes.particle) !== 0 && plain === base
}

/** Whether the word at a place is of no name, and not of a role's. */
function leavesName(token: Token, known: readonly KnownWord[], at: number, words: KnownWords): boolean {
  const word = known[at]
  return word !== undefined && isBeside(token, word, words) && !isOfRole(known, at)
}

/** Supplier Payments, Travel Office: a note or a trade that stands beside a department may be of a shared mailbox's name. */
function isOfRole(known: readonly KnownWord[], at: number): boolean {
  const bits = known[at]?.bits ?? 0
  if ((bits & (classes.note | classes.organisation)) === 0) return false
  return (((known[at - 1]?.bits ?? 0) | (known[at + 1]?.bits ?? 0)) & roleWords) !== 0
}

const roleWords = classes.role | classes.department
const mayBeName = classes.role | classes.department | classes.generic | classes.particle | classes.company

/** Whether a word may be of a person's name: not a role or a department that no one is called by. */
export function isPersonal(known: KnownWord): boolean {
  return (known.bits & ~classes.particle) === 0 || known.base.length === 1 || known.isName
}

/** Pairs that may be given name and surname: neighbours, those with one between, first with the rest joined. */
export function pairsOf(
  units: readonly Unit[],
  words: KnownWords,
  budget: Budget | undefined,
): (readonly [Unit, Unit])[] {
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
    if (second.raw.length > 1) {
      pairs.push([first, joinedUnit(second, third, words, false, budget)])
      pairs.push([joinedUnit(first, second, words, false, budget), third])
    }
  }
  return pairs
}

/** Units written together. */
export function joinUnits(units: readonly Unit[]): KeyWord {
  return units.map((unit) => unit.word).reduce(joinWords)
}
