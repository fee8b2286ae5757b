/** The file provider. */

import { createHash } from 'node:crypto'
import { createReadStream, unwatchFile, watchFile } from 'node:fs'
import type { Stats } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { NamesakeError } from '../../../errors.ts'
import { CsvEntries } from './csv.ts'
import { readGroup, readUser } from './entries.ts'
import type { FileEntry, FileGroup, FileUser } from './entries.ts'
import { EncodingDetector } from './encoding.ts'
import type { Encoding } from './encoding.ts'
import { FileFaults, quoted } from './faults.ts'
import type { FilePlace } from './faults.ts'
import { JsonEntries } from './json.ts'
import { maxYamlBytes, yamlEntries } from './yaml.ts'
import type { Attributes, SourceChange, PersonFacts, Provider, ReadRequest, ReadStep } from '../../provider.ts'

interface FileSettings {
  /** As in namesake.yaml. */
  readonly name: string
  /** Absolute. */
  readonly path: string
  /** Milliseconds between two looks at the file for changes. */
  readonly poll?: number
}

const pageSize = 500

/**
 * A people file: `.yaml` (`.yml`), `.json` or `.csv`. It is read twice, first to find every fault and to know all
 * ids, then to hand over; JSON and CSV as a stream, so that what is held in memory are the ids alone. The cursor is the
 * digest of its content: an unchanged file costs nothing more than that.
 */
export class FileProvider implements Provider {
  readonly name: string
  readonly type = 'file'
  readonly deltas = false
  readonly fingerprint: string
  readonly #path: string
  readonly #poll: number

  constructor(settings: FileSettings) {
    this.name = settings.name
    this.#path = settings.path
    this.#poll = settings.poll ?? 1000
    this.fingerprint = `file 1 ${settings.path}`
  }

