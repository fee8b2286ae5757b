/** What stands between and around the parts of a name. */

import type { PersonForm } from '../person/name-forms.ts'
import { isEastAsianName, isVietnameseName } from '../person/part-variants.ts'
import { iberianSurnames } from '../tables/iberian-surnames.ts'
import { classes, decoration, isParticle } from '../tables/tables.ts'
import type { NameTables } from '../tables/tables.ts'
import { gaps } from '../text/tokens.ts'
import type { Token } from '../text/tokens.ts'
import { judgeLeft } from './before.ts'
import { isFreeBehind } from './behind.ts'
import { articles, caseOf, classesOf, isDecoration, isOneLetter } from './beside.ts'
import type { Surroundings } from './beside.ts'
import { isSyllable } from './parts.ts'
import type { FoundPart } from './parts.ts'

/** That two parts are one name, alone or with decoration. */
interface WholeName {
  readonly reordered: boolean
  /** The first word of the name, and the one behind its last. */
  readonly start: number
  readonly end: number
  /** What was found between and around, in words for an operator. */
  readonly notes: string[]
  /** A word between the names is a surname: the person's first surname, or somebody else's name. */
  readonly secondSurname: boolean
  /** The surname stands with a particle that the person's has not, or without its own. */
  readonly otherParticles: boolean
  /** A word of no table stands before the name: a title, or a further name that no register has. */
  readonly unknownBefore: boolean
}

/** Words that make a sentence of what they stand in: Summer in Fields, Summer Sale Fields. */
const ambiguous = classes.note | classes.organisation

/** Most words that may be further names between the two. */
const maxBetween = 4

/**
 * Given name and surname were found in a text: are they one name, and is the name all that the text shows? Judged in the order in
 * which a reader goes: what stands between the two, then on the left, then on the right. A word there is decoration (Dr., CEO,
 * Finance), part of a sentence (kindly reply), a further name (Mary), or makes something else of the whole (Foundation).
 * @returns how they are one name, or null if the text does not show that person
 */
export function judgeAround(around: Surroundings, given: FoundPart, surname: FoundPart): WholeName | null {
  const { tokens } = around
  const reordered = surname.end <= given.start
  const [first, second] = reordered ? [surname, given] : [given, surname]
  if (first.end > second.start || isTornApart(tokens, first, second, reordered)) return null
  const middle = tokens.slice(first.end, second.start)
  if (!judgeBetween(around, first.end, second.start, reordered) || isOtherFamily(around, middle)) return null
  if (given.reduced && contradicts(around, middle)) return null
  const isInitial = [given, surname].some(({ agreement }) => agreement === 'initial')
  // An initial takes the place of a given name, so it can't stand beside another one: Edward C Smith is not Charles Smith.
  const names = middle.filter((token) => isGivenName(token, around))
  if (isInitial && names.length > 0) return null
  const comma = !isInitial && holdsComma(tokens, first.end, second.start)
  const end = reordered ? endOfReordered(around, second.end, comma) : endOfVietnamese(around, second.end)
  // J C Lawrence is not Chris Lawrence.
  const start = reordered || given.agreement === 'initial' ? first.start : startOfGiven(around, first.start)
  const outside = judgeOutside(around, start, end)
  if (outside === null) return null
  const notes = middle.map((token) => `"${token.raw}" between the names`)
  if (start < first.start) notes.push(`${quote(tokens.slice(start, first.start))} before the given name`)
  if (end > second.end) notes.push(`${quote(tokens.slice(second.end, end))} behind the given name`)
  const secondSurname = !reordered && names.some(({ base }) => isFurtherSurname(base, around))
  const otherParticles = !reordered && surname.agreement !== 'initial' && hasOtherParticles(around, middle, surname)
  return {
    reordered,
    start: first.start,
    end: second.end,
    notes: [...notes, ...outside.notes],
    unknownBefore: outside.unknownBefore,
    secondSurname,
    otherParticles,
  }
}

function holdsComma(tokens: readonly Token[], from: number, to: number): boolean {
  return tokens.slice(from, to + 1).some(({ gap }) => gap === gaps.comma)
}

