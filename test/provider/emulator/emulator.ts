import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Entra } from './entra.ts'
import { EntraSignIn } from './sign-in.ts'
import { Faults, sendFaultily } from './faults.ts'
import type { Act, Fault } from './faults.ts'
import { Graph } from './graph.ts'
import type { Answer } from './graph.ts'
import { Tenant } from './tenant.ts'

const keys = join(import.meta.dirname, 'keys')

/** A file of the keys folder. */
export function keyFile(name: string): string {
  return readFileSync(join(keys, name), 'utf8')
}

/** A request as it came. */
export interface Seen {
  readonly method: string
  /** Path and query, to the letter. */
  readonly url: string
  readonly authorization: string
}

/**
 * Entra and Graph of one tenant on one loopback port, by HTTPS, with faults on demand.
 * Endpoints: `/<tenant>/…` is Entra, `/v1.0/…` is Graph.
 */
export class Emulator {
  readonly tenant = new Tenant()
  readonly graph = new Graph(this.tenant)
  /** Signing people in, by an application of its own. */
  readonly signIn = new EntraSignIn()
  readonly entra = new Entra(
    ['contoso.example', '11111111-aaaa-bbbb-cccc-222222222222'],
    '99999999-0000-1111-2222-333333333333',
  )
  /** Requests to Graph, then to Entra, in order. */
  readonly seen: Seen[] = []
  /** Whether answers are compressed for those who take it. */
  gzip = true
  readonly #faults = new Faults()
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Most connections open at a time. */
  mostConnections = 0

  private constructor() {
    this.#server = createServer(
      { key: keyFile('server.key.pem'), cert: keyFile('server.crt.pem') },
      (request, response) => {
        void this.#answer(request, response)
      },
    )
    this.#server.on('secureConnection', (socket) => {
      this.#sockets.add(socket)
      this.mostConnections = Math.max(this.mostConnections, this.#sockets.size)
      socket.once('close', () => this.#sockets.delete(socket))
      socket.on('error', () => undefined)
    })
  }

  static async start(): Promise<Emulator> {
    const emulator = new Emulator()
    await new Promise<void>((resolve) => emulator.#server.listen(0, '127.0.0.1', resolve))
    return emulator
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** `https://localhost:<port>`: authority (with the tenant as path) and Graph. */
  get origin(): string {
    return `https://localhost:${this.port}`
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  inject(fault: Fault): void {
    this.#faults.add(fault)
  }

  clearFaults(): void {
    this.#faults.clear()
  }

  /** Paths with query of the requests to Graph since the start or `forget`. */
  graphUrls(): string[] {
    return this.seen.filter(({ url }) => url.startsWith('/v1.0/')).map(({ url }) => url)
  }

  forget(): void {
    this.seen.length = 0
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/'
    this.seen.push({ method: request.method ?? '', url, authorization: request.headers.authorization ?? '' })
    let form = ''
    for await (const part of request) form += String(part)
    const act = this.#faults.take(url)
    if (act?.kind === 'meanwhile') act.run()
    const answer = act?.kind === 'answer' ? faulty(act) : this.#route(request, url, form)
    const edited: Answer =
      act?.kind === 'edit' ? { status: 200, body: act.edit(answer.body as Record<string, unknown>) } : answer
    const plain = Buffer.from(typeof edited.body === 'string' ? edited.body : JSON.stringify(edited.body))
    if (sendFaultily(act, request, response, plain)) return
    const zipped = this.gzip && request.headers['accept-encoding'] === 'gzip'
    const body = zipped ? gzipSync(plain) : plain
    const date = new Date(Date.now() + this.entra.clockAhead * 1000).toUTCString()
    response.writeHead(edited.status, {
      'content-type': 'application/json',
      'content-length': body.length,
      date,
      ...(zipped ? { 'content-encoding': 'gzip' } : {}),
      ...edited.headers,
    })
    response.end(body)
  }

  #route(request: IncomingMessage, target: string, form: string): Answer {
    const url = new URL(target, this.origin)
    const [, first = '', ...rest] = url.pathname.split('/')
    if (first === 'v1.0') return this.#graphAnswer(request, url, rest)
    const path = rest.join('/')
    if (path === 'v2.0/.well-known/openid-configuration') return this.entra.discovery(this.origin, first)
    if (path === 'discovery/v2.0/keys') return { status: 200, body: this.signIn.keys() }
    if (path === 'oauth2/v2.0/authorize') {
      const back = this.signIn.authorize(url.searchParams)
      if (back === null) return { status: 400, body: 'AADSTS50011: The redirect URI does not match.' }
      return { status: 302, body: '', headers: { location: back } }
    }
    if (path === 'oauth2/v2.0/token' && form.includes('grant_type=authorization_code')) {
      const { authorization = '' } = request.headers
      return this.signIn.token(`${this.origin}/${first}`, new URLSearchParams(form), authorization)
    }
    if (path === 'oauth2/v2.0/token') return this.entra.token(this.origin, first, new URLSearchParams(form))
    if (path === 'v2.0/adminconsent') {
      const back = this.entra.adminConsent(first, url.searchParams)
      if (back === null) return { status: 400, body: 'AADSTS50011: The redirect URI does not match.' }
      return { status: 302, body: '', headers: { location: back } }
    }
    return { status: 404, body: { error: { code: 'ResourceNotFound' } } }
  }

  #graphAnswer(request: IncomingMessage, url: URL, path: readonly string[]): Answer {
    const token = this.entra.tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''))
    if (token === undefined)
      return {
        status: 401,
        ...(this.entra.challenge === null ? {} : { headers: { 'www-authenticate': this.entra.challenge } }),
        body: {
          error: { code: 'InvalidAuthenticationToken', message: 'Access token has expired or is not yet valid.' },
        },
      }
    const [collection, call] = path
    if (collection !== 'users' && collection !== 'groups')
      return { status: 404, body: { error: { code: 'ResourceNotFound' } } }
    if (!token.roles.has(collection === 'users' ? 'User.Read.All' : 'GroupMember.Read.All')) {
      return {
        status: 403,
        body: {
          error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges to complete the operation.' },
        },
      }
    }
    if (call === undefined) return this.graph.list(collection)
    return this.graph.delta(collection, `${this.origin}${url.pathname}`, url.searchParams)
  }
}

function faulty(act: Extract<Act, { kind: 'answer' }>): Answer {
  return { status: act.status, body: act.body ?? {}, headers: act.headers ?? {} }
}
