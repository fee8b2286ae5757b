/**
 * What one entry of an address-list may show: every name that some program would take from it, and every
 * address. Names are still as written, encoded-words included.
 */

import { trimBlanks } from './address.ts'
import type { Item, Piece } from './address-list.ts'
import { unescape } from './delimiters.ts'
import { bareAddress, clip, holdsAddress, join, phraseOf, shownText, withoutScheme, words } from './phrase.ts'
import type { ReadingPart } from '../model.ts'

/** Addresses and names taken from one entry of an address-list at most. */
const maxAddresses = 8
const maxNames = 24
/** An addr-spec is cut here; RFC 5321 section 4.5.3.1 ends it at 254 octets. */
const maxAddressLength = 1000

interface ShownPart {
  readonly part: ReadingPart
  /** Still encoded. */
  readonly text: string
}

export interface Mailbox {
  /** The likeliest name first. */
  readonly names: readonly ShownPart[]
  /** Addr-specs as written, comments and white space taken out; the likeliest first. */
  readonly addresses: readonly string[]
  /** Whether nothing here is open to doubt: one address, at the end, and no text in an odd place. */
  readonly plain: boolean
}

/** Characters read in one pair of brackets. */
const maxAngleLength = 4000

/** Reads an entry of an address-list. */
export function readMailbox(item: Item, text: string): Mailbox {
  const firstAngle = item.pieces.findIndex((piece) => piece.kind === 'angle')
  return firstAngle < 0 ? readBare(item.pieces) : readWithAngle(item.pieces, firstAngle, text)
}

function readWithAngle(pieces: readonly Piece[], firstAngle: number, text: string): Mailbox {
  const shown = new Shown()
  const { names, addresses } = shown
  const angles = pieces.filter((piece) => piece.kind === 'angle')
  const before = pieces.slice(0, firstAngle)
  const after = pieces.slice(firstAngle + 1).filter((piece) => piece.kind !== 'angle')
  shown.addName('display-name', phraseOf(before))
  const withAt = angles.filter((angle) => angle.content.includes('@'))
  for (const angle of angles) {
    // Beside an address, brackets that hold none are only text.
    const text = withAt.length > 0 && !angle.content.includes('@')
    if (text) shown.addName('stray-text', angle.content)
    else readAngle(angle.content, shown)
  }
  if (angles.length === 1 && after.length === 0 && isPlain(before) && names.length <= 1 && isPlainAddress(addresses)) {
    return { names, addresses, plain: true }
  }
  if (before.some((piece) => piece.kind === 'comment')) {
    shown.addName('display-name', join(before, false, true))
    shown.addName('display-name', join(before, true, false))
  }
  if (after.length > 0) {
    shown.addName('display-name', `${phraseOf(before)} ${phraseOf(after)}`)
    shown.addName('stray-text', phraseOf(after))
  }
  const last = angles.at(-1)
  if (angles.length > 1 && last !== undefined) {
    shown.addName('display-name', text.slice(pieces[0]?.start, last.start))
  }
  addComments(shown, pieces)
  // An address in the phrase before the brackets: some programs take that one.
  const phrase = words(before)
  for (const word of phrase) if (word.quoted === '' && holdsAddress(word)) shown.addAddress(bareAddress(word.text))
  const rest = phrase.filter((word) => !holdsAddress(word)).map((word) => word.shown)
  shown.addName('display-name', rest.join(' '))
  return { names, addresses, plain: false }
}

/**
 * The addresses in angle brackets: a route (RFC 5322 section 4.4) is cut off, several addresses are several, and
 * text that is none is a name too.
 */
