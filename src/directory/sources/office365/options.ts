/** The options of an entry of type office365. */

import { createPrivateKey, X509Certificate } from 'node:crypto'
import * as z from 'zod'
import {
  choice,
  duration,
  flag,
  httpsUrl,
  isDomain,
  optional,
  options,
  parsed,
  refuse,
  refuseElsewhere,
  section,
} from '../../../options/fields.ts'
import { fileOption, secret, secretOfFile, unread } from '../../../options/files.ts'
import type { OptionContext } from '../../../options/files.ts'
import type { Secret } from '../../../options/secret.ts'
import type { DirectoryConfig, EntryFault } from '../../../options/source.ts'
import { parseDuration } from '../../../options/units.ts'
import type { Credential, Office365Settings } from './settings.ts'

/** What an entry of this type has besides what every directory has. */
export type Office365Options = Omit<Office365Settings, 'name'> & Required<Pick<DirectoryConfig, 'fullEvery' | 'jitter'>>

/** What it authenticates with: exactly one of these options. */
const credentialOptions: readonly string[] = ['certificate', 'clientSecret', 'federatedToken', 'managedIdentity']

const uuid = (value: string): string | null =>
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) ? value : null

const tenantOf = (value: string): string | null =>
  uuid(value) ?? (isDomain(value) && value.includes('.') ? value : null)

const cloudProse = 'Microsoft cloud that holds the tenant. authority, graph and scope override single addresses of it.'

/** Its options in namesake.yaml. */
export function office365Options(around: OptionContext) {
  return {
    tenant: parsed(tenantOf, 'Tenant: its domain or its id.', 'a domain such as contoso.onmicrosoft.com, or a UUID'),
    clientId: parsed(uuid, 'Application (client) id of the app registration.', 'a UUID'),
    ...credentials(around),
    include: section(
      {
        guests: flag('Whether guest accounts are people too.', false),
        disabled: flag('Whether disabled accounts stay people: attackers use the names of those who left.', true),
      },
      'Which accounts count as people.',
    ),
    trustOtherMails: flag(
      "Whether an account's otherMails are its own addresses. People can set them themselves in some tenants.",
      false,
    ),
    cloud: choice(cloudProse, ['global', 'usgov', 'usgov-dod', 'china'], 'global'),
    authority: optional(httpsUrl('Where tokens come from, as https://host/tenant, in place of what cloud says.')),
    graph: optional(httpsUrl('Where Graph answers, as https://host, without the version.')),
    scope: optional(httpsUrl('Scope that tokens are asked for, such as https://graph.microsoft.com/.default.')),
    fullEvery,
    jitter: duration('Each synchronisation starts later by a random part of this; 0s for none.', '30s', 'timer', 0),
  }
}

const fullAccepts = 'a number of synchronisations, such as 336, or a duration, such as 7d'
const fullEvery: z.ZodType<NonNullable<DirectoryConfig['fullEvery']>> = z
  .union(
    [
      z
        .int({ error: fullAccepts })
        .min(1, { error: fullAccepts })
        .max(1_000_000, { error: fullAccepts })
        .transform((syncs) => ({ syncs })),
      parsed(parseDuration, '', fullAccepts).transform((milliseconds) => ({ duration: milliseconds })),
    ],
    { error: fullAccepts },
  )
  .prefault('7d')
  .meta({
    description:
      'When everything is read again in place of the changes alone: after so many synchronisations, or so long.',
    accepts: fullAccepts,
  })

function credentials(around: OptionContext) {
  const certificate = options(
    {
      key: secret(around, 'Private key in PEM.'),
      certificate: fileOption(around, 'Certificate in PEM, as it was uploaded to the app registration.'),
    },
    'Authenticates by certificate: the preferred way, as nothing secret travels.',
  )
  return {
    certificate: optional(certificate.transform((value, ctx) => readCertificate(value, ctx, around))),
    clientSecret: optional(secret(around, 'Authenticates by client secret.')),
    federatedToken: optional(
      fileOption(around, 'Authenticates by a federated assertion (workload identity); the file is read at each use.'),
    ),
    managedIdentity: optional(managedIdentity),
  }
}

const managedIdentity = z
  .union(
    [
      z.literal(true).transform(() => ({ clientId: null })),
      options(
        { clientId: parsed(uuid, 'Client id of a user-assigned identity.', 'a UUID') },
        'A user-assigned identity.',
      ),
    ],
    { error: 'true, or { clientId: UUID } for a user-assigned identity' },
  )
  .meta({
    description: 'Authenticates by the managed identity of the machine in Azure.',
    accepts: 'true, or { clientId: UUID } for a user-assigned identity',
  })

type Certificate = Extract<Credential, { kind: 'certificate' }>

/** Reads the certificate and proves that the key is its key, so that a mix-up shows at start and not at Microsoft. */
function readCertificate(
  value: { key: Secret; certificate: string },
  ctx: z.RefinementCtx,
  around: OptionContext,
): Certificate {
  if (!around.credentials) return { kind: 'certificate', key: value.key, certificate: unread() }
  const accepts = 'a PEM certificate and the PEM private key that belongs to it'
  const certificate = secretOfFile(value.certificate)
  if (certificate === null) return refuse(ctx, accepts, `the file ${value.certificate} is empty`)
  try {
    const key = createPrivateKey(value.key.reveal())
    if (!new X509Certificate(certificate.reveal()).checkPrivateKey(key)) {
      return refuse(ctx, accepts, 'the private key is not that of the certificate')
    }
  } catch {
    // OpenSSL's own words name routines, and must not be quoted beside key material.
    return refuse(ctx, accepts, 'the certificate or its private key is not PEM that OpenSSL reads')
  }
  return { kind: 'certificate', key: value.key, certificate }
}

type Values = z.output<z.ZodObject<ReturnType<typeof office365Options>>>

/** The values of these options as the provider takes them. */
export function office365Settings(values: Values, ctx: z.RefinementCtx): Office365Options {
  const { clientSecret, certificate, federatedToken, managedIdentity, ...rest } = values
  const given: Credential[] = []
  if (certificate) given.push(certificate)
  if (clientSecret) given.push({ kind: 'secret', secret: clientSecret })
  if (federatedToken !== null) given.push({ kind: 'federated', path: federatedToken })
  if (managedIdentity) given.push({ kind: 'managed-identity', clientId: managedIdentity.clientId })
  const [credential] = given
  return credential !== undefined && given.length === 1 ? { ...rest, credential } : refuseElsewhere(ctx)
}

/** Faults across these options: one credential, and addresses of a cloud of one's own together. */
export function office365Faults(entry: Readonly<Record<string, unknown>>): EntryFault[] {
  const faults: EntryFault[] = []
  // Tokens of one cloud are no good at another.
  for (const [one, other] of [
    ['authority', 'graph'],
    ['graph', 'authority'],
    ['scope', 'graph'],
  ] as const) {
    if (entry[one] === undefined || entry[other] !== undefined) continue
    const message = `${one} needs ${other} beside it; fix: add ${other}, or use cloud in place of both`
    faults.push({ option: one, message })
  }
  const given = credentialOptions.filter((key) => entry[key] !== undefined)
  if (given.length === 1) return faults
  const what = given.length === 0 ? 'nothing says how to authenticate' : `${given.join(' and ')} stand here together`
  const message = `${what}; accepted: one of ${credentialOptions.join(', ')}`
  return [...faults, { option: given[1] ?? null, message }]
}
