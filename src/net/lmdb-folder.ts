/**
 * The folder of an LMDB environment: held, sealed, checked, moved aside.
 *
 * A damaged LMDB file ends the process that reads it (SIGBUS, SIGSEGV), and no code in that process can prevent it. So an
 * environment that was not closed in order is read through in a process of its own before anybody opens it. The people's
 * store and the history do this alike; neither the layout nor lmdb itself is known here.
 */

import { fork } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NamesakeError } from '../errors.ts'
import { FileLock, isHeld, lockHolder } from './file-lock.ts'

/** What the folder holds, in the words of messages, and how it is read through. */
export interface EnvironmentKind {
  /** `store`, `history`. */
  readonly what: string
  /** The option that names the folder. */
  readonly option: string
  readonly schemaVersion: number
  /** The program that reads it through: called with the folder and `write` or `read`, ends with one of `checkExit`. */
  readonly check: URL
}

/** Exit codes of the program that reads an environment through. */
export const checkExit = { sound: 0, damaged: 2, otherVersion: 3, unusable: 4 } as const

/** What lmdb says of a full map and of no free reader slot. The errors of the system, which are positive, say nothing of the file either. */
const notOfTheFile = [-30792, -30790]

/** The whole of a checking program: reads the folder that its arguments name, and ends with one of `checkExit`. */
export function answerCheck(check: (folder: string, readOnly: boolean) => number): void {
  const [folder, mode] = process.argv.slice(2)
  if (folder === undefined) return
  try {
    process.exitCode = check(folder, mode === 'read')
  } catch (error) {
    const { code } = error as { code?: unknown }
    const unusable = typeof code === 'number' && (code > 0 || notOfTheFile.includes(code))
    process.exitCode = unusable ? checkExit.unusable : checkExit.damaged
    console.error(String(error))
  }
  process.exit()
}

export const otherVersion = 'it is of another version of Namesake'

/** How long that may take, in milliseconds. */
const maxCheckMs = 300_000

export function dataFile(path: string): string {
  return join(path, 'data.mdb')
}

function openLock(path: string): string {
  return join(path, 'open.lock')
}

/**
 * Whether there is an environment in the folder. One that may not be read must not look like none.
 * Throws NamesakeError store-unusable where this user may not see it.
 */
export function environmentIsThere(path: string, { what }: EnvironmentKind): boolean {
  try {
    accessSync(dataFile(path), constants.R_OK)
    return true
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return false
    const denied = code === 'EACCES' || code === 'EPERM'
    const why = denied ? `permission denied; fix: run as the daemon's user${commandOfOwner(path)}` : message
    throw new NamesakeError('store-unusable', `the ${what} "${path}" can't be read: ${why}`, { cause: error })
  }
}

/** Whose the nearest folder is that can be looked at, as the beginning of a command line. */
function commandOfOwner(path: string): string {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      const { uid } = statSync(folder)
      const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
      const name = lines.find((entry) => entry.split(':')[2] === String(uid))?.split(':')[0]
      return name === undefined ? '' : `, as with: sudo -u ${name} namesake …`
    } catch {
      if (folder === dirname(folder)) return ''
    }
  }
}

/** Whether a living process has the environment open to write. */
export function isOpened(path: string): boolean {
  return isHeld(openLock(path))
}

function daemonLock(path: string): string {
  return join(path, 'daemon.lock')
}

/** Makes the folder and shows that we write it. Undefined if a living process has the environment open. */
export function takeOpenLock(path: string, kind: EnvironmentKind): FileLock | undefined {
  return takeLock(path, kind, () => FileLock.take(openLock(path)))
}

/** A daemon on another machine or in another container that is gone without a word is seen to be so after this time. */
const maxTakeoverMs = 35_000

/**
 * Takes the folder for this daemon alone. `note` is what it says of itself to others: the path of its configuration.
 * @throws NamesakeError store-in-use, which says who has it
 */
export async function takeDaemonLock(path: string, note: string, kind: EnvironmentKind): Promise<FileLock> {
  const options = { note, whileProcessExists: true }
  const lock = takeLock(path, kind, () => FileLock.take(daemonLock(path), options))
  if (lock !== undefined) return lock
  // A process of this machine is alive for certain. Of others it is only known how long they have been silent.
  const here = lockHolder(daemonLock(path))?.here === true
  const late = here ? undefined : await FileLock.wait(daemonLock(path), maxTakeoverMs, options)
  if (late !== undefined) return late
  const holder = lockHolder(daemonLock(path))
  const where = holder === null || holder.here ? '' : ` on ${holder.host}`
  const config = holder === null || holder.note === null ? '' : ` with the configuration ${holder.note}`
  const who = `process ${holder?.pid ?? 'unknown'}${where}${config}`
  const fix = `fix: stop that one first, or give this one a folder of its own (option "${kind.option}")`
  throw new NamesakeError('store-in-use', `the ${kind.what} "${path}" is in use by another daemon: ${who}; ${fix}`)
}

/** Makes the folder and takes a lock in it, which shows that we may write there. Undefined if a living process has it. */
function takeLock(path: string, kind: EnvironmentKind, take: () => FileLock | undefined): FileLock | undefined {
  const { what, option } = kind
  try {
    makeFolder(path)
    return take()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const reasons: Record<string, string> = {
      EACCES: 'this user may not write there',
      EROFS: 'the file system is mounted read-only',
      ENOTDIR: 'a part of the path is a file',
      EEXIST: 'a file stands where the folder should be',
    }
    if (fullCodes.includes(code)) throw diskError(`opening the ${what} "${path}"`, path, error)
    const reason = reasons[code ?? ''] ?? message
    const fix = `fix: give the daemon a folder that it owns (option "${option}")`
    throw new NamesakeError('store-unusable', `the ${what}'s folder "${path}" can't be used: ${reason}; ${fix}`, {
      cause: error,
    })
  }
}

