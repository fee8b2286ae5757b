/** How many connections at once, and what becomes of those that are turned away. */

import type { Socket } from 'node:net'
import type { SmtpLimits } from '../net/limits.ts'
import { networkOf } from '../net/networks.ts'
import type { RefusalReason } from '../vocabulary.ts'
import type { OnSmtpEvent } from './options.ts'

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

/** Why a client was turned away, as it is told. */
const refusals: Record<RefusalReason, string> = {
  network: '554 5.7.1 Relaying is not allowed from your address',
  connections: '421 4.7.0 Too many connections, try again later',
  'network-connections': '421 4.7.0 Too many connections from your network, try again later',
  draining: '421 4.3.2 The service is shutting down',
}

/** Clients that are told why at once; those above are only closed. */
const maxTold = 100
/** How long a client may take to hear it and go. Absolute: no octet of its own sets it back. */
const maxFarewellMs = 2000
/** A network's refusals are logged so often. */
const logEveryMs = 60_000
/** Networks that are counted by themselves; what comes from more is counted together. */
const maxNetworks = 1000

interface NetworkTally {
  client: string
  reason: RefusalReason
  /** Refusals since the last line. */
  count: number
}

/** Clients turned away: told why, for a short time, and told of once a minute. */
export class TurnedAway {
  readonly #onEvent: OnSmtpEvent
  readonly #tallies = new Map<string, NetworkTally>()
  #told = 0
  #timer: NodeJS.Timeout | null = null

  constructor(onEvent: OnSmtpEvent) {
    this.#onEvent = onEvent
  }

  /** Tells a client why it can't come in, and closes. */
  turnAway(socket: Socket, client: string, reason: RefusalReason): void {
    this.#onEvent('connection-refused', { client, reason })
    this.#count(client, reason)
    socket.on('error', () => {})
    if (this.#told >= maxTold) {
      socket.destroy()
      return
    }
    this.#told++
    const timer = setTimeout(() => socket.destroy(), maxFarewellMs)
    socket.once('close', () => {
      clearTimeout(timer)
      this.#told--
    })
    // Unread octets would turn our reply into a reset.
    socket.resume()
    socket.on('end', () => socket.destroy())
    socket.end(`${refusals[reason]}\r\n`)
  }

  /** Logs what was counted and not logged yet. */
  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    this.#log()
  }

  /** The first refusal of a network is logged at once, the others with their number when its minute is over. */
  #count(client: string, reason: RefusalReason): void {
    const network = `${reason} ${networkOf(client)}`
    const key = this.#tallies.has(network) || this.#tallies.size < maxNetworks ? network : reason
    const tally = this.#tallies.get(key)
    if (tally !== undefined) {
      tally.client = client
      tally.count++
      return
    }
    this.#tallies.set(key, { client, reason, count: 0 })
    this.#onEvent('client-refused', { client, reason, count: 1 })
    this.#timer ??= setInterval(() => this.#log(), logEveryMs).unref()
  }

  #log(): void {
    for (const [key, tally] of this.#tallies) {
      const { client, reason, count } = tally
      if (count === 0) this.#tallies.delete(key)
      else this.#onEvent('client-refused', { client, reason, count })
      tally.count = 0
    }
    if (this.#tallies.size > 0 || this.#timer === null) return
    clearInterval(this.#timer)
    this.#timer = null
  }
}
