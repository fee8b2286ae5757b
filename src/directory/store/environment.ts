/** The LMDB environment under the store: transactions, slots, the commit lock, and what a fault of the disk means. */

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { NamesakeError } from '../../errors.ts'
import { emptyMeta, maxSlot } from './format.ts'
import type { DirectoryRecord, MetaRecord } from './format.ts'
import { FileLock } from '../../net/file-lock.ts'
import { dataFile, diskError, fullCodes, ioError, isDiskFull, makeFolder, restrict } from '../../net/lmdb-folder.ts'
import { clearSlotPart, openTables, readMeta, slotTableNames, writeMeta } from './tables.ts'
import type { Tables } from './tables.ts'

export interface StoreOptions {
  /** The store's folder. */
  readonly path: string
  /** Workers and the command line's readers. */
  readonly readOnly?: boolean
}

/** How long a commit waits for another process to finish its own. */
const maxCommitWaitMs = 120_000

// Flags of lmdb's transactions. A throw takes everything back; the commit waits until all of it is on disk, or does not.
const abortable = 1
const synchronous = 2
const noFlush = 0x10000
/**
 * One LMDB environment, opened. Its transactions are synchronous: lmdb's own asynchronous ones reject promises that nobody
 * holds when a commit fails, and can't be closed after that. What a failed write means is said as NamesakeError
 * store-full or store-unusable; nothing of the transaction counts then, and readers go on.
 */
export class Environment {
  readonly path: string
  readonly readOnly: boolean
  #tables: Tables | undefined
  #turn: Promise<unknown> = Promise.resolve()
  readonly #flushes = new Set<Promise<unknown>>()
  #trouble: string | null = null
  /** What the meta record said when this was closed: states are still asked for while a daemon ends. */
  #lastMeta: MetaRecord | null = null

  private constructor(tables: Tables, options: StoreOptions) {
    this.#tables = tables
    this.path = options.path
    this.readOnly = options.readOnly === true
  }

  /** Opens a folder, making it unless it is opened to read. Throws NamesakeError store-unusable or store-full. */
  static open(options: StoreOptions): Environment {
    const readOnly = options.readOnly === true
    try {
      if (!readOnly) makeFolder(options.path)
      const tables = openTables(options.path, readOnly)
      if (!readOnly) for (const file of ['data.mdb', 'lock.mdb']) restrict(join(options.path, file), 0o640)
      if (tables !== undefined) return new Environment(tables, options)
    } catch (error) {
      throw diskError(`opening the store "${options.path}"`, options.path, error)
    }
    throw new NamesakeError('store-unusable', `the store "${options.path}" is not complete yet`)
  }

  /**
   * The tables; read anew for each piece of work, as the environment is opened again after some faults.
   * @throws NamesakeError store-unusable once `close` has been called
   */
  get tables(): Tables {
    this.#notClosed()
    this.#tables ??= this.#reopen()
    return this.#tables
  }

  /** Why the last write failed, in words; null once one has succeeded again. */
  get trouble(): string | null {
    return this.#trouble
  }

  /** One transaction, on disk on return: all of what `work` wrote, or, if it throws, nothing. */
  transact<T>(work: () => T): T {
    return this.#write(work, abortable | synchronous)
  }

  /**
   * A transaction in a slot that nobody reads yet. It does not wait for the disk, and lets the event loop breathe
   * afterwards. Throws NamesakeError store-full if the file has grown by it into what has to stay free on the disk.
   */
  async writeLoose(work: () => void): Promise<void> {
    const sizeBytes = sizeOf(this.path)
    this.#write(work, abortable | synchronous | noFlush)
    if (sizeOf(this.path) > sizeBytes && isDiskFull(this.path))
      throw this.#failed(Object.assign(new Error(), { code: fullCodes[0] }))
    await breathe()
  }

  /** Resolves when everything committed so far is on disk, which is waited for off the event loop. */
  async flush(): Promise<void> {
    const error = await this.#sync(this.tables)
    // This one error comes without a number.
    if (error) throw this.#failed(Object.assign(error, { code: ioError }))
    this.#trouble = null
  }

