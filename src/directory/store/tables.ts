/** LMDB's tables and transactions. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { open } from 'lmdb'
import type { Database, RootDatabase } from 'lmdb'
import { emptyMeta, slotBounds } from './format.ts'
import type { MetaRecord } from './format.ts'

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
  /** In key slots: pages of a filter of `keys` and `tokens`. */
  readonly filters: Table
}

/** The tables whose keys begin with a slot. */
export const slotTableNames = [
  'ids',
  'attributes',
  'people',
  'groups',
  'members',
  'memberOf',
  'addresses',
  'domains',
  'keys',
  'tokens',
  'keyLists',
  'domainKeys',
  'filters',
] as const

/**
 * Address space reserved for the map, not memory or disk. Far above any tenant, so that the map never has to
 * move under a reader.
 */
const mapSize = 32 * 2 ** 30

/**
 * Readers at once over all processes: 256 workers (the most that the configuration allows), as many again while they are
 * exchanged, and 64 others (commands, the console), with up to four transactions each. 64 octets a slot. The same
 * everywhere: whoever opens first decides how long the table is.
 */
const maxReaders = 4 * (2 * 256 + 64)

/** Of the file that holds the table of readers. */
const lockFileBytes = 64 * maxReaders + 512

/**
 * Opens the LMDB environment in a folder. Choices, measured at 200,000 people: one value a key holding packed
 * numbers (a get is 0.7 µs; a cursor over `dupSort` values is several times that), binary keys and values,
 * no cache (memory stays flat) and no compression (records are about 200 octets).
 * Throws what lmdb throws; undefined if a read-only store lacks a table.
 */
export function openTables(folder: string, readOnly: boolean): Tables | undefined {
  const binary = { encoding: 'binary', keyEncoding: 'binary' } as const
  if (!readOnly) {
    // The lock file is mapped into memory. Where it has holes, and the disk is full when one is first touched,
    // the process ends by SIGBUS: so it is written out in full when it is made.
    try {
      writeFileSync(join(folder, 'lock.mdb'), Buffer.alloc(lockFileBytes), { flag: 'wx', mode: 0o640 })
    } catch {
      // It is there, or there is no room: lmdb makes do with what it finds.
    }
  }
  const root: RootDatabase<Buffer, Buffer> = open(folder, {
    ...binary,
    ...({ permissionsMode: 0o640 } as object),
    noSubdir: false,
    readOnly,
    mapSize,
    maxDbs: 20,
    maxReaders,
    cache: false,
  })
  const made: Partial<Record<string, Table>> = {}
  for (const name of slotTableNames) {
    made[name] = root.openDB<Buffer, Buffer>({ name, ...binary })
  }
  // A store that an older Namesake wrote has none; no entry of another table is found by their keys.
  if (readOnly) made.filters ??= made.keys
  const meta = root.openDB<Buffer, string>({ name: 'meta', encoding: 'binary' })
  // A read-only open gives undefined for a table that is not there, whatever the types say.
  if ([...Object.values(made), meta as unknown].includes(undefined)) {
    void root.close()
    return undefined
  }
  return { root, meta, ...(made as unknown as Omit<Tables, 'root' | 'meta'>) }
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

/** Deletes some thousand entries under a slot; says whether more are left. Within a transaction. */
export function clearSlotPart(table: Table, slot: number): boolean {
  const { start, end } = slotBounds(slot)
  const keys = [...table.getKeys({ start, end, limit: 2000 })]
  for (const key of keys) table.removeSync(key)
  return keys.length === 2000
}
