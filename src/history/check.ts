/** A process that reads a history through. */

import { answerCheck, checkExit } from '../net/lmdb-folder.ts'
import { Block } from './blocks.ts'
import { openTables, schemaVersion } from './environment.ts'
import type { Table, Tables } from './environment.ts'

/**
 * Run as a process of its own before a history is opened that was not closed in order, and imported by nothing: a damaged
 * file makes lmdb end the process, and here it ends only this one.
 */
function check(folder: string, readOnly: boolean): number {
  const tables = openTables(folder, readOnly)
  if (tables === undefined) return checkExit.damaged
  if (Number(tables.meta.get('schema')?.toString() ?? '0') > schemaVersion) return checkExit.otherVersion
  for (const [name, table] of Object.entries(tables) as [keyof Tables, Table][]) {
    if (name === 'root') continue
    for (const { value } of table.getRange({})) {
      if (parsed.includes(name)) JSON.parse(value.toString())
      else if (name === 'blocks') readThrough(new Block(value))
    }
  }
  return checkExit.sound
}

function readThrough(block: Block): void {
  for (let i = 0; i < block.count; i++) block.line(i)
}

const parsed: readonly (keyof Tables)[] = ['pairs', 'counters', 'decisions', 'audit']

answerCheck(check)
