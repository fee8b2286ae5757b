/**
 * Phrases as text, and the words that they consist of (RFC 5322 section 3.2.5).
 */

import type { Piece } from './address-list.ts'

/** Characters looked at for words in running text, from either end. */
const maxText = 4096

/** What stands before an address that was copied from a link or a directory. */
const uriScheme = /^(?:mailto|smtp):/i

/** The name that pieces show: text and quoted-strings, comments left out. */
export function phraseOf(pieces: readonly Piece[]): string {
  const [only] = pieces
  if (pieces.length === 1 && only !== undefined) return only.kind === 'comment' ? '' : shownText(only)
  return join(pieces, false, false)
}

/** Whether a word is an address rather than part of a name; an encoded-word as a whole is none. */
export function holdsAddress({ text }: PhraseWord): boolean {
  return text.includes('@') && text.length > 1 && !(text.startsWith('=?') && text.endsWith('?='))
}

/** An address without what a link has before it. */
export function withoutScheme(address: string): string {
  return address.replace(uriScheme, '')
}

/** An address without the brackets and full stops that stand around it in running text. */
export function bareAddress(word: string): string {
  const bare = withoutScheme(word.replace(/^[({['<\u2018\u201c\u2039\u3008\uff08\uff1c]{1,9}/, ''))
  const end = bare.includes('@[') ? /[)}'.>-]{1,9}$/ : /[)}'.>\]\u2019\u201d\u203a\u3009\uff09\uff1e-]{1,9}$/
  return bare.replace(end, '')
}

interface PhraseWord {
  /** What stands outside of quotes. */
  text: string
  /** What stands in quotes, unescaped. */
  quoted: string
  /** As written. */
  raw: string
  /** As a name. */
  shown: string
}

/** Words of pieces, comments left out. What no white space parts is one word, and white space around an `@` parts nothing. */
export function words(pieces: readonly Piece[]): PhraseWord[] {
  const found: PhraseWord[] = []
  let spaced = true
  for (const piece of pieces) {
    spaced ||= piece.spaced
    if (piece.kind === 'comment' || piece.kind === 'angle') continue
    const quoted = piece.kind === 'quoted'
    const parts = quoted ? [piece.content] : clip(piece.content).split(/[ \t\r\n]+/)
    for (const part of parts) {
      const last = found.at(-1)
      const glued = last !== undefined && !quoted && (last.text.endsWith('@') || part.startsWith('@'))
      if (last === undefined || (spaced && !glued)) found.push(wordOf(part, quoted))
      else append(last, part, quoted)
      spaced = true
    }
    spaced = false
  }
  return found
}

/** The first and the last part of a text that no one would read whole. */
export function clip(text: string): string {
  return text.length <= 2 * maxText ? text : `${text.slice(0, maxText)} ${text.slice(-maxText)}`
}

function wordOf(part: string, quoted: boolean): PhraseWord {
  const word: PhraseWord = { text: '', quoted: '', raw: '', shown: '' }
  append(word, part, quoted)
  return word
}

function append(word: PhraseWord, part: string, quoted: boolean): void {
  word.shown += part
  if (quoted) {
    word.quoted += part
    word.raw += `"${part.replace(/["\\]/g, '\\$&')}"`
  } else {
    word.text += part
    word.raw += part
  }
}

/** Pieces as one text. What is left out parts words only if white space stood beside it, or if `loose`. */
export function join(pieces: readonly Piece[], loose: boolean, comments: boolean): string {
  let text = ''
  let spaced = false
  for (const piece of pieces) {
    spaced ||= piece.spaced
    if (piece.kind === 'angle' || (piece.kind === 'comment' && !comments)) {
      spaced ||= loose
      continue
    }
    text += `${spaced && text !== '' ? ' ' : ''}${piece.kind === 'comment' ? `(${piece.content})` : shownText(piece)}`
    spaced = false
  }
  return text
}

/** A quote in text opens nothing; programs leave it out. */
export function shownText(piece: Piece): string {
  return piece.kind === 'text' && piece.content.includes('"') ? piece.content.replace(/"+/g, '') : piece.content
}
