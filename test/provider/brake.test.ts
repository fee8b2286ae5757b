import t from 'tap'
import type { Act } from './emulator/faults.ts'
import { held, wanted } from './expected.ts'
import { bench } from './harness.ts'
import type { Bench } from './harness.ts'
import { sync, temporaryStore } from './sync.ts'
import { failure, populate } from './synced.ts'

/** The shrink brake: what Graph says in good form, but can't be meant, changes nothing until an operator accepts it. */

const limit = { maxShrink: 0.5 }
const nothing: Act = {
  kind: 'edit',
  edit: (body) => ({
    value: [],
    '@odata.deltaLink': String(body['@odata.deltaLink'] ?? body['@odata.nextLink']).replace(/\?.*/, '?$deltatoken=new'),
  }),
}
const withoutMembers: Act = {
  kind: 'edit',
  edit: (body) => ({
    ...body,
    value: (body['value'] as Record<string, unknown>[]).map(({ 'members@delta': _, ...group }) => group),
  }),
}

const cases: { name: string; prepare: (b: Bench) => void; full: boolean; says: RegExp }[] = [
  {
    name: 'more than half of the people removed by a delta',
    prepare: ({ emulator: { tenant } }) => {
      for (let n = 0; n < 7; n += 1) tenant.remove(`user-${n}`)
    },
    full: false,
    says: /would remove 7 of 12 people, more than the 50 %.*namesake sync "Office 365" --accept-shrink/,
  },
  {
    name: 'no people in a full round',
    prepare: ({ emulator }) => emulator.inject({ on: '/users/delta?$select', act: nothing }),
    full: true,
    says: /would remove 12 of 12 people/,
  },
  {
    name: 'no people in the full round after an expired token',
    prepare: ({ emulator }) => {
      emulator.graph.expireTokens()
      emulator.inject({ on: '/users/delta?$select', act: nothing })
    },
    full: false,
    says: /would remove 12 of 12 people/,
  },
  {
    name: 'no groups in a full round',
    prepare: ({ emulator }) => emulator.inject({ on: '/groups/delta?$select', act: nothing }),
    full: true,
    says: /would remove 2 of 2 groups/,
  },
  {
    name: 'groups without members in a full round',
    prepare: ({ emulator }) => emulator.inject({ on: '/groups/delta', times: 9, act: withoutMembers }),
    full: true,
    says: /would remove 13 of 13 memberships of groups/,
  },
]

for (const { name, prepare, full, says } of cases) {
  t.test(name, async (t) => {
    const b = await bench(t)
    const store = temporaryStore(t)
    populate(b)
    b.emulator.tenant.putGroup('group-outer', { displayName: 'Outer' })
    b.emulator.tenant.addMember('group-outer', 'group-board')
    await sync(store, b.provider, b.request(), limit)
    const [before, cursor] = [held(store), store.cursor(b.provider)]
    prepare(b)
    for (let again = 0; again < 2; again += 1) {
      const error = await failure(sync(store, b.provider, b.request(), { ...limit, full }))
      t.equal(error.code, 'sync-shrink')
      t.match(error.message, says)
      t.same(held(store), before, 'everybody stays')
      t.equal(store.cursor(b.provider), cursor, 'and so does the cursor')
      t.match(store.record('Office 365')?.error, says)
      b.emulator.clearFaults()
      prepare(b)
    }
    await sync(store, b.provider, b.request(), { maxShrink: null, full })
    t.not(store.cursor(b.provider), cursor, 'accepted')
  })
}

t.test('what comes and goes in deltas is no matter for the brake of groups', async (t) => {
  const b = await bench(t)
  const store = temporaryStore(t)
  const { tenant } = b.emulator
  populate(b)
  await sync(store, b.provider, b.request(), limit)
  for (let n = 0; n < 12; n += 1) tenant.removeMember('group-board', `user-${n}`)
  await sync(store, b.provider, b.request(), limit)
  t.same(held(store), wanted(tenant))
  tenant.remove('group-board')
  await sync(store, b.provider, b.request(), limit)
  t.same(held(store), wanted(tenant))
  await sync(store, b.provider, b.request(), { ...limit, full: true })
  t.same(held(store), wanted(tenant))
})
