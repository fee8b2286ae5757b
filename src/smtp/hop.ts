/** The next hop's end of a session: commands asked of it, each with what its reply must be and what it leads to. */

import type { SmtpTimeouts } from '../net/limits.ts'
import type { HopConnection, HopFailure, HopOwner } from './next-hop.ts'
import { lost } from './replies.ts'

/** Octets that wait for the next hop, above which the client's data is not read. */
const maxWaitingBytes = 262_144

/** The reply that goes on with the dialogue: 2xx, or 354. A refusal (4xx, 5xx) is expected at any time. */
export type Expected = 'success' | 'go-ahead'

/** What a reply leads to. `reply` is whole; a reply that will not come is a 451 of ours. */
type Then = (code: number, reply: Buffer | string) => void

interface HopQuestion {
  readonly expected: Expected
  readonly then: Then
  readonly timeout: number
}

/** What the next hop's end tells its session. */
export interface HopHost {
  /** A reply has led to what it leads to. */
  hopAnswered(): void
  /** A reply that nothing was asked for. */
  hopSpoke(code: number, reply: Buffer): void
  /** The connection is gone, and with it the answers that are due: `answerAll` gives them. `name`: the next hop's. */
  hopFailed(failure: HopFailure, name: string): void
  hopDrained(): void
  /** A fault of ours. */
  failed(error: unknown): void
}

export class Hop implements HopOwner {
  /** The connection in use; null between the loss of one and the next MAIL. */
  connection: HopConnection | null = null
  /** Whether it said 421, which went to the client: its channel is about to close (RFC 5321 section 3.8). */
  said421 = false
  readonly #timeouts: SmtpTimeouts
  readonly #host: HopHost
  /** What was asked and not answered yet, in order. */
  #questions: HopQuestion[] = []

  constructor(timeouts: SmtpTimeouts, host: HopHost) {
    this.#timeouts = timeouts
    this.#host = host
  }

  use(connection: HopConnection): void {
    this.connection = connection
    connection.owner = this
  }

  /** Whether answers are due. */
  get owes(): boolean {
    return this.#questions.length > 0
  }

  /** Sends a line and has the next hop on the clock for its answer; an empty line waits for one more answer. */
  ask(line: Buffer | string, expected: Expected, then: Then, timeout: number = this.#timeouts.nextHop): void {
    const { connection } = this
    if (connection === null) {
      then(451, lost)
      return
    }
    if (this.#questions.push({ expected, then, timeout }) === 1) connection.deadline = performance.now() + timeout
    connection.outlet.write(line)
  }

  hopReplied(code: number, octets: Buffer): void {
    try {
      const [question] = this.#questions
      if (question === undefined) this.#host.hopSpoke(code, octets)
      else if (code < 400 && (question.expected === 'success' ? code >= 300 : code !== 354)) {
        this.fail({ kind: 'protocol', error: `the next hop answered with ${code} where that has no meaning` })
      } else {
        this.#questions.shift()
        // Each answer that is due has its own time.
        const next = this.#questions[0]
        if (this.connection !== null) {
          this.connection.deadline = next === undefined ? Infinity : performance.now() + next.timeout
        }
        if (code === 421) this.said421 = true
        question.then(code, octets)
      }
      this.#host.hopAnswered()
    } catch (error) {
      this.#host.failed(error)
    }
  }

  hopLost(failure: HopFailure): void {
    try {
      this.fail(failure)
      this.#host.hopAnswered()
    } catch (error) {
      this.#host.failed(error)
    }
  }

  /** Drops the connection for a fault of the next hop. */
  fail(failure: HopFailure): void {
    const name = this.connection?.name ?? ''
    this.connection?.destroy()
    this.connection = null
    this.#host.hopFailed(failure, name)
  }

  /** Answers whatever is due in place of the next hop. */
  answerAll(reply: string): void {
    const questions = this.#questions
    this.#questions = []
    for (const { then } of questions) then(451, reply)
  }

  hopDrained(): void {
    try {
      this.#host.hopDrained()
    } catch (error) {
      this.#host.failed(error)
    }
  }

  /** Whether so much waits for the next hop that the client should not be read; has it on the clock then. */
  holdsUp(): boolean {
    const { connection } = this
    if (connection === null || connection.waiting <= maxWaitingBytes) return false
    if (connection.deadline === Infinity) connection.deadline = performance.now() + this.#timeouts.nextHop
    return true
  }

  /** Gives the connection away, if there is one; answers that are due are not waited for. */
  detach(): HopConnection | null {
    const { connection } = this
    this.connection = null
    this.#questions = []
    return connection
  }
}
