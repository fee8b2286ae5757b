import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { keyFile } from './emulator/emulator.ts'
import { bench, optionsFor, settingsFor, steps } from './harness.ts'
import type { Bench } from './harness.ts'
import { failure } from './synced.ts'
import { Office365Provider } from '../../src/directory/sources/office365/provider.ts'
import type { Office365Settings } from '../../src/directory/sources/office365/settings.ts'

/** Ways of proving who we are, and what is said when Entra doesn't believe it. */

const certificate: Office365Settings['credential'] = {
  kind: 'certificate',
  key: { reveal: () => keyFile('client.key.pem') },
  certificate: { reveal: () => keyFile('client.crt.pem') },
}

async function works(t: Test, b: Bench, changes: Partial<Office365Settings>): Promise<void> {
  const all = await steps(b.again(changes), b.request())
  t.equal(all.at(-1)?.step, 'end')
}

async function fails(t: Test, b: Bench, changes: Partial<Office365Settings>, says: RegExp): Promise<void> {
  const asked = b.emulator.entra.requests.length
  const error = await failure(steps(b.again(changes), b.request()))
  t.equal(error.code, 'provider-auth')
  t.match(error.message, says)
  t.ok(b.emulator.entra.requests.length - asked <= 1, 'asked once at most')
  t.same(b.runtime.sleeps, [], 'no loop')
}

t.test('a certificate: PS256 with the SHA-256 thumbprint, checked by the emulator', async (t) => {
  const b = await bench(t, { credential: certificate })
  b.emulator.entra.secret = null
  b.emulator.entra.certificate = keyFile('client.crt.pem')
  await works(t, b, {})
  const [head = ''] = (b.emulator.entra.requests[0]?.get('client_assertion') ?? '').split('.')
  const header = JSON.parse(Buffer.from(head, 'base64url').toString())
  t.equal(header.alg, 'PS256')
  t.ok(header['x5t#S256'])
  t.notOk(header.x5t)
})

t.test('certificates that are wrong are told before Entra is asked', async (t) => {
  const b = await bench(t)
  b.emulator.entra.certificate = keyFile('client.crt.pem')
  const pair = (key: string, crt: string): Partial<Office365Settings> => ({
    credential: { kind: 'certificate', key: { reveal: () => key }, certificate: { reveal: () => crt } },
  })
  const crt = keyFile('client.crt.pem')
  await fails(t, b, pair(keyFile('server.key.pem'), crt), /private key does not belong to the certificate/)
  await fails(t, b, pair('nonsense', crt), /private key is not a PEM key/)
  await fails(t, b, pair(keyFile('client.key.pem'), 'nonsense'), /certificate is not PEM/)
  await fails(t, b, pair(keyFile('elliptic.key.pem'), keyFile('elliptic.crt.pem')), /RSA keys only, this one is ec/)
  t.equal(b.emulator.entra.requests.length, 0)
  await fails(
    t,
    b,
    pair(keyFile('server.key.pem'), keyFile('server.crt.pem')),
    /not registered for this application.*AADSTS700027.*upload the certificate/,
  )
})

t.test('a certificate near its end is spoken of; one past it is not tried', async (t) => {
  const b = await bench(t, { credential: certificate })
  b.emulator.entra.certificate = keyFile('client.crt.pem')
  const end = Date.UTC(2126, 9, 30)
  b.runtime.time = end - 10 * 86_400_000
  await steps(b.provider, b.request())
  t.match(b.notices.join(), /the certificate expires on .* 2126 GMT/)
  b.runtime.time = end + 60 * 86_400_000
  await fails(t, b, {}, /the certificate expired on/)
})

t.test('a secret: right, wrong, expired, empty', async (t) => {
  const b = await bench(t)
  const secret = (value: string): Partial<Office365Settings> => ({
    credential: { kind: 'secret', secret: { reveal: () => value } },
  })
  await works(t, b, {})
  await works(t, b, secret('right-secret-of-the-test-application\n'))
  await fails(t, b, secret('wrong-secret'), /the client secret is wrong \(AADSTS7000215\); make a new client secret/)
  await fails(t, b, secret(' \n'), /the client secret is empty/)
  b.emulator.entra.secretExpired = true
  await fails(t, b, {}, /the client secret has expired \(AADSTS7000222\)/)
})

