/**
 * One connection to a next hop: octets out, whole replies in. What the replies mean is its owner's business; this
 * file only promises that a reply is a reply, that at most one failure is told, and that nothing is told after it.
 */

import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { readReply } from '../mail/reply.ts'
import type { Deadlines, Timed } from '../net/deadlines.ts'
import { Outlet } from '../net/outlet.ts'
import type { Turns } from '../net/outlet.ts'
import { formatAddress } from '../net/addresses.ts'
import type { NextHopAddress } from '../net/addresses.ts'
import type { NextHopErrorKind } from '../vocabulary.ts'

/** Why a connection ended: the kind for the metric, the words for the log. */
export interface HopFailure {
  readonly kind: NextHopErrorKind
  readonly error: string
}

/** Whoever uses a connection at the moment: its opening, a session, or the pool of idle ones. */
export interface HopOwner {
  hopReplied(code: number, octets: Buffer): void
  hopLost(failure: HopFailure): void
  /** Octets that waited have been taken. */
  hopDrained(): void
}

const empty = Buffer.alloc(0)

export class HopConnection implements Timed {
  deadline: number = Infinity
  /** EHLO keywords in upper case, with their parameters; empty after HELO. */
  keywords: ReadonlyMap<string, string> = new Map()
  /** Transactions begun on it; one that was never used for any is not worth keeping. */
  transactions = 0
  /** Whether AUTH succeeded on it. */
  loggedIn = false
  readonly target: NextHopAddress
  owner: HopOwner | null
  /** What goes out to it. */
  readonly outlet: Outlet
  readonly #deadlines: Deadlines
  #pending: Buffer = empty
  #dead = false

  constructor(target: NextHopAddress, socket: Socket, owner: HopOwner, deadlines: Deadlines, turns: Turns) {
    this.target = target
    this.outlet = new Outlet(socket, turns)
    this.owner = owner
    this.#deadlines = deadlines
    this.attach(socket)
    deadlines.watch(this)
  }

  /** Starts to connect; the owner hears of replies only. */
  static connect(target: NextHopAddress, owner: HopOwner, deadlines: Deadlines, turns: Turns): HopConnection {
    const { address } = target
    const socket =
      address.kind === 'unix'
        ? connectTcp({ path: address.path })
        : connectTcp({ host: address.host, port: address.port, noDelay: true })
    return new HopConnection(target, socket, owner, deadlines, turns)
  }

  /** Listens to a socket: the plain one at first, the TLS one after STARTTLS. */
  attach(socket: Socket, layer: 'plain' | 'tls' = 'plain'): void {
    this.outlet.socket = socket
    // Octets that came in plain must not count as said under TLS.
    if (layer === 'tls') this.#pending = empty
    socket.on('data', (chunk: Buffer) => this.#received(chunk))
    socket.on('drain', () => this.owner?.hopDrained())
    socket.on('error', (error: NodeJS.ErrnoException) => this.#ended(failureOf(error)))
    socket.on('end', () => this.#ended({ kind: 'closed', error: 'the next hop closed the connection' }))
    socket.on('close', () => this.#ended({ kind: 'closed', error: 'the connection was closed' }))
  }

  get name(): string {
    return formatAddress(this.target.address)
  }

  /** Whether TLS is on the connection. */
  get secure(): boolean {
    return 'encrypted' in this.socket
  }

  get pipelining(): boolean {
    return this.keywords.has('PIPELINING')
  }

  /** Octets written that the system has not taken yet. */
  get waiting(): number {
    return this.outlet.waiting
  }

  get socket(): Socket {
    return this.outlet.socket
  }

  /** Ends in order: QUIT, and the connection is left to close. */
  quit(): void {
    this.#forget()
    this.outlet.flush()
    this.socket.end('QUIT\r\n')
    this.socket.resume()
    // A next hop that neither answers nor closes must not keep a descriptor of ours.
    const socket = this.socket
    socket.setTimeout(5000, () => socket.destroy())
  }

  /** Drops the connection as it is; nothing more is told to the owner. */
  destroy(): void {
    this.#forget()
    this.socket.destroy()
  }

  /** Ends the connection for a fault of the next hop and tells the owner. */
  fail(failure: HopFailure): void {
    this.#ended(failure)
  }

  /** What to do at the deadline while nobody uses it. */
  onIdle: (() => void) | null = null

  onDeadline(): void {
    if (this.onIdle !== null) this.onIdle()
    else this.#ended({ kind: 'timeout', error: 'the next hop did not answer in time' })
  }

  #forget(): void {
    this.#dead = true
    this.owner = null
    this.#deadlines.forget(this)
  }

  #ended(failure: HopFailure): void {
    if (this.#dead) return
    const owner = this.owner
    this.destroy()
    owner?.hopLost(failure)
  }

  #received(chunk: Buffer): void {
    if (this.#dead) return
    const octets = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    let at = 0
    while (at < octets.length && !this.#dead) {
      const reply = readReply(octets, at)
      if (reply === null) break
      if (reply === 'malformed') {
        const seen = octets.subarray(at, at + 80).toString('latin1')
        this.#ended({ kind: 'protocol', error: `not an SMTP reply: ${JSON.stringify(seen)}` })
        break
      }
      const { socket } = this
      this.owner?.hopReplied(reply.code, reply.octets)
      at = reply.end
      if (socket !== this.socket && at < octets.length) {
        this.#ended({ kind: 'tls', error: 'the next hop sent octets in plain behind its reply to STARTTLS' })
      }
    }
    this.#pending = at === octets.length ? empty : octets.subarray(at)
  }
}

function failureOf(error: NodeJS.ErrnoException): HopFailure {
  const kind = error.syscall === 'connect' ? 'connect' : error.syscall === 'getaddrinfo' ? 'resolve' : 'closed'
  return { kind, error: error.message === '' ? (error.code ?? 'connection failed') : error.message }
}
