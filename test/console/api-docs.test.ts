import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { removeDaemon, waitUntil } from '../integration/peers/daemon.ts'
import { run } from '../integration/peers/scratch.ts'
import { RawClient } from '../integration/peers/smtp-client.ts'
import { startApi, tokenOf } from './api.ts'

/** Every curl line of docs/api.md, run as it stands. */

const root = resolve(import.meta.dirname, '../..')

t.test(
  'the lines of docs/api.md',
  { skip: existsSync('/usr/bin/curl') ? false : 'curl is not installed' },
  async (t) => {
    const api = await startApi({
      people: `${readFileSync(join(root, 'config/people.yaml'), 'utf8')}  - { id: payroll, displayName: Payroll, members: ["4"] }\n`,
      protection: 'protect:\n  - { directory: Staff, groups: [Executives] }\n',
      env: { NAMESAKE_CLIENT_SECRET: 'a secret' },
    })
    t.teardown(() => removeDaemon(api.daemon))
    const { folder } = api.daemon
    writeFileSync(
      join(folder, 'plant.yaml'),
      'users: [{ id: x, displayName: Kofi Mensah, mail: kofi@plant.example }]\n',
    )
    const archive = join(folder, 'archive')
    mkdirSync(archive)
    cpSync(join(root, 'test/corpus'), archive, { recursive: true, filter: (path) => !path.endsWith('.md') })
    const admin = await api.as('admin')
    const client = await RawClient.hello(api.daemon.smtpPort)
    await client.transaction('From: Jane Roe <jane@private.example>\r\n\r\nhi\r\n', ['a@corp.example'])
    await client.quit()
    const first = async (path: string): Promise<string> =>
      waitUntil(path, async () => (((await admin('GET', path)).body['items'] ?? []) as { id: string }[])[0]?.id)
    await first('/detections')
    const consent = {
      type: 'office365',
      name: 'O',
      sync: '0 * * * *',
      tenant: 'contoso.onmicrosoft.com',
      cloud: 'global',
    }
    const rest = {
      clientId: '11111111-2222-3333-4444-555555555555',
      credential: { kind: 'secret', secret: { env: 'NAMESAKE_CLIENT_SECRET' } },
    }
    /** What each variable stands for, at the moment in which a line uses it. */
    const variables: Record<string, (line: string) => Promise<string>> = {
      CONSOLE: async () => api.origin,
      TOKEN: async () => token,
      DETECTION: () => first('/detections'),
      PAIR: async () =>
        ((await admin('GET', '/pairs?state=decided')).body['items'] as { id: string }[])[0]?.id ?? first('/pairs'),
      SUGGESTION: async () =>
        ((await admin('GET', '/suggestions')).body['items'] as { key: string }[])[0]?.key ?? 'none',
      CONSENT: async () =>
        String((await admin('POST', '/directories/authorize', { directory: { ...consent, ...rest } })).body['id']),
      REPLAY: () => first('/replays'),
      TOKEN_ID: async () =>
        String(
          ((await admin('POST', '/tokens', { name: 'to go', role: 'reader' })).body['token'] as { id: string }).id,
        ),
      USER_ID: async () => {
        const { url } = (await admin('POST', '/invitations', { role: 'reviewer' })).body as { url: string }
        const secret = new URL(url).hash.slice(1)
        const userName = `user-${secret.slice(0, 8).replace(/\W/g, '')}`
        await admin('POST', '/first-run', { secret, name: 'Sana Amiri', userName, password: 'long enough password' })
        const { items } = (await admin('GET', '/users')).body as { items: { id: string; userName: string }[] }
        return items.find((one) => one.userName === userName)?.id ?? ''
      },
      // Last, so that it is the version after what the others have made.
      VERSION: async (line) => {
        const of = /\/v1(\/users|\/pairs|\/directories(?!\/\w+\/people))/.exec(line)?.[1] ?? '/protection'
        const path = of === '/pairs' ? `/pairs/${await variables['PAIR']?.('')}` : of
        return ((await admin('GET', path)).headers.get('etag') ?? '').replaceAll('"', '')
      },
    }
    const token = await tokenOf(api.daemon, 'admin')
    const page = readFileSync(join(root, 'docs/api.md'), 'utf8').replaceAll('/var/mail/archive', archive)
    const lines = [...page.matchAll(/^curl (?:[^\n]*\\\n)*[^\n]*/gm)].map(([line]) => line)
    t.ok(lines.length > 35, `${lines.length} lines`)
    for (const line of lines) {
      const env: Record<string, string> = {}
      for (const [name, value] of Object.entries(variables))
        if (line.includes(`$${name}`)) env[name] = await value(line)
      const { code, output } = await run('/bin/bash', ['-c', line], { env: { ...process.env, ...env } })
      t.equal(code, 0, `${line.slice(0, 160)}\n${output.slice(0, 300)}`)
    }
  },
)
