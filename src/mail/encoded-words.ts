/**
 * Encoded-words (RFC 2047), read as the most lenient programs do: anywhere, with white space or raw characters inside,
 * without an end, with the wrong charset, joined when a character is cut in two, encoded twice.
 */

import { isUtf8 } from 'node:buffer'
import type { Budget } from '../budget.ts'
import type { DefectCode } from '../vocabulary.ts'
import { decodeCharset } from './charset.ts'

/** What decoding some text gave. */
interface DecodedText {
  /** At least one; the text that most programs show first. */
  readonly texts: readonly string[]
  /** Codes of defects, each once: `ew-unclosed`, `ew-space`, `ew-encoding`, `ew-nested`, `ew-charset`. */
  readonly defects: readonly DefectCode[]
}

interface EncodedWord {
  readonly charset: string
  /** `q`, `b`, or another letter, which nobody knows. */
  readonly encoding: string
  readonly payload: string
  readonly end: number
  readonly closed: boolean
}

/** A stretch of the text: words that stand side by side, or what is between. */
type Stretch = string | EncodedWord[]

/** Texts given at most; the rest of the guesses are dropped. */
const maxTexts = 24
/** Encoded-words decoded in one text; what is behind them stays as it is. */
const maxWords = 512
/** How often a decoded text is decoded again. */
const maxNesting = 3

/**
 * Decodes the encoded-words of a text and leaves the rest as it is. White space between two of them goes (RFC 2047 section 6.2).
 *
 * @param text unfolded
 * @returns one text if all programs agree, else more of them, see `DecodedText`. Never throws; time is linear in the text.
 */
export function decodeEncodedWords(text: string, budget?: Budget): DecodedText {
  if (!text.includes('=?')) return { texts: [text], defects: [] }
  const defects = new Set<DefectCode>()
  const texts = new Set<string>()
  let current = text
  for (let level = 0; level < maxNesting; level++) {
    const stretches = split(current, budget)
    if (stretches.every((stretch) => typeof stretch === 'string')) break
    if (level > 0) defects.add('ew-nested')
    decodeStretches(stretches, defects, texts, budget)
    const [latest = current] = level === 0 ? texts : [...texts].slice(-1)
    if (latest === current || !latest.includes('=?')) break
    current = latest
  }
  if (texts.size === 0) texts.add(text)
  return { texts: [...texts].slice(0, maxTexts), defects: [...defects] }
}

const utf8Word = /^=\?utf-8\?([QqBb])\?([^?\s]+)\?=$/i

/** What `decodeEncodedWords` gives for a text that is one encoded-word of UTF-8, as most are; null for any other, and where programs differ. */
export function decodeUtf8Word(text: string): string | null {
  const match = utf8Word.exec(text)
  if (match === null) return null
  const [, encoding = '', payload = ''] = match
  const octets = encoding === 'q' || encoding === 'Q' ? quotedOctets(payload, true) : base64Octets(payload)
  if (!isUtf8(octets)) return null
  const decoded = octets.toString('utf8')
  return decoded.includes('=?') ? null : decoded
}

/** The charsets that encoded-words of a text name, each once, at most eight. */
export function charsetsNamed(text: string): string[] {
  const names = new Set<string>()
  for (const match of text.matchAll(/=\?([^?*\s]{1,40})[?*]/g)) {
    names.add((match[1] ?? '').toLowerCase())
    if (names.size === 8) break
  }
  return [...names]
}

