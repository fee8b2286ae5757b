/** What rules across several options find, with its places. */

import type { ConfigFault } from '../errors.ts'
import { formatPath } from './faults.ts'
import type { KeyPath, YamlSource } from './yaml-source.ts'

/**
 * Rules that take several options together. They read the file's plain values and step over whatever the schema has
 * refused, so that one run shows these faults beside all others.
 */
export interface ConfigFaults {
  readonly faults: ConfigFault[]
  readonly warnings: ConfigFault[]
}

/** Collects findings with their places. */
export class Checks implements ConfigFaults {
  readonly faults: ConfigFault[] = []
  readonly warnings: ConfigFault[] = []
  readonly #source: YamlSource

  constructor(source: YamlSource) {
    this.#source = source
  }

  fault(path: KeyPath, message: string): void {
    this.faults.push({ ...this.#source.placeOf(path), path: formatPath(path), message })
  }

  faultAtKey(path: KeyPath, message: string): void {
    this.faults.push({ ...this.#source.placeOfKey(path), path: formatPath(path), message })
  }

  warn(path: KeyPath, message: string): void {
    this.warnings.push({ ...this.#source.placeOf(path), path: formatPath(path), message })
  }
}

/** A map of plain data. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The items of a list; none, if it is no list. */
export function items(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
