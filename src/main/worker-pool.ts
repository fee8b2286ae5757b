/** The worker processes: started, replaced, exchanged, drained. */

import cluster from 'node:cluster'
import type { Worker } from 'node:cluster'
import { fileURLToPath } from 'node:url'
import { NamesakeError } from '../errors.ts'
import type { Events } from '../ops/events.ts'
import { sumSnapshots } from '../ops/metrics.ts'
import type { MetricsSnapshot } from '../ops/metrics.ts'
import type { ToPrimary, ToWorker, WorkerSettings } from './ipc.ts'

/** A worker that ended within this time of its start is started again with a growing gap. Milliseconds. */
const youngAge = 5_000
const maxGapMs = 10_000
/** How long a worker may take to open its listeners. */
const startTime = 30_000
/** How long a scrape waits for a busy worker before it takes the numbers it had last. */
const metricsTime = 1_000
/** Every so often each worker is asked for a sign of life; one that owes this many is ended and replaced. Milliseconds. */
const lifeSignGap = 10_000
const owedSigns = 3
/** Most digests of originator fields that are remembered, the latest. */
const maxAvoided = 1000

interface PoolWorker {
  readonly worker: Worker
  readonly born: number
  listeners: readonly string[]
  ready: boolean
  leaving: boolean
  /** Questions since it last said anything. */
  owes: number
  /** The last numbers that it told. */
  last: MetricsSnapshot
  /** Digest of the large originator fields that it judges now. */
  judging: string | null
}

/** The worker processes: as many as wanted, replaced when they die, exchanged when the settings change. */
export class WorkerPool {
  readonly #events: Events
  readonly #members = new Map<number, PoolWorker>()
  readonly #answers = new Map<number, (snapshot: MetricsSnapshot) => void>()
  #settings: WorkerSettings
  #count: number
  #ending = false
  #request = 0
  /** Originator fields of which a worker hung or died. A new worker avoids them for an hour from its start on. */
  readonly #avoided = new Set<string>()
  #gap = 0
  /** What workers that are gone had counted. */
  #retired: MetricsSnapshot = []
  #retiring: Promise<void> = Promise.resolve()
  readonly #lifeSigns: NodeJS.Timeout
  #takeHistory: (lines: readonly Buffer[], dropped: number) => void = () => {}

