/**
 * What a fleet costs, over a real PostgreSQL with `fsync`, in parts that `--parts` names:
 *
 *     sync     a large tenant (emulated Graph) read by one daemon alone, then by a fleet of three; a node added, from its start to its
 *              first verdict; the exports of all compared
 *     load     mail through three daemons of a fleet at a fixed rate, one message in ten a detection: what PostgreSQL does meanwhile
 *     mail     throughput of a daemon in a fleet over one that is in none, in turn within each round, as bench/history-cost.ts does
 *     nodes    many nodes of which only the part that talks to PostgreSQL is there: idle, with records, an edit for all
 *     search   searches among the records of all
 *
 *     npm run bench:fleet -- [--parts sync,load,…] [--people 200000] [--seconds 60] [--messages 6000] [--rounds 7] [--nodes 50] [--records 50000]
 *
 * Needs a build, Debian's postgresql-15 and postfix (smtp-sink). Loopback only.
 */

import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { replaceFile } from '../src/config/replace-file.ts'
import { Database } from '../src/fleet/database.ts'
import { Fleet } from '../src/fleet/fleet.ts'
import { FleetHistory } from '../src/fleet/history.ts'
import { insertRecords } from '../src/fleet/records.ts'
import type { SentHistory } from '../src/fleet/sender.ts'
import type { OwnHistory, SharedEntries } from '../src/ports.ts'
import { cliPath, removeDaemon, startDaemon } from '../test/integration/peers/daemon.ts'
import type { Daemon, DaemonOptions } from '../test/integration/peers/daemon.ts'
import { freePorts } from '../test/integration/peers/ports.ts'
import { startPostgres } from '../test/integration/peers/postgres.ts'
import type { Postgres } from '../test/integration/peers/postgres.ts'
import { run } from '../test/integration/peers/scratch.ts'
import { RawClient } from '../test/integration/peers/smtp-client.ts'
import { nameOf } from '../test/provider/large-names.ts'
import { LargeTenant } from '../test/provider/large.ts'
import { record } from '../test/unit/history/helpers.ts'
import { commonPeople } from './common-names.ts'
import type { Load, LoadResult } from './load.ts'
import { allProtected, processorTime, startSink } from './processes.ts'

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: 'sync,load,mail,nodes,search' },
    people: { type: 'string', default: '200000' },
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '1000' },
    messages: { type: 'string', default: '6000' },
    rounds: { type: 'string', default: '7' },
    nodes: { type: 'string', default: '50' },
    records: { type: 'string', default: '50000' },
  },
})
const [people, seconds, rate, messages] = [values.people, values.seconds, values.rate, values.messages].map(Number) as [
  number,
  number,
  number,
  number,
]
const [rounds, nodes, records] = [values.rounds, values.nodes, values.records].map(Number) as [number, number, number]

function say(text: string): void {
  process.stdout.write(`${text} (load ${loadavg()[0]?.toFixed(1)})\n`)
}

/** Seconds of processor time of a server and all that it has started, those that have ended too. */
function serverCpu({ child }: Postgres): number {
  let ticks = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const isServer = Number(pid) === child.pid
      if (!isServer && Number(fields[1]) !== child.pid) continue
      ticks += Number(fields[11]) + Number(fields[12]) + (isServer ? Number(fields[13]) + Number(fields[14]) : 0)
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks / 100
}

/** What PostgreSQL has done so far. */
interface Spent {
  readonly cpu: number
  readonly transactions: number
  readonly statements: number
  /** Octets of its log, and of data pages. */
  readonly log: number
  readonly pages: number
  readonly at: number
}

function spentOf(postgres: Postgres): Spent {
  const [transactions = 0, statements = 0, log = 0, pages = 0] = postgres
    .sql(
      `checkpoint; select (select xact_commit + xact_rollback from pg_stat_database where datname = current_database()),
         (select sum(calls) from pg_stat_statements), pg_current_wal_lsn() - '0/0',
         (select (buffers_checkpoint + buffers_clean + buffers_backend) * 8192 from pg_stat_bgwriter)`,
    )
    .split('|')
    .map(Number)
  return { cpu: serverCpu(postgres), transactions, statements, log, pages, at: performance.now() }
}

