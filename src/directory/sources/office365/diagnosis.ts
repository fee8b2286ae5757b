/** Microsoft's refusals in plain words. */

import { ProviderError } from './failure.ts'
import type { SignInRefusal } from './network.ts'

/**
 * Entra's and Graph's refusals in plain words: what is wrong, and what mends it.
 * Source: learn.microsoft.com/entra/identity-platform/reference-error-codes, learn.microsoft.com/graph/errors.
 */
interface Diagnosis {
  readonly wrong: string
  readonly fix: string
  /** The option in which the fault surely lies. */
  readonly option?: RefusedOption
}

/** What an operator wrote that Entra knows nothing of, or does not accept. */
type RefusedOption = 'tenant' | 'clientSecret' | 'certificate' | 'cloud'

const newSecret =
  'make a new client secret in the app registration (Certificates & secrets) and put its value, not its id, in place'
const registerCertificate =
  'upload the certificate (not the key) to the app registration (Certificates & secrets) and check that key and certificate belong together'
const federation =
  "compare issuer, subject and audience of the app registration's federated credential with those of the assertion"

/** By AADSTS number. */
const adviceByCode: Readonly<Record<number, Diagnosis>> = {
  7000215: { wrong: 'the client secret is wrong', fix: newSecret, option: 'clientSecret' },
  7000222: { wrong: 'the client secret has expired', fix: newSecret, option: 'clientSecret' },
  7000216: { wrong: 'no client secret or certificate was accepted', fix: newSecret },
  7000218: { wrong: 'no client secret or certificate was sent', fix: newSecret },
  700016: {
    wrong: 'the tenant does not know this application',
    fix: 'check clientId and tenant; an app of another tenant must be consented to first (namesake authorize)',
  },
  7000229: {
    wrong: 'the application has no service principal in this tenant',
    fix: 'let an administrator consent to it (namesake authorize)',
  },
  7000112: { wrong: 'the application is disabled in this tenant', fix: 'enable it under Enterprise applications' },
  90002: { wrong: 'there is no such tenant', fix: 'check tenant, and cloud if it is a national one', option: 'tenant' },
  900023: { wrong: 'the tenant is neither an id nor a domain', fix: 'check tenant', option: 'tenant' },
  900021: { wrong: 'the tenant is neither an id nor a domain', fix: 'check tenant', option: 'tenant' },
  90023: { wrong: 'the request is not acceptable', fix: 'check tenant and clientId' },
  900144: { wrong: 'the request lacks a parameter', fix: 'check clientId' },
  900382: {
    wrong: 'the tenant belongs to another cloud',
    fix: 'set cloud to the national cloud it is in',
    option: 'cloud',
  },
  90038: {
    wrong: 'the tenant belongs to another cloud',
    fix: 'set cloud to the national cloud it is in',
    option: 'cloud',
  },
  700027: {
    wrong: 'the certificate is not registered for this application, or its signature is wrong',
    fix: registerCertificate,
    option: 'certificate',
  },
  700030: {
    wrong: 'the certificate is not valid for this application',
    fix: registerCertificate,
    option: 'certificate',
  },
  7000214: { wrong: 'the certificate has been revoked', fix: registerCertificate, option: 'certificate' },
  700024: {
    wrong: "the signed assertion is outside its time: this machine's clock may be wrong",
    fix: 'set the clock (NTP)',
  },
  50012: { wrong: 'the signed assertion is not valid', fix: registerCertificate },
  50013: { wrong: 'the signed assertion is not valid', fix: registerCertificate },
  700021: { wrong: 'the assertion belongs to another application', fix: federation },
  70021: { wrong: 'no federated credential fits the assertion', fix: federation },
  700211: { wrong: "no federated credential fits the assertion's issuer", fix: federation },
  700212: { wrong: "no federated credential fits the assertion's audience", fix: federation },
  700213: { wrong: "no federated credential fits the assertion's subject", fix: federation },
  700222: { wrong: 'the assertion must be signed by its own issuer', fix: federation },
  500011: { wrong: 'the scope names a resource that the tenant does not have', fix: 'check cloud, or graph and scope' },
  70011: { wrong: 'the scope is not valid', fix: 'check cloud, or graph and scope' },
  1002012: { wrong: 'the scope is not valid', fix: 'check scope: it ends with /.default' },
  53003: {
    wrong: 'a Conditional Access policy blocks the application',
    fix: 'except this workload identity, or its addresses, from the policy',
  },
  530035: { wrong: 'access is blocked by security defaults', fix: 'ask the administrator of the tenant' },
  50196: { wrong: 'Entra sees a request loop', fix: 'wait some minutes' },
  65001: {
    wrong: 'nobody has consented to the application',
    fix: 'let an administrator consent to it (namesake authorize)',
  },
}

