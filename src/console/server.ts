/** The console's server: who is let in, what every answer carries, and the routes below /api/v1. */

import { readFileSync } from 'node:fs'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import rateLimit from '@fastify/rate-limit'
import fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { NamesakeError } from '../errors.ts'
import { NetworkList } from '../net/networks.ts'
import { readAssets } from './assets.ts'
import type { Asset, Assets } from './assets.ts'
import { Hosts } from './hosts.ts'
import { Problem, problemBody, problemOf } from './problem.ts'
import { checked, routes } from './routes.ts'
import type { Caller } from './ports.ts'
import type { Access, Route } from './routes/route.ts'
import { reaches } from './sign-in.ts'
import type { Services } from './services.ts'

export interface ConsoleServer {
  /** Where it answers, such as `http://127.0.0.1:9466`. */
  readonly url: string
  close(): Promise<void>
}

/** What every answer carries: nothing is loaded from elsewhere, nothing inline runs, nobody may frame it. */
const headers: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " +
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
  'x-robots-tag': 'noindex',
}

/** Addresses of the console's pages: the browser's part shows what belongs to each. */
const pages = ['/', '/sign-in', '/first-run', '/overview', '/detections', '/review', '/protection', '/directories']
const morePages = ['/rules', '/try', '/replay', '/settings']

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    caller: Caller | null
  }
}

/**
 * Starts the console.
 * @throws NamesakeError listen-failed, with the address and why
 */
export async function startServer(services: Services): Promise<ConsoleServer> {
  const { settings } = services
  const tls = settings.tls && {
    cert: readFileSync(settings.tls.certificate),
    key: readFileSync(settings.tls.key),
    minVersion: 'TLSv1.2' as const,
  }
  const believed = new NetworkList(settings.trustedProxies)
  const limits = { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, connectionsCheckingInterval: 2_000 }
  const app = fastify({
    logger: false,
    ...(tls === null ? { http: limits } : { https: { ...limits, ...tls } }),
    // X-Forwarded-For is read from trusted proxies alone; the address of anyone else is the one of their connection.
    trustProxy: settings.trustedProxies.length === 0 ? false : (address: string) => believed.includes(address),
    bodyLimit: 256 * 1024,
    requestTimeout: 20_000,
    connectionTimeout: 120_000,
    keepAliveTimeout: 30_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 1200, ignoreTrailingSlash: false },
    exposeHeadRoutes: true,
  } as never) as unknown as FastifyInstance
  await app.register(rateLimit, { global: false })
  guard(app, services)
  serveAssets(app, readAssets())
  returnFromConsent(app, services)
  for (const route of routes) addRoute(app, services, route)
  const server = app.server
  server.maxConnections = 512
  try {
    await app.listen({ host: settings.listen.host, port: settings.listen.port })
  } catch (error) {
    throw listenFailed(settings.listen, error as NodeJS.ErrnoException)
  }
  return {
    url: urlOf(settings, server),
    close: () => {
      services.live.close()
      return app.close()
    },
  }
}

/** The Host field; undefined without one, and with several (RFC 9112 section 3.2): a proxy may have gone by another than we would. */
function hostOf(request: IncomingMessage): string | undefined {
  const hosts = request.headersDistinct.host
  return hosts?.length === 1 ? hosts[0] : undefined
}

/** Checks that come before anything is looked up: name, caller, role, forged requests. And what every answer carries. */
function guard(app: FastifyInstance, services: Services): void {
  const hosts = new Hosts(services.settings)
  app.decorateRequest('caller', null)
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(headers)
    if (services.settings.tls !== null || (services.settings.publicUrl ?? '').startsWith('https:')) {
      void reply.header('strict-transport-security', 'max-age=31536000')
    }
    if (!hosts.answers(hostOf(request.raw), app.server)) {
      throw new Problem('wrong-host', 'fix: open the console under the address it listens on, or set console.publicUrl')
    }
    if (isApi(request)) {
      void reply.header('cache-control', 'no-store')
      authorise(request, services, hosts, app.server)
    }
  })
  app.setErrorHandler((error, request, reply) => answerProblem(error, request, reply, services))
  app.setNotFoundHandler((request, reply) => {
    if (isApi(request)) throw new Problem('not-found', 'there is no such route; /api/v1/openapi.json has them all')
    void reply.code(404).type('text/plain; charset=utf-8')
    return reply.send('There is nothing here.\n')
  })
}

function isApi(request: FastifyRequest): boolean {
  return request.url === '/api' || request.url.startsWith('/api/')
}

/** Sign-in and role come before everything else: who may not ask learns nothing, not even what there is. */
function authorise(request: FastifyRequest, services: Services, hosts: Hosts, server: Server): void {
  const needed = request.is404 ? 'reader' : (request.routeOptions.config.access ?? 'admin')
  const isChange = !['GET', 'HEAD', 'OPTIONS'].includes(request.method)
  const found = services.signIn.caller(request)
  request.caller = found?.caller ?? null
  if (isChange && !isOurOwn(request, hosts, server)) {
    throw new Problem('not-allowed', 'this request comes from another site')
  }
  if (needed === 'public') return
  if (found === null) throw new Problem('not-signed-in', 'sign in, or send a token: Authorization: Bearer nsk_…')
  if (!reaches(found.caller.role, needed)) {
    throw new Problem('not-allowed', `this needs the role ${needed}; yours is ${found.caller.role}`)
  }
  // Whoever sends a token by hand is no browser that another site could have sent.
  if (isChange && found.session !== null && request.headers['x-csrf-token'] !== found.session.csrf) {
    throw new Problem('not-allowed', 'the field X-CSRF-Token is missing or is not the one of this session')
  }
}

