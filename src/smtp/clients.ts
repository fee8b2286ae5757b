/** How many connections at once. */

import type { SmtpLimits } from '../net/limits.ts'
import type { RefusalReason } from '../vocabulary.ts'

/** Counts connections and says who is one too many. */
export class ConnectionCount {
  total = 0
  readonly #limits: SmtpLimits
  readonly #byNetwork = new Map<string, number>()

  constructor(limits: SmtpLimits) {
    this.#limits = limits
  }

  /** Counts a connection in; the reason if it is one too many, and then it is not counted. */
  enter(network: string): RefusalReason | null {
    const here = this.#byNetwork.get(network) ?? 0
    if (this.total >= this.#limits.connections) return 'connections'
    if (here >= this.#limits.connectionsPerNetwork) return 'network-connections'
    this.total++
    this.#byNetwork.set(network, here + 1)
    return null
  }

  leave(network: string): void {
    this.total--
    const here = this.#byNetwork.get(network) ?? 1
    if (here <= 1) this.#byNetwork.delete(network)
    else this.#byNetwork.set(network, here - 1)
  }
}
