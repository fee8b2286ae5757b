/**
 * Octets to Unicode, as mail programs do it: by the label, and where the label is missing or wrong, by guessing. Guesses
 * are further readings, never replacements.
 */

import { isAscii, isUtf8 } from 'node:buffer'
import type { Budget } from '../budget.ts'
import { decode as decodeByLabel, normalizeCharset } from 'libmime/lib/charset'

/**
 * Charsets in which unlabelled or mislabelled mail is common, for the octets that are no UTF-8. A guess that gives
 * an unassigned character is dropped.
 */
const guesses = [
  'windows-1252',
  'windows-1251',
  'koi8-u',
  'gb18030',
  'shift_jis',
  'euc-jp',
  'euc-kr',
  'big5',
  'windows-1250',
  'iso-8859-2',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-874',
  'iso-8859-5',
  'iso-8859-6',
  'iso-8859-7',
  'ibm866',
  'macintosh',
] as const

/** Octets of a text up to which charsets are guessed. */
const maxGuessed = 8192

/** Labels of UTF-7 (RFC 2152), which libmime refuses and some mail programs still decode. */
const utf7 = /^(?:x-)?(?:utf-?7|unicode-[12]-[01]-utf-?7|csunicode11utf7)$/i

/** Labels of shifted double-byte charsets that libmime does not know: HZ (RFC 1843), ISO-2022-KR (RFC 1557), ISO-2022-CN (RFC 1922). */
const shifted = /^(?:x-)?(hz|iso-?2022-?(?:kr|cn))/i

/** Labels under which 7-bit octets mean something other than ASCII. */
const notAscii = /^(?:x-)?(?:utf-?(?:7|16|32)|ucs|unicode|iso-?2022|hz|csiso2022|jis|ebcdic|cp037|ibm0)/i

/** Labels that say so little that the octets speak for themselves. */
const vague = /^(?:us-?ascii|ascii|7bit|8bit|binary|unknown.*|x-unknown|default.*|ansi.*|utf-?8|utf8|)$/i

/**
 * Decodes labelled octets (the payload of an encoded-word).
 *
 * @param label charset as named, without the language tag of RFC 2231
 * @returns at least one text: first what the label says, then what programs show that mend a wrong label
 */
export function decodeCharset(octets: Buffer, label: string, budget?: Budget): string[] {
  const name = label.trim()
  const plain = isAscii(octets)
  budget?.spend(10 + octets.length / 32)
  if (plain && !notAscii.test(name)) return [octets.toString('latin1')]
  budget?.spend(decodingCost + octets.length / 16)
  if (utf7.test(name)) return distinct([decodeUtf7(octets.toString('latin1')), octets.toString('utf8')])
  const shift = shifted.exec(name)?.[1]?.toLowerCase()
  if (shift !== undefined) return [decodeShifted(octets, shift)]
  const valid = isUtf8(octets)
  if (!valid) budget?.spend(guessingCost(octets))
  if (vague.test(name)) {
    if (valid) return [octets.toString('utf8')]
    return distinct([decodeMixed(octets), ...decodeGuesses(octets), octets.toString('utf8')])
  }
  const labelled = decodeKnown(octets, name)
  if (labelled === null) return distinct(valid ? [octets.toString('utf8')] : decodeGuesses(octets))
  if (valid && !plain) return distinct([labelled, octets.toString('utf8')])
  return [labelled]
}

/**
 * Decodes octets of a field that carry no label: as UTF-8, each run that is no UTF-8 as Windows-1252; further texts follow if
 * the octets are no UTF-8 or hold ISO 2022 escapes, and for each charset of `hints`.
 *
 * @param hints charsets named elsewhere in the message, which some programs apply to raw octets
 * @returns at least one text, the likeliest first
 */
export function decodeRaw(octets: Buffer, hints: readonly string[], budget?: Budget): string[] {
  budget?.spend(octets.length / 32)
  if (isAscii(octets)) {
    const text = octets.toString('latin1')
    if (!text.includes('\x1b')) return [text]
    return distinct([text, ...known(octets, ['iso-2022-jp', 'iso-2022-kr', ...hints])])
  }
  budget?.spend(decodingCost * hints.length)
  if (!isUtf8(octets)) budget?.spend(guessingCost(octets))
  const hinted = known(
    octets,
    hints.filter((hint) => !vague.test(hint)),
  )
  if (isUtf8(octets)) return distinct([octets.toString('utf8'), ...hinted])
  return distinct([decodeMixed(octets), ...hinted, ...decodeGuesses(octets), octets.toString('utf8')])
}

