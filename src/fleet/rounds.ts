/** The log of rounds: what each directory's source said, from which every node makes its people. */

import { createHash, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { deflate, inflate } from 'node:zlib'
import type { SourceChange } from '../directory/provider.ts'
import { NamesakeError } from '../errors.ts'
import type { Database, FleetTransaction } from './database.ts'
import type { Lease, Leases } from './lease.ts'

/** Changes that one page holds at least, but for the last. */
const pageChanges = 2000
/** Octets of one page unpacked, above which it is none of ours. */
const maxPageBytes = 64 * 2 ** 20
/** How long pages without a round, from the newest of them on, and rounds before the newest full one are kept, as PostgreSQL writes it. */
const keptFor = '1 hour'

/** A place in a directory's log: after the round with this number and id. */
export interface Position {
  readonly seq: number
  readonly id: string
}

/** A round as it stands in the log. */
export interface LoggedRound extends Position {
  readonly kind: 'full' | 'delta'
  readonly pages: number
  /** SHA-256 of all that it says. */
  readonly digest: string
  /** Where the source goes on from. */
  readonly sourceCursor: string | null
  /** Of the provider that read it. */
  readonly fingerprint: string
  readonly node: string
}

interface RoundRow {
  readonly seq: string
  readonly id: string
  readonly kind: 'full' | 'delta'
  readonly pages: number
  readonly digest: string
  readonly source_cursor: string | null
  readonly fingerprint: string
  readonly node: string
}

const columns = 'seq, id, kind, pages, digest, source_cursor, fingerprint, node'

const pack = promisify<Buffer, Buffer>((octets, done) => deflate(octets, { level: 3 }, done))
const unpack = promisify<Buffer, Buffer>((octets, done) => inflate(octets, { maxOutputLength: maxPageBytes }, done))

/** The log of one directory. All of it throws NamesakeError fleet-unavailable where PostgreSQL does not answer. */
export class RoundLog {
  readonly #database: Database
  readonly #directory: string

  constructor(database: Database, directory: string) {
    this.#database = database
    this.#directory = directory
  }

  /** The newest round; null while there is none. */
  async head(): Promise<LoggedRound | null> {
    const [row] = await this.#rows(`where directory = $1 order by seq desc limit 1`, [])
    return row ?? null
  }

  /**
   * The rounds that lead from a place to the newest: none if it is the newest, `full` first if the way begins anew, as the
   * place is not in the log (any more). Null while nothing was read by anybody.
   */
  async way(from: Position | null): Promise<readonly LoggedRound[] | null> {
    const rows = await this.#rows(
      `where directory = $1 and seq >= least(
         (select max(seq) from namesake.round where directory = $1 and kind = 'full'),
         (select seq from namesake.round where directory = $1 and id = $2)
       ) order by seq`,
      [from?.id ?? null],
    )
    if (rows.length === 0) return null
    const at = rows.findIndex(({ id, seq }) => id === from?.id && seq === from.seq)
    const full = rows.findLastIndex(({ kind }) => kind === 'full')
    return at >= full ? rows.slice(at + 1) : rows.slice(full)
  }

  /** What a round says, page by page. @throws NamesakeError provider-unavailable if it was taken away meanwhile */
  async *changes({ id, pages }: LoggedRound): AsyncGenerator<readonly SourceChange[]> {
    for (let n = 0; n < pages; n++) {
      const [row] = await this.#database.transact(({ query }) =>
        query<{ data: Buffer }>('select data from namesake.page where round = $1 and n = $2', [id, n]),
      )
      if (row === undefined) {
        throw new NamesakeError(
          'provider-unavailable',
          `a round of "${this.#directory}" has gone while it was read; it is tried again`,
        )
      }
      yield JSON.parse((await unpack(row.data)).toString('utf8')) as SourceChange[]
    }
  }

  /** Begins a round; nothing of it counts before it is published. */
  begin(): RoundDraft {
    return new RoundDraft(this.#database)
  }

  /**
   * Makes a round count, as the one behind `base`. False where the lease has passed to another node, another round stands
   * there already, or pages of it are gone, as the database was restored from an older copy: then nothing has happened.
   */
  async publish(
    draft: RoundDraft,
    about: Pick<LoggedRound, 'kind' | 'sourceCursor' | 'fingerprint' | 'node'> & { readonly base: number },
    lease: Lease,
    leases: Leases,
  ): Promise<boolean> {
    return this.#database.transact(async (transaction) => {
      if (!(await leases.holds(transaction, lease))) return false
      const [head] = await transaction.query<{ seq: string | null }>(
        'select max(seq) as seq from namesake.round where directory = $1',
        [this.#directory],
      )
      if (Number(head?.seq ?? 0) !== about.base) return false
      const [there] = await transaction.query<{ pages: number }>(
        'select count(*)::int as pages from namesake.page where round = $1',
        [draft.id],
      )
      if (there?.pages !== draft.pages) return false
      await transaction.query(
        `insert into namesake.round (directory, seq, id, kind, epoch, pages, digest, source_cursor, fingerprint, node)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [
          ...[this.#directory, about.base + 1, draft.id, about.kind, String(lease.epoch), draft.pages, draft.digest()],
          ...[about.sourceCursor, about.fingerprint, about.node],
        ],
      )
      await this.#compact(transaction)
      return true
    })
  }

  /** Nothing has changed but where the source goes on from. False where the lease has passed to another node. */
  async moveCursor(head: Position, sourceCursor: string | null, lease: Lease, leases: Leases): Promise<boolean> {
    return this.#database.transact(async (transaction) => {
      if (!(await leases.holds(transaction, lease))) return false
      await transaction.query('update namesake.round set source_cursor = $3 where directory = $1 and id = $2', [
        ...[this.#directory, head.id, sourceCursor],
      ])
      return true
    })
  }

  /** Takes away what no node needs any more: rounds before the newest full one, pages whose round never came. */
  async #compact({ query }: FleetTransaction): Promise<void> {
    await query(
      `with gone as (
         delete from namesake.round where directory = $1 and at < now() - $2::interval
         and seq < (select max(seq) from namesake.round where directory = $1 and kind = 'full') returning id
       ) delete from namesake.page where round in (select id from gone)`,
      [this.#directory, keptFor],
    )
    await query(
      `delete from namesake.page p where at < now() - $1::interval
       and not exists (select 1 from namesake.round r where r.id = p.round)
       and not exists (select 1 from namesake.page q where q.round = p.round and q.at >= now() - $1::interval)`,
      [keptFor],
    )
  }

  async #rows(where: string, values: readonly unknown[]): Promise<LoggedRound[]> {
    const rows = await this.#database.transact(({ query }) =>
      query<RoundRow>(`select ${columns} from namesake.round ${where}`, [this.#directory, ...values]),
    )
    return rows.map(({ seq, source_cursor: sourceCursor, ...row }) => ({ ...row, seq: Number(seq), sourceCursor }))
  }
}

/** A round that is being written, page by page. */
export class RoundDraft {
  readonly id = randomUUID()
  pages = 0
  /** Changes so far. */
  changes = 0
  readonly #database: Database
  readonly #hash = createHash('sha256')
  #waiting: SourceChange[] = []

  constructor(database: Database) {
    this.#database = database
  }

  /** SHA-256 of all that was added. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }

  async add(changes: readonly SourceChange[]): Promise<void> {
    for (const change of changes) {
      this.#waiting.push(change)
      this.#hash.update(JSON.stringify(change))
    }
    this.changes += changes.length
    if (this.#waiting.length >= pageChanges) await this.flush()
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    if (this.#waiting.length === 0) return
    const data = await pack(Buffer.from(JSON.stringify(this.#waiting)))
    this.#waiting = []
    await this.#database.transact(({ query }) =>
      query('insert into namesake.page (round, n, data) values ($1, $2, $3)', [this.id, this.pages, data]),
    )
    this.pages++
  }

  /** Takes its pages away. Never throws: what can't be taken away now goes later. */
  async drop(): Promise<void> {
    this.#waiting = []
    if (this.pages === 0) return
    await this.#database
      .transact(({ query }) => query('delete from namesake.page where round = $1', [this.id]))
      .catch(() => undefined)
  }
}
