/** What an operator sees and does of a fleet: its nodes, a conflict of edits, the database's schema. */

import { readFileSync, rmSync } from 'node:fs'
import { replaceFile } from '../config/replace-file.ts'
import type { FleetConfig, NamesakeConfig } from '../config/types.ts'
import { NamesakeError } from '../errors.ts'
import { Database } from '../fleet/database.ts'
import { conflictsOf } from '../fleet/document.ts'
import { FleetHistory } from '../fleet/history.ts'
import { membersOf } from '../fleet/members.ts'
import type { FleetMember, KeptHistory, OwnHistory } from '../ports.ts'
import { diffOf, diffText } from './diff.ts'

const unreadableUrl =
  "fleet.postgres of namesake.yaml can't be read here; fix: set the variable, or give a file that this user may read"

/** @throws NamesakeError usage if this node is in no fleet */
function fleetOf(config: NamesakeConfig): FleetConfig {
  if (config.fleet !== null) return config.fleet
  throw new NamesakeError(
    'usage',
    'this node is in no fleet; fix: "fleet" in namesake.yaml names the database that nodes share',
  )
}

/**
 * The history as its users see it: of all nodes where this one is in a fleet, with its own standing in while PostgreSQL is
 * away.
 * @param tell told in words when it does
 */
export function sharedHistory(config: NamesakeConfig, own: OwnHistory, tell: (text: string) => void): KeptHistory {
  const { fleet } = config
  if (fleet === null) return own
  const away = (why: string): void => tell(`only what this node itself has kept is shown: ${why}`)
  const url = fleet.postgres.reveal()
  if (url === '') {
    away(unreadableUrl)
    return own
  }
  return new FleetHistory(new Database(url), own, fleet.node, (error) => away(error.message))
}

/** All nodes, by name; none before the first one has joined. Only looks. @throws NamesakeError usage, fleet-unavailable, fleet-schema */
export function fleetMembers(config: NamesakeConfig): Promise<FleetMember[]> {
  return withDatabase(config, async (database) => ((await database.isMigrated()) ? membersOf(database) : []))
}

/** Makes the database's schema, or brings it to this version. @throws NamesakeError usage, fleet-unavailable, fleet-schema */
export function migrateFleet(config: NamesakeConfig): Promise<void> {
  return withDatabase(config, (database) => database.migrate())
}

/** An edit that lost against another one. */
interface Conflict {
  /** Where it is kept. */
  readonly path: string
  /** From what is in force to it. */
  readonly diff: string
  /** How many more wait behind it. */
  readonly more: number
}

/** The first edit of this node that lost and waits for an answer; null without a conflict. */
export function conflictOf(config: NamesakeConfig): Conflict | null {
  fleetOf(config)
  const [path, ...more] = conflictsOf(config.protection)
  if (path === undefined) return null
  return { path, diff: diffText(diffOf(textOf(config.protection), textOf(path))), more: more.length }
}

/**
 * Ends the first conflict: `ours` puts the edit that lost into the protection file, over the newest rules, from where it goes to all
 * nodes; `theirs` throws it away. @returns how many are left. @throws NamesakeError usage if there is none; input-invalid if the file can't be written
 */
export function resolveConflict(config: NamesakeConfig, which: 'ours' | 'theirs'): number {
  const conflict = conflictOf(config)
  if (conflict === null) throw new NamesakeError('usage', 'there is no conflict to resolve on this node')
  if (which === 'ours') replaceFile(config.protection, textOf(config.protection), textOf(conflict.path))
  rmSync(conflict.path)
  return conflict.more
}

/** A byte-order mark belongs to the file, not to the text. */
function textOf(path: string): string {
  return readFileSync(path, 'utf8').replace(/^\ufeff/, '')
}

async function withDatabase<T>(config: NamesakeConfig, work: (database: Database) => Promise<T>): Promise<T> {
  const url = fleetOf(config).postgres.reveal()
  if (url === '') throw new NamesakeError('config-invalid', unreadableUrl)
  const database = new Database(url)
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}
