/** Connections kept for the next client. */

/** Connections to next hops that wait for the next client, most recently used first out. */
import type { HopConnection, HopOwner } from './next-hop.ts'
import type { NextHopAddress } from '../net/addresses.ts'

/** How many connections wait at most for each next hop, and how long (ms). Short, so that no server minds. */
const mostIdle = 20
const longestIdle = 3000

export class IdleHops {
  readonly #idle = new Map<NextHopAddress, HopConnection[]>()

  /** Keeps a connection that is between transactions. */
  put(hop: HopConnection): void {
    const idle = this.#idle.get(hop.target) ?? []
    if (idle.length >= mostIdle) {
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
    hop.deadline = performance.now() + longestIdle
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
