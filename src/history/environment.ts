/**
 * The history's LMDB environment: its tables, opened, checked, moved aside.
 *
 * An environment of its own beside the people's store: that one is rebuilt from the directories and needs no backup, this
 * one is not and does. Any number of processes read and write it (the daemon, the command line, the console); LMDB lets
 * one transaction write at a time.
 */

import { existsSync, mkdirSync } from 'node:fs'
import { extname } from 'node:path'
import { open } from 'lmdb'
import type { Database, RootDatabase, Transaction } from 'lmdb'
import { NamesakeError } from '../errors.ts'
import { Memo } from '../memo.ts'
import {
  dataFile,
  faultOf,
  isOpened,
  isSealed,
  moveAside,
  otherVersion,
  seal,
  takeOpenLock,
} from '../net/lmdb-folder.ts'
import type { EnvironmentKind } from '../net/lmdb-folder.ts'

/** How the history is laid out. An older one is brought forward when it is opened; a newer one is refused. */
export const schemaVersion = 3

export type Table = Database<Buffer, Buffer>

/** Values are UTF-8 JSON unless said otherwise. */
export interface Tables {
  readonly root: RootDatabase<Buffer, Buffer>
  /** `schema`, `sequence`, `pairs` (the last number given to a pair) and `summaries` (how often they were changed), each a number as text. */
  readonly meta: Database<Buffer, string>
  /** Record key to record: the latest ones, which are not packed yet. */
  readonly records: Table
  /** Block key to some hundred records, compressed. */
  readonly blocks: Table
  /** Block key to what its records are found by, as numbers. */
  readonly columns: Table
  /** Block key to what a search looks through: the folded texts of its records. */
  readonly texts: Table
  /** Pair key to what all records of the pair come to. */
  readonly pairs: Table
  /** Some dozen pairs in short, so that all can be put in order without reading each. */
  readonly summaries: Table
  readonly counters: Table
  /** Pair key to what was decided about it. */
  readonly decisions: Table
  /** Record key to an entry of the audit log. */
  readonly audit: Table
  /** A protected group to its members when people last changed, and who has left it since. */
  readonly people: Table
}

/** Tables that are made of the records, and can be made again. */
export const derivedTables = ['texts', 'pairs', 'summaries', 'counters'] as const
const ownTables = [
  ...(['records', 'blocks', 'columns', ...derivedTables] as const),
  ...(['decisions', 'audit', 'people'] as const),
] as const

/** Address space kept for the map, not memory or disk; `history.maxSize` says how much of it is used. */
const mapSize = 64 * 2 ** 30

const historyKind: EnvironmentKind = {
  what: 'history',
  option: 'history.path',
  schemaVersion,
  check: new URL(`./check${extname(import.meta.url)}`, import.meta.url),
}

/** Opens the tables in a folder. Throws what lmdb throws; undefined if a read-only history lacks a table. */
export function openTables(folder: string, readOnly: boolean): Tables | undefined {
  const binary = { encoding: 'binary', keyEncoding: 'binary' } as const
  const root: RootDatabase<Buffer, Buffer> = open(folder, {
    ...binary,
    noSubdir: false,
    readOnly,
    mapSize,
    maxDbs: 20,
    cache: false,
  })
  const made: Partial<Record<string, Table>> = {}
  for (const name of ownTables) made[name] = root.openDB<Buffer, Buffer>({ name, ...binary })
  const meta = root.openDB<Buffer, string>({ name: 'meta', encoding: 'binary' })
  // A read-only open gives undefined for a table that is not there, whatever the types say.
  if ([...Object.values(made), meta as unknown].includes(undefined)) {
    void root.close()
    return undefined
  }
  return { root, meta, ...(made as unknown as Omit<Tables, 'root' | 'meta'>) }
}

const maxKeys = 4000
const maxKeyText = 300

/** Left out: within a transaction that writes, or whatever is newest. */
export interface ReadOptions {
  readonly transaction?: Transaction
}

/** An open history: tables, and the transaction that every change goes through. */
export class Environment {
  readonly path: string
  readonly readOnly: boolean
  readonly tables: Tables
  /** Keys of pairs and of people made lately, by what they are made of: the same come again and again. */
  readonly keys = new Memo<Buffer>(maxKeys, maxKeyText)
  readonly #afterClose: () => void
  #writing = false
  #remembered: { readonly stamp: string; readonly value: unknown } | null = null

  constructor(path: string, tables: Tables, readOnly: boolean, afterClose: () => void = () => undefined) {
    this.path = path
    this.tables = tables
    this.readOnly = readOnly
    this.#afterClose = afterClose
  }

  /**
   * One transaction: all of what `work` wrote, or, if it throws, nothing. Committed on return and on its way to the disk:
   * a crash of the process loses nothing, a power cut at most the last moments.
   */
  transact<T>(work: () => T): T {
    return this.tables.root.transactionSync(() => {
      this.#writing = true
      try {
        return work()
      } finally {
        this.#writing = false
      }
    }, 1)
  }

