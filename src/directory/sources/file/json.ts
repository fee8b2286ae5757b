/** People in JSON, as a stream. */

import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import type { FileEntry } from './entries.ts'
import { quoted, withoutUsers } from './faults.ts'
import type { FileFaults, FilePlace } from './faults.ts'
import { errorText } from '../../../text.ts'

type State =
  | 'top'
  | 'key-or-end'
  | 'key'
  | 'in-key'
  | 'colon'
  | 'value'
  | 'after-value'
  | 'element-or-end'
  | 'element'
  | 'after-element'
  | 'done'
  | 'failed'

// An entry is some hundred characters; a group of a hundred thousand members has its room.
const maxPieceLength = 8 * 2 ** 20

/**
 * Reads `{ "users": [...], "groups": [...] }` as a stream. It only finds where each entry begins and ends, in any
 * pieces the text comes in; `JSON.parse` reads the entry itself. So memory holds one entry at a time, and each
 * has its line, which the streaming parsers at hand don't tell.
 */
export class JsonEntries {
  readonly #faults: FileFaults
  #state: State = 'top'
  #line = 1
  #column = 0
  #list: 'users' | 'groups' | null = null
  #counts = { users: 0, groups: 0 }
  /** Whether `users` was there, and the first other keys. */
  #hasUsers = false
  readonly #otherKeys: string[] = []
  /** The piece being gathered: a key, an entry, or a value that is skipped. */
  #piece = ''
  #pieceAt: FilePlace = { line: 1, column: 1 }
  #depth = 0
  #inString = false
  #escaped = false

  constructor(faults: FileFaults) {
    this.#faults = faults
  }

  *push(text: string): Generator<FileEntry> {
    for (let i = 0; i < text.length && this.#state !== 'failed'; i++) {
      const char = text[i] as string
      this.#column++
      const entry = this.#take(char)
      if (entry !== undefined) yield entry
      if (char === '\n') {
        this.#line++
        this.#column = 0
      }
    }
  }

  *end(): Generator<FileEntry> {
    if (this.#state === 'done' && !this.#hasUsers) {
      this.#faults.add({ line: 1, column: 1 }, '', withoutUsers(this.#otherKeys))
    }
    if (this.#state === 'done' || this.#state === 'failed') return
    this.#column++
    this.#fail('the file ends too early', 'a JSON object { "users": [...], "groups": [...] }, whole')
  }

  #take(char: string): FileEntry | undefined {
    if (this.#depth > 0 || this.#inString) return this.#continuePiece(char)
    if (/\s/.test(char)) return this.#isScalarPiece() ? this.#endPiece() : undefined
    if (this.#isScalarPiece() && !/[,\]}]/.test(char)) {
      this.#gather(char)
      return undefined
    }
    const entry = this.#isScalarPiece() ? this.#endPiece() : undefined
    this.#step(char)
    return entry
  }

  /** Whether a number, true, false or null is being gathered, which nothing but what follows it ends. */
  #isScalarPiece(): boolean {
    return this.#piece !== '' && (this.#state === 'value' || this.#state === 'element')
  }

  #step(char: string): void {
    switch (this.#state) {
      case 'failed':
        return
      case 'top':
        if (char === '{') this.#state = 'key-or-end'
        else this.#refuse(char, '{ "users": [...] }')
        return
      case 'colon':
        if (char === ':') this.#state = 'value'
        else this.#refuse(char, 'a colon')
        return
      case 'value':
        if (this.#list !== null && char === '[') this.#state = 'element-or-end'
        else if (this.#list !== null) this.#refuse(char, `a list after "${this.#list}"`)
        else this.#beginPiece(char, 'value')
        return
      case 'done':
        this.#refuse(char, 'nothing after the closing }')
        return
      default:
        this.#stepWithin(this.#state, char)
    }
  }

  /** Within the outer object or within a list: an item or the end, a comma or the end, an item. */
  #stepWithin(state: Exclude<State, 'failed' | 'top' | 'colon' | 'value' | 'done'>, char: string): void {
    const inList = state === 'element-or-end' || state === 'element' || state === 'after-element'
    const close = inList ? ']' : '}'
    if (char === close && state !== 'key' && state !== 'element') this.#state = inList ? 'after-value' : 'done'
    else if (state === 'after-value' || state === 'after-element') {
      if (char === ',') this.#state = inList ? 'element' : 'key'
      else this.#refuse(char, `a comma or ${close}`)
    } else if (inList) this.#beginPiece(char, 'element')
    else if (char === '"') this.#beginPiece(char, 'in-key')
    else this.#refuse(char, 'a key in double quotes, such as "users"')
  }

