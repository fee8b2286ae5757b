/** Bringing an older history forward. */

import type { HistoryRecord } from '../model.ts'
import { derivedTables, schemaVersion } from './environment.ts'
import type { Environment } from './environment.ts'
import { CounterChanges } from './counters.ts'
import { PairChanges } from './pairs.ts'
import { writeDerived } from './records.ts'

const atOnce = 500

/**
 * Makes index, pairs, counters and search texts anew from the records where an older Namesake laid them out otherwise, some
 * hundred records in a transaction. Cut short, it begins again at the next opening: the schema's number is written last.
 */
export async function migrate(environment: Environment): Promise<void> {
  const { tables } = environment
  if (Number(tables.meta.get('schema')?.toString() ?? '0') === schemaVersion) return
  for (const name of derivedTables) environment.transact(() => tables[name].clearSync())
  let after = Buffer.alloc(0)
  for (;;) {
    const slice: { key: Buffer; value: Buffer }[] = [...tables.records.getRange({ start: after, limit: atOnce + 1 })]
    const fresh = slice.filter(({ key }) => key.compare(after) > 0)
    if (fresh.length === 0) break
    environment.transact(() => {
      const pairs = new PairChanges(environment)
      const counters = new CounterChanges(tables)
      for (const { key, value } of fresh) {
        const record = JSON.parse(value.toString()) as HistoryRecord
        writeDerived(environment, key, record, pairs)
        counters.add(record)
      }
      pairs.write()
      counters.write()
    })
    after = Buffer.from(fresh.at(-1)?.key ?? after)
    await new Promise((resume) => setImmediate(resume))
  }
  environment.transact(() => tables.meta.putSync('schema', Buffer.from(String(schemaVersion))))
}
