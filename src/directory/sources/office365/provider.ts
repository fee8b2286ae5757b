/** The Office 365 provider. */

import { createHash } from 'node:crypto'
import type { Provider, ReadRequest, ReadStep } from '../../provider.ts'
import { tokenSource } from './auth.ts'
import type { GraphTools, TokenSource } from './auth.ts'
import { ResyncNeeded, readRound } from './delta.ts'
import { ProviderError } from './failure.ts'
import { GraphReader } from './graph.ts'
import { groupChanges, groupProperties, personOfUser, userChange, userProperties } from './people.ts'
import { Retry } from './retry.ts'
import type { RetryLimits } from './retry.ts'
import { systemRuntime } from './runtime.ts'
import type { Runtime } from './runtime.ts'
import { addressesOf } from './settings.ts'
import type { Office365Settings } from './settings.ts'
import { Transport } from './transport.ts'
import type { TransportOptions } from './transport.ts'

/** What a test, or an unusual network, sets otherwise than the defaults. */
export interface ProviderOptions {
  readonly runtime?: Runtime
  readonly transport?: TransportOptions
  readonly retry?: RetryLimits
  /** Told of waits and of what an operator should see to, in words without secrets. */
  readonly notice?: (text: string) => void
}

/** The parts of a connection to one tenant. */
export interface Connection {
  readonly tokens: TokenSource
  readonly graph: GraphReader
  readonly tools: GraphTools
}

/** Opens (without asking anything yet) the way to a directory's tenant. */
export function connect(settings: Office365Settings, options: ProviderOptions = {}): Connection {
  const runtime = options.runtime ?? systemRuntime
  const notice = options.notice ?? (() => undefined)
  const tools: GraphTools = {
    runtime,
    notice,
    transport: new Transport(options.transport),
    retry: new Retry(runtime, options.retry, (message, wait) =>
      notice(`${message}; asking again in ${Math.ceil(wait / 1000)} s`),
    ),
  }
  const tokens = tokenSource(settings, tools)
  const graph = new GraphReader(settings.name, addressesOf(settings).graph, tokens, tools)
  return { tokens, graph, tools }
}

/**
 * Office 365 (Microsoft Entra ID) as a source of people and groups: app-only, read by delta queries.
 * A read is users first, then groups; its cursor holds the two delta links, and is as secret as they are.
 */
export class Office365Provider implements Provider {
  readonly name: string
  readonly type = 'office365'
  readonly deltas = true
  readonly fingerprint: string
  readonly #settings: Office365Settings
  readonly #options: ProviderOptions
  /** Milliseconds since the epoch before which Microsoft doesn't want to be asked. */
  #notBefore = 0

  constructor(settings: Office365Settings, options: ProviderOptions = {}) {
    this.name = settings.name
    this.#settings = settings
    this.#options = options
    this.fingerprint = fingerprintOf(settings)
  }

  personOf(_id: string, attributes: Parameters<Provider['personOf']>[1]): ReturnType<Provider['personOf']> {
    return personOfUser(attributes, this.#settings)
  }

  /** Throws ProviderError; an expired delta token is no error but makes the round a full one. */
  async *read(request: ReadRequest): AsyncGenerator<ReadStep> {
    const now = (this.#options.runtime ?? systemRuntime).now()
    if (now < this.#notBefore) {
      const seconds = Math.ceil((this.#notBefore - now) / 1000)
      throw new ProviderError(
        'provider-throttled',
        `${this.name}: Microsoft wants ${seconds} s more of quiet`,
        this.#notBefore,
      )
    }
    const connection = connect(this.#settings, { ...this.#options, notice: request.notice })
    try {
      yield* this.#rounds(connection, request)
    } catch (error) {
      if (error instanceof ProviderError && error.notBefore !== null) this.#notBefore = error.notBefore
      throw error
    } finally {
      connection.tools.transport.close()
    }
  }

  async *#rounds(connection: Connection, request: ReadRequest): AsyncGenerator<ReadStep> {
    let cursor = parseCursor(request.cursor)
    if (request.cursor !== null && cursor === null) request.notice(`${this.name}: the stored cursor is not readable`)
    // Two at most: a token that is void within its own full round won't be better in a third.
    for (let rounds = 1; ; rounds += 1) {
      try {
        yield* this.#round(connection, request, cursor)
        return
      } catch (error) {
        if (!(error instanceof ResyncNeeded)) throw error
        const what = `${this.name}: Graph has dropped the delta token (${error.message})`
        if (rounds === 2) throw new ProviderError('provider-unavailable', `${what} of a full round`)
        request.notice(`${what}; everything is read again`)
        cursor = null
      }
    }
  }

  async *#round(connection: Connection, request: ReadRequest, cursor: Cursor | null): AsyncGenerator<ReadStep> {
    const common = { directory: this.name, signal: request.signal }
    const properties = userProperties(this.#settings)
    yield { step: 'begin', round: cursor === null ? 'full' : 'delta' }
    const links = { users: '', groups: '' }
    const users = readRound(connection.graph, {
      ...common,
      collection: 'users',
      select: properties,
      deltaLink: cursor?.users ?? null,
    })
    for await (const page of users) {
      yield { step: 'changes', changes: page.objects.map((user) => userChange(user, properties)) }
      if (page.deltaLink !== null) links.users = page.deltaLink
    }
    const groups = readRound(connection.graph, {
      ...common,
      collection: 'groups',
      select: groupProperties,
      deltaLink: cursor?.groups ?? null,
    })
    for await (const page of groups) {
      yield { step: 'changes', changes: page.objects.flatMap(groupChanges) }
      if (page.deltaLink !== null) links.groups = page.deltaLink
    }
    yield { step: 'end', cursor: JSON.stringify({ v: 1, ...links }) }
  }
}

interface Cursor {
  readonly users: string
  readonly groups: string
}

function parseCursor(text: string | null): Cursor | null {
  if (text === null) return null
  try {
    const value = JSON.parse(text) as Partial<Cursor & { v: number }> | null
    if (value?.v !== 1 || typeof value.users !== 'string' || typeof value.groups !== 'string') return null
    return { users: value.users, groups: value.groups }
  } catch {
    return null
  }
}

/** Of everything that decides which people the same directory gives; a digest, as it is kept beside the data. */
function fingerprintOf(settings: Office365Settings): string {
  const { authority, graph } = addressesOf(settings)
  const shaping = [1, authority, graph, settings.clientId, settings.include, settings.trustOtherMails]
  return createHash('sha256').update(JSON.stringify(shaping)).digest('base64url').slice(0, 22)
}
