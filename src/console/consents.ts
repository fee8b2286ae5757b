/** Consents under way: what was described outlives the way to Microsoft and back. */

import { randomBytes } from 'node:crypto'
import { consentAddress, proveReading, readConsent } from '../admin/directory-setup.ts'
import type { KnownDirectory, NewDirectory } from '../admin/directory-setup.ts'
import { Problem } from './problem.ts'
import { errorText } from '../text.ts'

/** How one consent stands. */
interface Consent {
  readonly id: string
  readonly status: 'waiting' | 'proving' | 'authorized' | 'refused'
  readonly url: string
  readonly redirect: string
  /** What was seen on the way, in words. */
  readonly said: readonly string[]
  readonly error: string | null
  readonly raw: string | null
  /** What was described, or the name of a directory that is authorised again. */
  readonly draft: NewDirectory | KnownDirectory
}

interface PendingConsent extends Consent {
  readonly state: string
  /** Where the browser began, and is sent back to. */
  readonly origin: string
  readonly account: string
  readonly until: number
}

const consentMs = 3_600_000
/** Reading is tried for so long, as consent takes a while to spread. */
const proofMs = 180_000
const maxPending = 100

/** Where a browser is, and where Microsoft may send it back to. */
interface Origin {
  readonly origin: string
  readonly redirect: string
}

/** Consents of this process. They are lost with it: then one begins again. */
export class Consents {
  readonly #configPath: string
  readonly #pending = new Map<string, PendingConsent>()
  readonly #changed: () => void

  constructor(configPath: string, changed: () => void) {
    this.#configPath = configPath
    this.#changed = changed
  }

  /** @throws ConfigError with every fault of what was described */
  begin(draft: NewDirectory | KnownDirectory, { origin, redirect }: Origin, account: string): Consent {
    this.#sweep()
    if (this.#pending.size >= maxPending) throw new Problem('too-many', 'too many consents wait already')
    const id = randomBytes(9).toString('base64url')
    const state = randomBytes(24).toString('base64url')
    const url = consentAddress(this.#configPath, draft, redirect, state)
    const until = Date.now() + consentMs
    const pending: PendingConsent = {
      id,
      state,
      url,
      redirect,
      origin,
      account,
      until,
      status: 'waiting',
      said: [],
      error: null,
      raw: null,
      draft,
    }
    this.#pending.set(id, pending)
    return shown(pending)
  }

  find(id: string): Consent | null {
    this.#sweep()
    const found = this.#pending.get(id)
    return found === undefined ? null : shown(found)
  }

  /**
   * A browser came back. Whoever knows the state may end the consent: it says nothing but that Microsoft was asked, and
   * reading is proved with a token of our own.
   * @returns where the browser goes on to: a page of this console only; null: no consent waits for this
   */
  returned(query: URLSearchParams): string | null {
    this.#sweep()
    const state = query.getAll('state')
    const found = [...this.#pending.values()].find((one) => state.length === 1 && one.state === state[0])
    if (found === undefined) return null
    if (found.status === 'waiting' || found.status === 'refused') {
      try {
        const tenant = readConsent(found.draft, query)
        this.#set(found.id, {
          status: 'proving',
          error: null,
          raw: null,
          said: tenant === null ? [] : [`Consent of ${tenant}.`],
        })
        void this.#prove(found)
      } catch (error) {
        const raw = [query.get('error'), query.get('error_description')].filter((part) => part !== null).join(': ')
        this.#set(found.id, { status: 'refused', error: wordsOf(error), raw: raw.slice(0, 1000) })
      }
    }
    return `${found.origin}/directories#${found.draft.type === 'known' ? 'again' : 'add'}-${found.id}`
  }

  async #prove({ id, draft }: PendingConsent): Promise<void> {
    const say = (text: string): void => {
      const now = this.#pending.get(id)
      if (now !== undefined) this.#set(id, { said: [...now.said, text].slice(-20) })
    }
    try {
      await proveReading(this.#configPath, draft, say, AbortSignal.timeout(proofMs))
      this.#set(id, { status: 'authorized' })
    } catch (error) {
      this.#set(id, { status: 'refused', error: wordsOf(error) })
    }
  }

  #set(id: string, change: Partial<PendingConsent>): void {
    const now = this.#pending.get(id)
    if (now !== undefined) this.#pending.set(id, { ...now, ...change })
    this.#changed()
  }

  #sweep(): void {
    for (const [id, { until }] of this.#pending) if (until < Date.now()) this.#pending.delete(id)
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'Reading did not work within three minutes.'
  return errorText(error)
}

function shown({ id, status, url, redirect, said, error, raw, draft }: PendingConsent): Consent {
  return { id, status, url, redirect, said, error, raw, draft }
}
