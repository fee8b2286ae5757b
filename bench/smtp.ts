/**
 * The SMTP path side by side, as ratios within each round: HAProxy's plain TCP relay (one thread), a relay of twenty lines in Node
 * as the limit of the platform, Postfix as a relay with its own queue, Haraka, and Namesake as the whole daemon with one worker (judging,
 * adding its field, logging to a file) and 1,000 protected people. The load is bench/load.ts: mail of different senders as it really comes.
 * Needs Debian's haproxy and postfix and a build; Haraka comes from npm if it can be reached.
 *
 *   npm run bench:smtp [-- --messages N --rounds N --rows senders,pipelined,one,new,… --short --warm N --namesake FOLDER]
 *
 * `--warm N` is how many messages whoever runs in Node carries before the rounds (20,000), until V8 has compiled what it runs.
 * `--short` sends messages of 4 KB with header sections of five fields instead.
 * `--namesake FOLDER` adds the daemon of another built checkout, to compare a change with the commit before in one run.
 */

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { removeDaemon, startDaemon } from '../test/integration/peers/daemon.ts'
import type { Daemon } from '../test/integration/peers/daemon.ts'
import { makeScratch, removeScratch, run, until } from '../test/integration/peers/scratch.ts'
import { freePorts } from '../test/integration/peers/ports.ts'
import { commonPeople } from './common-names.ts'
import { startHaraka } from './haraka.ts'
import type { Load, LoadResult } from './load.ts'
import { processorTime } from './processes.ts'
import { startPostfix } from '../test/integration/peers/postfix.ts'
import type { Postfix } from '../test/integration/peers/postfix.ts'

const allRows = ['senders', 'pipelined', 'new', 'one', 'one-new', 'bulk', 'dots', 'memory', 'latency', 'workers']
const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '5' },
    rows: { type: 'string', default: allRows.join(',') },
    short: { type: 'boolean', default: false },
    warm: { type: 'string', default: '20000' },
    namesake: { type: 'string' },
  },
})
const messages = Number(values.messages)
const rounds = Number(values.rounds)
const rows = new Set(values.rows.split(','))
for (const row of rows) if (!allRows.includes(row)) throw new Error(`--rows takes ${allRows.join(', ')}`)

/** Who carries the load: a name and the port where it listens. */
type Ports = Readonly<Record<string, number>>

const folder = makeScratch('bench')
const children: ChildProcess[] = []
const daemons: Daemon[] = []
const postfixes: Postfix[] = []
/** Process ids of those that carry the load, for the processor time that they take. */
const processes: Record<string, number> = {}

function start(name: string, command: string, args: readonly string[]): void {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  children.push(child)
  processes[name] = child.pid ?? 0
}

function listening(port: number): Promise<unknown> {
  return until(
    `something greets on port ${port}`,
    () =>
      new Promise<boolean>((resolve) => {
        const probe = connect(port, '127.0.0.1')
        probe.once('data', () => probe.end('QUIT\r\n'))
        probe.once('close', (failed) => resolve(!failed))
        probe.once('error', () => probe.destroy())
      }),
  )
}

const people = commonPeople()
  .filter((_, i) => i % 10 === 0)
  .slice(0, 1000)
const names = people.map((person) => person.displayName)

async function startNamesake(workers: number, sink: number, cli?: string): Promise<Daemon> {
  const daemon = await startDaemon({
    relay: `smtp://127.0.0.1:${sink}`,
    workers,
    people: JSON.stringify({
      users: people.map(({ id, displayName, givenName, surname, addresses }) => ({
        ...{ id, displayName, givenName, surname, mail: addresses[0], groups: ['everyone'] },
      })),
      groups: [{ id: 'everyone', displayName: 'Everyone', members: people.map(({ id }) => id) }],
    }),
    protection: 'protect:\n  - { directory: Staff, groups: [Everyone] }\n',
    ...(cli === undefined ? {} : { cli }),
  })
  daemons.push(daemon)
  return daemon
}

