/** Shown text cut into words. */

import { lookOf } from './skeleton.ts'
import { makeWord } from './word.ts'
import type { Word } from './word.ts'

/** What stands between a word and the one before it (`joined`: a hyphen), loosest last. */
export const gaps = { space: 0, dot: 1, joined: 2, comma: 3, bracket: 4, bar: 5 } as const
type Gap = (typeof gaps)[keyof typeof gaps]

export interface Token extends Word {
  readonly gap: Gap
  /** It stands in brackets. */
  readonly bracketed: boolean
  /** It is a sign that joins two things (&, +). */
  readonly joins: boolean
  /** Written with a dot behind it (J., Dr.). */
  readonly dotted: boolean
  /** A possessive (Jane's): another thing than the name itself. */
  readonly possessive: boolean
  /** A number, or no letters at all; a flag. */
  readonly numeric: boolean
  /** Written with a quotation sign before its last letter, as Hebrew writes acronyms (מנכ״ל). */
  readonly acronym: boolean
}

/** Most words of a shown text that are looked at; of more, the first and the last. */
const maxTokens = 24

/** Hebrew's geresh and gershayim among them, which stand in abbreviated words as in ד״ר. */
const apostrophes = "'’‘ʼ`´′ʹʻ＇׳״"
const wordChar = /[\p{L}\p{M}\p{N}\u{1f1e6}-\u{1f1ff}\u{1f150}-\u{1f169}\u{1f170}-\u{1f189}]/u
const lookSigns = '@$€£¢¥₦₱₩₳฿₲₴₵₭₮₣₹₺₤₡§¡!|'
/** Signs of `lookSigns` that end a word more often than they stand for its last letter. */
const neverLast = '¡!|'
const link = /\bhttps?:\/\/\S+|(?<!@)\bwww\.\S+/giu
const runWithAt = /(?<![^\s<>()[\]",;:|])[^\s<>()[\]",;:|]+/gu
const domainWithDot = /^.+\.[\p{L}\d-]{2,}/u
const careOf = /(?<![\p{L}\p{N}])c\/o(?![\p{L}\p{N}])/giu
/** v/d, the Dutch van de or van der. */
const vanDe = /(?<![\p{L}\p{N}])v\/d(?![\p{L}\p{N}])/giu
const openers = '([{<«（【［〈《「『'
const closers = ')]}>»）】］〉》」』'
const dashes = '-‐‑‒–—―−'
const dots = '_.=*~'
const quotes = '"“”„‟'
const commas = ',、，،'
const conjoining = '&+＆'
const apostrophe = '\u2019'
const symbol = /\p{S}/u
const letter = /\p{L}/u
const bars = '@|/\\;:•·•→←↔►▶◆■–—―¦│┃～~※・'

/**
 * Cuts a cleaned text into words. Words in brackets come after those outside, parted by a bar; single letters in a row
 * (J a n e, J.a.n.e) come as one word. Addresses and links are left out. Linear; at most `maxTokens` words.
 */
export function tokenise(text: string, signsAreLetters = false): readonly Token[] {
  const plain = plainTokens(text)
  if (plain !== null) return plain
  const whole = text.includes('/') ? text.replace(careOf, 'careof').replace(vanDe, 'vd') : text
  const flat = whole.includes('@') || whole.includes('www.') || whole.includes('://') ? withoutAddresses(whole) : whole
  const outside: Token[] = []
  const inside: Token[] = []
  scan(flat, signsAreLetters, (token) => (token.bracketed ? inside : outside).push(token))
  const tokens = withAlphabetsApart(mergeSingles(outside))
  const bracket = mergeSingles(inside)
  if (bracket.length > 0) {
    tokens.push(...bracket.map((token, i) => (i === 0 ? { ...token, gap: gaps.bar } : token)))
  }
  if (tokens.length <= maxTokens) return tokens
  const half = maxTokens / 2
  return [...tokens.slice(0, half), ...tokens.slice(-half).map((t, i) => (i === 0 ? { ...t, gap: gaps.bar } : t))]
}

/** The words of a text of nothing but Latin words, numbers, blanks and commas, as most are; null for any other. */
function plainTokens(text: string): Token[] | null {
  const tokens: Token[] = []
  let gap: Gap = gaps.space
  let start = 0
  let isPlain = true
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0x20
    if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90)) continue
    const isDigit = code >= 48 && code <= 57
    if (isDigit || (code >= 0xc0 && code <= 0x17f && code !== 0xd7 && code !== 0xf7)) {
      isPlain = false
      continue
    }
    if (code !== 0x20 && code !== 0x2c) return null
    // Single letters may be one word written apart.
    if (at - start === 1 || tokens.length === maxTokens) return null
    if (at > start) {
      const word = text.slice(start, at)
      tokens.push(isPlain ? plainToken(word, gap) : makeToken(word, gap, false, false))
      gap = gaps.space
      isPlain = true
    }
    if (code === 0x2c) gap = gaps.comma
    start = at + 1
  }
  return tokens
}

