/** A value that can't slip into a log. */

import { inspect } from 'node:util'

/**
 * A secret value that can't slip into a log: it prints, serialises and inspects as `[secret]`.
 * Only `reveal` gives the value.
 */
export class Secret {
  #value: string
  readonly #renew: () => string | null

  /**
   * @param renew reads the value again, as files are renewed while the daemon runs; null if that fails, and then the
   * last value stays
   */
  constructor(value: string, renew: () => string | null = () => null) {
    this.#value = value
    Object.defineProperty(this, inspect.custom, { value: () => '[secret]' })
    this.#renew = renew
  }

  /** The value as it is now; to be called where it is sent, not before. */
  reveal(): string {
    this.#value = this.#renew() ?? this.#value
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }
}
