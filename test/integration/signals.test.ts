/**
 * Signals at every stage of the daemon. The rule: asked to end, it is gone within `drain` and two seconds, whatever it is
 * doing; asked to reload, it goes on, and can be asked to end after that.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { cliPath, removeDaemon, startDaemon, waitUntil, writeConfig } from './peers/daemon.ts'
import type { Daemon, DaemonOptions } from './peers/daemon.ts'
import { freePort } from './peers/ports.ts'
import { isAlive } from './peers/scratch.ts'
import { startSink } from './peers/sink.ts'
import { RawClient } from './peers/smtp-client.ts'

// Each stage starts two daemons.
t.setTimeout(600_000)

const drainMs = 500
/** What the rule allows beyond `drain`. */
const overrunMs = 2000
const tlsFolder = resolve(import.meta.dirname, '../unit/smtp/tls')

/** Milliseconds from a signal to the end; what the process ended with. */
async function timeToEnd(child: ChildProcess, signal: NodeJS.Signals): Promise<{ took: number; code: number | null }> {
  const start = performance.now()
  const gone = once(child, 'exit') as Promise<[number | null]>
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000)
  const [code] = await gone
  clearTimeout(timer)
  return { took: Math.round(performance.now() - start), code }
}

function expectGone(t: Test, what: string, { took, code }: { took: number; code: number | null }): void {
  t.equal(code, 0, `${what}: in order`)
  t.ok(took <= drainMs + overrunMs, `${what}: gone after ${took} ms`)
}

const smtp = `  timeouts: { drain: ${drainMs}ms }`

/** A stage: what is brought about in a running daemon before the signal. */
interface Stage {
  readonly name: string
  readonly options?: Partial<DaemonOptions>
  prepare(daemon: Daemon, t: Test): Promise<void> | void
}

async function hold(t: Test, port: number, host: string): Promise<void> {
  const socket = connect({ port, host }).on('error', () => {})
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
}

const stages: readonly Stage[] = [
  { name: 'running', prepare: () => {} },
  ...[0, 50, 200, 500].map((after): Stage => ({
    name: `${after} ms behind SIGHUP`,
    prepare: async ({ child }) => {
      child.kill('SIGHUP')
      await sleep(after)
    },
  })),
  ...[0, 100, 400].map((after): Stage => ({
    name: `${after} ms behind a worker's death`,
    options: { workers: 2 },
    prepare: async (daemon) => {
      const { worker } = await daemon.waitFor((line) => line['event'] === 'worker-started')
      process.kill(Number(worker), 'SIGKILL')
      await sleep(after)
    },
  })),
  {
    name: 'a worker that is stopped',
    prepare: async (daemon) => {
      const { worker } = await daemon.waitFor((line) => line['event'] === 'worker-started')
      process.kill(Number(worker), 'SIGSTOP')
    },
  },
  {
    name: 'strangers who are turned away and do not go',
    options: { smtp: `${smtp}`, clients: '["192.0.2.0/24"]' },
    prepare: async (daemon, t) => {
      for (let i = 0; i < 20; i++) {
        const socket = connect({ port: daemon.smtpPort, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {})
        const drip = setInterval(() => socket.write('x'), 100)
        t.teardown(() => (clearInterval(drip), socket.destroy()))
      }
      await sleep(300)
    },
  },
  {
    // All in one daemon: whoever of them holds it up is told by the test of its own room (test/unit/smtp).
    name: 'inside a TLS handshake, before a PROXY header, inside a message that does not end',
    options: {
      smtp: `${smtp}\n  proxyProtocol: ["127.0.0.0/8"]`,
      listenYaml: (port) => {
        const tls = `{ mode: implicit, certificate: { file: ${tlsFolder}/server.pem }, key: { file: ${tlsFolder}/server.key } }`
        return `["127.0.0.1:${port}", { address: "127.0.0.2:${port}", tls: ${tls} }, { address: "127.0.0.3:${port}", proxyProtocol: true }]`
      },
    },
    prepare: async (daemon, t) => {
      await Promise.all(['127.0.0.2', '127.0.0.3'].map((host) => hold(t, daemon.smtpPort, host)))
      const client = await RawClient.hello(daemon.smtpPort)
      t.teardown(() => client.socket.destroy())
      for (const line of ['MAIL FROM:<a@b.example>', 'RCPT TO:<c@corp.example>', 'DATA']) await client.say(line)
      client.send('From: Olivia <o@partner.example>\r\n\r\nhalf')
    },
  },
  {
    name: 'while another process holds the commit lock',
    prepare: async (daemon, t) => {
      const script = `
        import { FileLock } from ${JSON.stringify(new URL('../../src/net/file-lock.ts', import.meta.url).href)}
        const lock = await FileLock.wait(${JSON.stringify(join(daemon.folder, 'store', 'commit.lock'))}, 10_000)
        process.send(lock === undefined ? 'busy' : 'held')
        setInterval(() => {}, 1000)`
      const file = join(daemon.folder, 'hold.mts')
      writeFileSync(file, script)
      const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), file], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      })
      t.teardown(() => child.kill('SIGKILL'))
      t.same(await once(child, 'message').then(([said]) => said as string), 'held')
      // A sync that finds something to commit now waits for the lock.
      writeFileSync(join(daemon.folder, 'protection.yaml'), 'protect: []\n')
      await sleep(1500)
    },
  },
]

