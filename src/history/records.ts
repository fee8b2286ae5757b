/** Records: written with all that they are found by, and taken out again. */

import type { HistoryRecord } from '../model.ts'
import { BlockPacker, recordsOfBlock, removeBlock, unpack } from './blocks.ts'
import type { KeyedRecord } from './blocks.ts'
import { CounterChanges } from './counters.ts'
import type { Environment, Tables } from './environment.ts'
import { parseHead, timeIn } from './head.ts'
import type { RecordHead } from './head.ts'
import { recordKey } from './keys.ts'
import { PairChanges } from './pairs.ts'

/** So many records that come together are a block by themselves. */
const recordsAtOnce = 64

/**
 * Writes records in one transaction, with pairs and counters: a reader sees all of it or nothing.
 * @param lines each a HistoryRecord as JSON in UTF-8, kept as it is
 * @throws what lmdb throws, such as a full disk; nothing is written then
 */
export function appendRecords(environment: Environment, lines: readonly Buffer[]): void {
  if (lines.length === 0) return
  const { tables } = environment
  const isBlock = lines.length >= recordsAtOnce
  const isDue = !isBlock && singleRecords(tables) + lines.length >= 2 * recordsOfBlock
  environment.transact(() => {
    const pairs = new PairChanges(environment)
    const counters = new CounterChanges(environment)
    let number = environment.nextNumbers('sequence', lines.length)
    let packer = new BlockPacker()
    for (const { line, time } of isBlock ? inOrder(lines) : timed(lines)) {
      const key = recordKey(time, number++)
      // Parsed one after the other: of some hundred parsed at once, the garbage collector would carry each about.
      const head = parseHead(line)
      const pair = pairs.add(head)
      counters.add(head)
      if (isBlock) packer.add(key, line, head, pair)
      else tables.records.putSync(key, line)
      if (packer.count < recordsOfBlock) continue
      packer.write(tables)
      packer = new BlockPacker()
    }
    packer.write(tables)
    pairs.write()
    counters.write()
    if (isDue) while (packOldest(tables) > 0);
  })
}

interface TimedLine {
  readonly line: Buffer
  readonly time: number
}

function timed(lines: readonly Buffer[]): TimedLine[] {
  return lines.map((line) => ({ line, time: timeIn(line) }))
}

/** Of several workers each sends its own in order. */
function inOrder(lines: readonly Buffer[]): TimedLine[] {
  return timed(lines).sort((a, b) => a.time - b.time)
}

/** How many records lie by themselves, as of the last transaction. */
export function singleRecords({ records }: Tables): number {
  return (records.getStats() as { entryCount: number }).entryCount
}

/**
 * Packs the oldest of the records that lie by themselves into a block, and leaves the newest: they may still be joined by
 * others of their time. Within a transaction.
 * @param onPacked told of each record that was packed
 * @returns how many were packed; 0 where there are too few
 */
export function packOldest(tables: Tables, onPacked: (record: RecordHead) => void = () => {}): number {
  if (tables.records.getKeysCount({ limit: 2 * recordsOfBlock }) < 2 * recordsOfBlock) return 0
  const oldest = [...tables.records.getRange({ limit: recordsOfBlock })]
  const packer = new BlockPacker()
  for (const { key, value: line } of oldest) {
    const head = parseHead(line)
    packer.add(key, line, head)
    onPacked(head)
  }
  packer.write(tables)
  for (const { key } of oldest) tables.records.removeSync(key)
  return oldest.length
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
      const packer = new BlockPacker()
      for (const { key: own, line, record } of left) packer.add(own, line, record)
      packer.write(tables)
      removed += records.length - left.length
    }
    pairs.write()
    return removed
  })
}
