/**
 * What text looks like, in lower case Latin letters as far as it looks Latin: the skeleton of UTS #39 section 4, made
 * coarser by what UTS #39 leaves out on purpose (digits read as letters, upside-down letters, pairs of letters).
 * Two texts with one skeleton may be taken for each other; the skeleton itself is never shown.
 */

import { confusableLines } from './confusables.data.ts'
import { stripMarks } from './normalise.ts'

const confusables: ReadonlyMap<string, string> = new Map(
  confusableLines.split('\n').flatMap((line) => {
    const space = line.indexOf(' ')
    return [...line.slice(space + 1)].map((from): [string, string] => [from, line.slice(0, space)])
  }),
)

/** Digits and signs that are read as letters. i, l, 1 and | are one letter; so are o and 0. */
const asLetter: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '2': 'z',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '6': 'b',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'l',
  '|': 'l',
  i: 'l',
}
const readAsLetter = /[0-9@$!|i]/g
const signs = /[0-9@$!|]/

const allPairs = /rn|vv|uu|cl/g
const asOne: Readonly<Record<string, string>> = { rn: 'm', vv: 'w', uu: 'w', cl: 'd' }

/** Each character by itself as it looks; letter pairs are still apart, so that words can be joined first. */
export function looksOfCharacters(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return withLetters(text.toLowerCase())
  let latin = ''
  // The case matters to the look (Ν is N, ν is v), so characters are mapped as they stand and folded after.
  for (const char of stripMarks(text)) latin += confusables.get(char) ?? confusables.get(char.toLowerCase()) ?? char
  return withLetters(stripMarks(latin.toLowerCase()))
}

function withLetters(text: string): string {
  if (!signs.test(text)) return text.includes('i') ? text.replaceAll('i', 'l') : text
  return text.replace(readAsLetter, (char) => asLetter[char] ?? char)
}

/** Letter pairs that look like one letter, in text that `looksOfCharacters` made. */
export function joinPairs(looks: string): string {
  return holdsPair(looks) ? looks.replace(allPairs, (pair) => asOne[pair] ?? pair) : looks
}

function holdsPair(looks: string): boolean {
  for (let i = 1; i < looks.length; i++) {
    switch (looks.charCodeAt(i)) {
      case 0x6e: // n
        if (looks.charCodeAt(i - 1) === 0x72) return true
        break
      case 0x6c: // l
        if (looks.charCodeAt(i - 1) === 0x63) return true
        break
      case 0x75: // u
      case 0x76: // v
        if (looks.charCodeAt(i - 1) === looks.charCodeAt(i)) return true
    }
  }
  return false
}

/** The whole skeleton of one word. */
export function skeleton(text: string): string {
  return joinPairs(looksOfCharacters(text))
}

/** Whether a character shows a letter of another character's shape (used to tell words that mix alphabets). */
export function lookOf(char: string): string | undefined {
  return confusables.get(char)
}
