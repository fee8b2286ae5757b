/**
 * Figures of the house: `npm run structure [-- FOLDER]` measures the checkout in FOLDER (this one by default), which has been built.
 *
 * By reading src/: import circles, functions a thousand lines and their length, small files with one importer, exports that
 * nothing imports. By running the daemon with every function telling when it is entered (structure/trace-hook.mjs): how often one
 * RCPT, one message and one connection cross from file to file, and how many files judge one From field. A crossing is a call
 * from a function of one file into a function of another.
 */

import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { duplicates, exportsUnusedInSource, importCircles, importersOf, readSources } from './structure/sources.ts'
import type { UnusedExport } from './structure/sources.ts'

const here = import.meta.dirname

const unusedExports = (root: string): UnusedExport[] =>
  exportsUnusedInSource(root, readSources(root)).filter(({ importers }) => importers.length === 0)

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

function staticFigures(root: string): Record<string, number | string> {
  const files = readSources(root)
  const lines = files.reduce((sum, file) => sum + file.lines, 0)
  const functions = files.flatMap((file) => file.functions.map((one) => one.lines))
  const importers = importersOf(files)
  const small = files.filter(({ path, lines: n }) => n < 60 && importers.get(path)?.length === 1)
  const circles = importCircles(files)
  return {
    'files of src/': files.length,
    lines: lines,
    'import circles': circles.length,
    'files in import circles': circles.flat().length,
    'functions a thousand lines': ((functions.length / lines) * 1000).toFixed(1),
    'median lines of a function': median(functions),
    'files under 60 lines with one importer': small.length,
    'exports that nothing imports': unusedExports(root).length,
    'duplicates over 6 lines': duplicates(files, 6).length,
  }
}

type Crossing = [time: number, from: string, to: string, name: string]

/** A next hop that says 250 to everything, as plainly as can be. */
async function startHop(): Promise<{ port: number; close(): void }> {
  const server = createServer((socket) => {
    let data = false
    socket.write('220 hop.example ESMTP\r\n')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      for (;;) {
        if (data) {
          const end = text.indexOf('\r\n.\r\n')
          if (end < 0) return
          text = text.slice(end + 5)
          data = false
          socket.write('250 2.0.0 taken\r\n')
          continue
        }
        const end = text.indexOf('\r\n')
        if (end < 0) return
        const verb = text.slice(0, 4).toUpperCase()
        text = text.slice(end + 2)
        if (verb === 'DATA') data = true
        socket.write(
          verb === 'EHLO'
            ? '250-hop.example\r\n250 8BITMIME\r\n'
            : verb === 'DATA'
              ? '354 go\r\n'
              : verb === 'QUIT'
                ? '221 bye\r\n'
                : '250 2.0.0 ok\r\n',
        )
      }
    })
    socket.on('error', () => socket.destroy())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return { port: (server.address() as { port: number }).port, close: () => server.close() }
}

/** Sends a line and waits for a reply; gives the moment before and the moment after. */
async function exchange(socket: Socket, text: string): Promise<[number, number]> {
  const before = performance.timeOrigin + performance.now()
  if (text !== '') socket.write(text)
  await new Promise<void>((done) => socket.once('data', () => done()))
  await wait(150)
  return [before, performance.timeOrigin + performance.now()]
}

