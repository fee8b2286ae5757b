/** The milter entrance: who is let in, and what is told of it. */

import type { Socket } from 'node:net'
import type { Judge, MessageRecord } from '../model.ts'
import { formatMilterAddress } from '../net/addresses.ts'
import type { SocketAddress } from '../net/addresses.ts'
import { Listeners } from '../net/listeners.ts'
import type { SocketAccess } from '../net/listening.ts'
import { NetworkList } from '../net/networks.ts'
import { MilterConnection } from './connection.ts'
import type { Circumstances, Mta, Skip } from './negotiation.ts'
import type { OnMilterEvent, SessionOptions } from './session.ts'

/** One place to listen on; mode and group are a unix socket's. */
export interface MilterListen extends SocketAccess {
  readonly address: SocketAddress
}

export interface MilterOptions {
  readonly listen: readonly MilterListen[]
  /** Networks whose MTAs may connect over TCP (CIDR or single addresses). */
  readonly clients: readonly string[]
  readonly skip: Skip
  /** Submitters that aren't judged: authenticated ones, and SMTP clients in these networks. */
  readonly exempt: { readonly authenticated: boolean; readonly networks: readonly string[] }
  /** Milliseconds that the MTA may be silent within a message. */
  readonly timeout: number
  /** Connections open at once; octets of a header section that are judged. */
  readonly limits: { readonly connections: number; readonly headerSection: number }
  readonly judge: Judge
  readonly onMessage: (record: MessageRecord) => void
  readonly onEvent: OnMilterEvent
}

export interface MilterServer {
  /** Where it listens, in the order of the options, with the ports that the system chose. */
  readonly addresses: readonly SocketAddress[]
  /** Takes no more connections, closes idle ones, and gives messages under way `drain` ms to end. */
  close(options: { readonly drain: number }): Promise<void>
}

/** Macro v of Sendmail is its version alone; Postfix puts its name before. */
function mtaOf(version: string): Mta | null {
  if (version.startsWith('Postfix')) return 'postfix'
  return /^\d/.test(version) ? 'sendmail' : null
}

/** Starts the milter entrance. @throws NamesakeError listen-failed if one of its places can't be listened on; then none is. */
export async function startMilter(options: MilterOptions): Promise<MilterServer> {
  const entrance = new MilterEntrance(options)
  try {
    for (const listen of options.listen) await entrance.listen(listen)
  } catch (error) {
    await entrance.close({ drain: 0 })
    throw error
  }
  return entrance
}

class MilterEntrance implements MilterServer {
  readonly #options: MilterOptions
  readonly #session: SessionOptions
  readonly #clients: NetworkList
  readonly #listeners = new Listeners()

  constructor(options: MilterOptions) {
    this.#options = options
    this.#clients = new NetworkList(options.clients)
    this.#session = {
      judge: options.judge,
      onMessage: options.onMessage,
      onEvent: options.onEvent,
      skip: options.skip,
      exempt: {
        authenticated: options.exempt.authenticated,
        networks: new NetworkList(options.exempt.networks),
      },
      headerSection: options.limits.headerSection,
      timeout: options.timeout,
    }
  }

  get addresses(): readonly SocketAddress[] {
    return this.#listeners.addresses
  }

  async listen({ address, mode, group }: MilterListen): Promise<void> {
    // What the MTA of this listener said it is; later connections are negotiated by it.
    const circumstances: { tcp: boolean; mta: Mta | null } = { tcp: address.kind === 'tcp', mta: null }
    const actual = await this.#listeners.open({
      address,
      access: { mode, group },
      server: { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 },
      accept: (socket) => this.#accept(socket, circumstances),
    })
    this.#options.onEvent('milter-listening', { address: formatMilterAddress(actual) })
  }

  #accept(socket: Socket, circumstances: Circumstances & { mta: Mta | null }): void {
    const peer = circumstances.tcp ? (socket.remoteAddress ?? '') : 'unix'
    const refusal = this.#refusal(peer, circumstances.tcp)
    if (refusal !== null) {
      this.#options.onEvent('milter-refused', { peer, reason: refusal })
      socket.on('error', () => undefined).destroy()
      return
    }
    const connection = new MilterConnection(socket, peer, this.#session, circumstances, (version) => {
      circumstances.mta = mtaOf(version)
    })
    this.#listeners.enter(connection, socket)
    this.#options.onEvent('milter-opened', { peer, connections: this.#listeners.size })
    socket.once('close', () => {
      this.#listeners.leave(connection)
      this.#options.onEvent('milter-closed', { peer, connections: this.#listeners.size })
    })
  }

  #refusal(peer: string, tcp: boolean): string | null {
    if (this.#listeners.draining) return 'shutting down'
    if (tcp && !this.#clients.includes(peer)) return 'its network is not among milter.clients'
    return this.#listeners.size >= this.#options.limits.connections ? 'too many connections' : null
  }

  close(options: { readonly drain: number }): Promise<void> {
    return this.#listeners.close(options)
  }
}
