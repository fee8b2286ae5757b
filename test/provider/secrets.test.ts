import { inspect } from 'node:util'
import t from 'tap'
import { keyFile } from './emulator/emulator.ts'
import type { Act } from './emulator/faults.ts'
import { bench, steps } from './harness.ts'
import type { Office365Settings } from '../../src/directory/sources/office365/settings.ts'

/**
 * Item 13: no token, secret, assertion or delta link in anything that may reach a log: notices, and errors with all
 * that hangs on them, whatever the services answer.
 */

t.test('nothing secret is said, whatever happens', async (t) => {
  const credentials: Record<string, Office365Settings['credential']> = {
    secret: { kind: 'secret', secret: { reveal: () => 'right-secret-of-the-test-application' } },
    'wrong secret': { kind: 'secret', secret: { reveal: () => 'a-wrong-secret-that-entra-repeats' } },
    certificate: {
      kind: 'certificate',
      key: { reveal: () => keyFile('client.key.pem') },
      certificate: { reveal: () => keyFile('client.crt.pem') },
    },
  }
  /** Answers that repeat what they were sent, as faulty proxies and kind services do. */
  const echo = (status: number, text: string): Act => ({
    kind: 'answer',
    status,
    body: {
      error: { code: `Bad: ${text}`, message: text },
      error_description: `AADSTS90099: ${text}`,
      error_codes: [90099],
    },
  })
  let tries = 0
  for (const [name, credential] of Object.entries(credentials)) {
    const b = await bench(t, { credential })
    b.emulator.entra.certificate = keyFile('client.crt.pem')
    b.emulator.tenant.putUser('u', { displayName: 'Jane Roe' })
    let cursor: string | null = null
    for (const step of await steps(b.provider, b.request()).catch(() => []))
      if (step.step === 'end') cursor = step.cursor
    const link = cursor === null ? 'https://x.example/?$deltatoken=none' : (JSON.parse(cursor).users as string)
    const acts: { on: string; act: Act }[] = [400, 401, 403, 404, 410, 418, 429, 500, 302].flatMap((status) => [
      { on: '/delta', act: echo(status, `${link} Bearer ${b.emulator.entra.issue()}`) },
      { on: 'oauth2', act: echo(status, 'right-secret-of-the-test-application a-wrong-secret-that-entra-repeats') },
    ])
    acts.push(
      {
        on: '/delta',
        act: {
          kind: 'edit',
          edit: (body) => ({ ...body, '@odata.nextLink': `http://evil.example/p?$skiptoken=${link}` }),
        },
      },
      { on: '/delta', act: { kind: 'edit', edit: () => ({ value: [], '@odata.nextLink': link }) } },
      { on: '/delta', act: { kind: 'reset' } },
      { on: 'oauth2', act: { kind: 'cut-json' } },
      { on: 'openid', act: { kind: 'answer', status: 200, body: '[]' } },
    )
    // The other credentials differ in what is sent to the token service alone.
    for (const { on, act } of name === 'secret' ? acts : acts.filter(({ on }) => on !== '/delta')) {
      const said: unknown[] = []
      b.emulator.inject({ on, times: 100, act })
      for (const at of on === '/delta' ? [null, cursor] : [null]) {
        await steps(b.again(), { ...b.request(at), notice: (text) => void said.push(text) }).catch((error: unknown) => {
          said.push(error)
        })
      }
      b.emulator.clearFaults()
      tries += 1
      const text = inspect(said, { depth: 20, showHidden: true, maxStringLength: null })
      const secrets = [
        'right-secret-of-the-test-application',
        'a-wrong-secret-that-entra-repeats',
        'BEGIN PRIVATE',
        ...[...b.emulator.entra.tokens.keys()].map((token) => token.slice(-40)),
        ...b.emulator.entra.requests.map((form) => form.get('client_assertion')?.slice(-40) ?? 'nothing of the kind'),
        ...[...link.matchAll(/tok[\w-]{20}/g)].map(([token]) => token),
      ]
      const found = secrets.filter((secret) => text.includes(secret))
      if (found.length > 0) t.fail(`${name}, ${on}, ${JSON.stringify(act)}: ${text.slice(0, 600)}`)
    }
  }
  t.ok(tries > 40, `${tries} failures looked at`)
})
