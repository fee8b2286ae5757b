/**
 * Fields that no two programs read differently: one address in angle brackets behind an atom phrase, a quoted-string
 * without escapes or encoded-words, or one bare address, in ASCII. Most mail has one, and it is read without the general reader.
 */

import { decodeEncodedWords, decodeUtf8Word } from './encoded-words.ts'
import { tidy } from './reading-set.ts'

/** Longer fields go the general way; it also bounds the backtracking below. */
const maxLength = 400

const address = String.raw`[A-Za-z0-9!#$%&'*+/=?^_\`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_\`{|}~-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*`
/** All that a quoted-string may hold except quote, backslash, brackets, `@` and `=`. */
const quoted = String.raw`"([ !#-;?A-Z[\]^-~]*)"`
const phrase = String.raw`([A-Za-z0-9][A-Za-z0-9 \t.'&+/_|!*-]*)`
const named = new RegExp(String.raw`^(?:${quoted}[ \t]*|${phrase})?<(${address})>$`)
const bare = new RegExp(String.raw`^${address}$`)
const outerSpace = /^[ \t]+|(?<![ \t])[ \t]+$/g

/** The form of old mailing lists and Unix mail. */
const commented = new RegExp(String.raw`^(${address})[ \t]*\(${"([A-Za-z0-9 .,'&+/_|!*-]*)"}\)$`)

/** Encoded-words and nothing else, of letters that mean nothing in an address-list. */
const encodedWord = String.raw`=\?[A-Za-z0-9-]{1,20}\?[QqBb]\?[A-Za-z0-9=_+/.!*'-]{1,75}\?=`
const encoded = new RegExp(String.raw`^(${encodedWord}(?:[ \t]+${encodedWord})*)[ \t]*<(${address})>$`)
/** Decoded, these give a program something more to read: signs of the syntax, an end of the text, a right-to-left override. */
const openToDoubt = /[\0<>@"()\\\u202e]/

interface PlainField {
  readonly part: 'display-name' | 'comment' | 'none'
  readonly name: string
  readonly address: string
}

/** Reads a field body of this kind; null for any other. */
export function readPlain(body: string): PlainField | null {
  if (body.length > maxLength) return null
  const unfolded = (body.includes('\n') ? body.replace(/\r?\n(?=[ \t])/g, '') : body).replace(outerSpace, '')
  if (unfolded.includes('=?')) return readEncoded(unfolded)
  const match = named.exec(unfolded)
  if (match !== null) return field('display-name', match[1] ?? match[2], match[3])
  if (bare.test(unfolded)) return field('none', '', unfolded)
  const old = commented.exec(unfolded)
  return old === null ? null : field('comment', old[2], old[1])
}

function field(part: PlainField['part'], name = '', address = ''): PlainField {
  const shown = tidy(name)
  return { part: shown === '' ? 'none' : part, name: shown, address }
}

/** A name that all programs decode alike, beside its address. */
function readEncoded(unfolded: string): PlainField | null {
  const match = encoded.exec(unfolded)
  if (match === null) return null
  const words = match[1] ?? ''
  const name = decodeUtf8Word(words) ?? onlyText(words)
  return name === null || openToDoubt.test(name) ? null : field('display-name', name, match[2])
}

/** What all programs decode encoded-words to; null where they differ. */
function onlyText(words: string): string | null {
  const { texts, defects } = decodeEncodedWords(words)
  return texts.length > 1 || defects.length > 0 ? null : (texts[0] ?? '')
}
