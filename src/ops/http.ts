/** /metrics, /healthz, /readyz. */

import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { NamesakeError } from '../errors.ts'
import type { SocketAddress } from '../net/addresses.ts'
import { freeSocketPaths, listenOn } from '../net/listening.ts'

/** What `/readyz` says: ready, degraded (still judging, on old data) or not ready, with each reason in words. */
export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'not ready'
  readonly problems: readonly string[]
}

interface OpsSources {
  readonly metrics: () => Promise<string>
  readonly readiness: () => Promise<Readiness>
}

export interface OpsServer {
  /** Where it listens, with the port that the system chose. */
  readonly address: SocketAddress
  close(): Promise<void>
}

interface OpsAnswer {
  readonly status: number
  readonly type: string
  readonly text: string
}

const plain = 'text/plain; charset=utf-8'

/** Milliseconds until a request's header section must be there; looked at every second. */
const maxHeaderMs = 5_000
const maxRequestMs = 10_000
const sweepMs = 1_000
/** Connections from one address, and from all. Above it the one that has been silent for longest makes room. */
const maxConnectionsPerAddress = 16
const maxConnections = 256

async function answer(path: string, sources: OpsSources): Promise<OpsAnswer> {
  // First, and waiting for nothing: whoever watches over the process asks this.
  if (path === '/healthz') return { status: 200, type: plain, text: 'alive\n' }
  if (path === '/metrics') {
    return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', text: await sources.metrics() }
  }
  if (path === '/readyz') {
    const readiness = await sources.readiness()
    const status = readiness.status === 'not ready' ? 503 : 200
    return { status, type: 'application/json; charset=utf-8', text: `${JSON.stringify(readiness)}\n` }
  }
  return { status: 404, type: plain, text: 'there are /metrics, /healthz and /readyz\n' }
}

async function handle(request: IncomingMessage, response: ServerResponse, sources: OpsSources): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return
  }
  const path = (request.url ?? '/').split('?')[0] ?? '/'
  try {
    const { status, type, text } = await answer(path, sources)
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' })
    response.end(request.method === 'HEAD' ? undefined : text)
  } catch (error) {
    response.writeHead(500, { 'content-type': plain }).end('internal error\n')
    throw error
  }
}

/**
 * Serves metrics and health.
 * @param onError told what failed inside; the scraper only sees 500.
 * @throws NamesakeError listen-failed, with the address and why
 */
export async function startOps(
  listen: SocketAddress,
  sources: OpsSources,
  onError: (error: unknown) => void,
): Promise<OpsServer> {
  const once: OpsSources = { metrics: shared(sources.metrics), readiness: shared(sources.readiness) }
  const options = {
    requestTimeout: maxRequestMs,
    headersTimeout: maxHeaderMs,
    keepAliveTimeout: maxHeaderMs,
    connectionsCheckingInterval: sweepMs,
  }
  const open = new OpenConnections()
  const server: Server = createServer(options, (request, response) => {
    open.begin(request.socket)
    response.once('close', () => open.end(request.socket))
    handle(request, response, once).catch(onError)
  })
  server.on('connection', (socket) => open.add(socket))
  const address = await bind(server, listen)
  return {
    address,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Who asks while the answer is being made gets the same one: many scrapers cost no more than one. */
function shared<T>(make: () => Promise<T>): () => Promise<T> {
  let making: Promise<T> | null = null
  return () => {
    making ??= make().finally(() => (making = null))
    return making
  }
}

/** Open connections, bounded without shutting anybody out: a newcomer takes the place of one that says nothing. */
class OpenConnections {
  /** Oldest first; true while a request is being answered. */
  readonly #sockets = new Map<Socket, boolean>()

  add(socket: Socket): void {
    const sameAddress = [...this.#sockets.keys()].filter((one) => one.remoteAddress === socket.remoteAddress)
    if (sameAddress.length >= maxConnectionsPerAddress) this.#dropOne(sameAddress)
    else if (this.#sockets.size >= maxConnections) this.#dropOne([...this.#sockets.keys()])
    this.#sockets.set(socket, false)
    socket.once('close', () => this.#sockets.delete(socket))
  }

  begin(socket: Socket): void {
    if (this.#sockets.has(socket)) this.#sockets.set(socket, true)
  }

  end(socket: Socket): void {
    // Behind the others again: it has just said something.
    if (this.#sockets.delete(socket) && !socket.destroyed) this.#sockets.set(socket, false)
  }

  #dropOne(among: readonly Socket[]): void {
    const [first] = among
    const silent = among.find((socket) => this.#sockets.get(socket) === false) ?? first
    if (silent === undefined) return
    this.#sockets.delete(silent)
    silent.destroy()
  }
}

async function bind(server: Server, listen: SocketAddress): Promise<SocketAddress> {
  try {
    await freeSocketPaths([listen])
    return await listenOn(server, listen)
  } catch (error) {
    if (!(error instanceof NamesakeError)) throw error
    throw new NamesakeError('listen-failed', `${error.message} (metrics and health, option "ops.listen")`, {
      cause: error.cause,
    })
  }
}
