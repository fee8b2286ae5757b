import t from 'tap'
import { NamesakeError } from '../../src/errors.ts'
import type { Act } from './emulator/faults.ts'
import { held, wanted } from './expected.ts'
import { bench } from './harness.ts'
import type { Bench } from './harness.ts'
import { sync, temporaryStore } from './sync.ts'
import type { Store } from '../../src/directory/store.ts'

/** Faults of the network, of Graph and of its pages. Numbers are those of the list. */

function populate(b: Bench, people = 12): void {
  const { tenant } = b.emulator
  for (let n = 0; n < people; n += 1) {
    tenant.putUser(`user-${n}`, { displayName: `Person ${n}`, mail: `person.${n}@contoso.example` })
  }
  tenant.putGroup('group-board', { displayName: 'Executives' })
  for (let n = 0; n < people; n += 1) tenant.addMember('group-board', `user-${n}`)
}

/** A store that holds the tenant as it is, and then changes of the tenant that it doesn't hold yet. */
async function synced(t: { teardown: (done: () => Promise<void>) => void }): Promise<{ b: Bench; store: Store }> {
  const b = await bench(t)
  const store = temporaryStore(t)
  populate(b)
  await sync(store, b.provider, b.request())
  b.emulator.tenant.remove('user-3', true)
  b.emulator.tenant.putUser('user-4', { displayName: 'New Name' })
  b.emulator.forget()
  return { b, store }
}

async function failure(promise: Promise<unknown>): Promise<NamesakeError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof NamesakeError) return error
    throw error
  }
  throw new Error('did not fail')
}

const resets: Record<string, Act> = {
  '410 with Location': {
    kind: 'answer',
    status: 410,
    headers: { location: 'https://graph.example/v1.0/users/delta?$deltatoken=' },
    body: { error: { code: 'resyncRequired', message: 'Resync is required.' } },
  },
  '410 without a body': { kind: 'answer', status: 410, body: '' },
  '400 syncStateNotFound': { kind: 'answer', status: 400, body: { error: { code: 'syncStateNotFound' } } },
  '404 SyncStateNotFound': { kind: 'answer', status: 404, body: { error: { code: 'SyncStateNotFound' } } },
  '409 resyncChangesApplyDifferences': {
    kind: 'answer',
    status: 409,
    body: { error: { code: 'resyncChangesApplyDifferences' } },
  },
  '400 Request_BadRequest': {
    kind: 'answer',
    status: 400,
    body: { error: { code: 'Request_BadRequest', message: 'Badly formed token.' } },
  },
  '400 Directory_ResyncRequired': {
    kind: 'answer',
    status: 400,
    body: { error: { code: 'Directory_ResyncRequired' } },
  },
}

for (const [shape, act] of Object.entries(resets)) {
  for (const collection of ['users', 'groups']) {
    t.test(`7: ${collection}' delta token reset by ${shape}: one full resync`, async (t) => {
      const { b, store } = await synced(t)
      b.emulator.inject({ on: `/${collection}/delta?$deltatoken`, act })
      // While it runs the old people serve.
      b.emulator.inject({
        on: '/users/delta?$select',
        act: { kind: 'meanwhile', run: () => t.ok(held(store).people['user-3'], 'the old people serve') },
      })
      const outcome = await sync(store, b.provider, b.request())
      t.equal(outcome.round, 'full')
      t.same(held(store), wanted(b.emulator.tenant), 'those gone are gone after it')
      const initial = b.emulator.graphUrls().filter((url) => url.includes('$select='))
      t.equal(initial.length, 2, 'each collection is begun once')
      t.match(b.notices.join(), /everything is read again/)
      t.equal((await sync(store, b.provider, b.request())).round, 'delta', 'and then deltas again')
    })
  }
}

t.test('7: tokens that expire again and again end in an error, not in a loop; the old people serve', async (t) => {
  const { b, store } = await synced(t)
  const before = held(store)
  b.emulator.inject({ on: 'token=', times: 1000, act: resets['410 without a body'] as Act })
  const error = await failure(sync(store, b.provider, b.request()))
  t.equal(error.code, 'provider-unavailable')
  t.ok(b.emulator.graphUrls().length < 6)
  t.same(held(store), before)
})

