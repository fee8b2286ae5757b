/** HTTPS proxies on the way to Microsoft. */

import { request as httpRequest } from 'node:http'
import { Agent } from 'node:https'
import type { AgentOptions, RequestOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect as tlsConnect } from 'node:tls'
import { TransportError } from './fault.ts'

/** How requests leave the house. Node 20 reads none of these variables itself. */
export interface ProxySettings {
  /** `http://[user:password@]host:port`; empty: none. */
  readonly url: string
  /** Hosts that are reached directly, comma-separated: `host`, `.domain`, `host:port`, or `*`. */
  readonly except: string
}

/** The proxy's URL for a request's URL, or null if it goes there directly. */
export function proxyFor(url: URL, settings: ProxySettings): string | null {
  if (settings.url === '') return null
  const host = url.hostname.toLowerCase()
  const port = url.port === '' ? '443' : url.port
  for (const entry of settings.except.toLowerCase().split(/[\s,]+/)) {
    if (entry === '') continue
    if (entry === '*') return null
    const colon = entry.lastIndexOf(':')
    const name = colon > 0 && /^\d+$/.test(entry.slice(colon + 1)) ? entry.slice(0, colon) : entry
    if (name !== entry && entry.slice(colon + 1) !== port) continue
    const suffix = name.replace(/^\*?\./, '')
    if (host === suffix || host.endsWith(`.${suffix}`)) return null
  }
  return settings.url
}

/** An agent whose connections go through a proxy's CONNECT (RFC 9110 section 9.3.6). */
export class ProxyAgent extends Agent {
  readonly #proxy: URL
  readonly #timeout: number

  constructor(proxy: string, options: AgentOptions, timeout: number) {
    super(options)
    if (!URL.canParse(proxy) || new URL(proxy).protocol !== 'http:') {
      throw new TransportError('proxy', 'HTTPS_PROXY is not of the form http://host:port')
    }
    this.#proxy = new URL(proxy)
    this.#timeout = timeout
  }

  /** Called by Node for each new connection. */
  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const done = callback as (error: Error | null, stream?: Duplex) => void
    const host = options.host ?? ''
    const target = `${host}:${options.port ?? 443}`
    const { username, password } = this.#proxy
    const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)
    const connect = httpRequest({
      host: this.#proxy.hostname,
      port: this.#proxy.port === '' ? 80 : this.#proxy.port,
      method: 'CONNECT',
      path: target,
      headers: {
        host: target,
        ...(username === '' ? {} : { 'proxy-authorization': `Basic ${credentials.toString('base64')}` }),
      },
      timeout: this.#timeout,
      agent: false,
    })
    connect.once('connect', (answer, socket) => {
      if (answer.statusCode === 200) {
        done(null, tlsConnect({ ca: options.ca, socket, servername: host }))
        return
      }
      socket.destroy()
      done(new TransportError('proxy', `the proxy answered ${answer.statusCode} to CONNECT ${target}`))
    })
    connect.once('timeout', () => connect.destroy(new TransportError('timeout', 'the proxy does not answer')))
    connect.once('error', (error) =>
      done(error instanceof TransportError ? error : new TransportError('refused', 'the proxy can not be reached')),
    )
    connect.end()
  }
}
