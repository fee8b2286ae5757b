/** JSON from Graph, asked with a token. */

import type { Client, GraphRequest } from '@microsoft/microsoft-graph-client'
import type { GraphTools, TokenSource } from './auth.ts'
import { Call, chainTo } from './chain.ts'
import type { Collection } from './chain.ts'
import { ProviderError, publicAddress } from './failure.ts'

/** Reads JSON from one tenant's Graph, through the graph client with a middleware chain of our own. */
export class GraphReader {
  /** Loaded at the first question: most processes never ask one. */
  readonly #client: () => Promise<Client>
  readonly #directory: string
  /** `https://host[:port]`: the only place that a token is sent to. */
  readonly origin: string

  constructor(directory: string, origin: string, tokens: TokenSource, tools: GraphTools) {
    this.origin = origin
    this.#directory = directory
    let client: Client | null = null
    this.#client = async () => {
      const { Client } = await import('@microsoft/microsoft-graph-client')
      return (client ??= Client.initWithMiddleware({
        // Without the version, which the client adds.
        baseUrl: origin,
        defaultVersion: 'v1.0',
        middleware: chainTo(directory, origin, tokens, tools),
      }))
    }
  }

  /** The first page of a delta round: `/users/delta` or `/groups/delta` with `$select`. */
  begin(collection: Collection, select: readonly string[], signal: AbortSignal): Promise<unknown> {
    const call = new Call(collection, signal, null)
    return this.#get(call, (client) => client.api(`/${collection}/delta`).select([...select]))
  }

  /** A page by a link that Graph gave, followed to the letter. Throws if it leads away from Graph. */
  follow(collection: Collection, link: string, signal: AbortSignal): Promise<unknown> {
    const call = new Call(collection, signal, this.checked(link))
    return this.#get(call, (client) => client.api(`/${collection}/delta`))
  }

  /** One object of a collection with its id alone: proves that reading works. */
  one(collection: Collection, signal: AbortSignal): Promise<unknown> {
    const call = new Call(collection, signal, null)
    return this.#get(call, (client) => client.api(`/${collection}`).select('id').top(1))
  }

  /** The link, if it leads to this Graph; a token sent elsewhere would be given away. */
  checked(link: string): string {
    if (URL.canParse(link) && new URL(link).origin === this.origin && new URL(link).username === '') return link
    throw new ProviderError(
      'provider-malformed',
      `${this.#directory}: Graph gave a link to ${publicAddress(link)}, which is not ${this.origin}; it is not followed`,
    )
  }

  async #get(call: Call, request: (client: Client) => GraphRequest): Promise<unknown> {
    const { ResponseType } = await import('@microsoft/microsoft-graph-client')
    const client = await this.#client()
    try {
      await request(client).middlewareOptions([call]).responseType(ResponseType.RAW).get()
    } catch (error) {
      call.signal.throwIfAborted()
      throw call.failure ?? error
    }
    return call.payload
  }
}
