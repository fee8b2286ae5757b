/**
 * The dearest From field: a hill climb from a seed over the shapes that originator fields can have, against 10,000 protected
 * people of common names in the LMDB store. Nothing is remembered from one judgement to the next. Prints the worst finds with
 * their time as a ratio to a plain field in the same run; `--keep` writes them into the fuzzer's corpus, with the ratio in
 * the name. `--charges` measures instead what a step of each kind of work takes (see `Budget`).
 *
 * Run: npm run bench:dearest [-- --seconds 60] [-- --seed 1] [-- --keep] [-- --charges]
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Budget } from '../src/budget.ts'
import { parseHeaderSection } from '../src/mail/section.ts'
import type { Lookup } from '../src/model.ts'
import type { Policy } from '../src/policy/compile.ts'
import { judgementContext } from '../src/policy/context.ts'
import { defaultLimits, inspect } from '../src/policy/inspect.ts'
import { withCommonStore } from './common-store.ts'
import { changed, numbers, octetsOf, randomShape } from './field-shapes.ts'

interface Find {
  readonly octets: Buffer
  readonly ms: number
  readonly verdict: string
}

/** The least of some runs, each timed by the clock and by the process's own work: others' load spoils neither. */
function measure(octets: Buffer, policy: Policy, lookup: Lookup, runs = 3): Find {
  let ms = Infinity
  let verdict = ''
  for (let run = 0; run < runs; run++) {
    const section = parseHeaderSection(octets)
    const fresh = judgementContext(policy, lookup)
    const used = process.cpuUsage()
    const start = performance.now()
    const inspection = inspect(section, fresh, 0, { maxSteps: defaultLimits.maxSteps - 1 })
    const { user, system } = process.cpuUsage(used)
    // The process's work has that of the collector's and the compiler's threads in it, the clock that of other processes.
    ms = Math.min(ms, performance.now() - start, (user + system) / 1000)
    verdict = inspection.verdict.state === 'unchecked' ? inspection.verdict.reason : inspection.verdict.state
  }
  return { octets, ms, verdict }
}

/** The best of each climb, dearest first. */
function climb(policy: Policy, lookup: Lookup, seed: number, seconds: number): Find[] {
  const random = numbers(seed)
  const until = performance.now() + seconds * 1000
  const peaks: Find[] = []
  while (performance.now() < until) {
    let shape = randomShape(random)
    let best = measure(octetsOf(shape), policy, lookup)
    for (let misses = 0; misses < 25 && performance.now() < until;) {
      const next = changed(shape, random)
      const found = measure(octetsOf(next), policy, lookup)
      if (found.ms > best.ms * 1.02) {
        best = found
        shape = next
        misses = 0
      } else misses++
    }
    peaks.push(best)
  }
  return peaks.sort((a, b) => b.ms - a.ms)
}

/** Where steps were charged from (file and line), and how many each. */
function chargesOf(octets: Buffer, policy: Policy, lookup: Lookup): Map<string, number> {
  const charges = new Map<string, number>()
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its budget below
  const spend = Budget.prototype.spend
  Budget.prototype.spend = function (this: Budget, steps: number): void {
    const place = /src\/(\S+\.ts:\d+)/.exec((new Error().stack ?? '').split('\n')[2] ?? '')?.[1] ?? '?'
    spend.call(this, steps)
    charges.set(place, (charges.get(place) ?? 0) + steps)
  }
  try {
    inspect(parseHeaderSection(octets), judgementContext(policy, lookup), 0)
  } finally {
    Budget.prototype.spend = spend
  }
  return charges
}

/**
 * What a step takes at each place that charges steps: times of many fields, split among the places by least squares without
 * negative parts. Then the fields whose steps are the dearest: work there is charged too little.
 */
