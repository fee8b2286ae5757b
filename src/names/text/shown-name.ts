/** The ways of reading a shown text as a name. */

import type { Budget } from '../../budget.ts'
import { eastAsianTitles } from '../tables/affixes-by-language.ts'
import { sentenceBefore, sentenceBehind, thaiBefore } from '../tables/speech.ts'
import { cleanText, maxShownLength } from './normalise.ts'
import { holdsSignInWord, tokenise } from './tokens.ts'
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
  /** Ways to read it, the plain one first; at most `maxReadings`. */
  readonly texts: readonly ShownText[]
}

const maxReadings = 6
/** Letters turned upside down; b, d, n, p, q and u turned are one another. */
const turned: ReadonlyMap<string, string> = new Map(
  'ɐa qb ɔc pd ǝe ɟf ƃg ɥh ᴉi ıi ɾj ʞk ll ɯm un oo dp bq ɹr ss ʇt nu ʌv ʍw xx ʎy zz ꞁl ⅄y ∀a Ɔc Ǝe Ⅎf פg ſj ˥l Ԁp ┴t ∩u Λv ᴚr ꓤr ᗡd ⅂l'
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

/** Letters of what is sold as an East Asian type: 卂 for A, 丅 for T. */
const eastAsianLetters: ReadonlyMap<string, string> = new Map(
  '卂a 乃b 匚c 刀d 乇e 下f 千f 厶g 卄h 工i 丨i 丁j 长k 乚l ㄥl 从m 爪m 几n 𠘨n 口o ㄖo ロo 尸p 卩p 㔿q 尺r 丂s 丅t ㄒt 凵u ㄩu リv 山w 乂x 丫y ㄚy 乙z'
    .split(' ')
    .map((pair) => [[...pair][0] ?? '', [...pair][1] ?? ''] as const),
)
const eastAsianLetter = new RegExp(`[${[...eastAsianLetters.keys()].join('')}]`, 'gu')

/** Letters drawn with signs: \\/\\/ for W, |-| for H. */
const drawn: readonly (readonly [RegExp, string])[] = [
  [/\|\\\/\|/g, 'm'],
  [/\\\/\\\//g, 'w'],
  [/\\\//g, 'v'],
  [/\/\\/g, 'a'],
  [/\|-\|/g, 'h'],
  [/(?<=\p{L})(?:\(\)|\[\])(?=\p{L})/gu, 'o'],
  [/†(?=\p{L})|(?<=\p{L})†/gu, 't'],
]
const holdsDrawn = /\\\/|\/\\|\|-\||\(\)|\[\]|†/

/** A further name between the names, quoted or told as one: Jane "Jay" Roe, Jane 'Jay' Roe, Jane /Jay/ Roe, Jane a.k.a. Jay Roe. */
const furtherName =
  /(?<=\p{L})\s+(?:(?:a\.?k\.?a\.?|alias|genannt|gen\.|known as|called|dit|dite|detto|detta|llamad[oa]|zwany|zwana|conocid[oa] como|он же)\s+["“„'‘*/]?\p{L}+["”'’*/]?|[“„'‘*/]\s?\p{L}+\s?[”“'’*/])(?=\s+\p{L})/giu

/** Brackets or quotes with something outside behind them. */
const insideBrackets = /["“”)\]]\s*[\p{L}\p{N}]/u

const escapes =
  /%[0-9a-f]{2}|=20|\\[nrtux]|(?<=\p{Ll})u00[2a]0(?=\p{Lu})|^imceaex-|^[\w-]{1,20}'[\w-]{0,12}'|&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8});|=\?|\p{L}\+\p{L}|\b(?:cn|ou|o|s|sn|g|gn)=/iu
const entities: Readonly<Record<string, string>> = { nbsp: ' ', ensp: ' ', emsp: ' ', thinsp: ' ', amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", shy: '', comma: ',', period: '.', colon: ':', semi: ';', lpar: '(', rpar: ')', num: '#', commat: '@', lowbar: '_', hyphen: '-', dash: '-', ndash: '-', mdash: '-', tab: ' ', newline: ' ', zwnj: '', zwj: '', lrm: '', rlm: '', middot: '·', bull: '•', verbar: '|', plus: '+', laquo: '"', raquo: '"', ldquo: '"', rdquo: '"', lsquo: "'", rsquo: "'" } // prettier-ignore
/** Attributes of a distinguished name (RFC 4514) or of an O/R address (X.400), each with its value. */
const attributes = /(?:^|[/;,|])\s*(cn|ou|o|dc|c|l|st|s|sn|g|gn|i|uid|e|p|a)=([^/;,|\\]*(?:\\,[^/;,|\\]*)?)/giu

/**
 * Text as a reader takes it that a program wrote for another program: `Jane%20Roe`, `Jane&nbsp;Roe`, `Jane+Roe`, `/o=Corp/cn=Jane Roe`,
 * an encoded-word that nobody decodes.
 */
function undoEscapes(text: string): string {
  if (!escapes.test(text)) return text
  const plain = (/^imceaex-/i.test(text) ? fromImceaex(text) : text)
    .replace(/^[\w-]{1,20}'[\w-]{0,12}'(?=[^']*$)/, '')
    .replace(/\\(?:[nrt]|u00(?:20|a0)|x(?:20|a0))/gi, ' ')
    // A quoted-string loses the backslash.
    .replace(/(?<=\p{Ll})u00(?:20|a0)(?=\p{Lu})/gu, ' ')
    .replace(/&amp;(?=#?\w{1,8};)/gi, '&')
    .replace(/=\?[^?\s]{0,40}\?(?:[a-z]\?)?|\?=/gi, ' ')
    .replace(/=20/g, ' ')
    .replace(/%(?:25)+(?=[0-9a-f]{2})/gi, '%')
    .replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replace(/%/g, ''), 'hex').toString('utf8'))
    .replace(
      /&(#x?)?([0-9a-z]{1,8});/gi,
      (whole, sign: string | undefined, name: string) => entity(sign, name) ?? whole,
    )
    .replace(/(?<=\p{L})\+(?=\p{L})/gu, text.includes('@') ? '+' : ' ')
  const parts = [...plain.matchAll(attributes)].map(
    ([, key = '', value = '']) => [key.toLowerCase(), value.trim()] as const,
  )
  if (parts.length === 0) return cleanText(text.includes('=?') ? plain.replace(/_|=20/g, ' ') : plain).text
  const valueOf = (...keys: readonly string[]): string => parts.findLast(([key]) => keys.includes(key))?.[1] ?? ''
  const common = valueOf('cn').replaceAll('\\', '')
  const name = `${valueOf('g', 'gn')} ${valueOf('s', 'sn')}`.trim()
  return cleanText([common, name].filter((one) => one !== '').join(' | ')).text
}

/** An Exchange name as an address of the Internet: IMCEAEX-_O=CORP_CN=JANE+20ROE. */
function fromImceaex(text: string): string {
  return text
    .slice('imceaex-'.length)
    .replace(/_/g, '/')
    .replace(/\+([0-9a-f]{2})/gi, '%$1')
}

function entity(sign: string | undefined, name: string): string | undefined {
  if (sign === undefined) return entities[name.toLowerCase()] ?? name.charAt(0) // &eacute; is read as e.
  const code = sign === '#' ? Number(name) : parseInt(name, 16)
  return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : undefined
}

const trailingDigits = /(\p{L})\p{N}+(?![\p{L}\p{N}])/gu
/** Longest first, so that of 总经理助理 nothing is left. */
const anyOf = (list: readonly string[]): string => [...list].sort((a, b) => b.length - a.length).join('|')
const eastAsian = '[\\p{Script=Han}\\p{Script=Hangul}\\p{Script=Katakana}\\p{Script=Hiragana}]'
const endOfWord = '(?![\\p{L}\\p{M}])'
const startOfWord = '(?<![\\p{L}\\p{M}])'

/** Titles behind a name that are written without a blank, and how a sentence goes on there: 李建国董事长, 김민수 대표님, 李建国的助理, 健一より. */
const honorific = new RegExp(
  `(?<=${eastAsian})\\s*(?:${anyOf(eastAsianTitles)}|(?:${anyOf(sentenceBehind)})[^\\x00-\\x7f]{0,12}|[A-Z]{2,4})(?:${anyOf(sentenceBehind)})?${endOfWord}`,
  'gu',
)

/** Titles in front of a name that is written behind them without a blank: 董事长李建国, คุณสมชาย; and how a sentence begins there. */
const honorificBefore = new RegExp(
  `${startOfWord}(?:(?:${anyOf([...eastAsianTitles, ...sentenceBefore].filter(({ length }) => length > 1))}|代)(?=(?:\\p{Script=Han}{2,6}|\\p{Script=Hangul}{2,4})${endOfWord})|(?:${anyOf(thaiBefore.map((word) => word.normalize('NFKC')))})(?=\\p{Script=Thai}{2}))`,
  'gu',
)

/** Prepositions that Hebrew and Arabic write together with the name behind them: הודעה מנועה, رسالة لسامي. */
const prefixed =
  /(?<=\p{Script=Hebrew}{2} )[\u05de\u05dc\u05d1](?=\p{Script=Hebrew}{3})|(?<=\p{Script=Arabic}{2} )[\u0644\u0628](?=\p{Script=Arabic}{3})/u

/** A Chinese or Korean name of three characters with two and more behind it is no longer name: 王志强紧急通知. Longer texts are titles of companies. */
const hanNameAhead = /^(\p{Script=Han}{3}(?=\p{Script=Han}{2,5}$)|\p{Script=Hangul}{3}(?=\p{Script=Hangul}{2,5}$))/u

/** Reads a shown name. Never throws; linear in its length up to `maxShownLength`. */
export function readShown(shown: string, budget?: Budget): ShownName {
  budget?.spend(textCost(shown) / 3)
  if (
    !tellsName.test(shown) &&
    (plainWords.test(shown) || (shown.length <= maxShownLength && latinWords.test(shown)))
  ) {
    budget?.spend(textCost(shown))
    return { shown, texts: [shownText(tokenise(shown), false, budget)] }
  }
  const clean = cleanText(shown)
  const read = (text: string, disguised: boolean, signs = false): ShownText => {
    budget?.spend(textCost(text))
    return shownText(tokenise(text, signs), disguised, budget)
  }
  const texts: ShownText[] = [read(clean.text, clean.altered)]
  const add = (text: string, signs: boolean): void => {
    if (texts.length < maxReadings) texts.push(read(text, true, signs))
  }
  if (clean.parted !== null) {
    // What is left of the padding is seen, what is right of it may be.
    for (const seen of [clean.parted, clean.parted.split(' | ', 1)[0] ?? '']) texts.push(read(seen, clean.altered))
  }
  if (clean.mirrored !== null) add(clean.mirrored, false)
  const undone = undoEscapes(clean.text)
  if (undone !== clean.text) add(undone, false)
  if (holdsSignInWord(clean.text)) add(clean.text, true)
  if (insideBrackets.test(clean.text)) {
    // Brackets and quotes may hold a part of the name: Jane "Roe", (Jane) Roe.
    const flat = clean.text.replace(/["“”„()[\]]+/g, ' ')
    texts.push(read(flat.replace(/ {2,}/g, ' ').trim(), clean.altered))
  }
  if (/\p{N}/u.test(clean.text)) {
    const bare = clean.text.replace(trailingDigits, '$1')
    if (bare !== clean.text) texts.push(read(bare, clean.altered))
    const lettered = clean.text.includes('6') ? clean.text.replace(/6(?=\p{L})|(?<=\p{L})6/gu, 'g') : clean.text
    if (lettered !== clean.text) add(lettered, false)
  }
  addDisguises(clean.text, add)
  const named = clean.text.replace(furtherName, '')
  if (named !== clean.text) texts.push(read(named, clean.altered))
  for (const plain of withoutWordsJoined(clean.text)) texts.push(read(plain, clean.altered))
  return { shown, texts: texts.filter((t) => t.tokens.length > 0) }
}

/** Readings of letters that are turned round, drawn with signs or taken from East Asian characters. */
function addDisguises(text: string, add: (text: string, signs: boolean) => void): void {
  if ((text.match(turnedOnly)?.length ?? 0) > 1) {
    const upright = turnRound(text)
    add(upright, false)
    add([...upright].reverse().join(''), false)
  }
  if (holdsDrawn.test(text))
    add(
      drawn.reduce((out, [sign, letter]) => out.replace(sign, letter), text),
      false,
    )
  if (spaceless.test(text)) {
    const latin = text.replace(eastAsianLetter, (char) => eastAsianLetters.get(char) ?? char)
    if (latin !== text) add(latin, false)
  }
}

const spaceless = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Katakana}\p{Script=Hiragana}\p{Script=Thai}]/u

/** The text without what scripts write together with a name: titles and sentences of East Asian ones, prepositions of Semitic ones. */
function withoutWordsJoined(text: string): readonly string[] {
  const parted = text.replace(prefixed, '').replace(hanNameAhead, '$1 ')
  return [withoutHonorifics(text), parted].filter((one, i, all) => one !== text && all.indexOf(one) === i)
}

function withoutHonorifics(text: string): string {
  if (!spaceless.test(text)) return text
  return text.replace(honorificBefore, '').replace(honorific, ' ').replace(honorificBefore, '').trim()
}

/** A text that nothing but its words can be read from: ASCII words, a blank between them, a comma behind some. */
const plainWords = /^[A-Za-z]+(?:,? [A-Za-z]+){0,23}$/
/** The same of Latin letters with accents, as most names have them, that no normal form makes others of. */
const latinWords =
  /^[A-Za-zÀ-ÖØ-öø-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e]+(?:,? [A-Za-zÀ-ÖØ-öø-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e]+){0,23}$/
/** Words of `furtherName`. */
const tellsName = / (?:a\.?k\.?a|alias|genannt|called|known) /i

/** Steps of reading a text: words beyond ASCII are brought into many forms. */
function textCost(text: string): number {
  const length = Math.min(text.length, maxShownLength)
  return 20 + (asciiText.test(text) ? 1.5 : 10) * length
}

const asciiText = /^[\x20-\x7e]*$/

function shownText(tokens: readonly Token[], disguised: boolean, budget: Budget | undefined): ShownText {
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
        budget?.spend(textCost(raw))
        word = makeWord(raw)
        words.set(key, word)
      }
      return word
    },
  }
}
