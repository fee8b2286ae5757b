/** A progress line on a terminal: share done, rate, time left. Silent where the stream is no terminal. */

import type { Progress } from '../admin/replay/replay.ts'

/** Drawn at most this often, in milliseconds. */
const interval = 100
const barColumns = 24

/**
 * @param findTotal gives the octets in all, asked only for a terminal; 0 if that is not known (standard input): then only the
 * count and the rate are shown
 * @param now a clock in milliseconds
 */
export function startProgress(
  stream: NodeJS.WritableStream & { isTTY?: boolean },
  findTotal: () => number,
  now: () => number = () => performance.now(),
): Progress {
  if (stream.isTTY !== true) return { update: () => undefined, clear: () => undefined }
  const total = findTotal()
  const start = now()
  let drawn = -Infinity
  let visible = false
  return {
    update(done, count) {
      const time = now()
      if (time - drawn < interval) return
      drawn = time
      visible = true
      stream.write(`\r\u001b[K${progressLine(done, total, count, (time - start) / 1000)}`)
    },
    clear() {
      if (visible) stream.write('\r\u001b[K')
      visible = false
    },
  }
}

/** One state of the line. @param seconds since the start */
export function progressLine(done: number, total: number, count: number, seconds: number): string {
  const rate = seconds > 0 ? `${Math.round(count / seconds)}/s` : ''
  if (total <= 0) return `${count} messages ${rate}`
  const share = Math.min(1, done / total)
  const full = Math.round(share * barColumns)
  const left = share > 0 && seconds > 1 ? `${duration((seconds / share) * (1 - share))} left` : ''
  const bar = '#'.repeat(full) + '.'.repeat(barColumns - full)
  return `[${bar}] ${String(Math.floor(share * 100)).padStart(3)} %  ${count} messages  ${rate}  ${left}`.trimEnd()
}

/** Seconds in words: `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${whole % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
