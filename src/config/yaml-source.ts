/** YAML text with the place of every key. */

import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import type { Document, DocumentOptions, Node, ParseOptions, Scalar, YAMLError, YAMLMap } from 'yaml'
import type { ConfigFault } from '../errors.ts'
import { yamlExcess } from '../net/yaml-bounds.ts'
import { quote } from '../text.ts'
import { reasonOf } from '../options/files.ts'
import type { ConfigPlace } from './types.ts'

/** Path of keys and list positions in a YAML file. */
export type KeyPath = readonly PropertyKey[]

/** Room for ten thousand people with settings; the parser takes about a second for it. */
const maxFileBytes = 4 * 1024 * 1024

/** A YAML file as read: its values, and where each stands. */
export interface YamlSource {
  /** As the operator named it, for messages. */
  readonly file: string
  readonly text: string
  readonly document: Document.Parsed
  /** Plain values; undefined if the file has faults of syntax. */
  readonly data: unknown
  /** Faults of reading and syntax. */
  readonly faults: readonly ConfigFault[]
  /** Where the value at a path stands, or its nearest parent that is there. */
  placeOf(path: KeyPath): ConfigPlace
  /** Where the key at the end of a path stands. */
  placeOfKey(path: KeyPath): ConfigPlace
}

/** Reads a file and parses it. Never throws: what is wrong stands in `faults`. */
export function readYaml(file: string): YamlSource {
  try {
    return parseYaml(file, readBounded(file))
  } catch (error) {
    const empty = parseYaml(file, '')
    const message = `this file can't be read: ${error instanceof YamlExcess ? error.message : reasonOf(error)}`
    return { ...empty, faults: [{ file, line: 1, column: 1, path: '', message }] }
  }
}

class YamlExcess extends Error {}

function readBounded(file: string): string {
  const handle = openSync(file, 'r')
  try {
    const stat = fstatSync(handle)
    if (stat.isDirectory()) throw new YamlExcess('it is a folder')
    if (!stat.isFile()) throw new YamlExcess('it is not a regular file')
    if (stat.size > maxFileBytes) throw new YamlExcess(`it has ${stat.size} octets; at most ${maxFileBytes} are read`)
    const octets = readFileSync(handle)
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(octets)
    } catch {
      throw new YamlExcess('it is not UTF-8 text; fix: save it as UTF-8')
    }
  } finally {
    closeSync(handle)
  }
}

/** Parses YAML text. Never throws. */
export function parseYaml(file: string, text: string): YamlSource {
  const lines = new LineCounter()
  const at = (offset: number): ConfigPlace => {
    const { line, col } = lines.linePos(Math.max(0, offset))
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const { document, data, faults } = parseText(text, lines, at)
  const node = (path: KeyPath): PathEnd => walk(document, path)
  return {
    file,
    text,
    document,
    data,
    faults,
    placeOf: (path) => {
      const found = node(path)
      return at(found.value?.range?.[0] ?? found.key?.range?.[0] ?? 0)
    },
    placeOfKey: (path) => {
      const found = node(path)
      return at(found.key?.range?.[0] ?? found.value?.range?.[0] ?? 0)
    },
  }
}

function parseText(
  text: string,
  lineCounter: LineCounter,
  at: (offset: number) => ConfigPlace,
): { document: Document.Parsed; data: unknown; faults: ConfigFault[] } {
  const fault = (offset: number, message: string): ConfigFault => ({ ...at(offset), path: '', message })
  const excess = yamlExcess(text)
  if (excess !== null) return unusable(fault(excess.offset, excess.message))
  try {
    const document = parseDocument(text, parseOptions(lineCounter))
    const faults = [...document.errors, ...document.warnings].map((e) =>
      fault(e.pos[0], remedies[e.code] ?? `not YAML: ${e.message.split('\n')[0] ?? ''}`),
    )
    visit(document, {
      Map(_key, map) {
        for (const key of repeatedKeys(map)) {
          faults.push(
            fault(key.range?.[0] ?? 0, `the key ${quote(key.value)} stands twice in this map; fix: remove one`),
          )
        }
      },
      Alias(_key, node, parents) {
        const target = node.resolve(document)
        const why = target === undefined ? 'stands for nothing before it' : 'stands within what it stands for'
        if (target !== undefined && !parents.includes(target)) return
        faults.push(fault(node.range?.[0] ?? 0, `the alias *${quote(node.source)} ${why}; fix: write the value out`))
      },
    })
    if (faults.length > 0) return { document, data: undefined, faults }
    // Aliases are bounded: nine lines of them can stand for more values than there is memory.
    return { document, data: document.toJS({ maxAliasCount: 100 }) as unknown, faults }
  } catch (error) {
    const why = error instanceof RangeError ? 'it is nested too deeply' : 'its aliases (*name) stand for too much'
    return unusable(fault(0, `the file can't be used: ${why}; fix: write the values out`))
  }
}

function unusable(fault: ConfigFault): { document: Document.Parsed; data: undefined; faults: ConfigFault[] } {
  return { document: parseDocument(''), data: undefined, faults: [fault] }
}

/** What to do about the parser's findings; the rest keep its own words. */
const remedies: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'a tab stands in the indentation; accepted: spaces only; fix: replace each tab by two spaces',
  BAD_INDENT: 'this line is not indented as its neighbours are; fix: keys of one map start in one column',
  MULTIPLE_DOCS: 'a second document starts here (---); accepted: one document; fix: remove what follows',
  BLOCK_AS_IMPLICIT_KEY:
    'a key and its value are nested on one line; fix: quote the value, or put it on a line of its own',
  MULTILINE_IMPLICIT_KEY: 'this key has no value, or a quote is not closed; fix: "key: value" on one line',
  NON_STRING_KEY: 'this key is not plain text; fix: put it in quotes',
}

/** Keys of a map that stand there before. The parser's own check compares each with each: hours for a large file. */
function repeatedKeys(map: YAMLMap): Scalar[] {
  const seen = new Set<string>()
  return map.items.flatMap(({ key }) => {
    if (!isScalar(key)) return []
    const name = String(key.value)
    if (seen.has(name)) return [key]
    seen.add(name)
    return []
  })
}

function parseOptions(lineCounter: LineCounter): ParseOptions & DocumentOptions {
  return { lineCounter, prettyErrors: false, stringKeys: true, uniqueKeys: false, logLevel: 'error' }
}

interface PathEnd {
  readonly key: Node | null
  readonly value: Node | null
}

/** Follows a path as far as it goes. Aliases are followed to what they stand for. */
function walk(document: Document.Parsed, path: KeyPath): PathEnd {
  let here: PathEnd = { key: null, value: document.contents }
  for (const step of path) {
    const value = isAlias(here.value) ? (here.value.resolve(document) ?? null) : here.value
    let next: PathEnd | null = null
    if (isMap(value)) {
      const pair = value.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
      )
      if (pair) next = { key: pair.key as Node, value: (pair.value as Node | null) ?? null }
    } else if (isSeq(value)) {
      const item = value.items[Number(step)]
      if (item) next = { key: item as Node, value: item as Node }
    }
    if (!next) return here
    here = next
  }
  return here
}
