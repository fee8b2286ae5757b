/** /metrics, /healthz, /readyz. */

import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { NamesakeError } from '../errors.ts'
import type { SocketAddress } from '../net/addresses.ts'
import { freeSocketPaths, listenOn } from '../net/listening.ts'

/** What `/readyz` says: ready, degraded (still judging, on old data) or not ready, with each reason in words. */
export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'not ready'
  readonly problems: readonly string[]
}

export interface OpsSources {
  readonly metrics: () => Promise<string>
  readonly readiness: () => Promise<Readiness>
}

export interface OpsServer {
  /** Where it listens, with the port that the system chose. */
  readonly address: SocketAddress
  close(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

const plain = 'text/plain; charset=utf-8'

async function answer(path: string, sources: OpsSources): Promise<Answer> {
  if (path === '/metrics') {
    return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', text: await sources.metrics() }
  }
  if (path === '/healthz') return { status: 200, type: plain, text: 'alive\n' }
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
  const server: Server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    handle(request, response, sources).catch(onError)
  })
  server.maxConnections = 64
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
