/** The client's end of a session: a socket, the replies that are due in their order, TLS, flow. */

import type { Socket } from 'node:net'
import { Outlet } from '../net/outlet.ts'
import type { Turns } from '../net/outlet.ts'
import { secureClient } from '../net/tls-files.ts'
import type { ServerTls } from '../net/tls-files.ts'

/** Octets of replies that wait to be sent, above which no command is answered. */
const maxWaitingBytes = 65_536

/** What a client's end tells. Nothing comes after `clientClosed`. */
export interface ClientOwner {
  clientSent(chunk: Buffer): void
  /** Replies that waited have been taken. */
  clientDrained(): void
  /** The client sends no more; it may still read. */
  clientEnded(): void
  clientClosed(): void
}

/** A reply that is due; null while it is not known. */
interface Slot {
  reply: Buffer | string | null
}

export type SecureOutcome = { readonly error: string } | { readonly certified: boolean }

export class Client {
  readonly #outlet: Outlet
  readonly #owner: ClientOwner
  /** In the order of the commands, so that no reply overtakes another (RFC 2920 section 3.2). */
  readonly #slots: Slot[] = []
  /** Replies that were not sent yet, those that are known already among them. */
  due = 0
  /** Whether so many replies wait that no further command should be answered: the client does not read us. */
  congested = false
  /** Whether the client is not read. */
  paused = false

  constructor(socket: Socket, owner: ClientOwner, turns: Turns) {
    this.#outlet = new Outlet(socket, turns)
    this.#owner = owner
    this.#attach()
  }

  #attach(): void {
    const { socket } = this.#outlet
    socket.on('data', (chunk: Buffer) => this.#owner.clientSent(chunk))
    socket.on('drain', () => {
      this.congested = this.#outlet.waiting >= maxWaitingBytes
      this.#owner.clientDrained()
    })
    socket.on('end', () => this.#owner.clientEnded())
    // What went wrong with a client's connection is told by 'close', which always follows.
    socket.on('error', () => {})
    socket.on('close', () => this.#owner.clientClosed())
    socket.resume()
  }

  // --- Replies --------------------------------------------------------------------------------------------------

  /** Sends a whole reply behind those that are due. Text goes out one octet a character. */
  reply(reply: Buffer | string): void {
    if (this.due === 0) this.send(reply)
    else this.due = this.#slots.push({ reply })
  }

  /** Sends at once: the last word before the end. */
  send(reply: Buffer | string): void {
    if (this.#outlet.write(reply) >= maxWaitingBytes) this.congested = true
  }

  /** Keeps the place of a reply that is not known yet. */
  owe(): Slot {
    const slot: Slot = { reply: null }
    this.due = this.#slots.push(slot)
    return slot
  }

  /** The reply for a place; it goes out as soon as all before it have. */
  answer(slot: Slot, reply: Buffer | string): void {
    slot.reply = reply
    let sent = 0
    for (const known of this.#slots) {
      if (known.reply === null) break
      this.send(known.reply)
      sent++
    }
    this.#slots.splice(0, sent)
    this.due -= sent
  }

  /** Gives every place that has no reply the same one. */
  answerAll(reply: string): void {
    for (const slot of this.#slots.splice(0)) this.send(slot.reply ?? reply)
    this.due = 0
  }

  // --- The socket -----------------------------------------------------------------------------------------------

  /** Reads the client no more, or again. */
  pause(paused: boolean): void {
    this.paused = paused
    if (paused) this.#outlet.socket.pause()
    else this.#outlet.socket.resume()
  }

  /**
   * Answers STARTTLS and puts TLS on the connection (RFC 3207). Calls `done` once; after an error the connection is
   * destroyed and tells nothing more.
   */
  startTls(tls: ServerTls, answer: string, done: (outcome: SecureOutcome) => void): void {
    const plain = this.#outlet.socket
    plain.pause()
    this.#outlet.flush()
    plain.write(answer, () => {
      for (const event of ['data', 'drain', 'end', 'close']) plain.removeAllListeners(event)
      this.#outlet.socket = secureClient(plain, tls, (result) => {
        done(result)
        if ('error' in result) return
        this.paused = false
        this.#attach()
      })
    })
  }

  /** Closes once all is sent. What the client still sends is read: unread octets would turn our reply into a reset. */
  end(): void {
    this.#slots.length = 0
    this.due = 0
    this.#outlet.flush()
    this.#outlet.socket.end()
    this.#outlet.socket.resume()
  }

  destroy(): void {
    this.#outlet.socket.destroy()
  }
}