t.test('8: 429 is obeyed to the end: seconds, a date, over 180 s', async (t) => {
  const { b, store } = await synced(t)
  const limited = (retryAfter: string): Act => ({
    kind: 'answer',
    status: 429,
    headers: { 'retry-after': retryAfter },
    body: { error: { code: 'TooManyRequests' } },
  })
  b.emulator.inject({ on: '/users/delta', act: limited('7') })
  b.emulator.inject({ on: '/users/delta', act: limited('1200') })
  b.emulator.inject({ on: '/users/delta', act: limited(new Date(Date.now() + 600_000).toUTCString()) })
  await sync(store, b.provider, b.request())
  t.same(held(store), wanted(b.emulator.tenant))
  const [seconds, long, date] = b.runtime.sleeps
  t.equal(seconds, 7_000)
  t.equal(long, 1_200_000)
  t.ok((date ?? 0) >= 599_000 && (date ?? 0) <= 602_000, `a date ten minutes ahead: ${date} ms`)
  t.equal(new Set(b.emulator.graphUrls().filter((url) => url.includes('/users/'))).size, 1, 'the same page each time')
  t.match(b.notices[0], /throttles us \(429\).*7 s/)
})

t.test('8: a Retry-After beyond patience ends the run, and is obeyed by the next ones', async (t) => {
  const { b, store } = await synced(t)
  b.emulator.inject({
    on: '/users/delta',
    act: { kind: 'answer', status: 429, headers: { 'retry-after': '7200' }, body: {} },
  })
  const first = await failure(sync(store, b.provider, b.request()))
  t.equal(first.code, 'provider-throttled')
  t.match(first.message, /7200 s/)
  b.emulator.forget()
  const second = await failure(sync(store, b.provider, b.request()))
  t.equal(second.code, 'provider-throttled')
  t.equal(b.emulator.seen.length, 0, 'nothing is asked before the time')
  b.runtime.time += 7_200_000
  await sync(store, b.provider, b.request())
  t.same(held(store), wanted(b.emulator.tenant))
})

t.test('8: 503 and 504 without Retry-After: growing gaps, then success; with one: as long as it says', async (t) => {
  const { b, store } = await synced(t)
  for (const status of [503, 504, 503, 504]) {
    b.emulator.inject({ on: '/users/delta', act: { kind: 'answer', status, body: '<html>busy</html>' } })
  }
  b.emulator.inject({
    on: '/groups/delta',
    act: { kind: 'answer', status: 503, headers: { 'retry-after': '44' }, body: '' },
  })
  await sync(store, b.provider, b.request())
  t.same(b.runtime.sleeps, [1_250, 2_500, 5_000, 10_000, 44_000])
  t.same(held(store), wanted(b.emulator.tenant))
})

const passing: Record<string, Act> = {
  '500': { kind: 'answer', status: 500, body: { error: { code: 'InternalServerError' } } },
  '502': { kind: 'answer', status: 502, body: '' },
  'a connection reset': { kind: 'reset' },
  'a cut body': { kind: 'cut-body' },
  'cut JSON': { kind: 'cut-json' },
  'JSON that is HTML': { kind: 'answer', status: 200, body: '<html>Sign in to the hotel network</html>' },
  'a server that hangs': { kind: 'hang' },
  'a server that drips': { kind: 'drip' },
}

for (const [name, act] of Object.entries(passing)) {
  t.test(`8: ${name}: the same page is asked again`, async (t) => {
    const b = await bench(t)
    const store = temporaryStore(t)
    populate(b)
    b.emulator.gzip = name !== 'a cut body'
    b.emulator.inject({ on: '/users/delta?$skiptoken', act })
    b.emulator.inject({ on: '/groups/delta', act })
    await sync(store, b.provider, b.request())
    t.same(held(store), wanted(b.emulator.tenant))
    const pages = b.emulator.graphUrls()
    t.equal(pages[1], pages[2], 'the same address')
    t.equal(pages.length, new Set(pages).size + 2, 'and nothing else twice')
    t.equal(b.runtime.sleeps.length, 2)
  })
}

t.test('8: a service that stays away ends in one error after growing gaps; the people stay', async (t) => {
  const { b, store } = await synced(t)
  const before = held(store)
  b.emulator.inject({ on: '/users/delta', times: 1000, act: passing['502'] as Act })
  const error = await failure(sync(store, b.provider, b.request()))
  t.equal(error.code, 'provider-unavailable')
  t.match(error.message, /^Office 365: reading users: the service answers 502, 8 times in a row$/)
  t.same(b.runtime.sleeps, [1_250, 2_500, 5_000, 10_000, 20_000, 40_000, 75_000])
  t.same(held(store), before)
})

