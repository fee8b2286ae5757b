/** Macros and their stages. */

import { SMFIC } from './wire.ts'

/** Commands whose macros speak of the connection; those of the others speak of one message. */
const connectionStages: readonly string[] = [SMFIC.CONNECT, SMFIC.HELO]

/** Most macros kept for a stage and most octets of a value; an MTA sends a handful. */
const maxMacros = 100

/**
 * Macros that the MTA sent, by the command they came before. A later stage's value hides an earlier one's, as a queue
 * id may be known only at the end.
 */
export class Macros {
  #stages = new Map<string, Map<string, string>>()

  /** Takes the macros of one SMFIC_MACRO packet; they replace those that came for the same command before. */
  set(stage: string, values: Map<string, string>): void {
    if (values.size > maxMacros || stage.length !== 1) return
    this.#stages.delete(stage)
    this.#stages.set(stage, values)
  }

  /** The value that came last, or null if none came or it is empty. */
  get(name: string): string | null {
    let found: string | null = null
    for (const values of this.#stages.values()) found = values.get(name) ?? found
    return found === '' ? null : found
  }

  /** Forgets one message's macros; `except` keeps those of the command that begins the next one. */
  endMessage(except?: string): void {
    for (const stage of [...this.#stages.keys()]) {
      if (!connectionStages.includes(stage) && stage !== except) this.#stages.delete(stage)
    }
  }

  /** Forgets all but the macros that came for `except`, which the MTA sends ahead of the command itself. */
  endConnection(except?: string): void {
    for (const stage of [...this.#stages.keys()]) if (stage !== except) this.#stages.delete(stage)
  }
}
