/** Bringing an older history forward. */

import { keyed, unpack, writeDerivedOfBlock } from './blocks.ts'
import type { KeyedRecord } from './blocks.ts'
import { CounterChanges } from './counters.ts'
import { derivedTables, schemaVersion } from './environment.ts'
import type { Environment, Tables } from './environment.ts'
import { PairChanges } from './pairs.ts'
import { packOldest } from './records.ts'

/**
 * Makes pairs, counters and search texts anew from the records where an older Namesake laid them out otherwise, some
 * hundred records in a transaction. Cut short, it begins again at the next opening: the schema's number is written last.
 */
export async function migrate(environment: Environment): Promise<void> {
  const { tables } = environment
  const schema = Number(tables.meta.get('schema')?.toString() ?? '0')
  if (schema === schemaVersion) return
  if (schema < 2) dropIndex(tables)
  const step = async (work: () => readonly KeyedRecord[]): Promise<void> => {
    environment.transact(() => count(environment, work()))
    await new Promise((resume) => setImmediate(resume))
  }
  for (const name of derivedTables) environment.transact(() => tables[name].clearSync())
  for (const key of [...tables.blocks.getKeys({})]) {
    await step(() => {
      const records = unpack(tables, key)
      writeDerivedOfBlock(tables, key, records)
      return records
    })
  }
  for (let packed = -1; packed !== 0;) {
    await step(() => {
      const records = packOldest(tables)
      packed = records.length
      return records
    })
  }
  await step(() => [...tables.records.getRange({})].map(({ key, value }) => keyed(key, value.toString())))
  environment.transact(() => tables.meta.putSync('schema', Buffer.from(String(schemaVersion))))
}

function count(environment: Environment, records: readonly KeyedRecord[]): void {
  const pairs = new PairChanges(environment)
  const counters = new CounterChanges(environment.tables)
  for (const { record } of records) {
    pairs.add(record)
    counters.add(record)
  }
  pairs.write()
  counters.write()
}

/** Schema 1 had an index, an entry for each record and each thing it was found by, and texts record by record. */
function dropIndex({ root }: Tables): void {
  root.openDB<Buffer, Buffer>({ name: 'index', encoding: 'binary', keyEncoding: 'binary' }).dropSync()
}
