import t from 'tap'
import type { Act } from './emulator/faults.ts'
import { held, wanted } from './expected.ts'
import { sync } from './sync.ts'
import { failure, synced } from './synced.ts'

/** Delta tokens that Graph no longer takes. Numbers are those of the list. */

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
  '404 without a body': { kind: 'answer', status: 404, body: '' },
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
