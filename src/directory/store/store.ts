/** The store: one writer, any number of readers. */

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { ResolvedRules } from '../../policy/rules.ts'
import type { Provider } from '../provider.ts'
import { Environment } from './environment.ts'
import type { StoreOptions } from './environment.ts'
import { cursorKey, garbageOf, newRecord, runsWith, withDirectory } from './format.ts'
import type { DirectoryRecord, MetaRecord } from './format.ts'
import { KeyFilter } from './key-filter.ts'
import { FileLock } from '../../net/file-lock.ts'
import { diskError } from '../../net/lmdb-folder.ts'
import { reindexAll } from './reindex.ts'
import type { MakeIndex } from './reindex.ts'
import { Round } from './round.ts'
import { placesOf, Snapshot } from './snapshot.ts'
import { readGenerations } from './tables.ts'
import type { Tables } from './tables.ts'

/**
 * The people known: an LMDB environment that one process writes and any number read. The only way to lmdb.
 */
export class Store {
  readonly #environment: Environment
  readonly #afterClose: () => void
  #snapshot: { generation: number; tables: Tables; snapshot: Snapshot } | undefined
  /** By key slot, of the tables of `#snapshot`. */
  #filters: ReadonlyMap<number, KeyFilter> = new Map()
  #rules: { rulesGeneration: number; rules: ResolvedRules | null } | undefined
  /** Failures that could not be written, by directory. */
  readonly #unwritten = new Map<string, DirectoryRecord>()

  /** @param afterClose called once the environment is closed */
  constructor(environment: Environment, afterClose: () => void = () => undefined) {
    this.#environment = environment
    this.#afterClose = afterClose
  }

  /**
   * Opens a store that is known to be sound (`openStore` sees to that), making it if it isn't there; read-only, it
   * must be. Throws NamesakeError store-unusable or store-full.
   */
  static open(options: StoreOptions): Store {
    return new Store(Environment.open(options))
  }

  get path(): string {
    return this.#environment.path
  }

  /** Why the last write failed, in words; null once one has succeeded again. Reading goes on meanwhile. */
  get trouble(): string | null {
    return this.#environment.trouble
  }

  /**
   * The store as it stands, for one synchronous piece of work; costs one read if nothing changed.
   * All that is read from it until the next await is one state.
   */
  snapshot(): Snapshot {
    return this.now().snapshot
  }

