/** What goes: by age, by size, and what an operator wants erased; in slices. */

import { canonicalAddress } from '../mail/address.ts'
import type { AuditEntry, Erasure, HistoryRecord, PairDecision } from '../model.ts'
import { keyed, recordsOfBlock } from './blocks.ts'
import type { KeyedRecord } from './blocks.ts'
import type { Environment } from './environment.ts'
import { noteChange } from './entries.ts'
import { counterKey, counterKinds, dayMs, earliestTimeOfBlock, hourMs, recordKey, timeOfKey } from './keys.ts'
import { forgetMembers } from './members.ts'
import { allPairs, removePairs } from './pairs.ts'
import { findRecords } from './reader.ts'
import { removeRecords } from './records.ts'
import type { RecordPlaces } from './records.ts'
import { foldForSearch } from '../search-text.ts'

/** Blocks and counters taken out in one transaction: some milliseconds, between which others write. */
const blocksAtOnce = 1
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
  const before = now - limits.keep
  let places = olderThan(environment, before)
  if (isEmpty(places) && environment.usedOctets() > limits.maxSize * sizeShare) places = oldest(environment)
  if (isEmpty(places)) {
    dropCounters(environment, before)
    return 0
  }
  return removeRecords(environment, places)
}

function isEmpty({ single, blocks }: RecordPlaces): boolean {
  return single.length === 0 && blocks.length === 0
}

function olderThan({ tables }: Environment, time: number): RecordPlaces {
  const blocks: Buffer[] = []
  for (const key of tables.blocks.getKeys({})) {
    if (earliestTimeOfBlock(key) < time) blocks.push(key)
    if (blocks.length === blocksAtOnce) break
  }
  const isMeant = ({ key }: KeyedRecord): boolean => timeOfKey(key) < time
  const limit = blocks.length === blocksAtOnce ? 0 : recordsOfBlock
  return {
    single: limit === 0 ? [] : [...tables.records.getKeys({ start: recordKey(0, 0), end: recordKey(time, 0), limit })],
    blocks: blocks.map((key) => ({ key, isMeant })),
  }
}

function oldest({ tables }: Environment): RecordPlaces {
  for (const key of tables.blocks.getKeys({ limit: 1 })) return { single: [], blocks: [{ key, isMeant: () => true }] }
  return { single: [...tables.records.getKeys({ limit: recordsOfBlock })], blocks: [] }
}

/** Counters go with the records of their time. Answers and the audit log stay. */
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

/** Records that an erasure is about, newest first. */
export function* recordsToErase(environment: Environment, erasure: Erasure): Generator<HistoryRecord> {
  const isMeant = isMeantBy(erasure)
  // Not by what records are found by: an address may stand in fields that no rule looks at, and records may be redacted.
  const query = erasure.kind === 'person' ? { people: erasure.people.map(({ id }) => id) } : {}
  for (const record of findRecords(environment, query)) if (isMeant(record)) yield record
}

/** Whether an erasure is about a record. */
export function isMeantBy(erasure: Erasure): (record: HistoryRecord) => boolean {
  if (erasure.kind === 'address') return (record) => holdsAddress(record, erasure.address)
  return (record) => erasure.people.some(({ directory, id }) => record.person === id && record.directory === directory)
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
 * Erases records, pairs, answers and counters of a person or an address, a block in a transaction; what the audit log
 * says of it is blanked.
 * @returns how many records went
 */
export async function erase(environment: Environment, erasure: Erasure): Promise<number> {
  const { tables } = environment
  // What names somebody in the audit log: ids and addresses, and names that go with them.
  const texts = new Set(erasure.kind === 'address' ? [erasure.address] : erasure.people.map(({ id }) => id))
  const isMeant = isMeantBy(erasure)
  const take = ({ record }: KeyedRecord): boolean => {
    if (!isMeant(record)) return false
    if (erasure.kind === 'person') for (const text of [record.name, record.address]) if (text) texts.add(text)
    return true
  }
  let erased = 0
  // Others write meanwhile and pack what lay by itself: it goes round until nothing is found.
  for (let found = -1; found !== 0;) {
    found = 0
    for (const key of [...tables.blocks.getKeys({})]) {
      found += removeRecords(environment, { single: [], blocks: [{ key, isMeant: take }] })
      await new Promise((resume) => setImmediate(resume))
    }
    const single: Buffer[] = []
    for (const { key, value } of tables.records.getRange({})) if (take(keyed(key, value))) single.push(key)
    found += removeRecords(environment, { single, blocks: [] })
    erased += found
  }
  forget(environment, erasure, texts)
  return erased
}

function forget(environment: Environment, erasure: Erasure, texts: Set<string>): void {
  const { tables } = environment
  const isMeant = (of: { directory: string; person: string; address?: string }): boolean =>
    erasure.kind === 'address'
      ? of.address === erasure.address
      : erasure.people.some(({ directory, id }) => of.directory === directory && of.person === id)
  environment.transact(() => {
    const pairs: Buffer[] = []
    for (const { key, pair } of allPairs(tables)) if (isMeant(pair)) pairs.push(key)
    removePairs(environment, pairs)
    for (const { key, value } of [...tables.decisions.getRange({})]) {
      const decision = JSON.parse(value.toString()) as PairDecision
      if (!isMeant(decision)) continue
      if (erasure.kind === 'person') texts.add(decision.name).add(decision.address)
      tables.decisions.removeSync(key)
      noteChange(environment, 'decision', key)
    }
    if (erasure.kind === 'person') {
      const start = Buffer.from([counterKinds.person])
      for (const { key, value } of [...tables.counters.getRange({ start })]) {
        const counter = JSON.parse(value.toString()) as { directory: string; person: string; name: string }
        if (!isMeant(counter)) continue
        texts.add(counter.name)
        tables.counters.removeSync(key)
      }
    }
    if (erasure.kind === 'person') {
      const { people } = erasure
      forgetMembers(tables, (directory, person) =>
        people.some((one) => one.directory === directory && one.id === person),
      )
    }
    blankAudit(environment, [...texts])
  })
}

function blankAudit(environment: Environment, texts: readonly string[]): void {
  const { audit } = environment.tables
  const wanted = texts.map((text) => foldForSearch(text)).filter((text) => text !== '')
  for (const { key, value } of [...audit.getRange({})]) {
    const entry = JSON.parse(value.toString()) as AuditEntry
    const said = foldForSearch(JSON.stringify([entry.target, entry.before, entry.after]))
    if (!wanted.some((text) => said.includes(text))) continue
    audit.putSync(key, Buffer.from(JSON.stringify({ ...entry, target: '[erased]', before: null, after: null })))
    noteChange(environment, 'audit', key)
  }
}

/** When the oldest record came, in milliseconds since the epoch; null without one. */
export function oldestRecord({ tables }: Environment): number | null {
  let oldest = Infinity
  for (const key of tables.records.getKeys({ limit: 1 })) oldest = timeOfKey(key)
  for (const key of tables.blocks.getKeys({})) oldest = Math.min(oldest, earliestTimeOfBlock(key))
  return oldest === Infinity ? null : oldest
}
