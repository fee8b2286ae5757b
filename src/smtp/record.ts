/** What is recorded of a message. */

import type { Decision, Disposition, MessageRecord } from '../model.ts'
import type { Command } from './command.ts'

/** One transaction (RFC 5321 section 3.3), from MAIL to the end of data. */
export interface RecordedTransaction {
  /** The MAIL command. */
  readonly line: Command
  /** `performance.now()` at MAIL. */
  readonly startedAt: number
  /** Recipients that the next hop accepted. */
  accepted: number
  /** Whether MAIL was accepted. */
  open: boolean
}

/** What became of a judged message. */
interface MessageEnd {
  readonly client: string
  readonly helo: string
  readonly decision: Decision
  readonly size: number
  /** The client's final reply, one line. */
  readonly reply: string
  /** The code that decides what was done. */
  readonly code: number
}

/** The record of a message that was judged. `now`: as `performance.now()`. */
export function recordOf(outcome: MessageEnd, transaction: RecordedTransaction, now: number): MessageRecord {
  const { client, helo, decision, size, reply, code } = outcome
  return {
    entrance: 'smtp',
    client,
    helo,
    reversePath: reversePathOf(transaction.line.argument),
    recipients: transaction.accepted,
    queueId: /\bqueued as ([\w.-]{1,64})/i.exec(reply)?.[1] ?? null,
    decision,
    disposition: dispositionOf(decision, code),
    reply,
    size,
    duration: now - transaction.startedAt,
  }
}

function dispositionOf({ verdict }: Decision, code: number): Disposition {
  if (code >= 500) return 'rejected'
  if (code >= 300) return 'deferred'
  return verdict.state === 'detected' && verdict.action === 'monitor' ? 'monitored' : 'relayed'
}

/** The reverse-path of a MAIL command's argument, without angle brackets; as much as can be read of it. */
export function reversePathOf(argument: string): string {
  const path = /^\s*FROM:\s*<((?:"(?:\\.|[^"\\])*"|[^">])*)>/i.exec(argument)
  if (path?.[1] !== undefined) return Buffer.from(path[1], 'latin1').toString('utf8')
  return /^\s*FROM:\s*(\S*)/i.exec(argument)?.[1] ?? ''
}
