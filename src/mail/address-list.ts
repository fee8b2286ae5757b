/**
 * Address-lists (RFC 5322 section 3.4) cut into their mailboxes, and these into pieces, with nothing decided yet about which
 * piece is the name. Never fails: what has no end is text, and a defect. Linear in time: every search for an end is
 * made once.
 */

import { closingParenthesis, closingQuote, isSpace, parenthesisPairs, unescape } from './delimiters.ts'
import type { Defect } from '../model.ts'
import type { DefectCode } from '../vocabulary.ts'
import { encodedWordEnd } from './encoded-words.ts'

/** Kind of a piece: text outside of everything, a quoted-string, a comment, or what angle brackets hold. */
type PieceKind = 'text' | 'quoted' | 'comment' | 'angle'

export interface Piece {
  readonly kind: PieceKind
  /** The content without its delimiters; escapes of a quoted-string are undone, those of a comment and an angle are not. */
  readonly content: string
  /** Whether white space stands before it. */
  readonly spaced: boolean
  /** Offsets in the list, delimiters included. */
  readonly start: number
  readonly end: number
}

/** One entry of the list: what stands between two separators. */
export interface Item {
  readonly pieces: readonly Piece[]
  /** Index into `ListOfItems.groups`, -1 outside of groups. */
  readonly group: number
}

export interface ListOfItems {
  readonly items: readonly Item[]
  /** Pieces of each group's display-name. */
  readonly groups: readonly (readonly Piece[])[]
  /** Codes of defects: `unclosed-quote`, `unclosed-comment`, `unclosed-angle`, `stray-bracket`, `unclosed-group`, `items-dropped` (what follows is not here). */
  readonly defects: readonly Defect[]
}

/** What to take for syntax. Programs differ in it. */
export interface Syntax {
  readonly quotes: boolean
  readonly comments: boolean
  readonly groups: boolean
  /** Whether an encoded-word is one piece whatever characters it holds. */
  readonly wholeWords: boolean
}

export const fullSyntax: Syntax = { quotes: true, comments: true, groups: true, wholeWords: false }

/** Entries read of one list, and pieces and group names of them all. */
const maxItems = 128
const maxPieces = 2048
const maxGroups = 32

/** Characters that may end a run of text; `=` only for encoded-words, `[` only behind an `@`. */
const special = new Uint8Array(128)
for (const character of '"(<>,;:=[') special[character.charCodeAt(0)] = 1

/** Cuts a list into its items. Takes unfolded text, whose white space may be any. */
export function readAddressList(text: string, syntax: Syntax): ListOfItems {
  return new ListReader(text, syntax).read()
}

class ListReader {
  readonly #text: string
  readonly #syntax: Syntax
  readonly #items: Item[] = []
  readonly #groups: (readonly Piece[])[] = []
  readonly #defects: Defect[] = []
  #pieces: Piece[] = []
  #pieceCount = 0
  #group = -1
  #at = 0
  #spaced = false
  /** Start of the run of text that is open, -1 if none. */
  #run = -1
  #runSpaced = false
  /** Once a quote has no end, none behind it has. */
  #quotesEnd = false
  /** Ends of comments behind one that has none: by offset of their parenthesis, -1 if unclosed. */
  #commentEnds: Map<number, number> | null = null

  constructor(text: string, syntax: Syntax) {
    this.#text = text
    this.#syntax = syntax
  }