/** Parts that a bar parts, or a comma behind the given name, are one name only if there is nothing else. */
function isTornApart(tokens: readonly Token[], first: FoundPart, second: FoundPart, reordered: boolean): boolean {
  const gap = tokens[second.start]?.gap
  if (gap !== gaps.bar && (gap !== gaps.comma || reordered)) return false
  return first.start > 0 || second.end < tokens.length
}

/** Whether what stands between a given name and a surname leaves them one name (Jane, Mary Roe and Jane & Roe are none). */
function judgeBetween(around: Surroundings, from: number, to: number, reordered: boolean): boolean {
  const { tokens, tables, form } = around
  const second = tokens[to]
  if (second === undefined) return false
  const comma = holdsComma(tokens, from, to)
  // Roe, Prof. Dr. Dr. h.c. Jane: titles may be many.
  const names = tokens.slice(from, to).filter((_, i) => !(reordered && comma && isTitleInside(around, from + i)))
  if (names.length > maxBetween) return false
  for (let i = from; i < to; i++) if (!mayStandBetween(around, i, reordered, comma)) return false
  if (to > from && second.gap === gaps.joined && !isParticle(tokens[to - 1], tables)) return false
  // Roe Mary Jane: with a further name between, surname first needs its comma, but where that is the usual order.
  if (!reordered || to === from || comma || (isVietnameseName(form) && to - from === 1)) return true
  // Zimmermann Dr. Heinrich
  return names.every((token) => isDottedTitle(token, tables))
}

function mayStandBetween(around: Surroundings, at: number, reordered: boolean, comma: boolean): boolean {
  const { tokens, tables, form } = around
  const token = tokens[at]
  if (token === undefined || token.joins || token.possessive || token.gap >= gaps.bracket) return false
  // Roe, Dr. Jane; Jennings Jr., Robert; but Roe, Mary Jane is Mary Jane Roe.
  if (reordered && comma && isTitleInside(around, at)) return true
  if (reordered && isDottedTitle(token, tables)) return true
  if (token.gap === gaps.joined && !isParticle(token, tables) && !isOwnMiddle(token, form)) return false
  if (token.gap === gaps.comma && !reordered) return false
  if (isVietnameseName(form) && vietnameseMiddle.has(token.base)) return true
  if (reordered && isGivenName(token, around) && !isOwnMiddle(token, form)) return false
  return isMiddleName(token, around)
}

/** Thị of women and Văn of men, which are often left out. */
const vietnameseMiddle: ReadonlySet<string> = new Set(['thi', 'van'])

/** A title between a surname and the given name behind its comma, or the article before one (M. le Président). */
function isTitleInside(around: Surroundings, at: number): boolean {
  if (isDecoration(around, at, 'left')) return true
  return articles.has(around.tokens[at]?.base ?? '') && isDecoration(around, at + 1, 'left')
}

function isDottedTitle(token: Token, tables: NameTables): boolean {
  return token.dotted && (classesOf(token, tables) & classes.title) !== 0
}

/** A word between the names that is a name itself, not an initial or a particle. */
function isGivenName(token: Token, { tables }: Surroundings): boolean {
  return [...token.raw].length > 1 && !isInitials(token) && !isParticle(token, tables) && !isAffix(token, tables)
}

function isAffix(token: Token, tables: NameTables): boolean {
  return (classesOf(token, tables) & decoration) !== 0 && !tables.isName(token.base)
}

/** C.D., JRR: initials written as one word. */
function isInitials(token: Token): boolean {
  return token.raw.length <= 3 && /^\p{Lu}+$/u.test(token.raw) && (token.dotted || !/[AEIOUY]/.test(token.raw))
}

function isOwnMiddle(token: Token, form: PersonForm): boolean {
  return form.middle.some((own) => own.base === token.base || (isOneLetter(token) && own.base.startsWith(token.base)))
}

