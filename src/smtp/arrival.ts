/** What comes before the dialogue on a new connection: the PROXY header of a load balancer, and implicit TLS. */

import type { Socket } from 'node:net'
import { plainAddress } from '../net/networks.ts'
import { parseProxyHeader } from './proxy-protocol.ts'
import { secureClient } from '../net/tls-files.ts'
import type { ServerTls } from '../net/tls-files.ts'

/** How long a header or a handshake may take (ms), in all. */
const maxArrivalMs = 30_000
/** Octets of a header that is not complete above which it is none. */
const maxHeaderBytes = 4096

/**
 * Reads the PROXY header. Calls `done` once with the client's address (the peer's own if the header names none), or
 * with null if there is no sound header, the connection being destroyed then. What follows it stays unread.
 */
export function readProxyHeader(socket: Socket, done: (address: string | null) => void): void {
  let octets: Buffer = Buffer.alloc(0)
  const finish = (address: string | null): void => {
    clearTimeout(timer)
    socket.removeListener('data', read)
    socket.removeListener('close', fail)
    socket.pause()
    if (address === null) socket.destroy()
    done(address)
  }
  const fail = (): void => finish(null)
  const read = (chunk: Buffer): void => {
    octets = Buffer.concat([octets, chunk])
    const header = parseProxyHeader(octets)
    if (header.kind === 'incomplete' && octets.length <= maxHeaderBytes) return
    if (header.kind !== 'header') {
      fail()
      return
    }
    const address = header.address ?? socket.remoteAddress ?? ''
    finish(plainAddress(address))
    if (octets.length > header.length) socket.unshift(octets.subarray(header.length))
  }
  const timer = setTimeout(fail, maxArrivalMs)
  socket.on('error', () => {})
  socket.on('data', read)
  socket.once('close', fail)
}

/** Puts implicit TLS on a connection; calls `done` once, with null if it failed. */
export function arriveSecure(
  socket: Socket,
  tls: ServerTls,
  done: (arrived: { socket: Socket; certified: boolean } | null, error: string) => void,
): void {
  const timer = setTimeout(() => secured.destroy(), maxArrivalMs)
  socket.on('error', () => {})
  const secured = secureClient(socket, tls, (result) => {
    clearTimeout(timer)
    if ('error' in result) done(null, result.error)
    else done(result, '')
  })
}
