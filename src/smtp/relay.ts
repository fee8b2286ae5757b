/**
 * The one way out: opens next hops for sessions, in the operator's order, and remembers which are down, so that
 * clients are told at once instead of waiting for each other's timeouts.
 */
import type { Deadlines } from './deadlines.ts'
import { HopOpening } from './hop-opening.ts'
import type { Hello, OpeningResult } from './hop-opening.ts'
import { addressText } from './options.ts'
import type { NextHopAddress, OnSmtpEvent, SmtpTimeouts } from './options.ts'

/** After a failure a next hop is passed over for this long (ms), doubling up to the longest. */
const shortestPause = 250
const longestPause = 5000

interface Health {
  failures: number
  /** `performance.now()` until which it is passed over. */
  pausedUntil: number
}

/** Handle on an opening under way. */
export interface Opening {
  cancel(): void
}

export class Relay {
  readonly #targets: readonly NextHopAddress[]
  readonly #health = new Map<NextHopAddress, Health>()
  readonly #timeouts: SmtpTimeouts
  readonly #deadlines: Deadlines
  readonly #onEvent: OnSmtpEvent

  constructor(targets: readonly NextHopAddress[], timeouts: SmtpTimeouts, deadlines: Deadlines, onEvent: OnSmtpEvent) {
    this.#targets = targets
    this.#timeouts = timeouts
    this.#deadlines = deadlines
    this.#onEvent = onEvent
  }

  /**
   * Opens the first next hop that can be opened, within `timeouts.nextHop` in all. Calls `done` once, never before
   * it returns. With all of them down it fails at once (kind `circuit-open`).
   */
  open(hello: Hello, done: (result: OpeningResult) => void): Opening {
    const now = performance.now()
    const deadline = now + this.#timeouts.nextHop
    const usable = this.#targets.filter((target) => (this.#health.get(target)?.pausedUntil ?? 0) <= now)
    const attempt = { current: null as HopOpening | null, cancelled: false }
    if (usable.length === 0) {
      const failure = { kind: 'circuit-open' as const, error: 'every next hop failed a moment ago' }
      setImmediate(() => {
        if (!attempt.cancelled) done({ kind: 'failed', failure, stage: 'connect' })
      })
    } else this.#try(usable, 0, hello, deadline, attempt, done)
    return {
      cancel: () => {
        attempt.cancelled = true
        attempt.current?.cancel()
      },
    }
  }

  #try(
    usable: readonly NextHopAddress[],
    index: number,
    hello: Hello,
    deadline: number,
    attempt: { current: HopOpening | null; cancelled: boolean },
    done: (result: OpeningResult) => void,
  ): void {
    const target = usable[index] as NextHopAddress
    const options = { target, hello, timeouts: this.#timeouts, deadlines: this.#deadlines, deadline }
    attempt.current = new HopOpening(options, (result) => {
      if (result.kind === 'open') this.#health.delete(target)
      if (result.kind === 'failed') this.#failed(target, result)
      const more = index + 1 < usable.length && performance.now() < deadline
      const another = result.kind === 'failed' || (result.kind === 'refused' && result.code < 500)
      if (more && another) this.#try(usable, index + 1, hello, deadline, attempt, done)
      else done(result)
    })
  }

  #failed(target: NextHopAddress, result: OpeningResult & { kind: 'failed' }): void {
    const failures = (this.#health.get(target)?.failures ?? 0) + 1
    const pause = Math.min(longestPause, shortestPause * 2 ** (failures - 1))
    this.#health.set(target, { failures, pausedUntil: performance.now() + pause })
    const { kind, error } = result.failure
    this.#onEvent('next-hop-error', { hop: addressText(target.address), kind, stage: result.stage, error })
  }
}
