import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { smallHeap } from '../../src/main/small-heap.ts'

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
  /** Its origin, and the client id of who may read it. */
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

  /**
   * One full sync by the shipped command (`npm run build` before), with a configuration in the store's parent folder; gives
   * what it says and the most memory it held, in MB.
   */
  async syncShipped(): Promise<{ readonly said: string; readonly peak: number }> {
    const [origin = '', clientId = ''] = this.#address
    const config = join(this.#store, '../namesake.yaml')
    const groups = this.#protected.map((group) => JSON.stringify(group)).join(', ')
    writeFileSync(join(this.#store, '../protection.yaml'), `protect:\n  - { directory: Tenant, groups: [${groups}] }\n`)
    writeFileSync(config, configFor(origin, clientId, this.#store))
    const child = spawn(process.execPath, [shipped, 'sync', 'Tenant', '--full', '--config', config], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    })
    let peak = 0
    const looking = setInterval(() => (peak = Math.max(peak, peakOf(child.pid ?? 0))), 50)
    const said = await lineOf(child)
    await once(child, 'exit')
    clearInterval(looking)
    return { said, peak }
  }

  /** Judges messages against the store while some work goes on. */
  async judgeDuring(work: () => Promise<unknown>): Promise<Judging> {
    const child = run('judge-child.ts', [this.#store])
    await lineOf(child)
    await work()
    child.stdin?.end()
    return JSON.parse(await lineOf(child)) as Judging
  }

  /** The directory `Tenant` for a daemon's file, and what its environment needs. */
  get directory(): { readonly yaml: string; readonly env: Record<string, string> } {
    const [origin = '', clientId = ''] = this.#address
    return { yaml: directoryFor(origin, clientId), env }
  }

  stop(): void {
    this.#process.kill()
  }
}

function run(script: string, args: readonly string[]): ChildProcess {
  const stdin = script === 'judge-child.ts' ? 'pipe' : 'ignore'
  const flags = script === 'sync-child.ts' ? smallHeap : []
  return spawn(process.execPath, [...flags, '--import=tsx', join(folder, script), ...args], {
    stdio: [stdin, 'pipe', 'inherit'],
  })
}

const shipped = join(folder, '../../dist/cli.js')
const authority = join(folder, 'emulator/keys/server.crt.pem')
const secret = 'right-secret-of-the-test-application'
const env = { NAMESAKE_TEST_SECRET: secret, NODE_EXTRA_CA_CERTS: authority, NO_PROXY: 'localhost' }

function configFor(origin: string, clientId: string, store: string): string {
  return `smtp: { listen: ["127.0.0.1:0"], clients: ["127.0.0.0/8"], relay: "smtp://127.0.0.1:1" }
store: ${store}
protection: ./protection.yaml
directories:
${directoryFor(origin, clientId)}`
}

function directoryFor(origin: string, clientId: string): string {
  return `  - name: Tenant
    type: office365
    tenant: contoso.example
    clientId: ${clientId}
    clientSecret: { env: NAMESAKE_TEST_SECRET }
    authority: ${origin}
    graph: ${origin}
`
}

/** The most memory that a process held so far, in MB; 0 where it can't be told. */
function peakOf(pid: number): number {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024)
  } catch {
    return 0
  }
}

async function lineOf(child: ChildProcess): Promise<string> {
  const [line] = (await once(createInterface(child.stdout as NodeJS.ReadableStream), 'line')) as [string]
  return line
}
