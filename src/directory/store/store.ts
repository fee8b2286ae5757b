/** The store: one writer, any number of readers. */

import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { NamesakeError } from '../../errors.ts'
import type { DirectoryView, Indexer } from '../../model.ts'
import type { ResolvedRules } from '../../policy/rules.ts'
import type { Provider } from '../provider.ts'
import { type DirectoryRecord, maxSlot, type MetaRecord } from './format.ts'
import { FileLock } from '../../net/file-lock.ts'
import { reindexAll } from './reindex.ts'
import { Round } from './round.ts'
import { placesOf, Snapshot } from './snapshot.ts'
import { clearSlot, flush, openTables, readGenerations, readMeta, type Tables, transact, writeMeta } from './tables.ts'

/**
 * Resolves the protection rules against people and groups and gives the indexer that belongs to them. Called by
 * the store with the state that is about to serve, so that people and the keys of their protection become
 * visible in one step. Synchronous and pure.
 */
export type MakeIndex = (view: DirectoryView) => { readonly indexer: Indexer; readonly resolved: ResolvedRules }

export interface StoreOptions {
  /** The store's folder. */
  readonly path: string
  /** Workers and the command line's readers. */
  readonly readOnly?: boolean
}

/** How long a commit waits for another process to finish its own, in milliseconds. */
const patience = 120_000

/**
 * The people known: an LMDB environment that one process writes and any number read. The only way to lmdb.
 */
export class Store {
  readonly path: string
  readonly readOnly: boolean
  /** For the store's own parts. */
  readonly tables: Tables
  #snapshot: { generation: number; snapshot: Snapshot } | undefined
  #rules: { rulesGeneration: number; rules: ResolvedRules | null } | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #afterClose: () => void = () => undefined

  constructor(tables: Tables, options: StoreOptions) {
    this.tables = tables
    this.path = options.path
    this.readOnly = options.readOnly === true
  }

  /**
   * Opens a store that is known to be sound (`store-open` sees to that), making it if it isn't there; read-only, it
   * must be. Throws NamesakeError store-unusable.
   */
  static open(options: StoreOptions): Store {
    const readOnly = options.readOnly === true
    try {
      if (!readOnly) mkdirSync(options.path, { recursive: true })
      const tables = openTables(options.path, readOnly)
      if (tables !== undefined) return new Store(tables, options)
    } catch (error) {
      throw new NamesakeError('store-unusable', `opening the store "${options.path}": ${String(error)}`, {
        cause: error,
      })
    }
    throw new NamesakeError('store-unusable', `the store "${options.path}" is not complete yet`)
  }

  /**
   * The store as it stands, for one synchronous piece of work; costs one read if nothing changed.
   * All that is read from it until the next await is one state.
   */
  snapshot(): Snapshot {
    return this.#snapshotOf(readGenerations(this.tables).generation)
  }

  /** The same, and the number of its rules, which rises when they change: the policy is compiled again then. One read. */
  now(): { readonly rulesGeneration: number; readonly snapshot: Snapshot } {
    const { generation, rulesGeneration } = readGenerations(this.tables)
    return { rulesGeneration, snapshot: this.#snapshotOf(generation) }
  }

  #snapshotOf(generation: number): Snapshot {
    if (this.#snapshot?.generation !== generation) {
      this.#snapshot = { generation, snapshot: new Snapshot(this.tables, placesOf(readMeta(this.tables))) }
    }
    return this.#snapshot.snapshot
  }

  /** The rules that the keys were made with; null before the first `reindex` or sync. */
  rules(): ResolvedRules | null {
    const { rulesGeneration } = readGenerations(this.tables)
    if (this.#rules?.rulesGeneration !== rulesGeneration) {
      const bytes = this.tables.meta.get('rules')
      const rules = bytes === undefined ? null : (JSON.parse(bytes.toString()) as ResolvedRules)
      this.#rules = { rulesGeneration, rules }
    }
    return this.#rules.rules
  }

  /** Everything known about each directory, also those never loaded. */
  records(): readonly DirectoryRecord[] {
    return readMeta(this.tables).directories
  }

  record(directory: string): DirectoryRecord | undefined {
    return this.records().find((record) => record.name === directory)
  }

  /** The provider's cursor, if it still belongs to this provider's settings. */
  cursor(provider: Provider): string | null {
    const record = this.record(provider.name)
    if (
      record === undefined ||
      record.slot === null ||
      record.fingerprint !== provider.fingerprint ||
      record.type !== provider.type
    )
      return null
    return this.tables.meta.get(cursorKey(provider.name))?.toString() ?? null
  }

