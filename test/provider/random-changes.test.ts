import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import type { Graph } from './emulator/graph.ts'
import type { Tenant } from './emulator/tenant.ts'
import { held, wanted } from './expected.ts'
import { bench } from './harness.ts'
import { sync, temporaryStore } from './sync.ts'

/** Item 1: after any sequence of changes and syncs, under any habit of Graph, the store equals the tenant. */

const users = 7
const groups = 4
const user = fc.nat(users - 1).map((n) => `user-${n}`)
const group = fc.nat(groups - 1).map((n) => `group-${n}`)
const member = fc.oneof({ weight: 3, arbitrary: user }, { weight: 1, arbitrary: group })

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 4 })
const name = fc.constantFrom('Jane Roe', 'Léa Dupont', '山田 太郎', 'Иван Петров', 'محمد علي', 'J', "O'Neil-Smith")
const address = fc.nat(9).map((n) => `box${n}@contoso.example`)
const props = fc.record(
  {
    displayName: name,
    givenName: optional(name),
    surname: optional(name),
    mail: optional(address),
    proxyAddresses: fc.array(
      fc.tuple(fc.constantFrom('SMTP:', 'smtp:', 'sip:', 'X500:'), address).map((parts) => parts.join('')),
      { maxLength: 3 },
    ),
    userType: fc.constantFrom('Member', 'Guest', null),
    accountEnabled: fc.boolean(),
  },
  { requiredKeys: [] },
)

type Doing = (tenant: Tenant) => void
/** Objects are made when first touched; Graph knows no member that isn't there. */
const make = {
  user: (tenant: Tenant, id: string): void => {
    if (!tenant.users.has(id)) tenant.putUser(id, { displayName: `Person ${id}` })
  },
  group: (tenant: Tenant, id: string): void => {
    if (!tenant.groups.has(id)) tenant.putGroup(id, { displayName: `Group ${id}` })
  },
}
const doing: fc.Arbitrary<Doing> = fc.oneof(
  fc.tuple(user, props).map(([id, changed]): Doing => (tenant) => {
    make.user(tenant, id)
    tenant.putUser(id, changed)
  }),
  fc.tuple(group, name).map(([id, displayName]): Doing => (tenant) => {
    make.group(tenant, id)
    tenant.putGroup(id, { displayName })
  }),
  fc.tuple(group, member).map(([id, who]): Doing => (tenant) => {
    make.group(tenant, id)
    if (who.startsWith('user')) make.user(tenant, who)
    else make.group(tenant, who)
    tenant.addMember(id, who)
  }),
  fc.tuple(group, member).map(
    ([id, who]): Doing =>
      (tenant) =>
        tenant.removeMember(id, who),
  ),
  fc.tuple(member, fc.boolean()).map(
    ([id, forGood]): Doing =>
      (tenant) =>
        tenant.remove(id, forGood),
  ),
  member.map(
    (id): Doing =>
      (tenant) =>
        tenant.restore(id),
  ),
)

const habits: fc.Arbitrary<Partial<Graph['habits']>> = fc.record({
  pageSize: fc.integer({ min: 1, max: 6 }),
  memberChunk: fc.integer({ min: 1, max: 4 }),
  emptyPages: fc.boolean(),
  repeats: fc.boolean(),
  binInFirstRound: fc.boolean(),
  minimal: fc.boolean(),
  replay: fc.constantFrom(0, 0, 3, 20),
})

const round = fc.record({
  changes: fc.array(doing, { maxLength: 8 }),
  /** Made between the pages, the n-th before the n-th answer. */
  meanwhile: fc.array(doing, { maxLength: 3 }),
  habits,
  full: fc.boolean(),
  expire: fc.boolean(),
})

t.test('after any sequence of changes and syncs the store equals the tenant', async (t) => {
  const runs = Number(process.env['NAMESAKE_PROPERTY_RUNS'] ?? 12)
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 5 }), async (rounds) => {
      const downs: (() => Promise<void>)[] = []
      const scope = { teardown: (down: () => Promise<void>) => void downs.push(down) }
      try {
        const b = await bench(scope)
        const store = temporaryStore(scope)
        const { tenant, graph } = b.emulator
        for (const { changes, meanwhile, habits, full, expire } of rounds) {
          for (const change of changes) change(tenant)
          Object.assign(graph.habits, habits)
          if (expire) graph.expireTokens()
          for (const change of meanwhile) {
            b.emulator.inject({ on: '/delta', act: { kind: 'meanwhile', run: () => change(tenant) } })
          }
          await sync(store, b.provider, b.request(), { full })
          b.emulator.clearFaults()
          // What came while it was read is there after the next.
          if (meanwhile.length > 0) await sync(store, b.provider, b.request())
          deepStrictEqual(held(store), wanted(tenant))
        }
      } finally {
        for (const down of downs.reverse()) await down()
      }
    }),
    { numRuns: runs, endOnFailure: false },
  )
  t.pass(`${runs} sequences`)
})
