/** Opening it, and moving a damaged one aside. */

import { fork } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NamesakeError } from '../../errors.ts'
import { checkExit, schemaVersion } from './format.ts'
import { FileLock, isHeld } from './lock.ts'
import { readMeta } from './tables.ts'
import { Store } from './store.ts'

export interface OpenOptions {
  readonly path: string
  /** Told when a store was damaged or of another version: why, and where it lies now. */
  readonly onDamaged?: (why: string, movedTo: string) => void
}

/** How long the check of a store that wasn't closed in order may take, in milliseconds. */
const checkLimit = 300_000

/**
 * Opens the store to write. One that is damaged or of another version is moved aside and an empty one takes its place.
 * It is read through beforehand, in a process of its own, unless it was closed in order or a living process has it open.
 * Throws NamesakeError store-unusable if the folder can't be used.
 */
export async function openStore({ path, onDamaged }: OpenOptions): Promise<Store> {
  const lock = takeOpenLock(path)
  try {
    if (lock !== undefined && existsSync(dataFile(path)) && !isSealed(path)) {
      const fault = await faultOf(path, 'write')
      if (fault !== null) onDamaged?.(fault, moveAside(path))
    }
    let store = Store.open({ path })
    if (!isOfThisVersion(store)) {
      await store.close()
      onDamaged?.(otherVersion, moveAside(path))
      store = Store.open({ path })
    }
    store.onClose(() => {
      seal(path)
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
  if (!existsSync(dataFile(path))) {
    const fix = 'start the daemon, or run: namesake sync'
    throw new NamesakeError('store-unusable', `there is no store in "${path}" yet; ${fix}`)
  }
  const fault = isSealed(path) || isHeld(openLock(path)) ? null : await faultOf(path, 'read')
  const fix = 'start the daemon or run "namesake sync", which move it aside and build it anew'
  if (fault !== null) throw new NamesakeError('store-damaged', `the store "${path}" can't be used: ${fault}; ${fix}`)
  const store = Store.open({ path, readOnly: true })
  if (isOfThisVersion(store)) return store
  await store.close()
  throw new NamesakeError('store-damaged', `the store "${path}" can't be used: ${otherVersion}; ${fix}`)
}

const otherVersion = 'it is of another version of Namesake'

function dataFile(path: string): string {
  return join(path, 'data.mdb')
}

function openLock(path: string): string {
  return join(path, 'open.lock')
}

/** Makes the folder and shows that we write it. Undefined if a living process has the store open. */
function takeOpenLock(path: string): FileLock | undefined {
  try {
    mkdirSync(path, { recursive: true })
    return FileLock.take(openLock(path))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const reasons: Record<string, string> = {
      EACCES: 'this user may not write there',
      EROFS: 'the file system is mounted read-only',
      ENOTDIR: 'a part of the path is a file',
      EEXIST: 'a file stands where the folder should be',
      ENOSPC: 'the disk is full',
    }
    const reason = reasons[code ?? ''] ?? message
    const fix = 'fix: give the daemon a folder that it owns (option "store")'
    throw new NamesakeError('store-unusable', `the store's folder "${path}" can't be used: ${reason}; ${fix}`, {
      cause: error,
    })
  }
}

/** What a file looks like from outside: changes with every write to it. */
function signatureOf(path: string): string {
  const { size, mtimeNs, ino } = statSync(dataFile(path), { bigint: true })
  return `${schemaVersion} ${size} ${mtimeNs} ${ino}`
}

/** Notes how the file is left. Whoever writes it later, breaks the seal without knowing of it. */
function seal(path: string): void {
  try {
    writeFileSync(join(path, 'sealed'), signatureOf(path))
  } catch {
    // Without a seal the next start takes a look first.
  }
}

function isSealed(path: string): boolean {
  try {
    return readFileSync(join(path, 'sealed'), 'utf8') === signatureOf(path)
  } catch {
    return false
  }
}

/** What is wrong with a store, in words; null if nothing is. Throws NamesakeError store-unusable if that can't be told. */
async function faultOf(path: string, mode: 'write' | 'read'): Promise<string | null> {
  const header = headerFault(path)
  if (header !== null) return header
  const { code, signal, timedOut, said } = await runCheck(path, mode)
  if (code === checkExit.sound) return null
  if (code === checkExit.otherVersion) return otherVersion
  if (code === checkExit.damaged) return `it is damaged (${said})`
  if (timedOut) return `it is damaged (reading it through did not end within ${checkLimit / 1000} s)`
  if (signal !== null && crashes.includes(signal)) return `it is damaged (reading it through ended with ${signal})`
  throw new NamesakeError('store-unusable', `checking the store "${path}": ${said || (signal ?? `exit code ${code}`)}`)
}

const crashes: readonly string[] = ['SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGILL', 'SIGFPE']

interface CheckResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly timedOut: boolean
  /** The last line of its messages. */
  readonly said: string
}

function runCheck(path: string, mode: 'write' | 'read'): Promise<CheckResult> {
  const script = fileURLToPath(new URL(`./check${extname(import.meta.url)}`, import.meta.url))
  return new Promise((resolve, reject) => {
    const child = fork(script, [path, mode], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    let said = ''
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      child.kill('SIGKILL')
    }, checkLimit)
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)))
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, timedOut, said: said.trim().split('\n').at(-1) ?? '' })
    })
  })
}

// LMDB's file begins with two meta pages, each a page header of 24 octets, a magic number and a version.
const magicAt = 24
const magic = 0xbeefc0de

function headerFault(path: string): string | null {
  const { size } = statSync(dataFile(path))
  if (size === 0) return 'its file is empty'
  const octets = Buffer.alloc(magicAt + 4)
  const file = openSync(dataFile(path), 'r')
  const length = readSync(file, octets)
  closeSync(file)
  if (length < octets.length || octets.readUInt32LE(magicAt) !== magic) return 'its file is no LMDB file'
  return null
}

function isOfThisVersion(store: Store): boolean {
  try {
    return readMeta(store.tables).schema === schemaVersion
  } catch {
    return false
  }
}

/** Moves a store aside; gives where it lies now. */
function moveAside(path: string): string {
  const mark = `damaged-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`
  const aside = freeName(`${path}.${mark}`)
  try {
    renameSync(path, aside)
    mkdirSync(path, { recursive: true })
    // The lock is held on, by us.
    if (existsSync(openLock(aside))) renameSync(openLock(aside), openLock(path))
    return aside
  } catch {
    // The folder itself can't be moved (it is a mount point, or its parent is not ours): its file can.
    const file = freeName(`${dataFile(path)}.${mark}`)
    renameSync(dataFile(path), file)
    rmSync(join(path, 'lock.mdb'), { force: true })
    return file
  }
}

function freeName(wanted: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}-${n}`
    if (!existsSync(name)) return name
  }
}
