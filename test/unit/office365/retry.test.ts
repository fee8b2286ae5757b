import t from 'tap'
import { claimsOf } from '../../../src/directory/sources/office365/chain.ts'
import { proxyFor } from '../../../src/directory/sources/office365/proxy.ts'
import { publicAddress, quoted } from '../../../src/directory/sources/office365/failure.ts'
import { retryAfter, statusMayPass } from '../../../src/directory/sources/office365/retry.ts'
import { systemRuntime } from '../../../src/directory/sources/office365/runtime.ts'
import { addressesOf } from '../../../src/directory/sources/office365/settings.ts'

t.test('Retry-After (RFC 9110 section 10.2.3)', async (t) => {
  const now = Date.UTC(2026, 0, 2, 12, 0, 0, 700)
  const cases: [string | undefined, string | undefined, number | null][] = [
    ['120', undefined, 120_000],
    ['0', undefined, 0],
    [' 7 ', undefined, 7_000],
    ['1.5', undefined, 1_500],
    // Never early: a date stands for its whole second.
    ['Fri, 02 Jan 2026 12:00:10 GMT', undefined, 10_300],
    // Our clock is an hour off: what counts is the answer's own Date.
    ['Fri, 02 Jan 2026 13:00:10 GMT', 'Fri, 02 Jan 2026 13:00:00 GMT', 11_000],
    ['Fri, 02 Jan 2026 11:00:00 GMT', undefined, 1_000],
    ['-5', undefined, null],
    ['soon', undefined, null],
    ['', undefined, null],
    [undefined, undefined, null],
    ['2026-01-02', undefined, null],
  ]
  for (const [field, date, wanted] of cases) t.equal(retryAfter(field, date, now), wanted, `${field}`)
})

t.test('which statuses may pass', async (t) => {
  for (const status of [408, 429, 500, 502, 503, 504, 509]) t.ok(statusMayPass(status), `${status}`)
  for (const status of [200, 301, 400, 401, 403, 404, 410, 501]) t.notOk(statusMayPass(status), `${status}`)
})

t.test('claims challenges', async (t) => {
  const claims = '{"access_token":{"nbf":{"essential":true}}}'
  const encoded = Buffer.from(claims).toString('base64')
  const field = (text: string): string => `Bearer realm="", authorization_uri="https://x/", ${text}`
  t.equal(claimsOf(field(`error="insufficient_claims", claims="${encoded}"`)), claims)
  t.equal(claimsOf(field(`claims="${encoded}", error="insufficient_claims"`)), claims)
  t.equal(claimsOf(field(`error="invalid_token", claims="${encoded}"`)), null)
  t.equal(claimsOf(field('error="insufficient_claims", claims="%%%"')), null)
  t.equal(claimsOf(field(`error="insufficient_claims", claims="${Buffer.from('no').toString('base64')}"`)), null)
  t.equal(claimsOf(undefined), null)
})

t.test('which proxy', async (t) => {
  const url = (text: string): URL => new URL(text)
  const settings = (except: string): { url: string; except: string } => ({ url: 'http://proxy:3128', except })
  t.equal(proxyFor(url('https://graph.microsoft.com/x'), settings('')), 'http://proxy:3128')
  t.equal(proxyFor(url('https://graph.microsoft.com/x'), { url: '', except: '' }), null)
  for (const except of [
    '*',
    'graph.microsoft.com',
    '.microsoft.com',
    'microsoft.com',
    'a, *.microsoft.com',
    'GRAPH.microsoft.com:443',
  ]) {
    t.equal(proxyFor(url('https://graph.microsoft.com/x'), settings(except)), null, except)
  }
  for (const except of ['soft.com', 'graph.microsoft.com:8443', 'login.microsoft.com', '10.0.0.0/8']) {
    t.equal(proxyFor(url('https://graph.microsoft.com/x'), settings(except)), 'http://proxy:3128', except)
  }
})

t.test('what is shown of foreign text and addresses', async (t) => {
  const token = 'eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiIwMDAwMDAwMy0wMDAwIn0'
  t.notMatch(quoted(`failed for ${token}`), /eyJ0/)
  t.notMatch(quoted('see https://x.example/users/delta?$deltatoken=abc'), /abc/)
  t.match(quoted('tenant 11111111-aaaa-bbbb-cccc-222222222222'), /11111111-aaaa-bbbb-cccc-222222222222/)
  t.equal(quoted('two\r\nlines\u001b[31m'), '"two lines [31m"')
  t.ok(quoted('word '.repeat(100)).length <= 162)
  t.equal(publicAddress('https://user:pass@x.example:8443/a/b?$deltatoken=secret#f'), 'https://x.example:8443/a/b')
  t.equal(publicAddress('nonsense'), 'an address that is not one')
})

t.test('clouds', async (t) => {
  const base = { tenant: 'contoso.example', authority: null, graph: null, scope: null }
  t.same(addressesOf({ ...base, cloud: 'global' }), {
    authority: 'https://login.microsoftonline.com/contoso.example',
    authorityHost: 'login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    scope: 'https://graph.microsoft.com/.default',
  })
  t.match(addressesOf({ ...base, cloud: 'usgov' }), {
    authorityHost: 'login.microsoftonline.us',
    graph: 'https://graph.microsoft.us',
  })
  t.match(addressesOf({ ...base, cloud: 'usgov-dod' }), {
    graph: 'https://dod-graph.microsoft.us',
    scope: 'https://dod-graph.microsoft.us/.default',
  })
  t.match(addressesOf({ ...base, cloud: 'china' }), {
    authorityHost: 'login.chinacloudapi.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
  })
  t.same(
    addressesOf({
      ...base,
      cloud: 'global',
      authority: 'https://localhost:8443/other/',
      graph: 'https://localhost:8444/',
      scope: 'api://x/.default',
    }),
    {
      authority: 'https://localhost:8443/other',
      authorityHost: 'localhost:8443',
      graph: 'https://localhost:8444',
      scope: 'api://x/.default',
    },
  )
  t.throws(() => addressesOf({ ...base, cloud: 'global', graph: 'http://graph.example' }), /graph is not an https URL/)
})

t.test('the real sleep is never early and can be broken off', async (t) => {
  const before = Date.now()
  await systemRuntime.sleep(15)
  t.ok(Date.now() - before >= 15)
  const stop = new AbortController()
  const sleeping = systemRuntime.sleep(60_000, stop.signal)
  stop.abort(new Error('enough'))
  await t.rejects(sleeping, { message: 'enough' })
  await t.rejects(systemRuntime.sleep(1, stop.signal), { message: 'enough' })
})
