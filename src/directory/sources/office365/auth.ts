/** Tokens from Microsoft Entra ID, one way for each kind of credential. */

import { X509Certificate, createPrivateKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { AuthenticationResult, NodeAuthOptions } from '@azure/msal-node'
import { tokenRefused } from './diagnosis.ts'
import { ProviderError } from './failure.ts'
import { EntraNetwork } from './network.ts'
import type { Retry } from './retry.ts'
import type { Runtime } from './runtime.ts'
import { addressesOf } from './settings.ts'
import type { Addresses, Credential, Office365Settings } from './settings.ts'
import type { Transport } from './transport.ts'

/** How a token is wanted. */
interface TokenRequest {
  /** True: not from the cache (after consent, or when Graph rejects the one we have). */
  readonly fresh?: boolean
  /** A claims challenge's JSON, which the new token has to answer (Continuous Access Evaluation). */
  readonly claims?: string
  readonly signal?: AbortSignal
}

/** Gives app-only tokens for Graph by the client credentials grant (RFC 6749 section 4.4). */
export interface TokenSource {
  /** A bearer token. Throws a ProviderError in plain words. */
  token(request?: TokenRequest): Promise<string>
}

/** What token sources, and the graph client, need of the rest of the source. */
export interface GraphTools {
  readonly transport: Transport
  readonly retry: Retry
  readonly runtime: Runtime
  /** Told of what an operator should see to, in words without secrets. */
  readonly notice: (text: string) => void
}

/** Opaque acquisition: what differs between an app with a credential and a managed identity. */
type Acquire = (request: TokenRequest) => Promise<AuthenticationResult | null>

/** A token source for a directory's credential. */
export function tokenSource(settings: Office365Settings, tools: GraphTools): TokenSource {
  const addresses = addressesOf(settings)
  const network = new EntraNetwork(tools.transport, tools.retry, tools.runtime)
  // Made anew after each failure: msal-node refuses by itself after some, and a renewed secret is to be seen.
  let acquire: Acquire | null = null
  let underWay: Promise<string> | null = null

  const obtain = async (request: TokenRequest): Promise<string> => {
    network.begin(request.signal)
    try {
      acquire ??= await acquirer(settings, addresses, network, tools)
      const result = await acquire(request)
      if (result === null || result.accessToken === '') {
        throw new ProviderError('provider-malformed', `${settings.name}: Entra's answer holds no token`)
      }
      return result.accessToken
    } catch (error) {
      acquire = null
      request.signal?.throwIfAborted()
      throw signInError(settings, network, error)
    } finally {
      network.end()
    }
  }

  return {
    // One at a time: many cold calls at once would fetch a token each.
    async token(request = {}) {
      const special = request.fresh === true || request.claims !== undefined
      if (underWay !== null && !special) return underWay
      if (underWay !== null) await underWay.catch(() => undefined)
      underWay = obtain(request).finally(() => {
        underWay = null
      })
      return underWay
    },
  }
}

/** Loads msal-node by itself, which takes a tenth of a second: most processes never ask for a token. */
async function acquirer(
  settings: Office365Settings,
  addresses: Addresses,
  network: EntraNetwork,
  tools: GraphTools,
): Promise<Acquire> {
  const { credential } = settings
  if (credential.kind === 'managed-identity') return managedIdentity(credential.clientId, addresses, network)
  const { ConfidentialClientApplication } = await import('@azure/msal-node')
  const application = new ConfidentialClientApplication({
    auth: {
      clientId: settings.clientId,
      authority: addresses.authority,
      // Known means that no other host is asked whether this one may be; needed for any but Microsoft's own.
      knownAuthorities: [addresses.authorityHost],
      // CP1: we answer claims challenges, so tokens may be revoked at once and live longer.
      clientCapabilities: ['CP1'],
      ...secretPart(settings.name, credential, tools),
    },
    system: { networkClient: network },
  })
  return (request) =>
    application.acquireTokenByClientCredential({
      scopes: [addresses.scope],
      skipCache: request.fresh ?? false,
      // Against MSAL_FORCE_REGION of the environment, which breaks every authority but the public one.
      azureRegion: 'DisableMsalForceRegion',
      ...(request.claims === undefined ? {} : { claims: request.claims }),
    })
}

/**
 * msal-node keeps the first managed identity's network for all later ones of the process; ours holds nothing that a
 * second directory could be harmed by.
 */
async function managedIdentity(clientId: string | null, addresses: Addresses, network: EntraNetwork): Promise<Acquire> {
  const { ManagedIdentityApplication } = await import('@azure/msal-node')
  const application = new ManagedIdentityApplication({
    ...(clientId === null ? {} : { managedIdentityIdParams: { userAssignedClientId: clientId } }),
    system: { networkClient: network, disableInternalRetries: true },
  })
  return (request) =>
    application.acquireToken({
      resource: addresses.scope.replace(/\/\.default$/, ''),
      forceRefresh: request.fresh ?? false,
      ...(request.claims === undefined ? {} : { claims: request.claims }),
    })
}

type AppCredential = Exclude<Credential, { kind: 'managed-identity' }>
type SecretPart = Pick<NodeAuthOptions, 'clientSecret' | 'clientAssertion' | 'clientCertificate'>

function secretPart(directory: string, credential: AppCredential, tools: GraphTools): SecretPart {
  switch (credential.kind) {
    case 'secret': {
      const clientSecret = credential.secret.reveal().trim()
      if (clientSecret === '') throw new ProviderError('provider-auth', `${directory}: the client secret is empty`)
      return { clientSecret }
    }
    case 'federated':
      // Read for each token: the platform renews the file every hour or so.
      return { clientAssertion: () => readAssertion(directory, credential.path) }
    case 'certificate':
      return { clientCertificate: certificatePart(directory, credential, tools) }
  }
}

async function readAssertion(directory: string, path: string): Promise<string> {
  const assertion = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ProviderError('provider-auth', `${directory}: the federated token file can't be read: ${error.message}`)
  })
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(assertion.trim())) return assertion.trim()
  throw new ProviderError('provider-auth', `${directory}: the federated token file ${path} holds no signed token (JWT)`)
}

