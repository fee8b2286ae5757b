/** A judgement that hangs costs one message, and costs it once in all processes. */

import { createHash } from 'node:crypto'
import { createContext, Script } from 'node:vm'
import type { HeaderSection } from '../model.ts'
import { fieldBodyOctets, fieldsNamed } from '../mail/section.ts'

/** Octets of originator fields from which a judgement is watched: real ones are shorter, and what could hang takes more. */
const minWatchedBytes = 2048
/** Time after which a judgement is ended by force. Its budget ends it long before; this is for what no budget counts. */
const maxHangMs = 2000
/** How long, and how many of them, messages are remembered whose judgement was ended. */
const rememberedMs = 3_600_000
const maxRemembered = 1000

/** What a guard tells others: which fields it begins to judge (null: it is done with them), and which had to be ended. */
export interface GuardEvents {
  readonly judging: (digest: string | null) => void
  readonly hung: (digest: string) => void
}

const untold: GuardEvents = { judging: () => {}, hung: () => {} }

/**
 * Runs judgements of large originator fields so that they can be ended from outside, by V8's own watchdog: a thread beside,
 * made for each run, some 0.1 ms. The fields of a message whose judgement was ended are remembered for an hour, and not judged
 * again, as the client tries the message again and again. What is judged is told before, so that another process knows it if
 * this one is killed meanwhile.
 */
export class JudgementGuard {
  readonly #box: { work: () => unknown } = { work: () => null }
  readonly #context = createContext(this.#box)
  readonly #script = new Script('work()')
  readonly #hung = new Map<string, number>()
  readonly #maxHangMs: number

  readonly #events: GuardEvents

  /** @param hangMs milliseconds that a judgement may take, for all that it does */
  constructor(hangMs: number = maxHangMs, events: GuardEvents = untold) {
    this.#maxHangMs = hangMs
    this.#events = events
  }

  /** Remembers fields that another process could not judge. */
  avoid(digests: readonly string[], now: number): void {
    for (const digest of digests) this.#remember(digest, now)
  }

  /**
   * Runs the judgement of a section.
   * @param now milliseconds since the epoch
   * @returns what the judgement gives; null if one of these fields was ended before
   * @throws an Error that says so if the judgement had to be ended; whatever the judgement throws
   */
  run<T>(section: HeaderSection, now: number, judge: () => T): T | null {
    const fields = originatorFields(section)
    if (fields.length === 0) return judge()
    const hash = createHash('sha256')
    for (const index of fields) hash.update(fieldBodyOctets(section, index)).update('\n')
    const digest = hash.digest('base64url')
    const until = this.#hung.get(digest)
    if (until !== undefined && now < until) return null
    this.#box.work = judge
    this.#events.judging(digest)
    try {
      return this.#script.runInContext(this.#context, { timeout: this.#maxHangMs }) as T
    } catch (error) {
      if ((error as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
        this.#remember(digest, now)
        this.#events.hung(digest)
      }
      throw error
    } finally {
      this.#box.work = () => null
      this.#events.judging(null)
    }
  }

  #remember(digest: string, now: number): void {
    this.#hung.set(digest, now + rememberedMs)
    const [oldest] = this.#hung.keys()
    if (this.#hung.size > maxRemembered && oldest !== undefined) this.#hung.delete(oldest)
  }
}

/** Indices of From, then Sender, then Reply-To if together they are large; else none. */
function originatorFields(section: HeaderSection): readonly number[] {
  let octets = 0
  for (const name of watchedNames) {
    for (const index of fieldsNamed(section, name)) octets += fieldBodyOctets(section, index).length
  }
  return octets < minWatchedBytes ? none : watchedNames.flatMap((name) => fieldsNamed(section, name))
}

const watchedNames = ['from', 'sender', 'reply-to'] as const
const none: readonly number[] = []
