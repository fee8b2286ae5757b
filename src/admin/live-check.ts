/** What no file can tell: whether sockets, certificates, next hop, people and names are as the configuration takes them. */

import { X509Certificate, createPrivateKey } from 'node:crypto'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import type { NamesakeConfig } from '../config/types.ts'
import { fileSource } from '../directory/sources/file/source.ts'
import { NamesakeError } from '../errors.ts'
import { formatAddress } from '../net/addresses.ts'
import type { SocketAddress } from '../net/addresses.ts'
import { count } from '../text.ts'
import { readPeople } from './init.ts'
import type { Installation } from './installation.ts'
import { nextHopStates } from './next-hops.ts'
import { doubtsOfAddress } from './protect-plans.ts'
import { findPerson } from './targets.ts'

/** One thing that was looked at. `unknown`: it can't be told from here, and why. */
export interface LiveFinding {
  readonly what: string
  readonly state: 'ok' | 'problem' | 'unknown'
  readonly detail: string
}

/** A certificate that ends within this time is a problem already: thirty days, in milliseconds. */
const expiryMargin = 30 * 86_400_000

/** Looks at everything once; changes nothing, and opens listeners only for a moment. Never throws for what it finds. */
export async function liveCheck(installation: Installation, now: number): Promise<LiveFinding[]> {
  const { config } = installation
  const running = await installation.control.status().then(
    (status) => status,
    (error: unknown) =>
      error instanceof NamesakeError && error.message.includes('permission denied') ? 'denied' : null,
  )
  const daemon: LiveFinding = {
    what: 'daemon',
    state: running === 'denied' ? 'unknown' : 'ok',
    detail:
      running === null
        ? 'none runs'
        : running === 'denied'
          ? 'it may not be asked by this user'
          : `runs, process ${running.pid}`,
  }
  return [
    daemon,
    ...(await listenerFindings(config, running !== null)),
    ...certificateFindings(config, now),
    ...(await hopFindings(config)),
    ...(await sourceFindings(config)),
    ...(await protectionFindings(installation)),
  ]
}

interface Listening {
  readonly what: string
  readonly address: SocketAddress
}

function listenersOf({ smtp, milter, ops }: NamesakeConfig): Listening[] {
  return [
    ...(smtp?.listen ?? []).map(({ address }) => ({ what: 'smtp listener', address })),
    ...(milter?.listen ?? []).map(({ address }) => ({ what: 'milter listener', address })),
    ...(ops.listen === null ? [] : [{ what: 'ops listener', address: ops.listen }]),
  ]
}

async function listenerFindings(config: NamesakeConfig, runs: boolean): Promise<LiveFinding[]> {
  return Promise.all(
    listenersOf(config).map(async ({ what, address }): Promise<LiveFinding> => {
      const at = `${what} ${formatAddress(address)}`
      if (address.kind === 'unix') return socketFinding(at, address.path)
      // The daemon has it, if anybody does: whether that is so, status says.
      if (runs) return { what: at, state: 'ok', detail: 'left to the running daemon' }
      const problem = await bindProblem(address.host, address.port)
      return { what: at, state: problem === null ? 'ok' : 'problem', detail: problem ?? 'free' }
    }),
  )
}

function socketFinding(what: string, path: string): LiveFinding {
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK)
    return { what, state: 'ok', detail: 'its folder is there' }
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const detail = missing
      ? `the folder ${dirname(path)} does not exist`
      : `the folder ${dirname(path)} may not be written by this user`
    return { what, state: missing ? 'problem' : 'unknown', detail }
  }
}

function bindProblem(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: 'in use by another program',
        EADDRNOTAVAIL: 'this host has no such address',
        EACCES: 'may not be opened by this user',
      }
      resolve(reasons[error.code ?? ''] ?? error.message)
    })
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)))
  })
}

function certificateFindings({ smtp, console }: NamesakeConfig, now: number): LiveFinding[] {
  const pairs = new Map<string, string | null>()
  for (const { tls } of smtp?.listen ?? []) {
    if (tls === null) continue
    pairs.set(tls.certificate, tls.key)
    for (const { certificate, key } of tls.certificates) pairs.set(certificate, key)
  }
  const hop = smtp?.nextHop
  if (hop?.certificate !== null && hop?.certificate !== undefined) pairs.set(hop.certificate, hop.key)
  if (console?.tls) pairs.set(console.tls.certificate, console.tls.key)
  return [...pairs].map(([certificate, key]) => certificateFinding(certificate, key, now))
}