  /** @param count number of processes. @param events told of every start and death. @param gap between signs of life. */
  constructor(count: number, settings: WorkerSettings, events: Events, gap: number = lifeSignGap) {
    this.#lifeSigns = setInterval(() => this.#askForLife(), gap).unref()
    this.#count = count
    this.#settings = settings
    this.#events = events
    // Each worker accepts for itself: a primary that is busy with a sync can't hold a connection up.
    cluster.schedulingPolicy = cluster.SCHED_NONE
    const file = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)
    cluster.setupPrimary({ exec: fileURLToPath(file), args: [], serialization: 'advanced' })
  }

  /** Hands on the records that workers send for the history, and how many they could not send. */
  onHistory(take: (lines: readonly Buffer[], dropped: number) => void): void {
    this.#takeHistory = take
  }

  /** Starts all workers. @throws NamesakeError listen-failed with the address, if one can't listen. */
  async start(): Promise<void> {
    try {
      await Promise.all(Array.from({ length: this.#count }, () => this.#fork()))
    } catch (error) {
      this.#ending = true
      for (const member of this.#members.values()) member.worker.kill('SIGKILL')
      throw error
    }
  }

  /**
   * Exchanges all workers for ones with other settings: the new ones listen before the old ones finish and leave.
   * If one of the new ones can't start, the old ones stay, and it throws.
   * @returns what resolves when the last of the old ones is gone
   */
  async exchange(count: number, settings: WorkerSettings): Promise<{ readonly gone: Promise<unknown> }> {
    const old = [...this.#members.values()]
    const before = { settings: this.#settings, count: this.#count }
    this.#settings = settings
    this.#count = count
    const fresh = await Promise.allSettled(Array.from({ length: count }, () => this.#fork()))
    const failed = fresh.find((outcome) => outcome.status === 'rejected')
    // Those that came up meanwhile were asked to leave with all others.
    if (this.#ending) throw new NamesakeError('listen-failed', 'the daemon is ending')
    if (failed) {
      this.#settings = before.settings
      this.#count = before.count
      for (const outcome of fresh) if (outcome.status === 'fulfilled') this.#leave(outcome.value)
      throw failed.reason
    }
    return { gone: Promise.all(old.map((member) => this.#dismiss(member))) }
  }

  /**
   * Asks every worker to finish its open messages and end; one that is still starting has none, and is killed. No more are
   * started. Resolves when all are gone.
   */
  async drain(): Promise<void> {
    this.#ending = true
    clearInterval(this.#lifeSigns)
    await Promise.all([...this.#members.values()].map((member) => this.#dismiss(member)))
  }

  /** Ends every worker now. */
  kill(): void {
    this.#ending = true
    for (const member of this.#members.values()) member.worker.process.kill('SIGKILL')
  }

  /** Asks a worker to leave; resolves when its process has ended. */
  #dismiss(member: PoolWorker): Promise<void> {
    return new Promise((resolve) => {
      member.worker.once('exit', () => resolve())
      if (this.#ending && !member.ready) member.worker.process.kill('SIGKILL')
      else this.#leave(member)
    })
  }

  /** Addresses that the workers listen on; empty while none is ready. */
  listeners(): readonly string[] {
    for (const member of this.#members.values()) if (member.ready && !member.leaving) return member.listeners
    return []
  }

  /** How many workers carry mail. */
  get ready(): number {
    return [...this.#members.values()].filter(({ ready, leaving }) => ready && !leaving).length
  }

  /** One snapshot for each living worker and one for all that are gone. */
  async snapshots(): Promise<MetricsSnapshot[]> {
    const living = [...this.#members.values()].map(async (member) => (member.last = await this.#ask(member)))
    return [...(await Promise.all(living)), this.#retired]
  }

  #ask(member: PoolWorker): Promise<MetricsSnapshot> {
    const request = this.#request++
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(member.last), metricsTime)
      const done = (snapshot: MetricsSnapshot): void => {
        clearTimeout(timer)
        this.#answers.delete(request)
        resolve(snapshot)
      }
      this.#answers.set(request, done)
      if (member.ready && member.worker.isConnected()) send(member.worker, { type: 'metrics', request })
      else done(member.last)
    })
  }

  /** A worker whose event loop hangs still has its share of new connections queued for it: clients would wait for ever. */
  #askForLife(): void {
    for (const member of this.#members.values()) {
      if (!member.ready) continue
      if (member.owes >= owedSigns) {
        this.#events.emit('worker-hung', { worker: member.worker.process.pid ?? 0 })
        member.worker.process.kill('SIGKILL')
      } else {
        member.owes++
        send(member.worker, { type: 'metrics', request: this.#request++ })
      }
    }
  }

  #leave(member: PoolWorker): void {
    member.leaving = true
    if (member.worker.isConnected()) send(member.worker, { type: 'drain' })
  }

  async #fork(): Promise<PoolWorker> {
    if (this.#ending) throw new NamesakeError('listen-failed', 'the daemon is ending')
    const worker = cluster.fork()
    const member: PoolWorker = {
      worker,
      born: Date.now(),
      listeners: [],
      ready: false,
      leaving: false,
      owes: 0,
      last: [],
      judging: null,
    }
    this.#members.set(worker.id, member)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new NamesakeError('listen-failed', `worker ${worker.id} did not open its listeners in ${startTime} ms`))
        worker.kill('SIGKILL')
      }, startTime)
      worker.on('message', (message: ToPrimary) => {
        member.owes = 0
        if (message.type === 'listening')
          send(worker, { type: 'start', settings: this.#settings, avoid: [...this.#avoided] })
        else if (message.type === 'ready') {
          clearTimeout(timer)
          member.ready = true
          member.listeners = message.listeners
          this.#events.emit('worker-started', { worker: worker.process.pid ?? 0 })
          resolve(member)
        } else if (message.type === 'failed') {
          clearTimeout(timer)
          reject(new NamesakeError('listen-failed', message.error))
        } else if (message.type === 'judging') member.judging = message.digest
        else if (message.type === 'hung') this.#avoid(message.digest)
        else if (message.type === 'history') this.#takeHistory(linesOf(message.lines), message.dropped)
        else if (message.type === 'metrics') this.#answers.get(message.request)?.(message.snapshot)
        else member.last = message.snapshot
      })
      worker.once('exit', (code: number | null, signal: string | null) => {
        clearTimeout(timer)
        this.#gone(member, code, signal)
        reject(
          new NamesakeError('listen-failed', `worker ${worker.id} ended (${signal ?? code ?? 'unknown'}) at its start`),
        )
      })
    })
  }

  #gone(member: PoolWorker, code: number | null, signal: string | null): void {
    this.#members.delete(member.worker.id)
    this.#retiring = this.#retiring.then(() => this.#retire(member))
    if (this.#ending || member.leaving) return
    if (!member.ready) return
    // It may have died of them: nobody tries again.
    if (member.judging !== null) this.#avoid(member.judging)
    this.#gap = Date.now() - member.born < youngAge ? Math.min(maxGapMs, this.#gap * 2 + 100) : 0
    this.#events.emit('worker-died', { worker: member.worker.process.pid ?? 0, code, signal, restartIn: this.#gap })
    setTimeout(() => this.#restart(), this.#gap)
  }

  /** Has no worker judge these fields, neither those there are nor those to come. */
  #avoid(digest: string): void {
    this.#avoided.add(digest)
    const [oldest] = this.#avoided
    if (this.#avoided.size > maxAvoided && oldest !== undefined) this.#avoided.delete(oldest)
    for (const { worker, ready } of this.#members.values()) {
      if (ready && worker.isConnected()) send(worker, { type: 'avoid', digests: [digest] })
    }
  }

  #restart(): void {
    if (this.#ending) return
    this.#fork().catch((error: unknown) => {
      this.#events.emit('internal', { error })
      this.#gap = Math.min(maxGapMs, this.#gap * 2 + 100)
      setTimeout(() => this.#restart(), this.#gap)
    })
  }

  async #retire(member: PoolWorker): Promise<void> {
    this.#retired = await sumSnapshots([this.#retired, member.last.filter(isCount)])
  }
}

/** Lines without their ends. */
function linesOf(octets: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let start = 0, end; (end = octets.indexOf(0x0a, start)) >= 0; start = end + 1)
    lines.push(octets.subarray(start, end))
  return lines
}

/** What is open now ends with the process; only what was counted is kept. */
function isCount(metric: object): boolean {
  return (metric as { type?: unknown }).type !== 'gauge'
}

function send(worker: Worker, message: ToWorker): void {
  // The channel can close at any time; the exit that follows is what counts.
  worker.send(message, () => {})
}
