/** What is known of the words of names: from the tables, and of the people known. */

import type { Budget } from '../../budget.ts'
import type { Lookup } from '../../model.ts'
import { Memo } from '../../memo.ts'
import type { NameTables } from '../tables/tables.ts'
import type { Part } from '../tables/variants.ts'
import { gates, variantGate } from './key-texts.ts'

/** Words kept with what is known of them: few of the words that names consist of are new. */
const maxWords = 20_000

/** What is asked of the people known: how many bear a word, and whether any may have a gate; see `StoredKeys`. */
type Bearers = Pick<Lookup, 'tokenCount' | 'mayBear'>

/** Asks the tables and the people known about words, once for each word; made for one state of people and rules. */
export class KnownWords {
  readonly tables: NameTables
  readonly #people: Bearers | undefined
  readonly #words = new Memo<KnownWord>(maxWords)
  #foreign: boolean | undefined
  #consonantal: boolean | undefined

  /** @param people left out: anybody may bear any word */
  constructor(tables: NameTables, people?: Bearers) {
    this.tables = tables
    this.#people = people
  }

  /** Whether nothing is known of people, so that anybody may bear any word. */
  get nobodyAsked(): boolean {
    return this.#people === undefined
  }

  /** Whether anybody's name is in another alphabet than the Latin one. */
  get foreign(): boolean {
    return (this.#foreign ??= this.opens(gates.foreign))
  }

  /** Whether anybody's name is in an alphabet without vowels. */
  get consonantal(): boolean {
    return (this.#consonantal ??= this.opens(gates.consonantal))
  }

  /** What is known of a word in base form. @param budget what is found out for the first time counts against it */
  of(base: string, budget?: Budget): KnownWord {
    let word = this.#words.get(base)
    if (word === undefined) {
      budget?.spend(30)
      word = new KnownWord(base, this)
      this.#words.set(base, word)
    }
    return word
  }

  /** How many people bear a word, of those known; 0 if nobody was asked about. */
  count(base: string): number {
    return this.#people === undefined ? 0 : this.#people.tokenCount(base)
  }

  /** Whether keys behind a gate may lead to anybody. */
  opens(gate: string): boolean {
    return this.#people === undefined || this.#people.mayBear(gate)
  }
}

/** One word in base form. What takes a look-up is found out when it is first asked for. */
export class KnownWord {
  readonly base: string
  /** Bits of `classes`. */
  readonly bits: number
  /** Whether the word by itself leads to anybody; undefined before that was asked. */
  leadsAlone: boolean | undefined
  readonly #words: KnownWords
  #count = -1
  #isName: boolean | undefined
  #nicknames: readonly string[] | undefined
  #sound: string | null | undefined
  #given: readonly string[] | undefined
  #surname: readonly string[] | undefined

  constructor(base: string, words: KnownWords) {
    this.base = base
    this.bits = words.tables.classOf(base)
    this.#words = words
  }

  /** How many people bear it, of those known. */
  get count(): number {
    if (this.#count < 0) this.#count = this.#words.count(this.base)
    return this.#count
  }

  /** Whether anybody may bear it. */
  get isBorne(): boolean {
    return this.#words.nobodyAsked || this.count > 0
  }

  /** Whether it is a name of its own: one of many, or of somebody known. */
  get isName(): boolean {
    return (this.#isName ??= this.#words.tables.isName(this.base) || this.count > 0)
  }

  /** The classes of short forms that it is of. */
  get nicknames(): readonly string[] {
    return (this.#nicknames ??= this.#words.tables.nicknames.classesOf(this.base))
  }

  /** Its classes of spellings as such a part of a name (see `variantClasses`), without those that lead to nobody. */
  spellings(part: Part): readonly string[] {
    if (part === 'given') return (this.#given ??= this.#spellings(part))
    return (this.#surname ??= this.#spellings(part))
  }

  #spellings(part: Part): readonly string[] {
    const { variants } = this.#words.tables
    const sound = (this.#sound ??= variants.soundOf(this.base))
    const sets = variants.setsOf(this.base, part)
    const own = sound ?? (this.isBorne ? `=${this.base}` : null)
    const classes = own === null ? sets : [own, ...sets]
    // What no surname of anybody known sounds like leads nowhere.
    return part === 'given'
      ? classes
      : classes.filter((one) => one.startsWith('=') || this.#words.opens(variantGate(one)))
  }
}