  /**
   * Takes no more work, waits for what runs, brings everything committed to the disk, and closes. Exclusive work that is not
   * done ends at its next write, by a throw, as if the process had been killed there.
   */
  async close(): Promise<void> {
    if (this.#lastMeta !== null) return
    this.#lastMeta = this.#tables === undefined ? emptyMeta : readMeta(this.#tables)
    await this.#turn
    // What was committed stays so; a fault that is met here changes nothing any more.
    if (this.#tables !== undefined && !this.readOnly) await this.#sync(this.#tables)
    await this.#release()
  }

  /** Lmdb does this in a thread of its own, and gives the error. */
  #sync(tables: Tables): Promise<Error | undefined> {
    const root = tables.root as unknown as { sync(done: (error?: Error) => void): void }
    const flush = new Promise<Error | undefined>((resolve) => {
      root.sync((error) => {
        this.#flushes.delete(flush)
        resolve(error)
      })
    })
    this.#flushes.add(flush)
    return flush
  }

  /** Closes the tables, once no flush runs: closed under one, lmdb ends the process by SIGSEGV. */
  async #release(): Promise<void> {
    const tables = this.#tables
    this.#tables = undefined
    if (this.#flushes.size > 0) await Promise.all(this.#flushes)
    await tables?.root.close()
  }

  /** One at a time, here and over processes. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(async () => {
      const lock = await this.#commitLock()
      try {
        return await work()
      } finally {
        lock.release()
      }
    })
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  meta(): MetaRecord {
    return this.#lastMeta ?? readMeta(this.tables)
  }

  record(directory: string): DirectoryRecord | undefined {
    return this.meta().directories.find((record) => record.name === directory)
  }

  /** Changes the meta record in a transaction of its own. */
  updateMeta(change: (meta: MetaRecord) => MetaRecord): void {
    this.transact(() => writeMeta(this.tables, change(this.meta())))
  }

  /** An unused slot, noted as staging so that a crash leaves no orphan. */
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

  /** Deletes slots that nothing points to any more, some thousand entries a transaction. On a full disk too: it makes room. */
  async dropLoose(which: (loose: MetaRecord['loose'][number]) => boolean): Promise<void> {
    for (const { slot } of this.meta().loose.filter(which)) {
      for (const name of slotTableNames) {
        for (let left = true; left;) {
          this.#write(() => (left = clearSlotPart(this.tables[name], slot)), abortable | synchronous | noFlush)
          await breathe()
        }
      }
      this.updateMeta((meta) => ({ ...meta, loose: meta.loose.filter((loose) => loose.slot !== slot) }))
    }
  }

  /** Deletes slots that have just been replaced. What can't be deleted now, as the disk is full, goes before the next round. */
  async dropGarbage(slots: readonly number[]): Promise<void> {
    try {
      await this.dropLoose(({ slot }) => slots.includes(slot))
    } catch (error) {
      if (!(error instanceof NamesakeError)) throw error
    }
  }

  #write<T>(work: () => T, flags: number): T {
    try {
      return this.tables.root.transactionSync(work, flags)
    } catch (error) {
      throw this.#failed(error)
    }
  }

  /** What a failed write comes to; what the work itself threw stays what it is. */
  #failed(error: unknown): unknown {
    const { code } = error as { code?: unknown }
    if (typeof code !== 'number') return error
    const failure = diskError(`writing the store "${this.path}"`, this.path, error)
    this.#trouble = failure.message
    if (!fullCodes.includes(code)) {
      // After some faults lmdb refuses all further work with the environment, and a write then ends the process.
      void this.#release()
    }
    return failure
  }

  #notClosed(): void {
    if (this.#lastMeta !== null) throw new NamesakeError('store-unusable', `the store "${this.path}" is closed`)
  }

  #reopen(): Tables {
    try {
      const tables = openTables(this.path, this.readOnly)
      if (tables !== undefined) return tables
    } catch (error) {
      throw diskError(`opening the store "${this.path}" again`, this.path, error)
    }
    throw new NamesakeError('store-unusable', `the store "${this.path}" has gone`)
  }

  async #commitLock(): Promise<FileLock> {
    const path = join(this.path, 'commit.lock')
    let lock
    try {
      lock = await FileLock.wait(path, maxCommitWaitMs, { isWanted: () => this.#lastMeta === null })
    } catch (error) {
      throw diskError(`taking "${path}"`, this.path, error)
    }
    if (lock !== undefined) return lock
    this.#notClosed()
    throw new NamesakeError('store-unusable', `another process has held "${path}" for ${maxCommitWaitMs / 1000} s`)
  }
}

/** Lets the event loop breathe between two pieces of long work. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function sizeOf(path: string): number {
  return statSync(dataFile(path), { throwIfNoEntry: false })?.size ?? 0
}
