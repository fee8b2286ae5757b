/** All that is fuzzed, by name, and the inputs kept for each. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Target } from './fuzzer.ts'
import { readers } from './readers.ts'
import { sessionTargets } from './sessions.ts'

export const corpus = join(import.meta.dirname, 'corpus')

/** The files of a target's folder, in their order. */
export function corpusOf(name: string): Buffer[] {
  const folder = join(corpus, name)
  return readdirSync(folder)
    .sort()
    .map((file) => readFileSync(join(folder, file)))
}

export interface OpenTargets {
  readonly targets: Readonly<Record<string, Target>>
  /** Inputs beside the corpus. */
  readonly seeds: Readonly<Record<string, readonly Buffer[]>>
  /** How many messages an input of a target may hold. */
  readonly messagesIn: Readonly<Record<string, (octets: Buffer) => number>>
  close(): Promise<void>
}

/** Targets that need a server start it at their first input; `close` ends it. */
export function openTargets(): OpenTargets {
  const sessions = sessionTargets()
  return { ...sessions, targets: { ...readers, ...sessions.targets } }
}