  #beginPiece(char: string, state: 'in-key' | 'value' | 'element'): void {
    if (/[,:\]}]/.test(char)) {
      this.#refuse(char, state === 'element' ? 'an entry (is there a comma too many?)' : 'a value')
      return
    }
    this.#state = state
    this.#pieceAt = this.#here()
    this.#piece = char
    if (char === '"') this.#inString = true
    else if (char === '{' || char === '[') this.#depth = 1
  }

  #continuePiece(char: string): FileEntry | undefined {
    this.#gather(char)
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false
      else if (char === '\\') this.#escaped = true
      else if (char === '"') this.#inString = false
    } else if (char === '"') {
      this.#inString = true
    } else if (char === '{' || char === '[') {
      this.#depth++
    } else if (char === '}' || char === ']') {
      this.#depth--
    }
    return this.#depth === 0 && !this.#inString ? this.#endPiece() : undefined
  }

  #gather(char: string): void {
    this.#piece += char
    if (this.#piece.length <= maxPieceLength) return
    this.#faults.add(
      this.#pieceAt,
      '',
      `what begins here is longer than ${maxPieceLength} characters; is a quote not closed?`,
    )
    this.#state = 'failed'
  }

  #endPiece(): FileEntry | undefined {
    const text = this.#piece
    this.#piece = ''
    if (this.#state === 'failed') return undefined
    const value = this.#parsed(text)
    if (value === undefined) return undefined
    if (this.#state === 'in-key') {
      this.#list = value === 'users' || value === 'groups' ? value : null
      if (value === 'users') this.#hasUsers = true
      else if (typeof value === 'string' && this.#otherKeys.length < 5) this.#otherKeys.push(value)
      this.#state = 'colon'
      return undefined
    }
    if (this.#state === 'value' || this.#list === null) {
      this.#state = 'after-value'
      return undefined
    }
    this.#state = 'after-element'
    const list = this.#list
    const at = this.#pieceAt
    return {
      kind: list === 'users' ? 'user' : 'group',
      value: value as unknown,
      path: `${list}[${this.#counts[list]++}]`,
      placeOf: (property) => placeWithin(text, at, property),
    }
  }

  #parsed(text: string): unknown {
    try {
      return JSON.parse(text) as unknown
    } catch (error) {
      const reason = errorText(error)
      // V8 tells the position of some faults only; else it is the place where the entry begins.
      const offset = Number(/position (\d+)/.exec(reason)?.[1] ?? 0)
      this.#faults.add(moved(this.#pieceAt, text.slice(0, offset)), '', `not JSON: ${quoted(reason)}`)
      this.#state = 'failed'
      return undefined
    }
  }

  #refuse(char: string, accepted: string): void {
    this.#fail(`found ${quoted(char)}`, accepted)
  }

  #fail(found: string, accepted: string): void {
    this.#faults.add(this.#here(), '', `not JSON: ${found}; accepted: ${accepted}`)
    this.#state = 'failed'
  }

  #here(): FilePlace {
    return { line: this.#line, column: this.#column }
  }
}

/** The place behind some text that starts at a place. */
function moved(from: FilePlace, text: string): FilePlace {
  const lastBreak = text.lastIndexOf('\n')
  if (lastBreak < 0) return { line: from.line, column: from.column + text.length }
  return { line: from.line + text.split('\n').length - 1, column: text.length - lastBreak }
}

/** Where a property stands in an entry; read only when there is a fault to tell. JSON is YAML, whose parser knows places. */
function placeWithin(text: string, from: FilePlace, property: string | undefined): FilePlace {
  if (property === undefined || text.length > 100_000) return from
  const { contents } = parseDocument(text, { lineCounter: new LineCounter(), logLevel: 'silent' })
  if (!isMap(contents)) return from
  const pair = contents.items.find(({ key }) => isScalar(key) && key.value === property)
  const offset = isScalar(pair?.key) ? pair.key.range?.[0] : undefined
  return offset === undefined ? from : moved(from, text.slice(0, offset))
}