  read(): ListOfItems {
    const text = this.#text
    while (this.#at < text.length) {
      const code = text.charCodeAt(this.#at)
      if (code >= 128 || special[code] === 0) {
        if (!isSpace(code)) this.#openRun()
        else if (this.#run < 0) this.#spaced = true
        this.#at++
        continue
      }
      this.#readSpecial(text.charAt(this.#at))
      if (this.#items.length >= maxItems || this.#pieceCount >= maxPieces) {
        this.#endItem()
        this.#note('items-dropped', this.#at)
        return this.#result()
      }
    }
    this.#endItem()
    if (this.#group >= 0) this.#note('unclosed-group', text.length)
    return this.#result()
  }

  #result(): ListOfItems {
    return { items: this.#items, groups: this.#groups, defects: this.#defects }
  }

  #readSpecial(character: string): void {
    switch (character) {
      case '"':
        if (this.#syntax.quotes && this.#readQuoted()) return
        break
      case '(':
        if (this.#syntax.comments && this.#readComment()) return
        break
      case '<':
        this.#readAngle()
        return
      case '>':
        this.#note('stray-bracket', this.#at)
        this.#closeRun()
        this.#at++
        return
      case ',':
      case ';':
        this.#readSeparator(character)
        return
      case ':':
        if (this.#syntax.groups && this.#readGroupName()) return
        break
      case '=':
        if (this.#readWholeWord()) return
        break
      case '[':
        if (this.#readDomainLiteral()) return
        break
    }
    this.#openRun()
    this.#at++
  }

  /** RFC 5322 section 3.2.4. False if it has no end. */
  #readQuoted(): boolean {
    if (this.#quotesEnd) return false
    const end = closingQuote(this.#text, this.#at + 1)
    if (end < 0) {
      this.#quotesEnd = true
      this.#note('unclosed-quote', this.#at)
      return false
    }
    this.#add('quoted', unescape(this.#text.slice(this.#at + 1, end)), this.#at, end + 1)
    return true
  }

  /** RFC 5322 section 3.2.2: comments nest. False if it has no end. */
  #readComment(): boolean {
    const end = this.#endOfComment(this.#at)
    if (end < 0) return false
    this.#add('comment', this.#text.slice(this.#at + 1, end), this.#at, end + 1)
    return true
  }

  #endOfComment(at: number): number {
    if (this.#commentEnds === null) {
      const end = closingParenthesis(this.#text, at)
      if (end >= 0) return end
      this.#note('unclosed-comment', at)
      this.#commentEnds = parenthesisPairs(this.#text, at)
    }
    return this.#commentEnds.get(at) ?? -1
  }

  /** What stands between angle brackets. One without an end stops at the next opening one or at the end of the list. */
  #readAngle(): void {
    const start = this.#at
    const text = this.#text
    let at = start + 1
    while (at < text.length) {
      const code = text.charCodeAt(at)
      if (code === 0x3e) {
        this.#add('angle', text.slice(start + 1, at), start, at + 1)
        return
      }
      if (code === 0x3c) break
      if (code === 0x22 && !this.#quotesEnd) {
        const end = closingQuote(text, at + 1)
        if (end >= 0) {
          at = end + 1
          continue
        }
        this.#quotesEnd = true
        this.#note('unclosed-quote', at)
      }
      // A comment may hold the closing bracket.
      if (code === 0x28) at = Math.max(at, this.#endOfComment(at))
      at++
    }
    this.#note('unclosed-angle', start)
    this.#add('angle', text.slice(start + 1, at), start, at)
  }

  #readSeparator(separator: string): void {
    this.#endItem()
    if (separator === ';') this.#group = -1
    this.#at++
  }

  /** The name of a group (RFC 5322 section 3.4) is what stands before a colon, if that is a phrase. */
  #readGroupName(): boolean {
    if (this.#groups.length >= maxGroups || this.#pieces.some((piece) => piece.kind === 'angle')) return false
    this.#closeRun()
    this.#groups.push(this.#pieces)
    this.#group = this.#groups.length - 1
    this.#pieces = []
    this.#at++
    return true
  }

  #readWholeWord(): boolean {
    if (!this.#syntax.wholeWords || this.#text.charCodeAt(this.#at + 1) !== 0x3f) return false
    const end = encodedWordEnd(this.#text, this.#at)
    if (end < 0) return false
    this.#openRun()
    this.#at = end
    return true
  }

  #readDomainLiteral(): boolean {
    if (this.#text.charCodeAt(this.#at - 1) !== 0x40) return false
    const end = /^\[[^[\]\\]{0,255}\]/.exec(this.#text.slice(this.#at, this.#at + 257))
    if (end === null) return false
    this.#openRun()
    this.#at += end[0].length
    return true
  }

  #openRun(): void {
    if (this.#run >= 0) return
    this.#run = this.#at
    this.#runSpaced = this.#spaced
    this.#spaced = false
  }

  /** Ends the run of text; white space inside belongs to it, white space at its end does not. */
  #closeRun(): void {
    if (this.#run < 0) return
    let end = this.#at
    while (isSpace(this.#text.charCodeAt(end - 1))) end--
    const content = this.#text.slice(this.#run, end)
    this.#pieceCount++
    this.#pieces.push({ kind: 'text', content, spaced: this.#runSpaced, start: this.#run, end })
    this.#run = -1
    this.#spaced = end < this.#at
  }

  #add(kind: PieceKind, content: string, start: number, end: number): void {
    this.#closeRun()
    this.#pieceCount++
    this.#pieces.push({ kind, content, spaced: this.#spaced, start, end })
    this.#spaced = false
    this.#at = end
  }

  #endItem(): void {
    this.#closeRun()
    if (this.#pieces.length > 0) this.#items.push({ pieces: this.#pieces, group: this.#group })
    this.#pieces = []
    this.#spaced = false
  }

  #note(code: DefectCode, at: number): void {
    if (this.#defects.length < 20) this.#defects.push({ code, at })
  }
}
