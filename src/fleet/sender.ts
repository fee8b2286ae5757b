/** A node's records on their way to all: sent in batches from its own history, and what others erased taken out of it. */

import type { Erasure } from '../model.ts'
import type { WrittenRecords } from '../ports.ts'
import type { Database, FleetTransaction } from './database.ts'
import { insertRecords } from './records.ts'

/** Records of one transaction. */
const atOnce = 500

/** A node's own history, as the sender needs it. */
export interface SentHistory {
  readonly written: WrittenRecords
  erase(erasure: Erasure): Promise<number>
  /** Erasures of the fleet that were made in it. */
  erasures(): readonly string[]
  noteErasure(id: string): void
}

/**
 * Sends what a node's history has and PostgreSQL has not. How far it came stands in PostgreSQL, written with the records:
 * nothing is sent twice, and a database that was restored from an older copy gets again what it lost.
 */
export class RecordSender {
  readonly #database: Database
  readonly #node: string
  /** Records that wait, as of the last look. */
  waiting = 0
  #known = 0

  constructor(database: Database, node: string) {
    this.#database = database
    this.#node = node
  }

  /** Takes out what was erased, then sends what waits. @throws NamesakeError fleet-unavailable; what was sent stays sent */
  async look(own: SentHistory): Promise<void> {
    // As far as is known: the numbers of the audit log lie between those of records.
    this.waiting = Math.max(0, own.written.last - this.#known)
    await this.#erase(own)
    const { written } = own
    let from = await this.#sentOf(written.id)
    // A history that was put back from a backup is behind what was sent of it: what it writes now would be taken for sent.
    if (from > written.last) from = 0
    for (;;) {
      const first = from
      let batch: string[] = []
      for (const { sequence, line } of written.after(from)) {
        batch.push(line)
        from = sequence
        if (batch.length < atOnce) continue
        if (!(await this.#send(own, batch, from))) return
        batch = []
      }
      if (batch.length > 0 && !(await this.#send(own, batch, from))) return
      if (from > first) continue
      this.#known = written.last
      this.waiting = 0
      return
    }
  }

  /** False where something was erased meanwhile, which must go out of our history first. */
  async #send(own: SentHistory, lines: readonly string[], sequence: number): Promise<boolean> {
    return this.#database.transact(async (transaction) => {
      // Locked until the records are in: who erases waits for us, or we see what was erased.
      if ((await newErasures(transaction, own.erasures())).length > 0) return false
      await insertRecords(transaction, lines)
      await transaction.query(
        `insert into namesake.sender (history, node, sequence) values ($1, $2, $3)
         on conflict (history) do update set node = $2, sequence = $3`,
        [own.written.id, this.#node, sequence],
      )
      return true
    })
  }

  async #sentOf(history: string): Promise<number> {
    const [row] = await this.#database.transact(({ query }) =>
      query<{ sequence: string }>('select sequence from namesake.sender where history = $1', [history]),
    )
    return Number(row?.sequence ?? 0)
  }

  async #erase(own: SentHistory): Promise<void> {
    const found = await this.#database.transact((transaction) => newErasures(transaction, own.erasures()))
    for (const { id, data } of found) {
      await own.erase(data)
      own.noteErasure(id)
    }
  }
}

function newErasures({ query }: FleetTransaction, known: readonly string[]): Promise<{ id: string; data: Erasure }[]> {
  return query('select id, data from namesake.erasure where id <> all($1::uuid[]) order by at', [known])
}
