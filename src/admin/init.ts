/** A first configuration: both files made from a few answers, proved, and written where nothing stands yet. */

import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { loadConfig } from '../config/load.ts'
import { FileProvider } from '../directory/sources/file/provider.ts'
import { directorySources } from '../directory/sources/registry.ts'
import { ConfigError, NamesakeError } from '../errors.ts'
import { count } from '../text.ts'
import { foldName } from './search.ts'

/** Where people come from. */
export type InitPeople =
  /** `path`: as the operator writes it, from the folder where they are. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'office365'; readonly tenant: string | null; readonly clientId: string | null }
  /** A people file of five invented people, to try things out. */
  | { readonly kind: 'example' }

export interface InitAnswers {
  readonly people: InitPeople
  readonly listen: readonly string[]
  readonly clients: readonly string[]
  readonly relay: string
  /** Groups or people, by name, address or id; null: all groups of the people file, or its people if they are few. */
  readonly protect: readonly string[] | null
}

/** A file that is to be written. */
interface InitFile {
  readonly path: string
  readonly text: string
}

interface InitPlan {
  readonly files: readonly InitFile[]
  /** What an operator should know of it. */
  readonly notes: readonly string[]
  /** Command lines to go on with, without `namesake`. */
  readonly next: readonly string[]
}

/** Who a people file holds, as far as choosing whom to protect needs it. */
interface FoundPeople {
  readonly people: readonly { readonly id: string; readonly displayName: string; readonly address: string | null }[]
  readonly groups: readonly { readonly id: string; readonly displayName: string }[]
}

export const initDefaults = {
  listen: '127.0.0.1:10025',
  clients: ['127.0.0.0/8', '::1'],
} as const

/** People of a file without groups that are all protected when nobody is named. */
const maxProtectedAtOnce = 200

/** The next hop where none is named: a folder, so that nothing leaves this machine by accident. */
export function defaultRelay(configPath: string): string {
  return `maildir:${places(configPath).mail}`
}

/** @throws NamesakeError input-invalid with every fault of the file */
export async function readPeople(path: string): Promise<FoundPeople> {
  const provider = new FileProvider({ name: 'people', path: resolve(path) })
  const people: { id: string; displayName: string; address: string | null }[] = []
  const groups: { id: string; displayName: string }[] = []
  const request = { cursor: null, signal: new AbortController().signal, notice: () => undefined }
  for await (const step of provider.read(request)) {
    for (const change of step.step === 'changes' ? step.changes : []) {
      if (change.op === 'group') groups.push({ id: change.id, displayName: change.displayName ?? change.id })
      if (change.op !== 'person') continue
      const facts = provider.personOf(change.id, change.attributes)
      if (facts === null) continue
      people.push({ id: change.id, displayName: facts.displayName, address: facts.addresses[0] ?? null })
    }
  }
  return { people, groups }
}

/**
 * Makes both files' texts and proves them as the daemon will read them. Writes nothing.
 * @param configPath of namesake.yaml
 * @throws NamesakeError input-invalid if a file stands there already, or the people file can't be read; ConfigError with
 * what is wrong with an answer
 */
export async function planInit(configPath: string, answers: InitAnswers): Promise<InitPlan> {
  const folder = dirname(configPath)
  const protectionPath = join(folder, 'protection.yaml')
  refuseExisting([configPath, protectionPath])
  const { people } = answers
  const peoplePath = people.kind === 'file' ? people.path : join(folder, 'people.yaml')
  // An example that stands there is the operator's own file by now.
  const writesPeople = people.kind === 'example' && !existsSync(peoplePath)
  const found = people.kind === 'office365' ? null : writesPeople ? exampleFound : await readPeople(peoplePath)
  const guarded = guardedBy(answers, found)
  const directory = people.kind === 'office365' ? 'Office 365' : 'Staff'
  const files = [
    { path: configPath, text: namesakeText(configPath, answers, peoplePath) },
    { path: protectionPath, text: protectionText(directory, guarded) },
    ...(writesPeople ? [{ path: peoplePath, text: examplePeople }] : []),
  ]
  prove(files, configPath)
  return { files, notes: notesOf(answers, guarded, found), next: nextOf(answers, guarded) }
}

/** Writes what was planned; a file that has come to stand there meanwhile is left alone. @throws NamesakeError input-invalid */
export function writeInit({ files }: InitPlan): void {
  refuseExisting(files.map(({ path }) => path))
  for (const { path, text } of files) {
    try {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text, { flag: 'wx', mode: 0o640 })
      // Root writing into the daemon's folder leaves files that the daemon may read: they get the folder's group.
      try {
        const { gid } = statSync(dirname(path))
        chownSync(path, statSync(path).uid, gid)
      } catch {
        // Not ours to give: the file has the writer's group, as with any editor.
      }
    } catch (error) {
      throw new NamesakeError('input-invalid', `writing ${path}: ${(error as Error).message}`, { cause: error })
    }
  }
}

