/** Listeners and admission. */

import cluster from 'node:cluster'
import { existsSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { NamesakeError } from '../errors.ts'
import type { Judge, MessageRecord } from '../model.ts'
import { MilterConnection } from './connection.ts'
import type { OnMilterEvent } from './events.ts'
import type { Circumstances, Mta, Skip } from './negotiation.ts'
import { buildNetworks, type Networks } from '../net/networks.ts'
import type { SessionOptions } from './session.ts'
import { freeSocketPath, setSocketAccess } from '../net/unix-socket.ts'

/** One place to listen on. Port 0 lets the system choose; `mode` and `group` are a unix socket's. */
export interface MilterListen {
  readonly address:
    | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
    | { readonly kind: 'unix'; readonly path: string }
  readonly mode: number | null
  readonly group: string | null
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
  /** Lower-case names of the fields that only Namesake may write; default: X-Namesake and X-Namesake-anything. */
  readonly ownNames?: RegExp
  readonly judge: Judge
  readonly onMessage: (record: MessageRecord) => void
  readonly onEvent: OnMilterEvent
}

export interface MilterServer {
  /** Where it listens, e.g. `inet:127.0.0.1:10027`, `inet6:[::1]:10027`, `unix:/run/namesake/milter.sock`. */
  readonly addresses: readonly string[]
  /** Takes no more connections, closes idle ones, and gives messages under way `drain` ms to end. */
  close(options: { readonly drain: number }): Promise<void>
}

/** Macro v of Sendmail is its version alone; Postfix puts its name before. */
function mtaOf(version: string): Mta | null {
  if (version.startsWith('Postfix')) return 'postfix'
  return /^\d/.test(version) ? 'sendmail' : null
}

/**
 * Makes unix socket paths free: stale sockets are removed, live ones refused (`listen-failed`). `startMilter` does it
 * by itself; where worker processes share a listener it must be done once, before them, by the primary process.
 */
export async function prepareMilterSockets(listen: readonly MilterListen[]): Promise<void> {
  for (const { address } of listen) if (address.kind === 'unix') await freeSocketPath(address.path)
}

/** Starts the milter entrance. Throws `listen-failed` if one of its places can't be listened on; then none is. */
export async function startMilter(options: MilterOptions): Promise<MilterServer> {
  const entrance = new Entrance(options)
  if (!cluster.isWorker) await prepareMilterSockets(options.listen)
  try {
    for (const listen of options.listen) await entrance.listen(listen)
  } catch (error) {
    await entrance.close({ drain: 0 })
    throw error
  }
  return entrance
}

class Entrance implements MilterServer {
  readonly #options: MilterOptions
  readonly #session: SessionOptions
  readonly #clients: Networks
  readonly #servers: Server[] = []
  readonly #connections = new Set<MilterConnection>()
  readonly addresses: string[] = []
  #closing = false

  constructor(options: MilterOptions) {
    this.#options = options
    this.#clients = buildNetworks(options.clients)
    this.#session = {
      judge: options.judge,
      onMessage: options.onMessage,
      onEvent: options.onEvent,
      skip: options.skip,
      exempt: {
        authenticated: options.exempt.authenticated,
        networks: buildNetworks(options.exempt.networks),
      },
      headerSection: options.limits.headerSection,
      ownNames: options.ownNames ?? /^x-namesake(?:-|$)/,
      timeout: options.timeout,
    }
  }

  async listen(listen: MilterListen): Promise<void> {
    const { address } = listen
    // What the MTA of this listener said it is; later connections are negotiated by it.
    const circumstances: { tcp: boolean; mta: Mta | null } = { tcp: address.kind === 'tcp', mta: null }
    const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) =>
      this.#accept(socket, circumstances),
    )
    await bound(server, address)
    this.#servers.push(server)
    if (address.kind === 'unix') await setSocketAccess(address.path, listen.mode, listen.group)
    const name = nameOf(address, server.address())
    this.addresses.push(name)
    this.#options.onEvent('milter-listening', { address: name })
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
    this.#connections.add(connection)
    this.#options.onEvent('milter-opened', { peer, connections: this.#connections.size })
    socket.once('close', () => {
      this.#connections.delete(connection)
      this.#options.onEvent('milter-closed', { peer, connections: this.#connections.size })
    })
  }

  #refusal(peer: string, tcp: boolean): string | null {
    if (this.#closing) return 'shutting down'
    if (tcp && !this.#clients(peer)) return 'its network is not among milter.clients'
    return this.#connections.size >= this.#options.limits.connections ? 'too many connections' : null
  }

  async close({ drain }: { readonly drain: number }): Promise<void> {
    this.#closing = true
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())))
    for (const connection of this.#connections) connection.drain()
    const timer = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy()
    }, drain)
    await Promise.all(closed)
    clearTimeout(timer)
  }
}

/** Resolves once the server listens; throws `listen-failed` with the address and what to do. */
function bound(server: Server, address: MilterListen['address']): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void =>
      reject(
        new NamesakeError('listen-failed', `can't listen on ${nameOf(address, null)}: ${hintFor(error, address)}`, {
          cause: error,
        }),
      )
    server.once('error', fail)
    server.listen(address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port }, () => {
      server.off('error', fail)
      // A later error is one failed accept (e.g. no descriptors left); the listener goes on.
      server.on('error', () => undefined)
      resolve()
    })
  })
}

function hintFor(error: NodeJS.ErrnoException, address: MilterListen['address']): string {
  // For a socket, a folder that isn't there is reported as a lack of permission.
  if (address.kind === 'unix' && !existsSync(dirname(address.path))) return 'the folder does not exist'
  switch (error.code) {
    case 'EADDRINUSE':
      return 'the address is in use by another process; stop it, or choose another'
    case 'EADDRNOTAVAIL':
      return 'this host has no such address'
    case 'EACCES':
      return 'permission denied; choose a port above 1023, or a folder that this user may write to'
    default:
      return error.message
  }
}

function nameOf(address: MilterListen['address'], actual: AddressInfo | string | null): string {
  if (address.kind === 'unix') return `unix:${address.path}`
  const port = typeof actual === 'object' && actual !== null ? actual.port : address.port
  return address.host.includes(':') ? `inet6:[${address.host}]:${port}` : `inet:${address.host}:${port}`
}