function printCharges(policy: Policy, lookup: Lookup, seed: number, seconds: number): void {
  const random = numbers(seed)
  const until = performance.now() + seconds * 1000
  const rows: { find: Find; charges: Map<string, number>; total: number }[] = []
  while (performance.now() < until) {
    const octets = octetsOf(randomShape(random))
    const find = measure(octets, policy, lookup, 5)
    const charges = chargesOf(octets, policy, lookup)
    rows.push({ find, charges, total: [...charges.values()].reduce((sum, one) => sum + one, 0) })
  }
  const places = [...new Set(rows.flatMap(({ charges }) => [...charges.keys()]))].sort()
  const fitted = places.map(() => 0.1)
  // Coordinate descent on the relative error, each coefficient kept from falling below nothing.
  const table = rows.map(({ find, charges }) => {
    const weight = 1 / Math.max(find.ms * 1000, 200)
    return { xs: places.map((place) => (charges.get(place) ?? 0) * weight), y: find.ms * 1000 * weight }
  })
  const left = table.map(({ xs, y }) => y - xs.reduce((sum, x, i) => sum + x * (fitted[i] ?? 0), 0))
  for (let round = 0; round < 2000; round++) {
    for (const i of places.keys()) {
      let up = 0
      let down = 1e-12
      for (const [r, { xs }] of table.entries()) {
        const x = xs[i] ?? 0
        up += x * (left[r] ?? 0)
        down += x * x
      }
      const before = fitted[i] ?? 0
      const after = Math.max(0, before + up / down)
      if (after === before) continue
      for (const [r, { xs }] of table.entries()) left[r] = (left[r] ?? 0) - (xs[i] ?? 0) * (after - before)
      fitted[i] = after
    }
  }
  process.stdout.write(`${rows.length} fields.\n\n| place | steps charged | µs a step |\n|---|---|---|\n`)
  for (const [i, place] of places.entries()) {
    const steps = rows.reduce((sum, { charges }) => sum + (charges.get(place) ?? 0), 0)
    process.stdout.write(`| ${place} | ${Math.round(steps)} | ${(fitted[i] ?? 0).toFixed(3)} |\n`)
  }
  const dearest = rows
    .filter(({ find }) => find.ms > 1)
    .sort((a, b) => b.find.ms / b.total - a.find.ms / a.total)
    .slice(0, 15)
  process.stdout.write('\n| ms | steps | µs a step | most charged | begins |\n|---|---|---|---|---|\n')
  for (const { find, charges, total } of dearest) {
    const most = [...charges].sort((a, b) => b[1] - a[1]).slice(0, 3)
    const told = most.map(([place, steps]) => `${place} ${Math.round((100 * steps) / total)} %`).join(', ')
    const begin = JSON.stringify(find.octets.toString('utf8').slice(0, 70))
    process.stdout.write(
      `| ${find.ms.toFixed(1)} | ${Math.round(total)} | ${((find.ms * 1000) / total).toFixed(3)} | ${told} | ${begin} |\n`,
    )
  }
}

const corpus = resolve('test/fuzz/corpus/judgement')

const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    seed: { type: 'string' },
    keep: { type: 'boolean' },
    charges: { type: 'boolean' },
  },
})
const seconds = Number(values.seconds ?? 60)
const seed = Number(values.seed ?? 1)

await withCommonStore((policy, lookup) => {
  const plain = Buffer.from('From: Anna Larsson <anna.larsson@rogue.example>\r\n')
  for (let i = 0; i < 3000; i++) measure(plain, policy, lookup)
  if (values.charges === true) {
    const { ms } = measure(plain, policy, lookup, 100)
    process.stdout.write(`A plain field: ${(ms * 1000).toFixed(0)} µs. `)
    printCharges(policy, lookup, seed, seconds)
    return
  }
  const files = readdirSync(corpus).map((file) => join(corpus, file))
  const kept = files.map((file) => measure(readFileSync(file), policy, lookup))
  const found = climb(policy, lookup, seed, seconds)
  // Timed once more at the end, as all of the code is compiled by then, and the plain field for all that was compiled for others.
  const worst = [...kept, ...found]
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 20)
    .map(({ octets }) => measure(octets, policy, lookup, 30))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 10)
  const usual = measure(plain, policy, lookup, 1000).ms
  if (values.keep === true) {
    for (const file of files) if (/\/dearest-[^/]*$/.test(file)) rmSync(file)
    mkdirSync(corpus, { recursive: true })
  }
  process.stdout.write(`A plain field: ${(usual * 1000).toFixed(0)} µs. ${found.length} climbs from seed ${seed}.\n\n`)
  process.stdout.write('| ms | times a plain field | octets | verdict | begins |\n|---|---|---|---|---|\n')
  worst.forEach(({ ms, octets, verdict }, i) => {
    const begin = JSON.stringify(octets.toString('utf8').slice(0, 60))
    process.stdout.write(
      `| ${ms.toFixed(1)} | ${Math.round(ms / usual)} | ${octets.length} | ${verdict} | ${begin} |\n`,
    )
    if (values.keep === true) {
      writeFileSync(join(corpus, `dearest-${i + 1}-${Math.round(ms / usual)}x.eml`), octets)
    }
  })
})
