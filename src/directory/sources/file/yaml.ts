/** People in YAML. */

import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import type { FileEntry } from './entries.ts'
import { type FileFaults, type FilePlace, quoted, withoutUsers } from './faults.ts'

/** Room for some thirty thousand people; the parser holds up the process for a second or two by then. */
export const largestYaml: number = 4 * 2 ** 20

/** Entries of a people file in YAML: `users` and `groups`, each a list. Read whole, as its syntax asks for. */
export function* readYamlEntries(text: string, faults: FileFaults): Generator<FileEntry> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' })
  const at = (offset: number): FilePlace => {
    const { line, col } = lines.linePos(Math.max(0, offset))
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  for (const { pos, code, message } of [...document.errors, ...document.warnings]) {
    const tab = code === 'TAB_AS_INDENT'
    faults.add(at(pos[0]), '', tab ? 'a tab in the indentation; fix: write spaces' : `not YAML: ${firstLine(message)}`)
  }
  if (faults.count > 0) return
  const top = document.contents
  if (!isMap(top)) {
    const found = top === null ? 'nothing' : quoted(document.toString().trim())
    faults.add({ line: 1, column: 1 }, '', `found ${found}; accepted: a map with users and, if wanted, groups`)
    return
  }
  if (!top.has('users')) {
    const keys = top.items.map(({ key }) => (isScalar(key) ? String(key.value) : '…'))
    faults.add(at(top.range?.[0] ?? 0), '', withoutUsers(keys))
    return
  }
  for (const list of ['users', 'groups'] as const) {
    const node = top.get(list, true) as Node | undefined
    if (node === undefined || (isScalar(node) && node.value === null)) continue
    if (!isSeq(node)) {
      faults.add(at(node.range?.[0] ?? 0), list, 'accepted: a list (each entry starts with "- ")')
      continue
    }
    for (const [i, item] of (node.items as Node[]).entries()) {
      // Aliases are bounded, or a few lines of them could stand for more than there is memory.
      const value = toPlain(item, document)
      yield { kind: list === 'users' ? 'user' : 'group', value, path: `${list}[${i}]`, placeOf: placeOf(item) }
    }
  }

  function placeOf(item: Node): (property?: string) => FilePlace {
    return (property) => {
      const pair = isMap(item) ? item.items.find(({ key }) => isScalar(key) && key.value === property) : undefined
      const key = isPair(pair) && isScalar(pair.key) ? pair.key : undefined
      return at(key?.range?.[0] ?? item.range?.[0] ?? 0)
    }
  }
}

function toPlain(item: Node, document: ReturnType<typeof parseDocument>): unknown {
  try {
    return item.toJS(document, { maxAliasCount: 100 }) as unknown
  } catch {
    return 'aliases (*name) that stand for too much'
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}
