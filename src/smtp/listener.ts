/** The SMTP entrance: opens the listeners, lets clients in or turns them away, and ends all sessions in order. */
import { chmod, lstat, unlink } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { hostname } from 'node:os'
import { NamesakeError } from '../errors.ts'
import { ConnectionCount, networkOf, NetworkList, plainAddress } from './clients.ts'
import { Deadlines } from './deadlines.ts'
import { addressText, limitsOf, timeoutsOf } from './options.ts'
import type { NextHopAddress, SmtpEvents, SmtpListener, SmtpOptions, SocketAddress } from './options.ts'
import { Relay } from './relay.ts'
import { Session } from './session.ts'
import type { SessionContext } from './session.ts'

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

/** Why a client was turned away, as it is told. */
const refusals: Record<SmtpEvents['client-refused']['reason'], string> = {
  network: '554 5.7.1 Relaying is not allowed from your address',
  connections: '421 4.7.0 Too many connections, try again later',
  'network-connections': '421 4.7.0 Too many connections from your network, try again later',
  draining: '421 4.3.2 The service is shutting down',
}

/**
 * Opens the SMTP entrance.
 *
 * @throws NamesakeError `listen-failed` if an address is in use or not ours; none stays open then.
 */
export async function startSmtp(options: SmtpOptions): Promise<SmtpServer> {
  const entrance = new Entrance(options)
  try {
    for (const listener of options.listen) await entrance.open(listener)
  } catch (error) {
    await entrance.close({ drain: 0 })
    throw error
  }
  return entrance
}

class Entrance implements SmtpServer {
  readonly addresses: SocketAddress[] = []
  readonly #context: SessionContext
  readonly #clients: NetworkList
  readonly #count: ConnectionCount
  readonly #servers: Server[] = []
  readonly #sessions = new Set<Session>()
  #draining = false
  #emptied: (() => void) | null = null

  constructor(options: SmtpOptions) {
    const timeouts = timeoutsOf(options.timeouts)
    const limits = limitsOf(options.limits)
    const deadlines = new Deadlines(
      Math.min(timeouts.command, timeouts.data, timeouts.nextHop, timeouts.connect, timeouts.nextHopData),
    )
    this.#clients = new NetworkList(options.clients)
    this.#count = new ConnectionCount(limits)
    this.#context = {
      hostname: options.hostname ?? hostname(),
      judge: options.judge,
      onMessage: options.onMessage,
      onEvent: options.onEvent,
      timeouts,
      limits,
      deadlines,
      relay: new Relay(options.relay as readonly NextHopAddress[], timeouts, deadlines, options.onEvent),
      bareNewline: options.bareNewline ?? 'reject',
      received: options.received ?? false,
    }
  }

  async open(listener: SmtpListener): Promise<void> {
    const { address } = listener
    if ('path' in address) await removeStale(address.path)
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket, listener))
    this.#servers.push(server)
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(listenFailed(address, error)))
      server.listen('path' in address ? { path: address.path } : { host: address.host, port: address.port }, resolve)
    })
    // An accept that fails (descriptors run out) is one client's loss, not the daemon's.
    server.on('error', () => {})
    if ('path' in address) await chmod(address.path, 0o660).catch(() => {})
    const bound = server.address()
    const actual = typeof bound === 'object' && bound !== null ? { host: bound.address, port: bound.port } : address
    this.addresses.push(actual)
    this.#context.onEvent('smtp-listening', { address: addressText(actual) })
  }

  #accept(socket: Socket, listener: SmtpListener): void {
    const remote = socket.remoteAddress
    if (remote === undefined && !('path' in listener.address)) {
      // Gone before we could look at it.
      socket.destroy()
      return
    }
    const client = remote === undefined ? 'unix' : plainAddress(remote)
    const allowed = remote === undefined || this.#clients.includes(remote)
    const network = networkOf(client)
    const reason = this.#draining ? 'draining' : !allowed ? 'network' : this.#count.enter(network)
    if (reason !== null) {
      this.#turnAway(socket, client, reason)
      return
    }
    const { onEvent } = this.#context
    onEvent('connection-opened', { client })
    const about = { client, protocol: listener.protocol ?? 'smtp' }
    const session = new Session(this.#context, socket, about, (gone) => {
      this.#sessions.delete(gone)
      this.#count.leave(network)
      onEvent('connection-closed', { client })
      if (this.#sessions.size === 0) this.#emptied?.()
    })
    this.#sessions.add(session)
  }

  #turnAway(socket: Socket, client: string, reason: SmtpEvents['client-refused']['reason']): void {
    this.#context.onEvent('client-refused', { client, reason })
    socket.on('error', () => {})
    socket.setTimeout(2000, () => socket.destroy())
    socket.resume()
    socket.on('end', () => socket.destroy())
    socket.end(`${refusals[reason]}\r\n`)
  }

  async close(options: { readonly drain?: number } = {}): Promise<void> {
    this.#draining = true
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())))
    for (const session of this.#sessions) session.drain()
    if (this.#sessions.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          for (const session of this.#sessions) session.destroy()
        }, options.drain ?? 0)
        this.#emptied = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    await Promise.all(closed)
  }
}

function listenFailed(address: SocketAddress, error: NodeJS.ErrnoException): NamesakeError {
  const why =
    error.code === 'EADDRINUSE'
      ? 'it is in use by another program'
      : error.code === 'EACCES'
        ? 'it may not be opened by this user'
        : error.code === 'EADDRNOTAVAIL'
          ? 'it is no address of this machine'
          : error.message
  return new NamesakeError('listen-failed', `listening on ${addressText(address)}: ${why}`, { cause: error })
}

/** Removes what a process that was killed left behind; a socket that someone answers on stays. */
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null)
  if (found?.isSocket() !== true) return
  const answered = await new Promise<boolean>((resolve) => {
    const probe = connect({ path })
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })
  if (!answered) await unlink(path).catch(() => {})
}
