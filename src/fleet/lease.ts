/** Leases: what only one node at a time may do, fenced by an epoch. */

import type { Database, FleetTransaction } from './database.ts'

/** Seconds after which a lease that was not renewed is anybody's; and how often it is renewed, in milliseconds. */
const leaseSeconds = 15
export const renewMs = 5_000

/** A lease that was given to us. It may have passed to another by now: `holds` says so within a transaction. */
export interface Lease {
  readonly name: string
  readonly epoch: bigint
}

/**
 * This process's leases. All times are the database's, so that nodes' clocks don't matter; whoever holds a lease may have
 * lost it without knowing, so every write that needs it looks at the row, and locks it, in its own transaction.
 */
export class Leases {
  readonly #database: Database
  /** Tells this process from every other, and from the same node's process before a restart. */
  readonly #holder: string
  readonly #held = new Map<string, Lease>()

  constructor(database: Database, holder: string) {
    this.#database = database
    this.#holder = holder
  }

  /** The lease, taken, or renewed where it is ours; null where somebody else has it. @throws NamesakeError fleet-unavailable */
  async take(name: string): Promise<Lease | null> {
    const rows = await this.#database.transact(({ query }) =>
      query<{ epoch: string }>(
        `insert into namesake.lease as l (name, holder, epoch, until)
         values ($1, $2, 1, clock_timestamp() + make_interval(secs => $3))
         on conflict (name) do update set
           holder = $2,
           epoch = case when l.holder = $2 and l.until > clock_timestamp() then l.epoch else l.epoch + 1 end,
           until = clock_timestamp() + make_interval(secs => $3)
         where l.holder = $2 or l.until <= clock_timestamp()
         returning epoch`,
        [name, this.#holder, leaseSeconds],
      ),
    )
    const [row] = rows
    if (row === undefined) {
      this.#held.delete(name)
      return null
    }
    const lease = { name, epoch: BigInt(row.epoch) }
    this.#held.set(name, lease)
    return lease
  }

  /** Whether the lease is still this one, and locks it until the transaction ends: nobody can take it meanwhile. */
  async holds({ query }: FleetTransaction, { name, epoch }: Lease): Promise<boolean> {
    const rows = await query('select 1 from namesake.lease where name = $1 and holder = $2 and epoch = $3 for update', [
      name,
      this.#holder,
      String(epoch),
    ])
    return rows.length > 0
  }

  /** Whether it is ours as far as we know. */
  has(name: string): boolean {
    return this.#held.has(name)
  }

  /** Renews what is held; what has passed to others is forgotten. @throws NamesakeError fleet-unavailable */
  async renew(): Promise<void> {
    if (this.#held.size === 0) return
    const rows = await this.#database.transact(({ query }) =>
      query<{ name: string; epoch: string }>(
        `update namesake.lease set until = clock_timestamp() + make_interval(secs => $2)
         where holder = $1 and name = any($3) returning name, epoch`,
        [this.#holder, leaseSeconds, [...this.#held.keys()]],
      ),
    )
    const kept = new Map(rows.map(({ name, epoch }) => [name, BigInt(epoch)]))
    for (const { name, epoch } of [...this.#held.values()]) if (kept.get(name) !== epoch) this.#held.delete(name)
  }

  /** Gives everything back, so that another node need not wait. Never throws: what is not given back runs out. */
  async release(): Promise<void> {
    if (this.#held.size === 0) return
    this.#held.clear()
    await this.#database
      .transact(({ query }) =>
        query('update namesake.lease set until = clock_timestamp() where holder = $1', [this.#holder]),
      )
      .catch(() => undefined)
  }
}
