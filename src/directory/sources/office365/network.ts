/** Msal-node's requests over our transport. */

import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node'
import { PassingFailure, passingStatus, statusMayPass } from './retry.ts'
import type { Retry } from './retry.ts'
import type { Runtime } from './runtime.ts'
import type { HttpAnswer, HttpCall, Transport } from './transport.ts'

/** What Entra said when it refused: msal-node passes on too little of it to tell a wrong tenant from a wrong secret. */
export interface SignInRefusal {
  readonly status: number
  /** OAuth error code (RFC 6749 section 5.2). */
  readonly error: string
  /** Numbers of the AADSTS codes, e.g. 7000215. */
  readonly codes: readonly number[]
}

/**
 * The network under msal-node: with time-outs, retries, our proxy and our back-off, of which it has none. Answers 429
 * and 5xx never reach msal-node, as it would then refuse by itself for a minute or longer.
 */
export class EntraNetwork implements INetworkModule {
  readonly #transport: Transport
  readonly #retry: Retry
  readonly #runtime: Runtime
  #signal: AbortSignal | undefined
  /** The last refusal since `begin`. */
  refusal: SignInRefusal | null = null
  /** The failure that ended the last exchange without an answer; msal-node wraps it beyond recognition. */
  failure: Error | null = null
  /** Milliseconds by which our clock is ahead of Entra's, by the last answer's Date. */
  skew = 0

  constructor(transport: Transport, retry: Retry, runtime: Runtime) {
    this.#transport = transport
    this.#retry = retry
    this.#runtime = runtime
  }

  /** Starts one acquisition: forgets what the last one met. */
  begin(signal: AbortSignal | undefined): void {
    this.#signal = signal
    this.refusal = null
    this.failure = null
  }

  /** Ends an acquisition: msal-node may go on to use this network for somebody else. */
  end(): void {
    this.#signal = undefined
  }

  sendGetRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.#send<T>(url, 'GET', options)
  }

  sendPostRequestAsync<T>(url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
    return this.#send<T>(url, 'POST', options)
  }

  async #send<T>(
    url: string,
    method: HttpCall['method'],
    options?: NetworkRequestOptions,
  ): Promise<NetworkResponse<T>> {
    const host = URL.canParse(url) ? new URL(url).host : 'the token service'
    const call: HttpCall = {
      method,
      url,
      headers: options?.headers ?? {},
      ...(method === 'POST' ? { body: options?.body ?? '' } : {}),
      ...(this.#signal ? { signal: this.#signal } : {}),
    }
    try {
      return await this.#retry.run(`asking ${host} for a token`, this.#signal, () => this.#once<T>(call))
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error('unknown failure')
      throw error
    }
  }

  async #once<T>(call: HttpCall): Promise<NetworkResponse<T>> {
    const answer = await this.#transport.send(call)
    const { status, headers } = answer
    const sent = Date.parse(headers.date ?? '')
    if (!Number.isNaN(sent)) this.skew = this.#runtime.now() - sent
    if (statusMayPass(status)) throw passingStatus(status, headers, this.#runtime.now())
    const body = parsed(answer)
    // A managed identity's service answers 404 or 410 while it is being updated.
    if (body === null && (status === 404 || status === 410)) throw passingStatus(status, headers, this.#runtime.now())
    if (body === null) throw new PassingFailure(`the answer (status ${status}) is not JSON`)
    if (status >= 400) this.refusal = refusalOf(status, body)
    return { status, headers: plain(headers), body: body as T }
  }
}

/** The answer's JSON object, or null if it is none. */
function parsed(answer: HttpAnswer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(answer.body.toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function refusalOf(status: number, body: Readonly<Record<string, unknown>>): SignInRefusal {
  const codes = new Set<number>()
  if (Array.isArray(body['error_codes'])) for (const code of body['error_codes']) codes.add(Number(code))
  const description = typeof body['error_description'] === 'string' ? body['error_description'] : ''
  for (const found of description.matchAll(/AADSTS(\d{4,9})/g)) codes.add(Number(found[1]))
  const error = typeof body['error'] === 'string' ? body['error'] : ''
  return { status, error: /^[\w.-]{1,60}$/.test(error) ? error : '', codes: [...codes].filter(Number.isInteger) }
}

function plain(headers: HttpAnswer['headers']): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) out[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return out
}
