/** PostgreSQL: a pool of few connections, transactions with time limits, TLS, and the schema with its migrations. */

import { readFileSync } from 'node:fs'
import { isIP, Socket } from 'node:net'
import pg from 'pg'
import { NamesakeError } from '../errors.ts'
import { within } from '../net/deadlines.ts'
import { migrations } from './migrations.ts'
import { errorText } from '../text.ts'

/** Connections of one node. Whatever waits for one waits at most as long as a statement. */
const maxConnections = 4
/** Milliseconds that opening a connection, a statement, and waiting for a lock may take. */
const maxConnectMs = 5_000
const maxStatementMs = 10_000
const maxLockMs = 5_000
/** Milliseconds after which a node that is cut off in the middle of a transaction holds no locks any more. */
const maxIdleMs = 5_000
/** Milliseconds that the server may take to see the connections off; and that others are waited for when one of several takes writes. */
const maxEndMs = 1_000
const maxOthersMs = 1_000

/** One server that the database may be on. */
interface Server {
  /** As an operator knows it. */
  readonly where: string
  readonly pool: pg.Pool
}

/** One transaction's statements. */
export interface FleetTransaction {
  /** Rows of one statement; `values` stand for $1, $2, …. */
  readonly query: <Row extends object>(text: string, values?: readonly unknown[]) => Promise<Row[]>
}

/**
 * A database that may be away, slow or another one by the next statement: nothing is kept on a connection beyond one
 * transaction, so that PgBouncer may stand between (in transaction mode).
 */
export class Database {
  readonly #servers: readonly Server[]
  readonly #sockets = new Set<Socket>()
  /** The server that takes writes, as it was found last. */
  #primary: Promise<Server> | null = null

  /** @param url of the database. Throws NamesakeError input-invalid for one that can't be used. */
  constructor(url: string) {
    this.#servers = connectionsOf(url).map((connection) => this.#server(connection))
  }

  #server(connection: pg.ClientConfig): Server {
    const pool = new pg.Pool({
      ...connection,
      max: maxConnections,
      connectionTimeoutMillis: maxConnectMs,
      idleTimeoutMillis: 30_000,
      query_timeout: maxStatementMs + 1000,
      application_name: 'namesake',
      allowExitOnIdle: true,
      stream: () => {
        const socket = new Socket()
        this.#sockets.add(socket)
        return socket.once('close', () => this.#sockets.delete(socket))
      },
    })
    // A connection that breaks while nobody uses it is replaced at the next use, and one in use fails its statement: both tell
    // what is wrong. Without a listener the break itself would end the process.
    pool.on('error', () => {})
    pool.on('connect', (client) => client.on('error', () => {}))
    return { where: `${connection.host}:${connection.port}`, pool }
  }

