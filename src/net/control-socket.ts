/** Requests and answers between processes of one machine: JSON lines over a unix socket of its owner alone. */

import { closeSync, openSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { NamesakeError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import { freeSocketPaths, listenOn } from './listening.ts'
import { errorText } from '../text.ts'

/** A line of an answer: any number of steps, then what came of it. */
type AnswerLine =
  | { readonly step: unknown }
  | { readonly done: unknown }
  | { readonly failed: { readonly code: ErrorCode; readonly message: string } }

/** Answers one request; `tell` sends a step on the way. What it throws goes to whoever asked. */
export type Handler = (request: unknown, tell: (step: unknown) => void) => Promise<unknown>

export interface ControlSocket {
  close(): Promise<void>
}

const maxRequestBytes = 64 * 1024
const maxAnswerBytes = 16 * 1024 * 1024
const maxConnections = 32
/** Longest path that a unix socket's address holds on Linux, in octets. */
const maxPathBytes = 107

/**
 * Listens on a unix socket that its owner alone may open (mode 0600). One request a line, answered in order.
 * @throws NamesakeError listen-failed
 */
export async function openControlSocket(path: string, handle: Handler): Promise<ControlSocket> {
  const { address, release } = socketAddress(path)
  try {
    await freeSocketPaths([{ kind: 'unix', path: address }])
    const server = createServer((socket) => serve(socket, handle))
    server.maxConnections = maxConnections
    await listenAlone(server, address)
    return { close: () => new Promise((resolve) => server.close(() => resolve(release()))) }
  } catch (error) {
    release()
    if (error instanceof NamesakeError) throw error
    throw new NamesakeError(
      'listen-failed',
      `the control socket ${path} can't be opened: ${(error as Error).message}`,
      {
        cause: error,
      },
    )
  }
}

/**
 * An address for a socket's path. One that is too long for a unix socket is reached through its folder, opened here:
 * `/proc/self/fd/N/name`, which Linux has; elsewhere such a path can't be used.
 */
function socketAddress(path: string): { readonly address: string; readonly release: () => void } {
  if (Buffer.byteLength(path) <= maxPathBytes || process.platform !== 'linux')
    return { address: path, release: () => {} }
  const folder = openSync(dirname(path), 'r')
  return {
    address: join('/proc/self/fd', String(folder), path.slice(dirname(path).length)),
    release: () => closeSync(folder),
  }
}

/** Nobody else may connect between bind and chmod: the mask is narrow for the bind, which happens in this turn. */
async function listenAlone(server: Server, path: string): Promise<void> {
  const mask = process.umask(0o177)
  try {
    const listening = listenOn(server, { kind: 'unix', path }, { mode: 0o600, group: null })
    process.umask(mask)
    await listening
  } finally {
    process.umask(mask)
  }
}

function serve(socket: Socket, handle: Handler): void {
  let held = ''
  let turn = Promise.resolve()
  const say = (line: AnswerLine): void => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(line)}\n`)
  }
  const answer = async (text: string): Promise<void> => {
    try {
      say({ done: await handle(JSON.parse(text), (step) => say({ step })) })
    } catch (error) {
      const code = error instanceof NamesakeError ? error.code : error instanceof SyntaxError ? 'usage' : 'invariant'
      say({ failed: { code, message: errorText(error) } })
    }
  }
  socket.setEncoding('utf8')
  socket.on('error', () => socket.destroy())
  socket.on('data', (text: string) => {
    held += text
    for (let end = held.indexOf('\n'); end >= 0; end = held.indexOf('\n')) {
      const request = held.slice(0, end)
      held = held.slice(end + 1)
      turn = turn.then(() => answer(request))
    }
    if (held.length > maxRequestBytes) socket.destroy()
  })
  socket.on('end', () => void turn.then(() => socket.end()))
}

/**
 * Asks one thing and waits for what comes of it.
 * @param onStep told of each step on the way
 * @throws NamesakeError daemon-unreachable if nobody answers or the socket may not be opened, or what the other side threw
 */
export function askControlSocket(path: string, request: unknown, onStep: (step: unknown) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let release = (): void => {}
    let socket: Socket
    try {
      const reached = socketAddress(path)
      release = reached.release
      socket = connect(reached.address)
    } catch (error) {
      reject(unreachable(path, error as NodeJS.ErrnoException))
      return
    }
    const finish = (end: () => void): void => {
      release()
      release = (): void => {}
      socket.destroy()
      end()
    }
    let held = ''
    socket.setEncoding('utf8')
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`))
    socket.on('error', (error) => finish(() => reject(unreachable(path, error))))
    socket.on('close', () =>
      finish(() => reject(new NamesakeError('daemon-unreachable', 'the daemon ended while it was asked'))),
    )
    socket.on('data', (text: string) => {
      held += text
      if (held.length > maxAnswerBytes) return socket.destroy(new Error('the answer is too long'))
      for (let end = held.indexOf('\n'); end >= 0; end = held.indexOf('\n')) {
        const line = JSON.parse(held.slice(0, end)) as AnswerLine
        held = held.slice(end + 1)
        if ('step' in line) onStep(line.step)
        else if ('done' in line) return finish(() => resolve(line.done))
        else return finish(() => reject(new NamesakeError(line.failed.code, line.failed.message)))
      }
      return undefined
    })
  })
}

function unreachable(path: string, error: NodeJS.ErrnoException): NamesakeError {
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    const fix = "fix: run as the daemon's user, as with: sudo -u namesake namesake …"
    return new NamesakeError('daemon-unreachable', `the daemon's socket ${path}: permission denied; ${fix}`, {
      cause: error,
    })
  }
  const nobody = error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'ENOTDIR'
  const why = nobody ? `no daemon runs on the store ${dirname(path)}` : `the daemon's socket ${path}: ${error.message}`
  return new NamesakeError('daemon-unreachable', why, { cause: error })
}