/** What it did between two moments, a second of them. */
function spentBetween(from: Spent, to: Spent): string {
  const time = (to.at - from.at) / 1000
  const each = (of: (spent: Spent) => number): number => (of(to) - of(from)) / time
  return [
    `PostgreSQL ${(each((s) => s.cpu) * 100).toFixed(1)} % of a processor`,
    `${each((s) => s.transactions).toFixed(0)} transactions and ${each((s) => s.statements).toFixed(0)} statements a second`,
    `${(each((s) => s.log) / 1024).toFixed(0)} KB of log and ${(each((s) => s.pages) / 1024).toFixed(0)} KB of pages a second`,
  ].join(', ')
}

async function startServer(): Promise<Postgres> {
  const postgres = await startPostgres({
    ...{ fsync: 'on', max_connections: '300', shared_preload_libraries: 'pg_stat_statements' },
  })
  postgres.sql('create extension pg_stat_statements')
  const database = new Database(postgres.url)
  await database.migrate()
  await database.close()
  return postgres
}

function inFleet(postgres: Postgres, node: string): Pick<DaemonOptions, 'env' | 'more'> {
  return {
    env: { NAMESAKE_POSTGRES: postgres.url },
    more: `fleet: { postgres: { env: NAMESAKE_POSTGRES }, node: ${node} }`,
  }
}

async function peopleOf({ folder }: Daemon, env: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [cliPath, 'directory', '--people', '--json', '--ids', '--config', join(folder, 'namesake.yaml')],
    { env: { ...process.env, ...env }, maxBuffer: 2 ** 30 },
  )
  return stdout
}

