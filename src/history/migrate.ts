/** Bringing an older history forward. */

import { DerivedOfBlock, unpack } from './blocks.ts'
import { CounterChanges } from './counters.ts'
import { derivedTables, schemaVersion } from './environment.ts'
import type { Environment, Tables } from './environment.ts'
import { parseHead } from './head.ts'
import type { RecordHead } from './head.ts'
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
  // Pairs are laid out otherwise since, and read either way: each is written anew when it changes next.
  if (schema === 2) {
    environment.transact(() => tables.meta.putSync('schema', Buffer.from(String(schemaVersion))))
    return
  }
  if (schema < 2) dropIndex(tables)
  const step = async (work: (count: (record: RecordHead) => void) => void): Promise<void> => {
    environment.transact(() => {
      const pairs = new PairChanges(environment)
      const counters = new CounterChanges(environment)
      work((record) => {
        pairs.add(record)
        counters.add(record)
      })
      pairs.write()
      counters.write()
    })
    await new Promise((resume) => setImmediate(resume))
  }
  for (const name of derivedTables) environment.transact(() => tables[name].clearSync())
  for (const key of [...tables.blocks.getKeys({})]) {
    await step((count) => {
      const derived = new DerivedOfBlock()
      for (const one of unpack(tables, key)) {
        derived.add(one.key, one.record)
        count(one.record)
      }
      derived.write(tables, key)
    })
  }
  for (let packed = -1; packed !== 0;) await step((count) => void (packed = packOldest(tables, count)))
  await step((count) => {
    for (const { value } of tables.records.getRange({})) count(parseHead(value))
  })
  environment.transact(() => tables.meta.putSync('schema', Buffer.from(String(schemaVersion))))
}

/** Schema 1 had an index, an entry for each record and each thing it was found by, and texts record by record. */
function dropIndex({ root }: Tables): void {
  root.openDB<Buffer, Buffer>({ name: 'index', encoding: 'binary', keyEncoding: 'binary' }).dropSync()
}
