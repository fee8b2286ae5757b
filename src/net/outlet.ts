/** What goes out on a socket: one write a turn of the event loop. */

/**
 * What goes out on a socket. Everything written in one turn of the event loop leaves at its end, in one write a socket. So a
 * pipeline's replies become one packet, our fields go out with the header section that they stand above, and a peer who has
 * fallen asleep is woken once for all of its connections: waking it is most of what a short write costs.
 */
import type { Socket } from 'node:net'

/** Outlets that hold something back. */
let holding: Outlet[] = []

function letGo(): void {
  const outlets = holding
  holding = []
  for (const outlet of outlets) outlet.flush()
}

export class Outlet {
  socket: Socket
  #pieces: (Buffer | string)[] = []
  #octets = 0

  constructor(socket: Socket) {
    this.socket = socket
  }

  /** Octets written that the system has not taken yet. */
  get waiting(): number {
    return this.#octets + this.socket.writableLength
  }

  /** Writes octets, or text of one octet a character, by the end of this turn. */
  write(piece: Buffer | string): void {
    if (piece.length === 0) return
    if (this.#octets === 0 && holding.push(this) === 1) setImmediate(letGo)
    this.#pieces.push(piece)
    this.#octets += piece.length
  }

  /** Writes out what is held back now, before the socket ends or leaves for another owner. */
  flush(): void {
    const pieces = this.#pieces
    if (pieces.length === 0) return
    this.#pieces = []
    this.#octets = 0
    const { socket } = this
    if (!socket.writable) return
    socket.cork()
    for (const piece of pieces) writePiece(socket, piece)
    socket.uncork()
  }
}

function writePiece(socket: Socket, piece: Buffer | string): void {
  if (typeof piece === 'string') socket.write(piece, 'latin1')
  else socket.write(piece)
}
