import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Scheduler } from '../../src/directory/schedule.ts'
import type { SyncEvent } from '../../src/directory/schedule.ts'
import { held, wanted } from './expected.ts'
import { bench } from './harness.ts'
import type { Bench } from './harness.ts'
import { byName, temporaryStore } from './sync.ts'
import { populate } from './synced.ts'

/** Item 9: what fails is tried again at the next schedule, and at no other time. The schedule: each second. */

t.jobs = 3

async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds() && waited < 20_000; waited += 20) await sleep(20)
}

function scheduled(t: Parameters<typeof bench>[0], b: Bench) {
  const store = temporaryStore(t)
  const events: SyncEvent[] = []
  const scheduler = new Scheduler({
    store,
    directories: [{ provider: b.provider, sync: '* * * * * *', staleAfter: 86_400_000, shrink: 0.5 }],
    makeIndex: () => byName,
    tell: (event) => events.push(event),
  })
  t.teardown(() => scheduler.stop())
  const failures = () => events.flatMap((event) => (event.event === 'failed' ? [event.error as Error] : []))
  return { store, scheduler, events, failures }
}

const refusals: Record<string, { act: (b: Bench) => void; mend: (b: Bench) => void; says: RegExp; asked: number }> = {
  'a wrong secret': {
    act: ({ emulator }) => (emulator.entra.secret = 'another'),
    mend: ({ emulator }) => (emulator.entra.secret = 'right-secret-of-the-test-application'),
    says: /the client secret is wrong/,
    asked: 0,
  },
  'a missing permission': {
    act: ({ emulator }) => emulator.entra.roles.delete('User.Read.All'),
    mend: ({ emulator }) => emulator.entra.grant(),
    says: /it lacks the application permission User\.Read\.All/,
    asked: 1,
  },
}

for (const [name, { act, mend, says, asked }] of Object.entries(refusals)) {
  t.test(`9: ${name} is tried once a schedule, until it is mended`, { buffered: true }, async (t) => {
    const b = await bench(t)
    populate(b)
    act(b)
    const { store, scheduler, events, failures } = scheduled(t, b)
    const started = Date.now()
    await scheduler.start()
    await until(() => failures().length >= 3)
    const [tokens, pages, tries] = [b.emulator.entra.requests.length, b.emulator.graphUrls().length, failures().length]
    t.ok(tries <= 2 + (Date.now() - started) / 1000, `${tries} tries`)
    t.equal(tokens, tries, 'one token request each')
    t.equal(pages, tries * asked, `${asked} page each`)
    for (const error of failures()) t.match(error.message, says)
    mend(b)
    await until(() => events.some(({ event }) => event === 'synchronised'))
    t.same(held(store), wanted(b.emulator.tenant))
    t.equal(store.record('Office 365')?.error, null)
  })
}

t.test('8: a service that wants hours of quiet is not asked by any schedule before', { buffered: true }, async (t) => {
  const b = await bench(t)
  populate(b)
  const { scheduler, events, failures } = scheduled(t, b)
  b.emulator.inject({
    on: '/users/delta',
    act: { kind: 'answer', status: 429, headers: { 'retry-after': '7200' }, body: {} },
  })
  await scheduler.start()
  t.match(failures(), [{ code: 'provider-throttled', message: /7200 s/ }])
  b.emulator.forget()
  await until(() => failures().length >= 3)
  t.equal(b.emulator.seen.length, 0)
  t.match(failures()[2], { code: 'provider-throttled', message: /s more of quiet/ })
  b.runtime.time += 7_200_000
  await until(() => events.some(({ event }) => event === 'synchronised'))
  t.ok(b.emulator.seen.length > 0)
})