/** What a file looks like from outside: changes with every write to it. */
function signatureOf(path: string, { schemaVersion }: EnvironmentKind): string {
  const { size, mtimeNs, ino } = statSync(dataFile(path), { bigint: true })
  return `${schemaVersion} ${size} ${mtimeNs} ${ino}`
}

/** Notes how the file is left. Whoever writes it later, breaks the seal without knowing of it. */
export function seal(path: string, kind: EnvironmentKind): void {
  try {
    const file = join(path, 'sealed')
    writeFileSync(file, signatureOf(path, kind), { mode: 0o640 })
    restrict(file, 0o640)
  } catch {
    // Without a seal the next start takes a look first.
  }
}

export function isSealed(path: string, kind: EnvironmentKind): boolean {
  try {
    return readFileSync(join(path, 'sealed'), 'utf8') === signatureOf(path, kind)
  } catch {
    return false
  }
}

/** What is wrong with an environment, in words; null if nothing is. @throws NamesakeError store-unusable if that can't be told */
export async function faultOf(path: string, mode: 'write' | 'read', kind: EnvironmentKind): Promise<string | null> {
  const header = headerFault(path)
  if (header !== null) return header
  const { code, signal, timedOut, said } = await runCheck(path, mode, kind)
  if (code === checkExit.sound) return null
  if (code === checkExit.otherVersion) return otherVersion
  if (code === checkExit.damaged) return `it is damaged (${said})`
  if (timedOut) return `it is damaged (reading it through did not end within ${maxCheckMs / 1000} s)`
  if (signal !== null && crashes.includes(signal)) return `it is damaged (reading it through ended with ${signal})`
  throw new NamesakeError(
    'store-unusable',
    `checking the ${kind.what} "${path}": ${said || (signal ?? `exit code ${code}`)}`,
  )
}

const crashes: readonly string[] = ['SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGILL', 'SIGFPE']

interface CheckResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly timedOut: boolean
  /** The last line of its messages. */
  readonly said: string
}

function runCheck(path: string, mode: 'write' | 'read', { check }: EnvironmentKind): Promise<CheckResult> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(check), [path, mode], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    let said = ''
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      child.kill('SIGKILL')
    }, maxCheckMs)
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

/** Moves an environment aside; gives where it lies now. One of another version is whole, and not called damaged. */
export function moveAside(path: string, fault: string): string {
  const mark = `${fault === otherVersion ? 'old' : 'damaged'}-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`
  const aside = freeName(`${path}.${mark}`)
  try {
    renameSync(path, aside)
    makeFolder(path)
    // The locks are held on, by us.
    for (const lock of [openLock, daemonLock]) if (existsSync(lock(aside))) renameSync(lock(aside), lock(path))
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

/**
 * A disk is not filled to its last octet: mail queue and log may lie on it too. With less than this free (or a hundredth
 * of a small disk) it counts as full for an environment that grows.
 */
const reserveBytes = 64 * 2 ** 20

// Lmdb gives the system's number, or a negative one of its own; the file system gives a word. ENOSPC, EDQUOT, and a map that is used up.
export const fullCodes: readonly unknown[] = [28, 122, -30792, 'ENOSPC', 'EDQUOT']
/** EIO. */
export const ioError = 5

/** A fault of the disk in words. A write that is cut short for want of room is EIO to lmdb. */
export function diskError(doing: string, path: string, cause: unknown): NamesakeError {
  if (cause instanceof NamesakeError) return cause
  const { code } = cause as { code?: unknown }
  if (fullCodes.includes(code) || (code === ioError && isDiskFull(path))) {
    const fix = 'fix: free some space, or move the folder to a larger disk; writing is tried again by itself'
    const message = `${doing}: ${roomOf(path)}; what it holds already is still read; ${fix}`
    return new NamesakeError('store-full', message, { cause })
  }
  const why = code === ioError ? 'input/output error of the disk (EIO)' : String(cause)
  return new NamesakeError('store-unusable', `${doing}: ${why}`, { cause })
}

/** Makes an environment's folder. What is in it is about everybody of an organisation: owner and group alone may look. */
export function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o750 })
  restrict(path, 0o750)
}

/** Gives owner and group what `mode` says, and the rest of the world nothing, if the file is ours. */
export function restrict(path: string, mode: number): void {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined || stat.uid !== process.getuid?.()) return
  const wanted = (stat.mode & 0o770) | mode
  if ((stat.mode & 0o777) !== wanted) chmodSync(path, wanted)
}

/** Whether less than the reserve is free on a folder's disk. */
export function isDiskFull(path: string): boolean {
  const room = readRoom(path)
  return room !== null && room.freeBytes < Math.min(reserveBytes, room.totalBytes / 100)
}

function roomOf(path: string): string {
  const room = readRoom(path)
  if (room === null) return 'the disk is full'
  return `the disk is full (${Math.floor(room.freeBytes / 1024)} KiB of ${Math.floor(room.totalBytes / 1024)} KiB are free)`
}

function readRoom(path: string): { freeBytes: number; totalBytes: number } | null {
  try {
    const { bavail, blocks, bsize } = statfsSync(path)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  } catch {
    return null
  }
}
