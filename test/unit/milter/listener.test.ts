import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import t, { type Test } from 'tap'
import { formatMilterAddress } from '../../../src/net/addresses.ts'
import type { MessageRecord } from '../../../src/model.ts'
import type { MilterEvent } from '../../../src/milter/session.ts'
import { startMilter, type MilterListen, type MilterOptions, type MilterServer } from '../../../src/milter/listener.ts'
import { buildTestJudge } from '../../dialog/milter-judge.ts'
import { MilterPeer } from '../../dialog/milter-peer.ts'
import { formatLine } from '../../dialog/milter-text.ts'

const tcp: MilterListen = { address: { kind: 'tcp', host: '127.0.0.1', port: 0 }, mode: null, group: null }
const unix = (path: string, mode: number | null = null, group: string | null = null): MilterListen => ({
  address: { kind: 'unix', path },
  mode,
  group,
})

interface Started {
  readonly server: MilterServer
  readonly events: { name: MilterEvent; details: object }[]
  readonly records: MessageRecord[]
  peer(index?: number): Promise<MilterPeer>
}

async function start(t: Test, listen: readonly MilterListen[], more: Partial<MilterOptions> = {}): Promise<Started> {
  const events: Started['events'] = []
  const records: MessageRecord[] = []
  const server = await startMilter({
    listen,
    clients: ['127.0.0.0/8', '::1'],
    skip: 'auto',
    exempt: { authenticated: false, networks: [] },
    timeout: 60_000,
    limits: { connections: 100, headerSection: 100_000 },
    judge: buildTestJudge({ action: 'tag' }),
    onMessage: (record) => records.push(record),
    onEvent: (name, details) => events.push({ name, details }),
    ...more,
  })
  t.teardown(() => server.close({ drain: 0 }))
  const peer = (index = 0): Promise<MilterPeer> => {
    const address = server.addresses.map(formatMilterAddress)[index] ?? ''
    return MilterPeer.connect(
      address.startsWith('unix:')
        ? { path: address.slice(5) }
        : { host: address.includes('[::1]') ? '::1' : '127.0.0.1', port: Number(address.split(':').pop()) },
    )
  }
  return { server, events, records, peer }
}

function folder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'namesake-milter-'))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Sends lines one by one, and gives the answers to those that have one. */
async function say(peer: MilterPeer, ...lines: string[]): Promise<string[]> {
  const answers: string[] = []
  for (const line of lines) {
    await peer.send(formatLine(line))
    if (!/^(HEADER|MACRO|ABORT|QUIT)/.test(line)) answers.push(await peer.receive())
  }
  return answers
}

const hello = 'OPTNEG 6 0x1ff 0x1fffff'

t.test('several listeners at once, each told', async (t) => {
  const path = join(folder(t), 's')
  const started = await start(t, [tcp, unix(path)])
  t.equal(started.server.addresses.length, 2)
  const [first, second] = started.server.addresses.map(formatMilterAddress)
  t.match(first, /^inet:127\.0\.0\.1:\d+$/)
  t.equal(second, `unix:${path}`)
  for (const index of [0, 1]) {
    const peer = await started.peer(index)
    t.match((await say(peer, hello))[0], /^OPTNEG 6/)
    peer.close()
  }
  await started.server.close({ drain: 0 })
  t.notOk(existsSync(path), 'the socket goes with its listener')
})

t.test('mode and group of a socket', async (t) => {
  const path = join(folder(t), 's')
  await start(t, [unix(path, 0o620, String(process.getgid?.() ?? 0))])
  t.equal(statSync(path).mode & 0o777, 0o620)
  const wrong = join(folder(t), 's')
  await t.rejects(start(t, [unix(wrong, null, 'no-such-group-here')]), {
    code: 'listen-failed',
    message: /no group is named "no-such-group-here"/,
  })
})

t.test('a stale socket is replaced, a live one refused', async (t) => {
  const path = join(folder(t), 's')
  // A process that is killed leaves its socket behind.
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['-e', script])
  t.ok(existsSync(path), 'the stale socket is there')
  const first = await start(t, [unix(path)])
  t.match((await say(await first.peer(), hello))[0], /^OPTNEG/)
  await t.rejects(start(t, [unix(path)]), { code: 'listen-failed', message: /in use by another program/ })
  t.match((await say(await first.peer(), hello))[0], /^OPTNEG/, 'the live one was left alone')
})

