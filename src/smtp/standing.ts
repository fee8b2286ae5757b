/** Where a dialogue stands: who the client is, what it may do, and the transaction it has begun. */

import type { SmtpLimits } from '../net/limits.ts'
import type { NetworkList } from '../net/networks.ts'
import type { ServerTls } from '../net/tls-files.ts'
import type { Command } from './command.ts'
import type { Hello } from './hop-opening.ts'
import { protocolWord, receivedField } from './received.ts'
import type { RecordedTransaction } from './record.ts'
import type { ClientAttributes } from './xclient.ts'

/** What is known of a client when its dialogue begins. */
export interface SessionStart {
  /** IP address, or `unix`. */
  readonly client: string
  readonly protocol: 'smtp' | 'lmtp'
  /** Whether it may relay by its network; if not, it has to show a certificate. */
  readonly trusted: boolean
  /** TLS to offer; null if none is, or if it is on already. */
  readonly tls: ServerTls | null
  readonly secure: boolean
}

/** Read by the verbs' checks, changed by what replies mean. Data only. */
export interface Standing {
  readonly protocol: 'smtp' | 'lmtp'
  readonly limits: SmtpLimits
  readonly mayXclient: boolean
  /** Whether its XFORWARD is believed. */
  readonly mayXforward: boolean
  /** IP address, or `unix`; XCLIENT may say. */
  client: string
  /** Whether it may relay. */
  trusted: boolean
  secure: boolean
  /** TLS that can still be started. */
  tls: ServerTls | null
  /** Its greeting, once a next hop has taken it. */
  hello: Hello | null
  /** Whether its last greeting met no next hop. */
  greetingPutOff: boolean
  /** What XCLIENT said that it greeted with. */
  xclientHelo: string | null
  /** The transaction under way, from the moment MAIL is passed on. */
  transaction: RecordedTransaction | null
  /** Recipients of the transaction that were accepted or may still be. */
  recipients: number
  /** Whether the next hop was lost inside a transaction, whose commands are answered with 451 from then on. */
  broken: boolean
  /** XFORWARD's attributes for the next message, which another connection would not have; null if none were given. */
  forwarded: ClientAttributes | null
}

export function standingOf(
  about: SessionStart,
  limits: SmtpLimits,
  xclient: NetworkList,
  xforward: NetworkList,
): Standing {
  return {
    ...about,
    limits,
    mayXclient: about.client !== 'unix' && xclient.includes(about.client),
    mayXforward: about.client === 'unix' || xforward.includes(about.client),
    hello: null,
    greetingPutOff: false,
    xclientHelo: null,
    transaction: null,
    recipients: 0,
    broken: false,
    forwarded: null,
  }
}

export function beginTransaction(standing: Standing, mail: Command): RecordedTransaction {
  standing.transaction = { line: mail, startedAt: performance.now(), accepted: 0, open: false }
  standing.recipients = 0
  return standing.transaction
}

export function endTransaction(standing: Standing): void {
  standing.transaction = null
  standing.recipients = 0
}

/** Whose message it is, as a trusted client's XFORWARD says, or else the client's own. */
export function senderOf(standing: Standing): { readonly client: string; readonly helo: string } {
  const said = standing.mayXforward ? standing.forwarded : null
  return { client: said?.address ?? standing.client, helo: said?.helo ?? heloOf(standing) }
}

/** What the client calls itself. */
function heloOf(standing: Standing): string {
  return standing.xclientHelo ?? standing.hello?.argument.trim() ?? ''
}

/** The Received field for a message of this client. */
export function receivedFor(standing: Standing, hostname: string): string {
  const protocol = protocolWord(standing.protocol, standing.hello?.verb === 'HELO', standing.secure)
  return receivedField({ hostname, client: standing.client, helo: heloOf(standing), protocol })
}
