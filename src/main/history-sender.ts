/** Records on their way from a worker to the primary, which alone writes them. */

import type { Redaction } from '../config/types.ts'
import type { MessageRecord } from '../model.ts'
import { historyLine } from './history-record.ts'

/** Octets that may wait for the primary; above that records are dropped and counted: mail never waits for history. */
const maxWaitingBytes = 8 * 1024 * 1024

/** Milliseconds that records wait for others, and octets that do not wait: each hand-over costs both processes as much as some records. */
const waitMs = 200
const atOnceBytes = 256 * 1024

export interface HistorySettings {
  readonly node: string
  readonly subject: boolean
  readonly redact: readonly Redaction[]
}

/** Gathers records of some time and sends them as one message. */
export class HistorySender {
  readonly #settings: HistorySettings
  readonly #send: (lines: Buffer, dropped: number, sent: () => void) => void
  readonly #maxBytes: number
  #lines: Buffer[] = []
  #gathered = 0
  #underway = 0
  #dropped = 0
  #timer: NodeJS.Timeout | null = null

  /** @param send hands lines over, each with its end, and calls `sent` once they are on their way, or the way is gone */
  constructor(
    settings: HistorySettings,
    send: (lines: Buffer, dropped: number, sent: () => void) => void,
    maxBytes: number = maxWaitingBytes,
  ) {
    this.#settings = settings
    this.#send = send
    this.#maxBytes = maxBytes
  }

  /** Takes a message's record; does nothing for one that left no evidence. */
  add(record: MessageRecord, at: number): void {
    const evidence = record.decision.evidence?.() ?? null
    if (evidence === null) return
    // As octets, which the garbage collector does not carry about: JSON holds no line end.
    const line = Buffer.from(`${historyLine(record, evidence, at, this.#settings.node, this.#settings.redact)}\n`)
    if (this.#gathered + this.#underway + line.length > this.#maxBytes) {
      this.#dropped++
    } else {
      this.#lines.push(line)
      this.#gathered += line.length
    }
    if (this.#gathered >= atOnceBytes) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), waitMs)
  }

  /** Sends what was gathered: when its time has come, and at the end. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#lines.length === 0 && this.#dropped === 0) return
    const lines = Buffer.concat(this.#lines)
    const dropped = this.#dropped
    const length = this.#gathered
    this.#lines = []
    this.#dropped = 0
    this.#gathered = 0
    this.#underway += length
    this.#send(lines, dropped, () => (this.#underway -= length))
  }
}
