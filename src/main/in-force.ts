/** Whether what stands in the configuration files is what the daemon goes by. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { configFiles } from '../vocabulary.ts'

type ConfigFile = (typeof configFiles)[number]

/** What a file held, as far as a comparison needs it; null if it can't be read. */
export function contentsMark(path: string): string | null {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('base64')
  } catch {
    return null
  }
}

/** The files as they were when they were taken over. */
export class InForce {
  readonly #taken = new Map<ConfigFile, { readonly path: string; readonly mark: string | null }>()

  /** @param mark of the contents that were taken over, made before they were read; null where not all of them are in force */
  took(file: ConfigFile, path: string, mark: string | null): void {
    this.#taken.set(file, { path, mark })
  }

  /** Whether the file still holds what was taken over. Reads it. */
  holds(file: ConfigFile): boolean {
    const taken = this.#taken.get(file)
    return taken !== undefined && taken.mark !== null && contentsMark(taken.path) === taken.mark
  }

  /** Files that have been edited since, by path. */
  edited(): string[] {
    return [...this.#taken].flatMap(([file, { path }]) => (this.holds(file) ? [] : [path]))
  }
}
