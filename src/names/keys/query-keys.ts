/** Which keys a shown name is looked up by. */

import type { Budget } from '../../budget.ts'
import { isConsonantal } from '../text/consonants.ts'
import {
  anySpelling,
  canonOf,
  consonantKeys,
  cut,
  gates,
  initialKeys,
  joinWords,
  lookKeys,
  minSlip,
  nicknameKey,
  slipGate,
  typoKeys,
  variantClasses,
  variantGate,
  variantKeys,
} from './key-texts.ts'
import type { KeyFamily, KeyOptions, KeyWord } from './key-texts.ts'
import type { ShownName, ShownText } from '../text/shown-name.ts'
import type { NameTables } from '../tables/tables.ts'
import type { Part } from '../tables/variants.ts'
import { isPersonal, joinUnits, pairsOf, unitsOf } from './units.ts'
import type { Unit } from './units.ts'

/** A key that a shown name is looked up by. */
export interface QueryKey {
  readonly key: string
  readonly family: KeyFamily
}

/** Most keys that one shown name is looked up by. */
export const maxQueryKeys = 64

/** What is known of all people together: keys that lead to nobody are not tried. */
export interface QueryOptions extends KeyOptions {
  /** How many people bear a word as part of their name, or have a gate; see `StoredKeys`. */
  readonly tokenCount?: (token: string) => number
  /** What the message's judgement may still cost; left out: no limit. */
  readonly budget?: Budget | undefined
}

/** The keys that a shown name is looked up by, most certain families first; at most `maxQueryKeys`. */
export function queryKeys(shown: ShownName, tables: NameTables, options: QueryOptions = {}): readonly QueryKey[] {
  const keys = new Map<string, KeyFamily>()
  const variants = { given: new Map<string, readonly string[]>(), surname: new Map<string, readonly string[]>() }
  const query: Query = {
    tables,
    variantClassesOf: (base, part) => {
      let found = variants[part].get(base)
      if (found === undefined) variants[part].set(base, (found = variantClasses(base, part, tables)))
      return found
    },
    initials: options.initials !== false,
    foreign: options.tokenCount === undefined || options.tokenCount(gates.foreign) > 0,
    consonantal: options.tokenCount === undefined || options.tokenCount(gates.consonantal) > 0,
    isBorne: (base) => options.tokenCount === undefined || options.tokenCount(base) > 0,
    isName: (base) => tables.isName(base) || (options.tokenCount !== undefined && options.tokenCount(base) > 0),
    add: (key, family) => {
      if (keys.size < maxQueryKeys && !keys.has(key)) keys.set(key, family)
    },
    isFull: () => keys.size >= maxQueryKeys,
    count: (word) =>
      options.budget?.spend(word.script === 'latin' && word.roman === null ? 15 : 30 + 20 * word.raw.length),
  }
  for (const text of shown.texts) addLookKeys(text, query)
  const first = shown.texts[0]
  if (first !== undefined) addLikelyKeys(first, query)
  return [...keys].map(([key, family]) => ({ key, family }))
}

interface Query {
  readonly tables: NameTables
  readonly initials: boolean
  /** Whether anybody's name is in another alphabet than the Latin one, and in one without vowels. */
  readonly foreign: boolean
  readonly consonantal: boolean
  /** `variantClasses`, made once for each word and part. */
  readonly variantClassesOf: (base: string, part: Part) => readonly string[]
  /** Whether anybody may bear the word. */
  readonly isBorne: (base: string) => boolean
  /** Whether the word is a name of its own, and so no slip of the pen. */
  readonly isName: (base: string) => boolean
  readonly add: (key: string, family: KeyFamily) => void
  /** Whether further keys would be dropped. */
  readonly isFull: () => boolean
  /** Counts what the forms of a word cost. */
  readonly count: (word: KeyWord) => void
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
    query.count(word)
    for (const key of lookKeys(word)) add(key, 'look')
    if (roman || word.script !== 'latin') addRoman(word, null)
  }
  // The whole first, whatever it is cut into; then two units in a row, two with one or two between, three in a row.
  const units = unitsOf(text.tokens, tables, query.isName, true)
  if (count !== 2 || units.length !== 2) {
    addWord(text.word(0, Math.min(count, 16)), count === 1 || count === 3 || count === 4)
  }
  if (count === 1) return
  for (const step of units.length > fewUnits ? [1, 2] : [1, 2, 3]) {
    for (let i = 0; i + step < units.length; i++) {
      const first = units[i]
      const last = units[i + step]
      if (first === undefined || last === undefined) continue
      if (query.isFull()) return
      query.count(first.word)
      addWord(joinWords(first.word, last.word), false)
      if (step === 1) addRoman(first.word, last.word)
    }
  }
  for (let i = 0; i + 2 < units.length && units.length <= fewUnits; i++) {
    addWord(joinUnits(units.slice(i, i + 3)), false)
  }
  for (const unit of units) if (mayBeWhole(unit, units.length)) addWord(unit.word, false)
}