/** A name that only a surname is, and that is no part of the person's own name. */
function isFurtherSurname(base: string, { form }: Surroundings): boolean {
  const own = [...form.middle, ...form.surname.map(({ word }) => word)]
  return iberianSurnames.has(base) && !own.some((word) => word.base.includes(base))
}

function isMiddleName(token: Token, { form, tables, isName }: Surroundings): boolean {
  if (/\p{N}/u.test(token.raw)) return false
  const bits = classesOf(token, tables)
  if ((bits & ambiguous) !== 0 && token.raw.length > 1 && !form.particles.includes(token.base)) {
    const named = tables.isName(token.base) && caseOf(token.raw) !== 'lower'
    if (!named || (bits & classes.organisation) !== 0) return false
  }
  if ((bits & classes.particle) !== 0 && (bits & classes.conjunction) === 0) return true
  if (isFurtherSyllable(token, form)) return false
  // Müge Hanım Yılmaz.
  if ((bits & (classes.title | classes.suffix)) !== 0 && token.base.length > 2 && !isName(token.base)) return true
  if ([...token.base].length === 1 || isInitials(token)) return true
  // Margaret Peg Kellerman: a short form that is shown between.
  if (tables.nicknames.classesOf(token.base).length > 0) return true
  // A word that nobody bears makes a sentence (Simon Says Oakley), unless it is foreign to the table.
  return isName(token.base) || (bits === 0 && token.script !== 'latin') || patronymic.test(token.base)
}

/** Hui Lin Wang is Huilin Wang, not Hui Wang. */
function isFurtherSyllable(token: Token, form: PersonForm): boolean {
  return isEastAsianName(form) && token.raw.length > 1 && isSyllable(token.base) && !isOwnMiddle(token, form)
}

/** Particles that make another family's name of a surname; de, da and al are left out and put in. */
const familyParticles: ReadonlySet<string> = new Set(
  'van von vom vd den der ten ter zu zur di della vander vanden'.split(' '),
)

/**
 * Whether a surname stands with other particles than the person's: Hendrik Berg, Hendrik van den Berg and Hendrik van der Berg may be three
 * people. Each may be abbreviated (v.d., van d.).
 */
function hasOtherParticles({ tokens, form }: Surroundings, middle: readonly Token[], surname: FoundPart): boolean {
  const own = form.particles.filter((one) => familyParticles.has(one))
  const shown = middle.filter(
    ({ base }) => familyParticles.has(base) || (base.length === 1 && own.some((one) => one.startsWith(base))),
  )
  if (own.length === 0) return shown.length > 0
  const [first] = form.surname
  const word = tokens.slice(surname.start, surname.end).reduce((text, { base }) => text + base, '')
  if (word.length >= (first?.word.base.length ?? 0) || surname.reduced) return false
  return !spellsParticles(
    shown.reduce((text, { base }) => text + base, ''),
    own,
  )
}

/** Whether a text is the particles in their order, each whole or as its first letter: vd, vander, vand for van der; not vanden. */
function spellsParticles(text: string, particles: readonly string[]): boolean {
  const [first, ...others] = particles
  if (first === undefined) return text === ''
  return [first, first.charAt(0)].some((one) => text.startsWith(one) && spellsParticles(text.slice(one.length), others))
}

/** Particles that have nothing in common with the person's own. */
function isOtherFamily({ form, tables }: Surroundings, middle: readonly Token[]): boolean {
  if (form.particles.length === 0) return false
  // Av. is a title, av a particle.
  const isTitle = (token: Token): boolean => token.dotted && (classesOf(token, tables) & classes.title) !== 0
  const shown = middle.filter((token) => isParticle(token, tables) && !isTitle(token))
  return shown.length > 0 && !shown.some((token) => form.particles.some((own) => soundsLike(own, token.base)))
}

/** Particles of one kind begin alike: van der, v.d. and vanden; al and el; bin and ibn. */
function soundsLike(a: string, b: string): boolean {
  const kind = (particle: string): string => (particle === 'ibn' ? 'b' : particle.charAt(0).replace('e', 'a'))
  return kind(a) === kind(b)
}

