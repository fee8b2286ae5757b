/** Passwords of the console, hashed. */

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import type { HasherPort } from '../ports.ts'

/** Cost of one hash: N=2^17, r=8, p=1, as OWASP's password storage page asks for; 128 MiB and some 0.3 s. */
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 } as const
const keyBytes = 32

/** At most this many hashes at once: each holds 128 MiB, and a flood of sign-ins must not take the machine's memory. */
const maxHashes = 2
/** More than this wait in line: the rest is turned away at once. */
const maxWaiting = 40

/** A line for the hashes of one process. */
export class Hasher implements HasherPort {
  #running = 0
  readonly #waiting: (() => void)[] = []
  /** What a sign-in for an unknown name is compared with, so that it takes as long as one for a known name. */
  readonly #nobody = `scrypt$${cost.N}$${cost.r}$${cost.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`

  /** `scrypt$N$r$p$salt$key`, salt and key in base64url. */
  async hash(password: string): Promise<string | null> {
    const salt = randomBytes(16)
    const key = await this.#derive(password, salt, cost)
    if (key === null) return null
    return `scrypt$${cost.N}$${cost.r}$${cost.p}$${salt.toString('base64url')}$${key.toString('base64url')}`
  }

  /** Whether a password is the one that was hashed. `hash` null (no such account): false, after the same time. */
  async verify(password: string, hash: string | null): Promise<boolean | null> {
    const [name, N, r, p, salt, key] = (hash ?? this.#nobody).split('$')
    if (name !== 'scrypt' || salt === undefined || key === undefined) return false
    const numbers = { N: Number(N), r: Number(r), p: Number(p), maxmem: cost.maxmem }
    const derived = await this.#derive(password, Buffer.from(salt, 'base64url'), numbers)
    if (derived === null) return null
    const wanted = Buffer.from(key, 'base64url')
    return derived.length === wanted.length && timingSafeEqual(derived, wanted) && hash !== null
  }

  async #derive(
    password: string,
    salt: Buffer,
    options: { N: number; r: number; p: number; maxmem: number },
  ): Promise<Buffer | null> {
    if (this.#running >= maxHashes) {
      if (this.#waiting.length >= maxWaiting) return null
      await new Promise<void>((go) => this.#waiting.push(go))
    } else this.#running++
    try {
      // Two keyboards may write the same letter in two ways; NFC makes them one (RFC 8265 section 4.2.1).
      const text = password.normalize('NFC')
      return await new Promise((resolve, reject) =>
        scrypt(text, salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key))),
      )
    } finally {
      // The place goes to the next in line, or is free.
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}