/** Crossings of a daemon of the built checkout: one connection with two messages, cut into its steps. */
async function tracedConnection(root: string): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-structure-'))
  const hop = await startHop()
  const port = 21_000 + Math.floor(Math.random() * 5000)
  mkdirSync(join(folder, 'trace'))
  writeFileSync(
    join(folder, 'namesake.yaml'),
    `smtp: { listen: ["127.0.0.1:${port}"], clients: ["127.0.0.0/8"], relay: "smtp://127.0.0.1:${hop.port}" }\nstore: ./store\nprotection: ./protection.yaml\ndirectories: [{ name: Staff, type: file, path: ./people.yaml }]\nops: { listen: none }\nworkers: 1\n`,
  )
  writeFileSync(
    join(folder, 'protection.yaml'),
    'protect:\n  - directory: Staff\n    users: ["jane.roe@corp.example"]\n',
  )
  writeFileSync(
    join(folder, 'people.yaml'),
    'users:\n  - { id: "1", displayName: Jane Roe, givenName: Jane, surname: Roe, mail: jane.roe@corp.example }\n',
  )
  const daemon = spawn(
    process.execPath,
    [
      '--import',
      join(here, 'structure/trace-hook.mjs'),
      join(root, 'dist/cli.js'),
      'serve',
      '--config',
      join(folder, 'namesake.yaml'),
    ],
    { env: { ...process.env, NAMESAKE_TRACE: join(folder, 'trace') }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let log = ''
  daemon.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()))
  for (let i = 0; i < 300 && !log.includes('"event":"started"'); i++) await wait(100)
  if (!log.includes('"event":"started"')) throw new Error(`the daemon did not start:\n${log}`)
  const socket = connect(port, '127.0.0.1')
  const message =
    'From: Someone Else <someone@mail.example>\r\nTo: a@corp.example\r\nSubject: one\r\n\r\nText.\r\n.\r\n'
  const steps: Record<string, [number, number]> = {}
  const begin = await exchange(socket, '')
  await exchange(socket, 'EHLO client.example\r\n')
  let start = 0
  for (const round of ['first', 'second']) {
    const [before] = await exchange(socket, 'MAIL FROM:<a@mail.example>\r\n')
    start = before
    steps[`${round} RCPT`] = await exchange(socket, 'RCPT TO:<b@corp.example>\r\n')
    await exchange(socket, 'DATA\r\n')
    const [sent, ended] = await exchange(socket, message)
    steps[`${round} message, from MAIL to its last reply`] = [start, ended]
    steps[`${round} text of a message`] = [sent, ended]
  }
  const [, over] = await exchange(socket, 'QUIT\r\n')
  await wait(300)
  daemon.kill('SIGTERM')
  await new Promise((done) => daemon.once('exit', done))
  hop.close()
  const crossings = readdirSync(join(folder, 'trace'))
    .map((name) => JSON.parse(readFileSync(join(folder, 'trace', name), 'utf8')) as Crossing[])
    .find((events) => events.some(([, , to]) => to === 'smtp/session.js'))
  if (crossings === undefined) throw new Error('no worker left a trace')
  rmSync(folder, { recursive: true })
  const within = ([from, to]: [number, number]): Crossing[] => crossings.filter(([time]) => time >= from && time <= to)
  const second = within(steps['second text of a message'] ?? [0, 0])
  const section = second.findIndex(([, , , name]) => name === 'parseHeaderSection')
  const inspect = second.findIndex(([, , to, name]) => to === 'policy/inspect.js' && name === 'inspect')
  if (process.argv.includes('--steps'))
    for (const [, from, to, name] of within(steps['second RCPT'] ?? [0, 0])) console.error(`${from} -> ${to} ${name}`)
  return {
    'crossings of one RCPT': within(steps['second RCPT'] ?? [0, 0]).length,
    'crossings of one small message, MAIL to its last reply': within(
      steps['second message, from MAIL to its last reply'] ?? [0, 0],
    ).length,
    'crossings of a connection with two messages': within([begin[0], over]).length,
    'crossings from the section parsed to inspect': section >= 0 && inspect >= 0 ? inspect - section : NaN,
  }
}

/** Files of mail/, names/ and policy/ that run for one From field. */
function filesToJudge(root: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-structure-'))
  const trace = join(folder, 'trace')
  mkdirSync(trace)
  writeFileSync(join(folder, 'one.eml'), 'From: Someone Else <someone@mail.example>\r\n\r\nText.\r\n')
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      ...['--import', join(here, 'structure/trace-hook.mjs'), join(root, 'dist/cli.js')],
      ...['check', join(folder, 'one.eml'), '--config', join(root, 'config/namesake.yaml')],
    ],
    { env: { ...process.env, NAMESAKE_TRACE: trace }, encoding: 'utf8' },
  )
  const traces = readdirSync(trace).flatMap((name) => JSON.parse(readFileSync(join(trace, name), 'utf8')) as Crossing[])
  rmSync(folder, { recursive: true })
  const from = traces.findIndex(([, , to, name]) => to === 'policy/inspect.js' && name === 'inspect')
  if (from < 0) throw new Error(`check judged nothing (exit ${status}): ${stderr}`)
  return new Set(
    traces
      .slice(from)
      .map(([, , to]) => to)
      .filter((to) => /^(mail|names|policy)\//.test(to)),
  ).size
}

async function main(): Promise<void> {
  const root = resolve(process.argv.slice(2).find((word) => !word.startsWith('--')) ?? join(here, '..'))
  const figures = {
    ...staticFigures(root),
    ...(await tracedConnection(root)),
    'files that judge one From field': filesToJudge(root),
  }
  for (const [what, figure] of Object.entries(figures)) console.log(`${String(figure).padStart(8)}  ${what}`)
  if (process.argv.includes('--names')) {
    for (const { path, name } of unusedExports(root)) console.log(`unused export: ${path} ${name}`)
    for (const { lines, places } of duplicates(readSources(root), 6))
      console.log(`duplicate, ${lines} lines: ${places.join(' ')}`)
    for (const circle of importCircles(readSources(root))) console.log(`circle: ${circle.join(' ')}`)
  }
}

if (process.argv[1] === import.meta.filename) await main()
