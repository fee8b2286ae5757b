/** Records on their way into the history: a bounded queue, written some at a time. */

import { errorText } from '../text.ts'

/** What the queue holds at most; what comes above takes the place of the oldest. */
interface QueueLimits {
  readonly maxRecords: number
  readonly maxBytes: number
}

const defaultLimits: QueueLimits = { maxRecords: 20_000, maxBytes: 32 * 1024 * 1024 }

/** Records of one transaction, and how long the first of them waits for others, in milliseconds. */
const atOnce = 500
const waitMs = 700
/** How long the queue rests after a failure, in milliseconds. */
const restMs = 1000

interface HistoryWriterOptions {
  /** Writes lines in one transaction; throws if it can't. Null while the history is not open. */
  readonly append: () => ((lines: readonly Buffer[]) => void) | null
  readonly onWritten: (records: number) => void
  /** Records that are lost, and why. */
  readonly onDropped: (records: number, why: string) => void
  /** A write failed; what it held waits for the next one. */
  readonly onFailed: (error: unknown) => void
  readonly limits?: QueueLimits
}

/**
 * The queue in the primary. While nothing can be written (a full disk, a folder that is read-only) records wait as long as
 * there is room, and the oldest are dropped and counted after that. Mail never waits for any of it.
 */
export class HistoryWriter {
  readonly #options: HistoryWriterOptions
  readonly #limits: QueueLimits
  #lines: Buffer[] = []
  #octets = 0
  #timer: NodeJS.Timeout | null = null
  #lastError = 'the history is not open yet'

  constructor(options: HistoryWriterOptions) {
    this.#options = options
    this.#limits = options.limits ?? defaultLimits
  }

  get waiting(): number {
    return this.#lines.length
  }

  /** @param lines each a record as JSON in UTF-8 */
  add(lines: readonly Buffer[]): void {
    for (const line of lines) {
      this.#lines.push(line)
      this.#octets += line.length
    }
    const { maxRecords, maxBytes } = this.#limits
    let dropped = 0
    while (this.#lines.length - dropped > maxRecords || this.#octets > maxBytes) {
      this.#octets -= this.#lines[dropped++]?.length ?? 0
    }
    if (dropped > 0) {
      this.#lines.splice(0, dropped)
      this.#options.onDropped(dropped, this.#lastError)
    }
    this.#wakeIn(waitMs)
  }

  /** Writes what waits, as far as it can be written. @returns whether nothing waits any more */
  flush(): boolean {
    this.#sleep()
    while (this.#lines.length > 0) if (!this.#writeSome()) return false
    return true
  }

  /** Writes what can be written; the rest is dropped and counted. */
  close(): void {
    if (!this.flush()) this.#options.onDropped(this.#lines.length, this.#lastError)
    this.#lines = []
    this.#sleep()
  }

  #writeSome(): boolean {
    const append = this.#options.append()
    if (append === null) return false
    const some = this.#lines.slice(0, atOnce)
    try {
      append(some)
    } catch (error) {
      this.#lastError = errorText(error)
      this.#options.onFailed(error)
      return false
    }
    this.#lines.splice(0, some.length)
    for (const line of some) this.#octets -= line.length
    this.#options.onWritten(some.length)
    return true
  }

  /** One transaction a turn, so that whatever else the primary does comes between. */
  readonly #writeNext = (): void => {
    this.#timer = null
    if (this.#lines.length === 0) return
    if (this.#writeSome()) this.#wakeIn(this.#lines.length >= atOnce ? 0 : waitMs)
    else this.#wakeIn(restMs)
  }

  #wakeIn(milliseconds: number): void {
    if (this.#lines.length > 0) this.#timer ??= setTimeout(this.#writeNext, milliseconds)
  }

  #sleep(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }
}
