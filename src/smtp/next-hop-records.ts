/** Next hops that the DNS names: MX (RFC 5321 section 5.1) and SRV (RFC 2782) records, kept for a minute. */

import { resolveMx, resolveSrv } from 'node:dns/promises'
import type { NextHopAddress } from '../net/addresses.ts'
import type { NextHopRecords } from './options.ts'

/** An answer of this age is asked for anew; until there is another one, it stays in use. */
const maxFreshMs = 60_000
/** A question that failed is asked again after this time. */
const retryMs = 6_000

export class RecordTargets {
  readonly #records: NextHopRecords
  #targets: readonly NextHopAddress[] = []
  #freshUntil = -Infinity
  #asking: Promise<readonly NextHopAddress[]> | null = null

  constructor(records: NextHopRecords) {
    this.#records = records
  }

  /** The targets last known, at once; null if none ever were. What is no longer fresh is asked for beside. */
  known(): readonly NextHopAddress[] | null {
    if (this.#targets.length === 0) return null
    // Once something is known, asking does not reject.
    if (performance.now() >= this.#freshUntil) void this.ask()
    return this.#targets
  }

  /** Asks the DNS, once for all who wait. Rejects only if nothing was ever known. How long it takes is up to the DNS. */
  async ask(): Promise<readonly NextHopAddress[]> {
    this.#asking ??= this.#askOnce().finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  async #askOnce(): Promise<readonly NextHopAddress[]> {
    try {
      const found = await (this.#records.kind === 'mx' ? byMx(this.#records) : bySrv(this.#records.name))
      // The same target stays the same object: what is known of its health and its connections hangs on it.
      this.#targets = found.map((target) => this.#targets.find((old) => sameTarget(old, target)) ?? target)
      this.#freshUntil = performance.now() + maxFreshMs
    } catch (error) {
      if (this.#targets.length === 0) throw error
      this.#freshUntil = performance.now() + retryMs
    }
    return this.#targets
  }
}

function sameTarget(a: NextHopAddress, b: NextHopAddress): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function target(host: string, port: number): NextHopAddress {
  return { protocol: 'smtp', address: { kind: 'tcp', host, port } }
}

async function byMx(records: NextHopRecords & { kind: 'mx' }): Promise<NextHopAddress[]> {
  const { domain, port } = records
  const found = await resolveMx(domain).catch((error: NodeJS.ErrnoException) => {
    // Without MX records the domain itself is the mail server (RFC 5321 section 5.1).
    if (error.code === 'ENODATA') return [{ exchange: domain, priority: 0 }]
    throw error
  })
  const real = found.filter(({ exchange }) => exchange !== '' && exchange !== '.')
  if (real.length === 0) throw new Error(`${domain} takes no mail (null MX, RFC 7505)`)
  return shuffled(real)
    .sort((a, b) => a.priority - b.priority)
    .map(({ exchange }) => target(exchange, port))
}

async function bySrv(name: string): Promise<NextHopAddress[]> {
  const found = (await resolveSrv(name)).filter((record) => record.name !== '' && record.name !== '.')
  if (found.length === 0) throw new Error(`${name} offers no service`)
  // Heavier ones come first more often (RFC 2782's weights, drawn once for each answer).
  return found
    .map((record) => ({ ...record, draw: Math.random() ** (1 / Math.max(record.weight, 0.01)) }))
    .sort((a, b) => a.priority - b.priority || b.draw - a.draw)
    .map((record) => target(record.name, record.port))
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}
