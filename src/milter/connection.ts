/** One MTA's socket: packets in, answers out. */

import type { Socket } from 'node:net'
import type { Circumstances } from './negotiation.ts'
import { MilterSession } from './session.ts'
import type { SessionOptions } from './session.ts'
import { PacketReader } from './wire.ts'

/**
 * Most octets of a packet. Without the large-packet bits, which are never agreed to, an MTA's are 64 KiB; Postfix's
 * header fields may have header_size_limit, 100 KiB by default.
 */
const maxPacketBytes = 1024 * 1024

/** One MTA's socket: octets in to packets, the session's answers out in one write a turn, and the time-out. */
export class MilterConnection {
  readonly #socket: Socket
  readonly #peer: string
  readonly #options: SessionOptions
  readonly #session: MilterSession
  readonly #reader = new PacketReader(maxPacketBytes)
  #draining = false
  #over = false

  constructor(
    socket: Socket,
    peer: string,
    options: SessionOptions,
    circumstances: Circumstances,
    learn: (mta: string) => void,
  ) {
    this.#socket = socket
    this.#peer = peer
    this.#options = options
    this.#session = new MilterSession(options, peer, circumstances, learn)
    socket.setTimeout(options.timeout)
    socket.on('data', (chunk) => this.#receive(chunk))
    socket.on('drain', () => socket.resume())
    socket.on('timeout', () => this.#expire())
    socket.on('error', (error) => options.onEvent('milter-socket-error', { peer, error: error.message }))
    socket.on('close', () => {
      this.#over = true
      this.#session.end()
    })
  }

  /** Closes now if no message is under way, otherwise after the answer to its end. */
  drain(): void {
    this.#draining = true
    this.#closeIfDrained()
  }

  destroy(): void {
    this.#over = true
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    if (this.#over) return
    this.#reader.push(chunk)
    const answers: Buffer[] = []
    try {
      // Takes every packet that is whole by now.
      for (let packet = this.#reader.next(); packet !== null && !this.#over; packet = this.#reader.next()) {
        const answer = this.#session.receive(packet)
        answers.push(...answer.send)
        if (answer.fault !== undefined) this.#report(answer.fault)
        if (answer.close) this.#over = true
      }
      if (this.#reader.fault !== null) {
        this.#report(this.#reader.fault)
        this.#over = true
      }
    } catch (error) {
      this.#options.onEvent('milter-failed', { peer: this.#peer, queueId: null, error })
      this.destroy()
      return
    }
    if (
      answers.length > 0 &&
      !this.#socket.write(answers.length === 1 ? (answers[0] as Buffer) : Buffer.concat(answers))
    ) {
      this.#socket.pause()
    }
    if (this.#over) this.#hangUp()
    else this.#closeIfDrained()
    // Between messages an MTA may be silent for as long as its SMTP client is; elsewhere it may not.
    const idle = this.#session.negotiated && !this.#session.inMessage && this.#reader.held === 0
    this.#socket.setTimeout(idle ? 0 : this.#options.timeout)
  }

  #report(problem: string): void {
    this.#options.onEvent('milter-protocol-error', { peer: this.#peer, problem })
  }

  #expire(): void {
    this.#options.onEvent('milter-timeout', { peer: this.#peer, timeout: this.#options.timeout })
    this.destroy()
  }

  #closeIfDrained(): void {
    if (!this.#draining || this.#over || this.#session.inMessage) return
    this.#over = true
    this.#hangUp()
  }

  /** Closes both directions once all is written: an MTA may keep its own open for as long as its client stays. */
  #hangUp(): void {
    this.#socket.destroySoon()
  }
}
