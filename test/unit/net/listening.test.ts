import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { freeSocketPaths, listenOn } from '../../../src/net/listening.ts'
import type { SocketAddress } from '../../../src/net/addresses.ts'

function folder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'namesake-net-'))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const unix = (path: string): SocketAddress => ({ kind: 'unix', path })

/** A process of its own that listens on a socket. */
async function listener(t: Test, path: string, backlog: number): Promise<ChildProcess> {
  const script = `require('node:net').createServer(() => {}).listen({ path: ${JSON.stringify(path)}, backlog: ${backlog} }, () => process.send('up'))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}

t.test('a socket that nobody listens on is removed, and what is live or no socket stays', async (t) => {
  const path = join(folder(t), 's')
  const child = await listener(t, path, 10)
  await t.rejects(freeSocketPaths([unix(path)]), { code: 'listen-failed', message: /in use/ })
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.ok(existsSync(path), 'a killed process leaves its socket')
  await freeSocketPaths([unix(path)])
  t.notOk(existsSync(path))
  await freeSocketPaths([unix(path), { kind: 'tcp', host: '127.0.0.1', port: 25 }])
  writeFileSync(path, 'precious')
  await t.rejects(freeSocketPaths([unix(path)]), { code: 'listen-failed', message: /not a socket/ })
})

t.test('a listener whose backlog is full is live', async (t) => {
  const path = join(folder(t), 's')
  const child = await listener(t, path, 1)
  child.kill('SIGSTOP')
  const waiting: Socket[] = []
  t.teardown(() => waiting.forEach((socket) => socket.destroy()))
  // The kernel refuses with EAGAIN once the backlog is full.
  let full = false
  for (let i = 0; i < 20 && !full; i++) {
    const socket = connect(path)
    waiting.push(socket)
    const outcome = await Promise.race([
      once(socket, 'connect').then(() => ''),
      new Promise<string>((resolve) =>
        socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? '')),
      ),
    ])
    full = outcome === 'EAGAIN'
  }
  t.ok(full, 'the backlog is full')
  await t.rejects(freeSocketPaths([unix(path)]), { code: 'listen-failed', message: /in use/ })
  t.ok(statSync(path).isSocket(), 'the live socket is still there')
})

t.test('what went wrong is said in the same words for every listener', async (t) => {
  const server = createServer()
  t.teardown(() => server.close())
  const address = await listenOn(server, { kind: 'tcp', host: '127.0.0.1', port: 0 })
  t.not(address.kind === 'tcp' && address.port, 0)
  for (const [where, message] of [
    [address, /^can't listen on 127\.0\.0\.1:\d+: the address is in use by another program/],
    [{ kind: 'tcp', host: '192.0.2.1', port: 0 }, /no such address/],
    [unix(join(folder(t), 'no/such/s')), /the folder does not exist/],
  ] as const) {
    await t.rejects(listenOn(createServer(), where), { code: 'listen-failed', message })
  }
  const path = join(folder(t), 's')
  const grouped = createServer()
  t.teardown(() => grouped.close())
  await t.rejects(listenOn(grouped, unix(path), { mode: 0o660, group: 'no-such-group-here' }), {
    code: 'listen-failed',
    message: /no group is named "no-such-group-here"/,
  })
})

t.test('a worker leaves stale sockets to its primary', async (t) => {
  const path = join(folder(t), 's')
  const child = await listener(t, path, 10)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const script = `
    import cluster from 'node:cluster'
    import { Listeners } from ${JSON.stringify(new URL('../../../src/net/listeners.ts', import.meta.url).href)}
    if (cluster.isPrimary) {
      cluster.schedulingPolicy = cluster.SCHED_NONE
      cluster.fork().on('message', (text) => { console.log(text); process.exit(0) })
    } else {
      const spec = { address: { kind: 'unix', path: ${JSON.stringify(path)} }, access: { mode: null, group: null }, server: {}, accept() {} }
      new Listeners().open(spec).then(() => process.send('up'), (error) => process.send(error.message))
    }`
  const file = join(folder(t), 'cluster.ts')
  writeFileSync(file, script)
  const run = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  run.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await once(run, 'close')
  t.match(said, /in use/, 'it does not take the socket away from whoever may listen there')
  t.ok(existsSync(path))
})