/** Skew from which a clock is called wrong: Entra allows 5 minutes. */
const allowedSkew = 5 * 60_000

/**
 * A ProviderError for Entra's refusal of a token. `skew`: milliseconds by which our clock is ahead of Entra's.
 */
export function tokenRefused(directory: string, tenant: string, refusal: SignInRefusal, skew: number): TokenRefused {
  const known = refusal.codes.find((code) => code in adviceByCode)
  const advice = known === undefined ? undefined : adviceByCode[known]
  const number = known ?? refusal.codes[0]
  const code = number === undefined ? refusal.error || `status ${refusal.status}` : `AADSTS${number}`
  const wrong = advice?.wrong ?? 'Entra refuses the application'
  const fix = advice?.fix ?? `look the code up at https://login.microsoftonline.com/error`
  const clock = Math.abs(skew) > allowedSkew ? `; ${skewInWords(skew)}` : ''
  return new TokenRefused(
    `${directory}: signing in to tenant "${tenant}" failed: ${wrong} (${code}); ${fix}${clock}`,
    refusal.codes.some((each) => consentMends.has(each)),
    advice?.option ?? null,
  )
}

/** Refusals that an administrator's consent mends. */
const consentMends: ReadonlySet<number> = new Set([700016, 7000229, 65001])

/** Entra gives no token. */
export class TokenRefused extends ProviderError {
  /** Whether it may be that nobody consented yet. */
  readonly consentMissing: boolean
  /** Null: it may lie in any. */
  readonly option: RefusedOption | null

  constructor(message: string, consentMissing: boolean, option: RefusedOption | null = null) {
    super('provider-auth', message)
    this.consentMissing = consentMissing
    this.option = option
  }
}

/** A wrong clock in words. */
export function skewInWords(skew: number): string {
  const minutes = Math.round(Math.abs(skew) / 60_000)
  return `this machine's clock is ${minutes} min ${skew > 0 ? 'ahead of' : 'behind'} Microsoft's`
}

/** What a collection's reading needs: the least application permission that gives it. */
export const permissionOf: Readonly<Record<'users' | 'groups', string>> = {
  users: 'User.Read.All',
  groups: 'GroupMember.Read.All',
}

/** A ProviderError for Graph's 403. `code` is Graph's error code. */
export function readingForbidden(directory: string, collection: 'users' | 'groups', code: string): ProviderError {
  return new ProviderError(
    'provider-auth',
    `${directory}: Graph does not let the application read ${collection} (403${code === '' ? '' : ` ${code}`}): ` +
      `it lacks the application permission ${permissionOf[collection]}, or nobody consented to it; ` +
      `add it to the app registration and run: namesake authorize "${directory}"`,
  )
}

/** A ProviderError for a token that Graph rejects though it is fresh. */
export function tokenRejected(directory: string, code: string): ProviderError {
  return new ProviderError(
    'provider-auth',
    `${directory}: Graph does not accept a fresh token (401${code === '' ? '' : ` ${code}`}); ` +
      `check that cloud fits the tenant, and that the application is not disabled`,
  )
}
