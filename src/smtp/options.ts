/** What the SMTP entrance is handed, and what it tells: plain values, so that it knows neither configuration nor log. */

import type { Judge, MessageRecord } from '../model.ts'
import type { NextHopAddress, SocketAddress } from '../net/addresses.ts'
import type { EventDetails, OnEvent } from '../vocabulary.ts'
import type { SmtpLimits, SmtpTimeouts } from '../net/limits.ts'
import type { ListenerTls } from '../net/tls-files.ts'

/** One address to accept clients on. */
export interface SmtpListener {
  readonly address: SocketAddress
  /** Default smtp; `lmtp` speaks RFC 2033: LHLO, and a final reply for each recipient. */
  readonly protocol?: 'smtp' | 'lmtp'
  /** Whether each connection from one of `SmtpOptions.proxyProtocol` starts with a PROXY protocol header. */
  readonly proxyProtocol?: boolean
  readonly tls?: ListenerTls | null
  /** Permission bits of a unix socket; null or not given leaves them to the umask. */
  readonly mode?: number | null
}

/** Next hops that the DNS names, most preferred first. */
export type NextHopRecords =
  | { readonly kind: 'mx'; readonly domain: string; readonly port: number }
  | { readonly kind: 'srv'; readonly name: string }

/** How next hops are spoken to. */
export interface NextHopSettings {
  /** TLS after STARTTLS: never, when offered, always, or always with a certificate that holds. Default `none`. */
  readonly tls?: 'none' | 'may' | 'require' | 'verify'
  /** Name to ask for and to verify; null or not given: the next hop's host. */
  readonly servername?: string | null
  /** Paths of PEM files: authorities instead of the system's, our client certificate and its key. */
  readonly ca?: string | null
  readonly certificate?: string | null
  readonly key?: string | null
  /** For AUTH PLAIN or LOGIN. */
  readonly user?: string | null
  readonly password?: string | null
  /** Whether connections are kept for the next client, greeted anew. Default false. */
  readonly reuse?: boolean
}

export interface SmtpOptions {
  readonly listen: readonly SmtpListener[]
  /** Networks that may relay, as CIDR or single addresses; clients on a unix socket always may. */
  readonly clients: readonly string[]
  /** Networks whose XCLIENT command sets the client that the record shows. */
  readonly xclient?: readonly string[]
  /** Networks whose XFORWARD command sets the client that the record shows; clients on a unix socket always do. */
  readonly xforward?: readonly string[]
  /** Networks whose PROXY protocol header is believed, on listeners that expect one. */
  readonly proxyProtocol?: readonly string[]
  /** Tried in order, at least one; or where the DNS has them. */
  readonly relay: readonly NextHopAddress[] | NextHopRecords
  readonly nextHop?: NextHopSettings
  readonly judge: Judge
  readonly onMessage: (record: MessageRecord) => void
  readonly onEvent: OnSmtpEvent
  /** Our name in the greeting. Default: the host's. */
  readonly hostname?: string
  readonly timeouts?: Partial<SmtpTimeouts>
  readonly limits?: Partial<SmtpLimits>
  /** A line end in data that is not CR LF: refused with 550 5.6.11 (default), or repaired. */
  readonly bareNewline?: 'reject' | 'normalize'
  /** Whether to add a Received field of ours. Default false: a filter between two MTAs. */
  readonly received?: boolean
}

/** What happens besides judged messages; the vocabulary says what each event means. */
export type SmtpEvent =
  | 'smtp-listening'
  | 'connection-opened'
  | 'connection-closed'
  | 'connection-refused'
  | 'client-refused'
  | 'client-dropped'
  | 'client-vanished'
  | 'message-refused'
  | 'next-hop-error'
  | 'tls-failed'
  | 'session-failed'

export type SmtpEvents = { readonly [E in SmtpEvent]: EventDetails<E> }
export type OnSmtpEvent = OnEvent<SmtpEvent>