/** A text of more units is a sentence: names in it are looked for by fewer keys. */
const fewUnits = 6

/** A word by itself is a name written together, or a name of one word if something sets it off. */
function mayBeWhole(unit: Unit, count: number): boolean {
  return unit.raw.length >= 7 || count <= 4 || unit.setOff || /[^\x20-\x7e]/.test(unit.raw)
}

function addLikelyKeys(text: ShownText, query: Query): void {
  const { tables, add } = query
  addRoleKeys(text, query)
  const units = unitsOf(text.tokens, tables, query.isName, false).filter(({ base }) =>
    isPersonal(base, tables, query.isName),
  )
  const pairs = pairsOf(units)
  for (const [a, b] of pairs) {
    query.count(a.word)
    query.count(b.word)
  }
  for (const [a, b] of pairs) {
    addNicknameKeys(a, b, query)
    addNicknameKeys(b, a, query)
  }
  for (const [a, b] of pairs) {
    if (!query.consonantal && !isConsonantal(a.word.script)) continue
    for (const key of consonantKeys(a.word, b.word, 'shown')) add(key, 'consonants')
  }
  for (const [a, b] of pairs) {
    addVariantKeys(a, b, query)
    addVariantKeys(b, a, query)
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

/** Keys by other spellings of each, with the second as the surname. */
function addVariantKeys(given: Unit, surname: Unit, { variantClassesOf, isBorne, add }: Query): void {
  if (given.base.length < 2 || surname.base.length < 2) return
  const classes = variantClassesOf(surname.base, 'surname').filter((one) =>
    one.startsWith('=') ? isBorne(surname.base) : isBorne(variantGate(one)),
  )
  if (classes.length === 0) return
  const classesOfGiven = variantClassesOf(given.base, 'given').filter(
    (one) => !one.startsWith('=') || isBorne(given.base),
  )
  for (const key of variantKeys(classesOfGiven, classes)) add(key, 'variant')
}

/** Accounts Payabel: keys for a slip in one word of a role, the others of which are known. */
function addRoleKeys(text: ShownText, { tables, isBorne, isName, add }: Query): void {
  const bases = text.tokens.slice(0, 5).map(({ base }) => base)
  const slipped = bases.findIndex((base) => tables.classOf(base) === 0 && !isName(base))
  if (slipped < 0 || bases.length < 2 || bases.length > 4 || !bases.some((base) => tables.classOf(base) !== 0)) return
  const intact = bases.filter((_, i) => i !== slipped).join('')
  const slip = bases[slipped] ?? ''
  if (slip.length < minSlip || !isBorne(slipGate(intact, slip.charAt(0)))) return
  for (const key of typoKeys(intact, slip, 1)) add(key, 'typo')
}

/** Keys for a slip in the second word: the first must be somebody's name, and the second nobody's. */
function slipKeys(intact: Unit, slipped: Unit, { isBorne, isName }: Query): string[] {
  if (slipped.base.length < minSlip || intact.base.length < 2) return []
  if (isName(slipped.base) || !isBorne(intact.base)) return []
  // A slip leaves the first letter, or swaps it with the second.
  if (!isBorne(slipGate(intact.base, slipped.base.charAt(0)))) {
    if (!isBorne(slipGate(intact.base, slipped.base.charAt(1)))) return []
  }
  // The first letter is no slip by itself, so leaving it out finds nothing that another key does not.
  return typoKeys(intact.base, slipped.base, 1)
}
