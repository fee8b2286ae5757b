/** A spelling cut into given name and surname, or whole. */

import { givenVariants, glue, isVietnameseSurname, particlesOf, surnameVariants } from './part-variants.ts'
import type { PartVariant } from './part-variants.ts'
import { isGeneric } from './spellings.ts'
import { isParticle } from '../tables/tables.ts'
import type { NameTables } from '../tables/tables.ts'
import { gaps } from '../text/tokens.ts'
import type { Token } from '../text/tokens.ts'
import { makeWord } from '../text/word.ts'
import type { Word } from '../text/word.ts'

/** A name of a given name and a surname. */
export interface PersonForm {
  readonly type: 'person'
  /** The spelling as it was given. */
  readonly source: string
  readonly given: readonly PartVariant[]
  readonly surname: readonly PartVariant[]
  /** The particles of the surname, base form; where it has some, others make another surname (van der Veld, in 't Veld). */
  readonly particles: readonly string[]
  /** Further given names, any of which may stand as middle names. */
  readonly middle: readonly Word[]
  /** The whole name written together, in both orders. */
  readonly wholes: readonly WrittenTogether[]
}

/** Given name and surname as one word. */
interface WrittenTogether {
  readonly word: Word
  /** Made of a part of which something is left out. */
  readonly reduced: boolean
}

/** A name that is not of a given name and a surname: one word, or a role. It matches only as a whole. */
export interface WholeForm {
  readonly type: 'whole'
  readonly source: string
  /** All of it as one word, and its words. */
  readonly word: Word
  readonly words: readonly Word[]
}

export type NameForm = PersonForm | WholeForm

/** The form of one spelling: where given name and surname part is told by a comma, by the directory, or guessed. */
export function formOf(
  tokens: readonly Token[],
  source: string,
  given: readonly Token[],
  surname: readonly Token[],
  tables: NameTables,
): NameForm | null {
  if (tokens.length === 0) return null
  if (tokens.length === 1) return oneWord(tokens, source, given, surname, tables)
  const comma = tokens.findIndex((t, i) => i > 0 && t.gap === gaps.comma)
  if (comma > 0) return personForm(tokens.slice(comma), tokens.slice(0, comma), source, tables)
  const at = surname.length > 0 ? indexOfWords(tokens, surname) : -1
  if (at === 0) return personForm(tokens.slice(surname.length), surname, source, tables) ?? wholeForm(tokens, source)
  if (at > 0 && at + surname.length === tokens.length) return personForm(tokens.slice(0, at), surname, source, tables)
  if (at > 0) return personForm([...tokens.slice(0, at), ...tokens.slice(at + surname.length)], surname, source, tables)
  if (given.length === 0 && surname.length === 0 && isGeneric(tokens, tables)) return wholeForm(tokens, source)
  return guess(tokens, source, tables)
}

/** One word: a single name, or given name and surname written together as Han and Hangul names are. */
function oneWord(
  tokens: readonly Token[],
  source: string,
  given: readonly Token[],
  surname: readonly Token[],
  tables: NameTables,
): NameForm | null {
  const g = glue(given)
  const s = glue(surname)
  const all = tokens[0]?.base ?? ''
  if (given.length > 0 && surname.length > 0 && (makeWord(s + g).base === all || makeWord(g + s).base === all)) {
    return personForm(given, surname, source, tables)
  }
  return eastAsianForm(tokens, source, given.length + surname.length === 0, tables) ?? wholeForm(tokens, source)
}

/** 李建国, 김민수: of a name that a directory has in one word the first character is the surname, or the first two. */
function eastAsianForm(
  tokens: readonly Token[],
  source: string,
  isAlone: boolean,
  tables: NameTables,
): NameForm | null {
  const [token] = tokens
  const characters = [...(token?.raw ?? '')]
  if (!isAlone || token === undefined || (token.script !== 'han' && token.script !== 'hangul')) return null
  if (characters.length < 2 || characters.length > 4 || isGeneric(tokens, tables)) return null
  const of = (raw: string): Token[] => [{ ...token, ...makeWord(raw) }]
  const split = characters.length === 4 ? 2 : 1
  return personForm(of(characters.slice(split).join('')), of(characters.slice(0, split).join('')), source, tables)
}

/** Without a hint the last word is the surname, with the particles before it; in all capitals, those words are. */
function guess(tokens: readonly Token[], source: string, tables: NameTables): NameForm | null {
  const capitals = tokens.filter((t) => isCapitals(t.raw))
  if (capitals.length > 0 && capitals.length < tokens.length && capitals.some((t) => t.raw.length > 2)) {
    const first = tokens[0] !== undefined && isCapitals(tokens[0].raw)
    const split = first ? tokens.findIndex((t) => !isCapitals(t.raw)) : tokens.findIndex((t) => isCapitals(t.raw))
    return first
      ? personForm(tokens.slice(split), tokens.slice(0, split), source, tables)
      : personForm(tokens.slice(0, split), tokens.slice(split), source, tables)
  }
  let start = tokens.length - 1
  while (start > 1 && isParticle(tokens[start - 1], tables)) start--
  while (start > 1 && tokens[start]?.gap === gaps.joined) start--
  return personForm(tokens.slice(0, start), tokens.slice(start), source, tables)
}

function isCapitals(raw: string): boolean {
  return raw.length > 1 && raw === raw.toUpperCase() && raw !== raw.toLowerCase()
}

function indexOfWords(tokens: readonly Token[], words: readonly Token[]): number {
  for (let i = 0; i + words.length <= tokens.length; i++) {
    if (words.every((word, k) => tokens[i + k]?.base === word.base)) return i
  }
  return -1
}

/** The form of words that are one name, or null of none. */
export function wholeForm(tokens: readonly Token[], source: string): WholeForm | null {
  if (tokens.length === 0) return null
  return { type: 'whole', source, word: makeWord(glue(tokens)), words: tokens }
}

/** The form of a given name and a surname of one plain Latin word each: what `personForm` makes of them. */
export function plainForm(given: Word, surname: Word, source: string): PersonForm {
  return {
    type: 'person',
    source,
    given: [{ word: given, reduced: false }],
    surname: [{ word: surname, reduced: false }],
    particles: [],
    wholes: [given.raw + surname.raw, surname.raw + given.raw].map((raw) => ({ word: makeWord(raw), reduced: false })),
    middle: isVietnameseSurname([surname]) ? [given] : [],
  }
}

/** The form of a given name and a surname, or null if one is missing. */
export function personForm(
  given: readonly Token[],
  surname: readonly Token[],
  source: string,
  tables: NameTables,
): PersonForm | null {
  if (given.length === 0 || surname.length === 0) return null
  const g = givenVariants(given, surname)
  const s = surnameVariants(given, surname, tables)
  const wholes: WrittenTogether[] = []
  for (const a of g) {
    for (const b of s) {
      if (a.unsure === true || (a.reduced && b.reduced)) continue
      const reduced = a.reduced || b.reduced
      for (const raw of [a.word.raw + b.word.raw, b.word.raw + a.word.raw])
        wholes.push({ word: makeWord(raw), reduced })
    }
  }
  return {
    type: 'person',
    source: source.trim(),
    given: g,
    surname: s,
    particles: particlesOf(surname, tables),
    wholes,
    // Trần Q. Bảo: the last of a Vietnamese given name is the one that people are called by.
    middle: (isVietnameseSurname(surname) ? given : given.slice(1)).map((t) => makeWord(t.raw)),
  }
}
