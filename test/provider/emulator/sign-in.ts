import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/**
 * Signing people in by Entra: authorization code with PKCE, ID tokens with app roles.
 * Source: learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow, id-token-claims-reference.
 */
export class EntraSignIn {
  readonly clientId = '22222222-3333-4444-5555-666666666666'
  secret = 'right-secret-of-the-sign-in-application'
  /** Who sits at the browser. */
  user = { sub: 'sub-of-ben', name: 'Ben Okafor', preferred_username: 'ben.okafor@contoso.example' }
  /** App roles that the user has. */
  roles: readonly string[] = ['Namesake.Admin']
  /** What the user does with the page. */
  answer: 'sign-in' | 'deny' = 'sign-in'
  /** Changes of what comes back, for tests. */
  tamper: {
    state?: string
    nonce?: string
    audience?: string
    issuer?: string
    unsigned?: boolean
    code?: string
  } = {}
  /** Queries of the page's requests. */
  readonly asked: URLSearchParams[] = []
  readonly #codes = new Map<string, URLSearchParams>()
  #keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } | null = null

  /** The page: where the browser is sent back to. */
  authorize(query: URLSearchParams): string | null {
    this.asked.push(query)
    const redirect = query.get('redirect_uri') ?? ''
    if (!/^(?:http:\/\/localhost(?::\d+)?|https:\/\/[\w.:]+)\/api\/v1\/oidc\/return$/.test(redirect)) return null
    const back = new URL(redirect)
    back.searchParams.set('state', this.tamper.state ?? query.get('state') ?? '')
    if (this.answer === 'deny' || query.get('client_id') !== this.clientId) {
      back.searchParams.set('error', 'access_denied')
      back.searchParams.set('error_description', 'AADSTS65004: User declined.')
      return back.href
    }
    const code = randomBytes(24).toString('base64url')
    this.#codes.set(code, query)
    back.searchParams.set('code', this.tamper.code ?? code)
    return back.href
  }

  /** Answers a token request of grant type authorization_code; each code is good once. */
  token(base: string, form: URLSearchParams, authorization: string): { status: number; body: unknown } {
    const code = form.get('code') ?? ''
    const query = this.#codes.get(code)
    this.#codes.delete(code)
    const basic = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString()
    const secret = form.get('client_secret') ?? decodeURIComponent(basic.split(':')[1] ?? '')
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const right =
      query !== undefined &&
      secret === this.secret &&
      query.get('code_challenge_method') === 'S256' &&
      query.get('code_challenge') === challenge &&
      query.get('redirect_uri') === form.get('redirect_uri')
    if (!right) return { status: 400, body: { error: 'invalid_grant', error_description: 'AADSTS70000: invalid.' } }
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: this.tamper.issuer ?? `${base}/v2.0`,
      aud: this.tamper.audience ?? this.clientId,
      iat: now,
      exp: now + 3600,
      nonce: this.tamper.nonce ?? query.get('nonce'),
      ...this.user,
      ...(this.roles.length === 0 ? {} : { roles: this.roles }),
    }
    const body = { token_type: 'Bearer', expires_in: 3599, access_token: 'opaque', id_token: this.#signed(claims) }
    return { status: 200, body }
  }

  /** The keys by which ID tokens are checked. */
  keys(): unknown {
    const { publicKey } = this.#pair()
    return { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' }] }
  }

  #signed(claims: object): string {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const text = `${part({ typ: 'JWT', alg: this.tamper.unsigned === true ? 'none' : 'RS256', kid: 'k1' })}.${part(claims)}`
    if (this.tamper.unsigned === true) return `${text}.`
    return `${text}.${sign('sha256', Buffer.from(text), this.#pair().privateKey).toString('base64url')}`
  }

  #pair(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
    if (this.#keys === null) {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      this.#keys = {
        privateKey: createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })),
        publicKey: createPublicKey(privateKey),
      }
    }
    return this.#keys
  }
}
