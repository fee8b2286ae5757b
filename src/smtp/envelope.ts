/** The transaction as the next hop agreed to it. */

/** The transaction of a session as the next hop has agreed to it: MAIL, and the recipients asked for and accepted. */
import type { Transaction } from './record.ts'
import type { Command } from './verbs.ts'

export class Envelope {
  /** The transaction under way, from the moment MAIL is passed on. */
  transaction: Transaction | null = null
  /** Recipients of the transaction that were accepted or may still be. */
  recipientsAsked = 0

  mailAsked(command: Command): void {
    this.transaction ??= begun(command, false)
  }

  mailAnswered(command: Command, success: boolean): void {
    if (success) {
      this.transaction ??= begun(command, true)
      this.transaction.open = true
    } else if (this.transaction?.open === false) this.reset()
  }

  rcptAsked(): void {
    this.recipientsAsked++
  }

  rcptAnswered(success: boolean): void {
    if (success && this.transaction !== null) this.transaction.accepted++
    else this.recipientsAsked = Math.max(0, this.recipientsAsked - 1)
  }

  /** The transaction that a message belongs to. A next hop may take DATA without MAIL: all the same there is one. */
  forMessage(): Transaction {
    return (this.transaction ??= begun({ verb: 'DATA', argument: '', line: Buffer.alloc(0) }, true))
  }

  reset(): void {
    this.transaction = null
    this.recipientsAsked = 0
  }
}

function begun(line: Command, open: boolean): Transaction {
  return { line, startedAt: performance.now(), accepted: 0, open }
}
