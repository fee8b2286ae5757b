/**
 * The SMTP path side by side with HAProxy's plain TCP relay and with Haraka, as ratios within each round (design,
 * section 6, rows 1 to 5). Namesake is the whole daemon with one worker: judging, adding its field, logging to a file.
 * Needs Debian's haproxy and postfix (smtp-source, smtp-sink) and a build; Haraka comes from npm if it can be reached.
 *
 *   npm run bench:smtp [-- --messages N --rounds N --rows 1,2,3,4,5,6]
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
import { startHaraka } from './haraka.ts'

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '5' },
    rows: { type: 'string', default: '1,2,3,4,5,6' },
  },
})
const messages = Number(values.messages)
const rounds = Number(values.rounds)
const rows = new Set(values.rows.split(','))

/** Who carries the load: a name and the port where it listens. */
type Ports = Readonly<Record<string, number>>

const folder = makeScratch('bench')
const children: ChildProcess[] = []
const daemons: Daemon[] = []

function start(command: string, args: readonly string[]): void {
  children.push(spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }))
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

async function startNamesake(workers: number, sink: number): Promise<Daemon> {
  const daemon = await startDaemon({ relay: `smtp://127.0.0.1:${sink}`, workers })
  daemons.push(daemon)
  return daemon
}

async function startAll(): Promise<{ ports: Ports; sink: number }> {
  const [sink = 0, haproxy = 0, haraka = 0] = await freePorts(3)
  start('smtp-sink', ['-u', process.env['USER'] ?? 'root', `127.0.0.1:${sink}`, '1000'])
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
  start('haproxy', ['-q', '-f', config])
  await Promise.all([listening(sink), listening(haproxy)])
  const other = await startHaraka(folder, haraka, sink)
  if (typeof other === 'string') console.error(`without Haraka: ${other}`)
  else {
    children.push(other)
    await listening(haraka)
  }
  const { smtpPort } = await startNamesake(1, sink)
  return { sink, ports: { haproxy, ...(typeof other === 'string' ? {} : { haraka }), namesake: smtpPort } }
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN

/** The same load through each in turn, round after round, the first round unmeasured. */
async function compare(
  load: (port: number, name: string) => Promise<number>,
  ports: Ports,
): Promise<Record<string, number[]>> {
  const rates: Record<string, number[]> = {}
  const names = Object.keys(ports)
  for (let round = -1; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const rate = await load(ports[name] ?? 0, name)
      if (round >= 0) (rates[name] ??= []).push(rate)
    }
  }
  return rates
}

/** The median over the rounds of one's rate over another's. */
function ratio(ours: readonly number[] = [], base: readonly number[] = []): number {
  return median(ours.map((rate, i) => rate / (base[i] ?? NaN)))
}

function row(what: string, cells: readonly string[], reached: number, floor: number, aim: number): void {
  const mark = reached >= aim ? 'aim' : reached >= floor ? 'floor' : 'below'
  console.log(`| ${[what, ...cells, reached.toFixed(2), floor, aim, mark].join(' | ')} |`)
}

function compareRow(what: string, unit: string, rates: Record<string, number[]>, floor: number, aim: number): void {
  const rate = (name: string): string => {
    const list = rates[name]
    return list === undefined ? '' : `${median(list).toFixed(0)} ${unit}`
  }
  const cells = [rate('haproxy'), rate('haraka'), rate('namesake')]
  row(what, cells, ratio(rates['namesake'], rates['haproxy']), floor, aim)
}

const envelope = ['-f', 'a@client.example', '-t', 'b@hop.example']

