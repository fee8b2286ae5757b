import cluster from 'node:cluster'
import type { Worker } from 'node:cluster'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { openStore } from '../../../src/directory/store/open.ts'
import type { ToWorker } from '../../../src/main/ipc.ts'
import { WorkerPool } from '../../../src/main/worker-pool.ts'
import type { Events } from '../../../src/ops/events.ts'

type Told = [event: string, details: Readonly<Record<string, unknown>>][]

/** A pool of real processes over an empty store, and what it tells of them. */
async function startPool(t: Test, workers: number, gapMs?: number): Promise<Told> {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-pool-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const store = await openStore({ path: join(folder, 'store') })
  t.teardown(() => store.close())
  const told: Told = []
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
  const pool = new WorkerPool(workers, settings, events, gapMs)
  t.teardown(() => pool.drain())
  await pool.start()
  return told
}

const pidsOf = (told: Told, event: string): number[] =>
  told.filter(([name]) => name === event).map(([, details]) => Number(details['worker']))

/** The signs of life come fast so that the test does not take long. */
t.test('a worker that hangs is killed and replaced', async (t) => {
  const told = await startPool(t, 1, 300)
  const pids = (event: string): number[] => pidsOf(told, event)
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

t.test('originator fields that a worker dies of are not judged by the next one', async (t) => {
  const told = await startPool(t, 2)
  const started = (): number[] => pidsOf(told, 'worker-started')
  /** What each worker was sent, by its process. */
  const sent = new Map<number, ToWorker[]>()
  const watch = (worker: Worker): void => {
    const pid = worker.process.pid ?? 0
    const send = worker.send.bind(worker) as (message: ToWorker, done: () => void) => boolean
    worker.send = ((message: ToWorker, done: () => void) => {
      sent.set(pid, [...(sent.get(pid) ?? []), message])
      return send(message, done)
    }) as Worker['send']
  }
  cluster.on('fork', watch)
  t.teardown(() => cluster.off('fork', watch))
  const workers = Object.values(cluster.workers ?? {}).filter((worker) => started().includes(worker?.process.pid ?? 0))
  const [victim, other] = workers
  if (victim === undefined || other === undefined) throw new Error('no workers')
  watch(other)
  victim.emit('message', { type: 'judging', digest: 'done with' })
  victim.emit('message', { type: 'judging', digest: null })
  victim.emit('message', { type: 'judging', digest: 'deadly' })
  process.kill(victim.process.pid ?? 0, 'SIGKILL')
  const end = Date.now() + 60_000
  while (started().length < 3 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50))
  t.match(sent.get(other.process.pid ?? 0), [{ type: 'avoid', digests: ['deadly'] }])
  t.match(sent.get(started()[2] ?? 0)?.[0], { type: 'start', avoid: ['deadly'] })
  t.strictSame(
    (sent.get(started()[2] ?? 0)?.[0] as unknown as { avoid: string[] }).avoid,
    ['deadly'],
    'and nothing else',
  )
})
