/** All tables with the operator's additions. */

import {
  companions,
  conjunctions,
  departments,
  fromWords,
  genericWords,
  notes,
  organisations,
  particles,
  roles,
  suffixes,
  titles,
  viaWords,
} from './affixes.ts'
import {
  accentedTitles,
  departmentsByLanguage,
  eastAsianTitles,
  organisationsByLanguage,
  rolesByLanguage,
  suffixesByLanguage,
  titlesByLanguage,
} from './affixes-by-language.ts'
import { unpackKnownNames } from './known-names.ts'
import { buildNicknames } from './nicknames.ts'
import type { Nicknames } from './nicknames.ts'
import { isRareName } from './rare-names.ts'
import { days, speechWords, unnamedWords } from './speech.ts'
import { buildVariants } from './variants.ts'
import type { Variants } from './variants.ts'
import { baseForm } from '../text/transliterate.ts'

/** What operators add to the tables (`names:` in the protection file). */
export interface NameAdditions {
  readonly titles: readonly string[]
  readonly roles: readonly string[]
  readonly companies: readonly string[]
  /** Each a set of names that are short forms of one another. */
  readonly nicknames: readonly (readonly string[])[]
}

/** Classes of words, as bits: one word may be several things. */
export const classes = {
  title: 1,
  suffix: 2,
  role: 4,
  department: 8,
  note: 16,
  organisation: 32,
  via: 64,
  from: 128,
  particle: 256,
  conjunction: 512,
  generic: 1024,
  company: 2048,
  companion: 4096,
  /** Makes a sentence of what stands around it. */
  speech: 8192,
  /** A day of the week: of a sentence even where some people are called so. */
  day: 16384,
  /** Of those who give no name: Unknown, Sent from my iPhone. */
  unnamed: 32768,
} as const

/** Words that may stand beside a name without a mark between. */
export const decoration: number =
  classes.title | classes.suffix | classes.role | classes.department | classes.note | classes.company

/** Everything that names are compared with; built once for a policy. */
export interface NameTables {
  /** Bits of `classes` of a word in base form, or of `=` and a word with its accents; 0 for a word that is in no table. */
  classOf(base: string): number
  /** Whether the word, in base form, is a given name or surname that many people bear. */
  isName(base: string): boolean
  /** Whether anyone is known to bear the word, be it a rare name: it is no slip of another name then. */
  isBorne(base: string): boolean
  /** Whether the word is of a role in another form than the tables': as the end of a longer word, or with another ending. */
  isRoleLike(base: string): boolean
  readonly nicknames: Nicknames
  readonly variants: Variants
}

const noAdditions: NameAdditions = { titles: [], roles: [], companies: [], nicknames: [] }

/** Builds the tables from the data that comes with Namesake and an operator's additions. */
export function buildTables(additions: NameAdditions = noAdditions): NameTables {
  const bits = new Map<string, number>()
  const mark = (word: string, bit: number): void => {
    bits.set(word, (bits.get(word) ?? 0) | bit)
  }
  const add = (list: readonly string[], bit: number, minLetters = 1): void => {
    for (const entry of list) {
      // As shown text is read: of Thai words NFKC cuts some letters in two.
      const base = baseForm(entry.normalize('NFKC'))
      const parts = base.split(/[\s.,/-]+/)
      for (const word of parts) if (word.length >= minLetters || word > '\u007f') mark(word, bit)
      // Ph.D., s.kom: with the dots left out it is one word.
      if (parts.length > 1 && base.length <= 8 && !base.includes('-')) mark(parts.join(''), bit)
    }
  }
  add(titles, classes.title)
  add(suffixes, classes.suffix)
  add(roles, classes.role)
  add(departments, classes.department)
  add(notes, classes.note)
  add(organisations, classes.organisation)
  add(viaWords, classes.via)
  add(fromWords, classes.from)
  add(particles, classes.particle)
  add(conjunctions, classes.conjunction)
  add(genericWords, classes.generic)
  add(companions, classes.companion)
  add(titlesByLanguage, classes.title, 2)
  add(eastAsianTitles, classes.title)
  add(suffixesByLanguage, classes.suffix, 2)
  add(rolesByLanguage, classes.role, 2)
  add(departmentsByLanguage, classes.department, 2)
  add(organisationsByLanguage, classes.organisation, 2)
  add(speechWords, classes.speech)
  add(unnamedWords, classes.unnamed)
  add(days, classes.speech | classes.day)
  for (const title of accentedTitles) mark(`=${title}`, classes.title)
  add(additions.titles, classes.title)
  add(additions.roles, classes.role)
  add(additions.companies, classes.company)
  const names = unpackKnownNames()
  const stems = stemsOf([...roles, ...rolesByLanguage, ...titlesByLanguage])
  const classOf = (base: string): number => bits.get(base) ?? 0
  return {
    classOf,
    isName: (base) => names.has(base),
    isBorne: (base) => names.has(base) || isRareName(base),
    isRoleLike: (base) => isRoleLike(base, classOf, stems),
    nicknames: buildNicknames(additions.nicknames),
    variants: buildVariants(),
  }
}

/** Letters of a role's shortest beginning that is known again with another ending, of one that ends another word, and of endings. */
const minStem = 5
const minRole = 5
const maxEnding = 3

/** Beginnings of the longer words of a list, without up to three letters of their endings: директор of директорка. */
function stemsOf(list: readonly string[]): ReadonlySet<string> {
  const stems = new Set<string>()
  for (const word of list) {
    const base = baseForm(word)
    for (let end = base.length; end >= Math.max(minStem, base.length - maxEnding); end--) {
      if (base.length > minStem) stems.add(base.slice(0, end))
    }
  }
  return stems
}

/** Shorter roles that end longer words as often: Lönechef, Personalsjef, Ostujuht. */
const shortRole = /.{2}(?:chef|sjef|juht|sjefen|chefen)$/
const minDepartment = 6

function isRoleLike(base: string, classOf: (base: string) => number, stems: ReadonlySet<string>): boolean {
  for (let at = 1; at <= base.length - minRole; at++) {
    const bits = classOf(base.slice(at))
    if ((bits & classes.role) !== 0) return true
    if ((bits & classes.department) !== 0 && base.length - at >= minDepartment) return true
  }
  if (shortRole.test(base)) return true
  for (let end = base.length; end >= Math.max(minStem, base.length - maxEnding); end--) {
    if (stems.has(base.slice(0, end))) return true
  }
  return false
}

/** Whether the word is of those that stand before surnames: van, de, al. */
export function isParticle(word: { readonly base: string } | undefined, tables: NameTables): boolean {
  return word !== undefined && (tables.classOf(word.base) & classes.particle) !== 0
}
