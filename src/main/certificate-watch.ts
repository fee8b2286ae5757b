/** How long the certificates that are shown to others still hold. */

import { certificatesOf, certificateWarnMs, endMessage } from '../config/tls-checks.ts'
import type { NamesakeConfig } from '../config/types.ts'
import { certificateEnd } from '../net/tls-files.ts'
import type { EventDetails } from '../vocabulary.ts'

/** How often they are looked at (ms), so that the clock may jump. */
const lookEveryMs = 3_600_000
/** How often one that ends soon is told (ms). */
const tellEveryMs = 86_400_000

type WatchedTls = Pick<NamesakeConfig, 'smtp' | 'console'>

/** When the first certificate of each listener ends, in milliseconds since the epoch; files that can't be read are left out. */
export function certificateEnds(config: WatchedTls): ReadonlyMap<string, number> {
  const ends = new Map<string, number>()
  for (const { listener, file } of certificatesOf(config)) {
    const end = certificateEnd(file)
    if (end !== null) ends.set(listener, Math.min(end, ends.get(listener) ?? Infinity))
  }
  return ends
}

/** Tells once a day of each certificate that ends within three weeks, from the file as it is at that time. */
export class CertificateWatch {
  readonly #config: () => WatchedTls
  readonly #tell: (details: EventDetails<'certificate-expiring'>) => void
  readonly #now: () => number
  /** When each was told last. */
  readonly #told = new Map<string, number>()
  #timer: NodeJS.Timeout | null = null

  /** @param now milliseconds since the epoch */
  constructor(
    config: () => WatchedTls,
    tell: (details: EventDetails<'certificate-expiring'>) => void,
    now: () => number = Date.now,
  ) {
    this.#config = config
    this.#tell = tell
    this.#now = now
  }

  start(): void {
    this.look()
    this.#timer = setInterval(() => this.look(), lookEveryMs)
    this.#timer.unref()
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  look(): void {
    const now = this.#now()
    for (const { listener, file } of certificatesOf(this.#config())) {
      const end = certificateEnd(file)
      if (end === null || end > now + certificateWarnMs) continue
      const key = `${listener} ${file}`
      const told = this.#told.get(key)
      // A clock that was set back tells again.
      if (told !== undefined && Math.abs(now - told) < tellEveryMs) continue
      this.#told.set(key, now)
      this.#tell({ listener, file, until: new Date(end).toISOString(), error: endMessage(file, end, now) })
    }
  }
}
