/** The replies that are due, in order. */

/**
 * The replies that a client is owed, in the order of its commands, so that our own answers and the next hop's never
 * overtake each other however deep the client pipelines (RFC 2920 section 3.2).
 */
import type { Command } from './verbs.ts'

/** Commands whose reply is the next hop's, by what their reply means to us; `own` is answered by us. */
export type SlotKind = 'mail' | 'rcpt' | 'rset' | 'plain' | 'xforward' | 'hello' | 'data' | 'end' | 'own'

export interface Slot {
  readonly kind: SlotKind
  /** The command; null for the end of data and for our own replies. */
  readonly command: Command | null
  /** What to answer; null while the next hop owes it. */
  reply: Buffer | string | null
}

export class ReplyQueue {
  readonly #slots: Slot[] = []

  /** Replies not sent yet, those that are known already among them. */
  get length(): number {
    return this.#slots.length
  }

  /** A reply that the next hop will give. */
  owe(kind: SlotKind, command: Command | null): void {
    this.#slots.push({ kind, command, reply: null })
  }

  /** A reply of our own, whole with its line end, behind those that are owed before it. */
  add(reply: Buffer | string): void {
    this.#slots.push({ kind: 'own', command: null, reply })
  }

  /** The slot that the next hop's next reply belongs to. */
  get firstOwed(): Slot | undefined {
    for (const slot of this.#slots) if (slot.reply === null) return slot
    return undefined
  }

  /** Gives every reply that is owed the same text, whole with its line end. */
  settle(text: string): void {
    for (const slot of this.#slots) slot.reply ??= text
  }

  /** Hands over the replies up to the first one that is owed; returns how many. */
  flush(send: (reply: Buffer | string) => void): number {
    let sent = 0
    for (const { reply } of this.#slots) {
      if (reply === null) break
      send(reply)
      sent++
    }
    if (sent > 0) this.#slots.splice(0, sent)
    return sent
  }

  clear(): void {
    this.#slots.length = 0
  }
}
