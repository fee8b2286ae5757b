/**
 * The readers that meet foreign octets, fuzzed by mutation of the files in `corpus/`, one folder a target. Every run
 * reads the whole corpus and some thousand mutations from a fixed seed. More, from a new seed:
 *
 *   NAMESAKE_FUZZ=600 npx tap test/fuzz/fuzz.test.ts     seconds, shared among the targets
 *   NAMESAKE_FUZZ_SEED=N                                 that seed again
 *
 * An input that fails is printed in base64: keep it as a file in its corpus, and it is tried for ever.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { mutated, randomFrom } from './mutate.ts'
import { targets } from './targets.ts'
import type { Target } from './targets.ts'

const corpus = join(import.meta.dirname, 'corpus')
const seconds = Number(process.env['NAMESAKE_FUZZ'] ?? 0)
const seed = Number(process.env['NAMESAKE_FUZZ_SEED'] ?? (seconds > 0 ? Date.now() % 1_000_000_007 : 1))
/** Milliseconds: no reader of these may take that long, however loaded the machine is. */
const hangLimit = 5000
const fewest = 1000

function faultOf(target: Target, octets: Buffer, cut: number): string {
  const begun = performance.now()
  try {
    const fault = target(octets, cut)
    return fault === '' && performance.now() - begun > hangLimit ? 'it took too long' : fault
  } catch (error) {
    return `it threw ${String(error)}`
  }
}

for (const [name, target] of Object.entries(targets)) {
  t.test(name, { timeout: seconds * 1000 + 60_000 }, async (t) => {
    const files = readdirSync(join(corpus, name)).sort()
    const seeds = files.map((file) => readFileSync(join(corpus, name, file)))
    t.ok(seeds.length > 0, `${seeds.length} seeds`)
    for (const [i, octets] of seeds.entries()) {
      for (const cut of [0, 0.25, 0.5, 0.75]) t.equal(faultOf(target, octets, cut), '', `seed ${files[i] ?? ''}`)
    }
    const random = randomFrom(seed)
    const until = performance.now() + (seconds * 1000) / Object.keys(targets).length
    let tried = 0
    for (; tried < fewest || performance.now() < until; tried++) {
      const octets = mutated(seeds, random)
      const cut = random()
      const fault = faultOf(target, octets, cut)
      if (fault === '') continue
      t.fail(
        `${fault}: seed ${seed}, input ${tried}, cut ${cut}, in base64 ${octets.toString('base64').slice(0, 20_000)}`,
      )
      break
    }
    t.pass(`${tried} inputs from seed ${seed}`)
  })
}
