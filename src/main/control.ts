/** What the running daemon tells and does when it is asked, by its socket or by the console. */

import { reportOf, syncReportOf } from '../admin/directories.ts'
import { nextHopStates } from '../admin/next-hops.ts'
import type { NamesakeConfig } from '../config/types.ts'
import { NamesakeError } from '../errors.ts'
import type { MetricsSnapshot } from '../ops/metrics.ts'
import type { DaemonControl, DaemonStatus, MessageCounts, ReloadReport, SyncReport, SyncStep } from '../ports.ts'
import type { Directories } from './directories.ts'
import { version } from './version.ts'
import type { WorkerPool } from './worker-pool.ts'

/** The daemon's parts that are asked; null while they are not there yet. */
interface DaemonParts {
  config(): NamesakeConfig
  directories(): Directories | null
  pool(): WorkerPool | null
  workers(): number
  /** What is odd about the configuration in force or was refused of it, and about fleet and history, in words. */
  furtherProblems(): readonly string[]
  reload(request: { readonly what: 'protection' | 'all'; readonly force?: boolean }): Promise<ReloadReport>
}

/** Counts are looked at so often, in milliseconds, and kept for an hour. */
const samplePause = 60_000
const maxSamples = 60

/** Answers for the daemon of this process. */
export class LocalControl implements DaemonControl {
  readonly #parts: DaemonParts
  readonly #since = new Date()
  readonly #counts: MessageCounts[] = [nothing]
  readonly #timer: NodeJS.Timeout

  constructor(parts: DaemonParts) {
    this.#parts = parts
    this.#timer = setInterval(() => void this.#sample().catch(() => undefined), samplePause).unref()
  }

  async status(): Promise<DaemonStatus> {
    const parts = this.#parts
    const config = parts.config()
    const directories = parts.directories()
    const listeners = parts.pool()?.listeners() ?? []
    const [nextHop, total] = await Promise.all([nextHopStates(config), this.#total()])
    const hour = this.#counts[0] ?? nothing
    const problems = [
      ...(listeners.length === 0 ? ['the listeners are not up'] : []),
      ...(nextHop.length > 0 && nextHop.every(({ reached }) => reached === false)
        ? nextHop.map(({ url, problem }) => `next hop ${url}: ${problem ?? ''}`)
        : []),
      ...(directories?.problems() ?? []),
      ...(directories?.protectionProblems() ?? []),
      ...(directories?.protectedPeople === 0 ? ['nobody is protected: "namesake protect" names groups or people'] : []),
      ...parts.furtherProblems(),
    ]
    return {
      version: version(),
      pid: process.pid,
      since: this.#since.toISOString(),
      config: config.file,
      listeners,
      workers: parts.workers(),
      nextHop,
      directories: (directories?.states() ?? []).map(reportOf),
      protectedPeople: directories?.protectedPeople ?? 0,
      messages: { ...total, lastHour: minus(total, hour) },
      problems,
    }
  }

  async sync(request: Parameters<DaemonControl['sync']>[0], onStep: (step: SyncStep) => void): Promise<SyncReport> {
    const directories = this.#parts.directories()
    const { directory, full, acceptShrink } = request
    if (directories === null) throw new NamesakeError('usage', 'the daemon is not up yet')
    const outcome = await directories.syncNow(directory, {
      full: full === true,
      acceptShrink: acceptShrink === true,
      progress: ({ phase, count }) => onStep({ directory, phase, count }),
    })
    return syncReportOf(directory, outcome)
  }

  reload(request: Parameters<DaemonControl['reload']>[0]): Promise<ReloadReport> {
    return this.#parts.reload({
      what: request.what === 'protection' ? 'protection' : 'all',
      force: request.force === true,
    })
  }

  /** What was counted at the last look, at most a minute ago. */
  totals(): MessageCounts {
    return this.#counts.at(-1) ?? nothing
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #sample(): Promise<void> {
    this.#counts.push(await this.#total())
    if (this.#counts.length > maxSamples) this.#counts.shift()
  }

  async #total(): Promise<MessageCounts> {
    const snapshots = (await this.#parts.pool()?.snapshots()) ?? []
    return snapshots.flatMap(messageCounts).reduce(plus, nothing)
  }
}

const nothing: MessageCounts = { total: 0, detected: 0, unchecked: 0 }

function plus(a: MessageCounts, b: MessageCounts): MessageCounts {
  return { total: a.total + b.total, detected: a.detected + b.detected, unchecked: a.unchecked + b.unchecked }
}

function minus(a: MessageCounts, b: MessageCounts): MessageCounts {
  return { total: a.total - b.total, detected: a.detected - b.detected, unchecked: a.unchecked - b.unchecked }
}

/** What a process counted, by verdict. */
function messageCounts(snapshot: MetricsSnapshot): MessageCounts[] {
  return snapshot.flatMap((metric) => {
    const { name, values } = metric as { name?: string; values?: { value: number; labels: { verdict?: string } }[] }
    if (name !== 'namesake_messages_total') return []
    return (values ?? []).map(({ value, labels }) => ({
      total: value,
      detected: labels.verdict === 'detected' ? value : 0,
      unchecked: labels.verdict === 'unchecked' ? value : 0,
    }))
  })
}
