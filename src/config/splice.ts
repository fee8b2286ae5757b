/**
 * List items put into or taken out of YAML text.
 *
 * Changes of single list items in a YAML file's text. Every line that is not part of the change stays as it is, to the
 * byte: comments, order, quotes, alignment. Each result is parsed again and compared with what the change should give;
 * where the text is laid out in a way that splicing does not know, the document is written anew by the yaml package,
 * which keeps comments and order, but not every space.
 */

import { isDeepStrictEqual } from 'node:util'
import { isMap, isNode, isPair, isScalar, isSeq } from 'yaml'
import type { Document, Node, Pair, YAMLMap, YAMLSeq } from 'yaml'
import { inBlock, inFlow, inFlowBelow, nested } from './yaml-words.ts'
import type { Value } from './yaml-words.ts'
import { parseYaml } from './yaml-source.ts'
import type { YamlSource } from './yaml-source.ts'

/** Path of keys and list positions. */
export type Keys = readonly (string | number)[]

/** The file with `value` behind the last item of the list at `path`. Maps and the list itself are made as needed. */
export function addToList(source: YamlSource, path: Keys, value: Value): YamlSource {
  const wanted = (structuredClone(source.data) ?? {}) as Record<string | number, unknown>
  let here = wanted
  path.forEach((key, index) => {
    here[key] ??= index === path.length - 1 ? [] : {}
    here = here[key] as Record<string | number, unknown>
  })
  ;(here as unknown as unknown[]).push(structuredClone(value))
  return proven(spliceIn(source, path, value), wanted, source, (document) => {
    const before = document.getIn(path, true)
    const list = document.createNode(valueIn(wanted, path))
    if (isNode(before)) list.comment = before.comment ?? null
    document.setIn(path, list)
  })
}

/** The file without the item at `path`, whose last key is its position in the list. */
export function removeFromList(source: YamlSource, path: Keys): YamlSource {
  const wanted = structuredClone(source.data)
  const list = valueIn(wanted, path.slice(0, -1)) as unknown[]
  list.splice(Number(path.at(-1)), 1)
  return proven(spliceOut(source, path), wanted, source, (document) => void document.deleteIn(path))
}

/** The file without the key at `path`; a map that held it alone goes with it, and so on upwards. Nothing there: as it is. */
export function unsetKey(source: YamlSource, path: Keys): YamlSource {
  if (valueIn(source.data ?? {}, path) === undefined) return source
  let keys = path
  for (;;) {
    const holder = valueIn(source.data, keys.slice(0, -1)) as object
    if (keys.length === 1 || Array.isArray(holder) || Object.keys(holder).length > 1) break
    keys = keys.slice(0, -1)
  }
  return removeKey(source, keys)
}

/** The file without the key at `path` and what is below it. */
export function removeKey(source: YamlSource, path: Keys): YamlSource {
  const wanted = structuredClone(source.data)
  const holder = valueIn(wanted, path.slice(0, -1)) as Record<string | number, unknown>
  Reflect.deleteProperty(holder, path.at(-1) ?? '')
  return proven(spliceKeyOut(source, path), wanted, source, (document) => void document.deleteIn(path))
}

function spliceKeyOut(source: YamlSource, path: Keys): string | null {
  const lines = new Lines(source.text)
  const map = path.length === 1 ? source.document.contents : source.document.getIn(path.slice(0, -1), true)
  const pair = isMap(map) ? pairOf(map, path.at(-1) ?? '') : null
  const from = (pair?.key as Node | undefined)?.range?.[0]
  if (!isMap(map) || pair === null || from === undefined) return null
  const end = endOfPair(lines, pair)
  if (end === null) return null
  const at = map.items.indexOf(pair)
  if (map.flow === true) return spliceFlowKeyOut(lines, map.items, at, from, end)
  const start = lines.startOf(from)
  if (lines.text.slice(start, from).trim() !== '' || map.items.length === 1) return null
  const isLast = path.length === 1 && at === map.items.length - 1
  return lines.cut(isLast ? lines.gapBefore(start) : start, lines.startOfNext(end))
}

function spliceFlowKeyOut(lines: Lines, pairs: readonly Pair[], at: number, from: number, end: number): string | null {
  const next = (pairs[at + 1]?.key as Node | undefined)?.range?.[0]
  if (next !== undefined) return lines.cut(from, next)
  const before = pairs[at - 1]
  const beforeEnd = before === undefined ? null : endOfPair(lines, before)
  return beforeEnd === null ? null : lines.cut(beforeEnd, end)
}

function endOfPair(lines: Lines, pair: Pair): number | null {
  const value = pair.value as Node | null
  return value?.range && value.range[1] > value.range[0] ? contentEnd(lines, value) : colonOf(lines, pair)
}

