/**
 * False alarms on ordinary mail, by kind: real From fields, where the sample that holds them stands beside the repository, and
 * made ones, against two directories: the sample's, and 10,000 protected people with common names of ten countries.
 *
 * With a file of From field bodies, one a line, also: the people whose names stand in them, all protected, and all lines that show
 * another name run against them.
 *
 * Run: npx tsx bench/false-alarms.ts [FILE] [--list]      (--list: every hit, with the name shown and the name found)
 */
import { parseHeaderSection } from '../src/mail/section.ts'
import { readOriginators } from '../src/mail/originators.ts'
import type { Lookup, Person } from '../src/model.ts'
import { unpackKnownNames } from '../src/names/tables/known-names.ts'
import { buildTables } from '../src/names/tables/tables.ts'
import { baseForm } from '../src/names/text/transliterate.ts'
import { compilePolicy, policyIndexer } from '../src/policy/compile.ts'
import type { Policy } from '../src/policy/compile.ts'
import { inspect } from '../src/policy/inspect.ts'
import { buildMemoryDirectory } from '../src/policy/memory.ts'
import { resolveRules } from '../src/policy/protection.ts'
import { loadSample, readRealFields, sampleExists } from '../test/corpus/detection-sample.ts'
import { rulesWith } from '../test/unit/policy/fixtures.ts'
import { commonPeople } from './common-names.ts'
import { judgementContext } from '../src/policy/context.ts'

const list = process.argv.includes('--list')
const file = process.argv.slice(2).find((argument) => !argument.startsWith('--'))

const tables = buildTables()

/** People, all protected; with everything on that can raise an alarm. */
function directoryOf(people: readonly Person[]): { policy: Policy; lookup: Lookup } {
  const everyone = { directory: 'Common', id: 'everyone', displayName: 'Everyone', members: people.map((p) => p.id) }
  const directory = buildMemoryDirectory(people, [everyone])
  const protect = [{ directory: 'Common', groups: ['Everyone'], users: [], exclude: [] }]
  const { resolved } = resolveRules(rulesWith({ initials: true, protect }), directory)
  const policy = compilePolicy(resolved)
  return { policy, lookup: directory.index(policyIndexer(policy)) }
}

/** The name that a field shows first, if it is one of two to four words that a person may bear; else null. */
function nameIn(field: Buffer): string | null {
  const section = parseHeaderSection(Buffer.concat([Buffer.from('From: '), field, Buffer.from('\r\n')]))
  const { readings } = readOriginators(section, { fromOctets: 65_536, sender: false, replyTo: false })
  const name = readings[0]?.name.trim() ?? ''
  const words = name.split(/[ ,]+/)
  if (words.length < 2 || words.length > 4 || !/^[\p{L}\p{M}'’., -]+$/u.test(name)) return null
  const known = words.map((word) => tables.isName(baseForm(word.replace(/\.$/, ''))))
  return known.at(0) === true && known.at(-1) === true ? name : null
}

/** People of those names, each once. */
function peopleIn(fields: readonly Buffer[]): Person[] {
  const names = new Set(fields.map(nameIn).filter((name) => name !== null))
  return [...names].map((displayName, i) => ({
    directory: 'Common',
    id: `r${i}`,
    displayName,
    givenName: null,
    surname: null,
    addresses: [`r${i}@corp.example`],
    groups: ['everyone'],
  }))
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
  skipSame = false,
): void {
  const kinds = new Map<string, number>()
  const told = new Set<string>()
  let unchecked = 0
  const context = judgementContext(policy, lookup)
  for (const field of fields) {
    const octets = Buffer.concat([Buffer.from('From: '), field, Buffer.from('\r\n')])
    const { verdict } = inspect(parseHeaderSection(octets), context, 0)
    if (verdict.state === 'unchecked') unchecked++
    if (verdict.state !== 'detected') continue
    // Who has the very name is no other person.
    if (skipSame && sameName(verdict.reading.name, verdict.name)) continue
    const kind = `${verdict.kind} (${verdict.tier})`
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    const line = `${kind}\t${JSON.stringify(verdict.reading.name)}\t${verdict.name}`
    if (list && !told.has(line)) process.stderr.write(`${line}\t${verdict.address}\n`)
    told.add(line)
  }
  const rate = (n: number): string => `${n} (${((1000 * n) / fields.length).toFixed(2)} ‰)`
  const hits = [...kinds].sort(([, a], [, b]) => b - a).map(([kind, n]) => `${kind} ${rate(n)}`)
  process.stdout.write(
    `| ${title} | ${fields.length} | ${hits.length === 0 ? 'none' : hits.join(', ')} | ${unchecked === 0 ? 'none' : rate(unchecked)} |\n`,
  )
}

function sameName(a: string, b: string): boolean {
  const plain = (name: string): string =>
    baseForm(name)
      .replace(/[^\p{L}]+/gu, ' ')
      .trim()
      .split(' ')
      .sort()
      .join(' ')
  return plain(a) === plain(b)
}

const common = directoryOf(commonPeople())
process.stdout.write('| mail and directory | From fields | detections by kind | unchecked |\n|---|---|---|---|\n')
if (sampleExists) {
  report("real mail, the sample's directory", readRealFields(), loadSample())
  report('real mail, 10,000 common names', readRealFields(), common)
} else {
  process.stderr.write('the detection sample does not stand beside the repository: real mail is left out\n')
}
if (sampleExists) report("made mail, the sample's directory", madeFields(20_000), loadSample())
report('made mail, 10,000 common names', madeFields(20_000), common)
if (file !== undefined) {
  const fields = readRealFields(file)
  const people = peopleIn(fields)
  report(`real mail, the ${people.length} people in it, other names`, fields, directoryOf(people), true)
}
