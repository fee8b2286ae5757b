/** The history as the rest of the house is handed it. */

import type {
  AuditEntry,
  Erasure,
  FormerMember,
  HistoryOverview,
  HistoryQuery,
  HistoryRecord,
  PairDecision,
  PairOf,
  PairQuery,
  PairTotals,
  PairWithState,
} from '../model.ts'
import type { OwnHistory } from '../ports.ts'
import { pairTotals } from './pair-summaries.ts'
import { findDecision, listAudit, listDecisions, writeAudit, writeDecision } from './decisions.ts'
import { openEnvironment, openEnvironmentToRead, schemaVersion } from './environment.ts'
import type { Environment, OpenOptions } from './environment.ts'
import { migrate } from './migrate.ts'
import {
  addressesOf,
  countRecords,
  findLines,
  findPair,
  findRecords,
  listPairs,
  overview,
  recordById,
} from './reader.ts'
import { formerMembers, noteMembers } from './members.ts'
import type { GroupMembers } from './members.ts'
import { appendRecords } from './records.ts'
import { erase, isMeantBy, oldestRecord, recordsToErase, retainSlice } from './retention.ts'
import type { RetentionLimits } from './retention.ts'
import { HistoryEntries } from './entries.ts'
import { Written } from './written.ts'
import { NamesakeError } from '../errors.ts'

/** As many are remembered; an older one that is made once more changes nothing. */
const maxErasures = 1000

/** The history: records, pairs, answers, audit. Read and written by any number of processes at once. */
export class History implements OwnHistory {
  readonly #environment: Environment
  #written: Written | undefined
  #entries: HistoryEntries | undefined

  private constructor(environment: Environment) {
    this.#environment = environment
  }

  /** Opens it to write; an older layout is brought forward. @throws NamesakeError store-unusable */
  static async open(options: OpenOptions): Promise<History> {
    const environment = await openEnvironment(options)
    await migrate(environment)
    return new History(environment)
  }

  /** Opens it to read. @throws NamesakeError store-unusable or store-damaged */
  static async openToRead(path: string): Promise<History> {
    const environment = await openEnvironmentToRead(path)
    if (Number(environment.tables.meta.get('schema')?.toString() ?? '0') === schemaVersion) {
      return new History(environment)
    }
    await environment.close()
    throw new NamesakeError('store-unusable', `the history "${path}" is of an older Namesake; fix: start the daemon`)
  }

  get path(): string {
    return this.#environment.path
  }

  /** Writes records, each as JSON (octets: in UTF-8), in one transaction. @throws what lmdb throws: nothing is written then */
  append(lines: readonly (string | Buffer)[]): void {
    appendRecords(
      this.#environment,
      lines.map((line) => (typeof line === 'string' ? Buffer.from(line) : line)),
    )
  }

  records(query: HistoryQuery): Generator<HistoryRecord> {
    return findRecords(this.#environment, query)
  }

  /** The same, each as the line of JSON that is kept. */
  lines(query: HistoryQuery): Generator<string> {
    return findLines(this.#environment, query)
  }

  record(id: string): HistoryRecord | undefined {
    return recordById(this.#environment, id)
  }

  count(): number {
    return countRecords(this.#environment)
  }

  oldest(): number | null {
    return oldestRecord(this.#environment)
  }

  usedOctets(): number {
    return this.#environment.usedOctets()
  }

  /** Pairs in the order that is asked for; each is read when it is its turn. */
  pairs(query: PairQuery = {}): Generator<PairWithState> {
    return listPairs(this.#environment, query)
  }

  pair(of: PairOf): PairWithState | null {
    return findPair(this.#environment, of)
  }

  pairTotals(): PairTotals {
    return pairTotals(this.#environment)
  }

  overview(since: number, until: number): HistoryOverview {
    return overview(this.#environment, since, until)
  }

  addresses(people: readonly string[], since: number): ReadonlyMap<string, number> {
    return addressesOf(this.#environment, people, since)
  }

  decisions(): PairDecision[] {
    return listDecisions(this.#environment)
  }

  decision(of: PairOf): PairDecision | null {
    return findDecision(this.#environment, of)
  }

  decide(of: PairOf, decision: PairDecision | null, audit: Omit<AuditEntry, 'id'>): void {
    writeDecision(this.#environment, of, decision, audit)
  }

  writeAudit(entry: Omit<AuditEntry, 'id'>): void {
    writeAudit(this.#environment, entry)
  }

  audit(): Generator<AuditEntry> {
    return listAudit(this.#environment)
  }

  /** What was written, for whoever takes it on. */
  get written(): Written {
    return (this.#written ??= new Written(this.#environment))
  }

  /** Answers and the audit log, as a fleet shares them. */
  get entries(): HistoryEntries {
    return (this.#entries ??= new HistoryEntries(this.#environment, this.written.id))
  }

  /** Ids of erasures that other nodes asked for and that were made here. */
  erasures(): readonly string[] {
    const octets = this.#environment.tables.meta.get('erasures')
    return octets === undefined ? [] : (JSON.parse(octets.toString()) as string[])
  }

  noteErasure(id: string): void {
    this.#environment.transact(() => {
      const ids = [...this.erasures(), id].slice(-maxErasures)
      this.#environment.tables.meta.putSync('erasures', Buffer.from(JSON.stringify(ids)))
    })
  }

  /** Takes note of who is in the protected groups now. */
  noteMembers(groups: readonly GroupMembers[], now: number): void {
    noteMembers(this.#environment, groups, now)
  }

  formerMembers(since: number): FormerMember[] {
    return formerMembers(this.#environment, since)
  }

  retainSlice(limits: RetentionLimits, now: number): number {
    return retainSlice(this.#environment, limits, now)
  }

  isMeant(erasure: Erasure): (record: HistoryRecord) => boolean {
    return isMeantBy(erasure)
  }

  recordsToErase(erasure: Erasure): Generator<HistoryRecord> {
    return recordsToErase(this.#environment, erasure)
  }

  erase(erasure: Erasure): Promise<number> {
    return erase(this.#environment, erasure)
  }

  close(): Promise<void> {
    return this.#environment.close()
  }
}
