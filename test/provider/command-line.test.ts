import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { Emulator } from './emulator/emulator.ts'

/** The shipped command line against the emulated tenant, with nothing put in between but the authority's certificate. */

const root = resolve(import.meta.dirname, '../..')

t.test('authorise, synchronise, look, protect', async (t) => {
  const emulator = await Emulator.start()
  t.teardown(() => emulator.stop())
  const { tenant } = emulator
  for (let n = 0; n < 12; n += 1) {
    tenant.putUser(`user-${n}`, { displayName: `Person ${n}`, mail: `person.${n}@contoso.example` })
  }
  tenant.putGroup('group-board', { displayName: 'Executives' })
  for (const n of [1, 2, 3]) tenant.addMember('group-board', `user-${n}`)

  const folder = t.testdir({})
  const config = join(folder, 'namesake.yaml')
  writeFileSync(join(folder, 'protection.yaml'), '# the board\nprotect: []\n')
  writeFileSync(
    config,
    `smtp: { listen: ["127.0.0.1:0"], relay: "smtp://127.0.0.1:10026" }
store: ./store
protection: ./protection.yaml
directories:
  - name: Office 365
    type: office365
    tenant: contoso.example
    clientId: ${emulator.entra.clientId}
    clientSecret: { env: NAMESAKE_TEST_SECRET }
    authority: ${emulator.origin}
    graph: ${emulator.origin}
  - { name: Helpers, type: file, path: ./helpers.yaml }
`,
  )

  writeFileSync(join(folder, 'helpers.yaml'), 'users: [{ id: h, displayName: Helper One, mail: h@contoso.example }]\n')

  const namesake = (args: readonly string[], secret: string | null = 'right-secret-of-the-test-application') =>
    new Promise<{ code: number | null; out: string; err: string }>((done) => {
      const child = spawn(process.execPath, ['--import=tsx', join(root, 'src/cli.ts'), ...args, '--config', config], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          ...(secret === null ? {} : { NAMESAKE_TEST_SECRET: secret }),
          NODE_EXTRA_CA_CERTS: join(import.meta.dirname, 'emulator/keys/server.crt.pem'),
          NO_PROXY: 'localhost',
        },
      })
      const text = { out: '', err: '' }
      child.stdout.on('data', (part) => (text.out += String(part)))
      child.stderr.on('data', (part) => (text.err += String(part)))
      child.once('close', (code) => done({ code, ...text }))
    })

  const proof = await namesake(['authorize', 'Office 365', '--no-consent'])
  t.equal(proof.code, 0, proof.err)
  t.match(proof.err, /Reading users: works\.\nReading groups: works\./)

  const wrong = await namesake(['sync', 'Office 365'], 'a-wrong-secret')
  t.equal(wrong.code, 69)
  t.match(wrong.err, /the client secret is wrong \(AADSTS7000215\)/)
  t.notMatch(wrong.err + wrong.out, /a-wrong-secret/)

  const first = await namesake(['sync', 'Office 365'])
  t.equal(first.code, 0, first.err)
  t.match(first.out + first.err, /12 people and 1 group/)

  // The secret is the daemon's: whoever edits and looks has no need of it.
  const protect = await namesake(['protect', 'Executives'], null)
  t.equal(protect.code, 0, protect.err)

  const helpers = await namesake(['sync', 'Helpers'], null)
  t.equal(helpers.code, 0, helpers.err)
  const without = await namesake(['sync'], null)
  t.equal(without.code, 78, 'all of them is the one that signs in, too')
  t.match(without.err, /NAMESAKE_TEST_SECRET/)

  tenant.addMember('group-board', 'user-7')
  const later = await namesake(['sync', 'Office 365'])
  t.equal(later.code, 0, later.err)

  const groups = await namesake(['directory', '--json', '--groups'], null)
  t.same(JSON.parse(groups.out), {
    directory: 'Office 365',
    id: 'group-board',
    displayName: 'Executives',
    members: ['user-1', 'user-2', 'user-3', 'user-7'],
    protected: true,
  })
  const people = (await namesake(['directory', '--json', '--people'], null)).out.trim().split('\n')
  const marked = people.map((line) => JSON.parse(line)).filter((person) => person.protected)
  t.same(marked.map(({ id }) => id).sort(), ['user-1', 'user-2', 'user-3', 'user-7'])
})
