/** Small entries that all nodes have alike: what each changed goes out, what others changed comes in, the last change counts. */

import { randomUUID } from 'node:crypto'
import type { EntriesPlace, SharedEntries, SharedEntry } from '../ports.ts'
import type { Database, FleetTransaction } from './database.ts'

/** Entries of one transaction. */
const atOnce = 500
/** How long the database remembers that an entry was taken away, as PostgreSQL writes it. */
const keptFor = '400 days'

interface EntryRow extends SharedEntry {
  readonly revision: string
}

/**
 * Every batch of changes is a revision, given under a lock until its transaction ends: whoever has seen one has seen all
 * before it. A node that finds the batch it has seen last gone, as the database is another one or was restored from an older
 * copy, gives all it has and takes all there is.
 */
export class EntryExchange {
  readonly #database: Database
  readonly #node: string

  constructor(database: Database, node: string) {
    this.#database = database
    this.#node = node
  }

  /** @throws NamesakeError fleet-unavailable; what did not go goes with the next look */
  async look(own: SharedEntries): Promise<void> {
    let place = own.place()
    if (place === null || !(await this.#isKnown(place))) {
      place = { revision: 0, batch: '' }
      own.beginAnew(place)
    }
    for (let changed = own.changed(atOnce); changed.length > 0; changed = own.changed(atOnce)) {
      await this.#send(changed)
      own.sent(changed)
    }
    await this.#take(own, place)
  }

  async #isKnown({ revision, batch }: EntriesPlace): Promise<boolean> {
    if (revision === 0) return true
    const rows = await this.#database.transact(({ query }) =>
      query('select 1 from namesake.entry_batch where revision = $1 and id = $2', [revision, batch]),
    )
    return rows.length > 0
  }

  async #send(changed: readonly SharedEntry[]): Promise<void> {
    await this.#database.transact(async ({ query }) => {
      const [row] = await query<{ n: string }>('update namesake.entry_revision set n = n + 1 returning n')
      await query('insert into namesake.entry_batch (revision, id) values ($1, $2)', [row?.n, randomUUID()])
      await query(
        `insert into namesake.entry as e (kind, key, data, revision, node)
         select kind, key, data, $2, $3 from jsonb_to_recordset($1::jsonb) as r(kind text, key text, data text)
         on conflict (kind, key) do update set data = excluded.data, revision = $2, node = $3, at = now()
         where e.data is distinct from excluded.data`,
        [JSON.stringify(changed.map(({ kind, key, data }) => ({ kind, key, data }))), row?.n, this.#node],
      )
      await query('delete from namesake.entry where data is null and at < now() - $1::interval', [keptFor])
    })
  }

  /** What came since a place, in the order of revisions. */
  async #take(own: SharedEntries, { revision }: EntriesPlace): Promise<void> {
    const head = await this.#database.transact(headOf)
    if (head === null || head.revision <= revision) return
    let last: { readonly revision: string; readonly kind: string; readonly key: string } = {
      ...{ revision: String(revision + 1), kind: '', key: '' },
    }
    for (;;) {
      const rows = await this.#database.transact(({ query }) =>
        query<EntryRow>(
          `select kind, key, data, revision from namesake.entry
           where (revision, kind, key) > ($1::bigint, $2, $3) and revision <= $4 and kind = any($5)
           order by revision, kind, key limit ${atOnce}`,
          [last.revision, last.kind, last.key, head.revision, own.kinds],
        ),
      )
      if (rows.length > 0) own.apply(rows)
      last = rows.at(-1) ?? last
      if (rows.length < atOnce) break
    }
    own.movePlace(head)
  }
}

async function headOf({ query }: FleetTransaction): Promise<EntriesPlace | null> {
  const [row] = await query<{ revision: string; id: string }>(
    'select revision, id from namesake.entry_batch order by revision desc limit 1',
  )
  return row === undefined ? null : { revision: Number(row.revision), batch: row.id }
}
