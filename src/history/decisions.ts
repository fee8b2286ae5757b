/** What was decided about pairs, and the audit log of every change. */

import type { AuditEntry, PairDecision, PairOf } from '../model.ts'
import type { Environment } from './environment.ts'
import { noteChange } from './entries.ts'
import { pairKey, recordKey } from './keys.ts'
import { readDecision } from './pairs.ts'

/** Puts an answer in the place of what was decided before; null takes it away. With its audit entry, in one transaction. */
export function writeDecision(
  environment: Environment,
  of: PairOf,
  decision: PairDecision | null,
  audit: Omit<AuditEntry, 'id'>,
): void {
  const key = pairKey(of)
  environment.transact(() => {
    if (decision === null) environment.tables.decisions.removeSync(key)
    else environment.tables.decisions.putSync(key, Buffer.from(JSON.stringify(decision)))
    noteChange(environment, 'decision', key)
    appendAudit(environment, audit)
  })
}

/** Answers given, whether or not their records are still kept. */
export function listDecisions(environment: Environment): PairDecision[] {
  return [...environment.tables.decisions.getRange({})].map(({ value }) => JSON.parse(value.toString()) as PairDecision)
}

/** What was decided about a pair; null if nothing was. */
export function findDecision(environment: Environment, of: PairOf): PairDecision | null {
  return readDecision(environment.tables, pairKey(of))
}

/** Writes an entry of the audit log in a transaction of its own. */
export function writeAudit(environment: Environment, entry: Omit<AuditEntry, 'id'>): void {
  environment.transact(() => appendAudit(environment, entry))
}

function appendAudit(environment: Environment, entry: Omit<AuditEntry, 'id'>): void {
  const number = environment.nextNumbers('sequence')
  const key = recordKey(Date.parse(entry.time), number)
  environment.tables.audit.putSync(key, Buffer.from(JSON.stringify({ id: String(number), ...entry })))
  noteChange(environment, 'audit', key)
}

/** The audit log, newest first. */
export function* listAudit(environment: Environment): Generator<AuditEntry> {
  for (const { value } of environment.tables.audit.getRange({ reverse: true })) {
    yield JSON.parse(value.toString()) as AuditEntry
  }
}