function proven(
  spliced: string | null,
  wanted: unknown,
  source: YamlSource,
  rewrite: (document: Document) => void,
): YamlSource {
  const result = spliced === null ? null : parseYaml(source.file, spliced)
  if (result !== null && isDeepStrictEqual(result.data, wanted)) return result
  const { document } = parseYaml(source.file, source.text)
  rewrite(document)
  return parseYaml(source.file, document.toString({ lineWidth: 0 }))
}

function valueIn(data: unknown, path: Keys): unknown {
  return path.reduce<unknown>((here, key) => (here as Record<string | number, unknown> | undefined)?.[key], data)
}

/** Text and how its lines end and are found. */
export class Lines {
  readonly text: string
  readonly end: string

  constructor(text: string) {
    this.text = text
    this.end = text.includes('\r\n') ? '\r\n' : '\n'
  }

  /** Offset of the line's first octet. */
  startOf(offset: number): number {
    return this.text.lastIndexOf('\n', offset - 1) + 1
  }

  /** Offset of the line's end, before its line break. */
  endOf(offset: number): number {
    const found = this.text.indexOf('\n', offset)
    if (found < 0) return this.text.length
    return this.text[found - 1] === '\r' && found - 1 >= offset ? found - 1 : found
  }

  /** Offset of the next line's first octet; the text's length if there is none. */
  startOfNext(offset: number): number {
    const found = this.text.indexOf('\n', offset)
    return found < 0 ? this.text.length : found + 1
  }

  /** Where the empty line before a line starts, which sets it apart; the line's own start if there is none. */
  gapBefore(start: number): number {
    return /\n\r?\n$/.test(this.text.slice(Math.max(0, start - 3), start)) ? this.startOf(start - 1) : start
  }

  columnOf(offset: number): number {
    return offset - this.startOf(offset)
  }

  insert(at: number, added: string): string {
    return this.text.slice(0, at) + added + this.text.slice(at)
  }

  cut(from: number, to: number): string {
    return this.text.slice(0, from) + this.text.slice(to)
  }
}

function spliceIn(source: YamlSource, path: Keys, value: Value): string | null {
  const lines = new Lines(source.text)
  let node: Node | null = source.document.contents
  // A file that an edit begins: its empty map gives way to the first key.
  if (isMap(node) && node.items.length === 0 && path.length > 0) return begun(lines, node, path.map(String), value)
  for (const [depth, key] of path.entries()) {
    if (isMap(node)) {
      const pair = pairOf(node, key)
      const keys = path.slice(depth).map(String)
      const list = pair?.value
      if (depth === path.length - 1 && pair && isSeq(list) && list.items.length === 0 && node.flow !== true) {
        return growList(lines, pair, list, value)
      }
      if (!pair) return addKey(lines, node, keys, value, depth === 0)
      const below = pair.value as Node | null
      if (below === null || (isScalar(below) && below.value === null)) {
        return fillKey(lines, node, pair, keys.slice(1), value)
      }
      node = below
    } else if (isSeq(node)) {
      node = (node.items[Number(key)] as Node | undefined) ?? null
    } else return null
  }
  return isSeq(node) ? addItem(lines, node, value) : null
}

/** The first key of a file that holds nothing but comments and `{}`. */
function begun(lines: Lines, map: YAMLMap, keys: readonly string[], value: Value): string | null {
  const [from, to] = map.range ?? [0, 0]
  return lines.text.slice(0, from) + nested(keys, value, '', lines.end) + lines.text.slice(to)
}

/** An empty flow list, `[]`, becomes a block list with its first item: it has room to grow. */
function growList(lines: Lines, pair: Pair, list: YAMLSeq, value: Value): string | null {
  const key = (pair.key as Node).range?.[0]
  const colon = colonOf(lines, pair)
  const to = list.range?.[1]
  if (key === undefined || colon === null || to === undefined || lines.text.slice(colon, to).trim() !== '[]')
    return null
  const indent = ' '.repeat(lines.columnOf(key) + 2)
  const without = new Lines(lines.cut(colon, to))
  return without.insert(without.endOf(colon), `${lines.end}${indent}- ${inBlock(value, `${indent}  `, lines.end)}`)
}

function addItem(lines: Lines, list: YAMLSeq, value: Value): string | null {
  const last = list.items.at(-1) as Node | undefined
  if (list.flow === true) {
    const after = last ? contentEnd(lines, last) : (list.range?.[0] ?? 0) + 1
    return after === null ? null : lines.insert(after, `${last ? ', ' : ''}${inFlow(value)}`)
  }
  const end = last ? contentEnd(lines, last) : null
  if (end === null) return null
  const indent = ' '.repeat(lines.columnOf(list.range?.[0] ?? 0))
  return lines.insert(lines.endOf(end), `${lines.end}${indent}- ${inBlock(value, `${indent}  `, lines.end)}`)
}

