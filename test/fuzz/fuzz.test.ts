/**
 * What meets foreign octets, fuzzed: coverage leads the way (`fuzzer.ts`), from the files in `corpus/`, one folder a target. No
 * input may break what the target says, or take more than 100 ms; one above 10 ms is told. Every run reads the whole corpus and goes
 * on for some seconds from a fixed seed. For longer: `npm run fuzz -- --seconds 600`.
 *
 * An input that fails is printed in base64: keep it as a file in its corpus, and it is tried for ever.
 */
import t from 'tap'
import { fuzz } from './fuzzer.ts'
import { corpusOf, openTargets } from './targets.ts'

t.setTimeout(600_000)

/** Seconds for the big ones; the rest get a part of it. */
const seconds = 10
const big: ReadonlySet<string> = new Set(['judgement', 'milter', 'smtp', 'hop'])

const opened = openTargets()
t.teardown(() => opened.close())

for (const [name, target] of Object.entries(opened.targets)) {
  t.test(name, { timeout: 240_000 }, async (t) => {
    const seeds = [...corpusOf(name), ...(opened.seeds[name] ?? [])]
    t.ok(seeds.length > 0, `${seeds.length} seeds`)
    const isBig = big.has(name)
    const messagesIn = opened.messagesIn[name]
    const result = await fuzz(target, {
      seeds,
      seed: 1,
      seconds: isBig ? seconds : seconds / 5,
      fewest: isBig ? 100 : 1000,
      ...(messagesIn === undefined ? {} : { messagesIn }),
    })
    const { fault, slow, tried, kept, functions } = result
    for (const { fault, octets } of slow) t.comment(`${fault}: in base64 ${octets.toString('base64').slice(0, 2000)}`)
    const where =
      fault === null ? '' : `, cut ${fault.cut}, in base64 ${fault.octets.toString('base64').slice(0, 20_000)}`
    t.equal((fault?.fault ?? '') + where, '', `${tried} inputs, ${kept} kept, ${functions} functions reached`)
  })
}
