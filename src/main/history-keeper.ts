/** The history in the primary: opened beside the mail, written, and kept within its limits. */

import type { HistoryConfig } from '../config/types.ts'
import { History } from '../history/history.ts'
import type { GroupMembers } from '../history/members.ts'
import { HistoryWriter } from '../history/writer.ts'
import type { Events } from '../ops/events.ts'
import type { HistorySink } from '../ports.ts'
import { count, errorText } from '../text.ts'

/** How long until it is tried again to open a history that could not be, in milliseconds. */
const openAgainMs = 30_000
/** How often records are looked at that are too old or too many, and the pause between two slices. */
const retentionMs = 60_000
const sliceGapMs = 20
/** How long it is a problem to be looked at that records were lost. */
const lostMs = 86_400_000
/** At most one line about lost records in this time. */
const tellMs = 10_000

/**
 * The history in the primary. Nothing here can hold mail up or end the process: what can't be opened or written is said in
 * a line, and records that are lost are counted.
 */
export class HistoryKeeper implements HistorySink {
  readonly #events: Events
  readonly #groups: () => readonly GroupMembers[] | null
  #config: HistoryConfig
  #history: History | null = null
  #opening: Promise<void> = Promise.resolve()
  #closed = false
  #dropped = 0
  #why = ''
  /** What was lost one after the other, within a day of each other. */
  #lost = { records: 0, since: 0, latest: 0 }
  #failing: string | null = null
  #told = 0
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #writer = new HistoryWriter({
    append: () => {
      const history = this.#history
      return history === null ? null : (lines) => history.append(lines)
    },
    onWritten: (records) => {
      this.#events.emit('history-written', { records })
      if (this.#failing !== null) this.#events.emit('history-written-again', { path: this.#config.path })
      this.#failing = null
    },
    onDropped: (records, why) => this.drop(records, why),
    onFailed: (error) => this.#failed(error),
  })

  /** @param groups the protected groups as they are now */
  constructor(config: HistoryConfig, events: Events, groups: () => readonly GroupMembers[] | null) {
    this.#config = config
    this.#events = events
    this.#groups = groups
  }

  /** Takes note of who is in the protected groups, after people or rules have changed. */
  noteMembers(): void {
    try {
      const groups = this.#groups()
      if (groups !== null) this.#history?.noteMembers(groups, Date.now())
    } catch (error) {
      this.#failed(error)
    }
  }

  /** Opens the history; mail does not wait for it, and records that come meanwhile wait in the queue. */
  start(): void {
    this.#opening = this.#open()
  }

  get history(): History | null {
    return this.#history
  }

  /** How much it holds now; null while it is not open. */
  get size(): { readonly records: number; readonly bytes: number } | null {
    return this.#history === null ? null : { records: this.#history.count(), bytes: this.#history.usedOctets() }
  }

  /** Takes over other limits; another path takes effect at the next start. */
  useConfig(config: HistoryConfig): void {
    this.#config = { ...config, path: this.#config.path }
  }

  /** Takes records from a worker, and how many it had to drop. */
  add(lines: readonly Buffer[], dropped: number): void {
    if (dropped > 0) this.drop(dropped, 'the primary process did not take them in time')
    if (!this.#closed) this.#writer.add(lines)
  }

  drop(records: number, why: string): void {
    this.#dropped += records
    this.#why = why
    const now = Date.now()
    if (now - this.#lost.latest > lostMs) this.#lost = { records: 0, since: now, latest: now }
    this.#lost = { ...this.#lost, records: this.#lost.records + records, latest: now }
    if (Date.now() - this.#told >= tellMs) this.#tellDropped()
    else if (this.#timers.size === 0 || this.#dropped === records) this.#later(tellMs, () => this.#tellDropped())
  }

  /** What an operator should look at, in words: that it can't be written, and what was lost of it since a day. */
  problems(): readonly string[] {
    const { records, since, latest } = this.#lost
    return [
      ...(this.#failing === null ? [] : [`the history can't be written; mail goes on: ${this.#failing}`]),
      ...(Date.now() - latest > lostMs
        ? []
        : [
            `${count(records, 'record', 'records')} of the history ${records === 1 ? 'was' : 'were'} lost since ` +
              `${new Date(since).toISOString()}: ${this.#why}`,
          ]),
    ]
  }

  /** How many milliseconds records are kept. */
  get keep(): number {
    return this.#config.keep
  }

  /** Writes what waits; nothing more is taken. */
  async end(): Promise<void> {
    this.#closed = true
    await this.#opening
    this.#writer.flush()
  }

  /** Writes what waits and closes. */
  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#timers) clearTimeout(timer)
    await this.#opening
    this.#writer.close()
    this.#tellDropped()
    await this.#history?.close()
    this.#history = null
  }

  async #open(): Promise<void> {
    const { path } = this.#config
    try {
      this.#history = await History.open({
        path,
        onDamaged: (reason, movedTo) => this.#events.emit('history-moved-aside', { reason, movedTo }),
      })
    } catch (error) {
      this.#events.emit('history-failed', { path, error })
      this.#failing = errorText(error)
      if (!this.#closed) this.#later(openAgainMs, () => this.start())
      return
    }
    if (this.#closed) return
    this.noteMembers()
    this.#retain()
  }

  #failed(error: unknown): void {
    if (this.#failing !== null) return
    this.#failing = errorText(error)
    this.#events.emit('history-failed', { path: this.#config.path, error })
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return
    this.#events.emit('history-dropped', { records: this.#dropped, reason: this.#why })
    this.#dropped = 0
    this.#told = Date.now()
  }

  #retain(): void {
    let removed = 0
    try {
      removed = this.#history?.retainSlice(this.#config, Date.now()) ?? 0
    } catch (error) {
      this.#failed(error)
    }
    if (!this.#closed) this.#later(removed > 0 ? sliceGapMs : retentionMs, () => this.#retain())
  }

  #later(milliseconds: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      if (!this.#closed) work()
    }, milliseconds)
    timer.unref()
    this.#timers.add(timer)
  }
}
