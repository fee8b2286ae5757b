/** One message from 354 to its final replies. */

/**
 * One message from 354 to its final replies: its octets go through a transfer to the next hop, and the replies that
 * come back, one over SMTP, one for each recipient over LMTP, are gathered until all are there.
 */
import type { MessageRecord } from '../model.ts'
import { MessageTransfer } from './message-transfer.ts'
import type { Refusal, TransferHost, TransferOptions } from './message-transfer.ts'
import type { HopConnection } from './next-hop.ts'
import { recordOf } from './record.ts'
import type { Client, Transaction } from './record.ts'
import { decidingCode, finalReplies, firstLine } from './replies.ts'

export class Delivery {
  /** Whether the end of data went to the next hop, which from then on has to answer for the message. */
  handedOver = false
  readonly #transaction: Transaction
  readonly #transfer: MessageTransfer
  #finals: Buffer[] = []
  #due = 1

  constructor(transaction: Transaction, host: TransferHost, options: TransferOptions) {
    this.#transaction = transaction
    this.#transfer = new MessageTransfer(host, options)
  }

  /** Reads data; returns the offset in the chunk behind the end of data, -1 if the data goes on. */
  feed(chunk: Buffer): number {
    return this.#transfer.feed(chunk, 0)
  }

  /** The session is over: what is held of the message is given back. */
  abandon(): void {
    this.#transfer.abandon()
  }

  /** Why the message is not relayed; null if it is. */
  get refusal(): Refusal | null {
    return this.#transfer.refusal
  }

  /** The next hop can't take the message any more: the rest of it is only read. `reply` is whole. */
  refuse(reply: Buffer): void {
    this.#transfer.refuse({ reason: 'next-hop', reply })
  }

  /** Sends the end of data; the next hop owes its final replies from now on. */
  handOver(hop: HopConnection): void {
    hop.write('.\r\n')
    this.handedOver = true
    this.#due = hop.target.protocol === 'lmtp' ? this.#recipients : 1
  }

  /** Takes a final reply; returns whether all of them are there. */
  take(final: Buffer): boolean {
    this.#finals.push(final)
    return this.#finals.length >= this.#due
  }

  /** Fills in the final replies that will not come. */
  giveUp(missing: string): void {
    while (this.#finals.length < this.#due) this.#finals.push(Buffer.from(missing, 'latin1'))
  }

  get #recipients(): number {
    return Math.max(1, this.#transaction.accepted)
  }

  /** What the client is told, whole: one reply over SMTP, one for each accepted recipient over LMTP (RFC 2033). */
  reply(lmtpClient: boolean): Buffer {
    return finalReplies(this.#finals, this.#recipients, lmtpClient)
  }

  /** The record; null if the message was refused before it could be judged. */
  record(client: Client, reply: Buffer, now: number): MessageRecord | null {
    return recordOf(client, this.#transaction, this.#transfer, firstLine(reply), decidingCode(this.#finals), now)
  }
}
