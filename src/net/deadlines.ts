/** Absolute time limits, one timer for all. */

/** Something that must have moved on by a certain time. */
export interface Timed {
  /** Milliseconds of `performance.now()` by which it must have moved on; Infinity for no deadline. */
  deadline: number
  onDeadline(now: number): void
}

/**
 * Watches deadlines with one timer for all: a session moves its deadline by writing a number, which costs nothing
 * on the path of each command. Deadlines are noticed late by at most a tenth of the shortest timeout.
 */
export class Deadlines {
  readonly #watched = new Set<Timed>()
  readonly #every: number
  #timer: NodeJS.Timeout | null = null

  /** `shortest`: the shortest timeout in use, in milliseconds. */
  constructor(shortest: number) {
    this.#every = Math.min(1000, Math.max(10, Math.floor(shortest / 10)))
  }

  watch(timed: Timed): void {
    this.#watched.add(timed)
    this.#timer ??= setInterval(() => this.#sweep(), this.#every)
  }

  forget(timed: Timed): void {
    this.#watched.delete(timed)
    if (this.#watched.size > 0 || this.#timer === null) return
    clearInterval(this.#timer)
    this.#timer = null
  }

  /** Timers run before sockets are read. So what came while the process was busy is read first, and is not late. */
  #sweep(): void {
    const now = performance.now()
    for (const timed of this.#watched) {
      if (timed.deadline <= now) {
        setImmediate(() => this.#expire())
        return
      }
    }
  }

  #expire(): void {
    const now = performance.now()
    for (const timed of this.#watched) {
      if (timed.deadline > now) continue
      timed.deadline = Infinity
      timed.onDeadline(now)
    }
  }
}

/** Waits for the work, and no longer than so many milliseconds. Throws what the work does within them. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