function refuseExisting(paths: readonly string[]): void {
  const standing = paths.filter((path) => existsSync(path))
  if (standing.length === 0) return
  const fix = 'fix: edit it, or have another one written elsewhere: namesake init --config FILE'
  throw new NamesakeError(
    'input-invalid',
    `${standing.join(' and ')} ${standing.length === 1 ? 'stands' : 'stand'} there already, and nothing is overwritten; ${fix}`,
  )
}

interface Guarded {
  readonly groups: readonly string[]
  readonly users: readonly string[]
}

function guardedBy({ protect, people }: InitAnswers, found: FoundPeople | null): Guarded {
  if (found === null) {
    // A directory that nobody has read yet: what has an @ is a person.
    const named = protect ?? []
    return { groups: named.filter((one) => !one.includes('@')), users: named.filter((one) => one.includes('@')) }
  }
  if (protect === null) {
    if (people.kind === 'example') return { groups: ['Executives'], users: ['omar.haddad@corp.example'] }
    if (found.groups.length > 0) return { groups: unique(found.groups.map(groupWord(found))), users: [] }
    return { groups: [], users: found.people.length > maxProtectedAtOnce ? [] : unique(found.people.map(userWord)) }
  }
  const groups: string[] = []
  const users: string[] = []
  for (const one of protect) {
    const name = foldName(one)
    const group = found.groups.find(({ id, displayName }) => id === one || foldName(displayName) === name)
    const fits = found.people.filter(
      ({ id, displayName, address }) =>
        id === one || address === one.toLowerCase() || (group === undefined && foldName(displayName) === name),
    )
    const [person] = fits
    if (group !== undefined) groups.push(groupWord(found)(group))
    else if (person !== undefined && fits.length === 1) users.push(userWord(person))
    else throw new NamesakeError('input-invalid', `--protect ${JSON.stringify(one)}: ${whyNobody(fits.length, found)}`)
  }
  return { groups: unique(groups), users: unique(users) }
}

function whyNobody(count: number, { groups, people }: FoundPeople): string {
  if (count > 1) return `${count} people have that name; fix: give an address`
  const names = groups.slice(0, 10).map(({ displayName }) => JSON.stringify(displayName))
  return names.length > 0
    ? `the people file has no such group or person; its groups are ${names.join(', ')}`
    : `the people file has no such person among its ${people.length}, and no groups`
}

function groupWord({ groups }: FoundPeople): (group: FoundPeople['groups'][number]) => string {
  return ({ id, displayName }) =>
    groups.filter((other) => foldName(other.displayName) === foldName(displayName)).length === 1 ? displayName : id
}

function userWord({ id, address }: FoundPeople['people'][number]): string {
  return address ?? id
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)]
}

/** Where data goes beside a configuration, as it is written into it. */
function places(configPath: string): { readonly store: string; readonly mail: string } {
  if (resolve(configPath).startsWith('/etc/'))
    return { store: '/var/lib/namesake/store', mail: '/var/lib/namesake/mail' }
  const base = basename(dirname(resolve(configPath))) === 'config' ? '../data' : './data'
  return { store: `${base}/store`, mail: `${base}/mail` }
}

/** A path as it is written into a file of that folder. */
function pathFrom(folder: string, path: string): string {
  if (isAbsolute(path)) return path
  const from = relative(resolve(folder), resolve(path))
  return from.startsWith('.') ? from : `./${from}`
}

function namesakeText(configPath: string, answers: InitAnswers, peoplePath: string): string {
  const { listen, clients, relay, people } = answers
  const list = (words: readonly string[]): string => `[${words.map((word) => JSON.stringify(word)).join(', ')}]`
  const { store } = places(configPath)
  const source =
    people.kind === 'office365'
      ? `  - name: Office 365
    type: office365
    tenant: ${JSON.stringify(people.tenant ?? 'contoso.onmicrosoft.com')}${people.tenant === null ? ' # yours' : ''}
    clientId: ${JSON.stringify(people.clientId ?? '00000000-0000-0000-0000-000000000000')}${people.clientId === null ? ' # of your app registration' : ''}
    # The secret stays out of this file: in the daemon's environment, or { file: /path }.
    clientSecret: { env: NAMESAKE_CLIENT_SECRET }
    sync: "*/30 * * * *"
`
      : `  - name: Staff
    type: file
    # YAML, JSON or CSV. It is read again when it changes.
    path: ${JSON.stringify(pathFrom(dirname(configPath), peoplePath))}
    sync: "*/5 * * * *"
`
  return `# Namesake's daemon. "namesake config check" tells what is wrong with this file, docs/configuration.md has every option.
# Paths are relative to the folder of this file. Changes take effect at a restart, on SIGHUP, or with "namesake reload".

smtp:
  # Where mail comes in.
  listen: ${list(listen)}

  # Who may relay: networks or addresses. Anyone else is sent away with 554.
  clients: ${list(clients)}

  # Where mail goes on to: your mail server, as "smtp://127.0.0.1:10026". maildir: writes it into a folder, for trying out.
  relay: ${JSON.stringify(relay)}

# Postfix and Sendmail can ask without a proxy in between: smtpd_milters = inet:127.0.0.1:10027
#milter:
#  listen: ["inet:127.0.0.1:10027"]

# The store of people, made at the first start.
store: ${JSON.stringify(store)}

# Who is protected. That file reloads by itself when it is edited.
protection: ./protection.yaml

# Where people come from. Several directories can stand side by side.
directories:
${source}
# The web console: its first start prints a link that makes the first administrator.
console: { listen: "127.0.0.1:9466" }

# Metrics at /metrics, health at /healthz and /readyz.
ops:
  listen: "127.0.0.1:9465"
`
}

