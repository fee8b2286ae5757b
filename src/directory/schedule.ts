/** When each directory is read. */

import { createTask } from 'node-cron'
import type { ScheduledTask } from 'node-cron'
import { NamesakeError } from '../errors.ts'
import type { Provider } from './provider.ts'
import type { DirectoryRecord } from './store/format.ts'
import type { MakeIndex } from './store/reindex.ts'
import type { Store } from './store/store.ts'
import { synchronise } from './sync.ts'
import type { FullEvery, SyncOptions, SyncOutcome, SyncProgress } from './sync.ts'

/** Cron expression of five or six fields, or a fixed time between two runs. */
type Schedule = string | { readonly everyMs: number }

/** A directory and how it is kept fresh. Durations in milliseconds. */
export interface ScheduledDirectory {
  readonly provider: Provider
  readonly sync: Schedule
  readonly staleAfter: number
  /** Largest part of the people, 0 to 1, that one sync may remove. */
  readonly shrink: number
  /** A scheduled start is put off by a random part of this. */
  readonly jitter?: number
  readonly fullEvery?: FullEvery | null
}

/** What the scheduler tells; for the log and the metrics. */
export type SyncEvent =
  | { readonly event: 'synchronised'; readonly directory: string; readonly outcome: SyncOutcome }
  | { readonly event: 'failed'; readonly directory: string; readonly error: unknown; readonly age: number | null }
  | { readonly event: 'notice'; readonly directory: string; readonly text: string }
  /** Once, when the last success has become older than `staleAfter`. */
  | { readonly event: 'stale'; readonly directory: string; readonly age: number }

interface SchedulerOptions {
  readonly store: Store
  readonly directories: readonly ScheduledDirectory[]
  /** Asked for each sync, so that reloaded rules hold from the next one on. */
  readonly makeIndex: () => MakeIndex
  readonly tell: (event: SyncEvent) => void
  readonly now?: () => number
  /** 0 to 1. */
  readonly random?: () => number
}

/** How one synchronisation is run when somebody asks for it. */
export interface RunOptions {
  readonly full?: boolean
  readonly acceptShrink?: boolean
  readonly progress?: (progress: SyncProgress) => void
}

/** `never` loaded, `ok`, `stale` (too old), `failed` (the last try; people known before stay). */
type SyncState = 'never' | 'ok' | 'stale' | 'failed'

export interface DirectoryStatus {
  readonly name: string
  readonly type: string
  readonly state: SyncState
  /** Milliseconds since the epoch. */
  readonly lastSync: number | null
  /** Milliseconds since the last success. */
  readonly age: number | null
  readonly nextRun: number | null
  readonly people: number
  readonly groups: number
  readonly error: string | null
}

// A file is often written in several steps: it must have been still for so long.
const quietMs = 1000

// Retries of a sync that another process is busy with.
const busyPause = 5_000

