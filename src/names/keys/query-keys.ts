/** Which keys a shown name is looked up by. */

import type { Budget } from '../../budget.ts'
import { isConsonantal } from '../text/consonants.ts'
import {
  anySpelling,
  canonOf,
  consonantKeys,
  cut,
  initialKeys,
  isAsciiWord,
  joinWords,
  lookKey,
  lookKeys,
  minSlip,
  nicknameKey,
  slipGate,
  typoKeys,
  variantKeys,
} from './key-texts.ts'
import type { KeyFamily, KeyOptions, KeyWord } from './key-texts.ts'
import { romanised } from '../tables/nicknames.ts'
import type { ShownName, ShownText } from '../text/shown-name.ts'
import type { KnownWord, KnownWords } from './known-words.ts'
import { classes } from '../tables/tables.ts'
import { isPersonal, joinUnits, pairsOf, unitsOf } from './units.ts'
import type { Unit } from './units.ts'

/** A key that a shown name is looked up by. */
export interface QueryKey {
  readonly key: string
  readonly family: KeyFamily
}

/** Most keys that one shown name is looked up by. */
export const maxQueryKeys = 64

/** How a shown name is looked for. */
export interface QueryOptions extends KeyOptions {
  /** What the message's judgement may still cost; left out: no limit. */
  readonly budget?: Budget | undefined
}

/** Takes keys as they are made, most certain families first. */
export interface KeySink {
  add(key: string, family: KeyFamily): void
  /** The keys of one plain word by itself, which are the same whenever it stands somewhere. */
  addWord(known: KnownWord, word: KeyWord): void
  /** Whether further keys would be of no use. */
  readonly isFull: boolean
}

/** The keys that a shown name is looked up by, most certain families first; at most `maxQueryKeys`, each once. */
export function queryKeys(shown: ShownName, words: KnownWords, options: QueryOptions = {}): readonly QueryKey[] {
  const found: QueryKey[] = []
  const seen = new Set<string>()
  const add = (key: string, family: KeyFamily): void => {
    if (found.length >= maxQueryKeys || seen.has(key)) return
    seen.add(key)
    found.push({ key, family })
  }
  makeQueryKeys(shown, words, options, {
    add,
    addWord: (_, word) => {
      for (const key of lookKeys(word)) add(key, 'look')
    },
    get isFull() {
      return found.length >= maxQueryKeys
    },
  })
  return found
}

/** Makes the keys that a shown name is looked up by, some of them more than once, and none that can lead to nobody known. */
export function makeQueryKeys(shown: ShownName, words: KnownWords, options: QueryOptions, sink: KeySink): void {
  const query: Query = { words, initials: options.initials !== false, budget: options.budget, sink }
  const [first, ...others] = shown.texts
  if (first === undefined) return
  const known = knownOf(first, query)
  const units = addLookKeys(first, known, query)
  for (const text of others) addLookKeys(text, knownOf(text, query), query)
  if (!sink.isFull) addLikelyKeys(first, known, units, query)
}

function knownOf({ tokens }: ShownText, { words, budget }: Query): readonly KnownWord[] {
  return tokens.map(({ base }) => words.of(base, budget))
}

interface Query {
  readonly words: KnownWords
  readonly initials: boolean
  readonly budget: Budget | undefined
  readonly sink: KeySink
}

/** Counts what the forms of a word cost. */
function count(word: KeyWord, budget: Budget | undefined): void {
  budget?.spend(word.script === 'latin' && word.roman === null ? 15 : 30 + 20 * word.raw.length)
}

/** @returns the units that the keys were made of */
function addLookKeys(text: ShownText, known: readonly KnownWord[], query: Query): readonly Unit[] {
  const { tokens } = text
  const { words, budget, sink } = query
  // The whole first, whatever it is cut into; then two units in a row, two with one or two between, three in a row.
  const units = unitsOf(tokens, known, words, true, budget)
  if (tokens.length !== 2 || units.length !== 2) {
    const isRoman = tokens.length === 1 || tokens.length === 3 || tokens.length === 4
    addWord(text.word(0, Math.min(tokens.length, 16)), isRoman, query)
  }
  if (tokens.length === 1) return units
  for (let step = 1; step <= (units.length > someUnits ? 2 : 3); step++) {
    for (let i = 0; i + step < units.length; i++) {
      const first = units[i]
      const last = units[i + step]
      if (first === undefined || last === undefined) continue
      if (sink.isFull) return units
      count(first.word, budget)
      addTogether(first.word, last.word, query)
      if (step === 1) addRoman(first.word, last.word, query)
    }
  }
  addBehindComma(units, query)
  for (let i = 0; i + 2 < units.length && units.length <= fewUnits; i++) {
    addWord(joinUnits(units.slice(i, i + 3)), false, query)
  }
  for (const unit of units) {
    if (!mayBeWhole(unit, units.length)) continue
    if (asciiLetters.test(unit.raw)) sink.addWord(unit.known, unit.word)
    else addWord(unit.word, false, query)
  }
  return units
}

