import { join } from 'node:path'
import { cliPath, startDaemon } from '../integration/peers/daemon.ts'
import type { Daemon, DaemonOptions } from '../integration/peers/daemon.ts'
import { freePort } from '../integration/peers/ports.ts'
import { run } from '../integration/peers/scratch.ts'

/** The console of a running daemon as a program uses it: with a token. */

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body, where it is JSON. */
  readonly body: Record<string, unknown>
}

export type Call = (method: string, path: string, body?: object, headers?: Record<string, string>) => Promise<Answer>

export interface Api {
  readonly daemon: Daemon
  readonly origin: string
  /** Asks with a token of the role. */
  as(role: 'reader' | 'reviewer' | 'admin'): Promise<Call>
}

/** Starts a daemon with a console. `section`: more options of the console. */
export async function startApi(options: Partial<DaemonOptions> = {}, section = ''): Promise<Api> {
  const port = await freePort()
  const daemon = await startDaemon({
    relay: 'maildir:./mail',
    ...options,
    more: `console: { listen: "127.0.0.1:${port}"${section} }\n${options.more ?? ''}`,
  })
  await daemon.waitFor(({ event }) => event === 'console-listening')
  const origin = `http://127.0.0.1:${port}`
  let first: Promise<string> | null = null
  return {
    daemon,
    origin,
    async as(role) {
      const admin = await (first ??= tokenOf(daemon, 'admin'))
      const made = await call(origin, admin, 'POST', '/tokens', { name: `for ${role}`, role }, {})
      const token = String(made.body['secret'])
      return (method, path, body, headers = {}) => call(origin, token, method, path, body, headers)
    },
  }
}

/** A token made on the command line. */
export async function tokenOf(daemon: Daemon, role: string): Promise<string> {
  const config = join(daemon.folder, 'namesake.yaml')
  const args = ['console', 'token', 'add', `for ${role}`, '--role', role, '--config', config]
  const { stdout, output } = await run(process.execPath, [cliPath, ...args])
  const token = /[\w-]{30,}/.exec(stdout)?.[0]
  if (token === undefined) throw new Error(output)
  return token
}

async function call(
  origin: string,
  token: string,
  method: string,
  path: string,
  body: object | undefined,
  headers: Record<string, string>,
): Promise<Answer> {
  const response = await fetch(`${origin}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  let parsed: Record<string, unknown> = {}
  try {
    parsed = JSON.parse(text) as Record<string, unknown>
  } catch {
    // A CSV, a page, or nothing.
  }
  return { status: response.status, headers: response.headers, text, body: parsed }
}