  /** The same, and the number of its rules, which rises when they change: the policy is compiled again then. One read. */
  now(): { readonly rulesGeneration: number; readonly snapshot: Snapshot } {
    const { tables } = this.#environment
    const { generation, rulesGeneration } = readGenerations(tables)
    if (this.#snapshot?.generation !== generation || this.#snapshot.tables !== tables) {
      const meta = this.#environment.meta()
      const before = this.#snapshot?.tables === tables ? this.#filters : null
      this.#filters = filtersOf(tables, meta, before)
      const snapshot = new Snapshot(tables, placesOf(meta), this.#filters)
      this.#snapshot = { generation, tables, snapshot }
    }
    return { rulesGeneration, snapshot: this.#snapshot.snapshot }
  }

  /** The rules that the keys were made with; null before the first `reindex` or sync. */
  rules(): ResolvedRules | null {
    const { tables } = this.#environment
    const { rulesGeneration } = readGenerations(tables)
    if (this.#rules?.rulesGeneration !== rulesGeneration) {
      const bytes = tables.meta.get('rules')
      const rules = bytes === undefined ? null : (JSON.parse(bytes.toString()) as ResolvedRules)
      this.#rules = { rulesGeneration, rules }
    }
    return this.#rules.rules
  }

  /** Everything known about each directory, also those never loaded. */
  records(): readonly DirectoryRecord[] {
    const { directories } = this.#environment.meta()
    if (this.#unwritten.size === 0) return directories
    const missing = [...this.#unwritten.values()].filter(
      ({ name }) => !directories.some((known) => known.name === name),
    )
    return [...directories.map((record) => this.#withUnwritten(record)), ...missing]
  }

  record(directory: string): DirectoryRecord | undefined {
    return this.records().find((record) => record.name === directory)
  }

  /** The provider's cursor, if it still belongs to this provider's settings. */
  cursor(provider: Provider): string | null {
    const record = this.record(provider.name)
    if (record === undefined || record.slot === null) return null
    if (record.fingerprint !== provider.fingerprint || record.type !== provider.type) return null
    return this.#environment.tables.meta.get(cursorKey(provider.name))?.toString() ?? null
  }

  /**
   * Begins a round of a directory. Undefined if another one of it is running, here or in another process.
   * The caller ends it with `commit` or `abandon`. Throws NamesakeError store-full or store-unusable.
   */
  async beginRound(provider: Provider): Promise<Round | undefined> {
    const name = createHash('sha256').update(provider.name).digest('hex').slice(0, 16)
    const path = join(this.path, `sync-${name}.lock`)
    const lock = takeLock(path, this.path)
    if (lock === undefined) return undefined
    try {
      await this.#environment.dropLoose((loose) => loose.directory === provider.name)
      return new Round(this.#environment, provider, lock)
    } catch (error) {
      lock.release()
      throw error
    }
  }

  /** Makes the keys anew after the rules changed, in one switch; does nothing if they give the same. */
  async reindex(makeIndex: MakeIndex): Promise<void> {
    await this.#environment.exclusive(() => reindexAll(this.#environment, makeIndex))
    await this.#environment.flush()
  }

  /** Drops directories that the configuration doesn't name any more. */
  async forgetOthers(names: readonly string[]): Promise<void> {
    const gone = this.#environment.meta().directories.filter((record) => !names.includes(record.name))
    if (gone.length === 0) return
    this.#environment.transact(() => {
      for (const { name } of gone) this.#environment.tables.meta.removeSync(cursorKey(name))
    })
    this.#environment.updateMeta((meta) => ({
      ...meta,
      directories: meta.directories.filter((record) => names.includes(record.name)),
      loose: [...meta.loose, ...gone.flatMap(garbageOf)],
    }))
    await this.#environment.dropLoose((loose) => loose.state === 'garbage')
  }

  /** Notes that a sync failed; the people stay. What can't be written is kept in memory. */
  recordFailure(provider: Provider, now: number, error: string): void {
    this.#unwritten.set(provider.name, { ...newRecord(provider), lastAttempt: now, error })
    try {
      this.#environment.updateMeta((meta) => {
        const before = meta.directories.find((record) => record.name === provider.name) ?? newRecord(provider)
        const runs = runsWith(before, { at: now, error, added: 0, changed: 0, removed: 0 })
        return withDirectory(meta, { ...before, lastAttempt: now, error, runs })
      })
      this.#unwritten.delete(provider.name)
    } catch {
      // The disk is full, most likely: that is why the sync failed.
    }
  }

  async close(): Promise<void> {
    await this.#environment.close()
    this.#afterClose()
  }

  #withUnwritten(record: DirectoryRecord): DirectoryRecord {
    const failure = this.#unwritten.get(record.name)
    if (failure === undefined || (failure.lastAttempt ?? 0) <= (record.lastAttempt ?? 0)) return record
    return { ...record, lastAttempt: failure.lastAttempt, error: failure.error }
  }
}

/** The filters of all key slots, those that have not changed as they were. */
function filtersOf(
  tables: Tables,
  meta: MetaRecord,
  before: ReadonlyMap<number, KeyFilter> | null,
): ReadonlyMap<number, KeyFilter> {
  const filters = new Map<number, KeyFilter>()
  for (const { keySlot } of meta.directories) {
    if (keySlot === null) continue
    const filter = KeyFilter.of(tables, keySlot, meta.indexer, before?.get(keySlot))
    if (filter !== null) filters.set(keySlot, filter)
  }
  return filters
}

function takeLock(path: string, folder: string): FileLock | undefined {
  try {
    return FileLock.take(path)
  } catch (error) {
    throw diskError(`taking "${path}"`, folder, error)
  }
}