function certificateFinding(certificate: string, key: string | null, now: number): LiveFinding {
  const what = `certificate ${certificate}`
  try {
    const read = new X509Certificate(readFileSync(certificate))
    const end = Date.parse(read.validTo)
    const day = new Date(end).toISOString().slice(0, 10)
    if (key !== null && !read.checkPrivateKey(createPrivateKey(readFileSync(key)))) {
      return { what, state: 'problem', detail: `the key ${key} does not belong to it` }
    }
    if (end < now) return { what, state: 'problem', detail: `it ended on ${day}` }
    return { what, state: end - now < expiryMargin ? 'problem' : 'ok', detail: `it ends on ${day}` }
  } catch (error) {
    const denied = ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')
    return { what, state: denied ? 'unknown' : 'problem', detail: (error as Error).message }
  }
}

async function hopFindings(config: NamesakeConfig): Promise<LiveFinding[]> {
  return (await nextHopStates(config)).map(({ url, reached, problem }) => ({
    what: `next hop ${url}`,
    state: reached === null ? 'unknown' : reached ? 'ok' : 'problem',
    detail: reached === null ? 'not tried' : reached ? 'takes connections' : (problem ?? ''),
  }))
}

async function sourceFindings({ directories }: NamesakeConfig): Promise<LiveFinding[]> {
  const findings: LiveFinding[] = []
  for (const directory of directories) {
    const file = fileSource.settingsOf(directory)
    if (file === null) continue
    const what = `people file ${file.path}`
    try {
      const { people, groups } = await readPeople(file.path)
      const detail = `${count(people.length, 'person', 'people')} and ${count(groups.length, 'group', 'groups')}`
      findings.push({ what, state: people.length === 0 ? 'problem' : 'ok', detail })
    } catch (error) {
      findings.push({ what, state: 'problem', detail: (error as Error).message })
    }
  }
  return findings
}

/** Names of groups and people against the store, and the ways in which a file that is valid protects nobody. */
async function protectionFindings(installation: Installation): Promise<LiveFinding[]> {
  try {
    const findings = (await installation.directories()).map((directory): LiveFinding => {
      const fresh = directory.state === 'ok'
      const last = directory.lastSync === null ? 'never read: run namesake sync' : `last read ${directory.lastSync}`
      const detail = directory.error === null ? last : `${last}; ${directory.error}`
      return { what: `directory ${directory.name}`, state: fresh ? 'ok' : 'problem', detail }
    })
    if (findings.every(({ detail }) => detail.startsWith('never read'))) return findings
    const people = await installation.people()
    const protection = installation.protection()
    for (const { path, message } of people.problems) {
      const { file, line, column } = protection.locate(path)
      findings.push({ what: `${file}:${line}:${column}`, state: 'problem', detail: message })
    }
    const view = (await installation.store()).snapshot()
    for (const group of people.groups({ protected: true }).items) {
      if (group.people > 0) continue
      const detail = 'it holds nobody, so it protects nobody; it may be empty, or its members hidden from Namesake'
      findings.push({ what: `group ${group.displayName} of ${group.directory}`, state: 'problem', detail })
    }
    for (const { displayName, id, address } of people.secondaries(null)) {
      const doubts = doubtsOfAddress(address, findPerson(view, id, null))
      for (const detail of doubts)
        findings.push({ what: `secondary address of ${displayName}`, state: 'problem', detail })
    }
    const guarded = people.protectedCount()
    const detail =
      guarded === 0 ? 'nobody: namesake protect names groups or people' : count(guarded, 'person', 'people')
    return [...findings, { what: 'protected', state: guarded === 0 ? 'problem' : 'ok', detail }]
  } catch (error) {
    return [
      {
        what: `store ${installation.config.store}`,
        state: storeState(installation.config.store),
        detail: (error as Error).message,
      },
    ]
  }
}

function storeState(path: string): LiveFinding['state'] {
  try {
    statSync(path)
    return 'problem'
  } catch {
    return 'unknown'
  }
}
