/**
 * What goes out on a socket. Everything written in one turn of the event loop leaves at its end, in one write a socket. So a
 * pipeline's replies become one packet, our fields go out with the header section that they stand above, and a peer who has
 * fallen asleep is woken once for all of its connections: waking it is most of what a short write costs.
 */

import type { Socket } from 'node:net'

/** The turns of an event loop, as the outlets of one server share them: at the end of each, all that hold something write. */
export class Turns {
  #holding: Outlet[] = []

  /** Has the outlet write at the end of this turn. */
  hold(outlet: Outlet): void {
    if (this.#holding.push(outlet) === 1) setImmediate(() => this.#end())
  }

  #end(): void {
    const outlets = this.#holding
    this.#holding = []
    for (const outlet of outlets) outlet.endTurn()
  }
}

/** So many more pieces held back, and small ones that stand side by side become one. */
const maxPieces = 64
/** Octets of a piece, or of several together, that are rather copied than written by themselves. */
const maxCopiedBytes = 4096

/**
 * Holds what was written in a turn, and what comes while an earlier write waits for the peer. Small pieces become one
 * meanwhile, so that memory follows the octets that wait, however small the pieces in which they came.
 */
export class Outlet {
  socket: Socket
  readonly #turns: Turns
  #pieces: (Buffer | string)[] = []
  #octets = 0
  #mergeAbove = maxPieces
  /** Whether the system has not taken the last write yet. */
  #writing = false
  readonly #written = (): void => {
    this.#writing = false
    this.#writeOut()
  }

  constructor(socket: Socket, turns: Turns) {
    this.socket = socket
    this.#turns = turns
  }

  /** Octets written that the system has not taken yet. */
  get waiting(): number {
    return this.#octets + this.socket.writableLength
  }

  /** Writes octets, or text of one octet a character, by the end of this turn. Returns how many octets wait. */
  write(piece: Buffer | string): number {
    if (piece.length === 0) return this.#octets
    if (this.#octets === 0) this.#turns.hold(this)
    if (this.#pieces.push(piece) > this.#mergeAbove) {
      this.#pieces = merged(this.#pieces)
      this.#mergeAbove = this.#pieces.length + maxPieces
    }
    this.#octets += piece.length
    return this.#octets + this.socket.writableLength
  }

  /** The turn is over: writes out what is held back, unless an earlier write has not been taken yet. */
  endTurn(): void {
    if (!this.#writing) this.#writeOut()
  }

  /** Writes out what is held back now, before the socket ends or leaves for another owner. */
  flush(): void {
    this.#writeOut()
  }

  #writeOut(): void {
    if (this.#pieces.length === 0) return
    const pieces = this.#pieces.length === 1 ? this.#pieces : merged(this.#pieces)
    this.#pieces = []
    this.#octets = 0
    this.#mergeAbove = maxPieces
    const { socket } = this
    if (!socket.writable) return
    this.#writing = true
    if (pieces.length > 1) socket.cork()
    for (const [index, piece] of pieces.entries()) {
      const written = index === pieces.length - 1 ? this.#written : undefined
      if (typeof piece === 'string') socket.write(piece, 'latin1', written)
      else socket.write(piece, written)
    }
    if (pieces.length > 1) socket.uncork()
  }
}

/** The same octets in fewer pieces: small neighbours are copied into one. */
function merged(pieces: readonly (Buffer | string)[]): (Buffer | string)[] {
  const result: (Buffer | string)[] = []
  let from = 0
  let length = 0
  const close = (to: number): void => {
    if (to > from) result.push(to - from === 1 ? (pieces[from] as Buffer | string) : joined(pieces, from, to, length))
    from = to
    length = 0
  }
  for (const [index, piece] of pieces.entries()) {
    if (length + piece.length > maxCopiedBytes) close(index)
    length += piece.length
  }
  close(pieces.length)
  return result
}

function joined(pieces: readonly (Buffer | string)[], from: number, to: number, length: number): Buffer {
  const octets = Buffer.allocUnsafe(length)
  let at = 0
  for (let i = from; i < to; i++) {
    const piece = pieces[i] as Buffer | string
    at += typeof piece === 'string' ? octets.write(piece, at, 'latin1') : piece.copy(octets, at)
  }
  return octets
}
