/**
 * Everything written in one turn of the event loop leaves at its end, in one write a socket. So a pipeline's replies become
 * one packet, our fields go out with the header section that they stand above, and a peer who has fallen asleep is woken
 * once for all of its connections: waking it is most of what a short write costs.
 */
import type { Socket } from 'node:net'

let held: Socket[] = []

/** Holds a socket's writes back until all that came in this turn of the event loop has been read. */
export function holdWrites(socket: Socket): void {
  if (socket.writableCorked > 0) return
  socket.cork()
  if (held.push(socket) === 1) setImmediate(letGo)
}

function letGo(): void {
  const sockets = held
  held = []
  for (const socket of sockets) socket.uncork()
}