  /**
   * Begins a round of a directory. Undefined if another one of it is running, here or in another process.
   * The caller ends it with `commit` or `abandon`.
   */
  async beginRound(provider: Provider): Promise<Round | undefined> {
    const name = createHash('sha256').update(provider.name).digest('hex').slice(0, 16)
    const lock = FileLock.take(join(this.path, `sync-${name}.lock`))
    if (lock === undefined) return undefined
    try {
      await this.#clearLoose((loose) => loose.directory === provider.name)
      return new Round(this, provider, lock)
    } catch (error) {
      lock.release()
      throw error
    }
  }

  /** Makes the keys anew after the rules changed, in one switch; does nothing if they give the same. */
  async reindex(makeIndex: MakeIndex): Promise<void> {
    await this.exclusive(() => reindexAll(this, makeIndex))
    await flush(this.tables)
  }

  /** Drops directories that the configuration doesn't name any more. */
  async forgetOthers(names: readonly string[]): Promise<void> {
    const gone = this.records().filter((record) => !names.includes(record.name))
    if (gone.length === 0) return
    this.updateMeta((meta) => ({
      ...meta,
      directories: meta.directories.filter((record) => names.includes(record.name)),
      loose: [...meta.loose, ...gone.flatMap(garbageOf)],
    }))
    for (const { name } of gone) transact(this.tables, () => this.tables.meta.removeSync(cursorKey(name)))
    await this.#clearLoose((loose) => loose.state === 'garbage')
  }

  /** Notes that a sync failed; the people stay. */
  recordFailure(provider: Provider, now: number, error: string): void {
    this.updateMeta((meta) => {
      const before = meta.directories.find((record) => record.name === provider.name) ?? newRecord(provider)
      return withDirectory(meta, { ...before, lastAttempt: now, error })
    })
  }

  /** For `store-open`: what to do once the environment is closed. */
  onClose(after: () => void): void {
    this.#afterClose = after
  }

  async close(): Promise<void> {
    if (!this.readOnly) await flush(this.tables)
    await this.tables.root.close()
    this.#afterClose()
  }

  /** For the store's own parts: one at a time, here and over processes. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(async () => {
      const lock = await FileLock.wait(join(this.path, 'commit.lock'), patience)
      if (lock === undefined) {
        throw new NamesakeError(
          'store-unusable',
          `another process has held "${this.path}/commit.lock" for ${patience / 1000} s`,
        )
      }
      try {
        return await work()
      } finally {
        lock.release()
      }
    })
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  /** For the store's own parts: changes the meta record in a transaction of its own. */
  updateMeta(change: (meta: MetaRecord) => MetaRecord): void {
    transact(this.tables, () => writeMeta(this.tables, change(readMeta(this.tables))))
  }

  /** For the store's own parts: an unused slot, noted as staging so that a crash leaves no orphan. */
  takeSlot(directory: string): number {
    let slot = 0
    this.updateMeta((meta) => {
      const used = new Set(meta.directories.flatMap((record) => [record.slot, record.keySlot]))
      for (const loose of meta.loose) used.add(loose.slot)
      for (slot = 1; used.has(slot); slot++);
      if (slot > maxSlot) throw new NamesakeError('store-unusable', 'the store has no slot left')
      return { ...meta, loose: [...meta.loose, { slot, directory, state: 'staging' }] }
    })
    return slot
  }

  /** For the store's own parts: deletes slots that nothing points to any more. */
  async dropSlots(slots: readonly number[]): Promise<void> {
    await this.#clearLoose((loose) => slots.includes(loose.slot))
  }

  async #clearLoose(which: (loose: MetaRecord['loose'][number]) => boolean): Promise<void> {
    for (const { slot } of readMeta(this.tables).loose.filter(which)) {
      await clearSlot(this.tables, slot)
      this.updateMeta((meta) => ({ ...meta, loose: meta.loose.filter((loose) => loose.slot !== slot) }))
    }
  }
}

export function cursorKey(directory: string): string {
  return `cursor:${directory}`
}

export function newRecord(provider: Provider): DirectoryRecord {
  return {
    name: provider.name,
    type: provider.type,
    slot: null,
    keySlot: null,
    nextNumber: 1,
    fingerprint: provider.fingerprint,
    version: 0,
    people: 0,
    groups: 0,
    lastSync: null,
    lastFull: null,
    sinceFull: 0,
    lastAttempt: null,
    error: null,
  }
}

/** A meta record in which one directory's is replaced or added, in the order of names. */
export function withDirectory(meta: MetaRecord, record: DirectoryRecord): MetaRecord {
  const others = meta.directories.filter((other) => other.name !== record.name)
  const directories = [...others, record].sort((a, b) => (a.name < b.name ? -1 : 1))
  return { ...meta, directories }
}

/** The slots of a record, to be deleted. */
export function garbageOf(record: DirectoryRecord): MetaRecord['loose'] {
  return [record.slot, record.keySlot]
    .filter((slot) => slot !== null)
    .map((slot) => ({ slot, directory: record.name, state: 'garbage' }))
}
