/** Records: written with all that they are found by, and taken out again. */

import type { HistoryRecord } from '../model.ts'
import { keyed, recordsOfBlock, removeBlock, unpack, writeBlock } from './blocks.ts'
import type { KeyedRecord } from './blocks.ts'
import { CounterChanges } from './counters.ts'
import type { Environment, Tables } from './environment.ts'
import { recordKey } from './keys.ts'
import { PairChanges } from './pairs.ts'

/**
 * Writes records in one transaction, with pairs and counters: a reader sees all of it or nothing.
 * @param lines each a HistoryRecord as JSON, kept as it is
 * @throws what lmdb throws, such as a full disk; nothing is written then
 */
export function appendRecords(environment: Environment, lines: readonly string[]): void {
  if (lines.length === 0) return
  const isDue = singleRecords(environment.tables) + lines.length >= 2 * recordsOfBlock
  const records = lines.map((line) => ({ line, record: JSON.parse(line) as HistoryRecord }))
  environment.transact(() => {
    const pairs = new PairChanges(environment)
    const counters = new CounterChanges(environment.tables)
    let number = environment.nextNumbers('sequence', lines.length)
    for (const { line, record } of records) {
      environment.tables.records.putSync(recordKey(Date.parse(record.time), number++), Buffer.from(line))
      pairs.add(record)
      counters.add(record)
    }
    pairs.write()
    counters.write()
    if (isDue) while (packOldest(environment.tables).length > 0);
  })
}

/** How many records lie by themselves, as of the last transaction. */
export function singleRecords({ records }: Tables): number {
  return (records.getStats() as { entryCount: number }).entryCount
}

/**
 * Packs the oldest of the records that lie by themselves into a block, and leaves the newest: they may still be joined by
 * others of their time. Within a transaction.
 * @returns those that were packed; none where there are too few
 */
export function packOldest(tables: Tables): readonly KeyedRecord[] {
  if (tables.records.getKeysCount({ limit: 2 * recordsOfBlock }) < 2 * recordsOfBlock) return []
  const oldest: KeyedRecord[] = []
  for (const { key, value } of tables.records.getRange({ limit: recordsOfBlock })) {
    oldest.push(keyed(key, value.toString()))
  }
  writeBlock(tables, oldest)
  for (const { key } of oldest) tables.records.removeSync(key)
  return oldest
}

/** Records to take out: keys of those that lie by themselves, and positions in blocks. */
export interface RecordPlaces {
  readonly single: readonly Buffer[]
  readonly blocks: readonly { readonly key: Buffer; readonly isMeant: (record: KeyedRecord) => boolean }[]
}

/**
 * Takes records out of every table but the counters, which hold nothing of them. What is left of a block is packed anew.
 * In one transaction.
 * @returns how many went
 */
export function removeRecords(environment: Environment, { single, blocks }: RecordPlaces): number {
  const { tables } = environment
  return environment.transact(() => {
    const pairs = new PairChanges(environment)
    let removed = 0
    for (const key of single) {
      const octets = tables.records.get(key)
      if (octets === undefined) continue
      pairs.remove(JSON.parse(octets.toString()) as HistoryRecord)
      tables.records.removeSync(key)
      removed++
    }
    for (const { key, isMeant } of blocks) {
      const records = unpack(tables, key)
      const left = records.filter((record) => !isMeant(record))
      if (left.length === records.length) continue
      for (const one of records) if (!left.includes(one)) pairs.remove(one.record)
      removeBlock(tables, key)
      writeBlock(tables, left)
      removed += records.length - left.length
    }
    pairs.write()
    return removed
  })
}
