/** An entrance's listeners and the connections that came through them, up to their end. */

import cluster from 'node:cluster'
import { createServer } from 'node:net'
import type { Server, ServerOpts, Socket } from 'node:net'
import type { SocketAddress } from './addresses.ts'
import { freeSocketPaths, listenOn } from './listening.ts'
import type { SocketAccess } from './listening.ts'

/** A dialogue on a connection. */
interface OpenDialogue {
  /** Ends as soon as no message is under way. */
  drain(): void
  /** Ends now. */
  destroy(): void
}

interface ListenerSpec {
  readonly address: SocketAddress
  readonly access: SocketAccess
  readonly server: ServerOpts
  readonly accept: (socket: Socket) => void
}

/** Longest time that a connection without a dialogue (a handshake, a refusal) gets once the entrance ends. */
const maxFarewellMs = 500

/**
 * What the entrances share: servers that are opened and closed, and every connection that they accepted. A connection
 * counts from its first octet on, so none outlives `close`, whatever stage it is in.
 */
export class Listeners {
  /** Where it listens, in the order of `open`, with the ports that the system chose. */
  readonly addresses: SocketAddress[] = []
  readonly #servers: Server[] = []
  readonly #sockets = new Set<Socket>()
  readonly #dialogues = new Map<OpenDialogue, Socket>()
  #draining = false

  get draining(): boolean {
    return this.#draining
  }

  /** Dialogues under way. */
  get size(): number {
    return this.#dialogues.size
  }

  /** Opens one listener. Worker processes leave stale sockets to their primary. @throws NamesakeError listen-failed */
  async open({ address, access, server: options, accept }: ListenerSpec): Promise<SocketAddress> {
    if (!cluster.isWorker) await freeSocketPaths([address])
    const server = createServer(options, (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      accept(socket)
    })
    // Known from before it listens, so that a failed start closes it too.
    this.#servers.push(server)
    const actual = await listenOn(server, address, access)
    this.addresses.push(actual)
    return actual
  }

  /** Counts a dialogue in. `socket`: the connection as it was accepted. */
  enter(dialogue: OpenDialogue, socket: Socket): void {
    this.#dialogues.set(dialogue, socket)
    if (this.#draining) dialogue.drain()
  }

  leave(dialogue: OpenDialogue): void {
    this.#dialogues.delete(dialogue)
  }

  /**
   * Stops accepting and ends what is open: dialogues when their message is done, at the latest after `drain`
   * milliseconds; what has no dialogue yet, or none any more, within half a second. Resolves when all is closed.
   */
  async close({ drain }: { readonly drain: number }): Promise<void> {
    this.#draining = true
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())))
    for (const dialogue of [...this.#dialogues.keys()]) dialogue.drain()
    const farewell = setTimeout(
      () => {
        const spoken = new Set(this.#dialogues.values())
        for (const socket of this.#sockets) if (!spoken.has(socket)) socket.destroy()
      },
      Math.min(drain, maxFarewellMs),
    )
    const end = setTimeout(() => {
      for (const dialogue of [...this.#dialogues.keys()]) dialogue.destroy()
      for (const socket of this.#sockets) socket.destroy()
    }, drain)
    // A server is closed once every connection that it accepted is.
    await Promise.all(closed)
    clearTimeout(farewell)
    clearTimeout(end)
  }
}
