import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { answerControl, ControlClient, controlPath } from '../../../src/admin/control.ts'
import { NamesakeError } from '../../../src/errors.ts'
import { openControlSocket } from '../../../src/net/control-socket.ts'
import type { DaemonControl, DaemonStatus } from '../../../src/ports.ts'

const daemon: DaemonControl = {
  status: () => Promise.resolve({ version: '1', problems: [] } as unknown as DaemonStatus),
  sync: async ({ directory, full }, onStep) => {
    if (directory !== 'Staff') throw new NamesakeError('usage', `no directory ${directory}`)
    for (const count of [1, 2, 3]) onStep({ directory, phase: 'reading', count })
    return {
      directory,
      round: full === true ? 'full' : 'delta',
      people: 3,
      groups: 0,
      added: 3,
      changed: 0,
      removed: 0,
      duration: 1,
    }
  },
  reload: async ({ force }) => ({ outcome: 'refused', faults: [`force ${String(force)}`] }),
}

/** A store's folder; one whose socket's path is longer than a unix socket's address. */
const folders = ['store', `${'long/'.repeat(30)}store`]

for (const name of folders) {
  t.test(`asked and answered, ${name.length > 50 ? 'a long path' : 'a short path'}`, async (t) => {
    const store = join(t.testdir(), name)
    mkdirSync(store, { recursive: true })
    const path = controlPath(store)
    const client = new ControlClient(path)
    await t.rejects(client.status(), { code: 'daemon-unreachable', message: /no daemon runs on the store .*store$/ })
    const socket = await openControlSocket(path, (request, tell) => answerControl(daemon, request, tell))
    t.equal(statSync(path).mode & 0o777, 0o600, 'its owner alone')
    t.match(await client.status(), { version: '1' })
    const steps: number[] = []
    t.match(await client.sync({ directory: 'Staff', full: true }, ({ count }) => steps.push(count)), { round: 'full' })
    t.same(steps, [1, 2, 3])
    await t.rejects(
      client.sync({ directory: 'Other' }, () => undefined),
      { code: 'usage', message: 'no directory Other' },
    )
    t.same(await client.reload({ what: 'all', force: true }), { outcome: 'refused', faults: ['force true'] })
    await socket.close()
    await t.rejects(client.status(), { code: 'daemon-unreachable' })
    // A daemon that was killed leaves its socket behind.
    const again = await openControlSocket(path, async () => null)
    await again.close()
  })
}

t.test('what is no request', async (t) => {
  const store = t.testdir()
  const path = controlPath(store)
  const socket = await openControlSocket(path, (request, tell) => answerControl(daemon, request, tell))
  t.teardown(() => socket.close())
  const say = (text: string): Promise<string> =>
    new Promise((resolve) => {
      let answer = ''
      const peer = connect(path, () => peer.end(text))
      peer.on('data', (part) => (answer += String(part)))
      peer.on('close', () => resolve(answer))
      peer.on('error', () => undefined)
    })
  t.match(await say('{"do":"dance"}\n'), /"failed":\{"code":"usage"/)
  t.match(await say('not json\n'), /"failed":\{"code":"usage"/)
  t.match(await say('null\n[]\n1\n'), /(.*"usage".*\n){3}/)
  t.equal(await say('{"do":"status"'), '', 'half a line is no request')
  t.equal(await say('x'.repeat(200_000)), '', 'an endless line is cut off')
  t.match(await say('{"do":"status"}\n'), /"done"/, 'and the next one is answered')
})

t.test('something else stands where the socket should', async (t) => {
  const store = t.testdir()
  writeFileSync(controlPath(store), '')
  await t.rejects(
    openControlSocket(controlPath(store), async () => null),
    { code: 'listen-failed' },
  )
})

t.test('permission denied', async (t) => {
  const store = t.testdir()
  const socket = await openControlSocket(controlPath(store), async () => null)
  t.teardown(() => socket.close())
  const isRoot = process.getuid?.() === 0
  chmodSync(store, isRoot ? 0o700 : 0o000)
  // Root may open everything, so it looks as somebody else.
  if (isRoot) process.seteuid?.(65534)
  const refused = t.rejects(new ControlClient(controlPath(store)).status(), {
    message: /permission denied; fix: run as the daemon's user/,
  })
  if (isRoot) process.seteuid?.(0)
  await refused
  chmodSync(store, 0o700)
})
