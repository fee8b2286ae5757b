/** What a word beside a name is: decoration, part of a sentence, or a name. */

import type { PersonForm } from '../person/name-forms.ts'
import { isEastAsianName, isVietnameseName } from '../person/part-variants.ts'
import { classes, decoration } from '../tables/tables.ts'
import type { NameTables } from '../tables/tables.ts'
import { gaps } from '../text/tokens.ts'
import type { Token } from '../text/tokens.ts'

/** The words of a text, the form of a name that was found among them, and what words mean. */
export interface Surroundings {
  readonly tokens: readonly Token[]
  readonly form: PersonForm
  readonly tables: NameTables
  /** Whether the word is a name of its own, to the tables or to the directories. */
  readonly isName: (base: string) => boolean
}

/** What stands before a title or a role: le Directeur, Il Direttore, O Sr. */
export const articles: ReadonlySet<string> = new Set(
  'the le la les il lo los las el o a os as der die das den dem de het en et i an na ο η το id is l un um una uma ein eine een'.split(
    ' ',
  ),
)

/** Bits of `classes` of a word, with its accents or without the article before it. */
export function classesOf(token: Token, tables: NameTables): number {
  const bits = tables.classOf(token.base)
  if (token.plain === token.base) return bits === 0 ? classesWithoutArticle(token, tables) : bits
  return bits | tables.classOf(`=${token.plain}`)
}

/** Articles and prepositions that Arabic and Hebrew write together with the word behind them: والمدير, המנהל. */
const prefixes: Partial<Record<Token['script'], RegExp>> = {
  arabic: /^[وبل]?ال|^[وبل]/u,
  hebrew: /^[הולבמ]/u,
}

function classesWithoutArticle({ base, script }: Token, tables: NameTables): number {
  const prefix = prefixes[script]
  const bare = prefix === undefined ? base : base.replace(prefix, '')
  if (bare === base || bare.length < 2) return script === 'arabic' ? tables.classOf(`ال${base}`) : 0
  return tables.classOf(bare)
}

/** Words that are as short as Chinese, Korean and Vietnamese names; not forms of address that are nobody's name. */
const syllables = /^(?!sir$|herr$|frau$|dame$|lady$|lord$|staff$|boss$|head$|new$)[a-z]{2,5}$/

/** Whether the word at a place is a title, a role, a note or the like, and not a name that reads as one (Tan, Ma, Cao). */
export function isDecoration(around: Surroundings, at: number, side: 'left' | 'right'): boolean {
  const { tokens, tables } = around
  const token = tokens[at]
  if (token === undefined) return false
  if (token.numeric) return true
  const bits = classesOf(token, tables)
  if (token.acronym && bits !== 0) return true
  if ((bits & decoration) === 0) return isUnknownAffix(around, token, side)
  if (!tables.isName(token.base) || (bits & classes.company) !== 0) return true
  if (token.plain !== token.base && (tables.classOf(`=${token.plain}`) & decoration) !== 0) return true
  return isSetOffAffix(around, token, at, side)
}

/** Longest abbreviation in front of a name that is read as a title though no table has it: Dkfm., Vyr. */
const maxAbbreviation = 6

/**
 * Whether a word of no table is a title or a role by its form: one of a table within it (Finanzvorstand, Subdirector) or with another
 * ending (директорка), an acronym with its quotation sign (רו״ח) or in capitals (MdB), in front also an abbreviation with its dot. Not if anyone
 * bears it.
 */
function isUnknownAffix(around: Surroundings, token: Token, side: 'left' | 'right'): boolean {
  const { tables, isName } = around
  const { base, raw } = token
  if (base.length < 2 || isName(base) || token.joins || (tables.classOf(base) & ~classes.speech) !== 0) return false
  if (token.script === 'hebrew' && token.acronym) return true
  if (token.script === 'han' || token.script === 'hangul' || token.script === 'kana') return eastAsianRole.test(base)
  if (tables.isBorne(base)) return false
  if (side === 'left' && token.dotted && base.length <= maxAbbreviation && /^\p{L}+$/u.test(raw)) return true
  if ((side === 'left' ? shortInitialism : initialism).test(raw) && hasSmallLetters(around)) return true
  return tables.isRoleLike(base)
}

/** A word of capitals, or with more than names have: FRICS, FCIArb, MdB; not McKay. */
const initialism = /^(?:\p{Lu}{2}\p{L}{0,5}|\p{L}{0,5}\p{Ll}\p{Lu})$/u

/** In front of a name longer ones are brands more often. */
const shortInitialism = /^\p{Lu}{2,4}$/u

/** Whether the person's surname stands there in small letters, so that capitals beside it mean something. */
function hasSmallLetters({ tokens, form }: Surroundings): boolean {
  return tokens.some((one) => caseOf(one.raw) === 'title' && form.surname.some(({ word }) => word.base === one.base))
}