/** Steps of decoding by one label, of which each guess takes as many and some for each octet. */
const decodingCost = 80

function guessingCost(octets: Buffer): number {
  return octets.length > maxGuessed ? 4 * octets.length : guesses.length * (decodingCost + octets.length / 2)
}

function known(octets: Buffer, labels: readonly string[]): string[] {
  return labels.slice(0, 8).flatMap((label) => (utf7.test(label) ? [] : (decodeKnown(octets, label) ?? [])))
}

/** Decodes by a label, null if nobody knows it. libmime answers an unknown label with UTF-8. */
function decodeKnown(octets: Buffer, label: string): string | null {
  if (label === '' || label.length > 40) return null
  const canonical = normalizeCharset(label)
  const text = decodeByLabel(octets, canonical)
  if (!text.includes('\ufffd')) return text
  // Replacement characters: the label is unknown (libmime has then read UTF-8), or the octets break it.
  return text === octets.toString('utf8') && !/^UTF-?8$/i.test(canonical) ? null : text
}

/** A sign between two letters: no one's name in the right charset, and most wrong guesses have one. */
const signInWord = /\p{L}[\p{S}\p{No}]\p{L}/u

function decodeGuesses(octets: Buffer): string[] {
  const texts: string[] = []
  for (const guess of octets.length > maxGuessed ? guesses.slice(0, 1) : guesses) {
    const text = decodeByLabel(octets, guess)
    if (!/[\ufffd\x80-\x9f]/.test(text) && !signInWord.test(text)) texts.push(text)
  }
  return texts.length > 0 ? texts : [decodeByLabel(octets, 'windows-1252')]
}

/** Every run of octets above ASCII as UTF-8 if it is that, else as Windows-1252: two programs may have written one field. */
function decodeMixed(octets: Buffer): string {
  return octets.toString('latin1').replace(/[\x80-\xff]+/g, (run) => {
    const bytes = Buffer.from(run, 'latin1')
    return isUtf8(bytes) ? bytes.toString('utf8') : decodeByLabel(bytes, 'windows-1252')
  })
}

/** UTF-7 (RFC 2152): `+` starts UTF-16 in base64, `-` or any other character ends it, `+-` is a plus sign. */
function decodeUtf7(text: string): string {
  return text.replace(/\+([A-Za-z0-9+/]*)-?/g, (_, coded: string) => {
    if (coded === '') return '+'
    const octets = Buffer.from(coded, 'base64')
    return octets
      .subarray(0, octets.length & ~1)
      .swap16()
      .toString('utf16le')
  })
}

/** Charsets that write double-byte characters in seven bits between a shift out and a shift in. */
function decodeShifted(octets: Buffer, shift: string): string {
  const hz = shift === 'hz'
  const [open, close] = hz ? ['~{', '~}'] : ['\x0e', '\x0f']
  const charset = shift.endsWith('kr') ? 'euc-kr' : 'gbk'
  const text = octets.toString('latin1')
  let decoded = ''
  let at = 0
  for (let start = text.indexOf(open); start >= 0; start = text.indexOf(open, at)) {
    decoded += unshifted(text.slice(at, start), hz)
    printable.lastIndex = start + open.length
    printable.test(text)
    // What is not printable ends the shift, too: HZ ends with its line.
    const run = text.slice(start + open.length, printable.lastIndex)
    const end = run.indexOf(close)
    const pairs = (end < 0 ? run : run.slice(0, end)).replace(/~$/, '')
    decoded += decodeByLabel(Buffer.from(Array.from(pairs, (c) => c.charCodeAt(0) | 0x80)), charset)
    at = start + open.length + (end < 0 ? run.length : end + close.length)
  }
  return decoded + unshifted(text.slice(at), hz)
}

const printable = /[!-~]*/y

function unshifted(text: string, hz: boolean): string {
  if (!hz) return text.replace(/\x1b\$\)[ACEG]|\x0f/g, '')
  return text.replace(/~(~|\n)/g, (_, second: string) => (second === '~' ? '~' : ''))
}

function distinct(texts: readonly string[]): string[] {
  return texts.length === 1 ? [...texts] : [...new Set(texts)]
}
