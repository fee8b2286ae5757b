/** The families of keys, and what both sides must agree on. */

import { canonOf } from './key-forms.ts'
import type { KeyWord } from './key-forms.ts'

/**
 * Keys: short strings under which a person's spellings are stored and which a shown name is looked up by. A key only
 * leads to candidates; `matchName` decides. What both sides must agree on stands here. Families:
 *
 *   g  name written together, as it looks          every certain kind
 *   r  name written together, romanised coarsely   transliterations (R: of names in Latin letters)
 *   c  consonants of given name and surname        Arabic, Hebrew and Hangul names in Latin letters (C: of Latin ones)
 *   k  nickname class and surname                  nickname
 *   t  one part, and the other with a letter less  typo (two names with one edit share such a key)
 *   i  initial and surname, given name and initial initial
 */
export type KeyFamily = 'look' | 'roman' | 'consonants' | 'nickname' | 'typo' | 'initial'

/** Changes when the same names would get other keys; part of an indexer's fingerprint. */
export const keysVersion = 5

/** What decides which keys are of use; given alike for people and for shown names, they find each other. */
export interface KeyOptions {
  /** Whether names with initials are looked for (`J. Roe`). Default true. */
  readonly initials?: boolean
}

/** Gates: that somebody's name is in an alphabet for which Latin names have keys of their own. */
export const gates = { foreign: '*r', consonantal: '*c' } as const

/** A surname in all its romanisations, in keys of short forms and as the gate of these: for names of other alphabets. */
export function anySpelling(surname: KeyWord): string {
  return `~${canonOf(surname)}`
}

/** Gate of the names of which one part is this and the other begins with this letter. */
export function slipGate(intact: string, first: string): string {
  return `${intact} ${first}`
}
