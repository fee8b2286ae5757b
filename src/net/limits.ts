/** What one client, connection or message of an entrance may take, with the defaults that the configuration states. */

/** Milliseconds, each an absolute deadline of one step: no octet received resets it. */
export interface SmtpTimeouts {
  /** From our last reply to the client's next complete command. */
  readonly command: number
  /** From 354 to the end of the client's data. */
  readonly data: number
  /** Each step of the next hop: opening as a whole, a reply, taking octets that wait. */
  readonly nextHop: number
  /** One attempt to connect to one address of a next hop; never longer than `nextHop`. */
  readonly connect: number
  /** From the connection to the next hop's greeting; never longer than `nextHop`. */
  readonly greeting: number
  /** From the final dot to the next hop's reply. Default: as `nextHop`. */
  readonly nextHopData: number
}

export interface SmtpLimits {
  /** Connections at once, in this process. */
  readonly connections: number
  /** Connections at once from one IPv4 address or IPv6 /64, in this process. */
  readonly connectionsPerNetwork: number
  /** Accepted recipients of one transaction. */
  readonly recipients: number
  /** Octets of one message; 0 for no limit of ours. */
  readonly messageSize: number
  /** Commands of one connection. */
  readonly commands: number
  /** Commands of one connection that we don't know or can't read. */
  readonly unknownCommands: number
  /** Commands of one connection without a message between that do nothing: NOOP, RSET, VRFY, EXPN and HELP. */
  readonly junkCommands: number
  /** Octets of a header section that are held and judged. */
  readonly headerSection: number
  /** Octets of header sections that this process holds at once, of all connections together. */
  readonly heldSections: number
  /** Received fields above which a message is taken for one in a loop (RFC 5321 section 6.3). */
  readonly hops: number
}

/** Defaults in milliseconds; `nextHopData` follows `nextHop`. */
export const defaultTimeouts = {
  command: 300_000,
  data: 1_800_000,
  nextHop: 100_000,
  connect: 30_000,
  greeting: 60_000,
  drain: 30_000,
} as const

export const defaultLimits: SmtpLimits = {
  connections: 1000,
  connectionsPerNetwork: 200,
  recipients: 1000,
  messageSize: 104_857_600,
  commands: 100_000,
  unknownCommands: 20,
  junkCommands: 100,
  headerSection: 262_144,
  heldSections: 67_108_864,
  hops: 100,
}

/** Timeouts with those not given filled in; those of the next hop follow `nextHop`. */
export function timeoutsOf(given: Partial<SmtpTimeouts> = {}): SmtpTimeouts {
  const { command, data, nextHop, connect, greeting } = { ...defaultTimeouts, ...given }
  return {
    command,
    data,
    nextHop,
    connect: Math.min(connect, nextHop),
    greeting: Math.min(greeting, nextHop),
    nextHopData: given.nextHopData ?? nextHop,
  }
}

/** Limits with those not given filled in. */
export function limitsOf(given: Partial<SmtpLimits> = {}): SmtpLimits {
  return { ...defaultLimits, ...given }
}