async function startAll(): Promise<{ ports: Ports; sink: number }> {
  const [sink = 0, haproxy = 0, plain = 0, haraka = 0] = await freePorts(4)
  start('sink', 'smtp-sink', ['-u', process.env['USER'] ?? 'root', `127.0.0.1:${sink}`, '1000'])
  const config = join(folder, 'haproxy.cfg')
  writeFileSync(
    config,
    `global
  nbthread 1
defaults
  mode tcp
  timeout connect 10s
  timeout client 300s
  timeout server 300s
listen relay
  bind 127.0.0.1:${haproxy}
  server sink 127.0.0.1:${sink}
`,
  )
  start('HAProxy', 'haproxy', ['-q', '-f', config])
  start('Node relay', process.execPath, [join(import.meta.dirname, 'plain-relay.mjs'), String(plain), String(sink)])
  await Promise.all([sink, haproxy, plain].map(listening))
  const ports: Record<string, number> = { HAProxy: haproxy, 'Node relay': plain }
  const postfix = await startPostfix({ deliver: { host: '127.0.0.1', port: sink } })
  postfixes.push(postfix)
  ports['Postfix'] = postfix.ports['smtp'] ?? 0
  const other = await startHaraka(folder, haraka, sink)
  if (typeof other === 'string') console.error(`without Haraka: ${other}`)
  else {
    children.push(other)
    processes['Haraka'] = other.pid ?? 0
    await listening(haraka)
    ports['Haraka'] = haraka
  }
  if (values.namesake !== undefined) {
    const before = await startNamesake(1, sink, join(values.namesake, 'dist/cli.js'))
    ports['Before'] = before.smtpPort
    processes['Before'] = before.child.pid ?? 0
  }
  const daemon = await startNamesake(1, sink)
  ports['Namesake'] = daemon.smtpPort
  processes['Namesake'] = daemon.child.pid ?? 0
  return { sink, ports }
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN

/** The same load through each in turn, round after round, the first round unmeasured. A round has senders of its own. */
async function compare(
  load: (port: number, name: string, seed: number) => Promise<number>,
  ports: Ports,
): Promise<Record<string, number[]>> {
  const rates: Record<string, number[]> = {}
  const names = Object.keys(ports)
  for (let round = -1; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const rate = await load(ports[name] ?? 0, name, round + 2)
      if (round >= 0) (rates[name] ??= []).push(rate)
    }
  }
  return rates
}

/** The median over the rounds of one's rate over another's. */
function ratio(ours: readonly number[] = [], base: readonly number[] = []): number {
  return median(ours.map((rate, i) => rate / (base[i] ?? NaN)))
}

/** Everybody's place in the table. */
const columns = ['HAProxy', 'Node relay', 'Postfix', 'Haraka', 'Before', 'Namesake']

function row(what: string, cells: readonly string[], reached: number, floor: number, aim: number): void {
  const mark = Number.isNaN(floor) ? '' : reached >= aim ? 'aim' : reached >= floor ? 'floor' : 'below'
  const wanted = [floor, aim].map((number) => (Number.isNaN(number) ? '' : String(number)))
  console.log(`| ${[what, ...cells, reached.toFixed(2), ...wanted, mark].join(' | ')} |`)
}

function compareRow(what: string, unit: string, rates: Record<string, number[]>, floor: number, aim: number): void {
  const cells = columns.map((name) => {
    const list = rates[name]
    return list === undefined ? '' : `${median(list).toFixed(0)} ${unit}`
  })
  row(what, cells, ratio(rates['Namesake'], rates['HAProxy']), floor, aim)
  if (rates['Before'] !== undefined) {
    console.error(`${what}: Namesake over the checkout before: ${ratio(rates['Namesake'], rates['Before']).toFixed(3)}`)
  }
}

/** Sends a load by a process of its own. */
async function sendLoad(load: Load): Promise<LoadResult> {
  const args = ['--import', 'tsx', join(import.meta.dirname, 'load.ts'), JSON.stringify(load)]
  const { code, stdout, output } = await run(process.execPath, args, { limit: 300_000 })
  if (code !== 0) throw new Error(`the load to port ${load.port}: ${output}`)
  return JSON.parse(stdout) as LoadResult
}

const spent: Record<string, number[]> = {}

/**
 * Messages a second. Those that are many times slower get fewer of them. Haraka gets 200 sessions: each of its messages waits 44 ms
 * for a delayed acknowledgement of its next hop (docs/performance.md), which says nothing of what it can carry.
 */
const small =
  (wanted: number, options: Partial<Load>, what?: string) =>
  async (port: number, name: string, seed: number): Promise<number> => {
    const count = Math.ceil(name === 'Haraka' || name === 'Postfix' ? wanted / 10 : wanted)
    const pid = processes[name] ?? 0
    const before = pid === 0 ? 0 : processorTime(pid)
    const { rate } = await sendLoad({
      ...{
        port,
        messages: count,
        sessions: name === 'Haraka' ? 200 : 10,
        kept: true,
        pipelined: false,
        oneSender: false,
        short: values.short,
        rate: 0,
        seed,
        names,
      },
      different: count,
      ...options,
    })
    if (pid !== 0 && what !== undefined) {
      ;(spent[`${what}: ${name}`] ??= []).push(((processorTime(pid) - before) * 1e6) / count)
    }
    return rate
  }