  /** Throws NamesakeError input-invalid (each fault with its line, or why it can't be read), provider-unavailable if it changed meanwhile. */
  async *read(request: ReadRequest): AsyncGenerator<ReadStep> {
    const { digest, detector } = await this.#digest(request.signal)
    if (digest === request.cursor) {
      yield { step: 'begin', round: 'delta' }
      yield { step: 'end', cursor: digest }
      return
    }
    const encoding = this.#encodingOf(detector)
    if (encoding === 'windows-1252') {
      const { line = 0, octet = 0 } = detector.bad ?? {}
      request.notice(`"${this.#path}" is not UTF-8 (line ${line}, octet ${octet}); it is read as Windows-1252`)
    }
    // First reading: every fault, and what the second needs to know.
    const signal = request.signal
    const faults = new FileFaults(this.#path)
    const known = new KnownIds(faults)
    for await (const entry of this.#entries(faults, encoding, signal)) {
      if (entry.kind === 'user') known.addUser(entry, readUser(entry, faults))
      else known.addGroup(entry, readGroup(entry, faults))
    }
    // After a fault of syntax the rest of the file was not seen, and nothing can be said about what refers to it.
    if (faults.count === 0) known.checkMembers()
    faults.throwIfAny()
    yield { step: 'begin', round: 'full' }
    yield* this.#changes(known, encoding, request.signal)
    // The ids were checked in the file that had this digest: another one may not follow them.
    if ((await this.#digest(request.signal)).digest !== digest) {
      throw new NamesakeError(
        'provider-unavailable',
        `"${this.#path}" changed while it was read; it is read again soon`,
      )
    }
    yield { step: 'end', cursor: digest }
  }

  personOf(_id: string, attributes: Attributes): PersonFacts | null {
    const { displayName, givenName, surname, addresses } = attributes
    return {
      displayName: displayName as string,
      givenName: (givenName as string | undefined) ?? null,
      surname: (surname as string | undefined) ?? null,
      addresses: addresses as readonly string[],
    }
  }

  /** Looks in turns: also right for links that are switched, and for network mounts. */
  watch(changed: () => void): { close(): void } {
    const listener = (now: Stats, before: Stats): void => {
      // Our own reading changes the access time, which is no reason to read again.
      if (now.mtimeMs !== before.mtimeMs || now.size !== before.size || now.ino !== before.ino) changed()
    }
    watchFile(this.#path, { persistent: false, interval: this.#poll }, listener)
    return { close: () => unwatchFile(this.#path, listener) }
  }

  async #digest(signal: AbortSignal): Promise<{ digest: string; detector: EncodingDetector }> {
    const hash = createHash('sha256')
    const detector = new EncodingDetector()
    for await (const octets of this.#octets(signal)) {
      hash.update(octets)
      detector.push(octets)
    }
    return { digest: hash.digest('hex'), detector }
  }

  /** CSV of older Windows programs says nothing of its encoding, and is what they write: the others are always Unicode. */
  #encodingOf({ utf16, bad }: EncodingDetector): Encoding {
    if (utf16 !== null) return utf16
    if (bad === null) return 'utf-8'
    if (extname(this.#path).toLowerCase() === '.csv') return 'windows-1252'
    const where = `line ${bad.line}, octet ${bad.octet}: 0x${bad.value.toString(16).toUpperCase()}`
    throw new NamesakeError('input-invalid', `"${this.#path}" is not UTF-8 text (${where}); fix: save it as UTF-8`)
  }

  /** Second reading. */
  async *#changes(known: KnownIds, encoding: Encoding, signal: AbortSignal): AsyncGenerator<ReadStep> {
    const faults = new FileFaults(this.#path)
    let changes: SourceChange[] = []
    for await (const entry of this.#entries(faults, encoding, signal)) {
      if (entry.kind === 'user') changes.push(...userChanges(readUser(entry, faults), known))
      else changes.push(...groupChanges(readGroup(entry, faults)))
      if (changes.length < pageSize) continue
      yield { step: 'changes', changes }
      changes = []
    }
    changes.push(...known.impliedGroups())
    yield { step: 'changes', changes }
  }

  async *#entries(faults: FileFaults, encoding: Encoding, signal: AbortSignal): AsyncGenerator<FileEntry> {
    const form = extname(this.#path).toLowerCase()
    if (form === '.yaml' || form === '.yml') {
      yield* yamlEntries(await this.#wholeText(encoding), faults, signal)
      return
    }
    if (form !== '.json' && form !== '.csv') {
      throw new NamesakeError('input-invalid', `"${this.#path}" is no .yaml, .json or .csv file`)
    }
    const reader = form === '.json' ? new JsonEntries(faults) : new CsvEntries(faults)
    const decoder = new TextDecoder(encoding)
    for await (const octets of this.#octets(signal)) yield* reader.push(decoder.decode(octets, { stream: true }))
    yield* reader.push(decoder.decode())
    yield* reader.end()
  }

  async *#octets(signal: AbortSignal): AsyncGenerator<Buffer> {
    try {
      const found = await stat(this.#path)
      if (!found.isFile()) throw new Error(found.isDirectory() ? 'it is a folder' : 'it is not a regular file')
      yield* createReadStream(this.#path, { signal }) as AsyncIterable<Buffer>
    } catch (error) {
      throw this.#unreadable(error)
    }
  }

  async #wholeText(encoding: Encoding): Promise<string> {
    const size = (await stat(this.#path)).size
    if (size > maxYamlBytes) {
      const fix = 'fix: write it as .json or .csv, which are read as a stream'
      throw new NamesakeError(
        'input-invalid',
        `"${this.#path}" has ${size} octets; YAML is read up to ${maxYamlBytes}; ${fix}`,
      )
    }
    return new TextDecoder(encoding).decode(await readFile(this.#path))
  }

  #unreadable(error: unknown): unknown {
    if (error instanceof NamesakeError) return error
    const { code, message } = error as NodeJS.ErrnoException
    const reasons: Record<string, string> = { ENOENT: 'it does not exist', EACCES: 'this user may not read it' }
    const reason = reasons[code ?? ''] ?? message
    return new NamesakeError('input-invalid', `reading the people file "${this.#path}": ${reason}`, {
      cause: error,
    })
  }
}

/** What the first reading learns: all ids, and groups that are only named by users. */
class KnownIds {
  readonly #faults: FileFaults
  /** Each id's line. */
  readonly #ids = new Map<string, number>()
  readonly #groupIdsByName = new Map<string, string>()
  /** Groups' names as users first write them, by the name without case, and where that is. */
  readonly #implied = new Map<string, string>()
  readonly #mentions = new Map<string, { readonly place: FilePlace; readonly path: string }>()
  /** Names without case that several groups have. */
  readonly #ambiguous = new Map<string, string[]>()
  readonly #members: { readonly id: string; readonly place: FilePlace; readonly path: string }[] = []

  constructor(faults: FileFaults) {
    this.#faults = faults
  }

  addUser(entry: FileEntry, user: FileUser | undefined): void {
    if (user === undefined) return
    this.#addId(entry, user.id)
    for (const group of user.groups) {
      const name = group.toLowerCase()
      if (this.#implied.has(name)) continue
      this.#implied.set(name, group)
      this.#mentions.set(name, { place: entry.placeOf('groups'), path: `${entry.path}.groups` })
    }
  }

  addGroup(entry: FileEntry, group: FileGroup | undefined): void {
    if (group === undefined) return
    this.#addId(entry, group.id)
    this.#groupIdsByName.set(group.id, group.id)
    const name = group.displayName.toLowerCase()
    const other = this.#groupIdsByName.get(name)
    if (other === undefined) this.#groupIdsByName.set(name, group.id)
    else if (other !== group.id) this.#ambiguous.set(name, [...(this.#ambiguous.get(name) ?? [other]), group.id])
    for (const id of group.members) {
      if (!this.#ids.has(id)) this.#members.push({ id, place: entry.placeOf('members'), path: `${entry.path}.members` })
    }
  }

  checkMembers(): void {
    for (const { id, place, path } of this.#members) {
      if (this.#ids.has(id)) continue
      this.#faults.add(place, path, `unknown member ${quoted(id)}; accepted: the id of a user or group of this file`)
    }
    this.#members.length = 0
    for (const [name, { place, path }] of this.#mentions) {
      const written = this.#implied.get(name) ?? name
      const ids = this.#groupIdsByName.get(written) === written ? undefined : this.#ambiguous.get(name)
      if (ids === undefined) continue
      const fix = `fix: write the id, ${ids.slice(0, 5).map(quoted).join(' or ')}`
      this.#faults.add(place, path, `${quoted(written)} means ${ids.length} groups; ${fix}`)
    }
  }

  /** The id of a group that a user names, by id or by name; a group that has no entry is made of the name. */
  groupId(written: string): string {
    const known = this.#groupIdsByName.get(written) ?? this.#groupIdsByName.get(written.toLowerCase())
    return known ?? impliedId(this.#implied.get(written.toLowerCase()) ?? written, this.#ids)
  }

  impliedGroups(): SourceChange[] {
    const changes: SourceChange[] = []
    for (const name of this.#implied.values()) {
      if (this.#groupIdsByName.has(name) || this.#groupIdsByName.has(name.toLowerCase())) continue
      changes.push({ op: 'group', id: impliedId(name, this.#ids), displayName: name })
    }
    return changes
  }

  #addId(entry: FileEntry, id: string): void {
    const first = this.#ids.get(id)
    const place = entry.placeOf('id')
    if (first === undefined) this.#ids.set(id, place.line)
    else {
      const label = entry.labelOf?.('mail') ?? 'id'
      this.#faults.add(
        place,
        `${entry.path}.${label}`,
        `${quoted(id)} stands on line ${first} already; each may stand once`,
      )
    }
  }
}

/** A group without an entry has its name for an id, unless a user is called so. */
function impliedId(name: string, ids: ReadonlyMap<string, number>): string {
  return ids.has(name) ? `group:${name}` : name
}

function userChanges(user: FileUser | undefined, known: KnownIds): SourceChange[] {
  if (user === undefined) return []
  const { id, displayName, givenName, surname, addresses } = user
  const groups = new Set(user.groups.map((group) => known.groupId(group)))
  return [
    { op: 'person', id, attributes: { displayName, givenName, surname, addresses } },
    ...[...groups].map((group): SourceChange => ({ op: 'members', group, add: [id], remove: [] })),
  ]
}

function groupChanges(group: FileGroup | undefined): SourceChange[] {
  if (group === undefined) return []
  return [
    { op: 'group', id: group.id, displayName: group.displayName },
    { op: 'members', group: group.id, add: group.members, remove: [] },
  ]
}
