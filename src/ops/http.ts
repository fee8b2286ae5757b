/** /metrics, /healthz, /readyz. */

import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NamesakeError } from '../errors.ts'

/** What `/readyz` says: ready, degraded (still judging, on old data) or not ready, with each reason in words. */
export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'not ready'
  readonly problems: readonly string[]
}

export interface OpsSources {
  readonly metrics: () => Promise<string>
  readonly readiness: () => Promise<Readiness>
}

/** Where to listen; port 0 lets the system choose. */
export type ListenOn = { readonly host: string; readonly port: number } | { readonly path: string }

export interface OpsServer {
  /** 0 on a unix socket. */
  readonly port: number
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
  listen: ListenOn,
  sources: OpsSources,
  onError: (error: unknown) => void,
): Promise<OpsServer> {
  const server: Server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    handle(request, response, sources).catch(onError)
  })
  server.maxConnections = 64
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenFailed(listen, error)))
    server.listen('path' in listen ? { path: listen.path } : { host: listen.host, port: listen.port }, () => resolve())
  })
  server.on('error', onError)
  return {
    port: 'path' in listen ? 0 : (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listenFailed(listen: ListenOn, error: NodeJS.ErrnoException): NamesakeError {
  const address = 'path' in listen ? `unix:${listen.path}` : `${listen.host}:${listen.port}`
  const why =
    error.code === 'EADDRINUSE'
      ? 'it is in use by another program'
      : error.code === 'EACCES'
        ? 'it may not be opened by this user'
        : error.code === 'EADDRNOTAVAIL'
          ? 'it is no address of this machine'
          : error.message
  const text = `listening on ${address} for metrics and health: ${why}; fix: choose another one (option "ops.listen")`
  return new NamesakeError('listen-failed', text, { cause: error })
}