  /** The next numbers of this history, the first of them; within a transaction only. */
  nextNumbers(of: 'sequence' | 'pairs', count = 1): number {
    const last = this.#number(of)
    this.tables.meta.putSync(of, Buffer.from(String(last + count)))
    return last + 1
  }

  #number(of: string): number {
    return Number(this.tables.meta.get(of)?.toString() ?? '0')
  }

  /**
   * Reads as of one moment, however long it takes and whatever is written meanwhile. Within a transaction that writes, as of now.
   */
  *reading<T>(read: (options: ReadOptions) => Iterable<T>): Generator<T> {
    if (this.#writing) {
      yield* read({})
      return
    }
    const transaction = this.tables.root.useReadTransaction()
    try {
      yield* read({ transaction })
    } finally {
      transaction.done()
    }
  }

  /** What was made of the summaries, or is made now: as long as their stamp is the same, so is what was made. Of one type only. */
  remembered<T>(stamp: string, make: () => T): T {
    if (this.#remembered?.stamp === stamp) return this.#remembered.value as T
    const value = make()
    // A transaction that writes may still come to nothing.
    if (!this.#writing) this.#remembered = { stamp, value }
    return value
  }

  /** Octets in use, which is less than the file has: it does not shrink, what is free in it is used again. */
  usedOctets(): number {
    let pages = 0
    for (const name of ownTables) pages += pagesOf(this.tables[name])
    return pages * pageSize
  }

  async close(): Promise<void> {
    await this.tables.root.close()
    this.#afterClose()
  }
}

const pageSize = 4096

interface Stats {
  readonly treeBranchPageCount: number
  readonly treeLeafPageCount: number
  readonly overflowPages: number
}

function pagesOf(table: Table): number {
  const { treeBranchPageCount, treeLeafPageCount, overflowPages } = table.getStats() as Stats
  return treeBranchPageCount + treeLeafPageCount + overflowPages
}

export interface OpenOptions {
  readonly path: string
  /** Told when a history was damaged: why, and where it lies now. */
  readonly onDamaged?: (why: string, movedTo: string) => void
}

/**
 * Opens the history to write, making it if it is not there. A damaged one is moved aside and an empty one takes its place. It is
 * read through beforehand, in a process of its own, unless it was closed in order or a living process has it open.
 * @throws NamesakeError store-unusable if the folder can't be used, or a newer Namesake wrote the history
 */
export async function openEnvironment({ path, onDamaged }: OpenOptions): Promise<Environment> {
  const lock = takeOpenLock(path, historyKind)
  try {
    if (lock !== undefined && existsSync(dataFile(path)) && !isSealed(path, historyKind)) {
      const fault = await faultOf(path, 'write', historyKind)
      if (fault === otherVersion) throw newer(path)
      if (fault !== null) onDamaged?.(fault, moveAside(path, fault))
    }
    const tables = opened(path, false)
    const environment = new Environment(path, tables, false, () => {
      // Whoever still has it open writes on, and seals it in the end.
      if (lock !== undefined) seal(path, historyKind)
      lock?.release()
    })
    const found = tables.meta.get('schema')
    if (found === undefined) tables.meta.putSync('schema', Buffer.from(String(schemaVersion)))
    else if (Number(found.toString()) > schemaVersion) {
      await tables.root.close()
      throw newer(path)
    }
    return environment
  } catch (error) {
    lock?.release()
    throw error
  }
}

/** Opens the history to read. @throws NamesakeError store-unusable if there is none, store-damaged if it can't be read */
export async function openEnvironmentToRead(path: string): Promise<Environment> {
  if (!existsSync(dataFile(path))) {
    throw new NamesakeError('store-unusable', `there is no history in "${path}" yet; fix: start the daemon`)
  }
  const fault = isSealed(path, historyKind) || isOpened(path) ? null : await faultOf(path, 'read', historyKind)
  if (fault === otherVersion) throw newer(path)
  if (fault !== null) {
    const fix = 'fix: start the daemon, which moves it aside and begins a new one, or put a backup in its place'
    throw new NamesakeError('store-damaged', `the history "${path}" can't be used: ${fault}; ${fix}`)
  }
  return new Environment(path, opened(path, true), true)
}

function opened(path: string, readOnly: boolean): Tables {
  try {
    if (!readOnly) mkdirSync(path, { recursive: true })
    const tables = openTables(path, readOnly)
    if (tables !== undefined) return tables
  } catch (error) {
    throw new NamesakeError('store-unusable', `opening the history "${path}": ${String(error)}`, { cause: error })
  }
  throw new NamesakeError('store-unusable', `the history "${path}" is not complete yet`)
}

function newer(path: string): NamesakeError {
  const fix = 'fix: run that version, or name another folder'
  return new NamesakeError('store-unusable', `the history "${path}" was written by a newer Namesake; ${fix}`)
}
