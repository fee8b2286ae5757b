/** Under which names the console answers. */

import type { Server } from 'node:http'
import { isIP } from 'node:net'
import type { AddressInfo } from 'node:net'

/**
 * The names of the Host field that the console answers to: its address, `publicUrl`, and on the loopback the usual names
 * of it. A page of another site whose name was made to lead here (DNS rebinding) has another one.
 */
export class Hosts {
  readonly #host: string
  readonly #scheme: string
  readonly #publicUrl: URL | null

  constructor(settings: {
    readonly listen: { readonly host: string }
    readonly tls: unknown
    readonly publicUrl: string | null
  }) {
    this.#host = settings.listen.host.toLowerCase()
    this.#scheme = settings.tls === null ? 'http:' : 'https:'
    this.#publicUrl = settings.publicUrl === null ? null : new URL(settings.publicUrl)
  }

  /** Whether a Host field (with its port) names this console. */
  answers(host: string | undefined, server: Server): boolean {
    const given = parse(host, this.#scheme)
    if (given === null) return false
    if (this.#publicUrl !== null && isSame(given, this.#publicUrl)) return true
    const port = String((server.address() as AddressInfo | null)?.port ?? '')
    return portOf(given) === port && this.#names(given.hostname)
  }

  /** Whether an Origin field is one of this console's own. */
  isOurs(origin: string, server: Server): boolean {
    if (this.#publicUrl !== null && origin === this.#publicUrl.origin) return true
    if (!URL.canParse(origin)) return false
    const url = new URL(origin)
    return url.protocol === this.#scheme && this.answers(url.host, server)
  }

  #names(name: string): boolean {
    const bare = name.replace(/^\[|\]$/g, '')
    const isLoopback = bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare)
    // Who listens on all addresses of the machine is reached by any of them; a name has to be said in publicUrl.
    if (this.#host === '0.0.0.0' || this.#host === '::') return isLoopback || isIP(bare) !== 0
    if (bare === this.#host) return true
    return isLoopback && (this.#host === 'localhost' || this.#host === '::1' || this.#host.startsWith('127.'))
  }
}

function parse(host: string | undefined, scheme: string): URL | null {
  if (host === undefined || !/^[\w.:[\]-]{1,255}$/.test(host)) return null
  const text = `${scheme}//${host}/`
  return URL.canParse(text) ? new URL(text) : null
}

function portOf(url: URL): string {
  return url.port !== '' ? url.port : url.protocol === 'https:' ? '443' : '80'
}

function isSame(given: URL, wanted: URL): boolean {
  // Behind a proxy that ends TLS the schemes differ: the port counts as the public one has it.
  const port = given.port === '' ? portOf(wanted) : given.port
  return given.hostname === wanted.hostname && (given.port === '' ? isUsual(wanted) : port === portOf(wanted))
}

function isUsual(url: URL): boolean {
  return url.port === ''
}

/** Where the browser of a request is, and where others may send it back to. */
export class Origins {
  readonly #publicUrl: string | null
  readonly #scheme: string

  constructor(settings: { readonly tls: unknown; readonly publicUrl: string | null }) {
    this.#publicUrl = settings.publicUrl
    this.#scheme = settings.tls === null ? 'http' : 'https'
  }

  /** The request's Host field was checked before. */
  find(request: { readonly headers: { readonly host?: string | undefined } }): {
    readonly origin: string
    readonly redirect: string
  } {
    const origin = this.#publicUrl ?? `${this.#scheme}://${request.headers.host ?? 'localhost'}`
    return { origin, redirect: this.at(request, '/authorized') }
  }

  /** Where others send the browser back to, at a path of this console. */
  at(request: { readonly headers: { readonly host?: string | undefined } }, path: string): string {
    const url = new URL(path, this.#publicUrl ?? `${this.#scheme}://${request.headers.host ?? 'localhost'}`)
    // Entra takes plain http for `localhost` alone, whatever name of the loopback stands in the address bar.
    if (url.protocol === 'http:' && /^(127\.|\[::1\])/.test(url.hostname)) url.hostname = 'localhost'
    return url.href
  }
}