t.test('8: waiting can be broken off', async (t) => {
  const { b, store } = await synced(t)
  const before = held(store)
  const stop = new AbortController()
  b.emulator.inject({
    on: '/users/delta',
    act: { kind: 'answer', status: 429, headers: { 'retry-after': '3000' }, body: {} },
  })
  b.runtime.onSleep = () => stop.abort(new Error('shutting down'))
  await t.rejects(sync(store, b.provider, b.request(null, stop.signal)), { message: 'shutting down' })
  t.same(held(store), before)
})

t.test('8: a request under way can be broken off', async (t) => {
  const { b, store } = await synced(t)
  const stop = new AbortController()
  b.emulator.inject({ on: '/users/delta', act: { kind: 'hang' } })
  b.emulator.inject({ on: 'x', act: { kind: 'hang' } })
  const running = sync(store, b.provider, b.request(null, stop.signal))
  setTimeout(() => stop.abort(new Error('shutting down')), 100)
  await t.rejects(running, { message: 'shutting down' })
})

t.test('9: 401 in mid-run: one fresh token, the same page', async (t) => {
  const { b, store } = await synced(t)
  let tokens = 0
  b.emulator.inject({
    on: '/groups/delta',
    act: { kind: 'answer', status: 401, body: { error: { code: 'InvalidAuthenticationToken' } } },
  })
  tokens = b.emulator.entra.requests.length
  await sync(store, b.provider, b.request())
  t.equal(b.emulator.entra.requests.length - tokens, 2, "the run's first and one fresh")
  const used = b.emulator.seen.filter(({ url }) => url.includes('/groups/')).map(({ authorization }) => authorization)
  t.equal(used.length, 2)
  t.not(used[0], used[1])
  t.same(held(store), wanted(b.emulator.tenant))
})

t.test('9: a claims challenge is answered (Continuous Access Evaluation)', async (t) => {
  const { b, store } = await synced(t)
  const claims = JSON.stringify({ access_token: { nbf: { essential: true, value: '1604106651' } } })
  const challenge =
    'Bearer realm="", authorization_uri="https://login.example/common/oauth2/authorize", ' +
    `error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`
  b.emulator.inject({
    on: '/users/delta',
    act: { kind: 'answer', status: 401, headers: { 'www-authenticate': challenge }, body: {} },
  })
  await sync(store, b.provider, b.request())
  const sent = JSON.parse(b.emulator.entra.requests.at(-1)?.get('claims') ?? '{}')
  t.same(sent.access_token.nbf, { essential: true, value: '1604106651' })
  t.same(sent.access_token.xms_cc, { values: ['CP1'] }, 'and says that we can answer more')
  t.same(held(store), wanted(b.emulator.tenant))
})

t.test('9: a token that stays rejected, and 403: one clear message each, no hot loop', async (t) => {
  const { b, store } = await synced(t)
  b.emulator.inject({
    on: '/users/delta',
    times: 1000,
    act: { kind: 'answer', status: 401, body: { error: { code: 'InvalidAuthenticationToken' } } },
  })
  const rejected = await failure(sync(store, b.provider, b.request()))
  t.equal(rejected.code, 'provider-auth')
  t.match(rejected.message, /does not accept a fresh token \(401 InvalidAuthenticationToken\)/)
  t.equal(b.emulator.graphUrls().length, 2)

  b.emulator.clearFaults()
  for (const [role, collection] of [
    ['GroupMember.Read.All', 'groups'],
    ['User.Read.All', 'users'],
  ] as const) {
    b.emulator.entra.roles.delete(role)
    b.emulator.forget()
    const forbidden = await failure(sync(store, b.provider, b.request()))
    t.equal(forbidden.code, 'provider-auth')
    t.match(forbidden.message, new RegExp(`read ${collection} \\(403 Authorization_RequestDenied\\).*${role}`))
    t.equal(b.emulator.graphUrls().filter((url) => url.includes(collection)).length, 1)
    t.same(b.runtime.sleeps, [])
  }
})

