/** What goes: by age, by size, and what an operator wants erased; in slices. */

import { canonicalAddress } from '../mail/address.ts'
import type { AuditEntry, HistoryRecord, Pair } from '../model.ts'
import type { Environment } from './environment.ts'
import { counterKey, counterKinds, dayMs, hourMs, recordKey, timeOfKey } from './keys.ts'
import { PairChanges } from './pairs.ts'
import { findRecords } from './reader.ts'
import { removeRecord } from './records.ts'

/** Records taken out in one transaction: some milliseconds, between which others write. */
const atOnce = 500

/** Begins to take the oldest out before the limit is reached, as the file keeps pages that readers still look at. */
const sizeShare = 0.9

export interface RetentionLimits {
  /** Milliseconds. */
  readonly keep: number
  /** Octets. */
  readonly maxSize: number
}

/** Takes one slice of what is too old or too much out. @returns how many records; 0: nothing is left to do */
export function retainSlice(environment: Environment, limits: RetentionLimits, now: number): number {
  const tooOld = recordKey(now - limits.keep, 0)
  let keys = oldest(environment, tooOld)
  if (keys.length === 0 && environment.usedOctets() > limits.maxSize * sizeShare) keys = oldest(environment, null)
  if (keys.length === 0) {
    dropCounters(environment, now - limits.keep)
    return 0
  }
  removeKeys(environment, keys)
  return keys.length
}

function oldest(environment: Environment, before: Buffer | null): Buffer[] {
  const range = { start: recordKey(0, 0), limit: atOnce, ...(before === null ? {} : { end: before }) }
  return [...environment.tables.records.getKeys(range)]
}

function removeKeys(environment: Environment, keys: readonly Buffer[]): void {
  environment.transact(() => {
    const pairs = new PairChanges(environment)
    for (const key of keys) removeRecord(environment, key, pairs)
    pairs.write()
  })
}

/** Counters, audit entries and answers outlive the records of their time only as long as `keep` says. */
function dropCounters(environment: Environment, before: number): void {
  const { counters } = environment.tables
  const gone: Buffer[] = []
  for (const kind of ['hour', 'day'] as const) {
    const length = kind === 'hour' ? hourMs : dayMs
    gone.push(
      ...counters.getKeys({ start: counterKey(kind, 0), end: counterKey(kind, before - length), limit: atOnce }),
    )
  }
  const people = Buffer.alloc(5)
  people[0] = counterKinds.person
  const end = Buffer.from(people)
  end.writeUInt32BE(Math.max(0, Math.floor(before / dayMs) - 1), 1)
  gone.push(...counters.getKeys({ start: people, end, limit: atOnce }))
  if (gone.length === 0) return
  environment.transact(() => {
    for (const key of gone) counters.removeSync(key)
  })
}

/** Whose or which records are to be erased: a person by directory id, or a canonical address. */
export type Erasure =
  | { readonly kind: 'person'; readonly people: readonly { readonly directory: string; readonly id: string }[] }
  | { readonly kind: 'address'; readonly address: string }

/** Records that an erasure is about, newest first. */
export function* recordsToErase(environment: Environment, erasure: Erasure): Generator<HistoryRecord> {
  if (erasure.kind === 'person') {
    const { people } = erasure
    for (const record of findRecords(environment, { people: people.map(({ id }) => id) })) {
      if (people.some(({ directory, id }) => record.person === id && record.directory === directory)) yield record
    }
    return
  }
  // Not by the index: an address may stand in fields that no rule looks at, and records may be redacted.
  for (const record of findRecords(environment, {})) if (holdsAddress(record, erasure.address)) yield record
}

function holdsAddress(record: HistoryRecord, address: string): boolean {
  const { originators, fromAddress, reversePath } = record
  const shown = [
    record.address,
    fromAddress,
    reversePath,
    ...(record.explanation?.readings ?? []).map((r) => r.address),
  ]
  if (shown.some((one) => one !== null && canonicalAddress(one) === address)) return true
  return originators !== null && originators.toLowerCase().includes(address)
}

/**
 * Erases records, pairs, answers and counters of a person or an address, some hundred in a transaction; what the audit log
 * says of it is blanked.
 * @returns how many records went
 */
export async function erase(environment: Environment, erasure: Erasure): Promise<number> {
  const wanted = new Set<string>()
  for (const record of recordsToErase(environment, erasure)) wanted.add(record.id)
  let erased = 0
  const keys: Buffer[] = []
  for (const { key, value } of environment.tables.records.getRange({})) {
    if (wanted.has((JSON.parse(value.toString()) as HistoryRecord).id)) keys.push(key)
  }
  while (keys.length > 0) {
    const slice = keys.splice(0, atOnce)
    removeKeys(environment, slice)
    erased += slice.length
    await new Promise((resume) => setImmediate(resume))
  }
  forget(environment, erasure)
  return erased
}

function forget(environment: Environment, erasure: Erasure): void {
  const { pairs, decisions, counters, audit } = environment.tables
  const isMeant = (of: { directory: string; person: string; address?: string }): boolean =>
    erasure.kind === 'address'
      ? of.address === erasure.address
      : erasure.people.some(({ directory, id }) => of.directory === directory && of.person === id)
  environment.transact(() => {
    for (const table of [pairs, decisions]) {
      for (const { key, value } of [...table.getRange({})]) {
        if (isMeant(JSON.parse(value.toString()) as Pair)) table.removeSync(key)
      }
    }
    if (erasure.kind === 'person') {
      const start = Buffer.from([counterKinds.person])
      for (const { key, value } of [...counters.getRange({ start })]) {
        if (isMeant(JSON.parse(value.toString()) as { directory: string; person: string })) counters.removeSync(key)
      }
    }
    const texts = erasure.kind === 'address' ? [erasure.address] : erasure.people.map(({ id }) => id)
    for (const { key, value } of [...audit.getRange({})]) {
      const text = value.toString()
      if (!texts.some((one) => text.toLowerCase().includes(one.toLowerCase()))) continue
      const entry = JSON.parse(text) as AuditEntry
      audit.putSync(key, Buffer.from(JSON.stringify({ ...entry, target: '[erased]', before: null, after: null })))
    }
  })
}

/** When the oldest record came, in milliseconds since the epoch; null without one. */
export function oldestRecord(environment: Environment): number | null {
  for (const key of environment.tables.records.getKeys({ limit: 1 })) return timeOfKey(key)
  return null
}
