/** What an operator sees and does of a fleet: its nodes, a conflict of edits, the database's schema. */

import { existsSync, readFileSync, rmSync } from 'node:fs'
import { replaceFile } from '../config/replace-file.ts'
import type { FleetConfig, NamesakeConfig } from '../config/types.ts'
import { NamesakeError } from '../errors.ts'
import { Database } from '../fleet/database.ts'
import { conflictPathOf } from '../fleet/document.ts'
import { membersOf } from '../fleet/members.ts'
import type { FleetMember } from '../ports.ts'
import { diffOf, diffText } from './diff.ts'

/** @throws NamesakeError usage if this node is in no fleet */
function fleetOf(config: NamesakeConfig): FleetConfig {
  if (config.fleet !== null) return config.fleet
  throw new NamesakeError(
    'usage',
    'this node is in no fleet; fix: "fleet" in namesake.yaml names the database that nodes share',
  )
}

/** All nodes, by name. @throws NamesakeError usage, fleet-unavailable, fleet-schema */
export function fleetMembers(config: NamesakeConfig): Promise<FleetMember[]> {
  return withDatabase(config, async (database) => {
    await database.migrate()
    return membersOf(database)
  })
}

/** Makes the database's schema, or brings it to this version. @throws NamesakeError usage, fleet-unavailable, fleet-schema */
export function migrateFleet(config: NamesakeConfig): Promise<void> {
  return withDatabase(config, (database) => database.migrate())
}

/** The edit of this node that lost against a newer one, as a diff from what is in force to it; null without a conflict. */
export function conflictOf(config: NamesakeConfig): { readonly path: string; readonly diff: string } | null {
  fleetOf(config)
  const path = conflictPathOf(config.protection)
  if (!existsSync(path)) return null
  return { path, diff: diffText(diffOf(textOf(config.protection), textOf(path))) }
}

/**
 * Ends a conflict: `ours` puts the edit that lost into the protection file, over the newest rules, from where it goes to all
 * nodes; `theirs` throws it away. @throws NamesakeError usage if there is none; input-invalid if the file can't be written
 */
export function resolveConflict(config: NamesakeConfig, which: 'ours' | 'theirs'): void {
  const conflict = conflictOf(config)
  if (conflict === null) throw new NamesakeError('usage', 'there is no conflict to resolve on this node')
  if (which === 'ours') replaceFile(config.protection, textOf(config.protection), textOf(conflict.path))
  rmSync(conflict.path)
}

/** A byte-order mark belongs to the file, not to the text. */
function textOf(path: string): string {
  return readFileSync(path, 'utf8').replace(/^\ufeff/, '')
}

async function withDatabase<T>(config: NamesakeConfig, work: (database: Database) => Promise<T>): Promise<T> {
  const database = new Database(fleetOf(config).postgres.reveal())
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}
