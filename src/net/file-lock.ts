/** Locks between processes. */

import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  linkSync,
  lstatSync,
  lutimesSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** How often the holder shows that it lives. */
const beatMs = 3_000
/** After so long without a sign another takes the lock. */
const maxSilenceMs = 30_000

interface LockOptions {
  /** What the holder says of itself, for others' messages; the path of its configuration, for instance. */
  readonly note?: string
  /**
   * Whether a holder keeps the lock for as long as its process exists, though it is stopped and shows nothing. Without
   * this a process that hangs loses the lock in the end.
   */
  readonly whileProcessExists?: boolean
}

/** Who holds a lock. */
interface LockHolder {
  readonly pid: number
  readonly host: string
  readonly note: string | null
  /** Whether process numbers of the holder mean the same here: same machine, same container. */
  readonly here: boolean
}

/** A lock between processes, as a file that names its holder. It is freed by the holder's death, within `maxSilenceMs` at most. */
export class FileLock {
  readonly #path: string
  readonly #token: string
  readonly #timer: NodeJS.Timeout

  private constructor(path: string, token: string) {
    this.#path = path
    this.#token = token
    this.#timer = setInterval(() => this.#show(), beatMs).unref()
  }

  /** Takes the lock if it is free or its holder is dead; undefined otherwise. Throws what the file system throws. */
  static take(path: string, options: LockOptions = {}): FileLock | undefined {
    const token = randomUUID()
    // Written whole under a name of its own, then linked: nobody ever sees a lock without a holder.
    const own = `${path}.${token}`
    writeLock(own, token, options.note ?? null)
    try {
      for (let attempt = 0; attempt < 3; attempt++) {
        try {
          linkSync(own, path)
          return new FileLock(path, token)
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        }
        const found = readLock(path)
        if (found === undefined) continue
        if (isAlive(path, found, options.whileProcessExists === true)) return undefined
        // Removes a dead holder's lock, unless somebody else was quicker.
        const aside = `${path}.${randomUUID()}`
        try {
          renameSync(path, aside)
          if (readLock(aside)?.token !== found.token) linkSync(aside, path)
          unlinkSync(aside)
        } catch {
          // Another process displaced it, or took it: the next attempt sees which.
        }
      }
      return undefined
    } finally {
      unlinkSync(own)
    }
  }

  /** Waits up to `maxWaitMs` for the lock, and while it is wanted. */
  static async wait(
    path: string,
    maxWaitMs: number,
    { isWanted = () => true, ...options }: LockOptions & { readonly isWanted?: () => boolean } = {},
  ): Promise<FileLock | undefined> {
    for (let waited = 0; isWanted(); waited += 50) {
      const lock = FileLock.take(path, options)
      if (lock !== undefined || waited >= maxWaitMs) return lock
      await sleep(50)
    }
    return undefined
  }

  release(): void {
    clearInterval(this.#timer)
    try {
      if (readLock(this.#path)?.token === this.#token) unlinkSync(this.#path)
    } catch {
      // Gone with its folder, or taken over: free either way.
    }
  }

  #show(): void {
    if (readLock(this.#path)?.token === this.#token) show(this.#path)
  }
}

/** Who holds a lock, dead or alive; null if nobody does. */
export function lockHolder(path: string): LockHolder | null {
  const found = readLock(path)
  if (found === undefined) return null
  const [host = ''] = found.where.split(' ')
  return { pid: found.pid, host, note: found.note, here: found.where === here() }
}

/** Whether a living process of this machine or another holds the lock. */
export function isHeld(path: string): boolean {
  const found = readLock(path)
  return found !== undefined && isAlive(path, found, false)
}

interface LockFile {
  readonly pid: number
  /** Machine and process namespace: process numbers of another container mean nothing here. */
  readonly where: string
  /** When the process began, as the system counts; a number that is given to another process is told apart by it. */
  readonly began: string | null
  readonly token: string
  readonly note: string | null
  readonly shownMs: number
}

function writeLock(path: string, token: string, note: string | null): void {
  const holder = { pid: process.pid, where: here(), began: beginOf(process.pid), token }
  try {
    writeFileSync(path, JSON.stringify({ ...holder, note }))
    chmodSync(path, 0o640)
  } catch (error) {
    rmSync(path, { force: true })
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error
    // A full disk has no room for a file's text, but for the name in a symbolic link it mostly has.
    symlinkSync(JSON.stringify(holder), path)
  }
}

function readLock(path: string): LockFile | undefined {
  try {
    const stat = lstatSync(path)
    const text = stat.isSymbolicLink() ? readlinkSync(path) : readFileSync(path, 'utf8')
    const found = JSON.parse(text) as Partial<LockFile>
    return {
      pid: found.pid ?? 0,
      where: found.where ?? '',
      began: found.began ?? null,
      token: found.token ?? '',
      note: found.note ?? null,
      shownMs: stat.mtimeMs,
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    // Not ours to read or not a lock: treated as one without a holder.
    return { pid: 0, where: '', began: null, token: '', note: null, shownMs: 0 }
  }
}

function isAlive(path: string, holder: LockFile, whileProcessExists: boolean): boolean {
  const silentMs = Date.now() - holder.shownMs
  if (holder.where === here()) {
    if (!exists(holder.pid)) return false
    const began = beginOf(holder.pid)
    if (began !== null && holder.began !== null && began !== holder.began) return false
    if (whileProcessExists) return true
  }
  if (silentMs < -maxSilenceMs) {
    // Shown in the future: a clock was set back. Put to the present, a dead holder's lock grows old from here on.
    show(path)
  }
  return silentMs <= maxSilenceMs
}

/** Sets a lock's time to now; what can't be set stays as it is. */
function show(path: string): void {
  try {
    const now = new Date()
    lutimesSync(path, now, now)
  } catch {
    // A lock that can't be shown is taken over in the end; the store refuses a commit that was overtaken.
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return pid > 0
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function here(): string {
  let namespace = ''
  try {
    namespace = readlinkSync('/proc/self/ns/pid')
  } catch {
    // Not Linux: machines are told apart by their names alone.
  }
  return `${hostname()} ${namespace}`
}

/**
 * When a process began, in ticks since the machine did (field 22 of its stat file in /proc); null if that can't be told,
 * `ended` if it is dead and only waits for its parent.
 */
function beginOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' || state === 'X' ? 'ended' : (rest[18] ?? null)
  } catch {
    return null
  }
}