function plainToken(raw: string, gap: Gap): Token {
  const { plain, looks, look, otherLooks } = makeWord(raw)
  return {
    raw,
    plain,
    base: plain,
    expanded: plain,
    looks,
    look,
    otherLooks,
    roman: null,
    latin: plain,
    script: 'latin',
    gap,
    bracketed: false,
    joins: false,
    dotted: false,
    possessive: false,
    numeric: false,
    acronym: false,
  }
}

/** A bar in place of each address and link, so that what stands on either side is not read together. Linear. */
function withoutAddresses(text: string): string {
  return text.replace(link, ' | ').replace(runWithAt, (run) => {
    if (!run.includes('@')) return run
    const parts = run.split('@')
    for (let i = parts.length - 1; i > 0; i--) {
      const domain = domainWithDot.exec(parts[i] ?? '')?.[0]
      if (domain === undefined || (i === 1 && parts[0] === '')) continue
      return [` | ${(parts[i] ?? '').slice(domain.length)}`, ...parts.slice(i + 1)].join('@')
    }
    return run
  })
}

function scan(text: string, signsAreLetters: boolean, emit: (token: Token) => void): void {
  const chars = [...text]
  let word = ''
  let gap: Gap = gaps.space
  let depth = 0
  const end = (dotted: boolean): void => {
    if (word === '') return
    emit(makeToken(word, gap, depth > 0, dotted))
    word = ''
    gap = gaps.space
  }
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] ?? ''
    const next = chars[i + 1] ?? ''
    if (isWordChar(char) || (signsAreLetters && isSignInWord(char, word, next))) {
      word += char
      continue
    }
    if (isApostropheInWord(char, word, next)) {
      word += apostrophe
      continue
    }
    const joined = word !== '' && isWordChar(next) ? joinOf(char) : null
    end(char === '.')
    if (joined !== null) {
      gap = joined
    } else if (quotes.includes(char)) {
      depth = depth === 0 ? 1 : depth - 1
      gap = gaps.bracket
    } else if (openers.includes(char)) {
      depth++
      gap = gaps.bracket
    } else if (closers.includes(char)) {
      depth = Math.max(0, depth - 1)
      gap = gaps.bracket
    } else if (conjoining.includes(char) && !isDigit(next)) {
      emit({ ...makeToken(char, gap, depth > 0, false), joins: true })
      gap = gaps.space
    } else {
      gap = widen(gap, char, next, chars[i + 2] ?? ' ')
    }
  }
  end(false)
}

function isApostropheInWord(char: string, word: string, next: string): boolean {
  return word !== '' && isWordChar(next) && (apostrophes.includes(char) || isGershayim(char, word, next))
}

/** A quotation mark between Hebrew letters: it is typed for gershayim (ד"ר). */
function isGershayim(char: string, word: string, next: string): boolean {
  return (
    (char === '"' || char === '”' || char === '“') && hebrew.test(next) && hebrew.test(word.replaceAll(apostrophe, ''))
  )
}

function joinOf(char: string): Gap | null {
  if (dots.includes(char)) return gaps.dot
  return dashes.includes(char) ? gaps.joined : null
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9'
}

function widen(gap: Gap, char: string, next: string, after: string): Gap {
  if (bars.includes(char) || char === '+') return gaps.bar
  if (commas.includes(char)) return gap > gaps.comma ? gap : gaps.comma
  if (char === ' ' && dashes.includes(next) && after === ' ') return gaps.bar
  // ★ and 🌻 set off what stands behind them, but may stand within a name.
  if (char > '\u2000' && gap < gaps.bracket && symbol.test(char)) return gaps.bracket
  return gap
}

/** Letters, marks and digits, and signs that enclose a letter. */
function isWordChar(char: string): boolean {
  const code = char.charCodeAt(0)
  if (code < 128 || char === '')
    return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57)
  return wordChar.test(char) && !apostrophes.includes(char)
}

