/** Answers and the audit log as a fleet shares them: what was changed here, and what others changed. */

import type { AuditEntry } from '../model.ts'
import type { EntriesPlace, SharedEntries, SharedEntry } from '../ports.ts'
import type { Environment, Table } from './environment.ts'
import { recordKey } from './keys.ts'

type EntryKind = 'decision' | 'audit'

/** Notes that an entry was changed, for a fleet if there is one. Within the transaction that changes it. */
export function noteChange({ tables }: Environment, kind: EntryKind, key: Buffer): void {
  if (tables.meta.get('entries') === undefined) return
  tables.meta.putSync(`${marks}${kind}:${key.toString('hex')}`, Buffer.alloc(0))
}

/** Changes that were not sent yet stand in `meta` under these names. */
const marks = 'changed:'
const behindMarks = 'changed;'

export class HistoryEntries implements SharedEntries {
  readonly kinds = ['decision', 'audit'] as const
  readonly #environment: Environment
  /** Tells entries of this audit log, which are numbered, from those of other nodes. */
  readonly #id: string

  constructor(environment: Environment, id: string) {
    this.#environment = environment
    this.#id = id
  }

  place(): EntriesPlace | null {
    const octets = this.#environment.tables.meta.get('entries')
    return octets === undefined ? null : (JSON.parse(octets.toString()) as EntriesPlace)
  }

  movePlace(place: EntriesPlace): void {
    this.#environment.transact(() => this.#putPlace(place))
  }

  changed(limit: number): SharedEntry[] {
    const { meta } = this.#environment.tables
    const found: SharedEntry[] = []
    for (const mark of meta.getKeys({ start: marks, end: behindMarks, limit })) {
      const [, kind = '', hex = ''] = mark.split(':')
      const data = this.#table(kind).get(Buffer.from(hex, 'hex'))?.toString() ?? null
      found.push({ kind, key: kind === 'audit' && data !== null ? this.#sharedId(data) : hex, data, mark })
    }
    return found
  }

  sent(entries: readonly SharedEntry[]): void {
    const { meta } = this.#environment.tables
    this.#environment.transact(() => {
      for (const { kind, data, mark = '' } of entries) {
        const now =
          this.#table(kind)
            .get(Buffer.from(mark.split(':')[2] ?? '', 'hex'))
            ?.toString() ?? null
        // Changed once more meanwhile: it goes with the next look.
        if (now === data) meta.removeSync(mark)
      }
    })
  }

  beginAnew(place: EntriesPlace): void {
    const { decisions, audit } = this.#environment.tables
    this.#environment.transact(() => {
      this.#putPlace(place)
      for (const key of [...decisions.getKeys({})]) noteChange(this.#environment, 'decision', key)
      for (const key of [...audit.getKeys({})]) noteChange(this.#environment, 'audit', key)
    })
  }

  apply(entries: readonly SharedEntry[]): void {
    const { decisions, meta } = this.#environment.tables
    this.#environment.transact(() => {
      for (const { kind, key, data } of entries) {
        if (kind === 'audit') {
          if (data !== null) this.#applyAudit(key, JSON.parse(data) as AuditEntry)
        } else if (meta.get(`${marks}decision:${key}`) === undefined) {
          if (data === null) decisions.removeSync(Buffer.from(key, 'hex'))
          else decisions.putSync(Buffer.from(key, 'hex'), Buffer.from(data))
        }
      }
    })
  }

  /** An entry is written once and never changed, but for what an erasure takes out of it. */
  #applyAudit(id: string, entry: AuditEntry): void {
    const { audit, meta } = this.#environment.tables
    const time = Date.parse(entry.time)
    const range = { start: recordKey(time, 0), end: recordKey(time + 1, 0) }
    for (const { key, value } of [...audit.getRange(range)]) {
      const line = value.toString()
      if (this.#sharedId(line) !== id) continue
      const kept = JSON.parse(line) as AuditEntry
      if (meta.get(`${marks}audit:${key.toString('hex')}`) === undefined) {
        audit.putSync(key, Buffer.from(JSON.stringify({ ...entry, id: kept.id })))
      }
      return
    }
    const key = recordKey(time, this.#environment.nextNumbers('sequence'))
    audit.putSync(key, Buffer.from(JSON.stringify({ ...entry, id })))
  }

  #putPlace(place: EntriesPlace): void {
    this.#environment.tables.meta.putSync('entries', Buffer.from(JSON.stringify(place)))
  }

  #sharedId(line: string): string {
    const { id } = JSON.parse(line) as AuditEntry
    return /^\d+$/.test(id) ? `${this.#id}:${id}` : id
  }

  #table(kind: string): Table {
    const { decisions, audit } = this.#environment.tables
    return kind === 'audit' ? audit : decisions
  }
}
