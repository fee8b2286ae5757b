import { isConsonantal } from './consonants.ts'
import {
  canonOf,
  consonantKeys,
  cut,
  initialKeys,
  joinWords,
  lookKeys,
  nicknameKey,
  romanKey,
  romanKeys,
  shortestSlip,
  typoKeys,
} from './key-forms.ts'
import type { KeyWord } from './key-forms.ts'
import { romanised } from './nicknames.ts'
import { readPersonNames } from './person-name.ts'
import type { NameForms, PersonForm, PersonNames } from './person-name.ts'
import { readShown } from './shown-name.ts'
import type { ShownName, ShownText } from './shown-name.ts'
import { classes } from './tables.ts'
import type { NameTables } from './tables.ts'
import { gaps } from './tokens.ts'
import type { Token } from './tokens.ts'
import type { Word } from './word.ts'

/**
 * Keys: short strings under which a person's spellings are stored and which a shown name is looked up by. A key only
 * leads to candidates; `matchName` decides. Families:
 *
 *   g  name written together, as it looks          every certain kind
 *   r  name written together, romanised coarsely   transliterations (R: of names in Latin letters)
 *   c  consonants of given name and surname        Arabic, Hebrew and Hangul names in Latin letters (C: of Latin ones)
 *   k  nickname class and surname                  nickname
 *   t  one part, and the other with a letter less  typo (two names with one edit share such a key)
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
  /** Marks to be counted like words if the keys lead to the person: they say which keys can lead to anybody. */
  readonly gates: readonly string[]
}

/** Most keys that one person is stored under, and that one shown name is looked up by. */
export const storedKeyLimit = 96
export const queryKeyLimit = 64

/** Changes when the same names would get other keys; part of an indexer's fingerprint. */
export const keysVersion = 5

/** What decides which keys are of use; given alike for people and for shown names, they find each other. */
export interface KeyOptions {
  /** Whether names with initials are looked for (`J. Roe`). Default true. */
  readonly initials?: boolean
}

/** What is known of all people together: keys that lead to nobody are not tried. */
export interface QueryOptions extends KeyOptions {
  /** How many people bear a word as part of their name, or have a gate; see `StoredKeys`. */
  readonly tokenCount?: (token: string) => number
}

/** Gates: that somebody's name is in an alphabet for which Latin names have keys of their own. */
const gates = { foreign: '*r', consonantal: '*c' } as const

/** The keys of a person's names. */
export function storedKeys(
  names: PersonNames | NameForms,
  tables: NameTables,
  { initials = true }: KeyOptions = {},
): StoredKeys {
  const forms = 'forms' in names ? names : readPersonNames(names, tables)
  const refs = new Set<string>()
  const tokens = new Set<string>()
  const opened = new Set<string>()
  for (const form of forms.forms) {
    if (form.type === 'whole') {
      for (const key of lookKeys(form.word)) refs.add(key)
      if (form.word.roman !== null || form.tokens > 1) refs.add(romanKey(form.word))
      if (form.word.script !== 'latin') opened.add(gates.foreign)
      tokens.add(form.word.base)
      continue
    }
    for (const { word } of [...form.given, ...form.surname]) {
      tokens.add(word.base)
      if (word.script !== 'latin') opened.add(gates.foreign)
      if (isConsonantal(word.script)) opened.add(gates.consonantal)
    }
    addPersonKeys(form, tables, initials, refs, opened)
  }
  return {
    refs: [...refs].slice(0, storedKeyLimit),
    tokens: [...tokens].filter((t) => t.length > 1),
    gates: [...opened],
  }
}

function addPersonKeys(
  form: PersonForm,
  tables: NameTables,
  initials: boolean,
  refs: Set<string>,
  opened: Set<string>,
): void {
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
    addStoredNicknames(g, s, tables, refs, opened)
    if (initials && g.base.length > 0) {
      refs.add(cut(`i:${[...g.base][0] ?? ''} ${s.base}`))
      refs.add(cut(`i:${g.base} ${[...s.base][0] ?? ''}`))
    }
    for (const [intact, slipped] of [
      [g.base, s.base],
      [s.base, g.base],
    ] as const) {
      for (const key of typoKeys(intact, slipped, 0)) refs.add(key)
      opened.add(slipGate(intact, slipped.charAt(0)))
    }
  }
}

