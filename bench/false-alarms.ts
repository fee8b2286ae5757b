/**
 * False alarms on ordinary mail, by kind: real From fields, where the sample that holds them stands beside the repository, and
 * made ones, against two directories: the sample's, and 10,000 protected people with common names of ten countries.
 *
 * Run: npx tsx bench/false-alarms.ts [--list]      (--list: every hit, with the name shown and the name found)
 */
import { parseHeaderSection } from '../src/mail/section.ts'
import type { Lookup } from '../src/model.ts'
import { unpackKnownNames } from '../src/names/tables/known-names.ts'
import { compilePolicy, policyIndexer } from '../src/policy/compile.ts'
import type { Policy } from '../src/policy/compile.ts'
import { inspect } from '../src/policy/inspect.ts'
import { buildMemoryDirectory } from '../src/policy/memory.ts'
import { resolveRules } from '../src/policy/protection.ts'
import { loadSample, readRealFields, sampleExists } from '../test/corpus/detection-sample.ts'
import { rulesWith } from '../test/unit/policy/fixtures.ts'
import { commonPeople } from './common-names.ts'

const list = process.argv.includes('--list')

/** Ten thousand people, all protected; with everything on that can raise an alarm. */
function commonDirectory(): { policy: Policy; lookup: Lookup } {
  const people = commonPeople()
  const everyone = { directory: 'Common', id: 'everyone', displayName: 'Everyone', members: people.map((p) => p.id) }
  const directory = buildMemoryDirectory(people, [everyone])
  const protect = [{ directory: 'Common', groups: ['Everyone'], users: [], exclude: [] }]
  const { resolved } = resolveRules(rulesWith({ initials: true, protect }), directory)
  const policy = compilePolicy(resolved)
  return { policy, lookup: directory.index(policyIndexer(policy)) }
}

/** Mail of strangers: two names that people bear, in no common combination, and what newsletters call themselves. */
function madeFields(count: number): Buffer[] {
  const words = [...unpackKnownNames()].filter((name) => /^[a-z]{3,12}$/.test(name))
  let state = 7
  const pick = (): string => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    const word = words[(state >> 8) % words.length] ?? 'jane'
    return word.charAt(0).toUpperCase() + word.slice(1)
  }
  return Array.from({ length: count }, (_, i) => {
    const [a, b] = [pick(), pick()]
    const shown = [
      `${a} ${b}`,
      `"${b}, ${a}"`,
      `${a} from ${b}`,
      `The ${b} Team`,
      `${a} News`,
      `"${a} ${b} (${pick()})"`,
    ]
    return Buffer.from(`${shown[i % shown.length] ?? ''} <${a.toLowerCase()}${i}@mail${i % 97}.example>`)
  })
}

function report(
  title: string,
  fields: readonly Buffer[],
  { policy, lookup }: { policy: Policy; lookup: Lookup },
): void {
  const kinds = new Map<string, number>()
  let unchecked = 0
  for (const field of fields) {
    const octets = Buffer.concat([Buffer.from('From: '), field, Buffer.from('\r\n')])
    const { verdict } = inspect(parseHeaderSection(octets), policy, lookup, 0)
    if (verdict.state === 'unchecked') unchecked++
    if (verdict.state !== 'detected') continue
    kinds.set(verdict.kind, (kinds.get(verdict.kind) ?? 0) + 1)
    if (list) process.stderr.write(`${verdict.kind}\t${JSON.stringify(verdict.reading.name)}\t${verdict.name}\n`)
  }
  const rate = (n: number): string => `${n} (${((100 * n) / fields.length).toFixed(2)} %)`
  const hits = [...kinds].sort(([, a], [, b]) => b - a).map(([kind, n]) => `${kind} ${rate(n)}`)
  process.stdout.write(
    `| ${title} | ${fields.length} | ${hits.length === 0 ? 'none' : hits.join(', ')} | ${unchecked === 0 ? 'none' : rate(unchecked)} |\n`,
  )
}

const common = commonDirectory()
process.stdout.write('| mail and directory | From fields | detections by kind | unchecked |\n|---|---|---|---|\n')
if (sampleExists) {
  report("real mail, the sample's directory", readRealFields(), loadSample())
  report('real mail, 10,000 common names', readRealFields(), common)
} else {
  process.stderr.write('the detection sample does not stand beside the repository: real mail is left out\n')
}
if (sampleExists) report("made mail, the sample's directory", madeFields(20_000), loadSample())
report('made mail, 10,000 common names', madeFields(20_000), common)
