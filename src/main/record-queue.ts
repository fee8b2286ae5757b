/** Records of messages, counted and logged some at a time. */

import type { MessageRecord } from '../model.ts'

/** Milliseconds that a record waits for others. */
const wait = 10
/** Records that wait at most. */
const maxWaiting = 200

/** Told of each record, and when it was made (milliseconds since the epoch). */
type TakeRecord = (record: MessageRecord, at: number) => void

/**
 * Records of messages that wait to be counted and logged, some at a time: between two messages the processor's caches are
 * others', and the same work done in a row takes a fraction of the time.
 */
export class RecordQueue {
  readonly #take: TakeRecord
  #waiting: { readonly record: MessageRecord; readonly at: number }[] = []
  #timer: NodeJS.Timeout | null = null

  constructor(take: TakeRecord) {
    this.#take = take
  }

  add(record: MessageRecord): void {
    this.#waiting.push({ record, at: Date.now() })
    if (this.#waiting.length >= maxWaiting) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), wait)
  }

  /** Hands over what waits: before counts are told, and at the end. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    for (const { record, at } of waiting) this.#take(record, at)
  }
}
