/** The embedded next hop: a Maildir behind an SMTP server of its own process, so that a slow disk never stalls a session. */

import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NamesakeError } from '../errors.ts'

export interface MaildirServer {
  /** What `parseNextHop` takes: `smtp+unix:///…`. */
  readonly url: string
  close(): Promise<void>
}

interface MaildirHooks {
  /** The process ended unasked; it is started again after `restartIn` milliseconds. */
  onDied?(details: { readonly code: number | null; readonly signal: string | null; readonly restartIn: number }): void
}

/** How long the process may take to come up, and to end in order (ms). */
const patience = 10_000
const restartIn = 250

/**
 * Starts the embedded next hop on a unix socket that only this user can reach. It is started again if it dies.
 *
 * @param path the Maildir; made if it is not there
 * @throws NamesakeError `next-hop-unavailable` if it does not come up, e.g. because the folder can't be made
 */
export async function startMaildir(path: string, hooks: MaildirHooks = {}): Promise<MaildirServer> {
  const folder = await mkdtemp(join(tmpdir(), 'namesake-'))
  const socket = join(folder, 'maildir.sock')
  let closing = false
  let child: ChildProcess | undefined
  let timer: NodeJS.Timeout | null = null
  const start = async (): Promise<void> => {
    await unlink(socket).catch(() => {})
    child = await startProcess(socket, path, child?.pid ?? 0)
    child.once('exit', (code, signal) => {
      if (closing) return
      hooks.onDied?.({ code, signal, restartIn })
      timer = setTimeout(restart, restartIn)
    })
  }
  const restart = (): void => {
    start().catch(() => {
      if (!closing) timer = setTimeout(restart, restartIn * 8)
    })
  }
  try {
    await start()
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return {
    url: `smtp+unix://${socket}`,
    async close(): Promise<void> {
      closing = true
      if (timer !== null) clearTimeout(timer)
      if (child !== undefined) await end(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Resolves once the process listens. `follows` is the id of the process whose place it takes, 0 for none. */
function startProcess(socket: string, path: string, follows: number): Promise<ChildProcess> {
  // Compiled or not, the process's file has the suffix that this one has.
  const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const program = fileURLToPath(new URL(`./maildir-process.${suffix}`, import.meta.url))
  const child = fork(program, [socket, path, String(follows)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-2000)
  })
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer)
      child.removeAllListeners()
      child.kill('SIGKILL')
      const cause = /Error: ([^\n]*)/.exec(said)?.[1] ?? why
      reject(new NamesakeError('next-hop-unavailable', `starting the Maildir next hop at ${path}: ${cause}`))
    }
    const timer = setTimeout(() => fail('it did not come up in time'), patience)
    child.once('message', () => {
      clearTimeout(timer)
      child.removeAllListeners('exit')
      resolve(child)
    })
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code, signal) => fail(`its process ended (${signal ?? code})`))
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), patience)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    // Not by SIGTERM: a service manager sends that to all processes at once, while the workers still finish messages.
    child.disconnect()
  })
}