/** What words of departments and posts end with: 人事部, 总工程师, 재무팀. Base forms are simplified. */
const eastAsianRole =
  /^(?:株式会社|有限会社|合同会社).+$|^.+(?:[部课科室处局系长监师总员官役者理表]|总务|팀|부|실|장|과|원|관)$/u

/** Whether a word that is a name and an affix (Ma, MA) is meant as the affix: how it is written and what is beside it says so. */
function isSetOffAffix(around: Surroundings, token: Token, at: number, side: 'left' | 'right'): boolean {
  const { tokens, tables, form } = around
  const bits = classesOf(token, tables)
  const next = tokens[at + 1]
  // Re: budget
  if (side === 'right' && (next?.gap === gaps.bar || isHonorific(token, form))) return true
  if (token.dotted || token.gap >= gaps.comma || (side === 'left' && (next?.gap ?? 0) >= gaps.comma)) return true
  if (syllables.test(token.base) && (isEastAsianName(form) || isVietnameseName(form))) return false
  if (side === 'left' || (bits & (classes.role | classes.department)) !== 0) return true
  // MBA, RA: capitals beside a name that is not written in them; and small letters beside one that has capitals.
  const own = tokens.find((one) => form.surname.some(({ word }) => word.base === one.base))
  if (own !== undefined && caseOf(own.raw) !== caseOf(token.raw)) return true
  return next !== undefined && next.gap <= gaps.dot && (classesOf(next, tables) & (decoration | classes.speech)) !== 0
}

/** Sharma Ji, Demirtaş Bey, Kim Soo-yeon nim, but not Li Ji. */
function isHonorific({ base }: Token, form: PersonForm): boolean {
  if (base === 'ji' || base === 'bey') return !isEastAsianName(form)
  return base === 'nim' || base === 'ssi'
}

/** Whether a word is written in small letters, in capital ones, or begins with one. */
export function caseOf(raw: string): 'upper' | 'lower' | 'title' {
  if (raw === raw.toLowerCase()) return 'lower'
  return raw.length > 1 && raw === raw.toUpperCase() ? 'upper' : 'title'
}

/** A word of a sentence: kindly, is, tomorrow; not where it may be a name (Will, April). */
export function isSpeech({ tables }: Surroundings, token: Token): boolean {
  const bits = classesOf(token, tables)
  if ((bits & classes.speech) === 0 || (bits & classes.conjunction) !== 0) return false
  return (bits & classes.day) !== 0 || caseOf(token.raw) === 'lower' || !tables.isName(token.base)
}

/** Words that begin letters and sentences, and that hardly anybody has as a given name: Hier Jane Roe, Det er Jane Roe, Best, Jane Roe. */
const openings: ReadonlySet<string> = new Set(
  'hier det dette tu pour para best dear cheers kind hola fala parla olen itt love buongiorno greetings tak tack dank direction'.split(
    ' ',
  ),
)

/** Letters of Turkish alone. */
const turkish = /[ğışĞİŞ]/

/** Hier ist, My name is: a word that is a name as well begins a sentence if another word of it follows. */
export function beginsSpeech(around: Surroundings, at: number, start: number): boolean {
  const { tokens, form } = around
  const token = tokens[at]
  const next = tokens[at + 1]
  if (token === undefined || next === undefined) return false
  if (at === 0 && openings.has(token.base) && !isEastAsianName(form) && !isVietnameseName(form)) return true
  // Ben Gökhan Yıldırım: I am.
  if (at === 0 && token.base === 'ben' && turkish.test(form.source)) return true
  if (at + 1 >= start || !isSpeech(around, next)) return false
  // W imieniu, V mene: a preposition of one letter.
  return (classesOf(token, around.tables) & classes.speech) !== 0 || (isOneLetter(token) && !isOneLetter(next))
}

/** A word in small letters beside a name in capital ones is no name: Jane Roe grocery run. */
export function isPlainWord({ tables }: Surroundings, token: Token, named: Token | undefined): boolean {
  if (named === undefined || caseOf(named.raw) !== 'title' || !/^\p{Ll}{2,}$/u.test(token.raw)) return false
  return (classesOf(token, tables) & (classes.organisation | classes.particle | classes.conjunction)) === 0
}

const thai = /^[\p{Script=Thai}]+$/u

/** Whether a word is of a script that parts no words. */
export function isSpaceless({ script, base }: Token): boolean {
  return script === 'han' || script === 'hangul' || script === 'kana' || thai.test(base)
}

/** Whether a word is a single letter. */
export function isOneLetter(token: Token): boolean {
  return [...token.raw].length === 1
}
