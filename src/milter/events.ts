/** What the entrance tells. */

/** What the milter entrance tells besides judged messages; a closed set, each with plain details for the log. */
export interface MilterEvents {
  /** A listener is up. `address` as configured, with the port that the system chose. */
  'milter-listening': { address: string }
  'milter-opened': { peer: string; connections: number }
  'milter-closed': { peer: string; connections: number }
  /** A connection wasn't let in: its network isn't allowed, or there are too many. */
  'milter-refused': { peer: string; reason: string }
  /** What was agreed with the MTA; numbers are the protocol's bit masks. */
  'milter-negotiated': { peer: string; version: number; actions: number; protocol: number }
  /** The MTA doesn't offer an action that judging needs; messages go on without it. */
  'milter-action-missing': { peer: string; missing: string }
  /** The MTA broke the protocol; the connection was closed. */
  'milter-protocol-error': { peer: string; problem: string }
  /** The MTA was silent for too long within a message (or before its first word); the connection was closed. */
  'milter-timeout': { peer: string; timeout: number }
  /** A message ended before its end: the client or the MTA gave it up. */
  'milter-aborted': { peer: string; queueId: string | null }
  /** A message wasn't judged since its submitter is exempt; forged fields were taken out all the same. */
  'milter-exempt': { peer: string; queueId: string | null; reason: 'authenticated' | 'network' }
  /** The judgement took longer than the time-out; its answer was given late. */
  'milter-slow': { peer: string; queueId: string | null; took: number }
  /** The fault is ours: the message was deferred, or the connection closed. */
  'milter-failed': { peer: string; queueId: string | null; error: unknown }
  'milter-socket-error': { peer: string; error: string }
}

export type MilterEvent = keyof MilterEvents

export type OnMilterEvent = <E extends MilterEvent>(name: E, details: MilterEvents[E]) => void