function protectionText(directory: string, { groups, users }: Guarded): string {
  const list = (words: readonly string[]): string => `[${words.map((word) => JSON.stringify(word)).join(', ')}]`
  const long = users.length > 3
  const people = long ? `\n${users.map((one) => `      - ${JSON.stringify(one)}`).join('\n')}` : ` ${list(users)}`
  return `# Who is protected, and what is done about mail that shows their names with addresses that are not theirs.
# This file reloads by itself when it is saved; an invalid edit is refused in the log, and the old rules stay.
# "namesake protect", "unprotect", "secondary" and "actions" edit it for you and keep your comments.

# Whose names are guarded: members of groups (nested ones too), and single people by any of their addresses.
protect:
  - directory: ${directory}
    groups: ${list(groups)}
    users:${people}

# Settings of single people, such as private addresses that they really write from:
#people:
#  jane.roe@corp.example:
#    secondaryEmails: ["jane@home.example"]

# Services that may write in a protected person's name:
#trustedSenders:
#  - from: calendar-notification@google.com
#    note: calendar invitations
#    until: 2027-06-30

# What is done, by how sure the match is: monitor (log and count), tag (add X-Namesake fields), reject (550).
# Start with tag, look at what is tagged, then let certain matches be rejected.
actions:
  certain: tag
  likely: tag
`
}

/** Reads the texts as the daemon will, in a folder of their own. */
function prove(files: readonly InitFile[], configPath: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-init-'))
  try {
    for (const { path, text } of files) writeFileSync(join(folder, basename(path)), text)
    loadConfig(join(folder, basename(configPath)), directorySources, { credentials: false })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    // Places in a file that nobody has yet would say nothing; the option and what is accepted do.
    throw new NamesakeError('usage', error.faults.map(({ path, message }) => `${path}: ${message}`).join('\n'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function notesOf({ relay, people }: InitAnswers, { groups, users }: Guarded, found: FoundPeople | null): string[] {
  const notes: string[] = []
  const guarded = groups.length + users.length
  if (found !== null && people.kind !== 'example')
    notes.push(
      `the people file holds ${count(found.people.length, 'person', 'people')} and ${count(found.groups.length, 'group', 'groups')}`,
    )
  const words = [...groups.map((group) => `group ${JSON.stringify(group)}`), ...users.slice(0, 5)]
  const more = users.length > 5 ? ` and ${users.length - 5} more` : ''
  notes.push(
    guarded === 0
      ? 'nobody is protected yet: "namesake protect" names groups or people'
      : `protected: ${words.join(', ')}${more}`,
  )
  if (relay.startsWith('maildir:'))
    notes.push(
      `mail is written into ${relay.slice('maildir:'.length)} and goes nowhere else: name your mail server as smtp.relay in earnest`,
    )
  return notes
}

function nextOf({ people }: InitAnswers, { groups, users }: Guarded): string[] {
  const sync = people.kind === 'office365' ? ['authorize "Office 365"', 'sync'] : []
  return [...sync, ...(groups.length + users.length === 0 ? ['protect WHO'] : []), 'serve']
}

const examplePeople = `# Five invented people, to try things out. Name your own file in namesake.yaml, or replace what stands here.
users:
  - { id: "1", displayName: Jane Roe, givenName: Jane, surname: Roe, mail: jane.roe@corp.example }
  - { id: "2", displayName: Erik Lindqvist, givenName: Erik, surname: Lindqvist, mail: erik.lindqvist@corp.example }
  - { id: "3", displayName: María José Fernández Ortega, mail: mj.fernandez@corp.example }
  - { id: "4", displayName: Omar Haddad, givenName: Omar, surname: Haddad, mail: omar.haddad@corp.example }
  - { id: "5", displayName: Wei Zhang, givenName: Wei, surname: Zhang, mail: wei.zhang@corp.example }

groups:
  - { id: executives, displayName: Executives, members: ["1", "2", "3"] }
`

const exampleFound: FoundPeople = {
  people: [{ id: '4', displayName: 'Omar Haddad', address: 'omar.haddad@corp.example' }],
  groups: [{ id: 'executives', displayName: 'Executives' }],
}
