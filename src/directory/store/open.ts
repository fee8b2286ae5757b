/** The store opened for its writer, and a damaged one moved aside. */

import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { NamesakeError } from '../../errors.ts'
import {
  dataFile,
  environmentIsThere,
  faultOf,
  isOpened,
  isSealed,
  moveAside,
  otherVersion,
  seal,
  takeDaemonLock,
  takeOpenLock,
} from '../../net/lmdb-folder.ts'
import type { FileLock } from '../../net/file-lock.ts'
import type { EnvironmentKind } from '../../net/lmdb-folder.ts'
import { schemaVersion } from './format.ts'
import { Environment } from './environment.ts'
import { Store } from './store.ts'

interface OpenOptions {
  readonly path: string
  /** Told when a store was damaged: why, and where it lies now. */
  readonly onDamaged?: (why: string, movedTo: string) => void
  /** Told when a store was of another version of Namesake, as after an upgrade: where it lies now. */
  readonly onOutdated?: (movedTo: string) => void
  /**
   * Set by a daemon, to what it says of itself to others (the path of its configuration): a store serves one daemon, whose
   * rules are the ones that its keys are made with. Commands that write, beside a daemon or without one, leave it out.
   */
  readonly daemon?: string
}

const kind: EnvironmentKind = {
  what: 'store',
  option: 'store',
  schemaVersion,
  check: new URL(`./check${extname(import.meta.url)}`, import.meta.url),
}

/**
 * Opens the store to write. One that is damaged or of another version is moved aside and an empty one takes its place.
 * It is read through beforehand, in a process of its own, unless it was closed in order or a living process has it open.
 * Throws NamesakeError store-unusable or store-full if the folder can't be used, store-in-use if another daemon has it.
 */
export async function openStore({ path, onDamaged, onOutdated, daemon }: OpenOptions): Promise<Store> {
  const putAside = (fault: string): void => {
    const movedTo = moveAside(path, fault)
    if (fault === otherVersion) onOutdated?.(movedTo)
    else onDamaged?.(fault, movedTo)
  }
  const ownership = daemon === undefined ? undefined : await takeDaemonLock(path, daemon, kind)
  let lock: FileLock | undefined
  const release = (): void => {
    lock?.release()
    ownership?.release()
  }
  try {
    lock = takeOpenLock(path, kind)
    if (lock !== undefined && existsSync(dataFile(path)) && !isSealed(path, kind)) {
      const fault = await faultOf(path, 'write', kind)
      if (fault !== null) putAside(fault)
    }
    let environment = Environment.open({ path })
    if (!isOfThisVersion(environment)) {
      await environment.close()
      putAside(otherVersion)
      environment = Environment.open({ path })
    }
    return new Store(environment, () => {
      seal(path, kind)
      release()
    })
  } catch (error) {
    release()
    throw error
  }
}

/**
 * Opens the store to read, as the command line does beside a daemon or without one. Workers, whose primary has opened
 * the store before, open it with `Store.open`. Throws NamesakeError store-damaged or store-unusable.
 */
export async function openStoreToRead(path: string): Promise<Store> {
  if (!storeIsThere(path)) {
    const fix = 'start the daemon, or run: namesake sync'
    throw new NamesakeError('store-unusable', `there is no store in "${path}" yet; ${fix}`)
  }
  const fault = isSealed(path, kind) || isOpened(path) ? null : await faultOf(path, 'read', kind)
  const fix = 'start the daemon or run "namesake sync", which move it aside and build it anew'
  if (fault !== null) throw new NamesakeError('store-damaged', `the store "${path}" can't be used: ${fault}; ${fix}`)
  const environment = Environment.open({ path, readOnly: true })
  if (isOfThisVersion(environment)) return new Store(environment)
  await environment.close()
  throw new NamesakeError('store-damaged', `the store "${path}" can't be used: ${otherVersion}; ${fix}`)
}

/** Whether there is a store in the folder. Throws NamesakeError store-unusable where this user may not see that. */
export function storeIsThere(path: string): boolean {
  return environmentIsThere(path, kind)
}

function isOfThisVersion(environment: Environment): boolean {
  try {
    return environment.meta().schema === schemaVersion
  } catch {
    return false
  }
}
