/** Sockets in the file system. */

import { execFile } from 'node:child_process'
import { chmod, chown, lstat, readFile, unlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { NamesakeError } from '../errors.ts'

/** How long another process may take to accept before the socket counts as live: it is, only busy. */
const patience = 2000

/**
 * Makes a path free for a listener: a socket that nobody listens on any more (its daemon was killed) is removed, one
 * that answers is left alone and refused, as is anything that is no socket. Throws `listen-failed`.
 */
export async function freeSocketPath(path: string): Promise<void> {
  const status = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw failed(path, `${error.message}`, error)
  })
  if (status === null) return
  if (!status.isSocket()) throw failed(path, 'something that is not a socket stands there; move it away')
  if (await isLive(path)) {
    throw failed(path, 'another process is listening there; stop it, or choose another path')
  }
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw failed(path, `the stale socket can't be removed (${error.message})`, error)
  })
}

/** Permission bits and group of a socket that has just been bound. A group is a name or a number; null leaves it. */
export async function setSocketAccess(path: string, mode: number | null, group: string | null): Promise<void> {
  try {
    if (group !== null) await chown(path, process.getuid?.() ?? -1, await groupId(group))
    if (mode !== null) await chmod(path, mode)
  } catch (error) {
    if (error instanceof NamesakeError) throw error
    throw failed(path, `its mode or group can't be set (${(error as Error).message})`, error)
  }
}

function isLive(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = connect(path)
    const timer = setTimeout(() => {
      probe.destroy()
      resolve(true)
    }, patience)
    probe.once('connect', () => {
      clearTimeout(timer)
      probe.destroy()
      resolve(true)
    })
    probe.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false)
      else if (error.code === 'EAGAIN') resolve(true)
      else reject(failed(path, error.message, error))
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
  if (line === undefined) throw new NamesakeError('listen-failed', `no group is named "${group}" on this system`)
  return Number(line.split(':')[2])
}

function failed(path: string, why: string, cause?: unknown): NamesakeError {
  return new NamesakeError('listen-failed', `can't listen on unix:${path}: ${why}`, { cause })
}
