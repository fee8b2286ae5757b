/**
 * Where `check` finds messages: single files, mboxes, Maildirs, folders, standard input, each also compressed by gzip.
 * Only header sections are kept; a body of any size passes by.
 */

import { createReadStream, existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { pipeline } from 'node:stream'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { endOfSection } from '../../mail/section.ts'
import { fileProblem } from './file-errors.ts'
import { mboxSections } from './mbox.ts'
import { isGzip, readBeginning, readSection } from './message-file.ts'
import { timeOfMaildirName, timeOfPostmark } from './message-time.ts'
import { mailFiles } from './walk.ts'
import type { MailFile, Unreadable } from './walk.ts'

/** The header section of one message and where it was found. */
export interface FoundMessage {
  /** The path as given or found; `path#n` in an mbox; `-` for standard input. */
  readonly source: string
  readonly octets: Buffer
  readonly truncated: boolean
  /** When it was delivered, in milliseconds since the epoch, where that is known; else its Date field may say it. */
  readonly time: number | null
}

/** A file that holds one message and was not opened yet: whoever judges it reads it (`readMessageFile`). */
export interface FoundFile {
  readonly source: string
  readonly path: string
  readonly time: number | null
}

export type MessageSource = FoundMessage | FoundFile | Unreadable

interface SearchOptions {
  /** Octets of one header section that are kept. */
  readonly headerOctets: number
  readonly stdin: Readable
  /** Told of octets read, for the progress bar; those of a `FoundFile` are told by whoever reads it. */
  readonly onProgress?: (octets: number) => void
}

/**
 * All messages under the paths (`-`: standard input), in the order of paths and names. What can't be read is handed out as
 * such.
 */
export async function* findMessages(paths: readonly string[], options: SearchOptions): AsyncGenerator<MessageSource> {
  for (const path of paths) {
    if (path === '-') yield* fromStream(options.stdin, '-', options)
    else yield* fromPath(path, options)
  }
}

/** A path as it is, or one message of an mbox as the results name it: `archive.mbox#100`. */
async function* fromPath(path: string, options: SearchOptions): AsyncGenerator<MessageSource> {
  const numbered = /^(.+)#([1-9]\d*)$/s.exec(path)
  if (numbered?.[1] === undefined || existsSync(path) || !existsSync(numbered[1])) {
    for (const file of mailFiles(path)) yield* 'problem' in file ? [file] : fromFile(file, options)
    return
  }
  for (const file of mailFiles(numbered[1])) {
    if ('problem' in file) yield file
    else {
      for await (const found of fromFile({ ...file, single: false }, options)) {
        if (found.source !== path) continue
        yield found
        return
      }
    }
  }
  yield { source: path, problem: `holds no message ${numbered[2] ?? ''}` }
}

const chunkOctets = 1_048_576

async function* fromFile(file: MailFile, options: SearchOptions): AsyncGenerator<MessageSource> {
  const { path } = file
  if (file.single && file.regular) {
    yield { source: path, path, time: file.delivered ? timeOfMaildirName(basename(path)) : null }
    return
  }
  try {
    // A pipe can be read only once, so it is not looked into beforehand.
    const beginning = file.regular ? readBeginning(path, options.headerOctets) : null
    if (beginning === null || isGzip(beginning.octets)) {
      yield* fromStream(createReadStream(path), path, options)
    } else if (isMbox(beginning.octets)) {
      yield* fromMbox(counted(fileChunks(path), options), path, options)
    } else {
      options.onProgress?.(beginning.size)
      yield single(path, { ...readSection(path, beginning, options.headerOctets), time: null })
    }
  } catch (error) {
    yield { source: path, problem: fileProblem(error) }
  }
}

/** A stream's messages: one, or those of an mbox; uncompressed first if need be. */
async function* fromStream(stream: Readable, source: string, options: SearchOptions): AsyncGenerator<MessageSource> {
  try {
    const { beginning, all } = await peek(counted(stream, options))
    if (isGzip(beginning)) {
      const { beginning: inner, all: plain } = await peek(gunzip(all))
      yield* fromChunks(inner, plain, source, options)
    } else {
      yield* fromChunks(beginning, all, source, options)
    }
  } catch (error) {
    yield { source, problem: fileProblem(error) }
  }
}

async function* fromChunks(
  beginning: Buffer,
  chunks: AsyncIterable<Buffer>,
  source: string,
  options: SearchOptions,
): AsyncGenerator<MessageSource> {
  if (isMbox(beginning)) {
    yield* fromMbox(chunks, source, options)
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
  const truncated = end === octets.length && octets.length < size
  yield single(source, { octets: octets.subarray(0, end), truncated, time: null })
}

async function* fromMbox(
  chunks: AsyncIterable<Buffer>,
  source: string,
  options: SearchOptions,
): AsyncGenerator<MessageSource> {
  for await (const { number, postmark, octets, truncated } of mboxSections(chunks, options.headerOctets)) {
    // The postmark says that a message follows, whatever its fields are.
    const problem = octets.includes(':') ? null : faultOfSection(octets)
    const name = `${source}#${number}`
    if (problem === null) yield { source: name, octets, truncated, time: timeOfPostmark(postmark) }
    else yield { source: name, problem }
  }
}

/** A file in chunks that lie in two buffers by turns: one is read ahead while the other is looked through. */
async function* fileChunks(path: string): AsyncGenerator<Buffer> {
  const file = await open(path)
  const buffers = [Buffer.allocUnsafe(chunkOctets), Buffer.allocUnsafe(chunkOctets)] as const
  const read = async (which: 0 | 1): Promise<Buffer> => {
    const { bytesRead } = await file.read(buffers[which], 0, chunkOctets, null)
    return buffers[which].subarray(0, bytesRead)
  }
  let which: 0 | 1 = 0
  let ahead = read(which)
  try {
    for (;;) {
      const chunk = await ahead
      if (chunk.length === 0) return
      which = which === 0 ? 1 : 0
      ahead = read(which)
      ahead.catch(() => undefined) // told when its turn comes
      yield chunk
    }
  } finally {
    await ahead.catch(() => undefined)
    await file.close()
  }
}

async function* counted(stream: AsyncIterable<Buffer | string>, options: SearchOptions): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    const octets = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    options.onProgress?.(octets.length)
    yield octets
  }
}