/** Messages a second with `smtp-source`; a twentieth of them for Haraka, which takes thirty times as long. */
const small =
  (wanted: number, extra: readonly string[]) =>
  async (port: number, name: string): Promise<number> => {
    const count = name === 'haraka' ? Math.ceil(wanted / 20) : wanted
    const size = extra.includes('-F') ? [] : ['-l', '4096']
    const args = ['-s', '10', '-m', String(count), ...size, ...extra, ...envelope, `127.0.0.1:${port}`]
    const begun = performance.now()
    const { code, output } = await run('smtp-source', args, { limit: 300_000 })
    if (code !== 0) throw new Error(`smtp-source to port ${port}: ${output}`)
    return (count * 1000) / (performance.now() - begun)
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
  const mark = above <= 15 ? 'aim' : above <= 40 ? 'floor' : 'above'
  console.log(
    `| memory above idle, twenty 50 MB messages at once | | | ${idle.toFixed(0)} MB idle | ${above.toFixed(0)} MB | 40 MB | 15 MB | ${mark} |`,
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
  const cells = [`${median(rates.lines).toFixed(0)} MB/s plain`, '', `${median(rates.dots).toFixed(0)} MB/s`]
  row('25 MB of stuffed dots over plain lines', cells, ratio(rates.dots, rates.lines), 0.3, 0.8)
}

/** Two workers over one, where relaying is all the work and where judging is most of it. */
async function workersRow(one: number, sink: number): Promise<void> {
  const dear = join(folder, 'dear.eml')
  writeFileSync(dear, dearMessage())
  const two = (await startNamesake(2, sink)).smtpPort
  const loads = {
    'plain messages': small(messages, ['-d']),
    'messages that are dear to judge': small(Math.ceil(messages / 5), ['-d', '-F', dear]),
  }
  for (const [what, load] of Object.entries(loads)) {
    const rates = await compare(load, { one, two })
    const each = (['one', 'two'] as const).map((name) => median(rates[name] ?? []).toFixed(0))
    console.log(
      `\nTwo workers over one, ${what}: ${ratio(rates['two'], rates['one']).toFixed(2)} (${each.join(' and ')} a second)`,
    )
  }
}

/** Six mailboxes in From, with names too long to be remembered between messages: most of a millisecond of judging. */
function dearMessage(): string {
  const trees =
    'alder birch cedar dogwood elm fir ginkgo hazel ironwood juniper katsura larch maple nutmeg olive pine quince rowan spruce teak'
  const words = trees.split(' ')
  const name = (n: number): string => words.map((_, i) => words[(n * 7 + i * 3) % words.length]).join(' ')
  const mailboxes = Array.from({ length: 6 }, (_, n) => `"${name(n)}" <a${n}@client.example>`)
  return `From: ${mailboxes.join(',\n ')}\nSubject: dear\n\n${'text\n'.repeat(10)}`
}

async function main(): Promise<void> {
  const { ports, sink } = await startAll()
  console.log('| what | HAProxy | Haraka | Namesake | over HAProxy | floor | aim | reached |')
  console.log('|---|---|---|---|---|---|---|---|')
  if (rows.has('1')) {
    const rates = await compare(small(messages, ['-d']), ports)
    compareRow('4 KB messages, 10 sessions kept open', '/s', rates, 0.55, 0.8)
  }
  if (rows.has('2')) {
    const rates = await compare(small(messages / 4, []), ports)
    compareRow('4 KB messages, a connection each', '/s', rates, 0.35, 0.6)
  }
  const { haproxy = 0, namesake = 0 } = ports
  if (rows.has('3')) {
    const plain = bodyOf(`${'x'.repeat(76)}\r\n`, 50_000_000)
    compareRow('a 50 MB message', 'MB/s', await compare((port) => bulk(port, plain), { haproxy, namesake }), 0.7, 0.95)
  }
  if (rows.has('4')) await dotRow(namesake)
  if (rows.has('5')) await memoryRow(sink)
  if (rows.has('6')) await workersRow(namesake, sink)
}

try {
  await main()
} finally {
  for (const child of children) child.kill('SIGKILL')
  for (const daemon of daemons) await removeDaemon(daemon)
  removeScratch(folder)
}
