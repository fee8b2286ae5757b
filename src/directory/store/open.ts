/** Opening it, and moving a damaged one aside. */

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
  takeOpenLock,
} from '../../net/lmdb-folder.ts'
import type { EnvironmentKind } from '../../net/lmdb-folder.ts'
import { schemaVersion } from './format.ts'
import { readMeta } from './tables.ts'
import { Store } from './store.ts'

export interface OpenOptions {
  readonly path: string
  /** Told when a store was damaged or of another version: why, and where it lies now. */
  readonly onDamaged?: (why: string, movedTo: string) => void
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
 * Throws NamesakeError store-unusable if the folder can't be used.
 */
export async function openStore({ path, onDamaged }: OpenOptions): Promise<Store> {
  const lock = takeOpenLock(path, kind)
  try {
    if (lock !== undefined && existsSync(dataFile(path)) && !isSealed(path, kind)) {
      const fault = await faultOf(path, 'write', kind)
      if (fault !== null) onDamaged?.(fault, moveAside(path))
    }
    let store = Store.open({ path })
    if (!isOfThisVersion(store)) {
      await store.close()
      onDamaged?.(otherVersion, moveAside(path))
      store = Store.open({ path })
    }
    store.onClose(() => {
      seal(path, kind)
      lock?.release()
    })
    return store
  } catch (error) {
    lock?.release()
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
  const store = Store.open({ path, readOnly: true })
  if (isOfThisVersion(store)) return store
  await store.close()
  throw new NamesakeError('store-damaged', `the store "${path}" can't be used: ${otherVersion}; ${fix}`)
}

/** Whether there is a store in the folder. Throws NamesakeError store-unusable where this user may not see that. */
export function storeIsThere(path: string): boolean {
  return environmentIsThere(path, kind)
}

function isOfThisVersion(store: Store): boolean {
  try {
    return readMeta(store.tables).schema === schemaVersion
  } catch {
    return false
  }
}