function readAngle(content: string, shown: Shown): void {
  const plain = trimBlanks(content.slice(0, maxAngleLength))
  if (/^[^\s"()<>@:,]+@[^\s"()<>@:,]+$/.test(plain)) {
    shown.addAddress(plain)
    return
  }
  const { bare, comments } = withoutComments(content.slice(0, maxAngleLength))
  for (const comment of comments) shown.addComment(comment)
  const unrouted = withoutScheme(trimBlanks(bare)).replace(/^[@,][^:"]*:/, '')
  const tight = trimBlanks(unrouted.replace(/[ \t\r\n]+/g, ' ').replace(/ ?([@.]) ?/g, '$1'))
  if (tight === '') return
  const quoted = /^("(?:[^"\\]|\\[^])*")(?:@|$)/.exec(tight)
  if (quoted !== null) {
    shown.addAddress(tight.replace(/ /g, (space, at: number) => (at < (quoted[1]?.length ?? 0) ? space : '')))
    shown.addName('local-part', unescape((quoted[1] ?? '').slice(1, -1)))
    return
  }
  const tokens = tight.split(/[ ,]+/).filter((token) => token !== '')
  const withAt = tokens.filter((token) => token.includes('@'))
  if (withAt.length === 0) {
    shown.addAddress(tight)
    shown.addName('stray-text', tight)
    return
  }
  for (const token of withAt) shown.addAddress(token)
  if (withAt.length < tokens.length) {
    shown.addName('stray-text', tokens.filter((token) => !token.includes('@')).join(' '))
  }
  // Of an address with more than one @ some programs show the first part, as if it were all.
  for (const token of withAt) {
    const [local = '', domain = '', ...rest] = token.split('@', 3)
    if (rest.length > 0 && local !== '' && domain !== '') shown.addName('address-as-name', `${local}@${domain}`)
  }
}

/** What stands outside of comments, and the comments. */
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
  return { bare, comments }
}

/** Whether there is one address, with one `@` in its middle and nothing odd around it. */
function isPlainAddress(addresses: readonly string[]): boolean {
  return addresses.length === 1 && /^[^\s@"\\()<>[\]]+@[^\s@"\\()<>]+$/.test(addresses[0] ?? '')
}

/** Whether pieces are a phrase and nothing else. */
function isPlain(pieces: readonly Piece[]): boolean {
  return pieces.every((piece) => piece.kind !== 'comment' && !/[@<]/.test(piece.content))
}

/** An entry without brackets: words that hold an `@` are addresses, the rest is a name. */
function readBare(pieces: readonly Piece[]): Mailbox {
  const shown = new Shown()
  const { names, addresses } = shown
  const all = words(pieces)
  const rest: string[] = []
  for (const word of all) {
    if (holdsAddress(word)) {
      shown.addAddress(bareAddress(word.raw))
      if (word.quoted !== '') shown.addName('local-part', word.quoted)
    } else rest.push(word.shown)
  }
  const stray = rest.join(' ')
  const [first] = pieces
  if (pieces.length === 1 && first !== undefined && first.kind === 'text') {
    shown.addName('stray-text', addresses.length === 0 ? shownText(first) : stray)
  } else shown.addName('stray-text', stray)
  addComments(shown, pieces)
  // No address where one may stand: one in quotes or in a comment is better than none.
  if (addresses.length === 0) {
    for (const { kind, content } of pieces) {
      if (kind === 'text' || !content.includes('@')) continue
      for (const word of clip(content).split(/[\s<>()",;]+/)) if (/.@./.test(word)) shown.addAddress(bareAddress(word))
    }
  }
  if (addresses.length > 1) for (const address of addresses) shown.addName('address-as-name', address)
  return { names, addresses, plain: isPlainAddress(addresses) && names.length === 0 && pieces.length === 1 }
}

function addComments(shown: Shown, pieces: readonly Piece[]): void {
  for (const piece of pieces) if (piece.kind === 'comment') shown.addComment(piece.content)
}

/** Gathers what one entry of an address-list may show: each name and address once, the likeliest first, a bounded number. */
class Shown {
  readonly names: ShownPart[] = []
  readonly addresses: string[] = []

  addName(part: ReadingPart, text: string): void {
    const shown = text.trim()
    if (shown === '' || this.names.length >= maxNames) return
    if (!this.names.some((name) => name.text === shown)) this.names.push({ part, text: shown })
  }

  addAddress(address: string): void {
    const cut = address.slice(0, maxAddressLength)
    if (this.addresses.length < maxAddresses && !this.addresses.includes(cut)) this.addresses.push(cut)
  }

  /**
   * Adds the texts of a comment: as it stands, and if comments are nested in it (RFC 5322 section 3.2.2) those and the
   * rest by themselves.
   */
  addComment(content: string): void {
    for (const text of commentTexts(content)) this.addName('comment', text)
  }
}

function commentTexts(content: string): string[] {
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
  return [unescape(content), ...open.reverse(), ...levels]
}
