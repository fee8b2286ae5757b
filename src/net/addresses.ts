/** Listeners and next hops, read from what operators write and written back. */

import { resolve } from 'node:path'
import { domainToASCII } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import ipaddr from 'ipaddr.js'

/** Where something listens or is reached. Port 0 lets the system choose. An IPv6 host stands without brackets. */
export type SocketAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/** A server that mail is relayed to. */
export interface NextHopAddress {
  readonly protocol: 'smtp' | 'lmtp'
  readonly address: SocketAddress
  /** TLS from the first octet (smtps). */
  readonly implicitTls?: boolean
}

/** A host name as RFC 1123 section 2.1 has it, or an underscore name as resolvers in clusters use them. */
const hostName = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*\.?$/i

/** An IP address without brackets, or a host name that is not a malformed IP address. */
function isHost(text: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text)) return true
  return hostName.test(text) && !/^[\d.]+$/.test(text)
}

/** A name that TLS clients ask for, or `*.` and a name, in lower case and ASCII. Null for an address: none is asked for. */
export function parseServerName(text: string): string | null {
  const [, star = '', given = ''] = /^(\*\.)?([^*]*)$/s.exec(text) ?? []
  const name = domainToASCII(given).replace(/\.$/, '')
  return hostName.test(name) && !/^[\d.]+$/.test(name) ? `${star}${name}` : null
}

function parsePort(text: string): number | null {
  if (!/^\d{1,6}$/.test(text)) return null
  const port = Number(text)
  return port <= 65_535 ? port : null
}

/** `host:port` or `[v6]:port`; a port in place of `defaultPort` may be left out. Null if it is neither. */
function parseHostPort(text: string, defaultPort: number | null = null): SocketAddress | null {
  const found = /^(?:\[([^\]]+)\]|([^:[\]]*))(?::(\d+))?$/.exec(text)
  if (!found) return null
  const host = found[1] ?? found[2] ?? ''
  if (found[1] !== undefined ? !ipaddr.IPv6.isValid(host) : !isHost(host)) return null
  const port = found[3] === undefined ? defaultPort : parsePort(found[3])
  return port === null ? null : { kind: 'tcp', host, port }
}

/**
 * A listener of SMTP or of metrics: `host:port`, `[v6]:port` or `unix:/path`.
 * @param folder where relative paths start
 */
export function parseListen(text: string, folder: string = '/'): SocketAddress | null {
  if (text.startsWith('unix:')) return unixAddress(text.slice('unix:'.length), folder)
  return parseHostPort(text)
}

/** A milter listener in the MTAs' notation: `inet:host:port`, `inet6:[v6]:port`, `inet:port@host` (Sendmail) or `unix:/path`. */
export function parseMilterListen(text: string, folder: string = '/'): SocketAddress | null {
  const path = /^(?:unix|local):(.*)$/s.exec(text)?.[1]
  if (path !== undefined) return unixAddress(path, folder)
  const inet = /^inet6?:(.*)$/s.exec(text)?.[1]
  if (inet === undefined) return null
  const sendmail = /^(\d+)@(.+)$/.exec(inet)
  if (!sendmail) return parseHostPort(inet)
  const host = (sendmail[2] ?? '').replace(/^\[(.*)\]$/, '$1')
  const port = parsePort(sendmail[1] ?? '')
  return port !== null && isHost(host) ? { kind: 'tcp', host, port } : null
}

/** Kernels hold 108 octets for a socket's path on Linux, 104 elsewhere, with a NUL at the end. */
function unixAddress(given: string, folder: string = '/'): SocketAddress | null {
  if (given === '' || given.includes('\0')) return null
  const path = resolve(folder, given)
  return Buffer.byteLength(path) < 104 ? { kind: 'unix', path } : null
}

const defaultPorts: Record<string, number> = { smtp: 25, smtps: 465, lmtp: 24 }

/** What a next hop's URL may be, in words. */
export const nextHopAccepts =
  'smtp://host:port, smtps://host:port, lmtp://host:port, lmtp+unix:///path or smtp+unix:///path'

/**
 * A next hop's URL (see `nextHopAccepts`). The port may be left out: 25 (smtp), 465 (smtps), 24 (lmtp). A path may be
 * percent-encoded. Null if it is none; user, password, path and query are none of it.
 */
export function parseNextHop(url: string): NextHopAddress | null {
  const unix = /^(smtp|lmtp)\+unix:\/\/(\/.+)$/is.exec(url)
  if (unix !== null) {
    const address = unixAddress(decoded(unix[2] ?? ''))
    const protocol = unix[1]?.toLowerCase() === 'lmtp' ? 'lmtp' : 'smtp'
    return address && { protocol, address, implicitTls: false }
  }
  const found = /^(smtp|smtps|lmtp):\/\/([^/?#@\s]+)\/?$/i.exec(url)
  if (!found) return null
  const scheme = (found[1] ?? '').toLowerCase()
  const address = parseHostPort(found[2] ?? '', defaultPorts[scheme] ?? null)
  if (address?.kind !== 'tcp' || address.port === 0) return null
  return { protocol: scheme === 'lmtp' ? 'lmtp' : 'smtp', address, implicitTls: scheme === 'smtps' }
}

/** Percent-encoding undone; empty if it is malformed. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return ''
  }
}

/** Whether a listener can be reached from other machines. A host name other than localhost counts as reachable. */
export function isPublic(address: SocketAddress): boolean {
  if (address.kind === 'unix') return false
  if (address.host.toLowerCase() === 'localhost') return false
  return !(ipaddr.isValid(address.host) && ipaddr.process(address.host).range() === 'loopback')
}

/** Whether connecting to `target` from this machine reaches a listener at `listener`. */
export function isSameEndpoint(target: SocketAddress, listener: SocketAddress): boolean {
  if (target.kind === 'unix' || listener.kind === 'unix') return isDeepStrictEqual(target, listener)
  if (target.port !== listener.port) return false
  if (target.host.toLowerCase() === listener.host.toLowerCase()) return true
  const isHere = !isPublic(target)
  return isHere && (!isPublic(listener) || /^(?:0\.0\.0\.0|::)$/.test(listener.host))
}

/** The address as an operator writes it. */
export function formatAddress(address: SocketAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}

/** The address of a milter listener as MTAs write it: `inet:127.0.0.1:10027`, `inet6:[::1]:10027`, `unix:/path`. */
export function formatMilterAddress(address: SocketAddress): string {
  if (address.kind === 'unix') return formatAddress(address)
  return `${address.host.includes(':') ? 'inet6' : 'inet'}:${formatAddress(address)}`
}