t.test('a federated assertion is read from its file for each token', async (t) => {
  const b = await bench(t)
  b.emulator.entra.secret = null
  const path = join(t.testdir({}), 'token')
  const credential = { kind: 'federated', path } as const
  await fails(t, b, { credential }, /federated token file can't be read/)
  writeFileSync(path, 'not a token')
  await fails(t, b, { credential }, /holds no signed token/)
  b.emulator.entra.assertion = 'aaaa.bbbb.cccc'
  writeFileSync(path, 'aaaa.bbbb.old')
  await fails(t, b, { credential }, /federated credential/)
  writeFileSync(path, 'aaaa.bbbb.cccc\n')
  const provider = b.again({ credential })
  await steps(provider, b.request())
  b.emulator.entra.assertion = 'aaaa.bbbb.next'
  writeFileSync(path, 'aaaa.bbbb.next')
  t.equal((await steps(provider, b.request())).at(-1)?.step, 'end', 'the renewed one is seen')
})

t.test('unknown tenant, application, clock', async (t) => {
  const b = await bench(t)
  await fails(
    t,
    b,
    { tenant: 'nosuch.example' },
    /tenant "nosuch\.example" failed: there is no such tenant \(AADSTS90002\)/,
  )
  await fails(
    t,
    b,
    { clientId: '00000000-dead-beef-0000-000000000000' },
    /the tenant does not know this application \(AADSTS700016\)/,
  )
  b.emulator.entra.certificate = keyFile('client.crt.pem')
  b.emulator.entra.clockAhead = 3600
  await fails(
    t,
    b,
    { credential: certificate },
    /clock may be wrong \(AADSTS700024\); set the clock \(NTP\); this machine's clock is 60 min behind Microsoft's/,
  )
})

t.test('the token service: 429 and 5xx are waited for, a broken connection is asked again', async (t) => {
  const b = await bench(t)
  const { emulator } = b
  emulator.inject({
    on: 'oauth2/v2.0/token',
    act: { kind: 'answer', status: 429, headers: { 'retry-after': '300' }, body: { error: 'temporarily_unavailable' } },
  })
  emulator.inject({ on: 'oauth2/v2.0/token', act: { kind: 'answer', status: 503, body: 'busy' } })
  emulator.inject({ on: 'oauth2/v2.0/token', act: { kind: 'reset' } })
  emulator.inject({ on: 'oauth2/v2.0/token', act: { kind: 'hang' } })
  emulator.inject({ on: 'oauth2/v2.0/token', act: { kind: 'cut-json' } })
  emulator.inject({ on: 'openid-configuration', act: { kind: 'cut-body' } })
  emulator.inject({ on: 'openid-configuration', act: { kind: 'answer', status: 502, body: '' } })
  await works(t, b, {})
  t.same(b.runtime.sleeps, [1_250, 2_500, 300_000, 1_250, 2_500, 5_000, 10_000])
})

t.test('a token service that is away: one error, and the next sync asks at once', async (t) => {
  const b = await bench(t)
  b.emulator.inject({ on: 'oauth2/v2.0/token', times: 8, act: { kind: 'answer', status: 503, body: {} } })
  const provider = b.again()
  const error = await failure(steps(provider, b.request()))
  t.equal(error.code, 'provider-unavailable')
  t.match(error.message, /^Office 365: asking localhost:\d+ for a token: the service answers 503, 8 times in a row$/)
  t.equal((await steps(provider, b.request())).at(-1)?.step, 'end')
})

t.test("nobody listens; a certificate that isn't trusted", async (t) => {
  const b = await bench(t)
  const untrusting = new Office365Provider(
    settingsFor(b.emulator),
    optionsFor(b.runtime, { transport: { proxy: { url: '', except: '' } } }),
  )
  const tls = await failure(steps(untrusting, b.request()))
  t.equal(tls.code, 'provider-unavailable')
  t.match(tls.message, /certificate or TLS is not acceptable \(DEPTH_ZERO_SELF_SIGNED_CERT\)/)
  t.same(b.runtime.sleeps, [], 'asking again would not mend it')
  const provider = b.again()
  await b.emulator.stop()
  const refused = await failure(steps(provider, b.request()))
  t.equal(refused.code, 'provider-unavailable')
  t.match(refused.message, /nobody listens there/)
})

t.test('requests under way at once share one token', async (t) => {
  const b = await bench(t)
  const { connect } = await import('../../src/directory/sources/office365/provider.ts')
  const { tokens, tools } = connect(settingsFor(b.emulator), optionsFor(b.runtime))
  const got = await Promise.all(Array.from({ length: 20 }, () => tokens.token()))
  t.equal(new Set(got).size, 1)
  t.equal(b.emulator.entra.requests.length, 1)
  t.equal(await tokens.token(), got[0], 'from the cache')
  t.not(await tokens.token({ fresh: true }), got[0])
  t.equal(b.emulator.entra.requests.length, 2)
  tools.transport.close()
})

t.test('MSAL_FORCE_REGION of the environment is not followed', async (t) => {
  const b = await bench(t)
  const before = process.env['MSAL_FORCE_REGION']
  process.env['MSAL_FORCE_REGION'] = 'westeurope'
  t.teardown(() => {
    if (before === undefined) delete process.env['MSAL_FORCE_REGION']
    else process.env['MSAL_FORCE_REGION'] = before
  })
  await works(t, b, {})
})