/** What browsers say of where a request comes from; a program says neither. */
function isOurOwn(request: FastifyRequest, hosts: Hosts, server: Server): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const { origin } = request.headers
  return origin === undefined || hosts.isOurs(origin, server)
}

function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, services: Services): unknown {
  let problem = problemOf(error)
  let instance: string | null = null
  if (problem === null) {
    instance = `urn:namesake:fault:${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`
    services.log('console-fault', { error, id: instance, route: request.routeOptions.url ?? request.method })
    problem = new Problem(
      'internal',
      'Something went wrong here. What you see elsewhere still holds; the log has the rest.',
    )
  }
  void reply.headers(headers)
  if (problem.retryAfter !== null) void reply.header('retry-after', String(problem.retryAfter))
  void reply.code(problem.status).header('content-type', 'application/problem+json')
  return reply.send(JSON.stringify(problemBody(problem, instance)))
}

function addRoute(app: FastifyInstance, services: Services, route: Route): void {
  app.route({
    method: route.method,
    url: `/api/v1${route.path}`,
    bodyLimit: route.maxBodyBytes,
    config: {
      access: route.access,
      ...(route.maxPerMinute === null ? {} : { rateLimit: { max: route.maxPerMinute, timeWindow: 60_000 } }),
    },
    handler: async (request, reply) => {
      const { caller } = request
      const ask = {
        services,
        params: checked(route.params, request.params, 'the address'),
        query: checked(route.query, request.query, 'the query'),
        body: checked(route.body, request.body, 'the body'),
        get caller(): Caller {
          if (caller === null) throw new Problem('not-signed-in', 'sign in first')
          return caller
        },
        maybeCaller: caller,
        address: request.ip,
        request,
        reply,
      }
      const answer = await versioned(route, ask)
      if (reply.sent) return reply
      if (route.media !== null) return reply.code(route.status).type(route.media).send(answer)
      if (route.response === null) return reply.code(204).send()
      return reply.code(route.status).type('application/json; charset=utf-8').send(JSON.stringify(answer))
    },
  })
}

/**
 * Handles a request. What can be edited is answered with its version, and changed only by who names that version.
 * @throws Problem version-needed or changed
 */
async function versioned({ of, method, handle }: Route, ask: Parameters<Route['handle']>[0]): Promise<unknown> {
  if (of === null) return handle(ask)
  const { services, params, request, reply } = ask
  // A reply is a promise of its being sent: it is not to be waited for here.
  const tag = async (): Promise<void> => void reply.header('etag', `"${await of.version(services, params)}"`)
  if (method === 'GET') {
    // Before it is read: what changes meanwhile makes the tag too old, and never the answer.
    await tag()
    return handle(ask)
  }
  return services.desk.inTurn(async () => {
    const named = versionIn(request.headers['if-match'])
    if (named === null) throw new Problem('version-needed', 'fix: send the ETag of what you changed as If-Match')
    if (named !== (await of.version(services, params))) throw new Problem('changed', of.changed)
    const answer = await handle(ask)
    await tag()
    return answer
  })
}

/** The version in an If-Match field: one entity-tag (RFC 9110 section 13.1.1), without quotes. */
function versionIn(field: string | undefined): string | null {
  return /^(?:W\/)?"([^"]{1,200})"$/.exec(field?.trim() ?? '')?.[1] ?? null
}

function serveAssets(app: FastifyInstance, assets: Assets): void {
  const send = (request: FastifyRequest, reply: FastifyReply, asset: Asset, cache: string): unknown => {
    void reply.type(asset.type).header('cache-control', cache).header('vary', 'accept-encoding')
    if (!/\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''))) return reply.send(asset.body)
    void reply.header('content-encoding', 'br')
    return reply.send(asset.brotli)
  }
  for (const [path, asset] of assets.byPath) {
    app.get(path, async (request, reply) => send(request, reply, asset, 'public, max-age=31536000, immutable'))
  }
  for (const path of [...pages, ...morePages]) {
    app.get(path, async (request, reply) => send(request, reply, assets.page, 'no-cache'))
  }
}

/** The browser is back from Microsoft. Its session's cookie does not come along from another site, and is not needed. */
function returnFromConsent(app: FastifyInstance, services: Services): void {
  app.get('/authorized', async (request, reply) => {
    const query = new URL(request.url, 'http://localhost').searchParams
    const to = services.consents.returned(query)
    void reply.header('cache-control', 'no-store')
    if (to !== null) return reply.redirect(to, 303)
    void reply.code(400).type('text/plain; charset=utf-8')
    return reply.send('No consent waits for this answer. Go back to the console and begin again.\n')
  })
}

function urlOf(settings: Services['settings'], server: Server): string {
  const { port } = server.address() as AddressInfo
  const { host } = settings.listen
  const shown = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  return `${settings.tls === null ? 'http' : 'https'}://${shown}:${port}`
}

function listenFailed(at: { readonly host: string; readonly port: number }, error: NodeJS.ErrnoException): Error {
  const why =
    error.code === 'EADDRINUSE'
      ? 'it is in use by another program'
      : error.code === 'EACCES'
        ? 'it may not be opened by this user'
        : error.code === 'EADDRNOTAVAIL'
          ? 'it is no address of this machine'
          : error.message
  const text = `listening on ${at.host}:${at.port} for the console: ${why}; fix: choose another one (option "console.listen")`
  return new NamesakeError('listen-failed', text, { cause: error })
}
