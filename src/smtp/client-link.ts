/** The client's socket: STARTTLS, flow. */

/** The client's end of a session: a socket, with TLS put on it when asked, and never read faster than it is used. */
import type { Socket } from 'node:net'
import { Outlet } from '../net/outlet.ts'
import { secureClient } from '../net/tls-files.ts'
import type { ServerTls } from '../net/tls-files.ts'

/** Octets of replies that wait to be sent, above which a client is not read: it does not read us either. */
const replyHighWater = 65_536

/** What a link tells. Nothing comes after `clientClosed`. */
export interface LinkOwner {
  clientSent(chunk: Buffer): void
  /** Replies that waited have been taken. */
  clientDrained(): void
  /** The client sends no more; it may still read. */
  clientEnded(): void
  clientClosed(): void
}

export type SecureOutcome = { readonly error: string } | { readonly certified: boolean }

export class ClientLink {
  readonly #outlet: Outlet
  readonly #owner: LinkOwner
  #paused = false

  constructor(socket: Socket, owner: LinkOwner) {
    this.#outlet = new Outlet(socket)
    this.#owner = owner
    this.#attach()
  }

  #attach(): void {
    const { socket } = this.#outlet
    socket.on('data', (chunk: Buffer) => this.#owner.clientSent(chunk))
    socket.on('drain', () => this.#owner.clientDrained())
    socket.on('end', () => this.#owner.clientEnded())
    // What went wrong with a client's connection is told by 'close', which always follows.
    socket.on('error', () => {})
    socket.on('close', () => this.#owner.clientClosed())
    socket.resume()
  }

  /** Text goes out one octet a character. */
  send(reply: Buffer | string): void {
    this.#outlet.write(reply)
  }

  /** Whether so many replies wait that no further command should be answered. */
  get congested(): boolean {
    return this.#outlet.waiting >= replyHighWater
  }

  /** Stops reading while `full` says that what was read can't be used, or while the client is congested. */
  throttle(full: boolean): void {
    const pause = full || this.congested
    if (pause === this.#paused) return
    this.#paused = pause
    if (pause) this.#outlet.socket.pause()
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
        this.#paused = false
        this.#attach()
      })
    })
  }

  /** Closes once all is sent. What the client still sends is read: unread octets would turn our reply into a reset. */
  end(): void {
    this.#outlet.flush()
    this.#outlet.socket.end()
    this.#outlet.socket.resume()
  }

  destroy(): void {
    this.#outlet.socket.destroy()
  }
}