/** Where the person has further given names, another one in their place makes another person. */
function contradicts({ form, tables }: Surroundings, middle: readonly Token[]): boolean {
  return middle.some((token) => !isParticle(token, tables) && !isAffix(token, tables) && !isOwnMiddle(token, form))
}

/** Names of the father, as East Slavic and Turkic people write them: Igorevna, Ivanovich, Aliyev oglu. */
const patronymic =
  /(?:[oe]vich|[oe]vych|[oe]vic|ilyich|yich|[oe]vna|ichna|inichna|yivna|ivna|ович|евич|ьич|овна|евна|ична|инична|йович|івна|ївна|оглы|кызы)$/u

/** Велков Димитър Петров: Bulgarian and Macedonian ones end as surnames do, so only the place tells them. */
function isSouthSlavicPatronymic({ base, script, raw }: Token): boolean {
  return script === 'cyrillic' && caseOf(raw) !== 'lower' && /.{2}(?:[ое]ва?|ски|ска)$/u.test(base)
}

/**
 * Where a name that is written surname first ends: in "Roe, Jane Mary" and "Roe, Jane M." what follows the given name, up to
 * word `end`, belongs to it, and so does a patronymic.
 */
function endOfReordered({ tokens, form, tables }: Surroundings, end: number, comma: boolean): number {
  let to = end
  while (to < tokens.length && to < end + maxBetween) {
    const token = tokens[to]
    if (token === undefined || token.gap >= gaps.comma || token.joins) break
    const own = form.middle.some((m) => m.base.startsWith(token.base))
    const further = comma && tables.isName(token.base) && caseOf(token.raw) !== 'lower' && !isAffix(token, tables)
    const fathers = patronymic.test(token.base) || isSouthSlavicPatronymic(token)
    if (!own && !further && !isOneLetter(token) && !isParticle(token, tables) && !fathers) break
    to++
  }
  return to
}

/** Where a Vietnamese name ends whose other given names stand behind the surname: Hương Trần Thị. */
function endOfVietnamese({ tokens, form }: Surroundings, end: number): number {
  if (!isVietnameseName(form)) return end
  let to = end
  for (let token = tokens[to]; token !== undefined && token.gap <= gaps.joined && isOwnMiddle(token, form);)
    token = tokens[++to]
  return to
}

/** Where a name begins before whose given name initials stand: J. Jane Roe. */
function startOfGiven({ tokens }: Surroundings, start: number): number {
  let from = start
  while (from > 0 && start - from < 2) {
    const token = tokens[from - 1]
    const gap = tokens[from]?.gap ?? gaps.bar
    if (token === undefined || gap > gaps.dot || token.bracketed) break
    if (!isOneLetter(token) || !(token.dotted || /^\p{Lu}$/u.test(token.raw)) || token.script !== 'latin') break
    from--
  }
  return from
}

/** What stands around a name that leaves it the person's. */
interface Outside {
  readonly notes: string[]
  readonly unknownBefore: boolean
}

/**
 * Judges what stands around a name at words `start` up to `end`: what was set beside it (notes on each piece), or null if with
 * it the words show something other than the person (Jane Roe Foundation, Mary Jane Roe, Roe & Sons).
 */
export function judgeOutside(around: Surroundings, start: number, end: number): Outside | null {
  const { tokens } = around
  const last = tokens[end - 1]
  if (last?.possessive === true || !isFreeBehind(around, end)) return null
  const before = judgeLeft(around, start)
  return before === null
    ? null
    : {
        notes: notesOn(tokens, start, end),
        unknownBefore: before === 'unknown',
      }
}

/** What stands before and behind a name, in words for an operator. */
export function notesOn(tokens: readonly Token[], start: number, end: number): string[] {
  const notes: string[] = []
  if (start > 0) notes.push(`${quote(tokens.slice(0, start))} before the name`)
  if (end < tokens.length) notes.push(`${quote(tokens.slice(end))} after the name`)
  return notes
}

function quote(tokens: readonly Token[]): string {
  return `"${tokens.map((t) => t.raw).join(' ')}"`
}
