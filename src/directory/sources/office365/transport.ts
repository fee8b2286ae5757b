/** One HTTP exchange at a time, with time limits. */

import { request as httpRequest } from 'node:http'
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { rootCertificates } from 'node:tls'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { TransportError, faultOf } from './fault.ts'
import { ProxyAgent, proxyFor } from './proxy.ts'
import type { ProxySettings } from './proxy.ts'

/**
 * One HTTP exchange at a time, for both libraries: neither has a time-out of its own, and Node 20's fetch knows no
 * proxy and can't say which part of an exchange failed.
 */
export interface TransportOptions {
  /** Milliseconds until the answer's header section must be here, connecting included. Default 30 s. */
  readonly headTimeout?: number
  /** Milliseconds that the whole exchange may take: meets a server that drips. Default 120 s. */
  readonly wholeTimeout?: number
  /** Further certificate authorities, PEM, beside Node's own. */
  readonly ca?: readonly string[]
  /** Proxy settings; by default HTTPS_PROXY and NO_PROXY of the environment. */
  readonly proxy?: ProxySettings
  /** Octets of an answer, unpacked. Default 64 MiB; Graph's pages are under 1 MiB. */
  readonly maxBody?: number
}

export interface HttpCall {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

/** An answer read to its end, so that its connection can be used again. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

const unzip = promisify(gunzip)

/** Connections to Entra and Graph, kept open between the pages of a sync. */
export class Transport {
  readonly #agent: Agent
  readonly #ca: readonly string[] | undefined
  readonly #proxy: ProxySettings
  readonly #headTimeout: number
  readonly #wholeTimeout: number
  readonly #maxBody: number
  readonly #tunnels = new Map<string, ProxyAgent>()

  constructor(options: TransportOptions = {}) {
    this.#ca = options.ca
    this.#agent = new Agent({ keepAlive: true, maxSockets: 4, ...caOf(options.ca) })
    this.#proxy = options.proxy ?? proxyFromEnvironment()
    this.#headTimeout = options.headTimeout ?? 30_000
    this.#wholeTimeout = options.wholeTimeout ?? 120_000
    this.#maxBody = options.maxBody ?? 64 * 1024 * 1024
  }

  /**
   * Sends one request and reads its answer to the end, whatever its status; follows no redirection.
   * Throws a TransportError, or the signal's reason when that aborts.
   */
  async send(call: HttpCall): Promise<HttpAnswer> {
    // Before there is a request: one that is destroyed before anybody listens to it tells the whole process.
    call.signal?.throwIfAborted()
    const clock = new Deadline(this.#headTimeout, this.#wholeTimeout)
    const request = this.#open(new URL(call.url), call)
    const stop = (): void => void request.destroy()
    call.signal?.addEventListener('abort', stop, { once: true })
    clock.start((what) => request.destroy(new TransportError('timeout', what)))
    let answered = false
    try {
      const answer = await headOf(request, call.body)
      answered = true
      clock.headArrived()
      const status = answer.statusCode ?? 0
      const body = await this.#bodyOf(answer).catch((error: unknown) => {
        // A refusal counts, and its Retry-After is obeyed, though its text is lost.
        if (status < 400 || call.signal?.aborted === true) throw error
        request.destroy()
        return Buffer.alloc(0)
      })
      return { status, headers: answer.headers, body }
    } catch (error) {
      request.destroy()
      call.signal?.throwIfAborted()
      throw faultOf(clock.expired ?? error, answered)
    } finally {
      clock.stop()
      call.signal?.removeEventListener('abort', stop)
    }
  }

  /** Closes the connections that are kept open. */
  close(): void {
    this.#agent.destroy()
    for (const tunnel of this.#tunnels.values()) tunnel.destroy()
  }

  #open(url: URL, call: HttpCall): ClientRequest {
    const length = call.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(call.body)) }
    const options = {
      method: call.method,
      headers: { ...call.headers, ...length, 'accept-encoding': 'gzip' },
    }
    // Plain HTTP is only the way to a managed identity's token service, on this machine or its link.
    if (url.protocol === 'http:') return httpRequest(url, options)
    return httpsRequest(url, { ...options, agent: this.#agentFor(url) })
  }

  #agentFor(url: URL): Agent {
    const proxy = proxyFor(url, this.#proxy)
    if (proxy === null) return this.#agent
    let tunnel = this.#tunnels.get(proxy)
    if (tunnel === undefined) {
      tunnel = new ProxyAgent(proxy, { keepAlive: true, maxSockets: 4, ...caOf(this.#ca) }, this.#headTimeout)
      this.#tunnels.set(proxy, tunnel)
    }
    return tunnel
  }

  async #bodyOf(answer: IncomingMessage): Promise<Buffer> {
    const parts: Buffer[] = []
    let size = 0
    for await (const part of answer as AsyncIterable<Buffer>) {
      size += part.length
      if (size > this.#maxBody) throw new TransportError('too-large', `the answer is over ${this.#maxBody} bytes`)
      parts.push(part)
    }
    // A connection that ends early ends the stream without an error where neither length nor chunks say so.
    if (!answer.complete) throw new TransportError('cut', 'the connection broke in the middle of the answer')
    const body = Buffer.concat(parts)
    if (body.length === 0 || answer.headers['content-encoding']?.toLowerCase() !== 'gzip') return body
    return unzip(body, { maxOutputLength: this.#maxBody }).catch(() => {
      throw new TransportError('cut', "the answer's compressed body is damaged")
    })
  }
}

/** Further authorities stand beside Node's own; the option by itself would replace them. */
function caOf(ca: readonly string[] | undefined): { ca?: string[] } {
  return ca === undefined || ca.length === 0 ? {} : { ca: [...rootCertificates, ...ca] }
}

function proxyFromEnvironment(): ProxySettings {
  const env = process.env
  return {
    url: env['HTTPS_PROXY'] ?? env['https_proxy'] ?? '',
    except: env['NO_PROXY'] ?? env['no_proxy'] ?? '',
  }
}

function headOf(request: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    // Stays for the request's life: an error after the head ends the body's stream, which is who tells of it then.
    request.on('error', reject)
    request.once('close', () => reject(new TransportError('reset', 'the connection was closed before the answer')))
    request.end(body)
  })
}

/** Two time limits of one exchange: for the answer's head, and for the whole. */
class Deadline {
  readonly #head: number
  readonly #whole: number
  #timers: NodeJS.Timeout[] = []
  #headTimer: NodeJS.Timeout | undefined
  /** Set when a limit was passed. */
  expired: TransportError | undefined

  constructor(head: number, whole: number) {
    this.#head = head
    this.#whole = whole
  }

  start(destroy: (what: string) => void): void {
    const arm = (ms: number, what: string): NodeJS.Timeout =>
      setTimeout(() => {
        const message = `${what} within ${ms / 1000} s`
        this.expired = new TransportError('timeout', message)
        destroy(message)
      }, ms)
    this.#headTimer = arm(this.#head, 'no answer')
    this.#timers = [this.#headTimer, arm(this.#whole, 'the answer did not end')]
  }

  headArrived(): void {
    clearTimeout(this.#headTimer)
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer)
  }
}
