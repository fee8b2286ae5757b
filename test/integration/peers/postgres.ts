import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { waitUntil } from './daemon.ts'
import { freePort } from './ports.ts'

/** A real PostgreSQL out of a temporary folder, on a port above 1024 of the loopback. */

const bin = '/usr/lib/postgresql/15/bin'

const pgbouncer = '/usr/sbin/pgbouncer'

/** Why it can't be run here; false if it can. */
export const noPostgres: string | false =
  existsSync(join(bin, 'initdb')) && existsSync(pgbouncer) ? false : "needs Debian's postgresql-15 and pgbouncer"

export interface Postgres {
  readonly folder: string
  readonly port: number
  /** Of an owner who may do anything. */
  readonly url: string
  /** The server's own process. */
  readonly child: ChildProcess
  start(): Promise<void>
  /** `SIGTERM` smart, `SIGINT` fast, `SIGQUIT` at once, `SIGKILL` as a crash. */
  stop(signal?: NodeJS.Signals): Promise<void>
  sql(text: string, database?: string): string
  /** Makes the two roles of deploy/postgres, and gives their URLs. */
  makeRoles(): { readonly owner: string; readonly member: string }
  /** Stops the server and all its processes where they are: connections stay, nothing answers. */
  hang(): void
  resume(): void
  /** Copies all its data aside, stopped for the moment. */
  backup(): Promise<void>
  /** Puts that copy in the place of its data, as after a crash. */
  restore(): Promise<void>
  /** Whether it has a small disk of its own. */
  readonly hasDisk: boolean
  /** Writes on that disk until nothing more goes. */
  fillDisk(): void
  freeDisk(): void
  /** Makes a standby that streams from this server, on a port that nobody has yet. It is not started. */
  makeStandby(port: number): Postgres
  remove(): Promise<void>
}

/** PostgreSQL does not run as root: Debian's user for it does. */
function user(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres']).toString())
  return { uid: id('-u'), gid: id('-g') }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
    setTimeout(() => socket.destroy(), 300)
  })
}

/** The processes that one has started. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(parent)
      } catch {
        // It has ended meanwhile.
        return false
      }
    })
    .map(Number)
}

/** A process of the server's may end between being listed and being signalled. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** A small disk at a folder; false where this user may not make one. */
function mountDisk(folder: string, size: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/**
 * @param settings of postgresql.conf
 * @param disk the size of a disk of its own, as `mount` takes it, where this user may make one
 */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
  disk: string | null = null,
): Promise<Postgres> {
  const { folder, data, as } = makeFolder()
  const hasDisk = disk !== null && mountDisk(folder, disk)
  if (hasDisk && as.uid !== undefined) chownSync(folder, as.uid, as.gid ?? 0)
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'owner', '-A', 'trust', '-N', '-E', 'UTF8', '--locale=C'], {
    ...as,
    cwd: folder,
    stdio: 'ignore',
  })
  const port = await freePort()
  writeSettings(data, {
    fsync: 'off',
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    port,
    ...settings,
  })
  const postgres = serverOf(folder, port, hasDisk)
  await postgres.start()
  return postgres
}

function makeFolder(): { readonly folder: string; readonly data: string; readonly as: ReturnType<typeof user> } {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-pg-'))
  const as = user()
  if (as.uid !== undefined) chownSync(folder, as.uid, as.gid ?? 0)
  return { folder, data: join(folder, 'data'), as }
}

/** What stands last counts. */
function writeSettings(data: string, settings: Readonly<Record<string, string | number>>): void {
  const lines = Object.entries(settings).map(([key, value]) => `${key} = '${value}'`)
  appendFileSync(join(data, 'postgresql.conf'), `${lines.join('\n')}\n`)
}

