/**
 * The one way out. It opens next hops for sessions, in the operator's order, and remembers which are down, so that
 * clients are told at once instead of waiting for each other's timeouts.
 */

import type { Deadlines } from '../net/deadlines.ts'
import type { Turns } from '../net/outlet.ts'
import { HopOpening } from './hop-opening.ts'
import type { Hello, OpeningResult } from './hop-opening.ts'
import type { HopConnection, HopOwner } from './next-hop.ts'
import { RecordTargets } from './next-hop-records.ts'
import { formatAddress } from '../net/addresses.ts'
import type { NextHopAddress } from '../net/addresses.ts'
import type { SmtpTimeouts } from '../net/limits.ts'
import type { NextHopRecords, NextHopSettings, OnSmtpEvent } from './options.ts'
import type { TlsFiles } from '../net/tls-files.ts'

/** After a failure a next hop is passed over for this long (ms), doubling up to the longest. */
const minPauseMs = 250
const maxPauseMs = 5000
/** How long a kept connection may take to answer (ms) before a new one is opened in its place. */
const maxAnswerMs = 5000

/** How many connections wait at most for each next hop, and how long (ms). Short, so that no server minds. */
const maxIdle = 20
const maxIdleMs = 3000

interface Health {
  failures: number
  /** `performance.now()` until which it is passed over. */
  pausedUntil: number
}

/** Handle on an opening under way. */
export interface Opening {
  cancel(): void
}

interface RelayOptions {
  readonly targets: readonly NextHopAddress[] | NextHopRecords
  readonly settings: NextHopSettings
  /** Set if TLS may be used. */
  readonly tlsFiles: TlsFiles | null
  readonly timeouts: SmtpTimeouts
  readonly deadlines: Deadlines
  readonly turns: Turns
  readonly onEvent: OnSmtpEvent
}

/** One client's wish for a next hop: which are left to try, and for how long. */
interface Attempt extends Opening {
  readonly hello: Hello
  readonly deadline: number
  readonly done: (result: OpeningResult) => void
  left: readonly NextHopAddress[]
  current: HopOpening | null
  cancelled: boolean
}

export class Relay {
  readonly #options: RelayOptions
  readonly #records: RecordTargets | null
  readonly #health = new Map<NextHopAddress, Health>()
  readonly #idle = new IdleHops()
  #closed = false

  constructor(options: RelayOptions) {
    this.#options = options
    this.#records = 'kind' in options.targets ? new RecordTargets(options.targets) : null
  }

