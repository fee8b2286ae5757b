/** LMDB's tables and transactions. */

import { open, type Database, type RootDatabase } from 'lmdb'
import { emptyMeta, type MetaRecord, slotBounds } from './format.ts'

export type Table = Database<Buffer, Buffer>

/** The tables; the first two octets of a key are the slot, except in `meta`. */
export interface Tables {
  readonly root: RootDatabase<Buffer, Buffer>
  /** `meta`, `generation`, `rules` and one cursor a directory, all as text. */
  readonly meta: Database<Buffer, string>
  /** Id to number, people and groups alike. */
  readonly ids: Table
  /** Number to the source's attributes. */
  readonly attributes: Table
  /** Number to the person, ready to be judged against. */
  readonly people: Table
  /** Number to id and name of a group. */
  readonly groups: Table
  /** Group and member, as the source says it; and the same turned round. */
  readonly members: Table
  readonly memberOf: Table
  /** Hash of an address to numbers. */
  readonly addresses: Table
  /** Domain to how many people have an address there. */
  readonly domains: Table
  /** In key slots: hash of a spelling key to numbers, of a token to a count, number to its key list, hash to domains. */
  readonly keys: Table
  readonly tokens: Table
  readonly keyLists: Table
  readonly domainKeys: Table
}

const slotTables = ['ids', 'attributes', 'people', 'groups', 'members', 'memberOf', 'addresses', 'domains'] as const
const keySlotTables = ['keys', 'tokens', 'keyLists', 'domainKeys'] as const

/**
 * Address space reserved for the map, not memory or disk. Far above any tenant, so that the map never has to
 * move under a reader.
 */
const mapSize = 32 * 2 ** 30

/**
 * Opens the LMDB environment in a folder. Choices, measured at 200,000 people: one value a key holding packed
 * numbers (a get is 0.7 µs; a cursor over `dupSort` values is several times that), binary keys and values,
 * no cache (memory stays flat) and no compression (records are about 200 octets).
 * Throws what lmdb throws; undefined if a read-only store lacks a table.
 */
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
  for (const name of [...slotTables, ...keySlotTables]) {
    made[name] = root.openDB<Buffer, Buffer>({ name, ...binary })
  }
  const meta = root.openDB<Buffer, string>({ name: 'meta', encoding: 'binary' })
  // A read-only open gives undefined for a table that is not there, whatever the types say.
  if ([...Object.values(made), meta as unknown].includes(undefined)) {
    void root.close()
    return undefined
  }
  return { root, meta, ...(made as unknown as Omit<Tables, 'root' | 'meta'>) }
}

// Abortable (a throw takes everything back), and committed and on disk on return.
const transactionFlags = 1 | 2

/** One transaction: all of what `work` wrote, or, if it throws, nothing. */
export function transact<T>(tables: Tables, work: () => T): T {
  return tables.root.transactionSync(work, transactionFlags)
}

/**
 * A transaction in a slot that nobody reads yet, or any more. It waits for the disk off the event loop. A throw does not
 * take back what was written before it: the slot is dropped then.
 */
export function writeLoose(tables: Tables, work: () => void): Promise<void> {
  return tables.root.transaction(work)
}

/** Resolves when everything committed so far is on disk. */
export function flush(tables: Tables): Promise<void> {
  return new Promise((resolve, reject) => {
    const root = tables.root as unknown as { sync(done: (error?: Error) => void): void }
    root.sync((error) => (error ? reject(error) : resolve()))
  })
}

/** Lets the event loop breathe between two pieces of long work. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

export function readMeta(tables: Tables): MetaRecord {
  const bytes = tables.meta.get('meta')
  return bytes === undefined ? emptyMeta : (JSON.parse(bytes.toString()) as MetaRecord)
}

/** Writes the meta record as a new generation. Within a transaction only. */
export function writeMeta(tables: Tables, meta: MetaRecord): void {
  const next: MetaRecord = { ...meta, generation: meta.generation + 1 }
  tables.meta.putSync('meta', Buffer.from(JSON.stringify(next)))
  const generations = Buffer.alloc(16)
  generations.writeDoubleLE(next.generation, 0)
  generations.writeDoubleLE(next.rulesGeneration, 8)
  tables.meta.putSync('generation', generations)
}

/** Generation of the whole store and of its rules: one read. */
export function readGenerations(tables: Tables): { generation: number; rulesGeneration: number } {
  const bytes = tables.meta.getBinaryFast('generation')
  if (bytes === undefined) return { generation: 0, rulesGeneration: 0 }
  return { generation: bytes.readDoubleLE(0), rulesGeneration: bytes.readDoubleLE(8) }
}

/** Deletes everything under a slot, some thousand entries a transaction. */
export async function clearSlot(tables: Tables, slot: number): Promise<void> {
  const { start, end } = slotBounds(slot)
  for (const name of [...slotTables, ...keySlotTables]) {
    const table = tables[name]
    for (;;) {
      const keys = [...table.getKeys({ start, end, limit: 2000 })]
      if (keys.length === 0) break
      await writeLoose(tables, () => {
        for (const key of keys) table.removeSync(key)
      })
    }
  }
}
