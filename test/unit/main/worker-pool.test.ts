import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { openStore } from '../../../src/directory/store/open.ts'
import { WorkerPool } from '../../../src/main/worker-pool.ts'
import type { Events } from '../../../src/ops/events.ts'

/** Workers are real processes here; the signs of life come fast so that the test does not take long. */
t.test('a worker that hangs is killed and replaced', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-pool-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const store = await openStore({ path: join(folder, 'store') })
  t.teardown(() => store.close())
  const told: [string, Readonly<Record<string, unknown>>][] = []
  const events: Events = {
    emit: (event, details) => told.push([event, details ?? {}]),
    message: () => {},
    enabled: () => false,
    use: () => {},
    flush: async () => {},
    stuck: false,
  }
  const settings = {
    log: { level: 'silent', format: 'json', redact: [] },
    store: join(folder, 'store'),
    history: null,
    smtp: null,
    milter: null,
    fromField: { smtp: 0, milter: 0 },
    drain: 1000,
  } as const
  const pool = new WorkerPool(1, settings, events, 300)
  t.teardown(() => pool.drain())
  await pool.start()
  const pids = (event: string): unknown[] =>
    told.filter(([name]) => name === event).map(([, details]) => details['worker'])
  const [first] = pids('worker-started') as [number]
  await new Promise((resolve) => setTimeout(resolve, 2000))
  t.same(pids('worker-hung'), [], 'one that answers is left alone')

  process.kill(first, 'SIGSTOP')
  const end = Date.now() + 60_000
  while (pids('worker-started').length < 2 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50))
  t.same(pids('worker-hung')[0], first)
  t.match(told.find(([name]) => name === 'worker-died')?.[1], { worker: first, signal: 'SIGKILL' })
  t.not(pids('worker-started')[1], first)
})