/** J@ne, $imon, Ro€, R○e: a sign inside a word or at its edge stands for a letter. */
function isSignInWord(char: string, word: string, next: string): boolean {
  if (!isLookSign(char)) return false
  return word !== '' || isWordChar(next) || (next !== '' && isLookSign(next))
}

/** A sign that looks like a letter: of money, or of the letter's shape (○, ∆). */
function isLookSign(char: string): boolean {
  if (char === '') return false
  return lookSigns.includes(char) || (char > '\u007f' && symbol.test(char) && lookOf(char) !== undefined)
}

/** ASCII without the signs of `lookSigns`, as most names are: read with signs as letters it gives the same words. */
const noSign = /^[\x20"#%&'()*+,\-./0-9:;<=>?A-Z[\\\]^_`a-z{}~]*$/

/** Whether a sign that looks like a letter stands within a word or at its edge. */
export function holdsSignInWord(text: string): boolean {
  if (noSign.test(text)) return false
  let isLetter = false
  let isSign = false
  for (const char of text) {
    const wasLetter = isLetter
    const wasSign = isSign
    isLetter = letter.test(char)
    if (wasSign && isLetter) return true
    isSign = !isLetter && isLookSign(char)
    if (wasLetter && isSign && !neverLast.includes(char)) return true
  }
  return false
}

function makeToken(text: string, gap: Gap, bracketed: boolean, dotted: boolean): Token {
  const raw = text.includes(apostrophe) ? text.replaceAll(apostrophe, '') : text
  const acronym = raw.length < text.length && text.at(-2) === apostrophe && hebrew.test(raw)
  const { plain, base, expanded, looks, look, otherLooks, roman, latin, script } = makeWord(raw)
  const possessive = raw.length < text.length && /\u2019s$/i.test(text)
  const numeric = !asciiLetters.test(raw) && ((!/\p{L}/u.test(raw) && /\p{N}/u.test(raw)) || flag.test(raw))
  // Written out: spreading the word costs more than making it.
  return {
    raw,
    plain,
    base,
    expanded,
    looks,
    look,
    otherLooks,
    roman,
    latin,
    script,
    gap,
    bracketed,
    joins: false,
    dotted,
    possessive,
    numeric,
    acronym,
  }
}

const hebrew = /^\p{Script=Hebrew}+$/u
const asciiLetters = /^[A-Za-z]+$/
/** Two regional indicators are a flag; more are letters. */
const flag = /^[\u{1f1e6}-\u{1f1ff}]{2}$/u

/** Chen Yulan 陈玉兰, Jane Roe 財務: what stands in another writing is set off. */
function withAlphabetsApart(tokens: Token[]): Token[] {
  if (!tokens.some(isEastAsian)) return tokens
  return tokens.map((token, i) => {
    const before = tokens[i - 1]
    const apart = before !== undefined && isEastAsian(before) !== isEastAsian(token) && token.gap < gaps.bracket
    return apart ? { ...token, gap: gaps.bracket } : token
  })
}

function isEastAsian({ script }: Token): boolean {
  return script === 'han' || script === 'kana' || script === 'hangul'
}

/** J a n e, J.a.n.e, J_a_n_e: three or more single letters in a row are one word written apart. */
function mergeSingles(tokens: Token[]): Token[] {
  const out: Token[] = []
  for (let i = 0; i < tokens.length;) {
    let end = i
    while (end < tokens.length && isSingle(tokens[end])) end++
    const first = tokens[i]
    if (first !== undefined && end - i >= 3) {
      const raw = tokens.slice(i, end).reduce((text, token) => text + token.raw, '')
      const dotted = tokens.slice(i, end).every((token) => token.dotted)
      out.push(makeToken(raw, first.gap, first.bracketed, dotted))
      i = end
    } else if (first !== undefined) {
      const last = out.at(-1)
      if (last !== undefined && isAbbreviated(last, first)) {
        out[out.length - 1] = makeToken(last.raw + first.raw, last.gap, last.bracketed, true)
      } else {
        out.push(first)
      }
      i++
    }
  }
  return out
}

/** M.D., Ph.D., v.d.: one word with dots in it. */
function isAbbreviated(before: Token, token: Token): boolean {
  return token.gap === gaps.dot && before.dotted && before.raw.length <= 2 && token.raw.length === 1
}

function isSingle(token: Token | undefined): boolean {
  if (token === undefined || token.raw.length > 2 || token.joins) return false
  return [...token.raw].length === 1 && token.script !== 'han'
}
