/** Processes that judge, one a core: each opens the store for itself, so that nothing but messages goes between them. */

import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { NamesakeError } from '../../errors.ts'
import type { JudgeSettings, Result } from './judge.ts'
import { cleanOutcome } from './outcome.ts'
import type { JudgeRecipe } from './people.ts'
import type { FoundFile, FoundMessage } from './sources.ts'

/** Messages on their way to a child: the octets of all sections in one buffer, in the order of the items. */
export interface BatchToChild {
  readonly kind: 'batch'
  readonly items: readonly (
    | { readonly length: number; readonly truncated: boolean; readonly time: number | null }
    | { readonly path: string; readonly time: number | null }
  )[]
  readonly octets: Buffer
}

export type ToChild =
  { readonly kind: 'start'; readonly recipe: JudgeRecipe; readonly settings: JudgeSettings } | BatchToChild

export type ToParent =
  | { readonly kind: 'ready' }
  /** A plainly clean message is its time alone. `compared`: whether two policies were asked. */
  | { readonly kind: 'judged'; readonly results: readonly (Result | number | null)[]; readonly compared: boolean }
  | { readonly kind: 'failed'; readonly why: string }

type PoolBatch = readonly (FoundMessage | FoundFile)[]

interface Waiting {
  readonly resolve: (results: Result[]) => void
  readonly reject: (error: Error) => void
}

interface PoolJudge {
  readonly child: ChildProcess
  readonly waiting: Waiting[]
  started: boolean
}

/** Batches that a child has before it: one that it judges and some that wait, so that it never idles. */
const batchesEach = 3

export class JudgePool {
  readonly #members: PoolJudge[] = []
  readonly #size: number
  readonly #onReady: () => void
  #failure: Error | null = null
  #ending = false

  /** Starts the processes. @param onReady told when they are of use */
  constructor(size: number, recipe: JudgeRecipe, settings: JudgeSettings, onReady: () => void) {
    this.#size = size
    this.#onReady = onReady
    const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const file = fileURLToPath(new URL(`./judge-child.${suffix}`, import.meta.url))
    for (let i = 0; i < size; i++) {
      const child = fork(file, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
      const member: PoolJudge = { child, waiting: [], started: false }
      this.#members.push(member)
      child.on('message', (message) => this.#take(member, message as ToParent))
      child.on('error', (error) => this.#fail(error.message))
      child.on('exit', (code, signal) => this.#fail(`a process ended (${signal ?? code ?? 'without a reason'})`))
      child.send({ kind: 'start', recipe, settings } satisfies ToChild)
    }
  }

  /** Whether batches are taken; until then whoever has one judges it himself. @throws if the processes can't start */
  get ready(): boolean {
    if (this.#failure !== null) throw this.#failure
    return this.#members.every(({ started }) => started)
  }

  /** Batches that keep all processes busy. */
  get room(): number {
    return this.#size * batchesEach
  }

  /** Judges a batch in the process that has least to do. Rejects if one of the processes died. */
  judge(batch: PoolBatch): Promise<Result[]> {
    return new Promise((resolve, reject) => {
      let member = this.#members[0]
      for (const other of this.#members) if (other.waiting.length < (member?.waiting.length ?? 0)) member = other
      if (this.#failure !== null || member === undefined) {
        reject(this.#failure ?? new NamesakeError('invariant', 'no process to judge in'))
        return
      }
      member.waiting.push({ resolve, reject })
      member.child.send(packed(batch))
    })
  }

  /** Lets the processes end, and waits for it. */
  async close(): Promise<void> {
    this.#ending = true
    await Promise.all(this.#members.map(endOf))
  }

  #take(member: PoolJudge, message: ToParent): void {
    if (message.kind === 'ready') {
      member.started = true
      if (this.#failure === null && this.ready) this.#onReady()
    } else if (message.kind === 'failed') this.#fail(message.why)
    else {
      const { compared } = message
      member.waiting.shift()?.resolve(message.results.map((result) => unpacked(result, compared)))
    }
  }

  #fail(why: string): void {
    if (this.#ending) return
    this.#failure ??= new NamesakeError('invariant', `judging in several processes failed: ${why}; fix: --jobs 1`)
    for (const { waiting } of this.#members) for (const { reject } of waiting.splice(0)) reject(this.#failure)
  }
}

function endOf({ child, started }: PoolJudge): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    // One that is still opening the store has nothing to finish.
    if (!started || !child.connected) child.kill()
    else child.disconnect()
  })
}

function packed(batch: PoolBatch): BatchToChild {
  const items = batch.map((message) =>
    'octets' in message
      ? { length: message.octets.length, truncated: message.truncated, time: message.time }
      : { path: message.path, time: message.time },
  )
  const octets = Buffer.concat(batch.flatMap((message) => ('octets' in message ? [message.octets] : [])))
  return { kind: 'batch', items, octets }
}

function unpacked(result: Result | number | null, compared: boolean): Result {
  if (result !== null && typeof result === 'object') return result
  const before = compared ? cleanOutcome : null
  const nothing = { directory: null, steps: [], failure: null, read: 0 }
  return { state: 'judged', outcome: cleanOutcome, before, time: result, ...nothing }
}
