/** Listening: socket paths made free once, access to them, and what went wrong in one wording. */

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, chown, lstat, readFile, unlink } from 'node:fs/promises'
import { connect } from 'node:net'
import type { Server } from 'node:net'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { NamesakeError } from '../errors.ts'
import { formatAddress } from './addresses.ts'
import type { SocketAddress } from './addresses.ts'

/** How long another process may take to accept before the socket counts as live: it is, only busy. */
const maxProbeMs = 2000

/** Who may use a unix socket; TCP has neither. */
export interface SocketAccess {
  /** Permission bits; null leaves them to the umask. */
  readonly mode: number | null
  /** Group that owns it, a name or a number; null leaves it. */
  readonly group: string | null
}

/**
 * Makes unix sockets' paths free for listeners. A socket that nobody listens on any more (its daemon was killed) is
 * removed; one that answers, or that is too busy to answer, is left alone and refused, as is anything that is no socket.
 *
 * Processes that share a listener must not do this for themselves: between one's bind and its first accept the next
 * one takes the socket for stale. The primary does it, once, before it starts them.
 *
 * @throws NamesakeError listen-failed
 */
export async function freeSocketPaths(addresses: readonly SocketAddress[]): Promise<void> {
  for (const address of addresses) if (address.kind === 'unix') await freePath(address)
}

/**
 * Listens, and sets a unix socket's access. Later errors of the server, each one accept that failed, are swallowed:
 * they are one client's loss and not the listener's.
 *
 * @returns the address with the host and the port that the system chose
 * @throws NamesakeError listen-failed
 */
export async function listenOn(
  server: Server,
  address: SocketAddress,
  access: SocketAccess = { mode: null, group: null },
): Promise<SocketAddress> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(listenFailed(address, hintFor(error, address), error))
    server.once('error', fail)
    const where = address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port }
    server.listen(where, () => {
      server.off('error', fail)
      server.on('error', () => {})
      resolve()
    })
  })
  if (address.kind === 'unix') {
    const { mode, group } = access
    try {
      if (group !== null) await chown(address.path, process.getuid?.() ?? -1, await groupId(group))
      if (mode !== null) await chmod(address.path, mode)
    } catch (error) {
      throw listenFailed(address, `its mode or group can't be set (${(error as Error).message})`, error)
    }
    return address
  }
  const bound = server.address()
  return typeof bound === 'object' && bound !== null ? { kind: 'tcp', host: bound.address, port: bound.port } : address
}

function hintFor(error: NodeJS.ErrnoException, address: SocketAddress): string {
  // For a socket, a folder that isn't there is reported as a lack of permission.
  if (address.kind === 'unix' && !existsSync(dirname(address.path))) return 'the folder does not exist'
  switch (error.code) {
    case 'EADDRINUSE':
      return 'the address is in use by another program; stop it, or choose another address'
    case 'EADDRNOTAVAIL':
      return 'this host has no such address'
    case 'EACCES':
      return 'permission denied; choose a port above 1023, or a folder that this user may write to'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name is not known'
    default:
      return error.message
  }
}

async function freePath(address: SocketAddress & { readonly kind: 'unix' }): Promise<void> {
  const { path } = address
  const status = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw listenFailed(address, error.message, error)
  })
  if (status === null) return
  if (!status.isSocket()) throw listenFailed(address, 'something that is not a socket stands there; move it away')
  if (await isLive(address)) {
    throw listenFailed(address, 'the address is in use by another program; stop it, or choose another address')
  }
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') {
      throw listenFailed(address, `the stale socket can't be removed (${error.message})`, error)
    }
  })
}

function isLive(address: SocketAddress & { readonly kind: 'unix' }): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = connect(address.path)
    const done = (live: boolean): void => {
      clearTimeout(timer)
      probe.destroy()
      resolve(live)
    }
    const timer = setTimeout(() => done(true), maxProbeMs)
    probe.once('connect', () => done(true))
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') done(false)
      // Its backlog is full: somebody listens who is behind with accepting.
      else if (error.code === 'EAGAIN') done(true)
      else {
        clearTimeout(timer)
        reject(listenFailed(address, error.message, error))
      }
    })
  })
}

/** A group's number: as written, from /etc/group, or from what else the system asks (getent). */
async function groupId(group: string): Promise<number> {
  if (/^\d+$/.test(group)) return Number(group)
  const local = await readFile('/etc/group', 'utf8').catch(() => '')
  const lines = local.split('\n')
  if (!lines.some((line) => line.startsWith(`${group}:`))) {
    const asked = await promisify(execFile)('getent', ['group', '--', group]).catch(() => ({ stdout: '' }))
    lines.push(...asked.stdout.split('\n'))
  }
  const line = lines.find((entry) => entry.startsWith(`${group}:`))
  if (line === undefined) throw new Error(`no group is named "${group}" on this system`)
  return Number(line.split(':')[2])
}

function listenFailed(address: SocketAddress, why: string, cause?: unknown): NamesakeError {
  return new NamesakeError('listen-failed', `can't listen on ${formatAddress(address)}: ${why}`, { cause })
}
