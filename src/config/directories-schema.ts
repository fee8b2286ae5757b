/** Its directories. */

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
  schedule,
  section,
  text,
} from './fields.ts'
import type { Field } from './fields.ts'
import { fileOption, path, secret, secretOfFile, unread } from './files.ts'
import type { Surroundings } from './files.ts'
import type { Secret } from './secret.ts'
import { parseDuration } from './units.ts'
import type { DirectoryConfig, Office365Credential, Office365DirectoryConfig } from './types.ts'

/** What a directory of type office365 authenticates with: exactly one of these options. */
export const credentialOptions: readonly string[] = ['certificate', 'clientSecret', 'federatedToken', 'managedIdentity']

/** One entry of `directories`. */
export function directorySchema(around: Surroundings): Field<DirectoryConfig> {
  const office365 = office365Options(around)
  const file = fileOptions(around)
  return z
    .discriminatedUnion('type', [office365, file], {
      error: (issue) => ((issue.code as string) === 'invalid_type' ? 'a map with name and type' : 'office365, file'),
    })
    .transform((entry, ctx): DirectoryConfig => {
      if (entry.type === 'file') return entry
      const { clientSecret: _s, certificate: _c, federatedToken: _f, managedIdentity: _m, ...rest } = entry
      const credential = credentialOf(entry)
      return credential ? { ...rest, credential } : refuseElsewhere(ctx)
    })
}

/** The options that every type of directory has; `sync` differs in its default alone. */
function common(sync: string) {
  const fraction = 'a fraction from 0 to 1, such as 0.5'
  return {
    name: text('Name by which protection.yaml, the command line and the metrics know the directory.', 'a name'),
    sync: schedule(
      'When it is read again: minute, hour, day of month, month, day of week (seconds may stand before them); or after how long.',
      sync,
    ),
    staleAfter: duration(
      'Age of the last success above which /readyz says degraded. The people are served whatever their age.',
      '24h',
      'years',
    ),
    shrink: z.number({ error: fraction }).min(0, { error: fraction }).max(1, { error: fraction }).prefault(0.5).meta({
      description:
        'A synchronisation that would remove more than this fraction of the people stops and keeps them; so does one of office365 that reads everything and would remove more of the groups or memberships. 1 lets any through.',
      accepts: fraction,
    }),
  }
}

function fileOptions(around: Surroundings) {
  return options(
    {
      type: z.literal('file').meta({ description: 'People from a file.' }),
      ...common('*/5 * * * *'),
      path: path(around, 'The people file: .yaml, .json or .csv. It is also read again when it changes.'),
    },
    'A directory kept in a file.',
  )
}

const uuid = (value: string): string | null =>
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) ? value : null

const tenantOf = (value: string): string | null =>
  uuid(value) ?? (isDomain(value) && value.includes('.') ? value : null)

const cloudProse = 'Microsoft cloud that holds the tenant. authority, graph and scope override single addresses of it.'

function office365Options(around: Surroundings) {
  return options(
    {
      type: z.literal('office365').meta({ description: 'People from Microsoft 365 (Entra ID), read through Graph.' }),
      ...common('*/30 * * * *'),
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
    },
    'A directory in Microsoft 365, read by an app registration with User.Read.All and GroupMember.Read.All.',
  )
}

const fullAccepts = 'a number of synchronisations, such as 336, or a duration, such as 7d'
const fullEvery: Field<Office365DirectoryConfig['fullEvery']> = z
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

function credentials(around: Surroundings) {
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

type Certificate = Extract<Office365Credential, { kind: 'certificate' }>

/** Reads the certificate and proves that the key is its key, so that a mix-up shows at start and not at Microsoft. */
function readCertificate(
  value: { key: Secret; certificate: string },
  ctx: z.RefinementCtx,
  around: Surroundings,
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

function credentialOf(entry: {
  certificate: Certificate | null
  clientSecret: Extract<Office365Credential, { kind: 'secret' }>['secret'] | null
  federatedToken: string | null
  managedIdentity: { clientId: string | null } | null
}): Office365Credential | null {
  const given: Office365Credential[] = []
  if (entry.certificate) given.push(entry.certificate)
  if (entry.clientSecret) given.push({ kind: 'secret', secret: entry.clientSecret })
  if (entry.federatedToken !== null) given.push({ kind: 'federated', path: entry.federatedToken })
  if (entry.managedIdentity) given.push({ kind: 'managed-identity', clientId: entry.managedIdentity.clientId })
  return given.length === 1 ? (given[0] ?? null) : null
}
