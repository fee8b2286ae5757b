/** A file replaced in one step. */

import { randomBytes } from 'node:crypto'
import {
  chownSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { NamesakeError } from '../errors.ts'
import { reasonOf } from '../options/files.ts'

/**
 * Replaces a file's content in one step: a reader sees all of the old text or all of the new. Mode and owner stay; a
 * symbolic link stays one, and what it leads to is replaced.
 * @param expected the text that the new one was made from; if another one stands there by now, nothing is replaced. Null: the
 * file is not there yet
 * @throws NamesakeError input-invalid in the operating system's words, or if someone else edited the file meanwhile
 */
export function replaceFile(path: string, expected: string | null, text: string): void {
  let temporary: string | null = null
  try {
    if (expected === null) {
      // A file that is not there yet. It gets the group of its folder: root writes it, and the daemon reads it.
      writeFileSync(path, text, { flag: 'wx', mode: 0o640 })
      keepOwner(path, statSync(path).uid, statSync(dirname(path)).gid)
      syncFolder(dirname(path))
      return
    }
    const target = realpathSync(path)
    const { mode, uid, gid } = statSync(target)
    // Some editors put a byte-order mark in front, which reading takes away: it stays where it was.
    const mark = readFileSync(target, 'utf8').startsWith(byteOrderMark) ? byteOrderMark : ''
    temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`)
    const handle = openSync(temporary, 'wx', 0o600)
    try {
      writeFileSync(handle, mark + text)
      fchmodSync(handle, mode & 0o7777)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    keepOwner(temporary, uid, gid)
    if (readFileSync(target, 'utf8') !== mark + expected)
      throw new Error('someone else edited it meanwhile; fix: try again')
    renameSync(temporary, target)
    temporary = null
    syncFolder(dirname(target))
  } catch (error) {
    const reason = error instanceof Error && !('code' in error) ? error.message : reasonOf(error)
    throw new NamesakeError('input-invalid', `writing ${path}: ${reason}`, { cause: error })
  } finally {
    if (temporary !== null) rmSync(temporary, { force: true })
  }
}

const byteOrderMark = '\ufeff'

/** Root editing a service's file must not take it from the service; others can only give what they have. */
function keepOwner(path: string, uid: number, gid: number): void {
  const now = statSync(path)
  if (now.uid === uid && now.gid === gid) return
  try {
    chownSync(path, uid, gid)
  } catch {
    // Not ours to give: the file belongs to whoever edited it, as with any editor.
  }
}

function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, 'r')
    try {
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  } catch {
    // Some file systems can't; the file itself is on disk.
  }
}
