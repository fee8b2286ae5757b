import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { Installation } from '../../../src/admin/installation.ts'
import { liveCheck } from '../../../src/admin/live-check.ts'
import type { LiveFinding } from '../../../src/admin/live-check.ts'
import { FileProvider } from '../../../src/directory/sources/file/provider.ts'
import { openStore } from '../../../src/directory/store/open.ts'
import { synchronise } from '../../../src/directory/sync.ts'
import { protectGroups } from '../directory/helpers.ts'

/** A folder with a certificate of so many days, people, a store, and a protection file with mistakes. */
async function setUp(t: { testdir: () => string }, relay: string, port: number, days: number): Promise<string> {
  const folder = t.testdir()
  const at = (name: string): string => join(folder, name)
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at('key.pem'), '-out', at('cert.pem'), '-days', String(days), '-subj', '/CN=x'], { stdio: 'ignore' }) // prettier-ignore
  writeFileSync(
    at('people.yaml'),
    'users:\n  - { id: "1", displayName: Jane Roe, mail: jane@corp.example }\ngroups:\n  - { id: b, displayName: Board, members: ["1"] }\n  - { id: e, displayName: Empty, members: [] }\n',
  )
  writeFileSync(
    at('protection.yaml'),
    'protect:\n  - { directory: Staff, groups: [Bord, Empty], users: [jane@corp.example] }\npeople:\n  jane@corp.example:\n    secondaryEmails: ["/.*/"]\n',
  )
  writeFileSync(
    at('namesake.yaml'),
    `smtp:
  listen:
    - { address: "127.0.0.1:${port}", tls: { certificate: { file: ./cert.pem }, key: { file: ./key.pem } } }
    - { address: "unix:/nowhere/missing/smtp.sock" }
  relay: "${relay}"
store: ./store
ops: { listen: none }
directories:
  - { name: Staff, type: file, path: ./people.yaml, sync: "0 0 1 1 *" }
`,
  )
  const store = await openStore({ path: at('store') })
  const options = { makeIndex: protectGroups(), maxShrink: null, signal: new AbortController().signal, now: Date.now }
  await synchronise(store, new FileProvider({ name: 'Staff', path: at('people.yaml') }), options)
  await store.close()
  return at('namesake.yaml')
}

async function check(config: string): Promise<(part: string) => LiveFinding[]> {
  const installation = new Installation(config)
  const findings = await liveCheck(installation, Date.now())
  await installation.close()
  return (part) => findings.filter(({ what }) => what.includes(part))
}

t.test('what a valid configuration rests on', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  t.teardown(() => taken.close())
  const { port } = taken.address() as AddressInfo

  const bad = await check(await setUp(t, 'smtp://127.0.0.1:1', port, 10))
  t.match(bad('daemon'), [{ state: 'ok', detail: 'none runs' }])
  t.match(bad(`smtp listener 127.0.0.1:${port}`), [{ state: 'problem', detail: /in use/ }])
  t.match(bad('smtp listener unix:'), [{ state: 'problem', detail: /missing does not exist/ }])
  t.match(bad('certificate'), [{ state: 'problem', detail: /it ends on/ }], 'soon is a problem already')
  t.match(bad('next hop'), [{ state: 'problem', detail: /ECONNREFUSED/ }])
  t.match(bad('people file'), [{ state: 'ok', detail: '1 person and 2 groups' }])
  t.match(bad('protection.yaml:2:'), [{ state: 'problem', detail: /"Bord".*did you mean "Board"/ }])
  t.match(bad('group Empty'), [{ state: 'problem', detail: /holds nobody/ }])
  t.match(bad('secondary address of Jane Roe'), [{ state: 'problem', detail: /fits every address/ }])
  t.match(bad('protected'), [{ state: 'ok', detail: '1 person' }])
})

t.test('all in order', async (t) => {
  const hop = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => hop.once('listening', resolve))
  t.teardown(() => hop.close())
  const config = await setUp(t, `smtp://127.0.0.1:${(hop.address() as AddressInfo).port}`, 0, 365)
  const good = await check(config)
  t.match(good('certificate'), [{ state: 'ok' }])
  t.match(good('next hop'), [{ state: 'ok' }])
  t.match(good('smtp listener 127.0.0.1'), [{ state: 'ok', detail: 'free' }])
  t.match(good('directory Staff'), [{ state: 'ok' }])
})
