import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { Emulator } from '../provider/emulator/emulator.ts'
import { populate } from '../provider/synced.ts'
import { removeDaemon, startDaemon, waitUntil } from './peers/daemon.ts'
import type { Daemon } from './peers/daemon.ts'
import { RawClient } from './peers/smtp-client.ts'

/** The shipped daemon with two directories, a tenant and a file, through an outage of Microsoft. */

const secret = 'right-secret-of-the-test-application'
const authority = resolve(import.meta.dirname, '../provider/emulator/keys/server.crt.pem')

async function start(emulator: Emulator): Promise<Daemon> {
  return startDaemon({
    relay: 'maildir:./mail',
    people: 'users:\n  - { id: s1, displayName: Person 1, mail: person1@home.example }\n',
    protection: 'protect:\n  - { directory: Tenant, groups: [Executives] }\n',
    directories: `
  - name: Tenant
    type: office365
    tenant: contoso.example
    clientId: ${emulator.entra.clientId}
    clientSecret: { env: NAMESAKE_TEST_SECRET }
    authority: ${emulator.origin}
    graph: ${emulator.origin}
    sync: "* * * * * *"
    jitter: 0s
    staleAfter: 6s`,
    more: 'log: { level: debug }',
    env: { NAMESAKE_TEST_SECRET: secret, NODE_EXTRA_CA_CERTS: authority, NO_PROXY: 'localhost' },
  })
}

t.test('Microsoft goes away and comes back while mail flows', async (t) => {
  const emulator = await Emulator.start()
  t.teardown(() => emulator.stop())
  populate({ emulator } as never)
  const daemon = await start(emulator)
  t.teardown(() => removeDaemon(daemon))
  const client = await RawClient.hello(daemon.smtpPort)
  t.teardown(() => client.quit())
  let sent = 0
  const judged = async (from: string): Promise<Record<string, unknown>> => {
    const id = `<${(sent += 1)}@x>`
    await client.transaction(`From: ${from}\r\nMessage-ID: ${id}\r\n\r\nhi\r\n`, ['person.1@contoso.example'])
    return daemon.waitFor((line) => line['messageId'] === id)
  }
  const readiness = async (): Promise<{ status: string; problems: string[] }> =>
    (await (await fetch(`http://127.0.0.1:${daemon.opsPort}/readyz`)).json()) as { status: string; problems: string[] }
  const until = (status: string): Promise<unknown> =>
    waitUntil(status, async () => ((await readiness()).status === status ? true : undefined))

  const forged = '"Person 1" <person.1@evil.example>'
  await until('ready')
  t.match(await judged(forged), { verdict: 'detected', kind: 'exact', person: 'user-1' })
  t.match(await judged('"Person 1" <person.1@contoso.example>'), { verdict: 'clean' }, "the tenant's address")
  t.match(await judged('"Person 1" <person1@home.example>'), { verdict: 'clean' }, "the same person's, from the file")
  t.match(await judged('"Person 1" <person.2@contoso.example>'), { verdict: 'detected' }, "a colleague's address")

  emulator.tenant.removeMember('group-board', 'user-1')
  emulator.tenant.addMember('group-board', 'user-1')
  emulator.inject({ on: '/delta', times: 1e6, act: { kind: 'answer', status: 503, body: {} } })
  const stale = await daemon.waitFor((line) => line['event'] === 'directory-stale')
  t.match(stale, { level: 'warn', directory: 'Tenant' })
  await until('degraded')
  t.match((await readiness()).problems, [/^directory "Tenant": last synchronised \d+ s ago/])
  const old = await judged(forged)
  t.match(old, { verdict: 'detected' }, 'the people known serve')
  t.ok(Number(old['directoryAge']) > 5, `and their age is told: ${String(old['directoryAge'])} s`)
  const metrics = await (await fetch(`http://127.0.0.1:${daemon.opsPort}/metrics`)).text()
  t.ok(Number(/namesake_directory_age_seconds\{directory="Tenant"\} ([\d.]+)/.exec(metrics)?.[1]) > 6)
  // How many times it was asked by now, and at which part of the reading, is a matter of the machine.
  const notices = daemon.lines().filter((line) => line['event'] === 'directory-notice')
  t.ok(notices.length > 0)
  for (const notice of notices) {
    t.match(notice, { text: /reading (users|groups): the service answers 503; asking again in \d+ s/ })
  }

  emulator.clearFaults()
  emulator.tenant.removeMember('group-board', 'user-1')
  await until('ready')
  t.match(await judged(forged), { verdict: 'clean' }, 'who left the group is protected no more')

  emulator.entra.secret = 'another'
  emulator.entra.tokens.clear()
  const failed = await daemon.waitFor((line) => line['event'] === 'directory-sync-failed')
  t.match(failed, { level: 'warn', directory: 'Tenant', code: 'provider-auth', error: /the client secret is wrong/ })

  emulator.inject({ on: 'oauth2', times: 1e6, act: { kind: 'hang' } })
  const asked = emulator.seen.length
  await waitUntil('a token request that hangs', () => (emulator.seen.length > asked ? true : undefined))
  t.equal(await daemon.stop(), 0, 'a sync under way does not hold up the end')

  const log = readFileSync(join(daemon.folder, 'log'), 'utf8') + daemon.stderr()
  const tokens = [...emulator.entra.tokens.keys()].map((token) => token.slice(-40))
  const found = [secret, 'deltatoken', 'skiptoken', 'Bearer', ...tokens].filter((text) => log.includes(text))
  t.same(found, [], 'nothing secret in the log')
})

t.test('a tenant that was never read guards nobody, and readiness says so', async (t) => {
  const emulator = await Emulator.start()
  t.teardown(() => emulator.stop())
  populate({ emulator } as never)
  const { secret: right } = emulator.entra
  emulator.entra.secret = 'another'
  const daemon = await start(emulator)
  t.teardown(() => removeDaemon(daemon))
  const readiness = async (): Promise<{ status: string; problems: string[] }> =>
    (await (await fetch(`http://127.0.0.1:${daemon.opsPort}/readyz`)).json()) as { status: string; problems: string[] }
  await daemon.waitFor((line) => line['event'] === 'directory-sync-failed')
  t.match(await readiness(), {
    status: 'degraded',
    problems: [/^directory "Tenant": never synchronised: .*the client secret is wrong/],
  })
  emulator.entra.secret = right
  await waitUntil('ready', async () => ((await readiness()).status === 'ready' ? true : undefined))
})
