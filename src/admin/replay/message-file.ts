/** Files that hold one message: as little of them is read as ends the header section. */

import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { pipeline } from 'node:stream'
import { endOfSection } from '../../mail/section.ts'
import { fileProblem } from './file-errors.ts'

/** A header section, cut at the limit if it is longer. */
interface Section {
  readonly octets: Buffer
  readonly truncated: boolean
}

/** The first octets of a file. */
interface Beginning {
  readonly octets: Buffer
  /** Octets of the whole file. */
  readonly size: number
}

/** Most header sections fit into this. */
const firstOctets = 16_384

/** The first octets of a file, at most `limit` of them. @throws what the file system says */
export function readBeginning(path: string, limit: number): Beginning {
  return readStart(path, Math.min(firstOctets, limit))
}

function readStart(path: string, length: number): Beginning {
  const file = openSync(path, 'r')
  try {
    const octets = Buffer.allocUnsafe(length)
    let used = 0
    while (used < length) {
      const read = readSync(file, octets, used, length - used, null)
      if (read === 0) break
      used += read
    }
    return { octets: octets.subarray(0, used), size: used < length ? used : Math.max(used, fstatSync(file).size) }
  } finally {
    closeSync(file)
  }
}

/** The header section of a file that holds one message; its beginning is known, more is read if that does not end it. */
export function readSection(path: string, beginning: Beginning, limit: number): Section {
  const { size } = beginning
  let { octets } = beginning
  if (endOfSection(octets) === octets.length && octets.length < size) octets = readStart(path, limit).octets
  const end = endOfSection(octets)
  return { octets: octets.subarray(0, end), truncated: end === octets.length && octets.length < size }
}

/**
 * Reads the header section of a file that holds one message, plain or compressed. Never throws.
 * @param limit octets of the section that are kept
 */
export async function readMessageFile(
  path: string,
  limit: number,
): Promise<(Section & { readonly size: number }) | { readonly problem: string }> {
  try {
    const beginning = readBeginning(path, limit)
    if (isGzip(beginning.octets)) return { ...(await gunzipSection(path, limit)), size: beginning.size }
    return { ...readSection(path, beginning, limit), size: beginning.size }
  } catch (error) {
    return { problem: fileProblem(error) }
  }
}

/** Uncompresses a file until its header section ends or the limit is reached. */
async function gunzipSection(path: string, limit: number): Promise<Section> {
  let octets: Buffer = Buffer.alloc(0)
  const plain: AsyncIterable<Buffer> = pipeline(createReadStream(path), createGunzip(), () => undefined)
  for await (const chunk of plain) {
    octets = Buffer.concat([octets, chunk])
    if (endOfSection(octets) < octets.length || octets.length > limit) break
  }
  const kept = octets.subarray(0, limit)
  const end = endOfSection(kept)
  return { octets: kept.subarray(0, end), truncated: end === kept.length && octets.length > limit }
}

/** Whether octets begin as gzip's do (RFC 1952 section 2.3.1). */
export function isGzip(octets: Buffer): boolean {
  return octets[0] === 0x1f && octets[1] === 0x8b
}
