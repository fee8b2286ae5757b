import type { ReadingPart } from '../model.ts'
import { unescape, type Item, type Piece } from './address-list.ts'

/**
 * What one entry of an address-list may show: every name that some program would take from it, and every
 * address. Names are still as written, encoded-words included.
 */

export interface ShownName {
  readonly part: ReadingPart
  readonly text: string
}

export interface Mailbox {
  /** The likeliest name first. */
  readonly names: readonly ShownName[]
  /** Addr-specs as written, comments and white space taken out; the likeliest first. */
  readonly addresses: readonly string[]
  /** Whether nothing here is open to doubt: one address, at the end, and no text in an odd place. */
  readonly plain: boolean
}

/** What stands before an address that was copied from a link or a directory. */
const uriScheme = /^(?:mailto|smtp):/i

/** Addresses and names taken from one entry at most. */
const maxAddresses = 8
const maxNames = 24
/** Characters looked at for addresses in running text, from either end. */
const maxText = 4096
/** An addr-spec is cut here; RFC 5321 section 4.5.3.1 ends it at 254 octets. */
const maxAddressLength = 1000

/** Reads an entry of an address-list. */
export function readMailbox(item: Item, text: string): Mailbox {
  const firstAngle = item.pieces.findIndex((piece) => piece.kind === 'angle')
  return firstAngle < 0 ? readBare(item.pieces) : readWithAngle(item.pieces, firstAngle, text)
}

/** The name that pieces show: text and quoted-strings, comments left out. */
export function phraseOf(pieces: readonly Piece[]): string {
  const [only] = pieces
  if (pieces.length === 1 && only !== undefined) return only.kind === 'comment' ? '' : shownText(only)
  return join(pieces, false, false)
}

/**
 * The texts of a comment: as it stands, and if comments are nested in it (RFC 5322 section 3.2.2) those and the rest by themselves.
 */
export function commentTexts(content: string): string[] {
  if (!content.includes('(')) return [unescape(content)]
  const levels: string[] = []
  const open: string[] = ['']
  for (let at = 0; at < content.length && levels.length < maxNames; at++) {
    const character = content.charAt(at)
    const top = open.length - 1
    if (character === '(' && open.length < 1000) open.push('')
    else if (character === ')' && top > 0) levels.push(open.pop() ?? '')
    else open[top] = `${open[top] ?? ''}${character === '\\' ? content.charAt(++at) : character}`
  }
  return [unescape(content), ...open.reverse(), ...levels].filter((text) => text.trim() !== '').slice(0, maxNames)
}

function readWithAngle(pieces: readonly Piece[], firstAngle: number, text: string): Mailbox {
  const names: ShownName[] = []
  const addresses: string[] = []
  const angles = pieces.filter((piece) => piece.kind === 'angle')
  const before = pieces.slice(0, firstAngle)
  const after = pieces.slice(firstAngle + 1).filter((piece) => piece.kind !== 'angle')
  addName(names, 'display-name', phraseOf(before))
  const withAt = angles.filter((angle) => angle.content.includes('@'))
  for (const angle of angles.slice(0, maxAddresses)) {
    // Beside an address, brackets that hold none are only text.
    const text = withAt.length > 0 && !angle.content.includes('@')
    if (text) addName(names, 'stray-text', angle.content)
    else readAngle(angle.content, names, addresses)
  }
  if (angles.length === 1 && after.length === 0 && isPlain(before) && names.length <= 1 && isPlainAddress(addresses)) {
    return { names, addresses, plain: true }
  }
  if (before.some((piece) => piece.kind === 'comment')) {
    addName(names, 'display-name', join(before, false, true))
    addName(names, 'display-name', join(before, true, false))
  }
  if (after.length > 0) {
    addName(names, 'display-name', `${phraseOf(before)} ${phraseOf(after)}`)
    addName(names, 'stray-text', phraseOf(after))
  }
  const last = angles.at(-1)
  if (angles.length > 1 && last !== undefined) {
    addName(names, 'display-name', text.slice(pieces[0]?.start, last.start))
  }
  addComments(names, pieces)
  // An address in the phrase before the brackets: some programs take that one.
  const phrase = words(before)
  for (const word of phrase) if (word.quoted === '' && holdsAddress(word)) addAddress(addresses, bareAddress(word.text))
  const rest = phrase.filter((word) => !holdsAddress(word)).map((word) => word.shown)
  addName(names, 'display-name', rest.join(' '))
  return { names, addresses, plain: false }
}

