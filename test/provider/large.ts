import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const folder = import.meta.dirname

/** What one sync of a large tenant took. */
export interface Measured {
  readonly round: 'full' | 'delta'
  readonly people: number
  readonly groups: number
  readonly changed: number
  /** Memory before it and the most it held, in MB. */
  readonly idle: number
  readonly peak: number
  /** Of the peak: memory of its own, and mapped files, which the system may take back at any time. 0 where it can't be told. */
  readonly anonymous: number
  readonly mapped: number
  readonly seconds: number
  /** Longest time that the event loop was blocked, in ms. */
  readonly blocked: number
}

/** What judging was like for a while. */
export interface Judging {
  readonly judged: number
  readonly detected: number
  /** Judgements a second of wall time, and microseconds of processor time for one. */
  readonly perSecond: number
  readonly processor: number
  /** Wall time of one, in microseconds. */
  readonly p50: number
  readonly p99: number
}

/** A made-up tenant and a store that is filled from it, each piece of work in a process of its own. */
export class LargeTenant {
  readonly #process: ChildProcess
  readonly #store: string
  readonly #address: readonly string[]
  /** Groups whose members are protected; none: everybody is found by name alone. */
  readonly #protected: readonly string[]

  private constructor(child: ChildProcess, store: string, address: readonly string[], groups: readonly string[]) {
    this.#process = child
    this.#store = store
    this.#address = address
    this.#protected = groups
  }

  static async start(
    store: string,
    users: number,
    groups: number,
    guarded: readonly string[] = [],
  ): Promise<LargeTenant> {
    const child = run('large-tenant.ts', [String(users), String(groups)])
    return new LargeTenant(child, store, (await lineOf(child)).split(' '), guarded)
  }

  /** One sync as it comes: the first is full, the next has a hundred changes; `full` reads everything again. */
  async sync(round: 'full' | 'delta' = 'delta'): Promise<Measured> {
    const child = run('sync-child.ts', [this.#store, ...this.#address, round, ...this.#protected])
    const result = await lineOf(child)
    await once(child, 'exit')
    return JSON.parse(result) as Measured
  }

  /** Judges messages against the store while some work goes on. */
  async judgeDuring(work: () => Promise<unknown>): Promise<Judging> {
    const child = run('judge-child.ts', [this.#store])
    await lineOf(child)
    await work()
    child.stdin?.end()
    return JSON.parse(await lineOf(child)) as Judging
  }

  stop(): void {
    this.#process.kill()
  }
}

function run(script: string, args: readonly string[]): ChildProcess {
  const stdin = script === 'judge-child.ts' ? 'pipe' : 'ignore'
  return spawn(process.execPath, ['--import=tsx', join(folder, script), ...args], { stdio: [stdin, 'pipe', 'inherit'] })
}

async function lineOf(child: ChildProcess): Promise<string> {
  const [line] = (await once(createInterface(child.stdout as NodeJS.ReadableStream), 'line')) as [string]
  return line
}