/** Short forms with the surname; with any spelling of it where the name is of another alphabet. */
function addStoredNicknames(g: Word, s: Word, tables: NameTables, refs: Set<string>, opened: Set<string>): void {
  for (const nickname of tables.nicknames.classesOf(g.latin)) {
    refs.add(nicknameKey(nickname, s.base))
    if (g.script === 'latin' && s.script === 'latin' && !nickname.endsWith(romanised)) continue
    refs.add(nicknameKey(nickname, anySpelling(s)))
    opened.add(anySpelling(s))
  }
}

/** The keys that a shown name is looked up by, most certain families first; at most `queryKeyLimit`. */
export function queryKeys(
  shown: string | ShownName,
  tables: NameTables,
  options: QueryOptions = {},
): readonly QueryKey[] {
  const read = typeof shown === 'string' ? readShown(shown) : shown
  const keys = new Map<string, KeyFamily>()
  const query: Query = {
    tables,
    initials: options.initials !== false,
    foreign: options.tokenCount === undefined || options.tokenCount(gates.foreign) > 0,
    consonantal: options.tokenCount === undefined || options.tokenCount(gates.consonantal) > 0,
    isBorne: (base) => options.tokenCount === undefined || options.tokenCount(base) > 0,
    isName: (base) => tables.isName(base) || (options.tokenCount !== undefined && options.tokenCount(base) > 0),
    add: (key, family) => {
      if (keys.size < queryKeyLimit && !keys.has(key)) keys.set(key, family)
    },
  }
  for (const text of read.texts) addLookKeys(text, query)
  const first = read.texts[0]
  if (first !== undefined) addLikelyKeys(first, query)
  return [...keys].map(([key, family]) => ({ key, family }))
}

interface Query {
  readonly tables: NameTables
  readonly initials: boolean
  /** Whether anybody's name is in another alphabet than the Latin one, and in one without vowels. */
  readonly foreign: boolean
  readonly consonantal: boolean
  /** Whether anybody may bear the word. */
  readonly isBorne: (base: string) => boolean
  /** Whether the word is a name of its own, and so no slip of the pen. */
  readonly isName: (base: string) => boolean
  readonly add: (key: string, family: KeyFamily) => void
}

function addLookKeys(text: ShownText, query: Query): void {
  const { tables, add } = query
  const count = text.tokens.length
  const addRoman = (a: KeyWord, b: KeyWord | null): void => {
    const latin = a.script === 'latin' && (b === null || b.script === 'latin')
    if (latin && !query.foreign) return
    const canon = b === null ? canonOf(a) : canonOf(a) + canonOf(b)
    if (query.foreign) add(cut(`r:${canon}`), 'roman')
    if (!latin) add(cut(`R:${canon}`), 'roman')
  }
  const addWord = (word: KeyWord, roman: boolean): void => {
    for (const key of lookKeys(word)) add(key, 'look')
    if (roman || word.script !== 'latin') addRoman(word, null)
  }
  // The whole first, whatever it is cut into; then two units in a row, two with one or two between, three in a row.
  const units = unitsOf(text.tokens, tables, true)
  if (count !== 2 || units.length !== 2) {
    addWord(text.word(0, Math.min(count, 16)), count === 1 || count === 3 || count === 4)
  }
  if (count === 1) return
  for (const step of units.length > fewUnits ? [1, 2] : [1, 2, 3]) {
    for (let i = 0; i + step < units.length; i++) {
      const first = units[i]
      const last = units[i + step]
      if (first === undefined || last === undefined) continue
      addWord(joinWords(first.word, last.word), false)
      if (step === 1) addRoman(first.word, last.word)
    }
  }
  for (let i = 0; i + 2 < units.length && units.length <= fewUnits; i++) {
    addWord(joinAll(units.slice(i, i + 3)), false)
  }
  for (const unit of units) if (mayBeWhole(unit, units.length)) addWord(unit.word, false)
}

/** A text of more units is a sentence: names in it are looked for by fewer keys. */
const fewUnits = 6

/** Words that belong together: particles left out, hyphened words as one. */
interface Unit {
  readonly word: KeyWord
  readonly raw: string
  readonly base: string
  /** Something sets it off from what follows. */
  readonly setOff: boolean
}

