import { X509Certificate, constants, createHash, randomBytes, verify } from 'node:crypto'

/**
 * The token service of Entra for one tenant and one application: discovery, client credentials, admin consent.
 * Source: learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow, v2-admin-consent,
 * certificate-credentials, reference-error-codes, claims-challenge.
 */
export class Entra {
  /** Names by which the tenant is known. */
  readonly tenants: readonly string[]
  readonly clientId: string
  /** Null: no secret is accepted. */
  secret: string | null = 'right-secret-of-the-test-application'
  secretExpired = false
  /** PEM of the registered certificate. */
  certificate: string | null = null
  /** The one federated assertion that is accepted. */
  assertion: string | null = null
  /** Application permissions that an administrator has consented to. */
  readonly roles = new Set(['User.Read.All', 'GroupMember.Read.All'])
  /** What consenting adds. */
  readonly requested = ['User.Read.All', 'GroupMember.Read.All']
  /** What the administrator does with the consent page. */
  consent: 'grant' | 'deny' | 'grant-later' = 'grant'
  /** Tokens that Graph accepts, with their roles at issue. */
  readonly tokens = new Map<string, { roles: ReadonlySet<string>; claims: string | null }>()
  /** Forms of the token requests, for tests to look at. */
  readonly requests: URLSearchParams[] = []
  /** What Graph says beside its 401 in WWW-Authenticate; null: nothing. */
  challenge: string | null = null
  tokenLifetime = 3599
  /** Seconds by which the service's clock is ahead. */
  clockAhead = 0

  constructor(tenants: readonly string[], clientId: string) {
    this.tenants = tenants
    this.clientId = clientId
  }

  /** The OpenID configuration of a tenant, or Entra's refusal. */
  discovery(origin: string, tenant: string): { status: number; body: unknown } {
    if (!this.tenants.includes(tenant)) {
      return refusal(
        400,
        'invalid_tenant',
        90002,
        `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID.`,
      )
    }
    const base = `${origin}/${tenant}`
    return {
      status: 200,
      body: {
        token_endpoint: `${base}/oauth2/v2.0/token`,
        authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
        end_session_endpoint: `${base}/oauth2/v2.0/logout`,
        jwks_uri: `${base}/discovery/v2.0/keys`,
        issuer: `${base}/v2.0`,
      },
    }
  }

  /** Answers a token request (its form). */
  token(origin: string, tenant: string, form: URLSearchParams): { status: number; body: unknown } {
    this.requests.push(form)
    if (!this.tenants.includes(tenant)) return refusal(400, 'invalid_request', 90002, `Tenant '${tenant}' not found.`)
    if (form.get('client_id') !== this.clientId) {
      return refusal(400, 'unauthorized_client', 700016, `Application was not found in the directory '${tenant}'.`)
    }
    if (form.get('grant_type') !== 'client_credentials' || form.get('scope')?.endsWith('/.default') !== true) {
      return refusal(400, 'invalid_scope', 1002012, 'The provided value for scope is not valid.')
    }
    const wrong = this.#wrongCredential(`${origin}/${tenant}/oauth2/v2.0/token`, form)
    if (wrong !== null) return wrong
    const token = this.issue(form.get('claims'))
    return {
      status: 200,
      body: {
        token_type: 'Bearer',
        expires_in: this.tokenLifetime,
        ext_expires_in: this.tokenLifetime,
        access_token: token,
      },
    }
  }

  /** Makes a token with the roles of now; it looks like a JWT, but nobody may read it. */
  issue(claims: string | null = null): string {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const payload = { aud: 'graph', appid: this.clientId, roles: [...this.roles], xms_cc: ['CP1'] }
    const token = `${part({ typ: 'JWT', alg: 'RS256' })}.${part(payload)}.${randomBytes(48).toString('base64url')}`
    this.tokens.set(token, { roles: new Set(this.roles), claims })
    return token
  }

  /** The consent page: where the browser is sent back to. Null: the redirect address isn't registered. */
  adminConsent(tenant: string, query: URLSearchParams): string | null {
    const redirect = query.get('redirect_uri') ?? ''
    if (!/^http:\/\/localhost(:\d+)?\/(?:authorized)?$/.test(redirect)) return null
    const back = new URL(redirect)
    back.searchParams.set('state', query.get('state') ?? '')
    if (this.consent === 'deny') {
      back.searchParams.set('error', 'access_denied')
      back.searchParams.set('error_description', 'AADSTS65004: User declined to consent to access the app.')
      return back.href
    }
    if (this.consent === 'grant') this.grant()
    back.searchParams.set('admin_consent', 'True')
    back.searchParams.set('tenant', tenant)
    return back.href
  }

  grant(): void {
    for (const role of this.requested) this.roles.add(role)
  }

  #wrongCredential(endpoint: string, form: URLSearchParams): { status: number; body: unknown } | null {
    const secret = form.get('client_secret')
    if (secret !== null) {
      if (this.secretExpired)
        return refusal(401, 'invalid_client', 7000222, 'The provided client secret keys are expired.')
      if (secret === this.secret) return null
      return refusal(401, 'invalid_client', 7000215, `Invalid client secret provided. Secret sent: ${secret}`)
    }
    const assertion = form.get('client_assertion')
    if (assertion === null)
      return refusal(401, 'invalid_client', 7000218, "The request body must contain 'client_secret'.")
    if (this.assertion !== null && assertion === this.assertion) return null
    if (this.certificate === null)
      return refusal(401, 'invalid_client', 70021, 'No matching federated identity record found.')
    return this.#wrongSignature(endpoint, assertion, this.certificate)
  }

  #wrongSignature(endpoint: string, assertion: string, pem: string): { status: number; body: unknown } | null {
    const certificate = new X509Certificate(pem)
    const [head = '', body = '', signature = ''] = assertion.split('.')
    const json = (part: string): Record<string, unknown> => JSON.parse(Buffer.from(part, 'base64url').toString())
    const header = json(head)
    const payload = json(body)
    const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url')
    const key = {
      key: certificate.publicKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    }
    const right =
      header['alg'] === 'PS256' &&
      header['x5t#S256'] === thumbprint &&
      verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))
    if (!right)
      return refusal(
        401,
        'invalid_client',
        700027,
        'The certificate with identifier used to sign the client assertion is not registered.',
      )
    const now = Date.now() / 1000 + this.clockAhead
    if (Number(payload['nbf']) > now + 300 || Number(payload['exp']) < now - 300) {
      return refusal(401, 'invalid_client', 700024, 'Client assertion is not within its valid time range.')
    }
    const mine = payload['iss'] === this.clientId && payload['sub'] === this.clientId && payload['aud'] === endpoint
    return mine
      ? null
      : refusal(401, 'invalid_client', 700021, 'Client assertion application identifier does not match.')
  }
}

function refusal(status: number, error: string, code: number, text: string): { status: number; body: unknown } {
  const description = `AADSTS${code}: ${text} Trace ID: 0000aaaa-11bb-cccc-dd22-eeeeee333333 Timestamp: 2026-01-09 02:02:12Z`
  return {
    status,
    body: { error, error_description: description, error_codes: [code], timestamp: '2026-01-09 02:02:12Z' },
  }
}
