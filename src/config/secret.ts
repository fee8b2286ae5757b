import { inspect } from 'node:util'

/**
 * A secret value that can't slip into a log: it prints, serialises and inspects as `[secret]`.
 * Only `reveal` gives the value.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself; to be called where it is sent, not before. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}
