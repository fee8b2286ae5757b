/**
 * Faults of the system under a running daemon, with mail flowing: no file descriptors left, a disk that answers with errors, connections
 * that the system refuses, a clock that jumps, processes that stand still. After each the mail flows as before; what was
 * acknowledged has arrived, once, and nothing else was refused for good.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { peopleYaml, removeDaemon, startDaemon, waitUntil } from './peers/daemon.ts'
import type { Daemon, DaemonOptions } from './peers/daemon.ts'
import { Flow } from './peers/flow.ts'
import { startSink } from './peers/sink.ts'
import type { Sink } from './peers/sink.ts'

// Each starts a daemon, and strace slows down what it is attached to.
t.setTimeout(600_000)

const smtp = '  timeouts: { command: 20s, nextHop: 10s, drain: 2s }\n'
const asRoot = process.getuid?.() === 0

function missing(program: string): string | false {
  if (!asRoot) return 'needs root'
  try {
    execFileSync('which', [program], { stdio: 'ignore' })
    return false
  } catch {
    return `${program} is not installed`
  }
}

interface Stage {
  readonly daemon: Daemon
  readonly sink: Sink
  readonly flow: Flow
}

async function setStage(t: Test, options: Partial<DaemonOptions> = {}): Promise<Stage> {
  const sink = await startSink()
  t.teardown(() => sink.close())
  const daemon = await startDaemon({ relay: `smtp://127.0.0.1:${sink.port}`, smtp, workers: 2, ...options })
  t.teardown(() => removeDaemon(daemon))
  const flow = new Flow(daemon.smtpPort)
  t.teardown(() => flow.end())
  await flow.goesOn()
  return { daemon, sink, flow }
}

function arrivedAt(sink: Sink): string[] {
  return sink.received.map(({ content }) => /^Message-ID: <([^>@]*)@/m.exec(content.toString('latin1'))?.[1] ?? '')
}

/** Mail flows again; what was acknowledged has arrived, and nothing arrived twice. */
async function expectNothingLost(t: Test, flow: Flow, arrived: () => string[]): Promise<void> {
  await flow.goesOn()
  await flow.end()
  const there = arrived()
  const names = new Set(there)
  t.same(
    [...flow.acknowledged].filter((name) => !names.has(name)),
    [],
    `${flow.acknowledged.size} acknowledged, all have arrived`,
  )
  t.equal(names.size, there.length, 'none arrived twice')
  t.same(
    [...names].filter((name) => !flow.acknowledged.has(name) && !flow.unsure.has(name)),
    [],
    'what was refused has not arrived',
  )
  t.same(flow.forGood, [], 'nothing was refused for good')
}

async function expectOrderlyEnd(t: Test, daemon: Daemon): Promise<void> {
  t.notOk(
    daemon.lines().some(({ event }) => event === 'internal' || event === 'session-failed'),
    'no fault of ours',
  )
  const start = performance.now()
  t.equal(await daemon.stop(), 0, 'it ends in order')
  const took = Math.round(performance.now() - start)
  t.ok(took <= 4000, `gone after ${took} ms, at drain: 2s`)
}

function workersOf(daemon: Daemon): number[] {
  return daemon
    .lines()
    .filter(({ event }) => event === 'worker-started')
    .map(({ worker }) => Number(worker))
}

