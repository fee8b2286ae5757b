/** What is recorded of a message. */

/** What is recorded of a message once it has been dealt with. */
import type { Disposition, MessageRecord } from '../model.ts'
import type { MessageTransfer } from './message-transfer.ts'
import type { Command } from './verbs.ts'

/** One transaction (RFC 5321 section 3.3), from MAIL to the end of data. */
export interface Transaction {
  /** The MAIL command. */
  readonly line: Command
  /** `performance.now()` at MAIL. */
  readonly startedAt: number
  /** Recipients that the next hop accepted. */
  accepted: number
  /** Whether MAIL was accepted. */
  open: boolean
}

export interface Client {
  readonly client: string
  readonly helo: string
}

/**
 * The record of a message; null if it was refused before it could be judged.
 *
 * @param reply the client's final reply, one line
 * @param code the code that decides what was done
 */
export function recordOf(
  about: Client,
  transaction: Transaction,
  transfer: MessageTransfer,
  reply: string,
  code: number,
  now: number,
): MessageRecord | null {
  const { decision } = transfer
  if (decision === null) return null
  return {
    entrance: 'smtp',
    client: about.client,
    helo: about.helo,
    reversePath: reversePathOf(transaction.line.argument),
    recipients: transaction.accepted,
    queueId: /\bqueued as ([\w.-]{1,64})/i.exec(reply)?.[1] ?? null,
    decision,
    disposition: dispositionOf(transfer, code),
    reply,
    size: transfer.size,
    duration: now - transaction.startedAt,
  }
}

function dispositionOf(transfer: MessageTransfer, code: number): Disposition {
  if (code >= 500) return 'rejected'
  if (code >= 300) return 'deferred'
  const verdict = transfer.decision?.verdict
  return verdict?.state === 'detected' && verdict.action === 'monitor' ? 'monitored' : 'relayed'
}

/** The reverse-path of a MAIL command's argument, without angle brackets; as much as can be read of it. */
export function reversePathOf(argument: string): string {
  const path = /^\s*FROM:\s*<((?:"(?:\\.|[^"\\])*"|[^">])*)>/i.exec(argument)
  if (path?.[1] !== undefined) return Buffer.from(path[1], 'latin1').toString('utf8')
  return /^\s*FROM:\s*(\S*)/i.exec(argument)?.[1] ?? ''
}