/** Whether there is one address, with one `@` in its middle and nothing odd around it. */
function isPlainAddress(addresses: readonly string[]): boolean {
  return addresses.length === 1 && /^[^\s@"\\()<>[\]]+@[^\s@"\\()<>]+$/.test(addresses[0] ?? '')
}

/** Whether pieces are a phrase and nothing else. */
function isPlain(pieces: readonly Piece[]): boolean {
  return pieces.every((piece) => piece.kind !== 'comment' && !/[@<]/.test(piece.content))
}

/**
 * The addresses in angle brackets: a route (RFC 5322 section 4.4) is cut off, several addresses are several, and
 * text that is none is a name too.
 */
function readAngle(content: string, names: ShownName[], addresses: string[]): void {
  const plain = content.trim()
  if (/^[^\s"()<>@:,]+@[^\s"()<>@:,]+$/.test(plain.slice(0, maxAddressLength)) && plain.length < maxAddressLength) {
    addAddress(addresses, plain)
    return
  }
  const { bare, comments } = withoutComments(content.slice(0, 4 * maxAddressLength))
  for (const comment of comments) for (const text of commentTexts(comment)) addName(names, 'comment', text)
  const unrouted = bare
    .trim()
    .replace(uriScheme, '')
    .replace(/^[@,][^:"]*:/, '')
  const tight = unrouted
    .replace(/\s+/g, ' ')
    .replace(/ ?([@.]) ?/g, '$1')
    .trim()
  if (tight === '') return
  const quoted = /^("(?:[^"\\]|\\[^])*")(?:@|$)/.exec(tight)
  if (quoted !== null) {
    addAddress(
      addresses,
      tight.replace(/ /g, (space, at: number) => (at < (quoted[1]?.length ?? 0) ? space : '')),
    )
    addName(names, 'local-part', unescape((quoted[1] ?? '').slice(1, -1)))
    return
  }
  const tokens = tight.split(/[ ,]+/).filter((token) => token !== '')
  const withAt = tokens.filter((token) => token.includes('@'))
  if (withAt.length === 0) {
    addAddress(addresses, tight)
    addName(names, 'stray-text', tight)
    return
  }
  for (const token of withAt.slice(0, maxAddresses)) addAddress(addresses, token)
  if (withAt.length < tokens.length) {
    addName(names, 'stray-text', tokens.filter((token) => !token.includes('@')).join(' '))
  }
  // Of an address with more than one @ some programs show the first part, as if it were all.
  for (const token of withAt) {
    const [local = '', domain = '', ...rest] = token.split('@', 3)
    if (rest.length > 0 && local !== '' && domain !== '') addName(names, 'address-as-name', `${local}@${domain}`)
  }
}

/** An entry without brackets: words that hold an `@` are addresses, the rest is a name. */
function readBare(pieces: readonly Piece[]): Mailbox {
  const names: ShownName[] = []
  const addresses: string[] = []
  const all = words(pieces)
  const rest: string[] = []
  for (const word of all) {
    if (holdsAddress(word)) {
      addAddress(addresses, bareAddress(word.raw))
      if (word.quoted !== '') addName(names, 'local-part', word.quoted)
    } else rest.push(word.shown)
  }
  const stray = rest.join(' ')
  const [first] = pieces
  if (pieces.length === 1 && first !== undefined && first.kind === 'text') {
    addName(names, 'stray-text', addresses.length === 0 ? shownText(first) : stray)
  } else addName(names, 'stray-text', stray)
  addComments(names, pieces)
  // No address where one may stand: one in quotes or in a comment is better than none.
  if (addresses.length === 0) {
    for (const { kind, content } of pieces) {
      if (kind === 'text' || !content.includes('@')) continue
      for (const word of clip(content).split(/[\s<>()",;]+/))
        if (/.@./.test(word)) addAddress(addresses, bareAddress(word))
    }
  }
  if (addresses.length > 1) for (const address of addresses) addName(names, 'address-as-name', address)
  return { names, addresses, plain: isPlainAddress(addresses) && names.length === 0 && pieces.length === 1 }
}

/** Whether a word is an address rather than part of a name; an encoded-word as a whole is none. */
function holdsAddress({ text }: Word): boolean {
  return text.includes('@') && text.length > 1 && !(text.startsWith('=?') && text.endsWith('?='))
}

/** An address without the brackets and full stops that stand around it in running text. */
function bareAddress(word: string): string {
  const bare = word.replace(/^[({['<\u2018\u201c\u2039\u3008\uff08\uff1c]{1,9}/, '').replace(uriScheme, '')
  const end = bare.includes('@[') ? /[)}'.>]{1,9}$/ : /[)}'.>\]\u2019\u201d\u203a\u3009\uff09\uff1e]{1,9}$/
  return bare.replace(end, '')
}

interface Word {
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
function words(pieces: readonly Piece[]): Word[] {
  const found: Word[] = []
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
function clip(text: string): string {
  return text.length <= 2 * maxText ? text : `${text.slice(0, maxText)} ${text.slice(-maxText)}`
}

function wordOf(part: string, quoted: boolean): Word {
  const word: Word = { text: '', quoted: '', raw: '', shown: '' }
  append(word, part, quoted)
  return word
}

function append(word: Word, part: string, quoted: boolean): void {
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
function join(pieces: readonly Piece[], loose: boolean, comments: boolean): string {
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
function shownText(piece: Piece): string {
  return piece.kind === 'text' && piece.content.includes('"') ? piece.content.replace(/"+/g, '') : piece.content
}

function withoutComments(content: string): { bare: string; comments: string[] } {
  if (!content.includes('(')) return { bare: content, comments: [] }
  const comments: string[] = []
  let bare = ''
  let depth = 0
  let start = 0
  let quoted = false
  for (let at = 0; at < content.length; at++) {
    const character = content.charAt(at)
    if (character === '\\') {
      if (depth === 0) bare += content.slice(at, at + 2)
      at++
    } else if (character === '"' && depth === 0) {
      quoted = !quoted
      bare += character
    } else if (character === '(' && !quoted) {
      if (depth++ === 0) start = at + 1
    } else if (character === ')' && depth > 0) {
      if (--depth === 0) comments.push(content.slice(start, at))
    } else if (depth === 0) bare += character
  }
  if (depth > 0) comments.push(content.slice(start))
  return { bare, comments: comments.slice(0, maxNames) }
}

function addComments(names: ShownName[], pieces: readonly Piece[]): void {
  for (const piece of pieces) {
    if (piece.kind !== 'comment') continue
    for (const text of commentTexts(piece.content)) addName(names, 'comment', text)
    if (names.length >= maxNames) return
  }
}

function addName(names: ShownName[], part: ReadingPart, text: string): void {
  const shown = text.trim()
  if (shown === '' || names.length >= maxNames) return
  if (!names.some((name) => name.text === shown)) names.push({ part, text: shown })
}

function addAddress(addresses: string[], address: string): void {
  const cut = address.slice(0, maxAddressLength)
  if (addresses.length < maxAddresses && !addresses.includes(cut)) addresses.push(cut)
}
