/**
 * Names that a mailbox's local-part carries: `jane.roe77` reads as Jane Roe. Whether someone bears them, `matchName` says.
 */

import { articles, classesOf } from './beside.ts'
import type { PersonForm } from '../person/name-forms.ts'
import type { NameForms } from '../person/person-name.ts'
import { classes, decoration } from '../tables/tables.ts'
import type { NameTables } from '../tables/tables.ts'
import type { ShownName } from '../text/shown-name.ts'
import { gaps } from '../text/tokens.ts'
import type { Token } from '../text/tokens.ts'

/** Longer local-parts (verp, hashes, tracking ids) carry no name that a person would see. */
const maxLength = 48

/** Digits and separators that people put around the name when the plain one is taken. */
const separators = /[._\-~=/]+/
const outerDigits = /^\d+|(?<!\d)\d+$/g
const latinWord = /^[a-z]{2,20}$/

/**
 * The names that a local-part reads as, likeliest first, words parted by spaces; at most three, none for what looks
 * machine-made.
 * @param localPart without its `+tag` and quotes
 */
export function localPartNames(localPart: string): string[] {
  if (localPart.length > maxLength) return []
  const words = localPart.split(separators).filter((word) => word !== '')
  const letters = words.map((word) => word.replace(outerDigits, '')).filter((word) => word !== '')
  if (letters.length === 0 || letters.length > 5 || !/\p{L}{2}/u.test(letters.join(''))) return []
  const names = new Set([letters.join(' '), words.join(' ')])
  // jane.roe.77ab: a random tail is no word of the name.
  const tail = words.at(-1) ?? ''
  if (letters.length > 2 && /\d/.test(tail)) names.add(letters.slice(0, -1).join(' '))
  return [...names]
}

/** The name that a local-part of an initial and a surname reads as: `j.roe` and `jroe77` as J Roe; null for others. */
export function initialOfLocalPart(localPart: string): string | null {
  const words = localPart.split(separators).flatMap((word) => {
    const letters = word.replace(outerDigits, '')
    return letters === '' ? [] : [letters]
  })
  const [first = '', second = ''] = words
  if (words.length === 2 && first.length === 1 && second.length > 2) return `${first} ${second}`
  return words.length === 1 && /^\p{L}{4,20}$/u.test(first) ? `${first.charAt(0)} ${first.slice(1)}` : null
}

/** What a name shown beside a mailbox says of who writes. */
interface ShownBeside {
  /** It names nobody: a role, a sign, the own company, nothing visible. */
  readonly saysNothing: boolean
  /** Its words that may be a part of a name, if there are so few that the mailbox's local-part says the rest; else empty. */
  readonly parts: readonly Token[]
}

/** Most words of a shown name that says nothing or only a part of a name. */
const maxWords = 6
const sentence = classes.speech | classes.unnamed
const beside = decoration | classes.generic | classes.speech | classes.unnamed

/**
 * Reads what stands beside a mailbox: `CEO`, `🔒`, `Jane`, `J Roe`, `Sent from my iPhone`.
 * @param personal whether the mailbox is at a provider with whom people choose their mailboxes themselves: there a word that nobody
 * bears (`Read it`) is no name of anybody else
 */
export function readBeside({ texts }: ShownName, tables: NameTables, personal: boolean): ShownBeside {
  const tokens = texts[0]?.tokens ?? []
  if (tokens.length > maxWords) return { saysNothing: false, parts: [] }
  const bits = tokens.map((token) => classesOf(token, tables))
  const ofSentence = bits.filter((bit, i) => (bit & sentence) !== 0 && !tables.isName(tokens[i]?.base ?? ''))
  const text: TextBeside = {
    tables,
    // Good morning: where all are such words, it matters little that some are called so.
    inSentence:
      ofSentence.length > 0 || (bits.length > 1 && bits.every((bit) => (bit & (sentence | classes.note)) !== 0)),
    isOwn: bits.some((bit) => (bit & classes.company) !== 0),
  }
  const parts: Token[] = []
  for (const [i, token] of tokens.entries()) {
    if (namesNobody(token, bits[i] ?? 0, tokens[i + 1], text)) continue
    if (personal && latinWord.test(token.base) && tables.classOf(token.base) === 0 && !tables.isBorne(token.base))
      continue
    parts.push(token)
    // The rest is not asked for: each word costs look-ups where it may be the own company's.
    if (parts.length > 1 && (parts.length > 2 || !parts.some(({ raw }) => raw.length === 1))) {
      return { saysNothing: false, parts: [] }
    }
  }
  return { saysNothing: parts.length === 0, parts }
}

/** What the words of a text beside a mailbox are judged by. */
interface TextBeside {
  readonly tables: NameTables
  readonly inSentence: boolean
  /** It names the own company. */
  readonly isOwn: boolean
}

