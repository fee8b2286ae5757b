import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { Database } from '../../src/fleet/database.ts'
import { EntryExchange } from '../../src/fleet/entries.ts'
import { FleetHistory } from '../../src/fleet/history.ts'
import { expireRecords } from '../../src/fleet/records.ts'
import { RecordSender } from '../../src/fleet/sender.ts'
import { Accounts } from '../../src/history/accounts.ts'
import type { History } from '../../src/history/history.ts'
import type { HistoryQuery, HistoryRecord, PairDecision, PairQuery, PairWithState } from '../../src/model.ts'
import { folder, lines, noon, openHistory, record } from '../unit/history/helpers.ts'
import { noPostgres, startPostgres } from './peers/postgres.ts'

// The history of several nodes over a real PostgreSQL, held against one history that was given all their records.
t.setTimeout(600_000)

const day = 86_400_000
const people = ['u1', 'u2', 'u3']
const domains = ['mail.example', 'evil.example', 'home.example']
let made = 0

function recordOf(node: string, seed: number, time: number): HistoryRecord {
  const of = <T>(list: readonly T[], by: number): T => list[Math.floor(seed / by) % list.length] as T
  const isExcused = seed % 11 === 0
  return record({
    id: `id-${String(made++).padStart(6, '0')}`,
    node,
    time: new Date(time).toISOString(),
    person: seed % 17 === 0 ? null : of(people, 3),
    name: of(['Jane Roe', 'Müller, Jörg', 'Nul\0 \ud800 100%_\\'], 3),
    address: `Someone${seed % 5}@${of(domains, 1)}`,
    fromName: of(['Jane Roe', '__proto__', 'J. Roe'], 2),
    messageId: `<m-${seed % 100}@x>`,
    domains: [of(domains, 1)],
    tier: of(['certain', 'likely'], 7),
    kind: of(['exact', 'typo'], 5),
    ...(isExcused
      ? { verdict: 'clean', action: null, disposition: 'relayed', excusedBy: 'secondary' }
      : { action: of(['tag', 'reject'], 2), disposition: of(['relayed', 'rejected'], 2) }),
    authenticated: of([true, false, null], 13),
  })
}

const queries: readonly HistoryQuery[] = [
  {},
  ...['someone1', 'EVIL', 'm-7', 'jorg', '100%_\\', 'nothing at all'].map((text) => ({ text })),
  { since: noon - 3 * day, until: noon },
  { people: ['u1', 'u3'] },
  { domain: 'evil.example', tier: 'certain' },
  { kind: 'typo', action: 'reject', disposition: 'rejected', verdict: 'detected' },
  { pair: { directory: 'Staff', person: 'u2', address: 'someone1@evil.example' } },
]
const pairQueries: readonly PairQuery[] = [
  {},
  { order: 'messages', detected: true },
  { order: 'refused' },
  { excused: true },
  { likely: true },
]

