/** Locks between processes. */

import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** How often the holder shows that it lives, and after what silence another takes the lock, in milliseconds. */
const beat = 3_000
const silence = 30_000

/** A lock between processes, as a file that names its holder; freed by the holder's death within `silence` at most. */
export class FileLock {
  readonly #path: string
  readonly #token: string
  readonly #timer: NodeJS.Timeout

  private constructor(path: string, token: string) {
    this.#path = path
    this.#token = token
    this.#timer = setInterval(() => this.#show(), beat).unref()
  }

  /** Takes the lock if it is free or its holder is dead; undefined otherwise. Throws what the file system throws. */
  static take(path: string): FileLock | undefined {
    const token = randomUUID()
    // Written whole under a name of its own, then linked: nobody ever sees a lock without a holder.
    const own = `${path}.${token}`
    writeFileSync(own, JSON.stringify({ pid: process.pid, host: hostname(), token }))
    try {
      for (let attempt = 0; attempt < 3; attempt++) {
        try {
          linkSync(own, path)
          return new FileLock(path, token)
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        }
        const holder = holderOf(path)
        if (holder === undefined) continue
        if (isAlive(holder)) return undefined
        displace(path, holder)
      }
      return undefined
    } finally {
      unlinkSync(own)
    }
  }

  /** Waits up to `patience` milliseconds for the lock. */
  static async wait(path: string, patience: number): Promise<FileLock | undefined> {
    for (let waited = 0; ; waited += 50) {
      const lock = FileLock.take(path)
      if (lock !== undefined || waited >= patience) return lock
      await sleep(50)
    }
  }

  release(): void {
    clearInterval(this.#timer)
    try {
      if (holderOf(this.#path)?.token === this.#token) unlinkSync(this.#path)
    } catch {
      // Gone with its folder, or taken over: free either way.
    }
  }

  #show(): void {
    try {
      const now = new Date()
      if (holderOf(this.#path)?.token === this.#token) utimesSync(this.#path, now, now)
    } catch {
      // A lock that can't be shown is taken over in the end; the store refuses a commit that was overtaken.
    }
  }
}

interface Holder {
  readonly pid: number
  readonly host: string
  readonly token: string
  readonly shown: number
}

function holderOf(path: string): Holder | undefined {
  try {
    const { mtimeMs } = statSync(path)
    const text = readFileSync(path, 'utf8')
    const found = JSON.parse(text) as Partial<Holder>
    return { pid: found.pid ?? 0, host: found.host ?? '', token: found.token ?? '', shown: mtimeMs }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    // Not ours to read or not a lock: treated as one without a holder.
    return { pid: 0, host: '', token: '', shown: 0 }
  }
}

function isAlive(holder: Holder): boolean {
  if (Date.now() - holder.shown > silence) return false
  if (holder.host !== hostname()) return true
  try {
    process.kill(holder.pid, 0)
    return holder.pid > 0
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Removes a dead holder's lock, unless somebody else was quicker. */
function displace(path: string, holder: Holder): void {
  const aside = `${path}.${randomUUID()}`
  try {
    renameSync(path, aside)
    if (holderOf(aside)?.token !== holder.token) linkSync(aside, path)
    unlinkSync(aside)
  } catch {
    // Another process displaced it, or took it: the next attempt sees which.
  }
}

/** Whether a living process of this machine or another holds the lock. */
export function isHeld(path: string): boolean {
  const holder = holderOf(path)
  return holder !== undefined && isAlive(holder)
}