function unitsOf(tokens: readonly Token[], tables: NameTables, withoutInitials: boolean): Unit[] {
  const units: Unit[] = []
  let keptBefore = false
  let named = false
  tokens.forEach((token, i) => {
    const setOff = (tokens[i + 1]?.gap ?? gaps.bar) >= gaps.comma
    // Between two words of a name; Al Roy, Bo Li and Dr. Al Roy have none there.
    const inside = named && !setOff && isOfName(tokens[i + 1], tables)
    const initial = withoutInitials && token.dotted && token.raw.length === 1
    const particle = inside && (initial || (tables.classOf(token.base) & classes.particle) !== 0)
    named ||= isOfName(token, tables)
    const last = keptBefore && token.gap === gaps.joined ? units.pop() : undefined
    keptBefore = !particle && !isBeside(token, tables)
    if (last !== undefined && !keptBefore) units.push(last)
    if (!keptBefore) return
    const word = last === undefined ? token : joinWords(last.word, token)
    units.push({ word, raw: word.raw, base: word.base, setOff })
  })
  return units
}

/** A word that a person's name may consist of. */
function isOfName(token: Token | undefined, tables: NameTables): boolean {
  return token !== undefined && !isBeside(token, tables) && isPersonal(token.base, tables)
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

function addLikelyKeys(text: ShownText, query: Query): void {
  const { tables, add } = query
  const units = unitsOf(text.tokens, tables, false).filter(({ base }) => isPersonal(base, tables))
  const pairs = pairsOf(units)
  for (const [a, b] of pairs) {
    addNicknameKeys(a, b, query)
    addNicknameKeys(b, a, query)
  }
  for (const [a, b] of pairs) {
    if (!query.consonantal && !isConsonantal(a.word.script)) continue
    for (const key of consonantKeys(a.word, b.word, 'shown')) add(key, 'consonants')
  }
  for (const [a, b] of pairs) {
    for (const key of slipKeys(a, b, query)) add(key, 'typo')
    for (const key of slipKeys(b, a, query)) add(key, 'typo')
  }
}

/** Keys by short forms and by the initial of the first, with the second as the surname. */
function addNicknameKeys(given: Unit, surname: Unit, { tables, initials, isBorne, add }: Query): void {
  const classesOfGiven = tables.nicknames.classesOf(given.word.latin)
  const isInitial = initials && [...given.raw].length === 1 && surname.base.length > 1
  if (classesOfGiven.length === 0 && !isInitial) return
  const coarse = classesOfGiven.length > 0 ? anySpelling(surname.word) : null
  if (coarse !== null && isBorne(coarse)) {
    for (const nickname of classesOfGiven) add(nicknameKey(nickname, coarse), 'nickname')
  }
  if (!isBorne(surname.base)) return
  for (const nickname of classesOfGiven) add(nicknameKey(nickname, surname.base), 'nickname')
  if (isInitial) for (const key of initialKeys(given.base, surname.base)) add(key, 'initial')
}

/** Keys for a slip in the second word: the first must be somebody's name, and the second nobody's. */
function slipKeys(intact: Unit, slipped: Unit, { isBorne, isName }: Query): string[] {
  if (slipped.base.length < shortestSlip || intact.base.length < 2) return []
  if (isName(slipped.base) || !isBorne(intact.base)) return []
  // A slip leaves the first letter, or swaps it with the second.
  if (!isBorne(slipGate(intact.base, slipped.base.charAt(0)))) {
    if (!isBorne(slipGate(intact.base, slipped.base.charAt(1)))) return []
  }
  // The first letter is no slip by itself, so leaving it out finds nothing that another key does not.
  return typoKeys(intact.base, slipped.base, 1)
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
      const word = joinWords(a.word, b.word)
      return { word, raw: word.raw, base: word.base, setOff: false }
    }
    if (second.raw.length > 1) pairs.push([first, join(second, third)], [join(first, second), third])
  }
  return pairs
}

function joinAll(units: readonly Unit[]): KeyWord {
  return units.map((unit) => unit.word).reduce(joinWords)
}

/** A surname in all its romanisations, in keys of short forms and as the gate of these: for names of other alphabets. */
function anySpelling(surname: KeyWord): string {
  return `~${canonOf(surname)}`
}

/** Gate of the names of which one part is this and the other begins with this letter. */
function slipGate(intact: string, first: string): string {
  return `${intact} ${first}`
}
