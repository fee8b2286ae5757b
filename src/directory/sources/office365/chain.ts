/** The middleware between the graph client and the transport. */

import type { Context, Middleware } from '@microsoft/microsoft-graph-client'
import type { GraphTools, TokenSource } from './auth.ts'
import { readingForbidden, tokenRejected } from './diagnosis.ts'
import { PassingFailure, passingStatus, statusMayPass } from './retry.ts'
import type { HttpAnswer } from './transport.ts'

/** The two collections that are read. */
export type Collection = 'users' | 'groups'

/** Graph's refusal of one request that is neither about who we are nor about load. */
export class GraphRefusal extends Error {
  readonly status: number
  /** Graph's error code, or empty. */
  readonly code: string

  constructor(status: number, code: string) {
    super(`status ${status}${code === '' ? '' : ` ${code}`}`)
    this.name = 'GraphRefusal'
    this.status = status
    this.code = code
  }
}

/** What one call carries through the middleware, and what comes back: the graph client's own result loses the cause. */
export class Call {
  readonly collection: Collection
  readonly signal: AbortSignal
  /** The address to ask, exactly; the graph client would take a link apart and put it together otherwise. */
  readonly link: string | null
  claims: string | null = null
  token = ''
  payload: unknown = undefined
  failure: unknown = null

  constructor(collection: Collection, signal: AbortSignal, link: string | null) {
    this.collection = collection
    this.signal = signal
    this.link = link
  }
}

/**
 * The middleware that a request to Graph passes: asking again, the token, the exchange. In place of the client's own
 * chain, whose gaps are told of in retry.ts.
 */
export function chainTo(directory: string, origin: string, tokens: TokenSource, tools: GraphTools): Middleware[] {
  return [new Retrying(directory, tools), new Authorizing(directory, tokens), new Sending(directory, origin, tools)]
}

/** The call that a context belongs to. The client's types don't export the control that holds it. */
function callOf(context: Context): Call {
  const call = context.middlewareControl?.getMiddlewareOptions(Call)
  if (!(call instanceof Call)) throw new Error('a Graph request without its call')
  return call
}

abstract class Link implements Middleware {
  protected next: Middleware | undefined

  abstract execute(context: Context): Promise<void>

  setNext(middleware: Middleware): void {
    this.next = middleware
  }

  protected async pass(context: Context): Promise<void> {
    await this.next?.execute(context)
  }
}

/** Outermost: asks again what may pass, by the same request. */
class Retrying extends Link {
  readonly #directory: string
  readonly #tools: GraphTools

  constructor(directory: string, tools: GraphTools) {
    super()
    this.#directory = directory
    this.#tools = tools
  }

  async execute(context: Context): Promise<void> {
    const call = callOf(context)
    try {
      const what = `${this.#directory}: reading ${call.collection}`
      await this.#tools.retry.run(what, call.signal, () => this.pass(context))
    } catch (error) {
      // The client rethrows as an error of its own that has lost this one.
      call.failure = error
      throw error
    }
  }
}

/** Adds the token; a rejected one is replaced once, with the claims that the rejection asks for. */
class Authorizing extends Link {
  readonly #directory: string
  readonly #tokens: TokenSource

  constructor(directory: string, tokens: TokenSource) {
    super()
    this.#directory = directory
    this.#tokens = tokens
  }

  async execute(context: Context): Promise<void> {
    const call = callOf(context)
    call.token = await this.#tokens.token({ signal: call.signal })
    try {
      await this.pass(context)
    } catch (error) {
      if (!(error instanceof GraphRefusal) || error.status !== 401) throw error
      const claims = call.claims === null ? {} : { claims: call.claims }
      call.token = await this.#tokens.token({ fresh: true, signal: call.signal, ...claims })
      await this.pass(context).catch((again: unknown) => {
        throw again instanceof GraphRefusal && again.status === 401 ? tokenRejected(this.#directory, again.code) : again
      })
    }
  }
}

/** Innermost: one exchange, judged by its status and parsed. */
class Sending extends Link {
  readonly #directory: string
  readonly #origin: string
  readonly #tools: GraphTools

  constructor(directory: string, origin: string, tools: GraphTools) {
    super()
    this.#directory = directory
    this.#origin = origin
    this.#tools = tools
  }

  async execute(context: Context): Promise<void> {
    const call = callOf(context)
    const url = call.link ?? (typeof context.request === 'string' ? context.request : '')
    if (new URL(url).origin !== this.#origin) throw new Error('a Graph request to another host')
    const answer = await this.#tools.transport.send({
      method: 'GET',
      url,
      headers: { accept: 'application/json', authorization: `Bearer ${call.token}` },
      signal: call.signal,
    })
    call.payload = this.#payload(call, answer)
    context.response = new Response(null, { status: 200 })
  }

  #payload(call: Call, answer: HttpAnswer): unknown {
    const { status, headers } = answer
    if (status === 200) {
      try {
        return JSON.parse(answer.body.toString('utf8'))
      } catch {
        throw new PassingFailure("the answer's JSON is cut or damaged")
      }
    }
    if (statusMayPass(status)) throw passingStatus(status, headers, this.#tools.runtime.now())
    const code = errorCode(answer.body)
    if (status === 403) throw readingForbidden(this.#directory, call.collection, code)
    if (status === 401) call.claims = claimsOf(headers['www-authenticate'])
    throw new GraphRefusal(status, code)
  }
}

/** Graph's error code (learn.microsoft.com/graph/errors), if the body has one that looks like one. */
function errorCode(body: Buffer): string {
  try {
    const value = JSON.parse(body.toString('utf8')) as { error?: { code?: unknown } } | null
    const code = value?.error?.code
    return typeof code === 'string' && /^[A-Za-z][\w.-]{0,63}$/.test(code) ? code : ''
  } catch {
    return ''
  }
}

/**
 * The claims that a WWW-Authenticate field demands, as JSON, or null.
 * Source: learn.microsoft.com/entra/identity-platform/claims-challenge.
 */
export function claimsOf(field: string | undefined): string | null {
  if (field === undefined || !/error="?insufficient_claims/i.test(field)) return null
  const encoded = /\bclaims="([A-Za-z0-9+/_=-]{1,8192})"/.exec(field)?.[1]
  if (encoded === undefined) return null
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? text : null
  } catch {
    return null
  }
}