const badPages: Record<string, { on: string; act: Act; says: RegExp }> = {
  'a nextLink to another host': {
    on: '/users/delta',
    act: {
      kind: 'edit',
      edit: (body) => ({
        ...body,
        '@odata.nextLink': 'https://graph.evil.example/v1.0/users/delta?$skiptoken=SECRETTOKEN',
      }),
    },
    says: /link to https:\/\/graph\.evil\.example\/v1\.0\/users\/delta, which is not https:\/\/localhost:\d+; it is not followed/,
  },
  'a nextLink to another port': {
    on: '/users/delta',
    act: {
      kind: 'edit',
      edit: (body) => ({ ...body, '@odata.nextLink': 'https://localhost:1/v1.0/users/delta?$skiptoken=x' }),
    },
    says: /it is not followed/,
  },
  'a nextLink without TLS': {
    on: '/users/delta',
    act: {
      kind: 'edit',
      edit: (body) => ({ ...body, '@odata.nextLink': 'http://localhost/v1.0/users/delta?$skiptoken=x' }),
    },
    says: /it is not followed/,
  },
  'a deltaLink to another host': {
    on: '/groups/delta',
    act: {
      kind: 'edit',
      edit: (body) => ({
        ...body,
        '@odata.nextLink': undefined,
        '@odata.deltaLink': 'https://evil.example/x?$deltatoken=y',
      }),
    },
    says: /it is not followed/,
  },
  'a page without value': {
    on: '/users/delta',
    act: { kind: 'edit', edit: ({ value: _, ...rest }) => rest },
    says: /a page of users from Graph has no list "value"; nothing is changed/,
  },
  'a page without a link': {
    on: '/users/delta',
    act: { kind: 'edit', edit: (body) => ({ value: body['value'] }) },
    says: /neither a next link nor a delta link/,
  },
  'an empty page without a link': {
    on: '/groups/delta',
    act: { kind: 'edit', edit: () => ({ value: [] }) },
    says: /neither a next link nor a delta link/,
  },
  'an object without id': {
    on: '/users/delta',
    act: { kind: 'edit', edit: (body) => ({ ...body, value: [{ displayName: 'No One' }] }) },
    says: /holds an object without an id/,
  },
  'a page that is a list': { on: '/users/delta', act: { kind: 'edit', edit: () => [] }, says: /is not a JSON object/ },
  'a page that is null': { on: '/users/delta', act: { kind: 'edit', edit: () => null }, says: /is not a JSON object/ },
}

for (const [name, { on, act, says }] of Object.entries(badPages)) {
  for (const full of [true, false]) {
    t.test(`10: ${name}, in a ${full ? 'full' : 'delta'} round: refused, and nobody is deleted`, async (t) => {
      const { b, store } = await synced(t)
      const before = held(store)
      const cursor = store.cursor(b.provider)
      b.emulator.inject({ on, act })
      const error = await failure(sync(store, b.provider, b.request(), { full }))
      t.equal(error.code, 'provider-malformed')
      t.match(error.message, says)
      t.notMatch(error.message, /token/i)
      t.same(held(store), before)
      t.equal(store.cursor(b.provider), cursor)
      await sync(store, b.provider, b.request())
      t.same(held(store), wanted(b.emulator.tenant), 'the next sync is well')
    })
  }
}

t.test('10: links that lead in a circle, or on without end, are bounded', async (t) => {
  const { b, store } = await synced(t)
  const before = held(store)
  let own = ''
  b.emulator.inject({
    on: '/users/delta',
    times: 10,
    act: {
      kind: 'edit',
      edit: (body) => {
        own = own === '' ? `${b.emulator.origin}/v1.0/users/delta?$skiptoken=again` : own
        return { value: body['value'] ?? [], '@odata.nextLink': own }
      },
    },
  })
  const circle = await failure(sync(store, b.provider, b.request()))
  t.match(circle.message, /does not come to an end \(a link leads back to a page already read\)/)

  b.emulator.clearFaults()
  let pages = 0
  b.emulator.inject({
    on: '/users/delta',
    times: 5_000,
    act: {
      kind: 'edit',
      edit: () => ({ value: [], '@odata.nextLink': `${b.emulator.origin}/v1.0/users/delta?$skiptoken=n${pages++}` }),
    },
  })
  const endless = await failure(sync(store, b.provider, b.request()))
  t.match(endless.message, /1000 empty pages in a row/)
  t.same(held(store), before)
})

t.test('10: one request at a time, over one connection', async (t) => {
  const b = await bench(t)
  const store = temporaryStore(t)
  populate(b, 40)
  await sync(store, b.provider, b.request())
  t.ok(b.emulator.mostConnections <= 2, `at most ${b.emulator.mostConnections} at a time`)
})
