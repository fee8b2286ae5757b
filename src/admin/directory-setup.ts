/** A new directory: described, authorised, saved. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { loadConfig } from '../config/load.ts'
import { draftDirectories, writeDirectories } from '../config/edit-directories.ts'
import type { DirectoriesDraft, DirectoryChange } from '../config/edit-directories.ts'
import type { Value } from '../config/yaml-words.ts'
import { credentialFault, proveAccess } from '../directory/sources/office365/authorize.ts'
import { consentOutcome, consentUrl } from '../directory/sources/office365/consent.ts'
import type { Office365Settings } from '../directory/sources/office365/settings.ts'
import { office365Source } from '../directory/sources/office365/source.ts'
import { directorySources } from '../directory/sources/registry.ts'
import { NamesakeError } from '../errors.ts'
import { errorText } from '../text.ts'
import { selfSigned } from '../net/self-signed.ts'
import type { DaemonControl } from '../ports.ts'
import { fileSource } from '../directory/sources/file/source.ts'
import { readPeople } from './init.ts'
import { diffOf } from './diff.ts'
import type { DiffLine } from './diff.ts'

/** A secret by reference; it never travels itself. */
type SecretReference = { readonly env: string } | { readonly file: string }

/** A directory as an operator describes it. */
export type NewDirectory =
  | { readonly type: 'file'; readonly name: string; readonly sync: string; readonly path: string }
  | {
      readonly type: 'office365'
      readonly name: string
      readonly sync: string
      readonly tenant: string
      readonly clientId: string
      /** `other`: `authority` and `graph` say where. */
      readonly cloud: 'global' | 'usgov' | 'usgov-dod' | 'china' | 'other'
      readonly authority?: string | undefined
      readonly graph?: string | undefined
      readonly credential:
        | { readonly kind: 'secret'; readonly secret: SecretReference }
        | { readonly kind: 'certificate'; readonly key: string; readonly certificate: string }
    }

/** A directory that namesake.yaml has already, to be authorised again. */
export interface KnownDirectory {
  readonly type: 'known'
  readonly name: string
}

/** What a change of namesake.yaml would do. */
interface PlannedDirectories {
  readonly changed: boolean
  readonly diff: readonly DiffLine[]
}

/** The lines of namesake.yaml that a directory comes to. */
function entryOf(directory: NewDirectory): { readonly [key: string]: Value } {
  const { name, type, sync } = directory
  if (directory.type === 'file') return { name, type, path: directory.path, sync }
  const { tenant, clientId, cloud, authority, graph, credential } = directory
  return {
    name,
    type,
    tenant,
    clientId,
    ...(credential.kind === 'secret'
      ? { clientSecret: { ...credential.secret } }
      : { certificate: { key: { file: credential.key }, certificate: { file: credential.certificate } } }),
    ...(cloud === 'global' || cloud === 'other' ? {} : { cloud }),
    ...(cloud === 'other' ? { authority: authority ?? '', graph: graph ?? '' } : {}),
    sync,
  }
}

/**
 * What adding a directory would write; nothing is written yet.
 * @throws ConfigError with every fault of what was described
 */
export function planNewDirectory(configPath: string, directory: NewDirectory): PlannedDirectories {
  return shown(draftDirectories(configPath, { do: 'add', entry: entryOf(directory) }, directorySources))
}

/** The same for any change. @throws as `planNewDirectory`; NamesakeError input-invalid */
export function planDirectoryChange(configPath: string, change: DirectoryChange): PlannedDirectories {
  return shown(draftDirectories(configPath, change, directorySources))
}

/**
 * Writes a change into namesake.yaml and has the daemon take it over.
 * @returns the difference, and whether a daemon runs by it now
 * @throws as the plans; NamesakeError input-invalid if the file can't be written or the daemon refuses it
 */
export async function changeDirectories(
  configPath: string,
  change: DirectoryChange | { readonly do: 'new'; readonly directory: NewDirectory },
  control: DaemonControl,
): Promise<PlannedDirectories & { readonly running: boolean }> {
  const draft = draftDirectories(
    configPath,
    change.do === 'new' ? { do: 'add', entry: entryOf(change.directory) } : change,
    directorySources,
  )
  writeDirectories(draft)
  try {
    const answer = await control.reload({ what: 'all' })
    if (answer.outcome === 'done') return { ...shown(draft), running: true }
    throw new NamesakeError('input-invalid', `the daemon does not take it over: ${answer.faults.join('; ')}`)
  } catch (error) {
    if (error instanceof NamesakeError && error.code === 'input-invalid') throw error
    return { ...shown(draft), running: false }
  }
}

