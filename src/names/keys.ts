import { consonants, isConsonantal, latinConsonants } from './consonants.ts'
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
 *   c  consonants of given name and surname        Arabic, Hebrew and Hangul names in Latin letters
 *   k  nickname class and surname                  nickname
 *   t  name with a letter left out                 typo (two names with one edit share such a key)
 *   i  initial and surname, given name and initial initial
 */
export type KeyFamily = 'look' | 'roman' | 'consonants' | 'nickname' | 'typo' | 'initial'

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
export const keysVersion = 3

const longestKey = 64
const doubled = /(.)\1+/gu
const drawnOut = /(.)\1\1+/gu

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
      for (const key of romanKeys(g.word, s.word)) refs.add(key)
      for (const key of consonantKeys(g.word, s.word, 'stored')) refs.add(key)
    }
  }
  const g = (form.given[1] ?? form.given[0])?.word
  for (const { word: s } of form.surname) {
    if (g === undefined) break
    for (const nickname of tables.nicknames.classesOf(g.latin)) refs.add(nicknameKey(nickname, s.base))
    if (g.base.length > 0) {
      refs.add(cut(`i:${[...g.base][0] ?? ''} ${s.base}`))
      refs.add(cut(`i:${g.base} ${[...s.base][0] ?? ''}`))
    }
    for (const key of typoKeys(g.base, s.base)) refs.add(key)
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
  // The whole first, whatever it is cut into; then two units in a row, two with one or two between, three in a row.
  const units = unitsOf(text.tokens, tables, true)
  if (count !== 2 || units.length !== 2) addWord(text.word(0, Math.min(count, 16)), count === 1)
  if (count === 1) return
  for (const step of units.length > fewUnits ? [1, 2] : [1, 2, 3]) {
    for (let i = 0; i + step < units.length; i++) {
      const first = units[i]
      const last = units[i + step]
      if (first === undefined || last === undefined) continue
      addWord(makeWord(first.raw + last.raw), false)
      if (step === 1) add(romanPairKey(first.word, last.word), 'roman')
    }
  }
  for (let i = 0; i + 2 < units.length && units.length <= fewUnits; i++) {
    addWord(makeWord(units.slice(i, i + 3).reduce((raw, unit) => raw + unit.raw, '')), false)
  }
  for (const unit of units) if (mayBeWhole(unit, units.length)) addWord(makeWord(unit.raw), false)
}

/** A text of more units is a sentence: names in it are looked for by fewer keys. */
const fewUnits = 6

/** Words that belong together: particles left out, hyphened words as one. */
interface Unit {
  readonly word: Word
  readonly raw: string
  readonly base: string
  /** Something sets it off from what follows. */
  readonly setOff: boolean
}

function unitsOf(tokens: readonly Token[], tables: NameTables, withoutInitials: boolean): Unit[] {
  const units: Unit[] = []
  let keptBefore = false
  tokens.forEach((token, i) => {
    const setOff = (tokens[i + 1]?.gap ?? gaps.bar) >= gaps.comma
    const inside = i > 0 && i < tokens.length - 1 && !setOff
    const initial = withoutInitials && token.dotted && token.raw.length === 1
    const particle = inside && (initial || (tables.classOf(token.base) & classes.particle) !== 0)
    const last = keptBefore && token.gap === gaps.joined ? units.pop() : undefined
    keptBefore = !particle && !isBeside(token, tables)
    if (last !== undefined && !keptBefore) units.push(last)
    if (!keptBefore) return
    const word = last === undefined ? token : makeWord(last.raw + token.raw)
    units.push({ word, raw: word.raw, base: word.base, setOff })
  })
  return units
}

/** A word by itself is a name written together, or a name of one word if something sets it off. */
function mayBeWhole(unit: Unit, count: number): boolean {
  return unit.raw.length >= 7 || count <= 4 || unit.setOff || /[^\x20-\x7e]/.test(unit.raw)
}

/** A word that no name begins or ends with: a title, a note, an "and". Roles may be names of their own (Treasury Desk). */
function isBeside(token: Token | undefined, tables: NameTables): boolean {
  if (token === undefined || token.joins || token.numeric) return true
  if ([...token.raw].length === 1) return false
  const bits = tables.classOf(token.base)
  if (bits === 0 || (bits & mayBeName) !== 0) return false
  return !tables.isName(token.base)
}

const mayBeName = classes.role | classes.department | classes.generic | classes.particle | classes.company