function gunzip(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // An error destroys the stream, so whoever iterates gets it; the callback has nothing to add.
  return pipeline(chunks, createGunzip({ chunkSize: chunkOctets / 4 }), () => undefined)
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

function single(source: string, message: Omit<FoundMessage, 'source'>): FoundMessage | Unreadable {
  const problem = faultOfSection(message.octets)
  return problem === null ? { source, ...message } : { source, problem }
}

/** A line that begins as a field does that mail programs and servers write; YAML and the like have lines with colons too. */
const mailField =
  /^(?:from|sender|reply-to|to|cc|bcc|subject|date|message-id|in-reply-to|references|return-path|received|delivered-to|envelope-to|mime-version|content-[a-z-]+|user-agent|(?:resent|list|arc|dkim|authentication|received|x|thread|auto|apparently|errors|precedence|importance|priority|status)-[!-9;-~]+|status|comments|keywords|organi[sz]ation|autocrypt|domainkey-signature)[ \t]*:/im

/** First octets of what is often beside mail and holds text with colons: programs, archives, pictures, documents. */
const otherKinds: readonly (readonly [string, string])[] = [
  ['\x7fELF', 'a program'],
  ['MZ', 'a program'],
  ['PK\x03\x04', 'a zip archive'],
  ['%PDF', 'a PDF'],
  ['\x89PNG', 'a picture'],
  ['\xff\xd8\xff', 'a picture'],
  ['SQLite format 3', 'a database'],
]

/** Why octets are no message, or null. */
export function faultOfSection(octets: Buffer): string | null {
  if (octets.length === 0) return 'holds no header section'
  const text = octets.toString('latin1')
  const [, kind] = otherKinds.find(([start]) => text.startsWith(start)) ?? []
  if (kind !== undefined && (kind !== 'a program' || text.includes('\0'))) return `is no message: it is ${kind}`
  return mailField.test(text) ? null : 'is no message: it has no header field of mail'
}

function isMbox(octets: Buffer): boolean {
  return octets.subarray(0, 5).toString('latin1') === 'From '
}
