/**
 * Everything written in one turn of the event loop leaves in one write a socket: a pipeline's replies become one
 * packet, and our fields go out with the header section that they stand above.
 */
import type { Socket } from 'node:net'

export class Turns {
  /** Turns stand within turns: the next hop's replies may let the client's commands go on. */
  #depth = 0
  #client: Socket | null = null
  #hop: Socket | null = null

  /** Holds writes back until the outermost turn ends. */
  begin(client: Socket, hop: Socket | null): void {
    this.#depth++
    if (this.#depth > 1) return
    this.#client = client
    this.#hop = hop
    client.cork()
    hop?.cork()
  }

  end(): void {
    this.#depth--
    if (this.#depth === 0) this.release()
  }

  /** Lets go what is held back, before a socket leaves for another owner. */
  release(): void {
    this.#client?.uncork()
    this.#hop?.uncork()
    this.#client = null
    this.#hop = null
  }
}