async function all<T>(items: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** All that must be alike; the order of what came at one moment, and which of several names is told, may differ. */
async function picture(history: FleetHistory | History): Promise<unknown[]> {
  const words = (of: Readonly<Record<string, number>>): unknown => Object.entries(of).sort()
  const pair = ({ name: _, publicProvider: _p, names, kinds, actions, ...rest }: PairWithState): unknown => ({
    ...rest,
    ...{ names: words(names), kinds: words(kinds), actions: words(actions) },
  })
  const sorted = (list: readonly unknown[]): string[] => list.map((one) => JSON.stringify(one)).sort()
  const found: unknown[] = []
  for (const query of queries) {
    const records = await all(history.records(query))
    const times = records.map(({ time }) => time)
    if (times.join() !== [...times].sort().reverse().join()) throw new Error('not newest first')
    found.push([query, sorted(records)])
  }
  for (const query of pairQueries) found.push([query, sorted((await all(history.pairs(query))).map(pair))])
  const { counts, steps, people: taken } = await history.overview(noon - 60 * day, noon + 3 * day)
  found.push(sorted(counts), steps, sorted(taken.map(({ name: _, ...rest }) => rest)))
  const short = await history.overview(noon - day, noon)
  found.push(sorted(short.counts), short.steps)
  found.push(await history.count(), await history.pairTotals())
  found.push(sorted([...(await history.addresses(['u1', 'u2'], noon - 60 * day))].filter(([, count]) => count > 0)))
  return found
}

/** Says where two pictures part, in little: records are long. */
function same(found: readonly unknown[], wanted: readonly unknown[]): void {
  for (const [i, one] of wanted.entries()) {
    const [is, want] = [JSON.stringify(found[i]), JSON.stringify(one)]
    let at = 0
    while (is[at] === want[at] && at < want.length) at++
    if (is !== want)
      throw new Error(`part ${i}, at ${at}: ${is.slice(at - 200, at + 200)}, wanted ${want.slice(at - 200, at + 200)}`)
  }
}

t.test('one history of several nodes', { skip: noPostgres }, async (t) => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.remove())
  // With the rights that a node has.
  const { owner, member } = postgres.makeRoles()
  const maker = new Database(owner)
  await maker.migrate()
  await maker.close()
  const database = new Database(member)
  t.teardown(() => database.close())
  await database.migrate()
  const clear = (): string =>
    postgres.sql(
      'truncate namesake.record, namesake.pair, namesake.pair_word, namesake.counter, namesake.person_day, namesake.node_records, namesake.sender, namesake.erasure',
    )

  t.test('is what one history says that has all records, whatever is sent again', async (t) => {
    const step = fc.record({
      node: fc.nat(1),
      count: fc.integer({ min: 1, max: 400 }),
      daysOff: fc.constantFrom(0, 0, -20, -45, 1),
      seed: fc.integer({ min: 0, max: 1e6 }),
      then: fc.constantFrom('send', 'wait', 'restore', 'both'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), fc.nat(2), async (steps, gone) => {
        clear()
        const own = [await openHistory(t), await openHistory(t)] as const
        const one = await openHistory(t)
        const senders = own.map((_, n) => new RecordSender(database, `mx${n}`))
        const send = async (n: number): Promise<void> => senders[n]?.look(own[n] as History)
        for (const { node, count, daysOff, seed, then } of steps) {
          const batch = lines(
            Array.from({ length: count }, (_, i) => recordOf(`mx${node}`, seed + i, noon + daysOff * day + i * 61_000)),
          )
          own[node]?.append(batch)
          one.append(batch)
          if (then === 'restore') {
            await send(node)
            clear()
          } else if (then === 'both') await Promise.all([send(0), send(1), send(node)])
          else if (then === 'send') await send(node)
        }
        await send(0)
        await send(1)
        await send(1)
        const shared = new FleetHistory(database, own[0], 'mx0', (error) => t.fail(error.message))
        same(await picture(shared), await picture(one))
        if (gone === 1) {
          const erasure = { kind: 'address', address: 'someone1@evil.example' } as const
          await one.erase(erasure)
          own[1].append(lines([recordOf('mx1', 11, noon)]))
          await shared.erase(erasure)
          await send(1)
          one.append(lines([...own[1].records({})].filter(({ id }) => one.record(id) === undefined)))
          t.same([...own[1].recordsToErase(erasure)], [], 'erased in the history of the other node too')
        } else if (gone === 2) {
          // Counters of hours that are kept in part are dropped by neither, as one hour is left over.
          const keep = Date.now() - (noon - 10 * day + 30_000)
          while (one.retainSlice({ keep, maxSize: Infinity }, Date.now()) > 0);
          while ((await expireRecords(database, keep)) > 0);
        }
        const [left, wanted] = [await picture(shared), await picture(one)]
        // Counters count what came, and go by the hour or the day.
        const records = queries.length + pairQueries.length
        same(left.slice(0, records), wanted.slice(0, records))
        same(left.slice(-2), wanted.slice(-2))
      }),
      { numRuns: Number(process.env['NAMESAKE_RUNS'] ?? 2) },
    )
  })

  t.test('answers, audit and accounts are alike on all nodes', async (t) => {
    postgres.sql('truncate namesake.entry, namesake.entry_batch')
    const nodes = await Promise.all(
      [0, 1, 2].map(async (n) => ({
        history: await openHistory(t),
        accounts: Accounts.open(join(folder(t), 'console')),
        exchange: new EntryExchange(database, `mx${n}`),
      })),
    )
    t.teardown(() => Promise.all(nodes.map(({ accounts }) => accounts.close())))
    const look = async (n: number): Promise<void> => {
      const node = nodes[n]
      await node?.exchange.look(node.history.entries)
      await node?.exchange.look(node.accounts)
    }
    const settle = async (): Promise<void> => {
      for (let i = 0; i < 2; i++) for (const n of [0, 1, 2]) await look(n)
    }
    const [a, b, c] = nodes as [(typeof nodes)[0], (typeof nodes)[0], (typeof nodes)[0]]
    const alike = (): void => {
      const of = ({ history, accounts }: typeof a): unknown => [
        history.decisions(),
        [...history.audit()].map(({ id: _, ...entry }) => JSON.stringify(entry)).sort(),
        accounts.accounts(),
        accounts.tokens(),
      ]
      t.same(of(b), of(a))
      t.same(of(c), of(a))
    }
    const pair = { directory: 'Staff', person: 'u1', address: 'a@home.example' }
    const audit = { time: new Date(noon).toISOString(), who: 'ann', via: 'cli', what: 'review decide', target: 'x', before: null, after: 'nul\0' } as const // prettier-ignore
    const decision: PairDecision = { ...pair, name: 'Jane', answer: 'them', by: 'ann', at: audit.time, note: '', wasAuthenticated: true, wrote: null, reopened: null } // prettier-ignore
    a.history.decide(pair, decision, audit)
    b.history.writeAudit({ ...audit, who: 'bob' })
    const ann = b.accounts.add({
      userName: 'ann',
      name: 'Ann',
      role: 'admin',
      way: 'password',
      subject: null,
      hash: 'h',
    })
    const { secret } = b.accounts.beginSession(ann)
    const { token } = a.accounts.addToken({ name: 'export', role: 'reader', until: null, madeBy: 'ann' })
    await settle()
    alike()
    t.equal(c.accounts.session(secret)?.account.userName, 'ann', 'signed in on one node is signed in on all')
    t.equal(c.history.decision(pair)?.answer, 'them')
    t.equal([...c.history.audit()].length, 2)

    // Each cut off from the others, the last one to be heard of counts.
    a.history.decide(pair, null, audit)
    c.history.decide(pair, { ...decision, answer: 'attack' }, audit)
    c.accounts.removeToken(token.id)
    const session = c.accounts.session(secret)?.session
    if (session !== undefined) c.accounts.endSession(session)
    await look(a === nodes[0] ? 0 : 2)
    await look(2)
    await settle()
    alike()
    t.equal(b.history.decision(pair)?.answer, 'attack')
    t.equal(b.accounts.session(secret), null, 'signed out on one node is signed out on all')
    t.same(a.accounts.tokens(), [])

    // An unauthenticated message opens an answer again wherever it came.
    a.history.decide(pair, decision, audit)
    await settle()
    b.history.append(lines([record({ ...pair, authenticated: false })]))
    await settle()
    t.match(a.history.decision(pair)?.reopened, { why: /not authenticated/ })

    // A database that is empty, or an older copy, gets all again, once.
    const copy = postgres.sql('select revision, id from namesake.entry_batch where revision = 2')
    postgres.sql('truncate namesake.entry, namesake.entry_batch; update namesake.entry_revision set n = 0')
    t.ok(copy)
    const before = [...a.history.audit()].length
    c.history.writeAudit({ ...audit, who: 'after' })
    await settle()
    alike()
    t.equal([...a.history.audit()].length, before + 1)
  })

  t.test('PostgreSQL away: what the node itself has, and it is said', async (t) => {
    const own = await openHistory(t)
    own.append(lines([recordOf('mx0', 5, noon)]))
    const told: string[] = []
    const gone = new Database(`postgres://owner@127.0.0.1:${postgres.port + 1}/postgres?sslmode=disable`)
    t.teardown(() => gone.close())
    const shared = new FleetHistory(gone, own, 'mx0', ({ message }) => told.push(message))
    t.same(await picture(shared), await picture(own))
    t.match(told, [/ECONNREFUSED/])
    await t.rejects(shared.erase({ kind: 'address', address: 'a@b.example' }), { code: 'fleet-unavailable' })
  })
})
