import { cleanText } from './normalise.ts'
import { classes, decoration } from './tables.ts'
import type { NameTables } from './tables.ts'
import { gaps, tokenise } from './tokens.ts'
import type { Token } from './tokens.ts'
import type { Script } from './transliterate.ts'
import { makeWord } from './word.ts'
import type { Word } from './word.ts'

/** The names of one person, as directory and operator give them. */
export interface PersonNames {
  readonly displayName: string
  readonly givenName: string | null
  readonly surname: string | null
  /** Further spellings to guard. */
  readonly further: readonly string[]
}

/** A part of a name in the ways in which it may stand: whole, without particles, only its first word … */
export interface PartVariant {
  readonly word: Word
  /** Something of the part is left out: a further given name, the second surname. */
  readonly reduced: boolean
}

export interface PersonForm {
  readonly type: 'person'
  /** The spelling as it was given. */
  readonly source: string
  readonly given: readonly PartVariant[]
  readonly surname: readonly PartVariant[]
  /** The particles of the surname, base form; where it has some, others make another surname (van der Veld, in 't Veld). */
  readonly particles: readonly string[]
  /** Further given names, any of which may stand as middle names. */
  readonly middle: readonly Word[]
  /** The whole name written together, in both orders. */
  readonly wholes: readonly Word[]
}

/** A name that is not of a given name and a surname: one word, or a role. It matches only as a whole. */
export interface WholeForm {
  readonly type: 'whole'
  readonly source: string
  readonly word: Word
  readonly tokens: number
}

export type NameForm = PersonForm | WholeForm

/** All spellings of one person, cut into parts. */
export interface NameForms {
  readonly forms: readonly NameForm[]
  /** Alphabets other than the Latin one in which a spelling is given: a name shown in one of them is compared with that one. */
  readonly natives: ReadonlySet<Script>
}

/** Spellings beyond this many are not read: a directory entry is data from outside. */
const spellingLimit = 16

/** Reads a person's names: order, particles, titles, and the decorations that directories put into display names. Never throws. */
export function readPersonNames(names: PersonNames, tables: NameTables): NameForms {
  const given = meaningful(names.givenName, tables)
  const surname = meaningful(names.surname, tables)
  const forms: NameForm[] = []
  const seen = new Set<string>()
  const add = (form: NameForm | null): void => {
    if (form === null) return
    const key = formKey(form)
    const known = form.type === 'whole' && forms.some((f) => f.type === 'person' && isWhole(f, form.word))
    if (!seen.has(key) && !known) {
      seen.add(key)
      forms.push(form)
    }
  }
  for (const spelling of [names.displayName, ...names.further].slice(0, spellingLimit)) {
    for (const tokens of spellingsOf(spelling, tables, given, surname)) {
      add(formOf(tokens, spelling, given, surname, tables))
    }
    // As it stands, with all that decorates it or both alphabets: to be recognised whole.
    const all = tokenise(cleanText(spelling).text).filter((t) => !t.joins)
    if (all.length > 2) add(wholeForm(all, spelling))
  }
  if (given.length > 0 && surname.length > 0) {
    add(personForm(given, surname, `${names.givenName ?? ''} ${names.surname ?? ''}`, tables))
  } else if (forms.length === 0 && given.length + surname.length > 0) {
    add(wholeForm([...given, ...surname], `${names.givenName ?? ''}${names.surname ?? ''}`))
  }
  const natives = new Set<Script>()
  for (const form of forms) {
    for (const word of form.type === 'whole' ? [form.word] : [form.given[0]?.word, form.surname[0]?.word]) {
      if (word !== undefined && word.script !== 'latin') natives.add(word.script)
    }
  }
  return { forms, natives }
}

function isWhole(form: PersonForm, word: Word): boolean {
  return form.wholes.some((whole) => whole.plain === word.plain)
}