t.test('what is no socket is left alone', async (t) => {
  const path = join(folder(t), 's')
  writeFileSync(path, 'precious')
  await t.rejects(start(t, [unix(path)]), { code: 'listen-failed', message: /not a socket/ })
  t.equal(statSync(path).size, 8)
  await t.rejects(start(t, [unix(join(folder(t), 'no/such/s'))]), { message: /the folder does not exist/ })
})

t.test('an address in use is named, and the other listeners are closed', async (t) => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  t.teardown(() => other.close())
  const { port } = other.address() as { port: number }
  const path = join(folder(t), 's')
  const taken: MilterListen = { address: { kind: 'tcp', host: '127.0.0.1', port }, mode: null, group: null }
  await t.rejects(start(t, [unix(path), taken]), {
    code: 'listen-failed',
    message: new RegExp(`can't listen on 127.0.0.1:${port}: the address is in use`),
  })
  t.notOk(existsSync(path))
})

t.test('who may connect', async (t) => {
  const started = await start(t, [tcp], { clients: ['192.0.2.0/24'] })
  const peer = await started.peer()
  t.equal(await peer.receive(), 'end')
  t.match(started.events, [{ name: 'milter-listening' }, { name: 'milter-refused', details: { peer: '127.0.0.1' } }])
})

t.test('not more connections than the limit', async (t) => {
  const started = await start(t, [tcp], { limits: { connections: 2, headerSection: 1000 } })
  const kept = [await started.peer(), await started.peer()]
  for (const peer of kept) t.match((await say(peer, hello))[0], /^OPTNEG/)
  const third = await started.peer()
  t.equal(await third.receive(), 'end')
  t.match(started.events.at(-1), { name: 'milter-refused', details: { reason: 'too many connections' } })
  kept[0]?.close()
  for (let i = 0; i < 500 && started.events.at(-1)?.name !== 'milter-closed'; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  t.match((await say(await started.peer(), hello))[0], /^OPTNEG/, 'one that ended makes room')
})

t.test('drain: idle connections close at once, a message under way is finished', async (t) => {
  const started = await start(t, [tcp])
  const idle = await started.peer()
  await say(idle, hello, 'CONNECT h U')
  const busy = await started.peer()
  await say(busy, hello, 'CONNECT h U', 'MAIL <a@b.example>', 'HEADER From " x@y.example"')
  const closed = started.server.close({ drain: 60_000 })
  t.equal(await idle.receive(), 'end')
  t.same(await say(busy, 'EOH', 'BODYEOB'), ['CONTINUE', 'INSHEADER 0 "X-Namesake" " clean; id=e1"'])
  t.equal(await busy.receive(), 'CONTINUE')
  t.equal(await busy.receive(), 'end')
  await closed
  t.equal(started.records.length, 1)
  await t.rejects(started.peer(), { code: 'ECONNREFUSED' })
})

t.test('drain does not wait for an MTA that keeps its side open', async (t) => {
  const started = await start(t, [tcp])
  const port = Number(started.server.addresses.map(formatMilterAddress)[0]?.split(':').pop())
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  t.teardown(() => socket.destroy())
  socket.resume()
  socket.write(formatLine(hello))
  await once(socket, 'data')
  const ended = once(socket, 'end')
  await started.server.close({ drain: 600_000 })
  await ended
})

t.test('drain ends at its time', async (t) => {
  const started = await start(t, [tcp])
  const busy = await started.peer()
  await say(busy, hello, 'MAIL <a@b.example>')
  await started.server.close({ drain: 50 })
  t.equal(await busy.receive(), 'end')
})

t.test('an MTA that never reads its answers holds no memory', async (t) => {
  const started = await start(t, [tcp], { skip: 'none' })
  const peer = await started.peer()
  await say(peer, hello)
  peer.pause()
  const many = Buffer.concat(Array.from({ length: 10_000 }, () => formatLine('UNKNOWN x')))
  for (let i = 0; i < 200; i++) await peer.send(many)
  await new Promise((resolve) => setTimeout(resolve, 300))
  t.ok(peer.unsent > 0, 'the milter stopped reading')
  peer.close()
})

t.test('a fault of a callback costs one connection', async (t) => {
  const started = await start(t, [tcp], {
    onMessage: () => {
      throw new Error('the log is full')
    },
  })
  const peer = await started.peer()
  await say(peer, hello, 'MAIL <a@b.example>')
  t.same(await say(peer, 'BODYEOB'), ['end'])
  t.match(
    started.events.find(({ name }) => name === 'milter-failed'),
    { details: { error: { message: 'the log is full' } } },
  )
  t.match((await say(await started.peer(), hello))[0], /^OPTNEG/)
})