/** Days before its end at which a certificate is spoken of. */
const soon = 30

/**
 * Key and thumbprint for PS256 with x5t#S256, checked here first, as Entra's answers to a wrong pair say little.
 * Source: learn.microsoft.com/entra/identity-platform/certificate-credentials.
 */
function certificatePart(
  directory: string,
  credential: Extract<Credential, { kind: 'certificate' }>,
  tools: GraphTools,
): { thumbprintSha256: string; privateKey: string } {
  const fail = (what: string): never => {
    throw new ProviderError('provider-auth', `${directory}: ${what}`)
  }
  let key: KeyObject
  let certificate: X509Certificate
  try {
    key = createPrivateKey(credential.key.reveal())
  } catch {
    return fail('the private key is not a PEM key without a pass phrase (BEGIN PRIVATE KEY)')
  }
  try {
    certificate = new X509Certificate(credential.certificate.reveal())
  } catch {
    return fail('the certificate is not PEM (BEGIN CERTIFICATE)')
  }
  if (key.asymmetricKeyType !== 'rsa') return fail(`Entra takes RSA keys only, this one is ${key.asymmetricKeyType}`)
  if (!certificate.checkPrivateKey(key)) return fail('the private key does not belong to the certificate')
  const days = (Date.parse(certificate.validTo) - tools.runtime.now()) / 86_400_000
  if (days < 0) return fail(`the certificate expired on ${certificate.validTo}; make and upload a new one`)
  if (days < soon) {
    tools.notice(`${directory}: the certificate expires on ${certificate.validTo}; upload a new one before`)
  }
  return {
    thumbprintSha256: certificate.fingerprint256.replaceAll(':', ''),
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}

function signInError(settings: Office365Settings, network: EntraNetwork, error: unknown): Error {
  if (error instanceof ProviderError) return error
  const { failure, refusal } = network
  if (failure instanceof ProviderError) {
    return new ProviderError(
      failure.code as 'provider-unavailable',
      `${settings.name}: ${failure.message}`,
      failure.notBefore,
    )
  }
  if (refusal !== null && settings.credential.kind !== 'managed-identity')
    return tokenRefused(settings.name, settings.tenant, refusal, network.skew)
  if (settings.credential.kind === 'managed-identity') {
    const wrong = 'the platform gives no token for the managed identity'
    const fix = 'assign the identity to this machine or workload, and check its client id'
    return new ProviderError('provider-auth', `${settings.name}: ${wrong}; ${fix}`)
  }
  // The library's own words can quote the request; its code can't.
  const code = error instanceof Error && 'errorCode' in error ? String(error.errorCode) : 'unknown'
  return new ProviderError('provider-unavailable', `${settings.name}: no token could be had (${code.slice(0, 60)})`)
}
