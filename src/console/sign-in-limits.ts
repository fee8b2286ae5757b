/** How often somebody may try to sign in. */

import { networkOf } from '../net/networks.ts'

interface Count {
  wrong: number
  /** When the count began, and until when nobody of this key may try. */
  since: number
  lockedUntil: number
}

/** Wrong tries within `windowMs` after which a key is locked for `lockMs`. */
interface Limit {
  readonly maxWrong: number
  readonly windowMs: number
  readonly lockMs: number
}

/**
 * Three counts: an account from one address (somebody guesses), an address (somebody guesses many names), an account from
 * everywhere (many machines guess). The last one is high, so that a stranger can't lock an administrator out with a few tries.
 */
const limits = {
  pair: { maxWrong: 5, windowMs: 10 * 60_000, lockMs: 60_000 },
  address: { maxWrong: 20, windowMs: 10 * 60_000, lockMs: 60_000 },
  account: { maxWrong: 100, windowMs: 60 * 60_000, lockMs: 60_000 },
} as const satisfies Record<string, Limit>

/** Keys remembered at most; the oldest goes first, so that a flood of made-up names takes no memory. */
const maxKeys = 20_000

/** Counts wrong sign-ins. */
export class SignInLimits {
  readonly #counts = new Map<string, Count>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Seconds to wait before the next try; 0: it may be tried. */
  wait(userName: string, address: string): number {
    const now = this.#now()
    const until = keysOf(userName, address).map(([key]) => this.#counts.get(key)?.lockedUntil ?? 0)
    return Math.max(0, Math.ceil((Math.max(...until) - now) / 1000))
  }

  wrong(userName: string, address: string): void {
    const now = this.#now()
    for (const [key, limit] of keysOf(userName, address)) {
      let count = this.#counts.get(key)
      if (count === undefined || now - count.since > limit.windowMs) count = { wrong: 0, since: now, lockedUntil: 0 }
      count.wrong++
      if (count.wrong >= limit.maxWrong) {
        count.lockedUntil = now + limit.lockMs
        count.wrong = 0
      }
      this.#counts.delete(key)
      this.#counts.set(key, count)
    }
    for (const key of this.#counts.keys()) {
      if (this.#counts.size <= maxKeys) break
      this.#counts.delete(key)
    }
  }

  /** A right password ends the count of this account from this address; the others stay. */
  right(userName: string, address: string): void {
    this.#counts.delete(keysOf(userName, address)[0]?.[0] ?? '')
  }
}

function keysOf(userName: string, address: string): [string, Limit][] {
  const account = userName.normalize('NFKC').trim().toLowerCase().slice(0, 200)
  const from = networkOf(address)
  return [
    [`pair\0${account}\0${from}`, limits.pair],
    [`address\0${from}`, limits.address],
    [`account\0${account}`, limits.account],
  ]
}
