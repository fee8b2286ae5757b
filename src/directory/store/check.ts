/** A process that reads a store through. */

import { ABORT } from 'lmdb'
import { answerCheck, checkExit } from '../../net/lmdb-folder.ts'
import { attributesOfBytes, groupOfBytes, personOfBytes, schemaVersion } from './format.ts'
import { openTables, readMeta } from './tables.ts'
import type { Table, Tables } from './tables.ts'

/**
 * Run as a process of its own by `store-open`, and imported by nothing: reads every page of a store. A damaged file makes lmdb end the
 * process (SIGSEGV, SIGBUS, SIGABRT), which no code in the process can prevent; here it ends only this one.
 */
function check(folder: string, readOnly: boolean): number {
  const tables = openTables(folder, readOnly)
  if (tables === undefined) return checkExit.damaged
  if (readMeta(tables).schema !== schemaVersion) return checkExit.otherVersion
  const decoders: Partial<Record<keyof Tables, (bytes: Buffer) => unknown>> = {
    people: personOfBytes,
    attributes: attributesOfBytes,
    groups: groupOfBytes,
  }
  for (const [name, table] of Object.entries(tables) as [keyof Tables, Table][]) {
    if (name === 'root') continue
    const decode = decoders[name]
    for (const { value } of table.getRange({})) decode?.(value)
  }
  const rules = tables.meta.get('rules')
  if (rules !== undefined) JSON.parse(rules.toString())
  if (!readOnly) {
    // Asks for more adjoining pages than are likely free, so that lmdb reads its whole list of free ones; then
    // takes it back.
    tables.root.transactionSync(() => {
      tables.meta.putSync('trial', Buffer.alloc(16 * 2 ** 20))
      return ABORT
    })
  }
  return checkExit.sound
}

answerCheck(check)
