/** Single values put into YAML text. */

import { isDeepStrictEqual } from 'node:util'
import { isMap, isScalar, isSeq } from 'yaml'
import type { Node, Pair, YAMLMap } from 'yaml'
import { colonOf, contentEnd, Lines, pairOf } from './splice.ts'
import type { Keys } from './splice.ts'
import { scalar, word } from './yaml-words.ts'
import { parseYaml } from './yaml-source.ts'
import type { YamlSource } from './yaml-source.ts'

/** A value that is set: a text, or a switch. */
export type Scalar = string | boolean

/**
 * The file with the text or switch `value` at `path`; maps are made as needed. As with list items, every line that is not part of
 * the change stays as it is, and what the splice gives is parsed again and compared with what it should give.
 */
export function setScalar(source: YamlSource, path: Keys, value: Scalar): YamlSource {
  const wanted = (structuredClone(source.data) ?? {}) as Record<string | number, unknown>
  let here = wanted
  for (const key of path.slice(0, -1)) here = (here[key] ??= {}) as Record<string | number, unknown>
  here[path.at(-1) ?? ''] = value
  const spliced = splice(source, path, value)
  const result = spliced === null ? null : parseYaml(source.file, spliced)
  if (result !== null && isDeepStrictEqual(result.data, wanted)) return result
  const { document } = parseYaml(source.file, source.text)
  document.setIn(path, value)
  return parseYaml(source.file, document.toString({ lineWidth: 0 }))
}

function splice(source: YamlSource, path: Keys, value: Scalar): string | null {
  const lines = new Lines(source.text)
  let node: Node | null = source.document.contents
  for (const [depth, key] of path.entries()) {
    if (isSeq(node)) {
      node = (node.items[Number(key)] as Node | undefined) ?? null
      continue
    }
    if (!isMap(node)) return null
    const keys = path.slice(depth).map(String)
    const pair = pairOf(node, key)
    if (pair === null) return addPair(lines, node, keys, value, depth === 0)
    const below = pair.value as Node | null
    if (below === null || (isScalar(below) && below.value === null)) return fillPair(lines, node, pair, keys, value)
    if (keys.length === 1) return isScalar(below) ? replaced(lines, below, value) : null
    node = below
  }
  return null
}

/** A map with one more key, and below it the others. */
function addPair(lines: Lines, map: YAMLMap, keys: readonly string[], value: Scalar, isTop: boolean): string | null {
  const first = (map.items[0]?.key as Node | undefined)?.range?.[0]
  const last = map.items.at(-1)
  if (map.flow === true || first === undefined) {
    const after = last ? contentEnd(lines, (last.value ?? last.key) as Node) : (map.range?.[0] ?? 0) + 1
    const added = last ? `, ${inFlow(keys, value)}` : ` ${inFlow(keys, value)} `
    return after === null ? null : lines.insert(after, added)
  }
  const added = inBlock(keys, value, ' '.repeat(lines.columnOf(first)), lines.end)
  if (isTop) return `${lines.text.trimEnd()}${lines.end}${lines.end}${added}${lines.end}`
  const end = last?.value ? contentEnd(lines, last.value as Node) : last ? colonOf(lines, last) : null
  return end === null ? null : lines.insert(lines.endOf(end), `${lines.end}${added}`)
}

/** A key that stood there without a value. */
function fillPair(lines: Lines, map: YAMLMap, pair: Pair, keys: readonly string[], value: Scalar): string | null {
  const colon = colonOf(lines, pair)
  const at = (pair.key as Node).range?.[0]
  const [from, to] = (pair.value as Node | null)?.range ?? [0, 0]
  if (colon === null || at === undefined || to > from || map.flow === true) return null
  if (keys.length === 1) return lines.insert(colon, ` ${scalar(value)}`)
  const indent = ' '.repeat(lines.columnOf(at) + 2)
  return lines.insert(lines.endOf(colon), `${lines.end}${inBlock(keys.slice(1), value, indent, lines.end)}`)
}

function replaced(lines: Lines, { range }: Node, value: Scalar): string | null {
  if (!range) return null
  const [from, to] = range
  return new Lines(lines.cut(from, to)).insert(from, scalar(value))
}

function inFlow(keys: readonly string[], value: Scalar): string {
  const [key = '', ...below] = keys
  return `${word(key)}: ${below.length === 0 ? scalar(value) : `{ ${inFlow(below, value)} }`}`
}

function inBlock(keys: readonly string[], value: Scalar, indent: string, end: string): string {
  const [key = '', ...below] = keys
  if (below.length === 0) return `${indent}${word(key)}: ${scalar(value)}`
  return `${indent}${word(key)}:${end}${inBlock(below, value, `${indent}  `, end)}`
}
