/** Signing in by an OpenID provider: code flow with PKCE, state and nonce. */

import { randomBytes } from 'node:crypto'
import * as client from 'openid-client'
import type { Account, AccountsPort, Role } from '../ports.ts'
import type { ConsoleLog, OidcSettings } from './ports.ts'
import { errorText } from '../text.ts'

/** One browser on its way to the provider and back. */
interface PendingSignIn {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly redirect: string
  /** The page to go on to. */
  readonly next: string
  readonly until: number
}

/**
 * Says which browser began: the provider's answer counts in that browser alone, so that nobody is signed in by a link of
 * somebody else. Lax, as the answer comes from another site.
 */
export const oidcCookie = '__Host-namesake-oidc'

const pendingMs = 10 * 60_000
const maxPending = 1_000
/** What the provider says of itself is asked for anew after this; keys it renews are found by themselves. */
const discoveryMs = 12 * 3_600_000
const timeoutSeconds = 10

/** Why somebody was not let in, as the sign-in page knows it. */
export type OidcRefusal = 'no-role' | 'refused' | 'provider' | 'stale'

export type OidcOutcome =
  | { readonly kind: 'in'; readonly account: Account; readonly next: string }
  | { readonly kind: 'refused'; readonly why: OidcRefusal }

export class Oidc {
  readonly #settings: OidcSettings
  readonly #accounts: AccountsPort
  readonly #log: ConsoleLog
  readonly #pending = new Map<string, PendingSignIn>()
  #known: { readonly configuration: Promise<client.Configuration>; readonly until: number } | null = null

  constructor(settings: OidcSettings, accounts: AccountsPort, log: ConsoleLog) {
    this.#settings = settings
    this.#accounts = accounts
    this.#log = log
  }

  /**
   * Begins: where the browser goes, and the secret of its cookie.
   * @param redirect this console's address that the provider sends it back to
   * @throws if the provider can't be reached
   */
  async begin(redirect: string, next: string): Promise<{ readonly url: string; readonly secret: string }> {
    const configuration = await this.#configuration()
    const verifier = client.randomPKCECodeVerifier()
    const state = client.randomState()
    const nonce = client.randomNonce()
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: redirect,
      scope: 'openid profile email',
      response_type: 'code',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    })
    const secret = randomBytes(32).toString('base64url')
    this.#sweep()
    this.#pending.set(secret, { state, nonce, verifier, redirect, next, until: Date.now() + pendingMs })
    return { url: url.href, secret }
  }

  /**
   * The browser is back. What it brings is good once, and in the browser that began.
   * @param search the query that it came with
   * @param secret of its cookie
   */
  async finish(search: string, secret: string | null, address: string): Promise<OidcOutcome> {
    this.#sweep()
    const pending = secret === null ? undefined : this.#pending.get(secret)
    if (secret !== null) this.#pending.delete(secret)
    if (pending === undefined) return this.#refused('stale', '', address, 'no sign-in was begun in this browser')
    const url = new URL(pending.redirect)
    url.search = search
    let claims: client.IDToken | undefined
    try {
      const tokens = await client.authorizationCodeGrant(await this.#configuration(), url, {
        pkceCodeVerifier: pending.verifier,
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        idTokenExpected: true,
      })
      claims = tokens.claims()
    } catch (error) {
      return this.#refused('refused', '', address, wordsOf(error))
    }
    if (claims === undefined) return this.#refused('refused', '', address, 'no ID token came')
    const user = visible(claims['preferred_username'] ?? claims['email'] ?? claims.sub, claims.sub)
    const role = this.#roleOf(claims['roles'])
    if (role === null) return this.#refused('no-role', user, address, 'none of the roles of this console')
    return { kind: 'in', account: this.#account(claims, user, role), next: pending.next }
  }

  #refused(why: OidcRefusal, user: string, address: string, reason: string): OidcOutcome {
    this.#log('console-sign-in-refused', { user, client: address, reason: `OpenID: ${reason}`.slice(0, 300) })
    return { kind: 'refused', why }
  }

  /** The highest role that the provider gives. */
  #roleOf(claim: unknown): Role | null {
    const given = Array.isArray(claim) ? claim : typeof claim === 'string' ? [claim] : []
    const { roles } = this.#settings
    return (['admin', 'reviewer', 'reader'] as const).find((role) => given.includes(roles[role])) ?? null
  }

  /** The account of a subject, made at the first time. A user name that somebody else has is not taken over. */
  #account(claims: client.IDToken, user: string, role: Role): Account {
    const subject = `${claims.iss} ${claims.sub}`
    const found = this.#accounts.bySubject(subject)
    if (found !== null) return found.role === role ? found : this.#accounts.setRole(found.id, role)
    const name = visible(claims['name'], user)
    let userName = user
    for (let n = 2; this.#accounts.byUserName(userName) !== null; n++) userName = `${user} ${n}`
    return this.#accounts.add({ userName, name, role, way: 'oidc', subject, hash: null })
  }

  #configuration(): Promise<client.Configuration> {
    if (this.#known !== null && this.#known.until > Date.now()) return this.#known.configuration
    const { issuer, clientId, clientSecret } = this.#settings
    const configuration = client.discovery(new URL(issuer), clientId, clientSecret, undefined, {
      timeout: timeoutSeconds,
    })
    const known = { configuration, until: Date.now() + discoveryMs }
    this.#known = known
    configuration.catch(() => {
      if (this.#known === known) this.#known = null
    })
    return configuration
  }

  #sweep(): void {
    const now = Date.now()
    for (const [secret, { until }] of this.#pending) if (until < now) this.#pending.delete(secret)
    for (const secret of this.#pending.keys()) {
      if (this.#pending.size < maxPending) break
      this.#pending.delete(secret)
    }
  }
}

/** What a provider calls somebody, in visible letters. */
function visible(claim: unknown, otherwise: string): string {
  const text =
    typeof claim === 'string'
      ? claim
          .replace(/[\p{Cc}\p{Cf}]/gu, '')
          .trim()
          .slice(0, 100)
      : ''
  return text === '' ? otherwise.slice(0, 100) : text
}

function wordsOf(error: unknown): string {
  if (error instanceof client.AuthorizationResponseError) return `${error.error} ${error.error_description ?? ''}`
  if (error instanceof client.ResponseBodyError) return `${error.error} ${error.error_description ?? ''}`
  return errorText(error)
}