  /**
   * Opens the first next hop that can be opened, within `timeouts.nextHop` in all. Calls `done` once, never before
   * it returns. With all of them down it fails at once (kind `circuit-open`).
   */
  open(hello: Hello, done: (result: OpeningResult) => void): Opening {
    const attempt: Attempt = {
      hello,
      deadline: performance.now() + this.#options.timeouts.nextHop,
      done,
      left: [],
      current: null,
      cancelled: false,
      cancel(): void {
        attempt.cancelled = true
        attempt.current?.cancel()
      },
    }
    const records = this.#records
    const targets = records === null ? (this.#options.targets as readonly NextHopAddress[]) : records.known()
    if (targets !== null) this.#begin(attempt, targets)
    else if (records !== null) this.#ask(attempt, records)
    return attempt
  }

  /** Takes a connection back that a session no longer needs and that is between transactions. */
  release(hop: HopConnection): void {
    if (this.#options.settings.reuse === true && !this.#closed && hop.transactions > 0) this.#idle.put(hop)
    else hop.quit()
  }

  /** Leaves the connections that wait for a client. */
  close(): void {
    this.#closed = true
    this.#idle.close()
  }

  /** Asks where the next hops are, until the attempt's deadline; the answer of a DNS that is later serves the next one. */
  #ask(attempt: Attempt, records: RecordTargets): void {
    let over = false
    const end = (then: () => void): void => {
      if (over) return
      over = true
      clearTimeout(timer)
      if (!attempt.cancelled) then()
    }
    const fail = (kind: 'resolve' | 'timeout', why: string): void => {
      const failure = { kind, error: `looking up next hops: ${why}` }
      this.#options.onEvent('next-hop-error', { hop: '', stage: 'connect', ...failure })
      attempt.done({ kind: 'failed', failure, stage: 'connect' })
    }
    const late = (): void => end(() => fail('timeout', 'the name server did not answer in time'))
    const timer = setTimeout(late, Math.max(0, attempt.deadline - performance.now()))
    records.ask().then(
      (targets) => end(() => this.#begin(attempt, targets)),
      (error: Error) => end(() => fail('resolve', error.message)),
    )
  }

  #begin(attempt: Attempt, targets: readonly NextHopAddress[]): void {
    const now = performance.now()
    attempt.left = targets.filter((target) => (this.#health.get(target)?.pausedUntil ?? 0) <= now)
    if (attempt.left.length > 0) {
      this.#next(attempt)
      return
    }
    const failure = { kind: 'circuit-open' as const, error: 'every next hop failed a moment ago' }
    setImmediate(() => {
      if (!attempt.cancelled) attempt.done({ kind: 'failed', failure, stage: 'connect' })
    })
  }

  #next(attempt: Attempt): void {
    const [target, ...left] = attempt.left
    attempt.left = left
    if (target === undefined) return
    const kept = this.#idle.take(target)
    if (kept === null) this.#openNew(attempt, target, this.#options.settings)
    else this.#openKept(attempt, target, kept)
  }

  /** Greets a kept connection; whatever goes wrong with it says nothing about the next hop. */
  #openKept(attempt: Attempt, target: NextHopAddress, kept: HopConnection): void {
    const options = this.#openingOptions(attempt, target, this.#options.settings)
    const { deadline } = attempt
    attempt.current = new HopOpening(
      { ...options, deadline: Math.min(performance.now() + maxAnswerMs, (performance.now() + deadline) / 2) },
      (result) => {
        if (result.kind === 'open') attempt.done(result)
        else this.#openNew(attempt, target, this.#options.settings)
      },
      kept,
    )
  }

  #openNew(attempt: Attempt, target: NextHopAddress, settings: NextHopSettings): void {
    attempt.current = new HopOpening(this.#openingOptions(attempt, target, settings), (result) => {
      if (result.kind === 'failed') this.#failed(target, result)
      else this.#health.delete(target)
      const inTime = performance.now() < attempt.deadline
      // TLS that is only welcome must not stop mail: the next hop is tried once more without.
      const withoutTls = result.kind === 'failed' && result.stage === 'tls' && settings.tls === 'may'
      const another = result.kind === 'failed' || (result.kind === 'refused' && result.code < 500)
      if (withoutTls && target.implicitTls !== true && inTime)
        this.#openNew(attempt, target, { ...settings, tls: 'none' })
      else if (another && attempt.left.length > 0 && inTime) this.#next(attempt)
      else attempt.done(result)
    })
  }

  #openingOptions(
    { hello, deadline }: Attempt,
    target: NextHopAddress,
    settings: NextHopSettings,
  ): ConstructorParameters<typeof HopOpening>[0] {
    const { tlsFiles, timeouts, deadlines, turns } = this.#options
    return { target, hello, settings, tlsFiles, timeouts, deadlines, turns, deadline }
  }

  #failed(target: NextHopAddress, result: OpeningResult & { kind: 'failed' }): void {
    const failures = (this.#health.get(target)?.failures ?? 0) + 1
    const pause = Math.min(maxPauseMs, minPauseMs * 2 ** (failures - 1))
    this.#health.set(target, { failures, pausedUntil: performance.now() + pause })
    const { kind, error } = result.failure
    this.#options.onEvent('next-hop-error', { hop: formatAddress(target.address), kind, stage: result.stage, error })
  }
}

/** Connections to next hops that wait for the next client, most recently used first out. */
class IdleHops {
  readonly #idle = new Map<NextHopAddress, HopConnection[]>()

  /** Keeps a connection that is between transactions. */
  put(hop: HopConnection): void {
    const idle = this.#idle.get(hop.target) ?? []
    if (idle.length >= maxIdle) {
      hop.quit()
      return
    }
    this.#idle.set(hop.target, idle)
    idle.push(hop)
    const forget = (): void => {
      const at = idle.indexOf(hop)
      if (at >= 0) idle.splice(at, 1)
    }
    const owner: HopOwner = {
      // Whatever it says while it is asked nothing, it is of no more use.
      hopReplied: () => {
        forget()
        hop.quit()
      },
      hopLost: forget,
      hopDrained: () => {},
    }
    hop.owner = owner
    hop.deadline = performance.now() + maxIdleMs
    hop.onIdle = () => {
      forget()
      hop.quit()
    }
  }

  /** A connection to a next hop, no longer kept; null if none waits. */
  take(target: NextHopAddress): HopConnection | null {
    const hop = this.#idle.get(target)?.pop() ?? null
    if (hop !== null) hop.onIdle = null
    return hop
  }

  /** Leaves all of them in order. */
  close(): void {
    for (const idle of this.#idle.values()) for (const hop of idle.splice(0)) hop.quit()
  }
}
