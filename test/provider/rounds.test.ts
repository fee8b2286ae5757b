import t from 'tap'
import type { Emulator } from './emulator/emulator.ts'
import { held, wanted } from './expected.ts'
import { bench } from './harness.ts'
import { sync, temporaryStore } from './sync.ts'

/** First rounds and later ones against the emulated tenant, into the real store. Numbers are those of the list. */

function person(emulator: Emulator, n: number, more: Record<string, string | string[] | boolean | null> = {}): string {
  const id = `user-${n}`
  emulator.tenant.putUser(id, {
    displayName: `Person ${n}`,
    givenName: `Given ${n}`,
    surname: `Sur ${n}`,
    mail: `person.${n}@contoso.example`,
    userPrincipalName: `p${n}@contoso.onmicrosoft.example`,
    proxyAddresses: [`SMTP:person.${n}@contoso.example`, `smtp:p.${n}@contoso.example`, `X500:/o=x/cn=${n}`],
    userType: 'Member',
    accountEnabled: true,
    ...more,
  })
  return id
}

function populate(emulator: Emulator, people: number): void {
  for (let n = 0; n < people; n += 1) person(emulator, n)
  emulator.tenant.putGroup('group-all', { displayName: 'Everyone' })
  emulator.tenant.putGroup('group-board', { displayName: 'Executives' })
  emulator.tenant.putGroup('group-empty', { displayName: 'Nobody' })
  for (let n = 0; n < people; n += 1) emulator.tenant.addMember('group-all', `user-${n}`)
  emulator.tenant.addMember('group-board', 'user-1')
  emulator.tenant.addMember('group-board', 'user-2')
}

t.test('1, 2: the first sync gives the tenant; the second uses the delta links to the letter', async (t) => {
  const b = await bench(t)
  const store = temporaryStore(t)
  populate(b.emulator, 23)
  // What a client that takes links apart would reorder, merge or decode.
  b.emulator.graph.habits.linkSuffix = '&$select=id&x=(a=b)&x=2&y=%2B%20z&$top=7&q&$skipToken=zz'
  const first = await sync(store, b.provider, b.request())
  t.equal(first.round, 'full')
  t.same(held(store), wanted(b.emulator.tenant))

  const cursor = JSON.parse(store.cursor(b.provider) ?? '{}')
  const pages = b.emulator.graphUrls()
  b.emulator.forget()
  const second = await sync(store, b.again(), b.request())
  t.equal(second.round, 'delta')
  const followed = [...pages, ...b.emulator.graphUrls()].filter((url) => url.includes('token='))
  t.ok(followed.length > 4)
  for (const url of followed) t.ok(b.emulator.graph.given.has(b.emulator.origin + url), url)
  t.same(
    b.emulator.graphUrls(),
    [cursor.users, cursor.groups].map((link: string) => link.slice(b.emulator.origin.length)),
    'two requests, as given, and no initial round',
  )
  t.same(held(store), wanted(b.emulator.tenant))
})

t.test('3: $select on both first requests; empty pages, repeated objects and replays are harmless', async (t) => {
  const b = await bench(t)
  const store = temporaryStore(t)
  const { tenant, graph } = b.emulator
  populate(b.emulator, 17)
  Object.assign(graph.habits, { emptyPages: true, repeats: true, pageSize: 3 })
  await sync(store, b.provider, b.request())
  t.same(held(store), wanted(tenant))
  const initial = b.emulator.graphUrls().filter((url) => !url.includes('token'))
  t.equal(initial.length, 2)
  t.match(initial[0], /^\/v1\.0\/users\/delta\?\$select=id,displayName,.*proxyAddresses/)
  t.match(initial[1], /^\/v1\.0\/groups\/delta\?\$select=id,displayName,members$/)

  graph.habits.replay = 30
  tenant.removeMember('group-board', 'user-1')
  tenant.putUser('user-3', { displayName: 'Renamed' })
  for (let again = 0; again < 3; again += 1) {
    await sync(store, b.provider, b.request())
    t.same(held(store), wanted(tenant))
  }
})

t.test(
  '4: members in chunks are merged; removals, deletions, restoring; a renamed group keeps its members',
  async (t) => {
    const b = await bench(t)
    const store = temporaryStore(t)
    const { tenant, graph } = b.emulator
    populate(b.emulator, 30)
    Object.assign(graph.habits, { pageSize: 2, memberChunk: 4 })
    const round = async (): Promise<void> => {
      await sync(store, b.provider, b.request())
      t.same(held(store), wanted(tenant))
    }
    await round()
    t.equal(held(store).groups['group-all']?.members.length, 30, 'eight chunks on several pages')

    tenant.removeMember('group-all', 'user-7')
    await round()
    t.equal(held(store).groups['group-all']?.members.length, 29)

    tenant.putGroup('group-all', { displayName: 'All of us' })
    await round()
    t.same(held(store).groups['group-all']?.name, 'All of us')

    tenant.remove('user-1')
    await round()
    t.notOk(held(store).people['user-1'])
    tenant.restore('user-1')
    await round()
    t.ok(held(store).groups['group-board']?.members.includes('user-1'), 'restored with memberships')

    tenant.remove('group-board')
    await round()
    tenant.restore('group-board')
    await round()
    tenant.remove('user-2', true)
    tenant.remove('group-empty', true)
    await round()

    tenant.putGroup('group-outer', { displayName: 'Outer' })
    tenant.addMember('group-outer', 'group-board')
    tenant.addMember('group-board', 'group-outer')
    tenant.addMember('group-outer', 'device-1', '#microsoft.graph.device')
    await round()
    t.ok(held(store).groups['group-outer']?.members.includes('user-1'), 'nested, and a cycle ends')
  },
)

