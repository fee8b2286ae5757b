/** Records: written with all that they are found by, and taken out again. */

import type { HistoryRecord } from '../model.ts'
import { CounterChanges } from './counters.ts'
import type { Environment } from './environment.ts'
import { indexKey, pairText, recordKey } from './keys.ts'
import { PairChanges, pairOf } from './pairs.ts'

const nothing = Buffer.alloc(0)

/**
 * Writes records in one transaction, with index, pairs and counters: a reader sees all of it or nothing.
 * @param lines each a HistoryRecord as JSON, kept as it is
 * @throws what lmdb throws, such as a full disk; nothing is written then
 */
export function appendRecords(environment: Environment, lines: readonly string[]): void {
  const records = lines.map((line) => ({ line, record: JSON.parse(line) as HistoryRecord }))
  environment.transact(() => {
    const pairs = new PairChanges(environment)
    const counters = new CounterChanges(environment.tables)
    for (const { line, record } of records) {
      const key = recordKey(Date.parse(record.time), environment.nextSequence())
      environment.tables.records.putSync(key, Buffer.from(line))
      writeDerived(environment, key, record, pairs)
      counters.add(record)
    }
    pairs.write()
    counters.write()
  })
}

/** What a record is found by: index entries, the text that a search reads, its pair. Within a transaction. */
export function writeDerived(environment: Environment, key: Buffer, record: HistoryRecord, pairs: PairChanges): void {
  const { texts, index } = environment.tables
  texts.putSync(key, Buffer.from(searchTextOf(record)))
  for (const entry of indexKeysOf(record, key)) index.putSync(entry, nothing)
  pairs.add(record)
}

/** Takes a record out of every table but the counters, which hold nothing of it. Within a transaction. */
export function removeRecord(environment: Environment, key: Buffer, pairs: PairChanges): void {
  const { records, texts, index } = environment.tables
  const bytes = records.get(key)
  if (bytes === undefined) return
  const record = JSON.parse(bytes.toString()) as HistoryRecord
  records.removeSync(key)
  texts.removeSync(key)
  for (const entry of indexKeysOf(record, key)) index.removeSync(entry)
  pairs.remove(record)
}

function indexKeysOf(record: HistoryRecord, key: Buffer): Buffer[] {
  const keys = record.domains.map((domain) => indexKey('domain', domain, key))
  if (record.person !== null) keys.push(indexKey('person', record.person, key))
  const pair = pairOf(record)
  if (pair !== null) keys.push(indexKey('pair', pairText(pair.directory, pair.person, pair.address), key))
  return keys
}

/** All that a search looks through, folded; parted by line ends, which no query holds. */
function searchTextOf(record: HistoryRecord): string {
  const { name, address, fromName, fromAddress, subject, messageId, person, id } = record
  const texts = [name, address, fromName, fromAddress === address ? null : fromAddress, subject, messageId, person, id]
  return texts.map((text) => (text === null ? '' : foldForSearch(text))).join('\n')
}

const plain = /^[\x20-\x40\x5b-\x7e]*$/

/** Text without case, accents and what does not show: as people search. */
export function foldForSearch(text: string): string {
  if (plain.test(text)) return text
  return text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase()
    .replace(/\s+/gu, ' ')
}