function addLikelyKeys(text: ShownText, tables: NameTables, add: Add): void {
  const units = unitsOf(text.tokens, tables, false).filter(({ base }) => isPersonal(base, tables))
  const pairs = pairsOf(units)
  for (const [a, b] of pairs) {
    for (const [given, surname] of [
      [a, b],
      [b, a],
    ] as const) {
      for (const nickname of tables.nicknames.classesOf(given.word.latin))
        add(nicknameKey(nickname, surname.base), 'nickname')
      if ([...given.raw].length === 1 && surname.base.length > 1) {
        for (const key of initialKeys(given.base, surname.base)) add(key, 'initial')
      }
    }
  }
  for (const [a, b] of pairs) {
    for (const key of consonantKeys(a.word, b.word, 'shown')) add(key, 'consonants')
  }
  for (const [a, b] of pairs) {
    if (a.base.length < 2 || b.base.length < 2 || (tables.isName(a.base) && tables.isName(b.base))) continue
    for (const key of typoKeys(a.base, b.base)) add(key, 'typo')
  }
}

/** Whether a word may be of a person's name: not a role or a department that no one is called by. */
function isPersonal(base: string, tables: NameTables): boolean {
  return (tables.classOf(base) & ~classes.particle) === 0 || tables.isName(base) || base.length === 1
}

/** Pairs that may be given name and surname: neighbours, those with one between, first with the rest joined. */
function pairsOf(units: readonly Unit[]): (readonly [Unit, Unit])[] {
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
      const word = makeWord(a.raw + b.raw)
      return { word, raw: word.raw, base: word.base, setOff: false }
    }
    if (second.raw.length > 1) pairs.push([first, join(second, third)], [join(first, second), third])
  }
  return pairs
}

/** The given name's initial with the surname, and the given name with the surname's initial. */
function initialKeys(given: string, surname: string): string[] {
  return [cut(`i:${[...given][0] ?? ''} ${surname}`), cut(`i:${surname} ${[...given][0] ?? ''}`)]
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
  return cut(`g:${squeeze(joinPairs(looks.replace(drawnOut, '$1')))}`)
}

function romanKey(word: Word): string {
  return cut(`r:${canonOf(word)}`)
}

function romanPairKey(a: Word, b: Word): string {
  return cut(`r:${canonOf(a)}${canonOf(b)}`)
}

/** Both orders, each word by itself, and written together. */
function romanKeys(given: Word, surname: Word): string[] {
  return [
    romanPairKey(given, surname),
    romanPairKey(surname, given),
    romanKey(joinWords(given, surname)),
    romanKey(joinWords(surname, given)),
  ]
}

function canonOf(word: Word): string {
  return word.roman ?? romanCanon(word.base)
}

/**
 * Consonants of both words, in alphabetical order. Latin names are stored apart from those of consonantal scripts, as one is
 * only looked for by the other.
 */
function consonantKeys(a: Word, b: Word, side: 'stored' | 'shown'): string[] {
  const consonantal = isConsonantal(a.script) && isConsonantal(b.script)
  if (!consonantal && (a.script !== 'latin' || b.script !== 'latin')) return []
  const family = consonantal === (side === 'stored') ? 'c' : 'C'
  const keys: string[] = []
  for (const x of consonantal ? consonants(a.base, a.script) : [latinConsonants(a.base)]) {
    for (const y of consonantal ? consonants(b.base, b.script) : [latinConsonants(b.base)]) {
      keys.push(cut(`${family}:${x < y ? `${x} ${y}` : `${y} ${x}`}`))
    }
  }
  return keys.slice(0, 16)
}

function nicknameKey(nickname: string, surname: string): string {
  return cut(`k:${nickname} ${surname}`)
}

/** The pair in alphabetical order, whole and with each letter left out in turn; double letters count once. */
function typoKeys(a: string, b: string): string[] {
  const text = (a < b ? `${a} ${b}` : `${b} ${a}`).slice(0, longestKey - 2)
  const keys = [`t:${squeeze(text)}`]
  for (let i = 0; i < text.length; i++) {
    // Of a double letter one is enough: leaving out either gives the same.
    if (text[i] !== ' ' && text[i] !== text[i + 1]) keys.push(`t:${squeeze(text.slice(0, i) + text.slice(i + 1))}`)
  }
  return keys
}

/** Double letters once. */
function squeeze(text: string): string {
  for (let i = 1; i < text.length; i++) {
    if (text.charCodeAt(i) === text.charCodeAt(i - 1)) return text.replace(doubled, '$1')
  }
  return text
}

/** Keys stay short: the rest of a long one is hashed (FNV-1a, 32 bit). */
function cut(key: string): string {
  if (key.length <= longestKey) return key
  let hash = 0x811c9dc5
  for (let i = longestKey - 8; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return key.slice(0, longestKey - 8) + (hash >>> 0).toString(36)
}
