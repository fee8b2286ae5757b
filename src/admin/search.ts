/** Text as searches compare it: what an operator types finds a name in whatever letters it is written. */

import { cleanText } from '../names/text/normalise.ts'
import { baseForm, expandedForm, romanise } from '../names/text/transliterate.ts'

const ascii = /^[\x20-\x7e]*$/

/** A name as names are compared: no case, no accents (`Żółć` is `zolc`), nothing invisible, single spaces. */
export function foldName(text: string): string {
  return baseForm(cleanText(text).text)
}

/**
 * What is searched in: the folded name, and behind it the same in Latin letters where it is written otherwise, and with
 * accented letters spelt out (`Müller` is found as `muller` and as `mueller`).
 */
export function searchText(text: string): string {
  const { text: clean } = cleanText(text)
  if (ascii.test(clean)) return clean.toLowerCase()
  return [...new Set([baseForm(clean), expandedForm(clean), latin(clean)])].join(' ')
}

/** The words that are looked for. Each is a list of forms, one of which must be there. */
export function searchWords(text: string): readonly (readonly string[])[] {
  const words = cleanText(text).text.split(/[\s,]+/)
  return words.filter((word) => word !== '').map((word) => [...new Set([baseForm(word), latin(word)])])
}

/** Whether a search text has every word. */
export function hasWords(text: string, words: readonly (readonly string[])[]): boolean {
  return words.every((forms) => forms.some((form) => text.includes(form)))
}

function latin(text: string): string {
  return text
    .split(' ')
    .map((word) => romanise(word) ?? baseForm(word))
    .join(' ')
}