/** Roe, Prof. Dr. Dr. Jane: the given name may stand far behind the comma. */
function addBehindComma(units: readonly Unit[], query: Query): void {
  const comma = units.findIndex(({ setOff }) => setOff)
  const surname = units[comma]
  if (surname === undefined) return
  for (const given of units.slice(comma + 3, comma + maxBehindComma)) {
    if (query.sink.isFull) return
    count(given.word, query.budget)
    addTogether(surname.word, given.word, query)
  }
}

function addWord(word: KeyWord, roman: boolean, query: Query): void {
  count(word, query.budget)
  for (const key of lookKeys(word)) query.sink.add(key, 'look')
  if (roman || word.script !== 'latin') addRoman(word, null, query)
}

/** As `addWord` of both written together, which of two plain words takes no more than their looks. */
function addTogether(a: KeyWord, b: KeyWord, query: Query): void {
  if (!isAsciiWord(a) || !isAsciiWord(b)) {
    addWord(joinWords(a, b), false, query)
    return
  }
  count(b, query.budget)
  query.sink.add(lookKey(a.looks + b.looks), 'look')
}

function addRoman(a: KeyWord, b: KeyWord | null, { words, sink }: Query): void {
  const latin = a.script === 'latin' && (b === null || b.script === 'latin')
  if (latin && !words.foreign) return
  const canon = b === null ? canonOf(a) : canonOf(a) + canonOf(b)
  if (words.foreign) sink.add(cut(`r:${canon}`), 'roman')
  if (!latin) sink.add(cut(`R:${canon}`), 'roman')
}

const asciiLetters = /^[A-Za-z]+$/

/** Words behind a comma of which any may be the given name of the surname before it. */
const maxBehindComma = 12

/** A text of more units is a sentence: names in it are looked for by fewer keys. */
const fewUnits = 6
/** Up to so many units, two with two between are a name as well: Nguyễn Thị Lan Hương behind a role of four words. */
const someUnits = 8

/** A word by itself is a name written together, or a name of one word if something sets it off. */
function mayBeWhole(unit: Unit, units: number): boolean {
  return unit.raw.length >= 7 || units <= 4 || unit.setOff || /[^\x20-\x7e]/.test(unit.raw)
}

function addLikelyKeys(
  text: ShownText,
  known: readonly KnownWord[],
  withoutInitials: readonly Unit[],
  query: Query,
): void {
  const { words, budget, sink } = query
  addRoleKeys(known, query)
  const hasInitial = text.tokens.some(({ dotted, raw }) => dotted && raw.length === 1)
  const units = hasInitial ? unitsOf(text.tokens, known, words, false, budget) : withoutInitials
  const personal = units.filter(({ known }) => isPersonal(known))
  const pairs = pairsOf(personal, words, budget)
  for (const [a, b] of pairs) {
    count(a.word, budget)
    count(b.word, budget)
  }
  for (const [a, b] of pairs) {
    addNicknameKeys(a, b, query)
    addNicknameKeys(b, a, query)
  }
  for (const [a, b] of pairs) {
    if (!isConsonantal(a.word.script) && !words.consonantal) continue
    for (const key of consonantKeys(a.word, b.word, 'shown')) sink.add(key, 'consonants')
  }
  for (const [a, b] of pairs) addVariantKeys(a, b, sink)
  for (const [a, b] of pairs) {
    addSlipKeys(a, b, query)
    addSlipKeys(b, a, query)
  }
}