function shown({ before, after }: DirectoriesDraft): PlannedDirectories {
  return { changed: before !== after, diff: diffOf(before, after) }
}

/** What was described, or stands in the file, validated, as the part that signs in takes it. @throws ConfigError */
function settingsOf(configPath: string, directory: NewDirectory | KnownDirectory): Office365Settings {
  const { config } =
    directory.type === 'known'
      ? loadConfig(configPath, directorySources)
      : draftDirectories(configPath, { do: 'add', entry: entryOf(directory) }, directorySources).loaded
  const found = config.directories.find(({ name }) => name === directory.name)
  const settings = found === undefined ? null : office365Source.settingsOf(found)
  if (settings === null) throw new NamesakeError('usage', 'only an Office 365 directory is authorised')
  return settings
}

/**
 * Where an administrator of the tenant accepts what Namesake may read.
 * @param redirect where the browser comes back to; it has to stand among the redirect addresses of the app registration
 * @param state a secret that the browser brings back
 * @throws ConfigError with every fault of what was described
 */
export function consentAddress(
  configPath: string,
  directory: NewDirectory | KnownDirectory,
  redirect: string,
  state: string,
): string {
  return consentUrl(settingsOf(configPath, directory), redirect, state)
}

/** How long Entra is waited for before an administrator is sent there without having been asked. */
const credentialMs = 15_000

/** What trying a description came to. */
interface Tried {
  /** What is wrong with it: the option, and what mends it in words; null: nothing that is known. */
  readonly fault: { readonly option: string; readonly message: string } | null
  /** What a file holds; null for a service, which is not read before somebody has consented. */
  readonly people: number | null
  readonly groups: number | null
}

/**
 * Tries a description before anything is written, or anybody is sent to Microsoft: a file is read, and of Entra a token is
 * asked for, which tells of a tenant that is none and of a wrong secret.
 * @throws ConfigError with every fault of what was described
 */
export async function tryDirectory(configPath: string, directory: NewDirectory | KnownDirectory): Promise<Tried> {
  if (directory.type !== 'file') {
    const fault = await credentialFault(settingsOf(configPath, directory), AbortSignal.timeout(credentialMs))
    return { fault, people: null, groups: null }
  }
  const { loaded } = draftDirectories(configPath, { do: 'add', entry: entryOf(directory) }, directorySources)
  const found = loaded.config.directories.find(({ name }) => name === directory.name)
  const path = (found === undefined ? null : fileSource.settingsOf(found))?.path ?? directory.path
  try {
    const { people, groups } = await readPeople(path)
    return { fault: null, people: people.length, groups: groups.length }
  } catch (error) {
    return { fault: { option: 'path', message: errorText(error) }, people: null, groups: null }
  }
}

/** The tenant that consented, as the browser says. @throws NamesakeError provider-auth if consent was refused */
export function readConsent(directory: NewDirectory | KnownDirectory, query: URLSearchParams): string | null {
  return consentOutcome(directory.name, query).tenant
}

/**
 * Proves with a fresh token that users and groups can be read; tries for a while, as consent takes its time to spread.
 * @param say told of each step, in words
 * @throws ProviderError in plain words
 */
export async function proveReading(
  configPath: string,
  directory: NewDirectory | KnownDirectory,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await proveAccess(settingsOf(configPath, directory), { consented: true }, { say, signal })
}

/** A certificate that was made here: paths of both files, and the public part to be uploaded. */
interface MadeCertificate {
  readonly key: string
  readonly certificate: string
  readonly pem: string
  /** ISO 8601. */
  readonly until: string
}

/** Years that a certificate made here lasts. */
const certificateYears = 2

/**
 * Makes a key and a certificate in a folder that only its owner may read.
 * @throws what the file system throws
 */
export function makeCertificate(folder: string, now: Date): MadeCertificate {
  const until = new Date(now)
  until.setUTCFullYear(until.getUTCFullYear() + certificateYears)
  const made = selfSigned('Namesake', new Date(now.getTime() - 3_600_000), until)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const base = join(folder, `office365-${randomBytes(4).toString('hex')}`)
  writeFileSync(`${base}.key.pem`, made.key, { mode: 0o600, flag: 'wx' })
  writeFileSync(`${base}.crt.pem`, made.certificate, { mode: 0o600, flag: 'wx' })
  return { key: `${base}.key.pem`, certificate: `${base}.crt.pem`, pem: made.certificate, until: until.toISOString() }
}
