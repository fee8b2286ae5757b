/** A name written together or cut elsewhere. */

import type { PersonForm } from '../person/name-forms.ts'
import { partLimit } from './parts.ts'
import { judgeRest } from './rest.ts'
import type { ShownText } from '../text/shown-name.ts'
import type { NameTables } from '../tables/tables.ts'
import type { Agreement, Word } from '../text/word.ts'

/** A name found written together or cut elsewhere than between its parts: JaneRoe, Ja neR oe. */
export interface Glued {
  readonly kind: 'exact' | 'disguised'
  readonly decorated: boolean
  readonly evidence: string[]
}

/** What a name written together is told by. */
export interface GlueContext {
  readonly tables: NameTables
  /** Whether the word is a name of its own, to the tables or to the directories. */
  readonly isName: (base: string) => boolean
  readonly relate: (shown: Word, stored: Word) => Agreement
}

/** Letters of the shortest names that are known again when written together without capitals. */
const shortestGlued = 6
/** Most characters by which a shown name may be longer or shorter. */
const lengthLimit = 8

/** Every place where the name stands written together. */
export function findGlued(text: ShownText, form: PersonForm, context: GlueContext): Glued[] {
  const found: Glued[] = []
  const count = text.tokens.length
  for (let start = 0; start < count; start++) {
    for (let end = start + 1; end <= count; end++) {
      // Names cut into more pieces than these are found by no key unless they are all that is shown.
      if (end - start > partLimit && end - start < count) continue
      const shown = text.word(start, end - start)
      for (const whole of form.wholes) {
        if (Math.abs(shown.looks.length - whole.looks.length) > lengthLimit) continue
        const agreement = context.relate(shown, whole)
        if (agreement === null) continue
        if (isOtherName(text, start, end, context) || isOrdinaryWord(shown, end - start, context)) continue
        const rest = judgeRest(text.tokens, start, end, context.tables, false)
        if (rest !== null) found.push(gluedAs(agreement, shown, rest, form))
      }
    }
  }
  return found
}

function gluedAs(agreement: 'same' | 'disguised', shown: Word, rest: readonly string[], form: PersonForm): Glued {
  const evidence = [`"${shown.raw}" written together reads "${form.source}"`, ...rest]
  // Han and Hangul names are written without a space as often as with one.
  const usual = agreement === 'same' && (shown.script === 'han' || shown.script === 'hangul')
  return usual
    ? { kind: 'exact', decorated: rest.length > 0, evidence }
    : { kind: 'disguised', decorated: false, evidence }
}

/** Words that are each a name of their own, cut elsewhere than the person's name, are another person's. */
function isOtherName(text: ShownText, start: number, end: number, { isName }: GlueContext): boolean {
  const tokens = text.tokens.slice(start, end)
  return tokens.length > 1 && tokens.every((t) => t.raw.length > 1 && isName(t.base))
}

/**
 * One short word that is a word or a name of its own is not a name written together (mail is not Ma Li, Hanna not Na
 * Han), unless capitals show where it parts (MaLi).
 */
function isOrdinaryWord(shown: Word, words: number, { tables, isName }: GlueContext): boolean {
  if (words > 1 || shown.script !== 'latin' || /\p{Ll}\p{Lu}/u.test(shown.raw)) return false
  return shown.base.length < shortestGlued || isName(shown.base) || tables.classOf(shown.base) !== 0
}