/** A large tenant: by one daemon alone, then by three of a fleet. */
async function sync(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-bench-'))
  const tenant = await LargeTenant.start(join(folder, 'store'), people, people / 100)
  const { yaml, env } = tenant.directory
  const started: Daemon[] = []
  const forged = nameOf(97).join(' ')
  /** Starts one, and measures up to its first right verdict. */
  const measured = async (what: string, options: Partial<DaemonOptions> = {}): Promise<[Daemon, number]> => {
    const at = performance.now()
    const daemon = await startDaemon({
      relay: 'maildir:./mail',
      directories: yaml,
      protection: 'protect:\n  - { directory: Tenant, groups: [Group 1, Group 10] }\n',
      ...options,
      env: { ...env, ...options.env },
      wait: false,
    })
    started.push(daemon)
    await daemon.waitFor(({ event }) => event === 'started', 300_000)
    await daemon.waitFor(
      ({ event, directory }) => event === 'directory-synchronised' && directory === 'Tenant',
      300_000,
    )
    const client = await RawClient.hello(daemon.smtpPort)
    await client.transaction(`From: ${forged} <x@evil.example>\r\nMessage-ID: <m@x>\r\n\r\nhi\r\n`, ['b@hop.example'])
    await client.quit()
    const { verdict } = await daemon.waitFor(({ event }) => event === 'message')
    const took = (performance.now() - at) / 1000
    const cpu = processorTime(daemon.child.pid ?? 0)
    say(`${what}: judges after ${took.toFixed(1)} s (${String(verdict)}), ${cpu.toFixed(1)} s of processor time`)
    return [daemon, cpu]
  }
  const postgres = await startServer()
  try {
    const [alone, once] = await measured(`${people} people by one daemon alone`)
    await alone.stop()
    const before = spentOf(postgres)
    const all: Daemon[] = []
    let total = 0
    for (const node of ['mx1', 'mx2', 'mx3']) {
      const [daemon, cpu] = await measured(`${node} of a fleet`, inFleet(postgres, node))
      all.push(daemon)
      total += cpu
    }
    const after = spentOf(postgres)
    const server = after.cpu - before.cpu
    const size = Number(postgres.sql("select pg_total_relation_size('namesake.page')")) / 2 ** 20
    const readers = postgres.sql('select string_agg(distinct node, $$, $$) from namesake.round')
    say(
      `PostgreSQL: ${server.toFixed(1)} s of processor time, ${size.toFixed(1)} MB of pages; the source was read by ${readers}`,
    )
    say(
      `three nodes over one: ${((total + server) / once).toFixed(2)} of the processor time with a fleet, 3 without; ` +
        'of the requests to the source 1 with a fleet, 3 without',
    )
    const exported = await Promise.all(all.map((daemon) => peopleOf(daemon, env)))
    const isSame = exported.every((one) => one === exported[0])
    say(`exports: ${exported[0]?.length} octets each, ${isSame ? 'alike to the octet' : 'NOT ALIKE'}`)
  } finally {
    for (const daemon of started) await removeDaemon(daemon)
    await postgres.remove()
    tenant.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const guarded = commonPeople().filter((_, i) => i % 10 === 0).slice(0, 1000) // prettier-ignore
const detectionEvery = 10

async function send(port: number, load: Partial<Load>): Promise<LoadResult> {
  const all: Load = {
    ...{ port, messages, sessions: 10, kept: true, pipelined: false, oneSender: false, rate: 0, seed: 1 },
    ...{ detectionEvery, different: 3000, names: guarded.map(({ displayName }) => displayName) },
    ...load,
  }
  const args = ['--import=tsx', join(import.meta.dirname, 'load.ts'), JSON.stringify(all)]
  const { code, output } = await run(process.execPath, args, { limit: 300_000 })
  if (code !== 0) throw new Error(output)
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as LoadResult
}

/** Mail at a fixed rate through three nodes: what PostgreSQL does meanwhile. */
async function load(): Promise<void> {
  const [sinkPort = 0] = await freePorts(1)
  const sink = await startSink(sinkPort)
  const postgres = await startServer()
  const daemons: Daemon[] = []
  try {
    for (const node of ['mx1', 'mx2', 'mx3']) {
      const relay = `smtp://127.0.0.1:${sinkPort}`
      daemons.push(await startDaemon({ relay, ...allProtected(guarded), ...inFleet(postgres, node) }))
    }
    const part = rate / daemons.length
    const count = (): number => Number(postgres.sql('select count(*) from namesake.record'))
    await Promise.all(daemons.map(({ smtpPort }) => send(smtpPort, { messages: part, rate: part })))
    const [from, own, had] = [spentOf(postgres), daemons.map(({ child }) => processorTime(child.pid ?? 0)), count()]
    const found = await Promise.all(
      daemons.map(({ smtpPort }, n) => send(smtpPort, { messages: part * seconds, rate: part, seed: n + 2 })),
    )
    const to = spentOf(postgres)
    const reached = found.reduce((sum, one) => sum + one.rate, 0)
    const cpu = daemons.reduce((sum, { child }, n) => sum + processorTime(child.pid ?? 0) - (own[n] ?? 0), 0)
    await wait(3000)
    const size = Number(postgres.sql("select pg_total_relation_size('namesake.record')")) / count()
    say(`${reached.toFixed(0)} messages a second through three nodes for ${seconds} s, p99 ${Math.max(...found.map(({ p99 }) => p99)).toFixed(1)} ms; daemons ${((cpu / (to.at - from.at)) * 1e5).toFixed(0)} % of a processor`) // prettier-ignore
    say(`${count() - had} records, ${size.toFixed(0)} octets each with indexes; ${spentBetween(from, to)}`)
  } finally {
    for (const daemon of daemons) await removeDaemon(daemon)
    await postgres.remove()
    sink.kill()
  }
}

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN
}

/** Messages a second of a daemon in a fleet over one that is in none. */
async function mail(): Promise<void> {
  const [sinkPort = 0] = await freePorts(1)
  const sink = await startSink(sinkPort)
  const postgres = await startServer()
  const relay = `smtp://127.0.0.1:${sinkPort}`
  type Which = 'on' | 'off'
  const daemons: Record<Which, Daemon> = {
    on: await startDaemon({ relay, ...allProtected(guarded), ...inFleet(postgres, 'mx1') }),
    off: await startDaemon({ relay, ...allProtected(guarded) }),
  }
  const spent = (which: Which): number => processorTime(daemons[which].child.pid ?? 0)
  try {
    for (const which of ['on', 'off'] as const) await send(daemons[which].smtpPort, {})
    const ratios: number[] = []
    const rates: Record<Which, number[]> = { on: [], off: [] }
    const processor: Record<Which, number[]> = { on: [], off: [] }
    const server: number[] = []
    for (let round = 0; round < rounds; round++) {
      // Each round both ways round, so that what else the machine does hits both alike.
      const order = round % 2 === 0 ? (['on', 'off', 'off', 'on'] as const) : (['off', 'on', 'on', 'off'] as const)
      const found: Record<Which, number[]> = { on: [], off: [] }
      for (const which of order) {
        const [before, there] = [spent(which), serverCpu(postgres)]
        found[which].push((await send(daemons[which].smtpPort, { seed: round + 2 })).rate)
        // What was caught last is sent within two seconds, and must not fall into the next one's time.
        await wait(2500)
        processor[which].push(((spent(which) - before) * 1e6) / messages)
        if (which === 'on') server.push(((serverCpu(postgres) - there) * 1e6) / messages)
      }
      const [on, off] = [found.on, found.off].map((two) => two.reduce((sum, one) => sum + 1 / one, 0))
      ratios.push((off ?? NaN) / (on ?? NaN))
      for (const which of ['on', 'off'] as const) rates[which].push(...found[which])
      say(`round ${round + 1}: ${ratios.at(-1)?.toFixed(3)}`)
    }
    say(`messages a second, median: with ${median(rates.on).toFixed(0)}, without ${median(rates.off).toFixed(0)}`)
    say(`processor time a message, µs, median: with ${median(processor.on).toFixed(0)}, without ${median(processor.off).toFixed(0)}; PostgreSQL ${median(server).toFixed(0)}`) // prettier-ignore
    say(`fleet on over off, median of ${rounds} rounds: ${median(ratios).toFixed(3)}`)
  } finally {
    for (const daemon of Object.values(daemons)) await removeDaemon(daemon)
    await postgres.remove()
    sink.kill()
  }
}

function lineOf(n: number): string {
  const address = `jane.roe${n % 5000}@mail${n % 300}.example`
  return JSON.stringify(record({ id: `m${n}`, person: `u${n % 2000}`, address, time: new Date(1.79e12 + n * 10).toISOString() })) // prettier-ignore
}

/** A node's own history and accounts, in memory: what is left is what is said to PostgreSQL. */
class LightHistory implements SentHistory {
  readonly #id = randomUUID()
  readonly #lines: string[] = []
  readonly entries: SharedEntries = {
    ...{ kinds: [], place: () => ({ revision: 0, batch: '' }), movePlace: () => undefined, changed: () => [] },
    ...{ sent: () => undefined, beginAnew: () => undefined, apply: () => undefined },
  }

  append(line: string): void {
    this.#lines.push(line)
  }

  get written(): SentHistory['written'] {
    const lines = this.#lines
    return {
      id: this.#id,
      last: lines.length,
      after: (from) => lines.slice(from).map((line, n) => ({ sequence: from + n + 1, line })),
    }
  }

  erase(): Promise<number> {
    return Promise.resolve(0)
  }

  erasures(): readonly string[] {
    return []
  }

  noteErasure(): void {
    // Nothing is erased here.
  }
}

/** Many nodes, of which only what talks to PostgreSQL is there. */
async function manyNodes(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-bench-'))
  const postgres = await startServer()
  const text = 'protect: []\n'
  const histories = Array.from({ length: nodes }, () => new LightHistory())
  const pathOf = (n: number): string => join(folder, `rules${n}.yaml`)
  const taken: number[] = []
  const fleet = histories.map((own, n) => {
    writeFileSync(pathOf(n), text)
    return new Fleet({
      ...{
        url: postgres.url,
        node: `n${n}`,
        version: '0',
        history: () => ({ own, keep: 1e12 }),
        accounts: () => own.entries,
      },
      rules: { path: pathOf(n), statePath: join(folder, `state${n}`), replace: replaceFile },
      rulesInForce: () => true,
      readRules: () => Promise.resolve(void taken.push(performance.now())),
      state: () => ({ protectedPeople: 0, messages: { total: 0, detected: 0, unchecked: 0 }, trouble: [] }),
      tell: (event) => event.event === 'rules' || process.stdout.write(`${JSON.stringify(event)}\n`),
    })
  })
  const during = async (what: string, time: number, work: () => Promise<unknown>): Promise<void> => {
    const [from, own] = [spentOf(postgres), process.cpuUsage()]
    await Promise.all([wait(time * 1000), work()])
    const to = spentOf(postgres)
    const { user, system } = process.cpuUsage(own)
    const here = (user + system) / 1e3 / (to.at - from.at) / nodes
    say(`${nodes} nodes, ${what}: ${(here * 100).toFixed(2)} % of a processor a node, ${spentBetween(from, to)}`)
  }
  try {
    await Promise.all(fleet.map((node) => node.start()))
    await during('where nothing happens', 20, () => Promise.resolve())
    let made = 0
    await during(`with ${rate / detectionEvery} records a second over all`, 20, async () => {
      for (let tick = 0; tick < 200; tick++) {
        for (let i = 0; i < rate / detectionEvery / 10; i++) histories[made % nodes]?.append(lineOf(made++))
        await wait(100)
      }
    })
    await during('with an edit for all', 5, () => {
      const at = performance.now()
      writeFileSync(pathOf(0), `# edited\n${text}`)
      return wait(4000).then(() => {
        const times = taken.map((one) => (one - at) / 1000)
        say(`an edit on one is on ${times.length} others after ${Math.max(...times).toFixed(2)} s, half of them after ${median(times).toFixed(2)} s`) // prettier-ignore
      })
    })
    const connections = postgres.sql("select count(*) from pg_stat_activity where application_name = 'namesake'")
    const sent = postgres.sql('select count(*) from namesake.record')
    say(`${connections} connections; ${sent} of ${made} records have come`)
  } finally {
    await Promise.all(fleet.map((node) => node.close()))
    await postgres.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Records as they come in batches, and searches among them. */
async function search(): Promise<void> {
  const postgres = await startServer()
  const database = new Database(postgres.url)
  try {
    const from = serverCpu(postgres)
    for (let i = 0; i < records; i += 100) {
      const lines = Array.from({ length: 100 }, (_, n) => lineOf(i + n))
      await database.transact((transaction) => insertRecords(transaction, lines))
    }
    say(`${records} records in batches of 100: ${(((serverCpu(postgres) - from) * 1e6) / records).toFixed(0)} µs of PostgreSQL's processor time each`) // prettier-ignore
    const history = new FleetHistory(database, {} as OwnHistory, 'mx1', (error) => {
      throw error
    })
    for (const text of ['roe4711', 'mail299.example', 'nothing at all']) {
      const at = performance.now()
      let found = 0
      for await (const _ of history.lines({ text })) if (++found === 50) break
      say(`a search for ${JSON.stringify(text)}: ${found} found in ${(performance.now() - at).toFixed(0)} ms`)
    }
  } finally {
    await database.close()
    await postgres.remove()
  }
}

const parts: Readonly<Record<string, () => Promise<void>>> = { sync, load, mail, nodes: manyNodes, search }
for (const name of values.parts.split(',')) {
  const part = parts[name]
  if (part === undefined) throw new Error(`--parts takes ${Object.keys(parts).join(', ')}`)
  await part()
}
