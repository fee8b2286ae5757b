/** Which blocks of our code an input reached that none before it did, from V8's own counters. */
import { Session } from 'node:inspector'
import type { Profiler } from 'node:inspector'

interface Extent {
  readonly start: number
  readonly end: number
}

/** For each function that an input reached further in: what of it never ran by then. */
export type Reached = ReadonlyMap<string, readonly Extent[]>

/** Collects coverage of the files under `src/` in this process. */
export class Coverage {
  readonly #session = new Session()
  /** For each function that ran, what of it never has. */
  readonly #missing = new Map<string, readonly Extent[]>()

  constructor() {
    this.#session.connect()
    this.#post('Profiler.enable')
  }

  start(): void {
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
    this.#post('Profiler.takePreciseCoverage')
  }

  stop(): void {
    this.#post('Profiler.stopPreciseCoverage')
  }

  close(): void {
    this.#session.disconnect()
  }

  /** How many functions were reached. */
  get functions(): number {
    return this.#missing.size
  }

  /** What ran since the last time and reached something new; empty if nothing did. `learn` makes it known. */
  take(): Reached {
    const { result } = this.#post('Profiler.takePreciseCoverage') as Profiler.TakePreciseCoverageReturnType
    const found = new Map<string, readonly Extent[]>()
    for (const { url, scriptId, functions } of result) {
      if (!url.includes('/src/') || url.includes('/node_modules/')) continue
      for (const { ranges } of functions) {
        const [whole, ...blocks] = ranges
        if (whole === undefined || whole.count === 0) continue
        const key = `${scriptId}:${whole.startOffset}:${whole.endOffset}`
        const missing = uncovered(blocks)
        const before = this.#missing.get(key)
        if (before !== undefined && before.length === 0) continue
        const left = before === undefined ? missing : common(before, missing)
        if (before !== undefined && sizeOf(left) === sizeOf(before)) continue
        found.set(key, left)
      }
    }
    return found
  }

  learn(reached: Reached): void {
    for (const [key, left] of reached) {
      const before = this.#missing.get(key)
      this.#missing.set(key, before === undefined ? left : common(before, left))
    }
  }

  /** Inspector calls are answered before they return. */
  #post(method: string, params: object = {}): unknown {
    let answer: unknown
    this.#session.post(method, params, (error, result) => {
      if (error !== null) throw error
      answer = result
    })
    return answer
  }
}

/** Blocks that did not run, without those inside them that did: ranges come from the outside in. */
function uncovered(blocks: readonly Profiler.CoverageRange[]): Extent[] {
  let found: Extent[] = []
  for (const { startOffset: start, endOffset: end, count } of blocks) {
    found = found.flatMap((one) => without(one, { start, end }))
    if (count === 0) found.push({ start, end })
  }
  return found.sort((a, b) => a.start - b.start)
}

function without(one: Extent, other: Extent): Extent[] {
  if (other.end <= one.start || other.start >= one.end) return [one]
  const left = { start: one.start, end: other.start }
  const right = { start: other.end, end: one.end }
  return [left, right].filter(({ start, end }) => start < end)
}

/** What is in both; each sorted and without overlap. */
function common(a: readonly Extent[], b: readonly Extent[]): Extent[] {
  const found: Extent[] = []
  for (const one of a) {
    for (const other of b) {
      const start = Math.max(one.start, other.start)
      const end = Math.min(one.end, other.end)
      if (start < end) found.push({ start, end })
    }
  }
  return found
}

function sizeOf(extents: readonly Extent[]): number {
  return extents.reduce((sum, { start, end }) => sum + end - start, 0)
}
