/**
 * Wire text of the fields that Namesake adds. Whatever is put in, what comes out is one field: ASCII, no controls, no line that
 * is too long (RFC 5322 section 2.1.1).
 */

import type { AddedField } from '../model.ts'

/** Octets of a line that should not be passed, and of a field's whole text, line ends aside. */
const foldAt = 78
const maxField = 998
/** RFC 2047 section 2. */
const maxWord = 75

interface FieldFormat {
  /** What ends each line, the last one too. */
  readonly lineEnd: '\r\n' | '\n'
  /** Whether to fold; a milter hands folding to the MTA. */
  readonly fold: boolean
}

/**
 * A field as it goes on the wire, with its line end. Characters that may not stand in a field become `?`, line ends and other
 * controls a space; a body too long for one line of 998 octets is cut, at an encoded-word's border if one stands there.
 *
 * @param field name and body, as `encodeWords` made it
 */
export function formatField(field: AddedField, { lineEnd, fold }: FieldFormat): string {
  if (isPlain(field)) return `${field.name}: ${field.body}${lineEnd}`
  const name = field.name.replace(/[^!-9;-~]/g, '') || 'X'
  const body = cutAtWord(
    field.body
      .replace(/[\0-\x20\x7f]+/g, ' ')
      .replace(/[^\x20-\x7e]/g, '?')
      .trim(),
    maxField - name.length - 2,
  )
  if (!fold) return `${name}: ${body}${lineEnd}`
  const lines: string[] = []
  let line = `${name}:`
  for (const word of body.split(' ')) {
    if (line.length + 1 + word.length > foldAt && line.length > 1 && !/^[^ ]+:$/.test(line)) {
      lines.push(line)
      line = ` ${word}`
    } else line += ` ${word}`
  }
  lines.push(line)
  return lines.map((text) => text + lineEnd).join('')
}

/** Whether a field is what it should be, and one short line: most of ours are. */
function isPlain({ name, body }: AddedField): boolean {
  return name.length + 2 + body.length <= foldAt && /^[!-9;-~]+$/.test(name) && /^[!-~]+(?: [!-~]+)*$/.test(body)
}

/**
 * Text in ASCII: words that hold other characters, or that would be taken for encoded-words, become encoded-words of UTF-8 (RFC 2047), each at most
 * 75 octets and split between characters. The rest stays readable. Controls become spaces, lone surrogates U+FFFD.
 *
 * @param limit octets of the result at most; a longer text is cut and ends with ` ...`
 */
export function encodeWords(text: string, limit = 900): string {
  const clean = Buffer.from(text, 'utf8')
    .toString('utf8')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
  const whole = encode(clean)
  if (whole.length <= limit) return whole
  const characters = [...clean]
  let low = 0
  let high = Math.min(characters.length, limit)
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (encode(characters.slice(0, middle).join('').trim()).length + 4 <= limit) low = middle
    else high = middle - 1
  }
  return `${encode(characters.slice(0, low).join('').trim())} ...`
}

function encode(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes('=?')) return text.replace(/ +/g, ' ')
  const out: string[] = []
  let run: string[] = []
  const flush = (): void => {
    // The spaces between words that are encoded have to be encoded with them: a reader drops those between encoded-words.
    if (run.length > 0) out.push(...encodedWords(run.join(' ')))
    run = []
  }
  for (const word of text.split(/ +/)) {
    if (/^[!-~]*$/.test(word) && !word.includes('=?')) {
      flush()
      out.push(word)
    } else run.push(word)
  }
  flush()
  return out.join(' ')
}

/** Encoded-words of a text, in base64 unless most of it is ASCII, split between characters. */
function encodedWords(text: string): string[] {
  const octets = Buffer.from(text, 'utf8')
  const quotedLength = octets.reduce((sum, octet) => sum + (isLiteral(octet) || octet === 0x20 ? 1 : 3), 0)
  // Q stays readable to people, so it may cost a little more.
  const quoted = quotedLength <= Math.ceil(octets.length / 3) * 6
  const room = maxWord - '=?UTF-8?Q??='.length
  const words: string[] = []
  let chunk = ''
  let used = 0
  for (const character of text) {
    const bytes = Buffer.from(character, 'utf8')
    const cost = quoted ? quotedText(bytes).length : bytes.length
    const fits = quoted ? used + cost <= room : Math.ceil((used + cost) / 3) * 4 <= room
    if (!fits) {
      words.push(chunk)
      chunk = ''
      used = 0
    }
    chunk += character
    used += cost
  }
  if (chunk !== '') words.push(chunk)
  return words.map((part) => {
    const bytes = Buffer.from(part, 'utf8')
    return quoted ? `=?UTF-8?Q?${quotedText(bytes)}?=` : `=?UTF-8?B?${bytes.toString('base64')}?=`
  })
}

/** The Q encoding with the alphabet that is allowed in a phrase (RFC 2047 section 5, rule 3). */
function quotedText(octets: Buffer): string {
  let text = ''
  for (const octet of octets) {
    if (octet === 0x20) text += '_'
    else if (isLiteral(octet)) text += String.fromCharCode(octet)
    else text += `=${octet.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return text
}

function isLiteral(octet: number): boolean {
  return /[A-Za-z0-9!*+/-]/.test(String.fromCharCode(octet)) && octet < 0x80
}

function cutAtWord(text: string, limit: number): string {
  if (text.length <= limit) return text
  const space = text.lastIndexOf(' ', limit - 4)
  return space > limit / 2 ? `${text.slice(0, space)} ...` : text.slice(0, limit)
}