/** Keys by short forms and by the initial of the first, with the second as the surname. */
function addNicknameKeys(given: Unit, surname: Unit, { words, initials, budget, sink }: Query): void {
  const { latin } = given.word
  const { nicknames } = latin === given.base ? given.known : words.of(latin, budget)
  const isInitial = initials && surname.base.length > 1 && [...given.raw].length === 1
  if (nicknames.length === 0 && !isInitial) return
  budget?.spend(15)
  // Names of another alphabet alone are stored under any spelling, and those whose Latin spellings differ.
  const coarse = nicknames.filter((nickname) => words.foreign || nickname.endsWith(romanised))
  if (coarse.length > 0 && words.opens(anySpelling(surname.word))) {
    for (const nickname of coarse) sink.add(nicknameKey(nickname, anySpelling(surname.word)), 'nickname')
  }
  if (!surname.known.isBorne) return
  for (const nickname of nicknames) sink.add(nicknameKey(nickname, surname.base), 'nickname')
  if (isInitial) for (const key of initialKeys(given.base, surname.base)) sink.add(key, 'initial')
}

/** Keys by other spellings of each, either being the surname. */
function addVariantKeys(a: Unit, b: Unit, sink: KeySink): void {
  if (a.base.length < 2 || b.base.length < 2) return
  const keys = spelledKeys(a, b)
  for (const key of keys) sink.add(key, 'variant')
  for (const key of spelledKeys(b, a)) if (!keys.includes(key)) sink.add(key, 'variant')
}

/** What a surname sounds like is looked up in the store, so only beside what can be a given name. */
function spelledKeys(given: Unit, surname: Unit): readonly string[] {
  const classes = given.known.spellings('given')
  return classes.length === 0 ? [] : variantKeys(classes, surname.known.spellings('surname'))
}

/** Words of which one is a slip in a role's name, with the organisation's beside it. */
const maxRoleWords = 5

/** Accounts Payabel: keys for a slip in one word of a role, the others of which are known; also beside the own company. */
function addRoleKeys(known: readonly KnownWord[], { words, sink }: Query): void {
  if (known.length < 2 || known.length > maxRoleWords) return
  if (!known.some(({ bits }) => bits !== 0)) return
  const strange = known.filter((word) => word.bits === 0 && !word.isName)
  for (const slipped of strange.slice(0, 2)) {
    const slip = slipped.base
    if (slip.length < minSlip) continue
    const others = known.filter((word) => word !== slipped)
    const at = known.indexOf(slipped)
    // Accounts Payabel Team: also beside each of its neighbours by itself.
    const neighbours = known.length > 2 ? [known.slice(at - 1, at), known.slice(at + 1, at + 2)] : []
    for (const kept of [others, others.filter(({ bits }) => bits !== 0), ...neighbours]) {
      if (kept.length === 0 || (kept !== others && kept.length === others.length)) continue
      const intact = kept.map(({ base }) => base).join('')
      if (!words.opens(slipGate(intact, slip.charAt(0)))) continue
      for (const key of typoKeys(intact, slip, 1)) sink.add(key, 'typo')
    }
  }
  if (strange.length === 0) addPluralKeys(known, words, sink)
}

/** Account Payable, Accounts Payables: a word of a role in the singular or in the plural. */
function addPluralKeys(known: readonly KnownWord[], words: KnownWords, sink: KeySink): void {
  if (known.length > 3 || !known.every(({ bits }) => (bits & ofRole) !== 0)) return
  for (const word of known) {
    const intact = known.flatMap((other) => (other === word ? [] : [other.base])).join('')
    if (word.base.length < minSlip || !words.opens(slipGate(intact, word.base.charAt(0)))) continue
    for (const form of [word.base, word.base.replace(/s$/, '')]) {
      for (const key of typoKeys(intact, form, form.length)) sink.add(key, 'typo')
    }
  }
}

const ofRole = classes.role | classes.department | classes.note | classes.generic | classes.organisation

/** Keys for a slip in the second word: the first must be somebody's name, and the second nobody's. */
function addSlipKeys(intact: Unit, slipped: Unit, { words, budget, sink }: Query): void {
  if (slipped.base.length < minSlip || intact.base.length < 2) return
  if (slipped.known.isName || !intact.known.isBorne) return
  budget?.spend(30)
  // A slip leaves the first letter, or swaps it with the second.
  if (!words.opens(slipGate(intact.base, slipped.base.charAt(0)))) {
    if (!words.opens(slipGate(intact.base, slipped.base.charAt(1)))) return
  }
  // The first letter is no slip by itself, so leaving it out finds nothing that another key does not.
  for (const key of typoKeys(intact.base, slipped.base, 1)) sink.add(key, 'typo')
}
