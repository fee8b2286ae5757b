import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { ReadStep } from '../../../src/directory/provider.ts'
import { Scheduler, type SyncEvent } from '../../../src/directory/schedule.ts'
import type { ScheduledDirectory } from '../../../src/directory/schedule.ts'
import { openStore, person, protectGroups, ScriptedProvider, temporaryFolder } from './helpers.ts'

/** When scheduled synchronisations start, by the real cron and the real clock. */

const steps: ReadStep[] = [
  { step: 'begin', round: 'full' },
  { step: 'changes', changes: [person('a', { displayName: 'A' })] },
  { step: 'end', cursor: 'c' },
]

function scheduled(
  t: Parameters<typeof openStore>[0],
  settings: Partial<ScheduledDirectory>,
): { scheduler: Scheduler; events: SyncEvent[] } {
  const provider = new ScriptedProvider()
  provider.steps = steps
  const events: SyncEvent[] = []
  const scheduler = new Scheduler({
    store: openStore(t, join(temporaryFolder(t), 'store')),
    directories: [{ provider, sync: '0 0 1 1 *', staleAfter: 60_000, shrink: 0.5, ...settings }],
    makeIndex: () => protectGroups(),
    tell: (event) => events.push(event),
    random: () => 0.9,
  })
  t.teardown(() => scheduler.stop())
  return { scheduler, events }
}

async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds() && waited < 20_000; waited += 20) await sleep(20)
}

t.test('a jitter above the interval puts a sync off, but not for ever', async (t) => {
  const { scheduler, events } = scheduled(t, { sync: '* * * * * *', jitter: 1_500 })
  await scheduler.start()
  t.equal(events.length, 1, 'one at the start')
  const start = performance.now()
  await until(() => events.length > 1)
  t.equal(events.length, 2)
  t.ok(performance.now() - start >= 1_350, 'the jitter was waited for')
})

t.test('a time that was slept through is made up for', async (t) => {
  const slot = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000)
  const once = `${slot.getSeconds()} ${slot.getMinutes()} ${slot.getHours()} * * *`
  const { scheduler, events } = scheduled(t, { sync: once })
  await scheduler.start()
  t.equal(events.length, 1, 'one at the start')
  // Nothing of this process runs meanwhile, as if the machine slept.
  const held = new Int32Array(new SharedArrayBuffer(4))
  Atomics.wait(held, 0, 0, slot.getTime() + 2_100 - Date.now())
  await until(() => events.length > 1)
  t.match(events[1], { event: 'synchronised' }, 'and not a day later')
})

t.test('a fixed time between two syncs, and when the next is due', async (t) => {
  const { scheduler, events } = scheduled(t, { sync: { everyMs: 1_000 } })
  await scheduler.start()
  const start = performance.now()
  await until(() => events.length > 2)
  t.ok(events.length > 2, 'again and again')
  t.ok(performance.now() - start >= 1_900, 'but not before its time')
  const [status] = scheduler.status()
  t.ok(Number(status?.nextRun) >= Number(status?.lastSync) + 1_000 || Number(status?.nextRun) >= Date.now() - 1_000)
})
