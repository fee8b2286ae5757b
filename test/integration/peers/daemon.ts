import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync, openSync, closeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from './ports.ts'

/** The daemon as it is shipped: the compiled command line, run out of a temporary folder. */
export const cliPath = resolve(import.meta.dirname, '../../../dist/cli.js')

export interface Daemon {
  readonly folder: string
  readonly child: ChildProcess
  readonly smtpPort: number
  readonly opsPort: number
  /** All log lines so far. */
  lines(): Record<string, unknown>[]
  /** The first line that fits, waited for. @throws after `within` milliseconds. */
  waitFor(fits: (line: Record<string, unknown>) => boolean, within?: number): Promise<Record<string, unknown>>
  stderr(): string
  /** SIGTERM (or another) and the end waited for; gives the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Asks until there is an answer; where asking takes long, as starting a program does, the machine is left to others as long. */
export async function waitUntil<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  within = 60_000,
): Promise<T> {
  const end = Date.now() + within
  for (;;) {
    const asked = performance.now()
    const found = await probe()
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error(`waited ${within} ms in vain for ${what}`)
    const took = performance.now() - asked
    await new Promise((resolve) => setTimeout(resolve, Math.max(20, took)))
  }
}

/** One person protected by a group, one alone, one not. */
export const peopleYaml = `
users:
  - { id: u1, displayName: Jane Roe, givenName: Jane, surname: Roe, mail: jane.roe@corp.example, groups: [g1] }
  - { id: u2, displayName: Max Mustermann, givenName: Max, surname: Mustermann, mail: max@corp.example, groups: [] }
  - { id: u3, displayName: Olivia Bystander, givenName: Olivia, surname: Bystander, mail: olivia@corp.example, groups: [] }
groups:
  - { id: g1, displayName: Executives, members: [u1] }
`

export const protectionYaml = `
protect:
  - directory: Staff
    groups: [Executives]
`

export interface DaemonOptions {
  readonly relay: string
  readonly workers?: number
  readonly people?: string
  readonly protection?: string
  /** Where the protection file is, if the test writes it itself. */
  readonly protectionPath?: string
  /** Options of the directory Staff beside its path. */
  readonly staff?: string
  /** Further entries of `directories:`, as YAML text indented by two. */
  readonly directories?: string
  /** Further keys of namesake.yaml, as YAML text. */
  readonly more?: string
  /** SMTP listener in place of the port. */
  readonly listen?: string
  /** All SMTP listeners as YAML, given the port. */
  readonly listenYaml?: (port: number) => string
  /** Networks that may relay, as YAML. */
  readonly clients?: string
  /** Lines within \`smtp:\`, as YAML text indented by two. */
  readonly smtp?: string
  /** Whether to wait for the start; false where the start is meant to fail. */
  readonly wait?: boolean
  /** Milliseconds that the start may take; left out: a minute. */
  readonly startWithin?: number
  readonly folder?: string
  readonly smtpPort?: number
  readonly env?: Record<string, string>
  /** A program that starts the daemon, with its arguments, e.g. setpriv to run it as somebody else. */
  readonly by?: readonly string[]
  /** The command of another built checkout, to compare with. */
  readonly cli?: string
}

export function writeConfig(folder: string, options: DaemonOptions, smtpPort: number, opsPort: number): string {
  const path = join(folder, 'namesake.yaml')
  writeFileSync(join(folder, 'people.yaml'), options.people ?? peopleYaml)
  writeFileSync(join(folder, 'protection.yaml'), options.protection ?? protectionYaml)
  writeFileSync(
    path,
    `smtp:
  listen: ${options.listenYaml?.(smtpPort) ?? `["${options.listen ?? `127.0.0.1:${smtpPort}`}"]`}
  clients: ${options.clients ?? '["127.0.0.0/8"]'}
  relay: "${options.relay}"
${options.smtp ?? ''}
store: ./store
protection: ${options.protectionPath ?? './protection.yaml'}
directories:
  - { name: Staff, type: file, path: ./people.yaml, ${options.staff ?? 'sync: "*/5 * * * *"'} }
${options.directories ?? ''}
ops: { listen: "127.0.0.1:${opsPort}" }
workers: ${options.workers ?? 1}
${options.more ?? ''}
`,
  )
  return path
}

/** Starts the daemon and waits until it is up. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'namesake-daemon-'))
  const smtpPort = options.smtpPort ?? (await freePort())
  const opsPort = await freePort()
  const config = writeConfig(folder, options, smtpPort, opsPort)
  const logPath = join(folder, 'log')
  const log = openSync(logPath, 'a')
  const command = [...(options.by ?? []), process.execPath, options.cli ?? cliPath, 'serve', '--config', config]
  const child = spawn(command[0] as string, command.slice(1), {
    stdio: ['ignore', log, 'pipe'],
    env: { ...process.env, ...options.env },
  })
  closeSync(log)
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  // Asked for again and again while a test waits: only what came since is parsed.
  const parsed: Record<string, unknown>[] = []
  let parsedOctets = 0
  const lines = (): Record<string, unknown>[] => {
    const octets = readFileSync(logPath)
    if (octets.length < parsedOctets) parsedOctets = parsed.length = 0
    const end = octets.lastIndexOf('\n') + 1
    for (const line of octets.toString('utf8', parsedOctets, Math.max(end, parsedOctets)).split('\n')) {
      if (line.startsWith('{') && line.endsWith('}')) parsed.push(JSON.parse(line) as Record<string, unknown>)
    }
    parsedOctets = Math.max(end, parsedOctets)
    return [...parsed]
  }
  const daemon: Daemon = {
    folder,
    child,
    smtpPort,
    opsPort,
    lines,
    waitFor: (fits, within) => waitUntil(`a log line, stderr: ${errors}`, () => lines().find(fits), within),
    stderr: () => errors,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
  if (options.wait !== false) {
    await Promise.race([
      daemon.waitFor((line) => line['event'] === 'started', options.startWithin),
      ended.then((code) => {
        throw new Error(`the daemon ended with ${code} at its start: ${errors}`)
      }),
    ]).catch(async (error: unknown) => {
      await removeDaemon(daemon)
      throw error
    })
  }
  return daemon
}

/** Ends the daemon if it still runs, and removes its folder. */
export async function removeDaemon(daemon: Daemon): Promise<void> {
  if (daemon.child.exitCode === null && daemon.child.signalCode === null) await daemon.stop('SIGKILL')
  rmSync(daemon.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
}
