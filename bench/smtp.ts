/**
 * The SMTP path side by side with HAProxy's plain TCP relay, as ratios (design, section 6, rows 1 to 5). Needs Debian's
 * haproxy and postfix (smtp-source, smtp-sink) and a build. Everything runs in one temporary folder on loopback ports.
 *
 *   npx tsx bench/smtp.ts [--messages N] [--rounds N] [--rows 1,2,3,4,5]
 */
import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs, promisify } from 'node:util'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '..')
const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '4000' },
    rounds: { type: 'string', default: '3' },
    rows: { type: 'string', default: '1,2,3,4,5' },
    /** Script that takes LISTEN and RELAY ports in place of Namesake. */
    program: { type: 'string', default: join(root, 'bench/smtp-worker.ts') },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'namesake-bench-'))
const children: ChildProcess[] = []

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

async function listening(port: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const up = await new Promise<boolean>((done) => {
      const probe: Socket = connect(port, '127.0.0.1', () => {
        probe.destroy()
        done(true)
      })
      probe.once('error', () => done(false))
    })
    if (up) return
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error(`nothing came up on port ${port}`)
}

function start(command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  children.push(child)
  return child
}

interface Ports {
  readonly sink: number
  readonly haproxy: number
  readonly namesake: number
}

async function startAll(): Promise<{ ports: Ports; namesake: ChildProcess }> {
  const ports = { sink: await freePort(), haproxy: await freePort(), namesake: await freePort() }
  start('smtp-sink', ['-u', process.env['USER'] ?? 'root', `127.0.0.1:${ports.sink}`, '1000'])
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
  bind 127.0.0.1:${ports.haproxy}
  server sink 127.0.0.1:${ports.sink}
`,
  )
  start('haproxy', ['-q', '-f', config])
  const program = values.program
  const loader = program.endsWith('.ts') ? ['--import=tsx'] : []
  const namesake = start(process.execPath, [...loader, program, String(ports.namesake), String(ports.sink)])
  for (const port of Object.values(ports)) await listening(port)
  return { ports, namesake }
}

/** Seconds that one smtp-source takes. */
async function seconds(args: readonly string[]): Promise<number> {
  const begun = performance.now()
  await run('smtp-source', [...args], { maxBuffer: 1 << 26, timeout: 60_000 })
  return (performance.now() - begun) / 1000
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN

/** The same load through each in turn, round after round; gives the rates' medians. */
async function compare(
  load: (port: number) => Promise<number>,
  ports: Ports,
): Promise<{ haproxy: number; namesake: number }> {
  const rates = { haproxy: [] as number[], namesake: [] as number[] }
  await load(ports.namesake)
  for (let i = 0; i < Number(values.rounds); i++) {
    for (const who of ['haproxy', 'namesake'] as const) rates[who].push(await load(ports[who]))
  }
  return { haproxy: median(rates.haproxy), namesake: median(rates.namesake) }
}

function row(what: string, unit: string, base: number, ours: number, floor: number, aim: number): void {
  const ratio = ours / base
  const mark = ratio >= aim ? 'aim' : ratio >= floor ? 'floor' : 'BELOW'
  console.log(
    `| ${what} | ${base.toFixed(0)} ${unit} | ${ours.toFixed(0)} ${unit} | ${ratio.toFixed(2)} | ${floor} | ${aim} | ${mark} |`,
  )
}

const envelope = ['-f', 'a@client.example', '-t', 'b@hop.example']
const messages = Number(values.messages)

/** Messages a second with `smtp-source`. */
const small =
  (extra: readonly string[]) =>
  async (port: number): Promise<number> =>
    messages /
    (await seconds(['-s', '10', '-m', String(messages), '-l', '4096', ...extra, ...envelope, `127.0.0.1:${port}`]))

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

/** Resident memory of a process in MB, from /proc. */
function memoryOf(child: ChildProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024
}

async function memoryRow(ports: Ports, namesake: ChildProcess): Promise<void> {
  const idle = memoryOf(namesake)
  let peak = idle
  const timer = setInterval(() => {
    peak = Math.max(peak, memoryOf(namesake))
  }, 20)
  const body = bodyOf(`${'x'.repeat(76)}\r\n`, 50_000_000)
  await Promise.all(Array.from({ length: 20 }, () => bulk(ports.namesake, body)))
  clearInterval(timer)
  const above = peak - idle
  const mark = above <= 15 ? 'aim' : above <= 40 ? 'floor' : 'ABOVE'
  console.log(
    `| memory above idle, twenty 50 MB messages in flight | ${idle.toFixed(0)} MB idle | ${above.toFixed(0)} MB | | 40 MB | 15 MB | ${mark} |`,
  )
}

async function main(): Promise<void> {
  const rows = new Set(values.rows.split(','))
  const { ports, namesake } = await startAll()
  console.log('| what | HAProxy | Namesake | ratio | floor | aim | reached |')
  console.log('|---|---|---|---|---|---|---|')
  if (rows.has('1')) {
    const r = await compare(small(['-d']), ports)
    row('4 KB messages a second, 10 sessions kept open', '/s', r.haproxy, r.namesake, 0.55, 0.8)
  }
  if (rows.has('2')) {
    const r = await compare(small([]), ports)
    row('4 KB messages a second, a connection each', '/s', r.haproxy, r.namesake, 0.35, 0.6)
  }
  const plain = bodyOf(`${'x'.repeat(76)}\r\n`, 50_000_000)
  if (rows.has('3')) {
    const r = await compare((port) => bulk(port, plain), ports)
    row('a 50 MB message', 'MB/s', r.haproxy, r.namesake, 0.7, 0.95)
  }
  if (rows.has('4')) {
    const dots = bodyOf('..\r\n', 25_000_000)
    const lines = bodyOf('xx\r\n', 25_000_000)
    const rates = { dots: [] as number[], lines: [] as number[] }
    for (let i = 0; i <= Number(values.rounds); i++) {
      rates.dots.push(await bulk(ports.namesake, dots))
      rates.lines.push(await bulk(ports.namesake, lines))
    }
    row(
      '25 MB of stuffed dots over plain lines of that length',
      'MB/s',
      median(rates.lines),
      median(rates.dots),
      0.3,
      0.8,
    )
    const long = await compare((port) => bulk(port, plain.subarray(0, 25_000_000)), ports)
    row('25 MB of stuffed dots over plain lines of 76', 'MB/s', long.namesake, median(rates.dots), 0.3, 0.8)
  }
  if (rows.has('5') && existsSync('/proc/self/status')) await memoryRow(ports, namesake)
}

try {
  await main()
} finally {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
