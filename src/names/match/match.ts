/** Whether a shown name is a person's, and how. */

import { kindRank, kinds } from '../../vocabulary.ts'
import type { Kind, Tier } from '../../vocabulary.ts'
import { endOfReordered, judgeBetween } from './between.ts'
import { findGlued } from './glued.ts'
import type { NameForm, PersonForm, WholeForm } from '../person/name-forms.ts'
import { romanised } from '../tables/nicknames.ts'
import { findLikely, findPart, partLimit } from './parts.ts'
import type { Found } from './parts.ts'
import { readPersonNames } from '../person/person-name.ts'
import type { NameForms, PersonNames } from '../person/person-name.ts'
import { judgeRest } from './rest.ts'
import { readShown } from '../text/shown-name.ts'
import type { ShownName, ShownText } from '../text/shown-name.ts'
import type { NameTables } from '../tables/tables.ts'
import { gaps } from '../text/tokens.ts'
import type { Script } from '../text/transliterate.ts'
import { syllabicSurnames } from './typo.ts'
import { agree } from '../text/word.ts'
import type { Agreement, Word } from '../text/word.ts'

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
      if (found !== null && (best === null || kindRank(found.kind) < kindRank(best.kind))) best = found
      if (best?.kind === 'exact') return best
    }
  }
  return best
}

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
    const around = { tokens: this.#text.tokens, form, tables: this.#tables, isName: this.#isName }
    const middle = judgeBetween(around, given, surname)
    if (middle === null) return
    const reordered = surname.end <= given.start
    const [first, second] = reordered ? [surname, given] : [given, surname]
    const end = reordered ? endOfReordered(around, second.end) : second.end
    const rest = judgeRest(this.#text.tokens, first.start, end, this.#tables, false)
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

  /** The name written together or cut elsewhere. */
  #glued(form: PersonForm): void {
    const context = {
      tables: this.#tables,
      isName: this.#isName,
      relate: (shown: Word, stored: Word): Agreement => this.#agree(shown, stored, isNoName),
    }
    for (const { kind, decorated, evidence } of findGlued(this.#text, form, context)) {
      this.#keep(kind, decorated, evidence, form.source)
    }
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
    const found: NameMatch = { kind, tier: kinds[kind].tier, evidence }
    if (this.#best === null || kindRank(found.kind) < kindRank(this.#best.kind)) this.#best = found
  }
}

/** For names written together, of which no word is a name by itself. */
function isNoName(): boolean {
  return false
}

function notesOf(given: Found, surname: Found): string[] {
  return [
    given.note,
    surname.note,
    given.reduced ? 'further given names left out' : '',
    surname.reduced ? 'one of two surnames left out' : '',
  ].filter((note) => note !== '')
}
