/** A process that carries mail: the two entrances over one judgement. Started and ended by the primary. */

import { Store } from '../directory/store/store.ts'
import { startMilter } from '../milter/listener.ts'
import type { MilterServer } from '../milter/listener.ts'
import type { Judge } from '../model.ts'
import { formatAddress, formatMilterAddress } from '../net/addresses.ts'
import { openEvents } from '../ops/events.ts'
import type { Events } from '../ops/events.ts'
import { openCounters } from '../ops/metrics.ts'
import type { Counters } from '../ops/metrics.ts'
import { explain } from '../policy/explain.ts'
import { startSmtp } from '../smtp/listener.ts'
import type { SmtpServer } from '../smtp/listener.ts'
import { HistorySender } from './history-sender.ts'
import type { ToPrimary, ToWorker, WorkerSettings } from './ipc.ts'
import { buildJudge, warmUp } from './judge.ts'
import { JudgementGuard } from './judgement-guard.ts'
import { RecordQueue } from './record-queue.ts'
import { redactedFields } from './redaction.ts'
import { errorText } from '../text.ts'

/** Milliseconds beyond `drain` after which the process ends whatever holds it up. */
const maxOverrunMs = 700

class Worker {
  readonly #settings: WorkerSettings
  readonly #events: Events
  readonly #counters: Counters = openCounters()
  readonly #history: HistorySender | null
  readonly #records = new RecordQueue((record, at) => {
    this.#events.message(record, at)
    this.#history?.add(record, at)
  })
  readonly #store: Store
  readonly #guard = new JudgementGuard(undefined, {
    judging: (digest) => tell({ type: 'judging', digest }),
    hung: (digest) => tell({ type: 'hung', digest }),
  })
  #smtp: SmtpServer | null = null
  #milter: MilterServer | null = null
  #leaving = false

  constructor(settings: WorkerSettings) {
    this.#settings = settings
    this.#history =
      settings.history === null
        ? null
        : new HistorySender(settings.history, (lines, dropped, sent) => tell({ type: 'history', lines, dropped }, sent))
    const { level, format, redact } = settings.log
    this.#events = openEvents({ level, format, redact: redactedFields(redact), destination: 1 }, this.#counters)
    this.#store = Store.open({ path: settings.store, readOnly: true })
  }

  async start(): Promise<readonly string[]> {
    const { smtp, milter, fromField } = this.#settings
    const listeners: string[] = []
    if (smtp !== null) {
      const judge = this.#judge(fromField.smtp)
      warmUp(judge, 'smtp')
      this.#smtp = await this.#startSmtp(smtp, judge)
      listeners.push(...this.#smtp.addresses.map((address) => `smtp ${formatAddress(address)}`))
    }
    if (milter !== null) {
      const judge = this.#judge(fromField.milter)
      warmUp(judge, 'milter')
      this.#milter = await this.#startMilter(milter, judge)
      listeners.push(...this.#milter.addresses.map((address) => `milter ${formatMilterAddress(address)}`))
    }
    return listeners
  }

  #judge(fromField: number): Judge {
    const events = this.#events
    return buildJudge(this.#store, {
      guard: this.#guard,
      fromField,
      history: this.#settings.history,
      onFailure: (error, id) => events.emit('judgement-failed', { id, error }),
      ...(events.enabled('debug')
        ? {
            onInspection: (inspection, id, policy) =>
              events.emit('explanation', { id, steps: explain(inspection, policy) }),
          }
        : {}),
    })
  }

  #startSmtp(settings: NonNullable<WorkerSettings['smtp']>, judge: Judge): Promise<SmtpServer> {
    return startSmtp({
      ...settings,
      judge,
      onMessage: (record) => this.#records.add(record),
      onEvent: (event, details) => this.#events.emit(event, details),
    })
  }

  #startMilter(config: NonNullable<WorkerSettings['milter']>, judge: Judge): Promise<MilterServer> {
    return startMilter({
      ...config,
      judge,
      onMessage: (record) => this.#records.add(record),
      onEvent: (event, details) => this.#events.emit(event, details),
    })
  }

  avoid(digests: readonly string[]): void {
    this.#guard.avoid(digests, Date.now())
  }

  async tellMetrics(request: number): Promise<void> {
    this.#records.flush()
    tell({ type: 'metrics', request, snapshot: await this.#counters.snapshot() })
  }

  /** Takes no more connections, lets open messages end, tells its counts, and ends the process. */
  async leave(): Promise<void> {
    if (this.#leaving) return
    this.#leaving = true
    const { drain } = this.#settings
    setTimeout(() => process.exit(0), drain + maxOverrunMs)
    await Promise.all([this.#smtp?.close({ drain }), this.#milter?.close({ drain })])
    this.#flush()
    tell({ type: 'retired', snapshot: await this.#counters.snapshot() })
    await this.#store.close()
    await this.end(0)
  }

  /** What nobody caught: the process is not to be trusted any more; the primary starts another. */
  fail(error: unknown): void {
    this.#events.emit('internal', { error })
    void this.end(70)
  }

  /** A promise that failed and that nobody waited for: told, and no reason to break the connections of others. */
  note(error: unknown): void {
    this.#events.emit('internal', { error })
  }

  #flush(): void {
    this.#records.flush()
    this.#history?.flush()
  }

  async end(code: number): Promise<void> {
    this.#flush()
    await this.#events.flush()
    // The last message must be out before the channel closes with the process.
    setImmediate(() => (this.#events.stuck ? process.kill(process.pid, 'SIGKILL') : process.exit(code)))
  }
}

/** @param sent called when the message is on its way, or the primary is gone */
function tell(message: ToPrimary, sent: () => void = () => {}): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => sent())
  else sent()
}

/** Waits for settings from the primary, then carries mail until it is told to leave or the primary is gone. */
function run(): void {
  let worker: Worker | null = null

  const start = async (settings: WorkerSettings, avoid: readonly string[]): Promise<void> => {
    try {
      worker = new Worker(settings)
      worker.avoid(avoid)
      tell({ type: 'ready', listeners: await worker.start() })
    } catch (error) {
      tell({ type: 'failed', error: errorText(error) })
      setTimeout(() => process.exit(1), 100)
    }
  }

  process.on('message', (message: ToWorker) => {
    if (message.type === 'start') void start(message.settings, message.avoid)
    else if (message.type === 'avoid') worker?.avoid(message.digests)
    else if (message.type === 'metrics') void worker?.tellMetrics(message.request)
    else void worker?.leave()
  })
  // The primary is gone, by whatever means: finish what is open, take nothing new, and end.
  process.on('disconnect', () => {
    if (worker === null) process.exit(0)
    void worker.leave()
  })
  process.on('uncaughtException', (error) => (worker === null ? process.exit(70) : worker.fail(error)))
  process.on('unhandledRejection', (error) => (worker === null ? process.exit(70) : worker.note(error)))
  // A terminal's Ctrl-C reaches the whole process group; the primary alone decides when its workers leave.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
  process.on('SIGHUP', () => {})
  tell({ type: 'listening' })
}

run()