/** Lets those that run in Node carry mail until their code is compiled, as a daemon that has run for a minute has it; prints how they begin. */
async function warmAll(ports: Ports): Promise<void> {
  const total = Number(values.warm)
  const step = Math.min(messages, 5000)
  for (const name of ['Node relay', 'Before', 'Namesake']) {
    const port = ports[name]
    if (port === undefined || total === 0) continue
    const rates: string[] = []
    for (let sent = 0; sent < total; sent += step) {
      rates.push((await small(step, {})(port, name, 1000 + sent)).toFixed(0))
    }
    console.error(`${name}, messages a second from its start on, ${step} at a time: ${rates.join(', ')}`)
  }
}

/** What each adds to a message's time at half of what Namesake can take, over sending straight to the next hop. */
async function latencyRow(ports: Ports, sink: number): Promise<void> {
  const most = await small(messages / 2, {})(ports['Namesake'] ?? 0, 'Namesake', 1)
  const paced = { ...{ rate: Math.floor(most / 2), sessions: 10 } }
  const all: Record<string, number> = { sink, ...ports }
  const found: Record<string, LoadResult[]> = {}
  for (let round = 0; round < rounds; round++) {
    for (const [name, port] of Object.entries(all)) {
      if (name === 'Haraka' || name === 'Postfix') continue
      ;(found[name] ??= []).push(
        await sendLoad({
          ...{
            port,
            messages: Math.ceil(messages / 2),
            kept: true,
            pipelined: false,
            oneSender: false,
            short: values.short,
            seed: round + 2,
            names,
          },
          ...{ different: Math.ceil(messages / 2), ...paced },
        }),
      )
    }
  }
  const straight = found['sink'] ?? []
  console.log(`\nAdded to a message at ${paced.rate} a second, in milliseconds (p50, p99):`)
  for (const [name, results] of Object.entries(found)) {
    if (name === 'sink') continue
    const added = (part: 'p50' | 'p99'): string =>
      median(results.map((result, i) => result[part] - (straight[i]?.[part] ?? NaN))).toFixed(2)
    console.log(`  ${name}: ${added('p50')}, ${added('p99')}`)
  }
}

/** Sends one message whose body is given, and gives MB a second. */
async function bulk(port: number, body: Buffer): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let seen = ''
  let wake: (() => void) | null = null
  socket.on('data', (chunk: Buffer) => {
    seen += chunk.toString('latin1')
    wake?.()
  })
  const reply = async (): Promise<void> => {
    while (!/^\d{3} .*\r\n/m.test(seen)) await new Promise<void>((done) => (wake = done))
    seen = ''
  }
  await reply()
  for (const line of ['EHLO bench.example', 'MAIL FROM:<a@client.example>', 'RCPT TO:<b@hop.example>', 'DATA']) {
    socket.write(`${line}\r\n`)
    await reply()
  }
  const begun = performance.now()
  for (let at = 0; at < body.length; at += 65_536) {
    if (!socket.write(body.subarray(at, at + 65_536))) await new Promise<void>((done) => socket.once('drain', done))
  }
  socket.write('.\r\n')
  await reply()
  const took = (performance.now() - begun) / 1000
  socket.end('QUIT\r\n')
  return body.length / 1e6 / took
}

function bodyOf(line: string, octets: number): Buffer {
  const lines = Buffer.from(line.repeat(Math.ceil(octets / line.length)), 'latin1')
  return Buffer.concat([Buffer.from('From: a@client.example\r\nSubject: bulk\r\n\r\n'), lines])
}

