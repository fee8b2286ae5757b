import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { NamesakeError } from '../../../src/errors.ts'
import { FileProvider } from '../../../src/directory/sources/file/provider.ts'
import type { ReadRequest, ReadStep } from '../../../src/directory/provider.ts'
import { Scheduler, type SyncEvent, statusOf } from '../../../src/directory/schedule.ts'
import type { Store } from '../../../src/directory/store/store.ts'
import { synchronise, type SyncOptions } from '../../../src/directory/sync.ts'
import { openStore, person, protectGroups, ScriptedProvider, temporaryFolder, entriesOf } from './helpers.ts'

function options(more: Partial<SyncOptions> = {}): SyncOptions {
  return {
    makeIndex: protectGroups(),
    maxShrink: 0.5,
    signal: new AbortController().signal,
    now: () => 1000,
    ...more,
  }
}

const people = ['a', 'b', 'c'].map((id) => person(id, { displayName: id.toUpperCase() }))

function full(...changes: Extract<ReadStep, { step: 'changes' }>['changes'][]): ReadStep[] {
  return [
    { step: 'begin', round: 'full' },
    ...changes.map((page): ReadStep => ({ step: 'changes', changes: page })),
    { step: 'end', cursor: 'c1' },
  ]
}

async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds() && waited < 20_000; waited += 20) await sleep(20)
}

function storeOf(t: Parameters<typeof openStore>[0]): Store {
  return openStore(t, join(temporaryFolder(t), 'store'))
}

t.test('a read that ends early, throws, or is busy leaves people and cursor', async (t) => {
  const store = storeOf(t)
  const provider = new ScriptedProvider()
  provider.steps = full(people)
  await synchronise(store, provider, options())
  provider.steps = full(people).slice(0, 2)
  await t.rejects(synchronise(store, provider, options()), { code: 'provider-malformed' })
  t.match(store.record('People'), { people: 3, lastSync: 1000, error: /ended before its end/ })
  provider.steps = []
  await t.rejects(synchronise(store, provider, options()), { code: 'provider-malformed' })
  provider.read = async function* () {
    yield { step: 'begin', round: 'full' } as const
    throw new NamesakeError('provider-auth', 'the secret is wrong')
  }
  await t.rejects(synchronise(store, provider, options()), { code: 'provider-auth' })
  t.match(store.record('People'), { error: 'the secret is wrong' })
  t.equal(store.cursor(provider), 'c1')
  t.equal([...store.snapshot().people()].length, 3)
  const round = await store.beginRound(provider)
  await t.rejects(synchronise(store, provider, options()), { code: 'sync-busy' })
  await round?.abandon()
  const quick = new ScriptedProvider()
  quick.steps = full(people)
  await synchronise(store, quick, options())
  t.match(store.record('People'), { error: null })
  const runs = store.record('People')?.runs ?? []
  t.same(runs.map(({ error, added }) => [error === null, added]), [[true, 3], [false, 0], [false, 0], [false, 0], [true, 0]]) // prettier-ignore
  t.match(runs[3], { at: 1000, error: 'the secret is wrong', changed: 0, removed: 0 })
  for (let n = 0; n < 12; n++) await synchronise(store, quick, options({ now: () => 2000 + n }))
  t.match(store.record('People')?.runs?.length, 12, 'the latest are kept')
  t.equal(store.record('People')?.runs?.[0]?.at, 2000)
})

t.test('a second begin throws away what came before', async (t) => {
  const store = storeOf(t)
  const provider = new ScriptedProvider()
  provider.steps = full(people)
  await synchronise(store, provider, options())
  provider.steps = [
    { step: 'begin', round: 'delta' },
    { step: 'changes', changes: [person('x', { displayName: 'X' })] },
    ...full(people.slice(0, 2), [person('d', { displayName: 'D' })]),
  ]
  const outcome = await synchronise(store, provider, options())
  t.match(outcome, { round: 'full', people: 3, added: 1, removed: 1 })
  t.strictSame([...store.snapshot().people()].map((p) => p.id).sort(), ['a', 'b', 'd'])
})

t.test('the cursor comes back as given, and not when a full round is due', async (t) => {
  const store = storeOf(t)
  const provider = new ScriptedProvider()
  const cursors: (string | null)[] = []
  const now = { time: 0 }
  provider.read = async function* (request?: ReadRequest) {
    cursors.push(request?.cursor ?? null)
    yield { step: 'begin', round: request?.cursor === null ? 'full' : 'delta' } as const
    yield { step: 'end', cursor: `c${cursors.length}` } as const
  }
  const run = (more: Partial<SyncOptions>) => synchronise(store, provider, options({ now: () => now.time, ...more }))
  await run({})
  await run({})
  await run({ full: true })
  await run({ fullEvery: { syncs: 3 } })
  await run({ fullEvery: { syncs: 3 } })
  await run({ fullEvery: { syncs: 3 } })
  now.time = 99
  await run({ fullEvery: { duration: 100 } })
  now.time = 100
  await run({ fullEvery: { duration: 100 } })
  t.strictSame(cursors, [null, 'c1', null, 'c3', 'c4', null, 'c6', null])
})

