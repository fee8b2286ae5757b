/** Faults of a people file, with places. */

import { formatFault, NamesakeError } from '../../../errors.ts'
import type { ConfigFault } from '../../../errors.ts'

/** Where something stands in a people file; line and column from 1. */
export interface FilePlace {
  readonly line: number
  readonly column: number
}

const maxShown = 50

/** Gathers the faults of a people file: all are counted, the first fifty are told. */
export class FileFaults {
  readonly #file: string
  readonly #faults: ConfigFault[] = []
  #count = 0

  constructor(file: string) {
    this.#file = file
  }

  get count(): number {
    return this.#count
  }

  add(place: FilePlace, path: string, message: string): void {
    this.#count++
    if (this.#faults.length < maxShown) this.#faults.push({ file: this.#file, ...place, path, message })
  }

  /** Throws NamesakeError input-invalid if there are any. */
  throwIfAny(): void {
    if (this.#count === 0) return
    const shown = this.#faults.map(formatFault)
    if (this.#count > shown.length) shown.push(`and ${this.#count - shown.length} more faults`)
    throw new NamesakeError('input-invalid', shown.join('\n'))
  }
}

/** Foreign text for a message: in quotes, escaped, cut at 80. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  const cut = text.length > 80 ? `${text.slice(0, 80)}…` : text
  return JSON.stringify(cut)
}

/** What is said of a file that has other lists than `users`: taken for one without people, it would guard nobody. */
export function withoutUsers(keys: readonly string[]): string {
  const found = keys.length === 0 ? 'nothing' : keys.slice(0, 5).map(quoted).join(', ')
  return `no "users"; found ${found}; accepted: users and, if wanted, groups ("users: []" for nobody)`
}
