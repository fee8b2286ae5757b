/** Consent, and the proof that reading works. */

import type { Collection } from './chain.ts'
import { ConsentListener } from './consent.ts'
import { TokenRefused, permissionOf } from './diagnosis.ts'
import { ProviderError } from './failure.ts'
import { connect } from './provider.ts'
import type { Connection, ProviderOptions } from './provider.ts'
import type { Office365Settings } from './settings.ts'

/** What authorising needs of the one who started it. */
export interface Authorizer {
  /** Shows a line. */
  say(text: string): void
  /** Shows the consent page's address, and opens it if that was asked for. */
  show(url: string): void
  /** Lines that the operator types: an address copied from a browser on another machine. */
  readonly typed?: AsyncIterable<string>
  readonly signal: AbortSignal
}

export interface AuthorizeOptions extends ProviderOptions {
  /** Loopback port that the browser comes back to; 0: any. */
  readonly port: number
  /** Milliseconds until nobody is expected to answer any more. Default 15 min. */
  readonly patience?: number
  /** False: only proves that reading works. */
  readonly consent: boolean
}

/**
 * Lets an administrator consent, then proves with a fresh token that users and groups can be read.
 * Throws a ProviderError in plain words if anything is amiss.
 */
export async function authorize(
  settings: Office365Settings,
  options: AuthorizeOptions,
  authorizer: Authorizer,
): Promise<void> {
  const connection = connect(settings, { ...options, notice: (text) => authorizer.say(text) })
  try {
    if (settings.credential.kind === 'managed-identity') {
      authorizer.say(
        'A managed identity has no consent page: its permissions are granted by a script, see docs/office365.md.',
      )
    } else if (options.consent) {
      // What consent can't mend is better told before the administrator is asked.
      await connection.tokens.token({ fresh: true, signal: authorizer.signal }).catch((error: unknown) => {
        if (!(error instanceof TokenRefused && error.consentMissing)) throw error
      })
      await askForConsent(settings, options, authorizer)
    }
    await proveReading(connection, options.consent, authorizer)
  } finally {
    connection.tools.transport.close()
  }
}

/**
 * Proves with a fresh token that users and groups can be read.
 * @param options `consented`: somebody has just consented, so refusals are tried again for a while
 * @throws ProviderError in plain words
 */
export async function proveAccess(
  settings: Office365Settings,
  options: ProviderOptions & { readonly consented: boolean },
  { say, signal }: Pick<Authorizer, 'say' | 'signal'>,
): Promise<void> {
  const connection = connect(settings, { ...options, notice: say })
  try {
    await proveReading(connection, options.consented, { say, signal, show: () => undefined })
  } finally {
    connection.tools.transport.close()
  }
}

/**
 * Asks for a token, so that what no consent mends is told before an administrator is asked for one.
 * @returns the option in which Entra finds the fault, in plain words; null: none is known
 */
export async function credentialFault(
  settings: Office365Settings,
  signal: AbortSignal,
): Promise<{ readonly option: string; readonly message: string } | null> {
  const connection = connect(settings)
  try {
    await connection.tokens.token({ fresh: true, signal })
    return null
  } catch (error) {
    if (!(error instanceof TokenRefused) || error.consentMissing || error.option === null) return null
    return { option: error.option, message: error.message }
  } finally {
    connection.tools.transport.close()
  }
}

async function askForConsent(
  settings: Office365Settings,
  options: AuthorizeOptions,
  authorizer: Authorizer,
): Promise<void> {
  const listener = await ConsentListener.open(settings.name, options.port)
  const patience = options.patience ?? 900_000
  const limit = AbortSignal.any([authorizer.signal, AbortSignal.timeout(patience)])
  try {
    authorizer.say(`Waiting on ${listener.redirect} for the browser to come back.`)
    authorizer.show(listener.urlFor(settings))
    if (authorizer.typed !== undefined) void listenToTyped(authorizer.typed, listener, authorizer)
    const { tenant } = await Promise.race([listener.answer, aborted(limit)])
    if (
      tenant !== null &&
      isGuid(settings.tenant) &&
      isGuid(tenant) &&
      tenant.toLowerCase() !== settings.tenant.toLowerCase()
    ) {
      authorizer.say(
        `Warning: the browser speaks of tenant ${tenant}, but ${settings.tenant} is configured; the latter is read.`,
      )
    }
    authorizer.say('The administrator has consented.')
  } catch (error) {
    authorizer.signal.throwIfAborted()
    if (!limit.aborted) throw error
    const minutes = Math.round(patience / 60_000)
    throw new ProviderError('provider-auth', `${settings.name}: nobody has consented within ${minutes} min`)
  } finally {
    listener.close()
  }
}

async function listenToTyped(
  typed: AsyncIterable<string>,
  listener: ConsentListener,
  authorizer: Authorizer,
): Promise<void> {
  for await (const line of typed) {
    if (line.trim() === '') continue
    if (listener.take(line.trim())) return
    authorizer.say('That is not the address that the browser was sent back to: it begins with http://localhost.')
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
  })
}

/** Milliseconds between the tries of reading after consent: Entra takes up to some minutes to spread it. */
const spreading = [2_000, 5_000, 10_000, 20_000, 30_000, 60_000]

async function proveReading(connection: Connection, consented: boolean, authorizer: Authorizer): Promise<void> {
  const { signal } = authorizer
  for (let tries = 0; ; tries += 1) {
    try {
      const token = await connection.tokens.token({ fresh: true, signal })
      for (const collection of ['users', 'groups'] as const) {
        const payload = await connection.graph.one(collection, signal)
        const value = (payload as { value?: unknown } | null)?.value
        const count = Array.isArray(value) ? value.length : 0
        authorizer.say(`Reading ${collection}: ${count === 0 ? 'works, there are none yet' : 'works'}.`)
      }
      // Says if the application may do more than it needs, by the token's `roles`: read for this alone, never to
      // decide.
      const needed: readonly string[] = (['users', 'groups'] satisfies Collection[]).map((name) => permissionOf[name])
      const more = rolesOf(token).filter((role) => !needed.includes(role))
      if (more.length > 0) {
        authorizer.say(
          `The application also holds ${more.join(', ')}, which Namesake doesn't need: better take it away.`,
        )
      }
      return
    } catch (error) {
      const gap = consented ? spreading[tries] : undefined
      if (!(error instanceof ProviderError) || error.code !== 'provider-auth' || gap === undefined) throw error
      authorizer.say(`Not yet (${error.message}). Consent takes a while to spread; asking again in ${gap / 1000} s.`)
      await connection.tools.runtime.sleep(gap, signal)
    }
  }
}

function rolesOf(token: string): string[] {
  try {
    const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')
    const { roles } = JSON.parse(text) as { roles?: unknown }
    const named = Array.isArray(roles) ? (roles as unknown[]) : []
    return named.filter((role): role is string => typeof role === 'string' && /^[\w.]{1,80}$/.test(role))
  } catch {
    return []
  }
}

function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}