t.test('an aborted sync is no failure of the directory', async (t) => {
  const store = storeOf(t)
  const provider = new ScriptedProvider()
  const stop = new AbortController()
  provider.read = async function* () {
    yield { step: 'begin', round: 'full' } as const
    stop.abort()
    yield { step: 'changes', changes: people } as const
  }
  await t.rejects(synchronise(store, provider, options({ signal: stop.signal })))
  t.equal(store.record('People'), undefined)
  t.equal(entriesOf(store, 'attributes'), 0)
})

t.test('the scheduler: at start, when the file changes, on schedule, on request', async (t) => {
  const store = storeOf(t)
  const path = join(temporaryFolder(t), 'people.csv')
  writeFileSync(path, 'Display_Name,Email\nJane Roe,jane@corp.example\n')
  const events: SyncEvent[] = []
  const gone = new ScriptedProvider('Gone')
  gone.steps = full(people)
  await synchronise(store, gone, options())
  const make = () =>
    new Scheduler({
      store,
      directories: [
        {
          provider: new FileProvider({ name: 'Staff', path, poll: 50 }),
          sync: '0 3 * * *',
          staleAfter: 5000,
          shrink: 0.5,
        },
      ],
      makeIndex: () => protectGroups(),
      tell: (event) => events.push(event),
    })
  const scheduler = make()
  await scheduler.start()
  t.match(events, [{ event: 'synchronised', directory: 'Staff', outcome: { people: 1, added: 1 } }])
  t.strictSame(
    store.records().map((r) => r.name),
    ['Staff'],
    'a directory that left the configuration is dropped',
  )
  const [status] = scheduler.status()
  t.match(status, { name: 'Staff', type: 'file', state: 'ok', people: 1, error: null })
  t.ok((status?.nextRun ?? 0) > Date.now())

  writeFileSync(`${path}.new`, 'Display_Name,Email\nJane Roe,jane@corp.example\nErik Li,erik@corp.example\n')
  renameSync(`${path}.new`, path)
  await until(() => events.length > 1)
  t.match(events[1], { event: 'synchronised', outcome: { people: 2, added: 1 } }, 'a changed file is noticed')

  writeFileSync(path, 'Display_Name,Email\nJane Roe,jane\n')
  await until(() => events.length > 2)
  t.match(events[2], { event: 'failed', directory: 'Staff', error: { code: 'input-invalid' } })
  t.match(scheduler.status(), [{ state: 'failed', people: 2, error: /row 1\.Email/ }])

  writeFileSync(path, 'Display_Name,Email\nNew One,new@corp.example\n')
  await until(() => events.length > 3)
  t.match(events[3], { event: 'failed', error: { code: 'sync-shrink' } }, 'the brake holds')
  const outcomes = await Promise.all([scheduler.syncNow('Staff', { acceptShrink: true }), scheduler.syncNow('Staff')])
  t.match(
    outcomes,
    [
      { round: 'full', removed: 2, people: 1 },
      { round: 'delta', people: 1 },
    ],
    'one after the other',
  )
  await t.rejects(scheduler.syncNow('Nobody'), { code: 'usage' })
  await scheduler.stop()
  const count = events.length
  const again = make()
  await again.start()
  t.equal(events.length, count, 'nothing is due')
  await again.stop()
})

t.test('a schedule of seconds runs by itself, and staleness is told once', async (t) => {
  const store = storeOf(t)
  const provider = new ScriptedProvider()
  provider.steps = full(people)
  const events: SyncEvent[] = []
  const clock = { ahead: 0 }
  const scheduler = new Scheduler({
    store,
    directories: [{ provider, sync: '* * * * * *', staleAfter: 60_000, shrink: 0.5, jitter: 10 }],
    makeIndex: () => protectGroups(),
    tell: (event) => events.push(event),
    now: () => Date.now() + clock.ahead,
  })
  await scheduler.start()
  await until(() => events.filter(({ event }) => event === 'synchronised').length > 1)
  t.ok(events.filter(({ event }) => event === 'synchronised').length > 1)
  provider.steps = []
  await until(() => events.some(({ event }) => event === 'failed'))
  clock.ahead = 120_000
  await until(() => events.some(({ event }) => event === 'stale'))
  const failures = events.length
  await until(() => events.length > failures + 1)
  t.equal(events.filter(({ event }) => event === 'stale').length, 1)
  await scheduler.stop()
})

t.test('states', async (t) => {
  const source = { name: 'A', type: 'file' }
  const record = { people: 1, groups: 2, lastSync: 1000, error: null }
  const state = (more: object | undefined, now: number) =>
    statusOf(source, more === undefined ? undefined : ({ ...record, ...more } as never), 500, '*/5 * * * *', now).state
  t.equal(state(undefined, 0), 'never')
  t.equal(state({ lastSync: null }, 0), 'never')
  t.equal(state({}, 1500), 'ok')
  t.equal(state({}, 1501), 'stale')
  t.equal(state({ error: 'x' }, 1000), 'failed')
})
