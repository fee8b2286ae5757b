/**
 * The fuzzer: mutates inputs, keeps those that reach blocks of our code which none before them did or that are dearer for their
 * size, and mutates these on. Coverage is taken for some inputs at once, as V8 is slow at it, and for each of them only where
 * they reached something new.
 */
import { Coverage } from './coverage.ts'
import { mutated, randomFrom } from './mutate.ts'
import { plainMs } from './people.ts'

/**
 * `cut` is a place to cut the octets at, from 0 to 1. Gives the fault in words, or an empty string; what it throws is a fault as
 * well.
 */
export type Target = (octets: Buffer, cut: number) => string | Promise<string>

export interface FuzzOptions {
  readonly seeds: readonly Buffer[]
  readonly seed: number
  /** How many messages an input may hold, each of which may take its time; left out: one. */
  readonly messagesIn?: (octets: Buffer) => number
  /** The end, and the fewest inputs that are tried whatever the time. */
  readonly seconds: number
  readonly fewest: number
}

/** An input that went wrong, or that took long. */
export interface Find {
  readonly fault: string
  readonly octets: Buffer
  readonly cut: number
}

export interface FuzzResult {
  readonly tried: number
  /** Inputs that were kept beside the seeds. */
  readonly kept: number
  /** Functions reached. */
  readonly functions: number
  /** The input that went wrong; it ends the run. */
  readonly fault: Find | null
  /** Inputs above the soft limit of time. */
  readonly slow: readonly Find[]
  /** Milliseconds of a message in the dearest input that was timed again, and of a plain judgement at that time. */
  readonly dearest: { readonly ms: number; readonly plainMs: number }
}

/** Milliseconds that an input may take: above the first it is told, above the second it is a fault. */
const softMs = 10
const hardMs = 100
/** The same in plain judgements, for machines that are slower or busy: 10 and 100 ms where a plain one takes 0.033. */
const softPlain = 300
const hardPlain = 3000
const batchSize = 32
/** How many times its seconds a run may take for the sake of the fewest inputs. */
const mostOver = 3
/** How often an input that took long is timed again: code is compiled and memory is collected meanwhile. */
const timings = 6

/** Milliseconds of one run, the least of the clock's and the process's own: each has a part of others in it. */
async function timed(target: Target, octets: Buffer, cut: number): Promise<{ fault: string; ms: number }> {
  const used = process.cpuUsage()
  const start = performance.now()
  let fault: string
  try {
    const found = target(octets, cut)
    fault = typeof found === 'string' ? found : await found
  } catch (error) {
    fault = `it threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  }
  const took = performance.now() - start
  const { user, system } = process.cpuUsage(used)
  return { fault, ms: Math.min(took, (user + system) / 1000) }
}

/** Tries the seeds at several cuts, then mutations of them for the time given. */
export async function fuzz(target: Target, options: FuzzOptions): Promise<FuzzResult> {
  const random = randomFrom(options.seed)
  const pool: Buffer[] = [...options.seeds]
  /** The dearest for a size, by its number of binary digits. */
  const records = new Map<number, number>()
  const slow: Find[] = []
  let dearest = { ms: 0, plainMs: plainMs() }
  let tried = 0
  let fault: Find | null = null
  const coverage = new Coverage()

  /** Runs one input, and again without counters if it took long. */
  const check = async (octets: Buffer, cut: number): Promise<number> => {
    const { fault: found, ms } = await timed(target, octets, cut)
    tried++
    if (found !== '') fault = { fault: found, octets, cut }
    const messages = options.messagesIn?.(octets) ?? 1
    // Counters make code some three times slower.
    if (found !== '' || ms < 2 * Math.max(softMs, softPlain * dearest.plainMs) * messages) return ms
    coverage.stop()
    let least = ms
    for (let i = 0; i < timings; i++) least = Math.min(least, (await timed(target, octets, cut)).ms)
    const usual = plainMs()
    coverage.start()
    if (least / messages / usual > dearest.ms / dearest.plainMs) dearest = { ms: least / messages, plainMs: usual }
    const told = `${least.toFixed(1)} ms, a plain judgement ${usual.toFixed(3)} ms`
    if (least > Math.max(hardMs, hardPlain * usual) * messages) fault = { fault: `it took ${told}`, octets, cut }
    else if (least > Math.max(softMs, softPlain * usual) * messages) slow.push({ fault: told, octets, cut })
    return least
  }
  const isRecord = (octets: Buffer, ms: number): boolean => {
    const size = Math.ceil(Math.log2(octets.length + 1))
    if (ms < 0.5 || ms < 1.2 * (records.get(size) ?? 0)) return false
    records.set(size, ms)
    return true
  }

  coverage.start()
  try {
    for (const octets of options.seeds) {
      for (const cut of [0, 0.25, 0.5, 0.75]) if (fault === null) isRecord(octets, await check(octets, cut))
      coverage.learn(coverage.take())
    }
    const begun = performance.now()
    const goesOn = (done: number): boolean => {
      const spent = (performance.now() - begun) / 1000 / options.seconds
      return spent < 1 || (done < options.fewest && spent < mostOver)
    }
    for (let done = 0; fault === null && goesOn(done);) {
      const batch: { octets: Buffer; cut: number }[] = []
      for (; batch.length < batchSize && fault === null; done++) {
        // Half of them from what was found last.
        const from = random() < 0.5 ? pool : pool.slice(-16)
        const one = { octets: mutated(from, random), cut: random() }
        batch.push(one)
        if (isRecord(one.octets, await check(one.octets, one.cut))) pool.push(one.octets)
      }
      if (fault !== null) break
      const reached = coverage.take()
      if (reached.size === 0) continue
      for (const { octets, cut } of batch) {
        await timed(target, octets, cut)
        const own = coverage.take()
        if (own.size === 0) continue
        coverage.learn(own)
        pool.push(octets)
      }
      // What no input reaches a second time is not looked for again.
      coverage.learn(reached)
    }
  } finally {
    coverage.stop()
    coverage.close()
  }
  return { tried, kept: pool.length - options.seeds.length, functions: coverage.functions, fault, slow, dearest }
}
