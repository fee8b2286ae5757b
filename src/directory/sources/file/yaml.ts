/** People in YAML. */

import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Node } from 'yaml'
import { NamesakeError } from '../../../errors.ts'
import { yamlExcess } from '../../../net/yaml-bounds.ts'
import type { FileEntry } from './entries.ts'
import { quoted, withoutUsers } from './faults.ts'
import type { FileFaults, FilePlace } from './faults.ts'

/** Room for some thirty thousand people. */
export const maxYamlBytes: number = 4 * 2 ** 20

/** Entries of a people file in YAML: `users` and `groups`, each a list. Read whole, as its syntax asks for. */
export function* readYamlEntries(text: string, faults: FileFaults): Generator<FileEntry> {
  const excess = yamlExcess(text)
  if (excess !== null) {
    faults.add(placeIn(text, excess.offset), '', excess.message)
    return
  }
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

function placeIn(text: string, offset: number): FilePlace {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
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

/** A longer text is parsed by a process of its own: the parser would hold this one up for seconds. */
const maxInlineLength = 100_000

/** An entry as it comes from that process: its places are looked up there. */
export interface PlacedEntry {
  readonly kind: 'user' | 'group'
  readonly value: unknown
  readonly path: string
  readonly place: FilePlace
  readonly places: Readonly<Record<string, FilePlace>>
}

/** What the process says: entries some at a time, then all faults. */
export type FromChild =
  | { readonly entries: readonly PlacedEntry[] }
  | { readonly faults: readonly { readonly place: FilePlace; readonly path: string; readonly message: string }[] }

/** Entries of a people file in YAML, however long it is. Throws NamesakeError input-invalid if parsing it takes too much. */
export async function* yamlEntries(text: string, faults: FileFaults, signal: AbortSignal): AsyncGenerator<FileEntry> {
  if (text.length <= maxInlineLength) {
    yield* readYamlEntries(text, faults)
    return
  }
  const child = fork(fileURLToPath(new URL(`./yaml-child${extname(import.meta.url)}`, import.meta.url)), {
    execArgv: [...process.execArgv, '--max-old-space-size=1024'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  try {
    child.send(text)
    for (;;) {
      const said = await answerOf(child, signal)
      if ('faults' in said) {
        for (const { place, path, message } of said.faults) faults.add(place, path, message)
        return
      }
      for (const entry of said.entries) {
        yield { ...entry, placeOf: (property) => entry.places[property ?? ''] ?? entry.place }
      }
      child.send('more')
    }
  } finally {
    child.kill('SIGKILL')
  }
}

async function answerOf(child: ChildProcess, signal: AbortSignal): Promise<FromChild> {
  const waiting = new AbortController()
  const either = AbortSignal.any([signal, waiting.signal])
  try {
    const message = once(child, 'message', { signal: either }) as Promise<[FromChild]>
    const end = once(child, 'exit', { signal: either }).then(() => null)
    end.catch(() => undefined)
    const answer = await Promise.race([message, end])
    if (answer !== null) return answer[0]
    throw new NamesakeError(
      'input-invalid',
      'parsing this YAML file took too much memory; fix: write it as .json or .csv, which are read as a stream',
    )
  } finally {
    waiting.abort()
  }
}
