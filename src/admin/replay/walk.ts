/** Which files under a path hold mail: a file itself, a Maildir's messages with the folders in it, a folder's. */

import { readdirSync, statSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import { extname, join } from 'node:path'
import { fileProblem } from './file-errors.ts'

/** A file that may hold messages. */
export interface MailFile {
  readonly path: string
  /** What is known without opening it: one message, by its place in a Maildir or its ending `.eml`. */
  readonly single: boolean
  /** Whether it lies in a Maildir, whose file names tell the time of delivery. */
  readonly delivered: boolean
  /** False for a pipe or a device, which can be read only once, from its beginning. */
  readonly regular: boolean
}

/** Something that can't be read as messages. */
export interface Unreadable {
  readonly source: string
  readonly problem: string
}

/**
 * Files under a path that an operator named, in the order of their names; a Maildir's in the order of delivery.
 * What can't be read is handed out as such.
 */
export function* mailFiles(path: string): Generator<MailFile | Unreadable> {
  try {
    const stat = statSync(path)
    if (stat.isDirectory()) yield* inFolder(path)
    else yield fileAt(path, { regular: stat.isFile() })
  } catch (error) {
    yield { source: path, problem: fileProblem(error) }
  }
}

/** Octets in all files under the paths; for the progress bar. Unreadable ones count nothing. */
export function totalOctets(paths: readonly string[]): number {
  let total = 0
  for (const path of paths) {
    for (const file of mailFiles(path)) if ('path' in file) total += sizeOf(file.path)
  }
  return total
}

function fileAt(path: string, known: Partial<MailFile> = {}): MailFile {
  const single = path.toLowerCase().replace(/\.gz$/, '').endsWith('.eml')
  return { path, single, delivered: false, regular: true, ...known }
}

function* inFolder(path: string): Generator<MailFile | Unreadable> {
  const entries = entriesOf(path)
  if ('problem' in entries) {
    yield entries
    return
  }
  entries.sort((a, b) => numbers.compare(a.name, b.name))
  const names = new Set(entries.map((entry) => entry.name))
  const maildir = names.has('cur') && names.has('new')
  for (const entry of entries) {
    const inside = join(path, entry.name)
    const kind = kindOf(entry, inside)
    if (maildir) {
      // `tmp` is not delivered yet; files beside the folders are the Maildir's own books: dovecot.index, maildirfolder, …
      if (kind !== 'folder' || entry.name === 'tmp') continue
      if (entry.name === 'cur' || entry.name === 'new') yield* delivered(inside)
      else yield* inFolder(inside)
    } else if (kind === 'folder') yield* inFolder(inside)
    else if (kind === 'file' && looksLikeMail(entry.name)) yield fileAt(inside)
  }
}

/** The messages in `cur` or `new`; there may be a million, so names are only put in the order of their characters. */
function* delivered(folder: string): Generator<MailFile | Unreadable> {
  const entries = entriesOf(folder)
  if ('problem' in entries) {
    yield entries
    return
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (!entry.name.startsWith('.') && kindOf(entry, path) === 'file') {
      yield { path, single: true, delivered: true, regular: true }
    }
  }
}

function entriesOf(folder: string): Dirent[] | Unreadable {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    return { source: folder, problem: fileProblem(error) }
  }
}

/** Links to files are followed; links to folders are not: they may lead round in circles. */
function kindOf(entry: Dirent, path: string): 'file' | 'folder' | 'other' {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'folder'
  if (!entry.isSymbolicLink()) return 'other'
  try {
    return statSync(path).isFile() ? 'file' : 'other'
  } catch {
    return 'file' // whoever opens it says what is wrong with it
  }
}

const numbers = new Intl.Collator('en', { numeric: true })

/** In a plain folder: files that by their names are messages or mboxes (an MH message's is a number). */
function looksLikeMail(name: string): boolean {
  if (name.startsWith('.')) return false
  const extension = extname(name.replace(/\.gz$/i, '')).toLowerCase()
  if (/^\.\d[\d-]*$/.test(extension)) return true // inbox.2026-10, mbox.1
  return ['', '.eml', '.mbox', '.mboxo', '.mboxrd', '.mbx', '.msg', '.mail', '.txt', '.rfc822'].includes(extension)
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch {
    return 0
  }
}