function formKey(form: NameForm): string {
  if (form.type === 'whole') return form.word.plain
  return `${form.given[0]?.word.plain ?? ''} ${form.surname[0]?.word.plain ?? ''}`
}

function meaningful(text: string | null, tables: NameTables): readonly Token[] {
  if (text === null) return []
  const tokens = [...tokenise(cleanText(text).text)].filter((t) => !t.bracketed && !t.numeric && !t.joins)
  const kept = tokens.filter((t) => !isTitle(t, tables))
  return kept.length > 0 ? kept : tokens
}

function isTitle(token: Token, tables: NameTables): boolean {
  const bits = tables.classOf(token.base)
  return (bits & (classes.title | classes.suffix)) !== 0 && !tables.isName(token.base)
}

/** The spellings that one text holds: one for each alphabet, without brackets and decoration. */
function spellingsOf(
  spelling: string,
  tables: NameTables,
  given: readonly Token[],
  surname: readonly Token[],
): readonly (readonly Token[])[] {
  const tokens = tokenise(cleanText(spelling).text).filter((t) => !t.joins)
  const outside = tokens.filter((t) => !t.bracketed)
  const inside = tokens.filter((t) => t.bracketed)
  const main = chooseSegment(outside.length > 0 ? outside : inside, tables, [...given, ...surname])
  const found: (readonly Token[])[] = []
  for (const run of runsOfScript(main)) {
    const role = given.length === 0 && surname.length === 0 && isGeneric(run, tables)
    const bare = role ? run : stripDecoration(run, tables)
    if (bare.length > 0) found.push(bare)
  }
  // (陈玉兰) beside a Latin name is a spelling too; (Legal) is not.
  for (const run of outside.length > 0 ? runsOfScript(inside) : []) {
    if (run[0]?.script !== main[0]?.script) found.push(run)
  }
  return found
}

/** Of segments parted by bars the one that holds the person's known names, else the first that is not all decoration. */
function chooseSegment(tokens: readonly Token[], tables: NameTables, known: readonly Token[]): readonly Token[] {
  const segments: Token[][] = []
  for (const token of tokens) {
    if (token.gap === gaps.bar || segments.length === 0) segments.push([token])
    else segments.at(-1)?.push(token)
  }
  const bases = new Set(known.map((t) => t.base))
  const score = (segment: readonly Token[]): number =>
    segment.filter((t) => bases.has(t.base)).length * 10 +
    (segment.some((t) => !t.numeric && (tables.classOf(t.base) & decoration) === 0) ? 1 : 0)
  let best = segments[0] ?? []
  for (const segment of segments) if (score(segment) > score(best)) best = segment
  return best
}

/** Chen Yulan 陈玉兰: two spellings in one text. */
function runsOfScript(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const runs: Token[][] = []
  for (const token of tokens) {
    const last = runs.at(-1)
    if (last !== undefined && isLatin(last[0]) === isLatin(token)) last.push(token)
    else runs.push([token])
  }
  // Where an alphabet comes back, the words belong together after all.
  return runs.length > 2 ? [tokens] : runs
}

function isLatin(token: Token | undefined): boolean {
  return token?.script === 'latin'
}

/** Takes titles, degrees, roles and notes off both ends as long as a name remains; after a comma all that is decoration. */
function stripDecoration(tokens: readonly Token[], tables: NameTables): readonly Token[] {
  let from = 0
  let to = tokens.length
  const decorates = (t: Token | undefined): boolean =>
    t !== undefined && (t.numeric || (tables.classOf(t.base) & decoration) !== 0)
  const comma = tokens.findIndex((t, i) => i > 0 && t.gap === gaps.comma)
  if (comma > 0 && tokens.slice(comma).every(decorates)) to = comma
  const second = tokens.findIndex((t, i) => i > comma && comma > 0 && t.gap === gaps.comma)
  if (second > 0 && second < to) to = second
  if (to === tokens.length && !tokens.every(decorates)) {
    while (to - from > 2 && decorates(tokens[to - 1]) && isAffix(tokens[to - 1], tables)) to--
  }
  while (to - from > 1 && decorates(tokens[from]) && isAffix(tokens[from], tables)) from++
  return tokens.slice(from, to)
}

