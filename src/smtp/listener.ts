/** The SMTP entrance: opens the listeners, lets clients in or turns them away, and ends all sessions in order. */

import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { hostname } from 'node:os'
import { arriveSecure, readProxyHeader } from './arrival.ts'
import { ConnectionCount, TurnedAway } from './admission.ts'
import { Memo } from '../memo.ts'
import { formatAddress } from '../net/addresses.ts'
import type { SocketAddress } from '../net/addresses.ts'
import { Deadlines } from '../net/deadlines.ts'
import { Turns } from '../net/outlet.ts'
import { Listeners } from '../net/listeners.ts'
import { networkOf, NetworkList, plainAddress } from '../net/networks.ts'
import { limitsOf, timeoutsOf } from '../net/limits.ts'
import type { OnSmtpEvent, SmtpListener, SmtpOptions } from './options.ts'
import { HeldOctets } from './held-section.ts'
import { Relay } from './relay.ts'
import { SmtpSession } from './session.ts'
import type { SessionContext } from './session.ts'
import type { SessionStart } from './standing.ts'
import { ServerNames, TlsFiles } from '../net/tls-files.ts'
import type { ListenerTls, ServerTls, TlsPaths } from '../net/tls-files.ts'

/** The running entrance. */
export interface SmtpServer {
  /** Where it listens, in the order of the options, with the ports that the system chose. */
  readonly addresses: readonly SocketAddress[]
  /**
   * Stops accepting, lets transactions under way end, answers 421 between them, and drops what is left after
   * `drain` milliseconds. Resolves when every connection is closed.
   */
  close(options?: { readonly drain?: number }): Promise<void>
}

/**
 * Opens the SMTP entrance.
 *
 * @throws NamesakeError `listen-failed` if an address is in use or not ours; none stays open then.
 */
export async function startSmtp(options: SmtpOptions): Promise<SmtpServer> {
  const entrance = new SmtpEntrance(options)
  try {
    for (const listener of options.listen) await entrance.open(listener)
  } catch (error) {
    await entrance.close({ drain: 0 })
    throw error
  }
  return entrance
}

/** What an address says of who comes from it. */
interface KnownClient {
  /** The address as it is logged. */
  readonly client: string
  /** What shares one limit of connections. */
  readonly network: string
  /** Whether it may relay by its network. */
  readonly allowed: boolean
}

class SmtpEntrance implements SmtpServer {
  readonly #context: SessionContext
  readonly #clients: NetworkList
  /** Clients come back: their addresses are read once. */
  readonly #known = new Memo<KnownClient>(1000)
  readonly #balancers: NetworkList
  readonly #count: ConnectionCount
  readonly #files: TlsFiles[] = []
  readonly #listeners = new Listeners()
  readonly #turnedAway: TurnedAway