/** Resident memory in MB of a daemon's workers. */
function memoryOf(daemon: Daemon): number {
  const { pid } = daemon.child
  const workers = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  return workers
    .map((worker) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${worker}/status`, 'utf8'))?.[1] ?? 0) / 1024)
    .reduce((sum, resident) => sum + resident, 0)
}

async function memoryRow(sink: number): Promise<void> {
  const daemon = await startNamesake(1, sink)
  const body = bodyOf(`${'x'.repeat(76)}\r\n`, 50_000_000)
  // One message first: what a worker needs once is not what a message costs.
  await bulk(daemon.smtpPort, body)
  const idle = memoryOf(daemon)
  let peak = idle
  const timer = setInterval(() => (peak = Math.max(peak, memoryOf(daemon))), 20)
  await Promise.all(Array.from({ length: 20 }, () => bulk(daemon.smtpPort, body)))
  clearInterval(timer)
  const above = peak - idle
  const mark = above <= 10 ? 'aim' : above <= 20 ? 'floor' : 'above'
  console.log(
    `| memory above idle, twenty 50 MB messages at once | | | | | | ${idle.toFixed(0)} MB idle | ${above.toFixed(0)} MB | 20 MB | 10 MB | ${mark} |`,
  )
}

async function dotRow(namesake: number): Promise<void> {
  const dots = bodyOf('..\r\n', 25_000_000)
  const lines = bodyOf('xx\r\n', 25_000_000)
  const rates = { dots: [] as number[], lines: [] as number[] }
  for (let round = -1; round < rounds; round++) {
    const pair = [await bulk(namesake, dots), await bulk(namesake, lines)] as const
    if (round < 0) continue
    rates.dots.push(pair[0])
    rates.lines.push(pair[1])
  }
  const cells = [
    `${median(rates.lines).toFixed(0)} MB/s plain`,
    '',
    '',
    '',
    '',
    `${median(rates.dots).toFixed(0)} MB/s`,
  ]
  row('25 MB of stuffed dots over plain lines', cells, ratio(rates.dots, rates.lines), 0.8, 0.9)
}

/** Two workers over one. Sender and receiver share the two cores with them, so this shows what is left to gain. */
async function workersRow(one: number, sink: number): Promise<void> {
  const two = (await startNamesake(2, sink)).smtpPort
  const rates = await compare(small(messages, {}), { one, two })
  const each = (['one', 'two'] as const).map((name) => median(rates[name] ?? []).toFixed(0))
  console.log(
    `\nTwo workers over one: ${ratio(rates['two'], rates['one']).toFixed(2)} (${each.join(' and ')} a second)`,
  )
}

async function main(): Promise<void> {
  const { ports, sink } = await startAll()
  await warmAll(ports)
  console.log(`| what | ${columns.join(' | ')} | Namesake over HAProxy | floor | aim | reached |`)
  console.log(`|---|${columns.map(() => '---|').join('')}---|---|---|---|`)
  const compared: readonly (readonly [string, string, number, Partial<Load>, number, number])[] = [
    ['senders', 'every message of another sender, 10 sessions kept open', 1, {}, 0.75, 0.9],
    ['pipelined', 'the same, MAIL, RCPT and DATA pipelined', 1, { pipelined: true }, 0.7, 0.9],
    ['new', 'every message of another sender, a connection each', 0.25, { kept: false }, NaN, NaN],
    ['one', 'one sender, 10 sessions kept open', 1, { oneSender: true }, 0.85, 0.95],
    ['one-new', 'one sender, a connection each', 0.25, { oneSender: true, kept: false }, 0.75, 0.95],
  ]
  for (const [name, what, share, options, floor, aim] of compared) {
    if (!rows.has(name)) continue
    compareRow(what, '/s', await compare(small(messages * share, options, what), ports), floor, aim)
  }
  const { HAProxy = 0, Namesake = 0, Before } = ports
  if (rows.has('bulk')) {
    const plain = bodyOf(`${'x'.repeat(76)}\r\n`, 50_000_000)
    const bulkPorts = { HAProxy, ...(Before === undefined ? {} : { Before }), Namesake }
    compareRow('a 50 MB message', 'MB/s', await compare((port) => bulk(port, plain), bulkPorts), 0.9, 0.97)
  }
  if (rows.has('dots')) await dotRow(Namesake)
  if (rows.has('memory')) await memoryRow(sink)
  if (rows.has('latency')) await latencyRow(ports, sink)
  if (rows.has('workers')) await workersRow(Namesake, sink)
  console.log('\nProcessor time a message, in microseconds (the process and its children):')
  for (const [what, list] of Object.entries(spent)) console.log(`  ${what}: ${median(list).toFixed(0)}`)
}

try {
  await main()
} finally {
  for (const child of children) child.kill('SIGKILL')
  for (const postfix of postfixes) await postfix.stop()
  for (const daemon of daemons) await removeDaemon(daemon)
  removeScratch(folder)
}