/** A word that decorates and that is no common name, or has a dot: titles are cut, but not Dean from Dean Moss. */
function isAffix(token: Token | undefined, tables: NameTables): boolean {
  if (token === undefined) return false
  return token.numeric || token.dotted || !tables.isName(token.base)
}

function formOf(
  tokens: readonly Token[],
  source: string,
  given: readonly Token[],
  surname: readonly Token[],
  tables: NameTables,
): NameForm | null {
  if (tokens.length === 0) return null
  if (tokens.length === 1) return oneWord(tokens, source, given, surname, tables)
  const comma = tokens.findIndex((t, i) => i > 0 && t.gap === gaps.comma)
  if (comma > 0) return personForm(tokens.slice(comma), tokens.slice(0, comma), source, tables)
  const at = surname.length > 0 ? indexOfWords(tokens, surname) : -1
  if (at === 0) return personForm(tokens.slice(surname.length), surname, source, tables) ?? wholeForm(tokens, source)
  if (at > 0 && at + surname.length === tokens.length) return personForm(tokens.slice(0, at), surname, source, tables)
  if (at > 0) return personForm([...tokens.slice(0, at), ...tokens.slice(at + surname.length)], surname, source, tables)
  if (given.length === 0 && surname.length === 0 && isGeneric(tokens, tables)) return wholeForm(tokens, source)
  return guess(tokens, source, tables)
}

/** One word: a single name, or given name and surname written together as Han and Hangul names are. */
function oneWord(
  tokens: readonly Token[],
  source: string,
  given: readonly Token[],
  surname: readonly Token[],
  tables: NameTables,
): NameForm | null {
  const g = glue(given)
  const s = glue(surname)
  const all = tokens[0]?.base ?? ''
  if (given.length > 0 && surname.length > 0 && (makeWord(s + g).base === all || makeWord(g + s).base === all)) {
    return personForm(given, surname, source, tables)
  }
  return wholeForm(tokens, source)
}

/** Without a hint the last word is the surname, with the particles before it; in all capitals, those words are. */
function guess(tokens: readonly Token[], source: string, tables: NameTables): NameForm | null {
  const capitals = tokens.filter((t) => isCapitals(t.raw))
  if (capitals.length > 0 && capitals.length < tokens.length && capitals.some((t) => t.raw.length > 2)) {
    const first = tokens[0] !== undefined && isCapitals(tokens[0].raw)
    const split = first ? tokens.findIndex((t) => !isCapitals(t.raw)) : tokens.findIndex((t) => isCapitals(t.raw))
    return first
      ? personForm(tokens.slice(split), tokens.slice(0, split), source, tables)
      : personForm(tokens.slice(0, split), tokens.slice(split), source, tables)
  }
  let start = tokens.length - 1
  while (start > 1 && isParticle(tokens[start - 1], tables)) start--
  while (start > 1 && tokens[start]?.gap === gaps.joined) start--
  return personForm(tokens.slice(0, start), tokens.slice(start), source, tables)
}

function isCapitals(raw: string): boolean {
  return raw.length > 1 && raw === raw.toUpperCase() && raw !== raw.toLowerCase()
}

function isGeneric(tokens: readonly Token[], tables: NameTables): boolean {
  const bits = classes.generic | classes.department | classes.role | classes.organisation | classes.note
  return tokens.some((t) => (tables.classOf(t.base) & bits) !== 0 && !tables.isName(t.base))
}

function isParticle(token: Token | undefined, tables: NameTables): boolean {
  return token !== undefined && (tables.classOf(token.base) & classes.particle) !== 0
}

