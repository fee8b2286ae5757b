/** What a session is handed, the names of its states. */

/** What a session is handed, and the states that it is in. */
import type { Judge, MessageRecord } from '../model.ts'
import type { NetworkList } from '../net/networks.ts'
import type { Deadlines } from '../net/deadlines.ts'
import type { BareNewline } from './framing.ts'
import type { SmtpLimits, SmtpTimeouts } from '../net/limits.ts'
import type { HeldOctets } from './held-section.ts'
import type { OnSmtpEvent } from './options.ts'
import type { Relay } from './relay.ts'
import type { ServerTls } from '../net/tls-files.ts'

/** What all sessions of one server share. */
export interface SessionContext {
  readonly hostname: string
  readonly judge: Judge
  readonly onMessage: (record: MessageRecord) => void
  readonly onEvent: OnSmtpEvent
  readonly timeouts: SmtpTimeouts
  readonly limits: SmtpLimits
  readonly deadlines: Deadlines
  readonly relay: Relay
  readonly heldOctets: HeldOctets
  readonly bareNewline: BareNewline
  readonly received: boolean
  /** Who may say who the client is. */
  readonly xclient: NetworkList
}

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

/**
 * `command`: reading commands. `opening`: a next hop is being opened, or TLS put on. `asked`: EHLO or DATA waits for
 * its reply. `data`: reading a message. `ending`: its end went to the next hop. `closing`: only waiting for the client
 * to go.
 */
export type Mode = 'command' | 'opening' | 'asked' | 'data' | 'ending' | 'closing' | 'gone'
