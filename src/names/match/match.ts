/** Whether a shown name is a person's, and how. */

import type { Budget } from '../../budget.ts'
import { kindNames, kindRank, kinds } from '../../vocabulary.ts'
import type { Kind, Tier } from '../../vocabulary.ts'
import type { NameForm, PersonForm, WholeForm } from '../person/name-forms.ts'
import { isEastAsianName, isVietnameseName } from '../person/part-variants.ts'
import type { NameForms } from '../person/person-name.ts'
import { romanised } from '../tables/nicknames.ts'
import type { NameTables } from '../tables/tables.ts'
import type { ShownName, ShownText } from '../text/shown-name.ts'
import { gaps } from '../text/tokens.ts'
import type { Script } from '../text/transliterate.ts'
import { agree } from '../text/word.ts'
import type { Agreement, Word } from '../text/word.ts'
import { judgeOutsideWhole } from './around-whole.ts'
import { judgeAround, judgeOutside } from './around.ts'
import { findLikely, findPart, findVariants, isSlip, maxPartWords } from './parts.ts'
import type { FoundPart, WeakAgreement } from './parts.ts'

/** What the matcher may ask about the people known besides the one compared with. */
export interface MatchContext {
  /** How many people of the directories bear the word (base form) as part of their name; see `storedKeys().tokens`. */
  tokenCount?(token: string): number
  /** Whether `J. Roe` counts. */
  readonly initials?: boolean
  /** What the message's judgement may still cost; left out: no limit. */
  readonly budget?: Budget | undefined
}

export type NameKind = Extract<
  Kind,
  'exact' | 'reordered' | 'decorated' | 'disguised' | 'variant' | 'typo' | 'nickname' | 'initial'
>

/** That a shown text shows a person's name, and why. */
export interface NameMatch {
  readonly kind: NameKind
  readonly tier: Tier
  /** What was found, one observation each, in words for an operator. */
  readonly evidence: readonly string[]
}

/** Letters of the shortest names that are known again when written together without capitals. */
const minGlued = 6
/** Most characters by which a shown name may be longer or shorter than one written together. */
const maxGluedDifference = 8

/**
 * Whether a shown text shows the person's name; the strongest way in which it does, or null. Verifies candidates that
 * `queryKeys` led to, and is right for any pair. Never throws; bounded by the limits on words and spellings.
 */
export function matchName(
  shown: ShownName,
  { forms, natives }: NameForms,
  tables: NameTables,
  context: MatchContext = {},
): NameMatch | null {
  let best: NameMatch | null = null
  for (const text of shown.texts) {
    for (const form of forms) {
      context.budget?.spend(costOf(text, form))
      const found = new Matcher(text, form, tables, context, natives).best()
      if (found !== null && (best === null || rank(found) < rank(best))) best = found
      if (best?.kind === 'exact' && best.tier === 'certain') return best
    }
  }
  return best
}

/** Steps of one comparison: each run of words is compared with each variant. */
function costOf({ tokens }: ShownText, form: NameForm): number {
  const variants = form.type === 'whole' ? 1 : form.given.length + form.surname.length + form.wholes.length
  return 10 + 2 * tokens.length * Math.min(tokens.length, maxPartWords) * variants
}

/** Steps of looking for likely forms of a part: two long words are compared letter by letter. */
function likelyCost({ tokens }: ShownText, variants: PersonForm['given']): number {
  const long = tokens.filter(({ base }) => base.length > 5).length
  const longVariants = variants.filter(({ word }) => word.base.length > 5).length
  return 12 * tokens.length * variants.length + 80 * long * longVariants
}

/** Certain matches before likely ones, then by kind. */
function rank(match: NameMatch): number {
  return kindRank(match.kind) + (match.tier === 'certain' ? 0 : kindNames.length)
}

