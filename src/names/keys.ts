import { readPersonNames } from './person-name.ts'
import type { NameForms, PersonForm, PersonNames } from './person-name.ts'
import { readShown } from './shown-name.ts'
import type { ShownName, ShownText } from './shown-name.ts'
import { joinPairs, looksOfCharacters } from './skeleton.ts'
import { classes } from './tables.ts'
import type { NameTables } from './tables.ts'
import { gaps } from './tokens.ts'
import type { Token } from './tokens.ts'
import { romanCanon } from './transliterate.ts'
import { makeWord } from './word.ts'
import type { Word } from './word.ts'

/**
 * Keys: short strings under which a person's spellings are stored and which a shown name is looked up by. A key only
 * leads to candidates; `matchName` decides. Families:
 *
 *   g  name written together, as it looks          every certain kind
 *   r  name written together, romanised coarsely   transliterations
 *   k  nickname class and surname                  nickname
 *   t  name with a letter left out                 typo (two names with one edit share such a key)
 *   i  initial and surname, given name and initial initial
 */
export type KeyFamily = 'look' | 'roman' | 'nickname' | 'typo' | 'initial'

export interface QueryKey {
  readonly key: string
  readonly family: KeyFamily
}

export interface StoredKeys {
  /** Keys that lead to the person. */
  readonly refs: readonly string[]
  /** Words of the person's names, base form, that are only counted. */
  readonly tokens: readonly string[]
}

/** Most keys that one person is stored under, and that one shown name is looked up by. */
export const storedKeyLimit = 96
export const queryKeyLimit = 64

/** Changes when the same names would get other keys; part of an indexer's fingerprint. */
export const keysVersion = 1

const longestKey = 64
const doubled = /(.)\1+/gu

/** The keys of a person's names. */
export function storedKeys(names: PersonNames | NameForms, tables: NameTables): StoredKeys {
  const forms = 'forms' in names ? names : readPersonNames(names, tables)
  const refs = new Set<string>()
  const tokens = new Set<string>()
  for (const form of forms.forms) {
    if (form.type === 'whole') {
      for (const key of lookKeys(form.word)) refs.add(key)
      if (form.word.roman !== null || form.tokens > 1) refs.add(romanKey(form.word))
      tokens.add(form.word.base)
      continue
    }
    for (const variant of [...form.given, ...form.surname]) tokens.add(variant.word.base)
    addPersonKeys(form, tables, refs)
  }
  return { refs: [...refs].slice(0, storedKeyLimit), tokens: [...tokens].filter((t) => t.length > 1) }
}

function addPersonKeys(form: PersonForm, tables: NameTables, refs: Set<string>): void {
  for (const g of form.given) {
    for (const s of form.surname) {
      for (const key of lookKeys(joinWords(g.word, s.word))) refs.add(key)
      for (const key of lookKeys(joinWords(s.word, g.word))) refs.add(key)
      refs.add(romanKey(joinWords(g.word, s.word)))
      refs.add(romanKey(joinWords(s.word, g.word)))
    }
  }
  const g = (form.given[1] ?? form.given[0])?.word
  for (const { word: s } of form.surname) {
    if (g === undefined) break
    for (const nickname of tables.nicknames.classesOf(g.base)) refs.add(nicknameKey(nickname, s))
    if (g.base.length > 0) {
      refs.add(cut(`i:${[...g.base][0] ?? ''} ${s.base}`))
      refs.add(cut(`i:${g.base} ${[...s.base][0] ?? ''}`))
    }
    for (const key of typoKeys(g, s)) refs.add(key)
  }
}

/** The keys that a shown name is looked up by, most certain families first; at most `queryKeyLimit`. */
export function queryKeys(shown: string | ShownName, tables: NameTables): readonly QueryKey[] {
  const read = typeof shown === 'string' ? readShown(shown) : shown
  const keys = new Map<string, KeyFamily>()
  const add = (key: string, family: KeyFamily): void => {
    if (keys.size < queryKeyLimit && !keys.has(key)) keys.set(key, family)
  }
  for (const text of read.texts) addLookKeys(text, tables, add)
  const first = read.texts[0]
  if (first !== undefined) addLikelyKeys(first, tables, add)
  return [...keys].map(([key, family]) => ({ key, family }))
}

type Add = (key: string, family: KeyFamily) => void

function addLookKeys(text: ShownText, tables: NameTables, add: Add): void {
  const count = text.tokens.length
  const addWord = (word: Word, roman: boolean): void => {
    for (const key of lookKeys(word)) add(key, 'look')
    if (roman || word.script !== 'latin') add(romanKey(word), 'roman')
  }
  // The whole first, whatever it is cut into; then two, three, four words in a row, then words one by one.
  addWord(text.word(0, Math.min(count, 16)), count <= 4)
  for (const size of [2, 3, 4]) {
    for (let start = 0; start + size <= count; start++) {
      if (isBeside(text.tokens[start], tables) || isBeside(text.tokens[start + size - 1], tables)) continue
      addWord(text.word(start, size), size === 2)
      if (size === 2) continue
      for (const word of endsOf(text, start, size, tables)) addWord(word, false)
    }
  }
  if (count === 1) return
  for (let i = 0; i < count; i++) {
    const token = text.tokens[i]
    if (token !== undefined && mayBeWhole(text, i)) addWord(token, false)
  }
}

