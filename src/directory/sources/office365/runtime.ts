/** Clock, waiting and chance, for tests to replace. */

/** Clock, sleep and chance as the provider uses them: handed in, so that a test of an hour's back-off takes a millisecond. */
export interface Runtime {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms` milliseconds, never earlier by `now()`; rejects with the signal's reason when that aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** At least 0, below 1. */
  random(): number
}

/** A timer's longest run; beyond it Node fires at once. */
const maxTimerMs = 2 ** 31 - 1

/** The real clock. Sleeps in pieces, as a timer can't run for over 24 days and can fire a millisecond early. */
export const systemRuntime: Runtime = {
  now: () => Date.now(),
  random: () => Math.random(),
  async sleep(ms, signal) {
    const until = Date.now() + ms
    for (let left = ms; left > 0; left = until - Date.now()) await timer(Math.min(Math.ceil(left), maxTimerMs), signal)
    signal?.throwIfAborted()
  },
}

function timer(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(reasonOf(signal))
      return
    }
    const stop = (): void => {
      clearTimeout(handle)
      if (signal) reject(reasonOf(signal))
    }
    const handle = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}

/** The reason of an aborted signal as an error. */
function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('stopped')
}