/** Compares one reading of a text with one form of a person's name. */
class Matcher {
  readonly #text: ShownText
  readonly #form: NameForm
  readonly #tables: NameTables
  readonly #context: MatchContext
  readonly #natives: ReadonlySet<Script>
  #best: NameMatch | null = null

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
  }

  best(): NameMatch | null {
    if (this.#form.type === 'whole') this.#whole(this.#form)
    else this.#person(this.#form)
    return this.#best
  }

  /** A given name and a surname: each looked for by itself, as it is, then written together, then as a reader may still take it. */
  #person(form: PersonForm): void {
    const given = findPart(this.#text, form.given, 'given', this.#relate)
    const surname = findPart(this.#text, form.surname, 'surname', this.#relate, this.#isRomanised(form))
    for (const s of surname) for (const g of given) this.#pair(form, g, s)
    if (this.#best === null) this.#glued(form)
    if (this.#best !== null) return
    const likelyGiven = surname.length > 0 ? this.#findLikely(form, 'given') : []
    const likelySurname = given.length > 0 ? this.#findLikely(form, 'surname') : []
    for (const s of surname) for (const g of likelyGiven) this.#pair(form, g, s)
    for (const g of given) for (const s of likelySurname) this.#pair(form, g, s)
    if (given.length > 0 || surname.length > 0) return
    // Eric Sundquist for Erik Sundqvist.
    const otherGiven = findVariants(this.#text, form.given, this.#tables.variants, 'given')
    if (otherGiven.length === 0) return
    const otherSurname = findVariants(this.#text, form.surname, this.#tables.variants, 'surname')
    for (const s of otherSurname) for (const g of otherGiven) this.#pair(form, g, s)
  }

  readonly #isName = (base: string): boolean => this.#tables.isName(base) || (this.#context.tokenCount?.(base) ?? 0) > 0

  readonly #relate = (shown: Word, stored: Word): Agreement => this.#agree(shown, stored, this.#isName)

  /** As `agree`; but in an alphabet in which the person's own spelling is known, a homophone is another name. */
  #agree(shown: Word, stored: Word, isName: (base: string) => boolean): Agreement {
    return stored.script === 'latin' && this.#natives.has(shown.script) ? null : agree(shown, stored, isName)
  }

  /** Whether the given name is one of another alphabet in Latin letters, so that the surname has several spellings as well. */
  #isRomanised(form: PersonForm): boolean {
    const { classesOf } = this.#tables.nicknames
    return form.given.some(({ word }) => classesOf(word.latin).some((name) => name.endsWith(romanised)))
  }

  #findLikely(form: PersonForm, part: 'given' | 'surname'): FoundPart[] {
    this.#context.budget?.spend(likelyCost(this.#text, form[part]))
    return findLikely(this.#text, form[part], {
      part,
      initials: this.#context.initials === true,
      syllabic: part === 'given' && isEastAsianName(form),
      monosyllabic: part === 'given' && isVietnameseName(form),
      isBorne: (base) => this.#tables.isBorne(base) || (this.#context.tokenCount?.(base) ?? 0) > 0,
      nicknames: this.#tables.nicknames,
      variants: this.#tables.variants,
    })
  }

  /** Given name and surname found: one name if what stands between and around them says so. */
  #pair(form: PersonForm, given: FoundPart, surname: FoundPart): void {
    this.#context.budget?.spend(20 + 3 * this.#text.tokens.length)
    const around = {
      tokens: this.#text.tokens,
      form,
      tables: this.#tables,
      isName: this.#isName,
    }
    const name = judgeAround(around, given, surname)
    if (name === null) return
    const { reordered, start, end, notes } = name
    const evidence = [...notesOf(given, surname), ...notes]
    if (reordered) evidence.push('surname first')
    if (name.secondSurname) evidence.push('a surname between that the directory does not know')
    if (name.unknownBefore) evidence.push('a word of no table before the name')
    if (name.otherParticles) evidence.push('the surname without its particles, or with others')
    const weak = [given.agreement, surname.agreement].find(isWeak)
    if (weak !== undefined) {
      if (!this.#isBelievable(weak, given, surname, reordered)) return
      evidence.unshift(`${weak}: "${this.#shown(start, end)}" for "${form.source}"`)
      this.#keepKind(weak, evidence, 'likely')
      return
    }
    const disguised = given.agreement === 'disguised' || surname.agreement === 'disguised'
    const decorated = notes.length > 0 || given.reduced || surname.reduced
    const kind = disguised ? 'disguised' : reordered ? 'reordered' : 'exact'
    const reductions = Number(given.reduced) + Number(surname.reduced) + Number(given.coarse) + Number(surname.coarse)
    const otherFamily = name.secondSurname || name.otherParticles || name.unknownBefore
    const unsure = given.unsure || surname.unsure || otherFamily || reductions > 1
    this.#keep(kind, decorated, evidence, form.source, unsure ? 'likely' : 'certain')
  }

  /** What a short form or an initial must look like to be one. */
  #isBelievable(weak: WeakAgreement, given: FoundPart, surname: FoundPart, reordered: boolean): boolean {
    const { tokens } = this.#text
    const comma = tokens[given.start]?.gap === gaps.comma
    // Hank Michael is not Michael Henry, nor D. Alain Alain Dubois, nor martin.o Olivier Martin.
    if (reordered && (weak === 'nickname' || weak === 'initial') && !comma) return false
    if (weak !== 'initial') return true
    const initial = given.agreement === 'initial' ? given : surname
    if (tokens[initial.start]?.bracketed === true) return false
    // Dupont A/S: an initial with another letter behind it is none.
    const next = tokens[Math.max(given.end, surname.end)]
    return !(next !== undefined && next.gap === gaps.bar && [...next.raw].length === 1)
  }

  /** The name written together, or cut elsewhere than between its parts: JaneRoe, Ja neR oe. */
  #glued(form: PersonForm): void {
    const text = this.#text
    const around = {
      tokens: text.tokens,
      form,
      tables: this.#tables,
      isName: this.#isName,
    }
    const count = text.tokens.length
    for (let start = 0; start < count; start++) {
      for (let end = start + 1; end <= count; end++) {
        // Names cut into more pieces than these are found by no key unless they are all that is shown.
        if (end - start > maxPartWords && end - start < count) continue
        const shown = text.word(start, end - start)
        for (const { word: whole, reduced } of form.wholes) {
          if (Math.abs(shown.looks.length - whole.looks.length) > maxGluedDifference) continue
          const agreement = this.#agree(shown, whole, isNoName)
          if (agreement === null || this.#isOtherWord(shown, start, end)) continue
          const outside = judgeOutside(around, start, end)
          if (outside === null) continue
          const { notes, unknownBefore } = outside
          const evidence = [`"${shown.raw}" written together reads "${form.source}"`, ...notes]
          // Han and Hangul names are written without a space as often as with one.
          const usual = agreement === 'same' && (shown.script === 'han' || shown.script === 'hangul')
          if (usual)
            this.#keep(
              'exact',
              notes.length > 0,
              evidence,
              form.source,
              reduced || unknownBefore ? 'likely' : 'certain',
            )
          else {
            // Liping is a given name as well as Li Ping.
            const unsure =
              reduced || unknownBefore || (isEastAsianName(form) && end - start === 1 && !capitalInside.test(shown.raw))
            this.#keep('disguised', false, evidence, form.source, unsure ? 'likely' : 'certain')
          }
        }
      }
    }
  }

  /**
   * Words that are each a name of their own, cut elsewhere than the person's name, are another person's. One short word that is a
   * word or a name of its own is not a name written together (mail is not Ma Li, Hanna not Na Han), unless capitals show where it
   * parts (MaLi).
   */
  #isOtherWord(shown: Word, start: number, end: number): boolean {
    const tokens = this.#text.tokens.slice(start, end)
    if (tokens.length > 1) return tokens.every((t) => t.raw.length > 1 && this.#isName(t.base))
    const spaceless = shown.script === 'han' || shown.script === 'hangul' || shown.script === 'kana'
    if (spaceless || capitalInside.test(shown.raw)) return false
    return shown.base.length < minGlued || this.#isName(shown.base) || this.#tables.classOf(shown.base) !== 0
  }

  /** One word, or a role: all of it, with known decoration; of a role of several words one may be a slip. */
  #whole(form: WholeForm): void {
    const { tokens } = this.#text
    for (let start = 0; start < tokens.length; start++) {
      for (
        let end = start + 1;
        end <= Math.min(tokens.length, start + Math.max(form.words.length + 2, maxPartWords));
        end++
      ) {
        const agreement = this.#agree(this.#text.word(start, end - start), form.word, this.#isName)
        const slip = agreement === null && this.#isSlippedRole(form, start, end)
        if (agreement === null && !slip) continue
        const notes = judgeOutsideWhole(tokens, start, end, this.#tables)
        if (notes === null) continue
        if (slip) {
          this.#keepKind('typo', [`typo: "${this.#shown(start, end)}" for "${form.source}"`, ...notes], 'likely')
        } else {
          this.#keep(agreement === 'same' ? 'exact' : 'disguised', notes.length > 0, notes, form.source, 'certain')
        }
      }
    }
  }

  /** Accounts Payabel: one word is a slip and no word of its own, the others are as they should be. */
  #isSlippedRole({ words }: WholeForm, start: number, end: number): boolean {
    if (words.length < 2 || end - start !== words.length) return false
    let slips = 0
    for (const [i, word] of words.entries()) {
      const token = this.#text.tokens[start + i]
      if (token === undefined) return false
      if (token.base === word.base) continue
      const known = this.#tables.classOf(token.base) !== 0 || this.#tables.isBorne(token.base)
      if (isPlural(token.base, word.base)) slips++
      else if (known || !isSlip(token.base, word.base)) return false
      else slips++
    }
    return slips === 1
  }

  #shown(start: number, end: number): string {
    return this.#text.tokens.slice(start, end).map((t) => t.raw).join(' ') // prettier-ignore
  }

  #keep(
    kind: 'exact' | 'reordered' | 'disguised',
    decorated: boolean,
    evidence: string[],
    source: string,
    tier: Tier,
  ): void {
    const disguised = kind === 'disguised' || this.#text.disguised
    const final = disguised ? 'disguised' : decorated ? 'decorated' : kind
    if (disguised && kind !== 'disguised') evidence.push('hidden or altered characters')
    this.#keepKind(final, evidence.length > 0 ? evidence : [`shows "${source}"`], tier)
  }

  #keepKind(kind: NameKind, evidence: string[], tier: Tier): void {
    const found: NameMatch = {
      kind,
      tier: kinds[kind].tier === 'likely' ? 'likely' : tier,
      evidence,
    }
    if (this.#best === null || rank(found) < rank(this.#best)) this.#best = found
  }
}

function isWeak(agreement: FoundPart['agreement']): agreement is WeakAgreement {
  return agreement !== 'same' && agreement !== 'disguised'
}

/** Account and Accounts. */
function isPlural(shown: string, stored: string): boolean {
  return shown.length > 3 && (`${shown}s` === stored || shown === `${stored}s`)
}

const capitalInside = /\p{Ll}\p{Lu}/u

/** For names written together, of which no word is a name by itself. */
function isNoName(): boolean {
  return false
}

function notesOf(given: FoundPart, surname: FoundPart): string[] {
  return [
    given.note,
    surname.note,
    given.reduced ? 'further given names left out' : '',
    surname.reduced ? 'one of two surnames left out, or the two in the other order' : '',
  ].filter((note) => note !== '')
}