/** Whether any encoded-word of a text decodes to what a program that decodes too early takes for another address. */
export function hidesSyntax(text: string, budget?: Budget): boolean {
  return split(text, budget).some((stretch) => {
    if (typeof stretch === 'string') return false
    const decoded = stretch.map((word) => decodeCharset(octetsOf(word), word.charset, budget)[0] ?? '').join('')
    return decoded.includes('<') || (decoded.includes('@') && /[,;"]/.test(decoded))
  })
}

/** Whether any encoded-word of a text holds, still encoded, characters that have a meaning in an address list. */
export function holdsSyntax(text: string, budget?: Budget): boolean {
  return split(text, budget).some(
    (stretch) => typeof stretch !== 'string' && stretch.some((word) => /[<>@,;:"()]/.test(word.payload)),
  )
}

/** The extent of a closed encoded-word that starts at `at`, as an offset behind it; -1 if none starts there. */
export function encodedWordEnd(text: string, at: number): number {
  const match = opening(text, at)
  if (match === null) return -1
  const end = text.indexOf('?=', match.payloadAt)
  return end < 0 || end - at > 2000 ? -1 : end + 2
}

function decodeStretches(
  stretches: readonly Stretch[],
  defects: Set<DefectCode>,
  texts: Set<string>,
  budget: Budget | undefined,
): void {
  const options = stretches.map((stretch) =>
    typeof stretch === 'string' ? [stretch] : optionsOf(stretch, defects, budget),
  )
  const choices = Math.min(maxTexts, Math.max(...options.map((option) => option.length)))
  budget?.spend(choices * stretches.length)
  for (let choice = 0; choice < choices; choice++) {
    texts.add(options.map((option) => option[Math.min(choice, option.length - 1)] ?? '').join(''))
  }
}

/** The texts that words standing side by side may give. */
function optionsOf(words: readonly EncodedWord[], defects: Set<DefectCode>, budget: Budget | undefined): string[] {
  for (const word of words) noteDefects(word, defects)
  const joined: string[][] = []
  const apart: string[] = []
  for (let i = 0; i < words.length;) {
    const first = words[i]
    if (first === undefined) break
    const charset = first.charset.toLowerCase()
    let next = i + 1
    while (words[next]?.charset.toLowerCase() === charset) next++
    const payloads = words.slice(i, next).map(octetsOf)
    const [only] = payloads
    // A character may be cut in two between words of one charset: their octets are decoded as one.
    joined.push(decodeCharset(payloads.length === 1 && only ? only : Buffer.concat(payloads), charset, budget))
    if (payloads.length > 1)
      apart.push(payloads.map((octets) => decodeCharset(octets, charset, budget)[0] ?? '').join(''))
    else apart.push(joined.at(-1)?.[0] ?? '')
    i = next
  }
  const choices = Math.max(...joined.map((texts) => texts.length))
  const options = new Set<string>()
  budget?.spend(15 * words.length + choices * joined.length)
  for (let choice = 0; choice < choices; choice++) {
    options.add(joined.map((texts) => texts[Math.min(choice, texts.length - 1)] ?? '').join(''))
  }
  if (choices > 1) defects.add('ew-charset')
  options.add(apart.join(''))
  if (words.some((word) => word.encoding === 'q' && /\s/.test(word.payload))) {
    const tight = words.map((word) => ({ ...word, payload: word.payload.replace(/\s+/g, '') }))
    options.add(tight.map((word) => decodeCharset(octetsOf(word), word.charset, budget)[0] ?? '').join(''))
  }
  return [...options]
}

function noteDefects(word: EncodedWord, defects: Set<DefectCode>): void {
  if (!word.closed) defects.add('ew-unclosed')
  if (/\s/.test(word.payload)) defects.add('ew-space')
  if (word.encoding !== 'q' && word.encoding !== 'b') defects.add('ew-encoding')
}

/** Splits a text into stretches of words and what is between; white space between two words goes. */
function split(text: string, budget: Budget | undefined): Stretch[] {
  budget?.spend(15 + text.length / 3)
  const stretches: Stretch[] = []
  let words: EncodedWord[] = []
  let at = 0
  let search = 0
  let count = 0
  const ends = { next: -2 }
  while (count < maxWords) {
    const start = text.indexOf('=?', search)
    if (start < 0) break
    budget?.spend(5)
    const word = wordAt(text, start, ends)
    if (word === null) {
      search = start + 2
      continue
    }
    const between = text.slice(at, start)
    if (words.length === 0 || /\S/.test(between)) {
      if (words.length > 0) stretches.push(words)
      if (between !== '') stretches.push(between)
      words = []
    }
    words.push(word)
    count++
    at = search = word.end
  }
  if (words.length > 0) stretches.push(words)
  if (at < text.length) stretches.push(text.slice(at))
  return stretches
}

/**
 * The encoded-word that starts at an offset, or null. One without `?=` ends where the next one starts, or with the text;
 * in base64 already at the first character that is none of its alphabet.
 *
 * @param ends remembers where the next `?=` is, so that a text of many beginnings is searched once
 */
function wordAt(text: string, start: number, ends: { next: number }): EncodedWord | null {
  const open = opening(text, start)
  if (open === null) return null
  const { payloadAt } = open
  if (ends.next !== -1 && ends.next < payloadAt) ends.next = text.indexOf('?=', payloadAt)
  let end = ends.next
  // Another beginning before the end: this word has none. Looked for only as far as the end.
  let limit = text.length
  for (
    let other = text.indexOf('=?', payloadAt);
    other >= 0 && (end < 0 || other + 1 < end);
    other = text.indexOf('=?', other + 2)
  ) {
    if (opening(text, other) !== null) {
      limit = other
      end = -1
      break
    }
    if (other - payloadAt > 4096) break
  }
  if (end >= 0) return { ...open, payload: text.slice(payloadAt, end), end: end + 2, closed: true }
  let payload = text.slice(payloadAt, limit)
  if (open.encoding === 'b') payload = /^[A-Za-z0-9+/=_-]*/.exec(payload)?.[0] ?? ''
  const stop = payloadAt + payload.length
  const trailing = /^\?=?/.exec(text.slice(stop, stop + 2))?.[0].length ?? 0
  return { ...open, payload: payload.replace(/[?=]{1,2}\s*$/, ''), end: stop + trailing, closed: false }
}

interface WordOpening {
  readonly charset: string
  readonly encoding: string
  readonly payloadAt: number
}

const openingPattern = /=\?([^?\s=<>"(),]{0,60}) {0,4}\? {0,4}([A-Za-z]) {0,4}\?/y

/** `=?charset?encoding?` at an offset; the language tag of RFC 2231 section 5 is cut off the charset. */
function opening(text: string, start: number): WordOpening | null {
  openingPattern.lastIndex = start
  const match = openingPattern.exec(text)
  if (match === null) return null
  const [whole, label = '', encoding = ''] = match
  return { charset: label.split('*', 1)[0] ?? '', encoding: encoding.toLowerCase(), payloadAt: start + whole.length }
}

/** The octets that a word stands for (RFC 2047 section 4). What is no code stands for itself. */
function octetsOf(word: EncodedWord): Buffer {
  if (word.encoding === 'b') return base64Octets(word.payload)
  return quotedOctets(word.payload, word.encoding === 'q')
}

/** Base64 whose padding may stand anywhere: programs that encode piece by piece leave some in the middle. */
function base64Octets(payload: string): Buffer {
  const padding = payload.indexOf('=')
  if (padding < 0 || !/=[^=\s]/.test(payload.slice(padding))) return Buffer.from(payload, 'base64')
  return Buffer.concat(payload.split(/=+/).map((piece) => Buffer.from(piece, 'base64')))
}

function quotedOctets(payload: string, underscores: boolean): Buffer {
  const raw = Buffer.from(payload, 'utf8')
  const octets = Buffer.allocUnsafe(raw.length)
  let length = 0
  for (let i = 0; i < raw.length; i++) {
    const octet = raw[i] ?? 0
    if (octet === 0x3d) {
      const code = hexOf(raw[i + 1]) * 16 + hexOf(raw[i + 2])
      if (code >= 0) {
        octets[length++] = code
        i += 2
        continue
      }
    }
    octets[length++] = underscores && octet === 0x5f ? 0x20 : octet
  }
  return octets.subarray(0, length)
}

function hexOf(octet: number | undefined): number {
  if (octet === undefined) return -1000
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30
  const letter = octet | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1000
}
