/** Why a file can't be read, in words. */

import { errorText } from '../../text.ts'

const known: Record<string, string> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read (permission denied)',
  EPERM: 'may not be read (permission denied)',
  ENOTDIR: 'does not exist: a part of the path is no folder',
  EISDIR: 'is a folder',
  ELOOP: 'is a symbolic link to itself',
  EMFILE: "can't be read: too many files are open (ulimit -n)",
  EIO: "can't be read: the disk reports an error",
  ENOSPC: "can't be written: the disk is full",
  EROFS: "can't be written: the file system is read-only",
  Z_DATA_ERROR: 'is damaged: the gzip data is not valid',
  Z_BUF_ERROR: 'is cut off: the gzip data ends too early',
}

/** Why a file can't be read or written, to stand behind its path. */
export function fileProblem(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return known[code] ?? `can't be read: ${errorText(error)}`
}
