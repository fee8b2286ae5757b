/** The configuration after validation. */

import type { ProtectionRules } from '../policy/rules.ts'
import type { ConfigFault } from '../errors.ts'
import type { NextHopAddress, SocketAddress } from '../net/addresses.ts'
import type { SmtpLimits, SmtpTimeouts } from '../net/limits.ts'
import type { ListenerTls } from '../net/tls-files.ts'
import type { Secret } from '../options/secret.ts'
import type { DirectoryConfig } from '../options/source.ts'

/**
 * The daemon's configuration after validation: defaults filled in, durations in milliseconds, sizes in octets, paths
 * absolute, secrets read and wrapped. What `main/main.ts` cuts slices from and hands to the parts.
 */
export interface NamesakeConfig {
  /** Absolute path of the file this came from. */
  readonly file: string
  readonly smtp: SmtpConfig | null
  readonly milter: MilterConfig | null
  /** Absolute path of the store's folder. */
  readonly store: string
  /** Absolute path of the protection file. */
  readonly protection: string
  readonly directories: readonly DirectoryConfig[]
  /** Null: none is kept. */
  readonly history: HistoryConfig | null
  readonly console: ConsoleConfig | null
  /** Null: one node by itself. */
  readonly fleet: FleetConfig | null
  readonly ops: OpsConfig
  /** Worker processes; `auto` is one a core. */
  readonly workers: number | 'auto'
  readonly log: LogConfig
}

export interface SmtpConfig {
  readonly listen: readonly SmtpListenerConfig[]
  /** Networks that may relay (CIDR, single addresses as /32 and /128). Empty: none but TLS client certificates. */
  readonly clients: readonly string[]
  /** Networks whose XCLIENT is believed. */
  readonly xclient: readonly string[]
  readonly xforward: readonly string[]
  /** Networks whose PROXY protocol header is believed, on listeners that expect one. */
  readonly proxyProtocol: readonly string[]
  readonly relay: RelayConfig
  readonly nextHop: NextHopConfig
  readonly timeouts: SmtpTimeouts & {
    /** Milliseconds that open messages get to end in when the daemon stops. */
    readonly drain: number
  }
  readonly limits: SmtpLimits & {
    /** Octets of all From fields that are read. */
    readonly fromField: number
  }
  readonly bareNewline: 'reject' | 'normalize'
  /** Whether a Received field of ours is added. */
  readonly received: boolean
}

export interface SmtpListenerConfig {
  readonly address: SocketAddress
  readonly protocol: 'smtp' | 'lmtp'
  readonly proxyProtocol: boolean
  readonly tls: ListenerTls | null
  /** Mode of a unix socket, e.g. 0o660; null leaves it to the umask. */
  readonly mode: number | null
}

export type RelayConfig =
  /** Tried in this order. */
  | { readonly kind: 'hops'; readonly hops: readonly RelayHop[] }
  | { readonly kind: 'maildir'; readonly path: string }
  | { readonly kind: 'mx'; readonly domain: string; readonly port: number }
  | { readonly kind: 'srv'; readonly name: string }

export interface RelayHop extends NextHopAddress {
  /** As written, for messages. */
  readonly url: string
}

export interface NextHopConfig {
  readonly tls: 'none' | 'may' | 'require' | 'verify'
  readonly servername: string | null
  /** Paths of PEM files, read again when they change. */
  readonly ca: string | null
  readonly certificate: string | null
  readonly key: string | null
  readonly user: string | null
  readonly password: Secret | null
  readonly reuse: boolean
}

export interface MilterConfig {
  readonly listen: readonly MilterListenerConfig[]
  /** Networks of MTAs that may connect over TCP. */
  readonly clients: readonly string[]
  readonly skip: 'auto' | 'none' | 'all'
  readonly exempt: { readonly authenticated: boolean; readonly networks: readonly string[] }
  /** Milliseconds that the MTA may be silent within a message, and that one judgement may take. */
  readonly timeout: number
  readonly limits: { readonly connections: number; readonly headerSection: number; readonly fromField: number }
}

export interface MilterListenerConfig {
  readonly address: SocketAddress
  /** Of a unix socket: permission bits, and the group that owns it (name or number). */
  readonly mode: number | null
  readonly group: string | null
}

export interface HistoryConfig {
  /** Absolute path of the folder. */
  readonly path: string
  /** Milliseconds after which a record goes. */
  readonly keep: number
  /** Octets above which the oldest records go. */
  readonly maxSize: number
  /** Whether subjects are kept. */
  readonly subject: boolean
}

/** A node of several that share people and rules. */
export interface FleetConfig {
  /** URL of the database. */
  readonly postgres: Secret
  readonly node: string
}

export interface ConsoleConfig {
  readonly listen: Extract<SocketAddress, { kind: 'tcp' }>
  /** Paths of PEM files. */
  readonly tls: { readonly certificate: string; readonly key: string } | null
  /** Origin as browsers see it; null: the one that it listens on. */
  readonly publicUrl: string | null
  /** Networks (CIDR) whose X-Forwarded fields are believed. */
  readonly trustedProxies: readonly string[]
  readonly signIn: { readonly password: boolean; readonly oidc: OidcConfig | null }
  readonly readOnly: boolean
  /** Absolute path of the folder of accounts; null: beside the store. */
  readonly path: string | null
}

interface OidcConfig {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: Secret
  /** App roles of the provider, by ours. */
  readonly roles: { readonly admin: string; readonly reviewer: string; readonly reader: string }
}

interface OpsConfig {
  /** Null: no metrics and health listener. */
  readonly listen: SocketAddress | null
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'
/** Fields of log lines that can be blanked. */
export type Redaction = 'client' | 'helo' | 'reversePath' | 'messageId' | 'fromName' | 'fromAddress' | 'person'

/** `auto`: for people on a terminal, JSON elsewhere. */
export type LogFormat = 'auto' | 'json' | 'pretty'

export interface LogConfig {
  readonly level: LogLevel
  readonly format: LogFormat
  readonly redact: readonly Redaction[]
}

/** Where a value stands; line and column from 1. */
export interface ConfigPlace {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** The protection file, read and validated. */
export interface LoadedProtection {
  readonly rules: ProtectionRules
  /** What is valid but surely not meant, such as an entry that has expired. */
  readonly warnings: readonly ConfigFault[]
  /** Where in the protection file a path of keys stands (the nearest parent, if it is not there). */
  locate(path: readonly (string | number)[]): ConfigPlace
}

/** Both files, read and validated. */
export interface LoadedConfig extends LoadedProtection {
  readonly config: NamesakeConfig
}