/**
 * What each stage is asked, by a daemon of its own: to end at once, and to end behind a SIGHUP that ends nothing. SIGTERM and SIGINT have
 * one handler; each stage gets both, and from stage to stage they change places.
 */
function askings(n: number): readonly (readonly NodeJS.Signals[])[] {
  const [first, second] = n % 2 === 0 ? (['SIGTERM', 'SIGINT'] as const) : (['SIGINT', 'SIGTERM'] as const)
  return [[first], ['SIGHUP', second]]
}

async function ask(t: Test, child: ChildProcess, signals: readonly NodeJS.Signals[], what = ''): Promise<void> {
  const asked = `${signals.join(', ')}${what}`
  for (const signal of signals.slice(0, -1)) {
    child.kill(signal)
    await sleep(300)
    t.equal(child.exitCode ?? child.signalCode, null, `${asked}: ${signal} ends nothing`)
  }
  expectGone(t, asked, await timeToEnd(child, signals.at(-1) ?? 'SIGTERM'))
}

for (const [n, stage] of stages.entries()) {
  t.test(stage.name, { timeout: 240_000 }, async (t) => {
    const sink = await startSink()
    t.teardown(() => sink.close())
    const one = async (signals: readonly NodeJS.Signals[]): Promise<void> => {
      const daemon = await startDaemon({ relay: `smtp://127.0.0.1:${sink.port}`, smtp, ...stage.options })
      t.teardown(() => removeDaemon(daemon))
      await stage.prepare(daemon, t)
      await ask(t, daemon.child, signals)
    }
    await Promise.all(askings(n).map(one))
  })
}

t.test('during the start', { timeout: 240_000 }, async (t) => {
  for (const [n, after] of [0, 100, 400].entries()) {
    const one = async (signals: readonly NodeJS.Signals[]): Promise<void> => {
      const folder = mkdtempSync(join(tmpdir(), 'namesake-signals-'))
      t.teardown(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
      const config = writeConfig(folder, { relay: 'smtp://127.0.0.1:26', smtp }, await freePort(), await freePort())
      const child = spawn(process.execPath, [cliPath, 'serve', '--config', config], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      t.teardown(() => child.kill('SIGKILL'))
      // Its first line: the store is open, and there is no worker yet. Before its code is loaded a signal ends any process.
      await once(child.stdout, 'data')
      child.stdout.resume()
      await sleep(after)
      await ask(t, child, signals, ` ${after} ms behind the first line`)
    }
    await Promise.all(askings(n).map(one))
  }
})

t.test('a log that nobody takes', { timeout: 240_000 }, async (t) => {
  const next = createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
  t.teardown(() => next.close())
  const folder = mkdtempSync(join(tmpdir(), 'namesake-signals-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const [smtpPort, opsPort] = [await freePort(), await freePort()]
  const config = writeConfig(
    folder,
    { relay: 'smtp://127.0.0.1:26', smtp, workers: 2, more: 'log: { level: debug }' },
    smtpPort,
    opsPort,
  )
  // A pipe whose reader stands still, and one whose reader is gone.
  for (const reader of ['sleep 1000', 'true']) {
    const script = `exec ${JSON.stringify(process.execPath)} ${JSON.stringify(cliPath)} serve --config ${JSON.stringify(config)} > >(exec ${reader})`
    const child = spawn('bash', ['-c', script], { stdio: 'ignore' })
    t.teardown(() => child.kill('SIGKILL'))
    await waitUntil('it is ready', async () => {
      const answer = await fetch(`http://127.0.0.1:${opsPort}/healthz`).catch(() => null)
      return answer?.ok === true ? true : undefined
    })
    await waitUntil('it listens', async () => {
      const client = await RawClient.connect(smtpPort).catch(() => null)
      client?.socket.destroy()
      return client === null ? undefined : true
    })
    // More log than a pipe holds.
    for (let i = 0; i < 400; i++) {
      const client = await RawClient.connect(smtpPort)
      await client.reply()
      client.socket.destroy()
    }
    expectGone(t, `reader: ${reader}`, await timeToEnd(child, 'SIGTERM'))
  }
})

t.test('the terminal that it was started from is closed', { timeout: 240_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-signals-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const config = writeConfig(folder, { relay: 'smtp://127.0.0.1:26', smtp }, await freePort(), await freePort())
  const pidFile = join(folder, 'pid')
  mkdirSync(join(folder, 'x'))
  const command = `echo $$ > ${pidFile}; exec ${process.execPath} ${cliPath} serve --config ${config}`
  const terminal = spawn('script', ['-qfc', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] })
  t.teardown(() => terminal.kill('SIGKILL'))
  // On a terminal the log is for people: no JSON.
  let said = ''
  terminal.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await waitUntil('it is up', () => (/\bstarted\b/.test(said) ? true : undefined))
  const pid = Number(readFileSync(pidFile, 'utf8'))
  const start = performance.now()
  terminal.kill('SIGKILL')
  // It has lost its parent: whoever inherits it may take seconds to ask for it.
  await waitUntil('it ends', () => (isAlive(pid) ? undefined : true))
  const took = Math.round(performance.now() - start)
  t.ok(took <= drainMs + overrunMs, `gone after ${took} ms`)
})
