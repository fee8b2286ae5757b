/**
 * The fuzzer by hand, for as long as it is told: `npm run fuzz -- [--seconds 60] [--seed N] [--target NAME] [--keep]`. The seconds are
 * shared among the targets. `--keep` writes inputs that go wrong or take long into the corpus, where every test run
 * tries them. Ends with 1 if an input went wrong.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fuzz } from './fuzzer.ts'
import type { Find } from './fuzzer.ts'
import { corpus, corpusOf, openTargets } from './targets.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_007) },
    target: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})

function tell(name: string, what: string, { fault, octets, cut }: Find): void {
  process.stdout.write(
    `${name}: ${what}: ${fault}; cut ${cut}, in base64 ${octets.toString('base64').slice(0, 20_000)}\n`,
  )
  if (!values.keep) return
  const folder = join(corpus, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${what}-${createHash('sha256').update(octets).digest('hex').slice(0, 8)}`), octets)
}

const opened = openTargets()
const names = Object.keys(opened.targets).filter((name) => values.target === undefined || name === values.target)
if (names.length === 0) {
  process.stderr.write(`no target is named ${values.target ?? ''}: ${Object.keys(opened.targets).join(', ')}\n`)
  process.exit(64)
}
process.stdout.write(`seed ${values.seed}\n`)
for (const name of names) {
  const target = opened.targets[name]
  if (target === undefined) continue
  const seeds = [...corpusOf(name), ...(opened.seeds[name] ?? [])]
  const seconds = Number(values.seconds) / names.length
  const messagesIn = opened.messagesIn[name]
  const options = { seeds, seed: Number(values.seed), seconds, fewest: 0 }
  const result = await fuzz(target, messagesIn === undefined ? options : { ...options, messagesIn })
  const { tried, kept, functions, fault, slow, dearest } = result
  const times = Math.round(dearest.ms / dearest.plainMs)
  const most =
    dearest.ms === 0 ? 'none above 10 ms' : `dearest ${dearest.ms.toFixed(1)} ms, ${times} times a plain field`
  process.stdout.write(`${name}: ${tried} inputs, ${kept} kept, ${functions} functions reached, ${most}\n`)
  for (const find of slow) tell(name, 'slow', find)
  if (fault === null) continue
  tell(name, 'fault', fault)
  process.exitCode = 1
}
await opened.close()