/** Has strace make system calls of a process and its threads fail, until the end of `work`. */
async function withFailing(pid: number, what: readonly string[], work: () => Promise<void>): Promise<void> {
  const tracer = spawn('strace', ['-f', '-qq', '-o', '/dev/null', '-p', String(pid), ...what], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  tracer.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  try {
    await waitUntil(
      `strace on ${pid} (${said})`,
      () => (/^TracerPid:\s+[1-9]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')) ? true : undefined),
      10_000,
    )
    await work()
  } finally {
    const gone = once(tracer, 'exit')
    if (tracer.exitCode === null) {
      tracer.kill('SIGINT')
      await gone
    }
  }
}

function changePeople(daemon: Daemon, mark: string): void {
  const file = join(daemon.folder, 'people.yaml')
  writeFileSync(
    `${file}.new`,
    peopleYaml.replace(
      /^groups:/m,
      `  - { id: ${mark}, displayName: New Person, mail: ${mark}@corp.example }\ngroups:`,
    ),
  )
  renameSync(`${file}.new`, file)
}

t.test('no file descriptors are left (EMFILE)', { skip: missing('prlimit'), timeout: 240_000 }, async (t) => {
  const { daemon, sink, flow } = await setStage(t)
  const limits = [daemon.child.pid ?? 0, ...workersOf(daemon)].map((pid) => {
    const open = readdirSync(`/proc/${pid}/fd`).map(Number)
    return { pid, nofile: Math.max(...open) + 1 }
  })
  const before = execFileSync('prlimit', [
    '--pid',
    String(limits[0]?.pid),
    '--nofile',
    '--raw',
    '--noheadings',
    '-o',
    'SOFT',
  ])
  for (const { pid, nofile } of limits) execFileSync('prlimit', ['--pid', String(pid), `--nofile=${nofile}:`])
  flow.reconnect()
  changePeople(daemon, 'emfile')
  await sleep(3000)
  for (const { pid } of limits) execFileSync('prlimit', ['--pid', String(pid), `--nofile=${before.toString().trim()}:`])
  await daemon
    .waitFor((line) => line['event'] === 'directory-synchronised' && line['people'] === 4, 30_000)
    .catch(() => changePeople(daemon, 'again'))
  await expectNothingLost(t, flow, () => arrivedAt(sink))
  t.notOk(
    daemon.lines().some(({ event }) => event === 'worker-died'),
    'no worker ended',
  )
  await expectOrderlyEnd(t, daemon)
})

t.test('the disk under the log answers EIO', { skip: missing('strace'), timeout: 240_000 }, async (t) => {
  const { daemon, sink, flow } = await setStage(t)
  const [worker = 0] = workersOf(daemon)
  const log = join(daemon.folder, 'log')
  await withFailing(
    worker,
    ['-P', log, '-e', 'trace=write,writev', '-e', 'inject=write,writev:error=EIO'],
    async () => {
      flow.reconnect()
      await sleep(2500)
      await flow.goesOn()
    },
  )
  await expectNothingLost(t, flow, () => arrivedAt(sink))
  await expectOrderlyEnd(t, daemon)
})

t.test('the disk under the store answers EIO', { skip: missing('strace'), timeout: 240_000 }, async (t) => {
  const { daemon, sink, flow } = await setStage(t)
  const data = join(daemon.folder, 'store', 'data.mdb')
  const calls = 'write,writev,pwrite64,pwritev,fdatasync,fsync'
  await withFailing(
    daemon.child.pid ?? 0,
    ['-P', data, '-e', `trace=${calls}`, '-e', `inject=${calls}:error=EIO`],
    async () => {
      changePeople(daemon, 'eio')
      const failed = await daemon.waitFor((line) => line['event'] === 'directory-sync-failed', 40_000)
      t.match(String(failed['error']), /EIO|[Ii]nput\/output/, 'it is told')
      await flow.goesOn()
    },
  )
  t.ok(
    daemon.lines().some((line) => line['event'] === 'message' && line['verdict'] === 'detected'),
    'judged by the people known',
  )
  changePeople(daemon, 'sound')
  await daemon.waitFor((line) => line['event'] === 'directory-synchronised' && line['people'] === 4, 40_000)
  await expectNothingLost(t, flow, () => arrivedAt(sink))
  t.notOk(
    daemon.lines().some(({ event }) => event === 'worker-died'),
    'no process ended',
  )
  await expectOrderlyEnd(t, daemon)
})

t.test('the disk under the Maildir answers EIO', { skip: missing('strace'), timeout: 240_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-maildir-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const { daemon, flow } = await setStage(t, { relay: `maildir:${join(folder, 'mail')}` })
  const children = execFileSync('pgrep', ['-P', String(daemon.child.pid)])
    .toString()
    .trim()
    .split('\n')
    .map(Number)
  const hop = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('maildir-process')) ?? 0
  for (const [calls, only] of [
    ['fsync,fdatasync', ''],
    // The message has its place already when the folder's turn comes.
    ['fsync,fdatasync', join(folder, 'mail', 'new')],
    ['rename,renameat,renameat2', ''],
  ] as const) {
    const known = flow.putOff.length
    const what = ['-e', `trace=${calls}`, '-e', `inject=${calls}:error=EIO`, ...(only === '' ? [] : ['-P', only])]
    await withFailing(hop, what, async () => {
      await waitUntil('a refusal', () => (flow.putOff.length > known ? true : undefined))
    })
    t.match(flow.putOff.at(-1), /^451 4\.3\.0 /, `${calls} ${only === '' ? 'of all' : 'of the folder'}: put off`)
    await flow.goesOn()
  }
  // One that is killed while it writes leaves a part of a message behind; another program's is not ours to remove.
  const half = `1.M1P${hop}Q1R0123456789ab.${hostname()}`
  writeFileSync(join(folder, 'mail', 'tmp', half), 'Subject: half')
  writeFileSync(join(folder, 'mail', 'tmp', 'theirs'), 'Subject: half')
  process.kill(hop, 'SIGKILL')
  await daemon.waitFor((line) => line['event'] === 'next-hop-embedded-died')
  await flow.goesOn()
  const stored = (): string[] =>
    readdirSync(join(folder, 'mail', 'new')).map(
      (name) => /^Message-ID: <([^>@]*)@/m.exec(readFileSync(join(folder, 'mail', 'new', name), 'latin1'))?.[1] ?? '',
    )
  await expectNothingLost(t, flow, stored)
  t.same(readdirSync(join(folder, 'mail', 'tmp')), ['theirs'], 'nothing of ours is left half written')
  await expectOrderlyEnd(t, daemon)
})

t.test('the system refuses connections (EAGAIN, ENOBUFS)', { skip: missing('strace'), timeout: 240_000 }, async (t) => {
  const { daemon, sink, flow } = await setStage(t, { workers: 1 })
  const [worker = 0] = workersOf(daemon)
  for (const [call, error] of [
    ['connect', 'EAGAIN'],
    ['accept4', 'EAGAIN'],
    ['accept4', 'ENOBUFS'],
  ] as const) {
    await withFailing(worker, ['-e', `trace=${call}`, '-e', `inject=${call}:error=${error}`], async () => {
      flow.reconnect()
      await sleep(1000)
    })
    await flow.goesOn()
  }
  await expectNothingLost(t, flow, () => arrivedAt(sink))
  t.notOk(
    daemon.lines().some(({ event }) => event === 'worker-died'),
    'no worker ended',
  )
  await expectOrderlyEnd(t, daemon)
})

const fakeTime = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1'
const archTime = fakeTime.replace('x86_64-linux-gnu', execFileSync('uname', ['-m']).toString().trim() + '-linux-gnu')

t.test('the clock jumps a day ahead and back', { skip: missing('faketime'), timeout: 240_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-clock-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const clock = join(folder, 'clock')
  const set = (offset: string): void => {
    writeFileSync(`${clock}.new`, `${offset}\n`)
    renameSync(`${clock}.new`, clock)
  }
  set('+0')
  // Timers go by the clock that nobody sets, here as there.
  const env = {
    LD_PRELOAD: archTime,
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_CACHE_DURATION: '1',
    DONT_FAKE_MONOTONIC: '1',
  }
  const { daemon, sink, flow } = await setStage(t, { env })
  for (const offset of ['+86400', '+0', '-86400', '+0']) {
    set(offset)
    await sleep(1500)
    flow.reconnect()
    await flow.goesOn()
  }
  set('+86400')
  await waitUntil(
    'a line of tomorrow',
    () => (daemon.lines().some(({ time }) => Date.parse(String(time)) > Date.now() + 80_000_000) ? true : undefined),
    20_000,
  )
  await expectNothingLost(t, flow, () => arrivedAt(sink))
  t.same(flow.putOff, [], 'not one message was put off')
  t.notOk(
    daemon.lines().some(({ event }) => event === 'worker-died' || event === 'worker-hung'),
    'no worker ended',
  )
  await expectOrderlyEnd(t, daemon)
})

t.test('processes that stand still', { skip: missing('prlimit'), timeout: 240_000 }, async (t) => {
  const { daemon, sink, flow } = await setStage(t)
  const [worker = 0] = workersOf(daemon)
  process.kill(worker, 'SIGSTOP')
  await sleep(3000)
  process.kill(worker, 'SIGCONT')
  await flow.goesOn()
  process.kill(daemon.child.pid ?? 0, 'SIGSTOP')
  const before = flow.acknowledged.size
  await sleep(3000)
  t.ok(flow.acknowledged.size > before, 'without the primary mail flows')
  process.kill(daemon.child.pid ?? 0, 'SIGCONT')
  changePeople(daemon, 'stopped')
  await daemon.waitFor((line) => line['event'] === 'directory-synchronised' && line['people'] === 4)
  await expectNothingLost(t, flow, () => arrivedAt(sink))
  t.same(flow.putOff, [], 'not one message was put off')
  t.notOk(
    daemon.lines().some(({ event }) => event === 'worker-died' || event === 'worker-hung'),
    'no worker ended',
  )
  await expectOrderlyEnd(t, daemon)
})