/** Adds `keys[0]`, and below it the other keys and a list of the one value, to a map. */
function addKey(lines: Lines, map: YAMLMap, keys: readonly string[], value: Value, isTop: boolean): string | null {
  const last = map.items.at(-1)
  const first = (map.items[0]?.key as Node | undefined)?.range?.[0]
  if (map.flow === true || first === undefined) {
    const after = last ? contentEnd(lines, (last.value ?? last.key) as Node) : (map.range?.[0] ?? 0) + 1
    const added = last ? `, ${inFlowBelow(keys, value)}` : ` ${inFlowBelow(keys, value)} `
    return after === null ? null : lines.insert(after, added)
  }
  const added = nested(keys, value, ' '.repeat(lines.columnOf(first)), lines.end)
  if (isTop) return `${lines.text.trimEnd()}${lines.end}${lines.end}${added}${lines.end}`
  const end = last?.value ? contentEnd(lines, last.value as Node) : last ? colonOf(lines, last) : null
  return end === null ? null : lines.insert(lines.endOf(end), `${lines.end}${added}`)
}

/** Gives a key that stands there without a value the other keys below it, and a list of the one value. */
function fillKey(lines: Lines, map: YAMLMap, pair: Pair, below: readonly string[], value: Value): string | null {
  const key = (pair.key as Node).range?.[0]
  const colon = colonOf(lines, pair)
  if (map.flow === true || key === undefined || colon === null) return null
  const [from, to] = (pair.value as Node | null)?.range ?? [0, 0]
  const isWritten = to > from // as null or ~
  if (below.length === 0 && typeof value === 'string') {
    if (isWritten) return new Lines(lines.cut(from, to)).insert(from, inFlow([value]))
    return lines.insert(colon, ` ${inFlow([value])}`)
  }
  if (isWritten) return null
  const indent = ' '.repeat(lines.columnOf(key) + 2)
  return lines.insert(lines.endOf(colon), `${lines.end}${nested(below, value, indent, lines.end)}`)
}

function spliceOut(source: YamlSource, path: Keys): string | null {
  const lines = new Lines(source.text)
  const list = source.document.getIn(path.slice(0, -1), true)
  const position = Number(path.at(-1))
  if (!isSeq(list)) return null
  const item = list.items[position] as Node | undefined
  const end = item ? contentEnd(lines, item) : null
  if (!item?.range || end === null) return null
  if (list.flow === true) {
    const next = list.items[position + 1] as Node | undefined
    const before = list.items[position - 1] as Node | undefined
    if (next?.range) return lines.cut(item.range[0], next.range[0])
    return lines.cut(before ? (contentEnd(lines, before) ?? end) : item.range[0], end)
  }
  const start = lines.startOf(item.range[0])
  if (!/^\s*-\s*$/.test(lines.text.slice(start, item.range[0]))) return null
  const after = lines.startOfNext(end)
  if (list.items.length > 1) return lines.cut(start, after)
  const parent = source.document.getIn(path.slice(0, -2), true)
  const pair = isMap(parent) ? pairOf(parent, path.at(-2) ?? '') : null
  const colon = pair ? colonOf(lines, pair) : null
  if (colon === null) return null
  return new Lines(lines.cut(start, after)).insert(colon, ' []')
}

/** The pair of a key in a map; null if it is not there. */
export function pairOf(map: YAMLMap, key: string | number): Pair | null {
  return map.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key)) ?? null
}

/** Offset behind the colon of a pair in a block map. */
export function colonOf(lines: Lines, pair: Pair): number | null {
  const from = (pair.key as Node).range?.[1]
  if (from === undefined) return null
  const colon = /^\s*:/.exec(lines.text.slice(from, from + 100))
  return colon ? from + colon[0].length : null
}

/** Offset behind a node's last visible character; comments and blank lines below it are not part of it. */
export function contentEnd(lines: Lines, node: Node): number | null {
  if ((isMap(node) || isSeq(node)) && node.flow !== true) {
    const last = node.items.at(-1)
    const value = isPair(last) ? (last.value as Node | null) : (last as Node | undefined)
    if (value?.range && !(isScalar(value) && value.value === null)) return contentEnd(lines, value)
    return isPair(last) ? colonOf(lines, last) : null
  }
  if (!node.range) return null
  const [start, end] = node.range
  return start + lines.text.slice(start, end).trimEnd().length
}