/** A word that no name begins or ends with: a title, a note, an "and". Roles may be names of their own (Treasury Desk). */
function isBeside(token: Token | undefined, tables: NameTables): boolean {
  if (token === undefined || token.joins || token.numeric) return true
  const bits = tables.classOf(token.base)
  if (bits === 0 || (bits & mayBeName) !== 0) return false
  return !tables.isName(token.base)
}

const mayBeName = classes.role | classes.department | classes.generic | classes.particle | classes.company

/** A word by itself is a name written together, or a name of one word if something sets it off. */
function mayBeWhole(text: ShownText, at: number): boolean {
  const token = text.tokens[at]
  const next = text.tokens[at + 1]
  if (token === undefined) return false
  if (token.script !== 'latin' || token.raw.length >= 7) return true
  return text.tokens.length <= 4 || (next?.gap ?? gaps.bar) >= gaps.comma
}

/** First and last word of a run, and the run without particles: what stays when middle names are left out. */
function endsOf(text: ShownText, start: number, size: number, tables: NameTables): Word[] {
  const run = text.tokens.slice(start, start + size)
  const first = run[0]
  const last = run.at(-1)
  if (first === undefined || last === undefined) return []
  const words = [joinWords(first, last)]
  const second = run[1]
  const third = run[2]
  if (second?.gap === gaps.joined && third !== undefined) words.push(joinWords(joinWords(first, second), last))
  const significant = run.filter((t, i) => i === run.length - 1 || (tables.classOf(t.base) & classes.particle) === 0)
  if (significant.length < run.length && significant.length > 2) {
    words.push(makeWord(significant.reduce((raw, t) => raw + t.raw, '')))
  }
  return words
}

function addLikelyKeys(text: ShownText, tables: NameTables, add: Add): void {
  const pairs = pairsOf(text)
  for (const [a, b] of pairs) {
    for (const [given, surname] of [
      [a, b],
      [b, a],
    ] as const) {
      for (const nickname of tables.nicknames.classesOf(given.base)) add(nicknameKey(nickname, surname), 'nickname')
      if ([...given.base].length === 1 && surname.base.length > 1) {
        add(cut(`i:${given.base} ${surname.base}`), 'initial')
        add(cut(`i:${surname.base} ${given.base}`), 'initial')
      }
    }
  }
  for (const [a, b] of pairs) {
    if (a.base.length < 2 || b.base.length < 2 || (tables.isName(a.base) && tables.isName(b.base))) continue
    for (const key of typoKeys(a, b)) add(key, 'typo')
  }
}

/** Pairs of words that may be given name and surname: neighbours, and first and last of a short text. */
function pairsOf(text: ShownText): (readonly [Word, Word])[] {
  const tokens: readonly Token[] = text.tokens.filter((t) => !t.joins && !t.numeric)
  const pairs: (readonly [Word, Word])[] = []
  const push = (a: Word | undefined, b: Word | undefined): void => {
    if (a !== undefined && b !== undefined && pairs.length < 6) pairs.push([a, b])
  }
  if (tokens.length === 3 || tokens.length === 4) {
    push(tokens[0], text.word(1, text.tokens.length - 1))
    push(tokens[0], tokens.at(-1))
  }
  for (let i = 0; i + 1 < tokens.length; i++) push(tokens[i], tokens[i + 1])
  return pairs
}

/** Words written together, in each form that a key is made of. */
function joinWords(a: Word, b: Word): Word {
  return makeWord(a.raw + b.raw)
}

function lookKeys(word: Word): string[] {
  const keys = [lookKey(word.looks)]
  if (word.script === 'latin' && word.raw === word.plain && word.base === word.plain) return keys
  const add = (text: string): void => {
    const key = lookKey(looksOfCharacters(text))
    if (!keys.includes(key)) keys.push(key)
  }
  add(word.base)
  if (word.expanded !== word.base) add(word.expanded)
  if (word.script !== 'latin') add(word.plain)
  return keys
}

function lookKey(looks: string): string {
  return cut(`g:${joinPairs(looks).replace(doubled, '$1')}`)
}

function romanKey(word: Word): string {
  return cut(`r:${word.roman ?? romanCanon(word.base)}`)
}

function nicknameKey(nickname: string, surname: Word): string {
  return cut(`k:${nickname} ${surname.base}`)
}

/** The pair in alphabetical order with each letter left out in turn, and whole. */
function typoKeys(a: Word, b: Word): string[] {
  const pair = a.base < b.base ? `${squeeze(a.base)} ${squeeze(b.base)}` : `${squeeze(b.base)} ${squeeze(a.base)}`
  const text = pair.slice(0, longestKey - 2)
  const keys = [`t:${text}`]
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== ' ') keys.push(`t:${text.slice(0, i)}${text.slice(i + 1)}`)
  }
  return keys
}

function squeeze(text: string): string {
  return text.replace(/(.)\1+/g, '$1')
}

/** Keys stay short: the rest of a long one is hashed (FNV-1a, 32 bit). */
function cut(key: string): string {
  if (key.length <= longestKey) return key
  let hash = 0x811c9dc5
  for (let i = longestKey - 8; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return key.slice(0, longestKey - 8) + (hash >>> 0).toString(36)
}