/** Keeps directories fresh: at the start, on schedule, when a file changes, and when asked; never two of one at once. */
export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #now: () => number
  readonly #stop = new AbortController()
  readonly #jobs: readonly Job[]

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#jobs = options.directories.map((directory) => this.#job(directory))
  }

  /**
   * Drops directories that are no longer configured, starts the schedules, and synchronises what is due now.
   * Resolves when those first syncs have ended, well or not.
   */
  async start(): Promise<void> {
    const names = this.#options.directories.map(({ provider }) => provider.name)
    await this.#options.store.forgetOthers(names).catch((error: unknown) => {
      // A store that can't be written for the moment keeps them until the next start; nothing refers to them.
      if (!(error instanceof NamesakeError)) throw error
    })
    if (this.#stop.signal.aborted) return
    for (const job of this.#jobs) job.start()
    await Promise.allSettled(this.#jobs.filter((job) => job.isDue()).map((job) => job.run()))
  }

  /** Synchronises one directory now. Throws as `synchronise` does; after that the event has been told too. */
  async syncNow(name: string, options: RunOptions = {}): Promise<SyncOutcome> {
    const job = this.#jobs.find(({ directory }) => directory.provider.name === name)
    if (job === undefined) throw new NamesakeError('usage', `there is no directory ${JSON.stringify(name)}`)
    return await job.run(options)
  }

  status(): readonly DirectoryStatus[] {
    return this.#jobs.map((job) => {
      const { provider, staleAfter, sync } = job.directory
      const record = this.#options.store.record(provider.name)
      return statusOf(provider, record, staleAfter, sync, this.#now())
    })
  }

  /** Ends schedules and what is running; the store may be closed after it. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('the daemon stops'))
    await Promise.allSettled(this.#jobs.map((job) => job.end()))
  }

  #job(directory: ScheduledDirectory): Job {
    const { store, tell, makeIndex, random = Math.random } = this.#options
    return new Job(directory, {
      store,
      tell,
      random,
      now: this.#now,
      signal: this.#stop.signal,
      sync: (options) => synchronise(store, directory.provider, { ...options, makeIndex: makeIndex() }),
    })
  }
}

interface JobContext {
  readonly store: Store
  readonly tell: (event: SyncEvent) => void
  readonly random: () => number
  readonly now: () => number
  readonly signal: AbortSignal
  readonly sync: (options: Omit<SyncOptions, 'makeIndex'>) => Promise<SyncOutcome>
}

/** One directory's schedule. */
class Job {
  readonly directory: ScheduledDirectory
  readonly #around: JobContext
  /** Null where the time between two runs is fixed. */
  readonly #task: ScheduledTask | null
  #interval: NodeJS.Timeout | undefined
  #watch: { close(): void } | undefined
  #timer: NodeJS.Timeout | undefined
  #running: Promise<SyncOutcome> | undefined
  #toldStale = false

  constructor(directory: ScheduledDirectory, around: JobContext) {
    this.directory = directory
    this.#around = around
    if (typeof directory.sync !== 'string') {
      this.#task = null
      return
    }
    this.#task = createTask(directory.sync, () => this.#onSchedule(), {
      name: directory.provider.name,
      suppressMissedWarning: true,
      unref: true,
    })
    // The machine slept, or the process was held up: late is better than at the next time, which may be a day away.
    this.#task.on('execution:missed', () => this.#onSchedule())
  }

  start(): void {
    const { sync } = this.directory
    if (typeof sync === 'string') void this.#task?.start()
    else this.#interval = setInterval(() => this.#onSchedule(), sync.everyMs).unref()
    this.#watch = this.directory.provider.watch?.(() => this.#later(quietMs))
  }

  /** Whether the last success is older than the schedule would have it, or another place is meant by now. */
  isDue(): boolean {
    const { provider } = this.directory
    const record = this.#around.store.record(provider.name)
    if (record === undefined || record.lastSync === null || record.error !== null) return true
    if (record.fingerprint !== provider.fingerprint || record.type !== provider.type) return true
    return this.#around.now() - record.lastSync >= intervalOf(this.directory.sync, this.#around.now())
  }

  /** Runs now, or after the one that is running. Tells how it went, and throws if it failed. */
  async run(options: RunOptions = {}): Promise<SyncOutcome> {
    while (this.#running !== undefined) await this.#running.catch(() => undefined)
    this.#running = this.#once(options)
    try {
      return await this.#running
    } finally {
      this.#running = undefined
      this.#tellIfStale()
    }
  }

  async end(): Promise<void> {
    clearTimeout(this.#timer)
    this.#watch?.close()
    clearInterval(this.#interval)
    await this.#task?.destroy()
    await this.#running
  }

  async #once(options: RunOptions): Promise<SyncOutcome> {
    const { sync, now, signal, tell } = this.#around
    const { provider, shrink, fullEvery } = this.directory
    const directory = provider.name
    try {
      const outcome = await sync({
        signal,
        now,
        full: options.full === true,
        fullEvery: fullEvery ?? null,
        maxShrink: options.acceptShrink === true ? null : shrink,
        notice: (text) => tell({ event: 'notice', directory, text }),
        ...(options.progress === undefined ? {} : { progress: options.progress }),
      })
      this.#toldStale = false
      tell({ event: 'synchronised', directory, outcome })
      return outcome
    } catch (error) {
      // Somebody else is at it, from the command line perhaps: no failure, but worth a look afterwards.
      if (error instanceof NamesakeError && error.code === 'sync-busy') this.#later(busyPause)
      else if (!signal.aborted) tell({ event: 'failed', directory, error, age: this.#age() })
      throw error
    }
  }

  #onSchedule(): void {
    this.#tellIfStale()
    // A sync that takes longer than the schedule's interval is not followed by a queue of others; one that is put off
    // already is not put off again, or a jitter above the interval would do so for ever.
    if (this.#running !== undefined || this.#timer !== undefined) return
    this.#later(this.#around.random() * (this.directory.jitter ?? 0))
  }

  #later(delay: number): void {
    if (this.#around.signal.aborted) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.run().catch(() => undefined)
    }, delay).unref()
  }

  #age(): number | null {
    const lastSync = this.#around.store.record(this.directory.provider.name)?.lastSync ?? null
    return lastSync === null ? null : this.#around.now() - lastSync
  }

  #tellIfStale(): void {
    const age = this.#around.signal.aborted ? null : this.#age()
    if (age === null || age <= this.directory.staleAfter || this.#toldStale) return
    this.#toldStale = true
    this.#around.tell({ event: 'stale', directory: this.directory.provider.name, age })
  }
}

/** Milliseconds between the next two runs of a schedule. */
function intervalOf(schedule: Schedule, now: number): number {
  if (typeof schedule !== 'string') return schedule.everyMs
  const [first, second] = nextRuns(schedule, 2)
  return first === undefined || second === undefined ? now : second - first
}

function nextRuns(cron: string, count: number): number[] {
  const task = createTask(cron, () => undefined, { suppressMissedWarning: true, unref: true })
  try {
    return task.getNextRuns(count).map((date) => date.getTime())
  } finally {
    void task.destroy()
  }
}

function nextRunOf(schedule: Schedule, lastAttempt: number | null, now: number): number | null {
  if (typeof schedule === 'string') return nextRuns(schedule, 1)[0] ?? null
  return Math.max(now, (lastAttempt ?? now) + schedule.everyMs)
}

/** What is known of a configured directory, whether or not a daemon runs. Times in milliseconds. */
export function statusOf(
  source: { readonly name: string; readonly type: string },
  record: DirectoryRecord | undefined,
  staleAfter: number,
  schedule: Schedule,
  now: number,
): DirectoryStatus {
  const lastSync = record?.lastSync ?? null
  const age = lastSync === null ? null : Math.max(0, now - lastSync)
  const error = record?.error ?? null
  const state = error !== null ? 'failed' : age === null ? 'never' : age > staleAfter ? 'stale' : 'ok'
  return {
    name: source.name,
    type: source.type,
    state,
    lastSync,
    age,
    nextRun: nextRunOf(schedule, record?.lastAttempt ?? null, now),
    people: record?.people ?? 0,
    groups: record?.groups ?? 0,
    error,
  }
}
