import { closeSync, createReadStream, lstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { pipeline } from 'node:stream'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { endOfSection } from '../mail/section.ts'
import { mboxSections } from './mbox.ts'

/**
 * Where `check` finds messages: single files, mboxes, Maildirs, folders, standard input, each also compressed by gzip.
 * Only header sections are kept; a body of any size passes by.
 */

/** The header section of one message and where it was found. */
export interface FoundMessage {
  /** The path as given or found; `path#n` in an mbox; `-` for standard input. */
  readonly source: string
  readonly octets: Buffer
  readonly truncated: boolean
}

/** Something that can't be read as messages. */
export interface Unreadable {
  readonly source: string
  readonly problem: string
}

export interface SourceOptions {
  /** Octets of one header section that are kept. */
  readonly headerOctets: number
  readonly stdin: Readable
  /** Told of octets read, for the progress bar. */
  readonly onProgress?: (octets: number) => void
}

/** All messages under the paths, in the order of paths and names. What can't be read is handed out as such. */
export async function* findMessages(
  paths: readonly string[],
  options: SourceOptions,
): AsyncGenerator<FoundMessage | Unreadable> {
  for (const path of paths) {
    if (path === '-') yield* fromStream(options.stdin, '-', options)
    else yield* fromPath(path, options, true)
  }
}

/** Octets in all files under the paths; for the progress bar. Unreadable ones count nothing. */
export function totalOctets(paths: readonly string[]): number {
  let total = 0
  for (const path of paths) {
    for (const file of filesUnder(path, true)) if (typeof file === 'string') total += sizeOf(file)
  }
  return total
}

async function* fromPath(
  path: string,
  options: SourceOptions,
  named: boolean,
): AsyncGenerator<FoundMessage | Unreadable> {
  for (const file of filesUnder(path, named)) {
    if (typeof file !== 'string') yield file
    else yield* fromFile(file, options)
  }
}

/** Files under a path: itself, a Maildir's messages (with the Maildir++ folders in it), or a folder's message files. */
function* filesUnder(path: string, named: boolean): Generator<string | Unreadable> {
  try {
    // Links to folders are followed only if they were named: inside a folder they may lead round in circles.
    if (!named && lstatSync(path).isSymbolicLink() && isFolder(path)) return
    const stat = statSync(path)
    if (!stat.isDirectory()) {
      if (stat.isFile() || named) yield path
      return
    }
    const names = readdirSync(path).sort(byNumber)
    const maildir = names.includes('cur') && names.includes('new')
    for (const name of names) {
      const inside = join(path, name)
      const folder = isFolder(inside)
      if (maildir && !folder) continue // its own books: dovecot.index, maildirfolder, …
      if (maildir && name === 'tmp') continue // not delivered yet
      if (maildir && (name === 'cur' || name === 'new')) yield* filesIn(inside)
      else if (folder || looksLikeMail(name)) yield* filesUnder(inside, false)
    }
  } catch (error) {
    yield { source: path, problem: inWords(error) }
  }
}

function* filesIn(folder: string): Generator<string> {
  for (const name of readdirSync(folder).sort(byNumber)) {
    if (!name.startsWith('.') && !isFolder(join(folder, name))) yield join(folder, name)
  }
}

const numbers = new Intl.Collator('en', { numeric: true })

function byNumber(a: string, b: string): number {
  return numbers.compare(a, b)
}

/** In a plain folder: files that by their names are messages or mboxes (an MH message's is a number). */
function looksLikeMail(name: string): boolean {
  if (name.startsWith('.')) return false
  const extension = extname(name.replace(/\.gz$/i, '')).toLowerCase()
  return ['', '.eml', '.mbox', '.mbx', '.msg', '.mail', '.txt', '.rfc822'].includes(extension)
}

async function* fromFile(path: string, options: SourceOptions): AsyncGenerator<FoundMessage | Unreadable> {
  try {
    const { octets, size } = readBeginning(path, Math.min(firstOctets, options.headerOctets))
    if (isGzip(octets)) {
      yield* fromStream(createReadStream(path), path, options)
    } else if (isMbox(octets, path)) {
      yield* fromMbox(createReadStream(path, { highWaterMark: chunkOctets }), path, options)
    } else {
      options.onProgress?.(size)
      yield single(path, readSection(path, octets, size, options.headerOctets))
    }
  } catch (error) {
    yield { source: path, problem: inWords(error) }
  }
}

/** Most header sections fit into this. */
const firstOctets = 16_384
const chunkOctets = 1_048_576

interface Section {
  readonly octets: Buffer
  readonly truncated: boolean
}

/** The header section of a file that holds one message; its beginning is known, more is read if that does not end it. */
function readSection(path: string, beginning: Buffer, size: number, limit: number): Section {
  let octets = beginning
  if (endOfSection(octets) === octets.length && octets.length < size) {
    octets = readBeginning(path, limit).octets
  }
  const end = endOfSection(octets)
  return { octets: octets.subarray(0, end), truncated: end === octets.length && octets.length < size }
}

function readBeginning(path: string, length: number): { octets: Buffer; size: number } {
  const file = openSync(path, 'r')
  try {
    const octets = Buffer.alloc(length)
    let used = 0
    for (;;) {
      const read = readSync(file, octets, used, length - used, null)
      used += read
      if (read === 0 || used === length) break
    }
    return { octets: octets.subarray(0, used), size: used < length ? used : Math.max(used, sizeOf(path)) }
  } finally {
    closeSync(file)
  }
}

/** A stream's messages: one, or those of an mbox; uncompressed first if need be. */
async function* fromStream(
  stream: Readable,
  source: string,
  options: SourceOptions,
): AsyncGenerator<FoundMessage | Unreadable> {
  try {
    const { beginning, all } = await peek(counted(stream, options))
    if (isGzip(beginning)) {
      const { beginning: inner, all: plain } = await peek(gunzip(all))
      yield* fromChunks(inner, plain, source, options)
    } else {
      yield* fromChunks(beginning, all, source, options)
    }
  } catch (error) {
    yield { source, problem: inWords(error) }
  }
}

async function* fromChunks(
  beginning: Buffer,
  chunks: AsyncIterable<Buffer>,
  source: string,
  options: SourceOptions,
): AsyncGenerator<FoundMessage | Unreadable> {
  if (isMbox(beginning, source.replace(/\.gz$/i, ''))) {
    yield* sectionsOf(chunks, source, options)
    return
  }
  const parts: Buffer[] = []
  let size = 0
  for await (const chunk of chunks) {
    // The rest is read to its end too, so that a pipe's writer is not cut off.
    if (size < options.headerOctets) parts.push(chunk)
    size += chunk.length
  }
  const octets = Buffer.concat(parts).subarray(0, options.headerOctets)
  const end = endOfSection(octets)
  yield single(source, { octets: octets.subarray(0, end), truncated: end === octets.length && octets.length < size })
}

async function* fromMbox(
  stream: Readable,
  source: string,
  options: SourceOptions,
): AsyncGenerator<FoundMessage | Unreadable> {
  yield* sectionsOf(counted(stream, options), source, options)
}

async function* sectionsOf(
  chunks: AsyncIterable<Buffer>,
  source: string,
  options: SourceOptions,
): AsyncGenerator<FoundMessage | Unreadable> {
  for await (const { number, octets, truncated } of mboxSections(chunks, options.headerOctets)) {
    yield single(`${source}#${number}`, { octets, truncated })
  }
}

async function* counted(stream: Readable, options: SourceOptions): AsyncGenerator<Buffer> {
  for await (const chunk of stream as AsyncIterable<Buffer | string>) {
    const octets = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    options.onProgress?.(octets.length)
    yield octets
  }
}

function gunzip(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // An error destroys the stream, so whoever iterates gets it; the callback has nothing to add.
  return pipeline(chunks, createGunzip(), () => undefined)
}

/** The first chunks of a stream, enough to tell what it is, and the stream with them. */
async function peek(chunks: AsyncIterable<Buffer>): Promise<{ beginning: Buffer; all: AsyncIterable<Buffer> }> {
  const iterator = chunks[Symbol.asyncIterator]()
  const first: Buffer[] = []
  let size = 0
  while (size < 16) {
    const next = await iterator.next()
    if (next.done === true) break
    first.push(next.value)
    size += next.value.length
  }
  const rest: AsyncIterable<Buffer> = { [Symbol.asyncIterator]: () => iterator }
  async function* all(): AsyncGenerator<Buffer> {
    yield* first
    yield* rest
  }
  return { beginning: Buffer.concat(first), all: all() }
}

function single(source: string, section: Section): FoundMessage | Unreadable {
  const { octets, truncated } = section
  if (octets.includes(':')) return { source, octets, truncated }
  return { source, problem: octets.length === 0 ? 'holds no header section' : 'is no message: it has no header field' }
}

function isGzip(octets: Buffer): boolean {
  return octets[0] === 0x1f && octets[1] === 0x8b
}

/** An `.eml` file is one message even if a postmark stands on top. */
function isMbox(octets: Buffer, path: string): boolean {
  if (basename(path).toLowerCase().endsWith('.eml')) return false
  return octets.subarray(0, 5).toString('latin1') === 'From '
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch {
    return 0
  }
}

function inWords(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const known: Record<string, string> = {
    ENOENT: 'does not exist',
    EACCES: 'may not be read (permission denied)',
    EPERM: 'may not be read (permission denied)',
    ENOTDIR: 'does not exist: a part of the path is no folder',
    ELOOP: 'is a symbolic link to itself',
    Z_DATA_ERROR: 'is damaged: the gzip data is not valid',
    Z_BUF_ERROR: 'is cut off: the gzip data ends too early',
  }
  return known[code] ?? `can't be read: ${error instanceof Error ? error.message : String(error)}`
}
