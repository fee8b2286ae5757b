/**
 * What one entry of an address-list may show: every name that some program would take from it, and every
 * address. Names are still as written, encoded-words included.
 */

import type { Item, Piece } from './address-list.ts'
import { readAngle } from './angle.ts'
import { bareAddress, clip, holdsAddress, join, phraseOf, shownText, words } from './phrase.ts'
import { Shown } from './shown.ts'
import type { ShownPart } from './shown.ts'

export interface Mailbox {
  /** The likeliest name first. */
  readonly names: readonly ShownPart[]
  /** Addr-specs as written, comments and white space taken out; the likeliest first. */
  readonly addresses: readonly string[]
  /** Whether nothing here is open to doubt: one address, at the end, and no text in an odd place. */
  readonly plain: boolean
}

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