t.test('4: a member that is not known yet is kept until its user arrives', async (t) => {
  const b = await bench(t)
  const store = temporaryStore(t)
  const { tenant } = b.emulator
  populate(b.emulator, 4)
  // Made after the users were read, before the groups are: its membership comes first.
  b.emulator.inject({
    on: '/groups/delta',
    act: {
      kind: 'meanwhile',
      run: () => {
        person(b.emulator, 99)
        tenant.addMember('group-board', 'user-99')
      },
    },
  })
  await sync(store, b.provider, b.request())
  t.notOk(held(store).people['user-99'])
  await sync(store, b.provider, b.request())
  t.ok(held(store).groups['group-board']?.members.includes('user-99'))
  t.same(held(store), wanted(tenant))
})

t.test('4: @removed in a first round, of both reasons', async (t) => {
  const b = await bench(t)
  const store = temporaryStore(t)
  populate(b.emulator, 6)
  b.emulator.tenant.remove('user-0')
  b.emulator.tenant.remove('user-5', true)
  b.emulator.tenant.remove('group-empty')
  b.emulator.graph.habits.binInFirstRound = true
  await sync(store, b.provider, b.request())
  t.same(held(store), wanted(b.emulator.tenant))
})

t.test('5: null clears, absent keeps', async (t) => {
  const b = await bench(t)
  const store = temporaryStore(t)
  const { tenant, graph } = b.emulator
  populate(b.emulator, 3)
  graph.habits.minimal = true
  await sync(store, b.provider, b.request())
  tenant.putUser('user-0', { surname: null, mail: null, proxyAddresses: [] })
  tenant.putUser('user-1', { displayName: 'Only the name' })
  await sync(store, b.provider, b.request())
  t.same(held(store), wanted(tenant))
  t.same(held(store).people['user-0'], {
    name: 'Person 0',
    given: 'Given 0',
    surname: null,
    addresses: ['p0@contoso.onmicrosoft.example'],
    groups: ['group-all'],
  })
  t.equal(held(store).people['user-1']?.addresses.length, 3)
})

t.test('5: a user whom the rules left out joins when one property changes, and leaves again', async (t) => {
  const b = await bench(t)
  const store = temporaryStore(t)
  const { tenant, graph } = b.emulator
  graph.habits.minimal = true
  populate(b.emulator, 2)
  person(b.emulator, 7, { userType: 'Guest' })
  tenant.addMember('group-board', 'user-7')
  for (const userType of ['Guest', 'Member', 'Guest']) {
    tenant.putUser('user-7', { userType })
    await sync(store, b.provider, b.request())
    t.same(held(store), wanted(tenant))
  }
})

t.test('6: changes made while a round is read are not lost', async (t) => {
  const b = await bench(t)
  const store = temporaryStore(t)
  const { tenant } = b.emulator
  populate(b.emulator, 20)
  for (const [skip, run] of [
    [1, () => tenant.putUser('user-0', { displayName: 'Changed on a page already read' })],
    [2, () => tenant.putUser('user-19', { displayName: 'Changed on a page yet to come' })],
    [3, () => tenant.remove('user-2')],
  ] as const) {
    b.emulator.inject({ on: '/users/delta', skip, act: { kind: 'meanwhile', run } })
  }
  b.emulator.inject({
    on: '/groups/delta',
    skip: 1,
    act: { kind: 'meanwhile', run: () => tenant.removeMember('group-board', 'user-1') },
  })
  await sync(store, b.provider, b.request())
  await sync(store, b.provider, b.request())
  t.same(held(store), wanted(tenant))
  t.equal(held(store).people['user-0']?.name, 'Changed on a page already read')
})

t.test('a read that is older than the last (Graph answers from a copy that lags) is caught up with', async (t) => {
  const b = await bench(t)
  const store = temporaryStore(t)
  const { tenant, graph } = b.emulator
  graph.habits.pageSize = 100
  populate(b.emulator, 4)
  await sync(store, b.provider, b.request())
  const early = JSON.parse(store.cursor(b.provider) ?? '{}').users as string
  person(b.emulator, 9)
  tenant.addMember('group-board', 'user-9')
  tenant.putUser('user-1', { displayName: 'New Name' })
  await sync(store, b.provider, b.request())
  t.same(held(store), wanted(tenant))
  for (const full of [true, false]) {
    // The copy has not heard of user-9, nor of the new name, and its link takes up where it stands.
    const edit = (body: Record<string, unknown>): unknown => ({
      value: (body['value'] as { id: string }[])
        .filter(({ id }) => id !== 'user-9')
        .map((user) => (user.id === 'user-1' ? { ...user, displayName: 'Person 1' } : user)),
      '@odata.deltaLink': early,
    })
    b.emulator.inject({ on: '/users/delta', act: { kind: 'edit', edit } })
    await sync(store, b.provider, b.request(), { full })
    t.equal(store.snapshot().person({ directory: 'Office 365', id: 'user-9' }) === undefined, full)
    await sync(store, b.provider, b.request())
    t.same(held(store), wanted(tenant), 'groups too')
  }
})

t.test('a change of the settings that shape people makes the next round a full one', async (t) => {
  const b = await bench(t)
  const store = temporaryStore(t)
  populate(b.emulator, 3)
  person(b.emulator, 7, { userType: 'Guest' })
  await sync(store, b.provider, b.request())
  const outcome = await sync(store, b.again({ include: { guests: true, disabled: true } }), b.request())
  t.equal(outcome.round, 'full')
  t.same(held(store), wanted(b.emulator.tenant, { guests: true, disabled: true }))
})
