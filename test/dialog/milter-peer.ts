import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { PacketReader } from '../../src/milter/wire.ts'
import { showPacket } from './milter-text.ts'

/** Nothing in these tests takes that long; reaching it means that the milter hangs. */
const hang = 10_000

/** The MTA's side of a milter connection. */
export class MilterPeer {
  readonly #socket: Socket
  readonly #reader = new PacketReader(1 << 24)
  readonly #lines: string[] = []
  #ended = false
  #wake: () => void = () => undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    const end = (): void => {
      this.#ended = true
      this.#wake()
    }
    socket.on('data', (chunk) => {
      this.#reader.push(chunk)
      for (let packet = this.#reader.next(); packet !== null; packet = this.#reader.next()) {
        this.#lines.push(showPacket(packet))
      }
      this.#wake()
    })
    socket.on('end', end).on('close', end)
    socket.on('error', end)
  }

  static connect(to: NetConnectOpts): Promise<MilterPeer> {
    return new Promise((resolve, reject) => {
      const socket = connect(to)
      socket.setNoDelay(true)
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new MilterPeer(socket))
      })
    })
  }

  /** Sends octets, `size` of them at a time (0: all at once), each part on its own. */
  async send(octets: Buffer, size = 0): Promise<void> {
    if (size === 0) {
      this.#socket.write(octets)
      return
    }
    for (let at = 0; at < octets.length; at += size) {
      this.#socket.write(octets.subarray(at, at + size))
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** The next packet as a line, or `end` once the milter closed. */
  async receive(): Promise<string> {
    const deadline = Date.now() + hang
    for (;;) {
      const line = this.#lines.shift()
      if (line !== undefined) return line
      if (this.#ended) return 'end'
      if (Date.now() > deadline) return 'nothing (the milter hangs)'
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, hang)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** Reads no more answers. */
  pause(): void {
    this.#socket.pause()
  }

  /** Octets that the milter has not taken yet. */
  get unsent(): number {
    return this.#socket.writableLength
  }

  close(): void {
    this.#socket.destroy()
  }
}