/** The server whose data lies in a folder. */
function serverOf(folder: string, port: number, hasDisk: boolean): Postgres {
  const data = join(folder, 'data')
  const aside = `${folder}-aside`
  const as = user()
  let child: ChildProcess
  let isStarted = false
  let ended: Promise<unknown> = Promise.resolve()
  const sql = (text: string, database = 'postgres'): string =>
    execFileSync(
      'psql',
      ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', String(port), '-U', 'owner', database],
      {
        input: text,
        stdio: ['pipe', 'pipe', 'pipe'],
        cwd: '/',
      },
    )
      .toString()
      .trim()
  const postgres: Postgres = {
    folder,
    port,
    url: `postgres://owner@127.0.0.1:${port}/postgres?sslmode=disable`,
    get child() {
      return child
    },
    async start() {
      isStarted = true
      child = spawn(join(bin, 'postgres'), ['-D', data], { ...as, cwd: folder, stdio: 'ignore' })
      const server = child
      ended = new Promise((resolve) => server.once('exit', resolve))
      await waitUntil('PostgreSQL', async () => {
        if (!(await accepts(port))) return undefined
        try {
          return sql('select 1') === '1' || undefined
        } catch {
          return undefined
        }
      })
    },
    async stop(signal: NodeJS.Signals = 'SIGINT') {
      if (!isStarted || child.exitCode !== null || child.signalCode !== null) return
      postgres.resume()
      child.kill(signal)
      await ended
    },
    sql,
    makeRoles() {
      const file = resolve(import.meta.dirname, '../../../deploy/postgres/roles.sql')
      // As the master user of a database that a provider runs, who is no superuser.
      sql('create role master createrole; alter database postgres owner to master')
      sql(
        `set role master;\n\\set owner_password '''one'''\n\\set member_password '''two'''\n${readFileSync(file, 'utf8')}`,
      )
      const urlOf = (role: string, password: string): string =>
        `postgres://${role}:${password}@127.0.0.1:${port}/postgres?sslmode=disable`
      return { owner: urlOf('fleet_owner', 'one'), member: urlOf('fleet_member', 'two') }
    },
    hang() {
      const { pid } = child
      if (pid === undefined) return
      // First the one that would start others.
      for (const one of [pid, ...childrenOf(pid)]) signal(one, 'SIGSTOP')
    },
    resume() {
      const { pid } = child
      if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return
      for (const one of [...childrenOf(pid), pid]) signal(one, 'SIGCONT')
    },
    async backup() {
      await postgres.stop()
      rmSync(aside, { recursive: true, force: true })
      execFileSync('cp', ['-a', data, aside])
      await postgres.start()
    },
    async restore() {
      await postgres.stop('SIGQUIT')
      rmSync(data, { recursive: true })
      execFileSync('cp', ['-a', aside, data])
      await postgres.start()
    },
    hasDisk,
    fillDisk() {
      if (!hasDisk) return
      // The first pieces that do not fit any more are followed by smaller ones.
      for (const octets of [2 ** 20, 2 ** 12]) {
        try {
          for (;;) appendFileSync(join(folder, 'filler'), Buffer.alloc(octets))
        } catch {
          // It is full.
        }
      }
    },
    freeDisk() {
      rmSync(join(folder, 'filler'), { force: true })
    },
    makeStandby(standbyPort) {
      const standby = makeFolder()
      // -R: it follows this server. Its port stands in the settings that it copies as well: the last one counts.
      const from = ['-h', '127.0.0.1', '-p', String(port), '-U', 'owner']
      execFileSync(join(bin, 'pg_basebackup'), [...from, '-D', standby.data, '-R', '-X', 'stream', '-c', 'fast'], {
        ...as,
        cwd: standby.folder,
        stdio: 'pipe',
      })
      writeSettings(standby.data, { unix_socket_directories: standby.folder, port: standbyPort })
      return serverOf(standby.folder, standbyPort, false)
    },
    async remove() {
      await postgres.stop('SIGQUIT')
      if (hasDisk) execFileSync('umount', ['-l', folder])
      rmSync(aside, { recursive: true, force: true })
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
  return postgres
}

/** PgBouncer before a server, in transaction mode. */
export async function startPgBouncer(postgres: Postgres): Promise<{ readonly url: string; remove(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-bouncer-'))
  const port = await freePort()
  writeFileSync(join(folder, 'users'), '"owner" ""\n')
  writeFileSync(
    join(folder, 'ini'),
    `[databases]
* = host=127.0.0.1 port=${postgres.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
auth_type = trust
auth_file = ${join(folder, 'users')}
pool_mode = transaction
unix_socket_dir =
server_login_retry = 1
`,
  )
  chmodSync(folder, 0o755)
  const child = spawn(pgbouncer, ['-q', join(folder, 'ini')], { ...user(), cwd: '/', stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await waitUntil('PgBouncer', async () => (await accepts(port)) || undefined)
  return {
    url: `postgres://owner@127.0.0.1:${port}/postgres?sslmode=disable`,
    async remove() {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