/** Forms of address that some are called by as well: beside a mailbox that carries a name they are of that name. */
const address: ReadonlySet<string> = new Set(
  'sir herr frau lady lord madam boss staff head new pak bu bapak bey'.split(' '),
)

function isNoName({ base, numeric, joins, acronym }: Token): boolean {
  return numeric || joins || acronym || address.has(base)
}

/** Whether a word beside a mailbox is of no name: a title, a role, of a sentence, of a mail program, or leads to such a word. */
function namesNobody(
  token: Token,
  bits: number,
  next: Token | undefined,
  { tables, inSentence, isOwn }: TextBeside,
): boolean {
  const { base } = token
  if (isNoName(token)) return true
  const isFree = (): boolean => !tables.isName(base) || isRole(base, tables) || (bits & classes.unnamed) !== 0
  if ((bits & beside) !== 0 && isFree()) return true
  // Meridian Ltd.
  if (isOwn && (bits & (classes.organisation | classes.particle)) !== 0) return true
  // My iPhone, Good morning: in a sentence what some are called by is no name either, if it is no given name.
  if (inSentence && (bits & (classes.particle | classes.via | classes.from)) !== 0) return true
  if (inSentence && (bits & (classes.speech | classes.note)) !== 0) {
    return tables.nicknames.classesOf(base).length === 0 && tables.variants.setsOf(base, 'given').length === 0
  }
  // Le directeur, Co-Founder.
  const leads = (bits & classes.particle) !== 0 || articles.has(base) || next?.gap === gaps.joined
  return next !== undefined && leads && isRole(next.base, tables)
}

function isRole(base: string, tables: NameTables): boolean {
  return (tables.classOf(base) & (classes.role | classes.department | classes.company)) !== 0
}

/** The name of a given name shown and the surname that the local-part holds: `Jane` beside `jroe`, `j.roe` or `roe`. */
export function nameWithLocalPart(part: Token, localPart: string): string | null {
  const words = localPart.split(separators).map((word) => word.replace(outerDigits, ''))
  const initial = part.base.charAt(0)
  const [first = '', second = ''] = words.filter((word) => word !== '')
  if (part.base.length < 2 || first === part.base) return null
  if (second !== '')
    return first === initial || second === initial ? `${part.raw} ${first === initial ? second : first}` : null
  return `${part.raw} ${first.startsWith(initial) && first.length > 3 ? first.slice(1) : first}`
}

/** Whether a word may be a name's initials, shown instead of it: R, RJ. */
export function mayBeInitials({ raw, base }: Token): boolean {
  return base.length === 1 || (base.length < 4 && /^\p{Lu}+$/u.test(raw))
}

/** Whether each word is a part of the person's name: the given name, a short form or an initial of it, a surname; or its initials. */
export function arePartsOf(parts: readonly Token[], { forms }: NameForms, { nicknames }: NameTables): boolean {
  return forms.some(
    (form) =>
      form.type === 'person' &&
      parts.every(({ base, latin }) => {
        if (parts.length === 1 && base === initialsOf(form)) return true
        return [...form.given, ...form.surname].some(
          ({ word }) =>
            word.base === base ||
            (base.length === 1 && word.base.startsWith(base)) ||
            nicknames.classesOf(latin).some((one) => nicknames.classesOf(word.latin).includes(one)),
        )
      }),
  )
}

function initialsOf({ given, middle, surname }: PersonForm): string {
  return [given[0]?.word, ...middle, surname[0]?.word].map((word) => word?.base.charAt(0) ?? '').join('')
}

/** Spellings taken from one person's mailboxes. */
const maxSpellings = 2

/**
 * How a name that is not written in Latin letters is spelt in them, as the person's own mailboxes tell: 高田 真一 at
 * shinichi.takada@ is Shinichi Takada. Readings of Han characters are in no rule, and romanisations differ; the directory knows.
 * @param displayName as the directory has it; of one with Latin letters nothing is taken
 * @param localParts of the person's own addresses, canonical
 * @returns at most two spellings, of two or three words each
 */
export function romanisedSpellings(displayName: string, localParts: readonly string[], tables: NameTables): string[] {
  if (/\p{Script=Latin}/u.test(displayName) || !/\p{L}/u.test(displayName)) return []
  const spellings = new Set<string>()
  for (const localPart of localParts) {
    const words = localPart.replace(outerDigits, '').split(separators)
    if (words.length < 2 || words.length > 3 || !words.every((word) => latinWord.test(word))) continue
    if (words.some((word) => tables.classOf(word) !== 0 && !tables.isName(word))) continue
    spellings.add(words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' '))
    if (spellings.size >= maxSpellings) break
  }
  return [...spellings]
}