  /**
   * Runs `work` in one transaction: all of it, or, if it throws, nothing.
   * @throws NamesakeError fleet-unavailable where PostgreSQL can't be reached or refuses
   */
  async transact<T>(work: (transaction: FleetTransaction) => Promise<T>): Promise<T> {
    let client: pg.PoolClient | undefined
    let broken = true
    try {
      const { where, pool } = await (this.#primary ??= this.#find())
      client = await pool.connect()
      const held = client
      const query = async <Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
        (await held.query<Row>(text, [...values])).rows
      if (!(await begin(held))) {
        await held.query('rollback').then(() => (broken = false))
        throw new Error(`${where} takes no writes now; it may be a standby`)
      }
      try {
        const result = await work({ query })
        await held.query('commit')
        broken = false
        return result
      } catch (error) {
        // A statement that PostgreSQL refused leaves the connection good; any other fault leaves it in the unknown.
        if (error instanceof pg.DatabaseError || error instanceof NamesakeError) {
          await held.query('rollback').then(() => (broken = false))
        }
        throw error
      }
    } catch (error) {
      // After a fault the primary may be another server.
      if (!(error instanceof NamesakeError)) this.#primary = null
      throw unavailable(error)
    } finally {
      client?.release(broken)
    }
  }

  /**
   * The server that takes writes. Of two, as where a former primary came back by itself, it is the one that was promoted last:
   * all nodes have to write to the same one.
   */
  async #find(): Promise<Server> {
    const [only, ...others] = this.#servers
    if (only !== undefined && others.length === 0) return only
    const found: { readonly server: Server; readonly place: string }[] = []
    const faults: string[] = []
    const looks = Promise.all(
      this.#servers.map(async (server) => {
        try {
          const place = await placeOf(server)
          if (place === null) faults.push(`${server.where} takes no writes now; it may be a standby`)
          else found.push({ server, place })
        } catch (error) {
          faults.push(`${server.where}: ${wordsOf(error)}`)
        }
      }),
    )
    await within(maxOthersMs, looks)
    if (found.length === 0) await looks
    const [newest] = found.sort((a, b) => (a.place < b.place ? 1 : -1))
    if (newest === undefined) throw new Error(faults.join('; '))
    return newest.server
  }

  /**
   * Brings the schema to this version, forward only; one node at a time does it, others wait. Nothing is written where it
   * is there already, which any member may find out.
   * @throws NamesakeError fleet-unavailable; fleet-schema if the schema is newer than this program, or this user may not change it
   */
  async migrate(list: readonly string[] = migrations): Promise<void> {
    const found = await this.#knownVersion(list)
    if (found === list.length) return
    try {
      await this.transact(async ({ query }) => {
        // To make a schema that is there already takes a right on the database that its owner need not have.
        const [schema] = await query<{ there: string | null }>("select to_regnamespace('namesake')::text as there")
        if ((schema?.there ?? null) === null) await query('create schema if not exists namesake')
        await query('create table if not exists namesake.schema_version (version int not null)')
        await query('lock table namesake.schema_version in access exclusive mode')
        const rows = await query<{ version: number }>('select version from namesake.schema_version')
        const from = rows[0]?.version ?? 0
        for (const step of list.slice(from)) await query(step)
        await query('delete from namesake.schema_version')
        await query('insert into namesake.schema_version values ($1)', [list.length])
      })
    } catch (error) {
      if ((await this.#version()) === list.length) return
      const why = errorText(error)
      throw new NamesakeError(
        'fleet-schema',
        `the fleet's database has schema version ${found}, ${list.length} is needed, and it could not be made: ${why}; ` +
          'fix: run "namesake fleet migrate" once with the URL of the database\'s owner',
        { cause: error },
      )
    }
  }

  /**
   * Whether the schema is this version's; false where it is older or there is none yet. Only looks.
   * @throws NamesakeError fleet-unavailable; fleet-schema if it is newer than this program
   */
  async isMigrated(): Promise<boolean> {
    return (await this.#knownVersion(migrations)) === migrations.length
  }

  async #knownVersion(list: readonly string[]): Promise<number> {
    const found = await this.#version()
    if (found <= list.length) return found
    throw new NamesakeError(
      'fleet-schema',
      `the fleet's database has schema version ${found}, and this program knows ${list.length}; fix: upgrade this node`,
    )
  }

  /** 0: there is none yet. */
  async #version(): Promise<number> {
    return this.transact(async ({ query }) => {
      const [there] = await query<{ there: string | null }>(
        "select to_regclass('namesake.schema_version')::text as there",
      )
      if ((there?.there ?? null) === null) return 0
      const [row] = await query<{ version: number }>('select version from namesake.schema_version')
      return row?.version ?? 0
    })
  }

  /** Ends all connections; those of a server that hangs are cut. */
  async close(): Promise<void> {
    await within(maxEndMs, Promise.all(this.#servers.map(({ pool }) => pool.end()))).catch(() => undefined)
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** Begins a transaction, in one round trip. False where it can't write. */
async function begin(client: pg.PoolClient): Promise<boolean> {
  const limits =
    `set local statement_timeout = ${maxStatementMs}; set local lock_timeout = ${maxLockMs}; ` +
    `set local idle_in_transaction_session_timeout = ${maxIdleMs}`
  // Several statements give several results.
  const results: unknown = await client.query(`begin; ${limits}; show transaction_read_only`)
  const last = (results as pg.QueryResult<{ transaction_read_only: string }>[]).at(-1)
  return last?.rows[0]?.transaction_read_only !== 'on'
}

/** Where a server writes in its log: the timeline stands first, and each promotion begins a higher one. Null if it can't write. */
async function placeOf({ pool }: Server): Promise<string | null> {
  const client = await pool.connect()
  let broken = true
  try {
    const { rows } = await client.query<{ place: string | null }>(
      `select case when not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off'
         then pg_walfile_name(pg_current_wal_insert_lsn()) end as place`,
    )
    broken = false
    return rows[0]?.place ?? null
  } finally {
    client.release(broken)
  }
}

/** A fault of the database in our words; what the work itself threw stays what it is. */
function unavailable(error: unknown): NamesakeError {
  if (error instanceof NamesakeError) return error
  return new NamesakeError('fleet-unavailable', `PostgreSQL: ${wordsOf(error)}`)
}

function wordsOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  return error instanceof Error && error.message !== '' ? error.message : String(code ?? error)
}

/**
 * What a URL means: `postgres://user:password@host:port/database`, with `sslmode` (`verify-full`, the default; `disable`
 * only on the loopback or a socket's folder), `sslrootcert`, `sslcert` and `sslkey` (files), and `host` (a socket's folder).
 * A primary and its standbys stand side by side, `host:port,host:port`, as libpq has it; the one that takes writes is used, so that
 * `target_session_attrs` says nothing new.
 * @returns a connection for each host. @throws NamesakeError input-invalid, without the password
 */
export function connectionsOf(text: string): readonly pg.ClientConfig[] {
  const begin = text.indexOf('//') + 2
  const length = text.slice(begin).search(/[/?#]/)
  const end = length < 0 ? text.length : begin + length
  const hosts = Math.max(begin, text.lastIndexOf('@', end - 1) + 1)
  return text
    .slice(hosts, end)
    .split(',')
    .map((host) => connectionOf(`${text.slice(0, hosts)}${host}${text.slice(end)}`))
}

function connectionOf(text: string): pg.ClientConfig {
  const bad = (why: string): NamesakeError => new NamesakeError('input-invalid', `fleet.postgres: ${why}`)
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    throw bad('not a URL; accepted: postgres://user:password@host:5432/database')
  }
  const known = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'host', 'target_session_attrs']
  const strange = [...url.searchParams.keys()].find((key) => !known.includes(key))
  if (strange !== undefined) throw bad(`the parameter "${strange}" is not known; accepted: ${known.join(', ')}`)
  const kind = url.searchParams.get('target_session_attrs') ?? 'read-write'
  if (kind !== 'read-write' && kind !== 'primary') {
    throw bad(`target_session_attrs=${kind}: a node writes; accepted: read-write`)
  }
  const socket = url.searchParams.get('host')
  const host = socket ?? url.hostname.replace(/^\[|\]$/g, '')
  const mode = url.searchParams.get('sslmode') ?? (socket === null ? 'verify-full' : 'disable')
  if (mode !== 'verify-full' && mode !== 'disable') {
    throw bad(`sslmode=${mode} leaves open who answers; accepted: verify-full, and disable on the loopback`)
  }
  if (mode === 'disable' && !isLocal(host))
    throw bad(`sslmode=disable is for the loopback only; found the host ${host}`)
  const file = (key: string): string | undefined => {
    const path = url.searchParams.get(key)
    if (path === null) return undefined
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      throw bad(`${key}: ${(error as Error).message}`)
    }
  }
  const [ca, cert, key] = [file('sslrootcert'), file('sslcert'), file('sslkey')]
  return {
    host,
    port: url.port === '' ? 5432 : Number(url.port),
    user: decodeURIComponent(url.username) || undefined,
    password: decodeURIComponent(url.password) || undefined,
    database: decodeURIComponent(url.pathname.slice(1)) || undefined,
    ssl: mode === 'disable' ? false : { rejectUnauthorized: true, ca, cert, key },
  }
}

function isLocal(host: string): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