  constructor(options: SmtpOptions) {
    const { judge, onMessage, onEvent } = options
    this.#turnedAway = new TurnedAway(onEvent)
    const timeouts = timeoutsOf(options.timeouts)
    const limits = limitsOf(options.limits)
    const { command, data, nextHop, connect, greeting, nextHopData } = timeouts
    const deadlines = new Deadlines(Math.min(command, data, nextHop, connect, greeting, nextHopData))
    const turns = new Turns()
    this.#clients = new NetworkList(options.clients)
    this.#balancers = new NetworkList(options.proxyProtocol ?? [])
    this.#count = new ConnectionCount(limits)
    const settings = options.nextHop ?? {}
    const { certificate = null, key = null, ca = null } = settings
    const tlsFiles = this.#follow({ certificate, key, ca }, onEvent)
    this.#context = {
      hostname: options.hostname ?? hostname(),
      judge,
      onMessage,
      onEvent,
      timeouts,
      limits,
      deadlines,
      turns,
      relay: new Relay({ targets: options.relay, settings, tlsFiles, timeouts, deadlines, turns, onEvent }),
      heldOctets: new HeldOctets(Math.max(limits.heldSections, 4 * limits.headerSection)),
      bareNewline: options.bareNewline ?? 'reject',
      received: options.received ?? false,
      xclient: new NetworkList(options.xclient ?? []),
      xforward: new NetworkList(options.xforward ?? []),
    }
  }

  get addresses(): readonly SocketAddress[] {
    return this.#listeners.addresses
  }

  async open(listener: SmtpListener): Promise<void> {
    const tls = listener.tls === undefined || listener.tls === null ? null : this.#serverTls(listener.tls)
    const actual = await this.#listeners.open({
      address: listener.address,
      access: { mode: listener.mode ?? null, group: null },
      server: { allowHalfOpen: true, noDelay: true },
      accept: (socket) => this.#arrive(socket, listener, tls),
    })
    this.#context.onEvent('smtp-listening', { address: formatAddress(actual) })
  }

  #serverTls(tls: ListenerTls): ServerTls {
    const { clientCa, certificates } = tls
    // The authorities stand beside each certificate: a client is verified by what goes with the one that it was shown.
    const sessions = randomUUID().replaceAll('-', '')
    const read = ({ certificate, key }: { certificate: string; key: string }): TlsFiles =>
      this.#follow({ certificate, key, ca: clientCa }, this.#context.onEvent, sessions)
    const names = certificates.length === 0 ? null : new ServerNames()
    for (const named of certificates) names?.add(named.names, read(named))
    return { files: read(tls), names, mode: tls.mode, asksCertificate: clientCa !== null }
  }

  #follow(paths: TlsPaths, onEvent: OnSmtpEvent, sessions: string | null = null): TlsFiles {
    const files = new TlsFiles(paths, (error) => onEvent('tls-failed', { client: '', error }), sessions)
    this.#files.push(files)
    return files
  }

  #arrive(socket: Socket, listener: SmtpListener, tls: ServerTls | null): void {
    const remote = socket.remoteAddress
    if (listener.address.kind === 'unix') this.#admit(socket, listener, tls, 'unix')
    // Gone before we could look at it.
    else if (remote === undefined) socket.destroy()
    else if (listener.proxyProtocol !== true) this.#admit(socket, listener, tls, this.#clientAt(remote).client)
    else if (!this.#balancers.includes(remote)) this.#turnedAway.turnAway(socket, plainAddress(remote), 'network')
    else {
      readProxyHeader(socket, (client) => {
        if (client !== null) this.#admit(socket, listener, tls, client)
        else
          this.#context.onEvent('client-dropped', { client: plainAddress(remote), reason: 'proxy-header', stage: '' })
      })
    }
  }

  #clientAt(address: string): KnownClient {
    let known = this.#known.get(address)
    if (known === undefined) {
      const allowed = address === 'unix' || this.#clients.includes(address)
      known = { client: plainAddress(address), network: networkOf(address), allowed }
      this.#known.set(address, known)
    }
    return known
  }

  /** Lets a client in or turns it away; who may relay only with a certificate is let in to show it. */
  #admit(socket: Socket, listener: SmtpListener, tls: ServerTls | null, client: string): void {
    const { allowed, network } = this.#clientAt(client)
    const mayCome = allowed || tls?.asksCertificate === true
    const reason = this.#listeners.draining ? 'draining' : !mayCome ? 'network' : this.#count.enter(network)
    if (reason !== null) {
      this.#turnedAway.turnAway(socket, client, reason)
      return
    }
    this.#context.onEvent('connection-opened', { client })
    const leave = (): void => {
      this.#count.leave(network)
      this.#context.onEvent('connection-closed', { client })
    }
    const about = { client, protocol: listener.protocol ?? 'smtp', trusted: allowed }
    if (tls?.mode !== 'implicit') {
      this.#converse(socket, socket, { ...about, tls, secure: false }, leave)
      return
    }
    arriveSecure(socket, tls, (arrived, error) => {
      if (arrived === null) {
        this.#context.onEvent('tls-failed', { client, error })
        leave()
        return
      }
      this.#converse(
        arrived.socket,
        socket,
        { ...about, trusted: allowed || arrived.certified, tls: null, secure: true },
        leave,
      )
    })
  }

  /** `accepted`: the connection as it came, below TLS. */
  #converse(socket: Socket, accepted: Socket, about: SessionStart, leave: () => void): void {
    const session = new SmtpSession(this.#context, socket, about, (gone) => {
      this.#listeners.leave(gone)
      leave()
    })
    this.#listeners.enter(session, accepted)
  }

  async close({ drain = 0 }: { readonly drain?: number } = {}): Promise<void> {
    await this.#listeners.close({ drain })
    this.#turnedAway.close()
    this.#context.relay.close()
    for (const files of this.#files) files.stop()
  }
}
