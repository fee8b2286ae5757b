import type { Kind, Tier } from '../model.ts'
import { judgeRest } from './rest.ts'
import { romanised } from './nicknames.ts'
import { syllabicSurnames } from './typo.ts'
import { findLikely, findPart, partLimit } from './parts.ts'
import type { Found } from './parts.ts'
import { readPersonNames } from './person-name.ts'
import type { NameForm, NameForms, PersonForm, PersonNames, WholeForm } from './person-name.ts'
import { readShown } from './shown-name.ts'
import type { ShownName, ShownText } from './shown-name.ts'
import { classes } from './tables.ts'
import type { NameTables } from './tables.ts'
import { gaps } from './tokens.ts'
import type { Token } from './tokens.ts'
import { agree } from './word.ts'
import type { Agreement } from './word.ts'
import type { Script } from './transliterate.ts'
import type { Word } from './word.ts'

/** What the matcher may ask about the people known besides the one compared with. */
export interface MatchContext {
  /** How many people of the directories bear the word (base form) as part of their name; see `storedKeys().tokens`. */
  tokenCount?(token: string): number
  /** Whether `J. Roe` counts. */
  readonly initials?: boolean
}

export type NameKind = Extract<
  Kind,
  'exact' | 'reordered' | 'decorated' | 'disguised' | 'typo' | 'nickname' | 'initial'
>

/** That a shown text shows a person's name, and why. */
export interface NameMatch {
  readonly kind: NameKind
  readonly tier: Tier
  /** What was found, one observation each, in words for an operator. */
  readonly evidence: readonly string[]
}

/** Strongest first. */
const kindOrder: readonly NameKind[] = ['exact', 'reordered', 'decorated', 'disguised', 'nickname', 'typo', 'initial']
const likely: ReadonlySet<NameKind> = new Set(['typo', 'nickname', 'initial'])

/**
 * Whether a shown text shows the person's name; the strongest way in which it does, or null. Verifies candidates that
 * `queryKeys` led to, and is right for any pair. Never throws; bounded by the limits on words and spellings.
 */
export function matchName(
  shown: string | ShownName,
  names: PersonNames | NameForms,
  tables: NameTables,
  context: MatchContext = {},
): NameMatch | null {
  const read = typeof shown === 'string' ? readShown(shown) : shown
  const { forms, natives } = 'forms' in names ? names : readPersonNames(names, tables)
  let best: NameMatch | null = null
  for (const text of read.texts) {
    for (const form of forms) {
      const found = new Matcher(text, form, tables, context, natives).best()
      if (found !== null && (best === null || rank(found) < rank(best))) best = found
      if (best?.kind === 'exact') return best
    }
  }
  return best
}

function rank(match: NameMatch): number {
  return kindOrder.indexOf(match.kind)
}

/** Letters of the shortest names that are known again when written together without capitals. */
const shortestGlued = 6
/** Words that make a sentence of what they stand in: Summer in Fields, Summer Sale Fields. */
const ambiguous = classes.note | classes.organisation

/** Most words between given name and surname. */
const middleLimit = 3

class Matcher {
  readonly #text: ShownText
  readonly #form: NameForm
  readonly #tables: NameTables
  readonly #context: MatchContext
  readonly #natives: ReadonlySet<Script>
  #best: NameMatch | null = null
  readonly #isName: (base: string) => boolean

  constructor(
    text: ShownText,
    form: NameForm,
    tables: NameTables,
    context: MatchContext,
    natives: ReadonlySet<Script>,
  ) {
    this.#natives = natives
    this.#text = text
    this.#form = form
    this.#tables = tables
    this.#context = context
    this.#isName = (base) => tables.isName(base) || (context.tokenCount?.(base) ?? 0) > 0
  }

