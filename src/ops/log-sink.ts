/** Where the log's lines go: whole, a few at a time, in bounded memory, and never waited for longer than said. */

import { constants, fstatSync, openSync, write } from 'node:fs'
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Octets of one write: PIPE_BUF, below which the lines of several processes on one pipe never run into each other. */
const maxPipeBytes = 4096
/** The same into a file, which takes appended writes one after the other whatever their size. */
const maxFileBytes = 65_536
/** Milliseconds that a line waits for others: a write for each message cost a tenth of a busy worker's time. */
const gatherMs = 10
/** Octets kept for a reader that has stopped reading or a disk that is full; what comes above is dropped, and counted. */
const maxHeldBytes = 16 * 1024 * 1024
/** Milliseconds until a write is tried again: the reader is behind, or something is wrong. */
const busyRetryMs = 20
const faultRetryMs = 500
/** Milliseconds in which a write comes back that the system does not hold. */
const maxReturnMs = 300
/** Nobody reads any more, nor will: the terminal is closed, the reader of the pipe has ended. */
const goneCodes = ['EIO', 'EPIPE', 'EBADF', 'ECONNRESET', 'ENOTCONN']

/** Where the log's lines go. */
interface LogSink {
  write(line: string): void
  /** Whether a write has been handed to the system and has not come back: the process can't end by itself before. */
  readonly stuck: boolean
  /** Waits until what is held has been written, at most so long; the rest is dropped and counted. */
  flush(maxMs: number): Promise<void>
}

interface LogSinkHooks {
  /** Lines were dropped, just now. */
  onDropped(lines: number): void
  /** Lines are taken again, after so many were dropped. */
  onRecovered(lines: number): void
}

interface LogPiece {
  readonly octets: Buffer
  readonly lines: number
  /** Octets of it that have been written. */
  done: number
}

/**
 * Opens the sink. A descriptor that can block (a pipe, a terminal, a socket) is written to without blocking, so that a
 * reader that stands still holds up neither mail nor the end of the process.
 *
 * @param descriptor an open file descriptor
 */
export function openLogSink(descriptor: number, hooks: LogSinkHooks): LogSink {
  return new Sink(descriptor, hooks)
}

class Sink implements LogSink {
  readonly #descriptor: number
  readonly #maxBytes: number
  readonly #hooks: LogSinkHooks
  #gathered = ''
  #gatheredBytes = 0
  #gatheredLines = 0
  readonly #pieces: LogPiece[] = []
  #heldBytes = 0
  #timer: NodeJS.Timeout | null = null
  #retry: NodeJS.Timeout | null = null
  #writing = false
  #dropped = 0
  #emptied: (() => void) | null = null

  constructor(descriptor: number, hooks: LogSinkHooks) {
    const isFile = kindOf(descriptor) === 'file'
    this.#descriptor = isFile ? descriptor : withoutBlocking(descriptor)
    this.#maxBytes = isFile ? maxFileBytes : maxPipeBytes
    this.#hooks = hooks
  }

  get stuck(): boolean {
    return this.#writing
  }

  write(line: string): void {
    const length = Buffer.byteLength(line)
    if (this.#heldBytes + this.#gatheredBytes + length > maxHeldBytes) {
      this.#drop(1)
      return
    }
    if (this.#gatheredBytes + length > this.#maxBytes) this.#put()
    this.#gathered += line
    this.#gatheredBytes += length
    this.#gatheredLines++
    this.#timer ??= setTimeout(() => this.#put(), gatherMs)
  }

  async flush(maxMs: number): Promise<void> {
    this.#put()
    if (this.#pieces.length === 0) return
    // The end does not wait until the next try is due.
    this.#endPause()
    this.#writeNext()
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, maxMs)
      this.#emptied = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#emptied = null
    this.#dropAll()
    this.#endPause()
    // One that was just handed over comes back at once, unless the system holds it.
    for (let waited = 0; this.#writing && waited < maxReturnMs; waited += gatherMs) await sleep(gatherMs)
  }

  #endPause(): void {
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#retry = null
  }

  /** Closes what was gathered into a piece. */
  #put(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#gathered === '') return
    const octets = Buffer.from(this.#gathered)
    this.#pieces.push({ octets, lines: this.#gatheredLines, done: 0 })
    this.#heldBytes += octets.length
    this.#gathered = ''
    this.#gatheredBytes = 0
    this.#gatheredLines = 0
    this.#writeNext()
  }

  #writeNext(): void {
    const [piece] = this.#pieces
    if (this.#writing || this.#retry !== null) return
    if (piece === undefined) {
      this.#emptied?.()
      return
    }
    this.#writing = true
    const { octets, done } = piece
    write(this.#descriptor, octets, done, octets.length - done, null, (error, written) => {
      this.#writing = false
      if (error === null) this.#wrote(piece, written)
      else this.#failed(error)
    })
  }

  #wrote(piece: LogPiece, written: number): void {
    piece.done += written
    if (piece.done >= piece.octets.length && this.#pieces[0] === piece) {
      this.#pieces.shift()
      this.#heldBytes -= piece.octets.length
    }
    const dropped = this.#dropped
    // Told once there is room for more than the line that tells it.
    if (dropped > 0 && this.#heldBytes < maxHeldBytes / 2) {
      this.#dropped = 0
      this.#hooks.onRecovered(dropped)
    }
    this.#writeNext()
  }

  #failed(error: NodeJS.ErrnoException): void {
    const code = error.code ?? ''
    if (goneCodes.includes(code)) this.#dropAll()
    this.#retry = setTimeout(
      () => {
        this.#retry = null
        this.#writeNext()
      },
      code === 'EAGAIN' ? busyRetryMs : faultRetryMs,
    )
    // Waited for only by who flushes.
    this.#retry.unref()
    if (this.#pieces.length === 0) this.#emptied?.()
  }

  #dropAll(): void {
    let broken = false
    for (const { octets, lines, done } of this.#pieces.splice(0)) {
      this.#drop(done === 0 ? lines : linesIn(octets.subarray(done)))
      broken ||= done > 0 && octets[done - 1] !== lineFeed
    }
    this.#heldBytes = 0
    // A line that was cut off is ended before the next one begins.
    if (broken) this.#pieces.push({ octets: Buffer.of(lineFeed), lines: 0, done: 0 })
  }

  #drop(lines: number): void {
    this.#dropped += lines
    this.#hooks.onDropped(lines)
  }
}

const lineFeed = 0x0a

function linesIn(octets: Buffer): number {
  let lines = 0
  for (let at = octets.indexOf(lineFeed); at >= 0; at = octets.indexOf(lineFeed, at + 1)) lines++
  return lines
}

function kindOf(descriptor: number): 'file' | 'socket' | 'other' {
  try {
    const status = fstatSync(descriptor)
    return status.isFile() ? 'file' : status.isSocket() ? 'socket' : 'other'
  } catch {
    return 'other'
  }
}

/**
 * A descriptor of the same pipe or terminal whose writes fail with EAGAIN in place of waiting. It is opened anew, so that
 * other programs with the same pipe keep theirs as it is; a socket can't be, and is switched (by a handle on it).
 */
function withoutBlocking(descriptor: number): number {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK)
  } catch {
    // Sockets, and systems without /proc.
  }
  try {
    new Socket({ fd: descriptor, readable: false, writable: true }).unref().on('error', () => {})
  } catch {
    // A descriptor that was never open; writing to it will say so.
  }
  return descriptor
}
