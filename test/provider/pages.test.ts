import t from 'tap'
import type { Act } from './emulator/faults.ts'
import { held, wanted } from './expected.ts'
import { bench } from './harness.ts'
import { sync, temporaryStore } from './sync.ts'
import { failure, populate, synced } from './synced.ts'

/** Pages that are not what they should be. Numbers are those of the list. */

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
