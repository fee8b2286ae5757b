/** Where log lines go: a few at a time, bounded. */

import { fstatSync } from 'node:fs'
import { pino } from 'pino'

/** Octets of one write: PIPE_BUF, below which the lines of several processes on one pipe never run into each other. */
const atOnce = 4096
/** The same into a file, which takes appended writes one after the other whatever their size. */
const atOnceIntoFile = 65_536
/** Milliseconds that a line waits for others: a write for each message cost a tenth of a busy worker's time. */
const wait = 10
/** Octets kept for a reader that has stopped reading; what comes above is dropped, and counted. */
const most = 16 * 1024 * 1024

/** Where the log's lines go: written asynchronously, whole, a few at a time, in bounded memory. */
export interface LogSink {
  write(line: string): void
  /** Writes out what is still held; blocks. */
  flush(): void
}

/**
 * Opens the sink.
 *
 * @param descriptor an open file descriptor
 * @param onLost told, once the reader reads again, how many lines were dropped
 */
export function openLogSink(descriptor: number, onLost: (lines: number) => void): LogSink {
  const largest = isFile(descriptor) ? atOnceIntoFile : atOnce
  const sink = pino.destination({
    dest: descriptor,
    sync: false,
    minLength: 0,
    maxWrite: largest,
    maxLength: most,
  })
  // A reader of the log that goes away (EPIPE) must not take the mail with it.
  sink.on('error', () => {})
  let lost = 0
  sink.on('drop', (text: string) => (lost += text.split('\n').length - 1))
  sink.on('drain', () => {
    if (lost === 0) return
    const lines = lost
    lost = 0
    onLost(lines)
  })
  let held = ''
  let octets = 0
  let timer: NodeJS.Timeout | null = null
  const put = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (held === '') return
    const lines = held
    held = ''
    octets = 0
    sink.write(lines)
  }
  return {
    write(line) {
      const length = Buffer.byteLength(line)
      if (octets + length > largest) put()
      held += line
      octets += length
      timer ??= setTimeout(put, wait)
    },
    flush() {
      put()
      try {
        sink.flushSync()
      } catch {
        // The descriptor was never opened or is gone: nothing is left to be written to.
      }
    },
  }
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile()
  } catch {
    return false
  }
}