  /** As `agree`; but in an alphabet in which the person's own spelling is known, a homophone is another name. */
  #agree(shown: Word, stored: Word, isName: (base: string) => boolean): Agreement {
    return stored.script === 'latin' && this.#natives.has(shown.script) ? null : agree(shown, stored, isName)
  }

  readonly #relate = (shown: Word, stored: Word): Agreement => this.#agree(shown, stored, this.#isName)

  best(): NameMatch | null {
    if (this.#form.type === 'whole') this.#whole(this.#form)
    else this.#person(this.#form)
    return this.#best
  }

  #whole(form: WholeForm): void {
    const count = this.#text.tokens.length
    for (let start = 0; start < count; start++) {
      for (let length = 1; length <= Math.min(count - start, Math.max(form.tokens + 2, partLimit)); length++) {
        const agreement = this.#agree(this.#text.word(start, length), form.word, this.#isName)
        if (agreement === null) continue
        const rest = judgeRest(this.#text.tokens, start, start + length, this.#tables, true)
        if (rest === null) continue
        this.#keep(agreement === 'same' ? 'exact' : 'disguised', rest.length > 0, rest, form.source)
      }
    }
  }

  #person(form: PersonForm): void {
    const given = findPart(this.#text, form.given, this.#relate)
    const surname = findPart(this.#text, form.surname, this.#relate, this.#isRomanised(form))
    for (const s of surname) for (const g of given) this.#pair(form, g, s)
    if (this.#best === null) this.#glued(form)
    if (this.#best !== null) return
    const likelyGiven = surname.length > 0 ? this.#findLikely(form, true) : []
    const likelySurname = given.length > 0 ? this.#findLikely(form, false) : []
    for (const s of surname) for (const g of likelyGiven) this.#pair(form, g, s)
    for (const g of given) for (const s of likelySurname) this.#pair(form, g, s)
  }

  /** Whether the given name is one of another alphabet in Latin letters, so that the surname has several spellings as well. */
  #isRomanised(form: PersonForm): boolean {
    const { classesOf } = this.#tables.nicknames
    return form.given.some(({ word }) => classesOf(word.latin).some((name) => name.endsWith(romanised)))
  }

  #findLikely(form: PersonForm, given: boolean): Found[] {
    const variants = given ? form.given : form.surname
    const initials = this.#context.initials === true
    return findLikely(this.#text, variants, {
      given,
      initials,
      syllabic: given && syllabicSurnames.has(form.surname[0]?.word.base ?? ''),
      isBorne: (base) => this.#tables.isBorne(base) || (this.#context.tokenCount?.(base) ?? 0) > 0,
      nicknames: this.#tables.nicknames,
    })
  }

  #pair(form: PersonForm, given: Found, surname: Found): void {
    const reordered = surname.end <= given.start
    const [first, second] = reordered ? [surname, given] : [given, surname]
    if (first.end > second.start || this.#isTornApart(first, second, reordered)) return
    const middle = this.#middle(first.end, second.start, reordered)
    if (middle === null || this.#isOtherFamily(form, first.end, second.start)) return
    if (given.reduced && this.#contradicts(form, first.end, second.start)) return
    const start = first.start
    const end = this.#takeMiddle(form, second.end, reordered)
    const rest = judgeRest(this.#text.tokens, start, end, this.#tables, false)
    if (rest === null) return
    const evidence = [...notesOf(given, surname), ...middle, ...rest]
    if (reordered) evidence.push('surname first')
    const weak = [given.agreement, surname.agreement].find((a) => a === 'typo' || a === 'nickname' || a === 'initial')
    const decorated = middle.length > 0 || rest.length > 0 || end > second.end || given.reduced || surname.reduced
    if (weak === 'initial' && this.#isAbbreviation(second.end)) return
    if (weak !== undefined) {
      evidence.unshift(`${weak}: "${this.#shown(first.start, second.end)}" for "${form.source}"`)
      this.#keepKind(weak, evidence)
      return
    }
    const disguised = given.agreement === 'disguised' || surname.agreement === 'disguised'
    const kind = disguised ? 'disguised' : reordered ? 'reordered' : 'exact'
    this.#keep(kind, decorated, evidence, form.source)
  }

  /** Dupont A/S: an initial with another letter behind it is none. */
  #isAbbreviation(end: number): boolean {
    const next = this.#text.tokens[end]
    return next !== undefined && next.gap === gaps.bar && [...next.raw].length === 1
  }

  /** What stands between the two parts: initials, further names, nothing; null if they are not one name then. */
  #middle(from: number, to: number, reordered: boolean): string[] | null {
    const tokens = this.#text.tokens
    const second = tokens[to]
    if (to - from > middleLimit || second === undefined) return null
    const last = second.gap
    const notes: string[] = []
    for (let i = from; i < to; i++) {
      const token = tokens[i]
      if (token === undefined || !this.#mayStandBetween(token, reordered)) return null
      notes.push(`"${token.raw}" between the names`)
    }
    if (to > from && second.gap === gaps.joined && !this.#isParticle(tokens[to - 1])) return null
    // Roe Mary Jane: with a further name between, surname first needs its comma.
    if (reordered && to > from && tokens[from]?.gap !== gaps.comma && last !== gaps.comma) return null
    return notes
  }

  #mayStandBetween(token: Token, reordered: boolean): boolean {
    if (token.joins || token.possessive || token.gap >= gaps.bracket) return false
    if (token.gap === gaps.joined && !this.#isParticle(token)) return false
    if (token.gap === gaps.comma && !reordered) return false
    return this.#isMiddleName(token)
  }

  #isOwnParticle(word: Word): boolean {
    return this.#form.type === 'person' && this.#form.particles.includes(word.base)
  }

  #isParticle(word: Word | undefined): boolean {
    return word !== undefined && (this.#tables.classOf(word.base) & classes.particle) !== 0
  }

  #isMiddleName(word: Word): boolean {
    if (/\p{N}/u.test(word.raw)) return false
    const bits = this.#tables.classOf(word.base)
    if ((bits & ambiguous) !== 0 && word.raw.length > 1 && !this.#isOwnParticle(word)) return false
    if ((bits & classes.particle) !== 0 && (bits & classes.conjunction) === 0) return true
    if ([...word.base].length === 1) return true
    // A word that nobody bears makes a sentence (Simon Says Oakley), unless it is foreign to the table.
    return this.#isName(word.base) || (bits === 0 && word.script !== 'latin')
  }

  /** Particles that have nothing in common with the person's own. */
  #isOtherFamily(form: PersonForm, from: number, to: number): boolean {
    if (form.particles.length === 0) return false
    const shown = this.#text.tokens.slice(from, to).filter((token) => this.#isParticle(token))
    return shown.length > 0 && !shown.some((token) => form.particles.some((own) => soundsLike(own, token.base)))
  }

  /** Where the person has further given names, another one in their place makes another person. */
  #contradicts(form: PersonForm, from: number, to: number): boolean {
    for (const token of this.#text.tokens.slice(from, to)) {
      if (this.#isParticle(token)) continue
      if (
        !form.middle.some(
          (m) => m.base === token.base || ([...token.raw].length === 1 && m.base.startsWith(token.base)),
        )
      ) {
        return true
      }
    }
    return false
  }

  /** Parts that a bar parts, or a comma behind the given name, are one name only if there is nothing else. */
  #isTornApart(first: Found, second: Found, reordered: boolean): boolean {
    const gap = this.#text.tokens[second.start]?.gap
    if (gap !== gaps.bar && (gap !== gaps.comma || reordered)) return false
    return first.start > 0 || second.end < this.#text.tokens.length
  }

  /** In "Roe, Jane Mary" and "Roe, Jane M." what follows the given name belongs to it. */
  #takeMiddle(form: PersonForm, end: number, reordered: boolean): number {
    const tokens = this.#text.tokens
    let to = end
    while (reordered && to < tokens.length && to < end + 3) {
      const token = tokens[to]
      if (token === undefined || token.gap >= gaps.comma || token.joins) break
      const own = form.middle.some((m) => m.base === token.base || m.base.startsWith(token.base))
      if (!own && [...token.raw].length > 1 && !this.#isParticle(token)) break
      to++
    }
    return to
  }

  /** The name written together or cut elsewhere: JaneRoe, Ja neR oe. */
  #glued(form: PersonForm): void {
    const count = this.#text.tokens.length
    const { wholes } = form
    for (let start = 0; start < count; start++) {
      for (let end = start + 1; end <= count; end++) {
        // Names cut into more pieces than these are found by no key unless they are all that is shown.
        if (end - start > partLimit && end - start < count) continue
        const shown = this.#text.word(start, end - start)
        for (const whole of wholes) {
          if (Math.abs(shown.looks.length - whole.looks.length) > 8) continue
          const agreement = this.#agree(shown, whole, () => false)
          if (agreement === null) continue
          if (this.#isOtherName(start, end) || this.#isOrdinaryWord(start, end, shown)) continue
          const rest = judgeRest(this.#text.tokens, start, end, this.#tables, false)
          if (rest === null) continue
          this.#keepGlued(agreement, shown, rest, form)
        }
      }
    }
  }

  #keepGlued(agreement: 'same' | 'disguised', shown: Word, rest: string[], form: PersonForm): void {
    const note = `"${shown.raw}" written together reads "${form.source}"`
    // Han and Hangul names are written without a space as often as with one.
    if (agreement === 'same' && (shown.script === 'han' || shown.script === 'hangul')) {
      this.#keep('exact', rest.length > 0, [note, ...rest], form.source)
    } else {
      this.#keep('disguised', false, [note, ...rest], form.source)
    }
  }

  /** Words that are each a name of their own, cut elsewhere than the person's name, are another person's. */
  #isOtherName(start: number, end: number): boolean {
    const tokens = this.#text.tokens.slice(start, end)
    return tokens.length > 1 && tokens.every((t) => t.raw.length > 1 && this.#isName(t.base))
  }

  /**
   * One short word that is a word or a name of its own is not a name written together (mail is not Ma Li, Hanna not Na
   * Han), unless capitals show where it parts (MaLi).
   */
  #isOrdinaryWord(start: number, end: number, shown: Word): boolean {
    if (end - start > 1 || shown.script !== 'latin' || /\p{Ll}\p{Lu}/u.test(shown.raw)) return false
    return shown.base.length < shortestGlued || this.#isName(shown.base) || this.#tables.classOf(shown.base) !== 0
  }

  #shown(start: number, end: number): string {
    return this.#text.tokens.slice(start, end).map((t) => t.raw).join(' ') // prettier-ignore
  }

  #keep(kind: 'exact' | 'reordered' | 'disguised', decorated: boolean, evidence: string[], source: string): void {
    const disguised = kind === 'disguised' || this.#text.disguised
    const final = disguised ? 'disguised' : decorated ? 'decorated' : kind
    if (disguised && kind !== 'disguised') evidence.push('hidden or altered characters')
    this.#keepKind(final, evidence.length > 0 ? evidence : [`shows "${source}"`])
  }

  #keepKind(kind: NameKind, evidence: string[]): void {
    const found: NameMatch = { kind, tier: likely.has(kind) ? 'likely' : 'certain', evidence }
    if (this.#best === null || rank(found) < rank(this.#best)) this.#best = found
  }
}

/** Particles of one kind begin alike: van der, v.d. and vanden; al and el; bin and ibn. */
function soundsLike(a: string, b: string): boolean {
  const kind = (particle: string): string => (particle === 'ibn' ? 'b' : particle.charAt(0).replace('e', 'a'))
  return kind(a) === kind(b)
}

function notesOf(given: Found, surname: Found): string[] {
  return [
    given.note,
    surname.note,
    given.reduced ? 'further given names left out' : '',
    surname.reduced ? 'one of two surnames left out' : '',
  ].filter((note) => note !== '')
}
