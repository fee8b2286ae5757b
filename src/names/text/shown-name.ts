/** The ways of reading a shown text as a name. */

import { cleanText } from './normalise.ts'
import { tokenise } from './tokens.ts'
import type { Token } from './tokens.ts'
import { makeWord } from './word.ts'
import type { Word } from './word.ts'

/** One way of reading a shown text as words. */
export interface ShownText {
  readonly tokens: readonly Token[]
  /** Something was undone to read it so (a right-to-left override, signs as letters): a name in it is disguised. */
  readonly disguised: boolean
  /** The words from `start` on, `length` of them, written together; cached. */
  word(start: number, length: number): Word
}

export interface ShownName {
  readonly shown: string
  /** Ways to read it, the plain one first; at most `readingLimit`. */
  readonly texts: readonly ShownText[]
}

const readingLimit = 6
/** Letters turned upside down; b, d, n, p, q and u turned are one another. */
const turned: ReadonlyMap<string, string> = new Map(
  'ɐa qb ɔc pd ǝe ɟf ƃg ɥh ᴉi ıi ɾj ʞk ll ɯm un oo dp bq ɹr ss ʇt nu ʌv ʍw xx ʎy zz ꞁl ⅄y ∀a Ɔc Ǝe Ⅎf פg ſj ˥l Ԁp ┴t ∩u Λv'
    .split(' ')
    .map((pair) => [[...pair][0] ?? '', [...pair][1] ?? ''] as const),
)
const turnedOnly = /[ɐɔǝɟƃɥᴉɾʞɯɹʇʌʍʎ]/gu

/** Upside-down text as it reads, letter by letter. */
function turnRound(text: string): string {
  let out = ''
  for (const char of text) out += turned.get(char) ?? char
  return out
}

/** Brackets or quotes with something outside behind them. */
const insideBrackets = /["“”)\]]\s*[\p{L}\p{N}]/u

const sign = /[@$€£¢¥₦₱₩₳฿₲₴₵₭₮₣₹₺₤₡§¡!|]/u
const signInWord = /\p{L}[@$€£¢¥₦₱₩₳฿₲₴₵₭₮₣₹₺₤₡§]|[@$€£¢¥₦₱₩₳฿₲₴₵₭₮₣₹₺₤₡§¡!|]\p{L}/u
const trailingDigits = /(\p{L})\p{N}+(?![\p{L}\p{N}])/gu
const honorific =
  /(?<=[\p{Script=Han}\p{Script=Hangul}\p{Script=Katakana}\p{Script=Hiragana}])\s*(様|さん|さま|先生|総経理|总经理|總經理|先生|女士|小姐|经理|經理|总裁|總裁|董事长|董事長|社長|部長|課長|殿|君|씨|님|대표님?|사장님?|부장님?|과장님?|팀장님?|이사님?)(?=\s|$|[^\p{L}])/gu

/** Reads a shown name. Never throws; linear in its length up to `shownLimit`. */
export function readShown(shown: string): ShownName {
  const clean = cleanText(shown)
  const texts: ShownText[] = [shownText(tokenise(clean.text), clean.altered)]
  const add = (text: string, signs: boolean): void => {
    if (texts.length < readingLimit) texts.push(shownText(tokenise(text, signs), true))
  }
  if (clean.mirrored !== null) add(clean.mirrored, false)
  if (sign.test(clean.text) && signInWord.test(clean.text)) add(clean.text, true)
  if (insideBrackets.test(clean.text)) {
    // Brackets and quotes may hold a part of the name: Jane "Roe", (Jane) Roe.
    const flat = clean.text.replace(/["“”„()[\]]+/g, ' ')
    texts.push(shownText(tokenise(flat.replace(/ {2,}/g, ' ').trim()), clean.altered))
  }
  if ((clean.text.match(turnedOnly)?.length ?? 0) > 1) {
    const upright = turnRound(clean.text)
    add(upright, false)
    add([...upright].reverse().join(''), false)
  }
  if (/\p{N}/u.test(clean.text)) {
    const bare = clean.text.replace(trailingDigits, '$1')
    if (bare !== clean.text) texts.push(shownText(tokenise(bare), clean.altered))
    if (clean.text.includes('6')) add(clean.text.replace(/6(?=\p{L})|(?<=\p{L})6/gu, 'g'), false)
  }
  const plain = clean.text.replace(honorific, ' ')
  if (plain !== clean.text) texts.push(shownText(tokenise(plain), clean.altered))
  return { shown, texts: texts.filter((t) => t.tokens.length > 0) }
}

function shownText(tokens: readonly Token[], disguised: boolean): ShownText {
  const words = new Map<number, Word>()
  return {
    tokens,
    disguised,
    word(start, length) {
      const single = tokens[start]
      if (length === 1 && single !== undefined) return single
      const key = start * 64 + length
      let word = words.get(key)
      if (word === undefined) {
        let raw = ''
        for (let i = start; i < start + length; i++) raw += tokens[i]?.raw ?? ''
        word = makeWord(raw)
        words.set(key, word)
      }
      return word
    },
  }
}