function indexOfWords(tokens: readonly Token[], words: readonly Token[]): number {
  for (let i = 0; i + words.length <= tokens.length; i++) {
    if (words.every((word, k) => tokens[i + k]?.base === word.base)) return i
  }
  return -1
}

function wholeForm(tokens: readonly Token[], source: string): WholeForm | null {
  if (tokens.length === 0) return null
  return { type: 'whole', source, word: makeWord(glue(tokens)), tokens: tokens.length }
}

function glue(tokens: readonly Token[]): string {
  return tokens.reduce((text, t) => text + t.raw, '')
}

function personForm(
  given: readonly Token[],
  surname: readonly Token[],
  source: string,
  tables: NameTables,
): PersonForm | null {
  if (given.length === 0 || surname.length === 0) return null
  const g = givenVariants(given, surname)
  const s = surnameVariants(surname, tables)
  const wholes: Word[] = []
  for (const a of g)
    for (const b of s) wholes.push(makeWord(a.word.raw + b.word.raw), makeWord(b.word.raw + a.word.raw))
  return {
    type: 'person',
    source: source.trim(),
    given: g,
    surname: s,
    particles: particlesOf(surname, tables),
    wholes,
    middle: given.slice(1).map((t) => makeWord(t.raw)),
  }
}

const vietnameseSurnames = new Set(
  'nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh trinh mai lam luu truong doan dao phung ta'.split(
    ' ',
  ),
)

function givenVariants(given: readonly Token[], surname: readonly Token[]): PartVariant[] {
  const variants: PartVariant[] = [{ word: makeWord(glue(given)), reduced: false }]
  if (given.length === 1) return variants
  // The first given name, as far as a hyphen holds it together; an initial alone says too little.
  let end = 1
  while (end < given.length && given[end]?.gap === gaps.joined) end++
  const first = given[0]
  const vietnamese = vietnameseSurnames.has(surname[0]?.base ?? '')
  if (end < given.length && first !== undefined && first.raw.length > 1) {
    // Of a Vietnamese name the last word is the one that people are called by.
    if (!vietnamese) variants.push({ word: makeWord(glue(given.slice(0, end))), reduced: true })
  } else if (end < given.length) {
    variants.push({ word: makeWord(glue(given.slice(1))), reduced: true })
  }
  const last = given.at(-1)
  if (given.length > 2 && vietnamese) {
    // Thị and Văn are left out: Hồng Nhung.
    variants.push({ word: makeWord(glue(given.slice(1))), reduced: true })
  }
  if (last !== undefined && vietnamese) {
    variants.push({ word: makeWord(last.raw), reduced: true })
  }
  return variants
}

function particlesOf(surname: readonly Token[], tables: NameTables): string[] {
  return surname.slice(0, -1).flatMap((t) => (isParticle(t, tables) ? [t.base] : []))
}

const portuguese = /[ãõ]|^(da|do|dos|das)$/i

function surnameVariants(surname: readonly Token[], tables: NameTables): PartVariant[] {
  const variants: PartVariant[] = [{ word: makeWord(glue(surname)), reduced: false }]
  const add = (raw: string, reduced: boolean): void => {
    const word = makeWord(raw)
    if (raw !== '' && !variants.some((v) => v.word.plain === word.plain)) variants.push({ word, reduced })
  }
  const significant = surname.filter((t, i) => i === surname.length - 1 || !isParticle(t, tables))
  add(glue(significant), false)
  const arabic = surname.length === 1 && /^ال.{2,}/u.test(surname[0]?.raw ?? '')
  if (arabic) add((surname[0]?.raw ?? '').slice(2), false)
  const parted = significant.length === 2 && significant[1]?.gap !== gaps.joined
  if (parted) {
    const lusophone = surname.some((t) => portuguese.test(t.raw))
    add((lusophone ? significant[1] : significant[0])?.raw ?? '', true)
    if (lusophone) add(significant[0]?.raw ?? '', true)
  }
  return variants
}
