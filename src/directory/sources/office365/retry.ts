/** When Microsoft is asked again, and after how long. */

import { TransportError } from './fault.ts'
import { ProviderError } from './failure.ts'
import type { Runtime } from './runtime.ts'

/**
 * When to ask again, for Entra and Graph alike. Why not the libraries' own: the graph client retries three times, cuts
 * a Retry-After at 180 s and can wake early, and gives up on 500, 502 and broken connections; msal-node retries nothing.
 * Source: learn.microsoft.com/graph/throttling (429 and Retry-After), RFC 9110 section 10.2.3.
 */
export interface RetryLimits {
  /** Tries of one request that fails without a Retry-After. Default 8, which takes about 4 minutes. */
  readonly attempts?: number
  /** Tries of one request that is throttled with a Retry-After. Default 20. */
  readonly throttledAttempts?: number
  /** Milliseconds of the first gap; each next is twice as long. Default 1000. */
  readonly firstGap?: number
  /** Milliseconds of the longest gap of our own. Default 60,000. */
  readonly maxGapMs?: number
  /** Milliseconds of the longest Retry-After that a run sits out; over it the run ends and the next starts after it. Default 1 h. */
  readonly maxWaitMs?: number
}

/** A failure that may pass: thrown within `Retry.run` to be asked again. */
export class PassingFailure extends Error {
  /** Milliseconds that the service wants to be left alone; null if it didn't say. */
  readonly wait: number | null
  readonly throttled: boolean

  constructor(message: string, options: { wait?: number | null; throttled?: boolean } = {}) {
    super(message)
    this.name = 'PassingFailure'
    this.wait = options.wait ?? null
    this.throttled = options.throttled ?? false
  }
}

/** Told of each wait: what failed, in words without secrets, and how long is waited, in ms. */
type WaitNotice = (message: string, wait: number) => void

/** Faults that asking again doesn't mend. */
const lasting: ReadonlySet<string> = new Set(['tls', 'too-large', 'proxy'])

export class Retry {
  readonly #runtime: Runtime
  readonly #limits: Required<RetryLimits>
  readonly #notice: WaitNotice

  constructor(runtime: Runtime, limits: RetryLimits = {}, notice: WaitNotice = () => undefined) {
    this.#runtime = runtime
    this.#notice = notice
    this.#limits = {
      attempts: limits.attempts ?? 8,
      throttledAttempts: limits.throttledAttempts ?? 20,
      firstGap: limits.firstGap ?? 1000,
      maxGapMs: limits.maxGapMs ?? 60_000,
      maxWaitMs: limits.maxWaitMs ?? 3_600_000,
    }
  }

  /**
   * Runs `once` until it neither throws a PassingFailure nor a TransportError that may pass. `what` names it in errors.
   * Throws a ProviderError when the tries are used up, and whatever else `once` throws as it is.
   */
  async run<T>(what: string, signal: AbortSignal | undefined, once: () => Promise<T>): Promise<T> {
    for (let failed = 0, throttled = 0; ;) {
      try {
        return await once()
      } catch (error) {
        const failure = passing(what, error)
        if (failure === null) throw error
        // "Retry-After: 0" is no leave to hammer.
        const wait = failure.wait === null ? this.#gap(failed) : Math.max(failure.wait, this.#limits.firstGap)
        if (failure.wait === null) failed += 1
        else throttled += 1
        const over = failed >= this.#limits.attempts || throttled >= this.#limits.throttledAttempts
        if (over || wait > this.#limits.maxWaitMs) throw this.#spent(what, failure, failed + throttled, wait)
        this.#notice(`${what}: ${failure.message}`, wait)
        await this.#runtime.sleep(wait, signal)
      }
    }
  }

  /** The gap after the n-th failure, from 0: always longer than the one before until the longest is reached. */
  #gap(n: number): number {
    const base = Math.min(this.#limits.firstGap * 2 ** n, this.#limits.maxGapMs)
    return Math.round(base * (1 + this.#runtime.random() / 2))
  }

  #spent(what: string, failure: PassingFailure, tries: number, wait: number): ProviderError {
    if (failure.wait !== null && wait > this.#limits.maxWaitMs) {
      const seconds = Math.ceil(wait / 1000)
      const message = `${what}: ${failure.message} and wants ${seconds} s of quiet; it is asked again after that`
      return new ProviderError(
        failure.throttled ? 'provider-throttled' : 'provider-unavailable',
        message,
        this.#runtime.now() + wait,
      )
    }
    const message = `${what}: ${failure.message}, ${tries} times in a row`
    if (failure.throttled) {
      return new ProviderError('provider-throttled', message, failure.wait === null ? null : this.#runtime.now() + wait)
    }
    return new ProviderError('provider-unavailable', message)
  }
}

function passing(what: string, error: unknown): PassingFailure | null {
  if (error instanceof PassingFailure) return error
  if (!(error instanceof TransportError)) return null
  if (!lasting.has(error.fault)) return new PassingFailure(error.message)
  throw new ProviderError('provider-unavailable', `${what}: ${error.message}`)
}

/**
 * Milliseconds that a Retry-After field asks for, or null if it holds neither seconds nor a date. A date is measured
 * from the answer's own Date, as our clock may be wrong, and rounded up by the second that dates leave out.
 */
export function retryAfter(field: string | undefined, date: string | undefined, now: number): number | null {
  const text = field?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000)
  // Only HTTP-dates: Date.parse takes far too much ("-5", "1.").
  if (!/^[A-Za-z]{3,9},? /.test(text)) return null
  const until = Date.parse(text)
  if (Number.isNaN(until)) return null
  const sent = Date.parse(date ?? '')
  return Math.max(0, until - (Number.isNaN(sent) ? now : sent)) + 1000
}

/** Whether an answer's status says that the same request may succeed later. */
export function statusMayPass(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status === 509 || (status >= 500 && status !== 501)
}

/** The PassingFailure that an answer with such a status is. */
export function passingStatus(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: number,
): PassingFailure {
  const one = (name: string): string | undefined => {
    const value = headers[name]
    return Array.isArray(value) ? value[0] : value
  }
  const wait = retryAfter(one('retry-after'), one('date'), now)
  const throttled = status === 429 || status === 509
  return new PassingFailure(throttled ? `the service throttles us (${status})` : `the service answers ${status}`, {
    wait,
    throttled,
  })
}
