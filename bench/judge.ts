/**
 * What one judgement costs over the LMDB store: 1,000, 100,000 and 1,000,000 protected people (or the sizes given as
 * arguments), the first judgements of a fresh process and warm ones, the same senders writing again, and octets of store per
 * person; with --kinds also by kind of message. It runs compiled code, as operators do.
 *
 * With --beside FOLDER another checkout (with its own `npm ci`) judges the same messages against the same people in the same run:
 * the two take turns, three processes each. A warm time is the best of that message's rounds, in each of which no sender is
 * known from before; `processor` is the mean of the best round, in processor time.
 *
 * Run: npm run bench:judge [-- 1000 100000] [-- --kinds] [-- --beside ../namesake-before]
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Attributes, SourceChange, PersonFacts, Provider, ReadStep } from '../src/directory/provider.ts'
import type { Store } from '../src/directory/store/store.ts'
import type { synchronise } from '../src/directory/sync.ts'
import { parseHeaderSection } from '../src/mail/section.ts'
import type { HeaderSection, Lookup } from '../src/model.ts'
import { unpackKnownNames } from '../src/names/tables/known-names.ts'
import type { compilePolicy, Policy, policyIndexer } from '../src/policy/compile.ts'
import type { contexts } from '../src/policy/context.ts'
import type { inspect } from '../src/policy/inspect.ts'
import type { resolveRules } from '../src/policy/protection.ts'
import type { ProtectionRules, ResolvedRules } from '../src/policy/rules.ts'
import { defaultRules } from '../test/default-rules.ts'

/** What is measured, of whichever checkout. */
interface Code {
  readonly Store: typeof Store
  readonly synchronise: typeof synchronise
  readonly compilePolicy: typeof compilePolicy
  readonly policyIndexer: typeof policyIndexer
  readonly inspect: typeof inspect
  readonly contexts?: typeof contexts
  readonly resolveRules: typeof resolveRules
}

/** Loads the compiled code of a checkout; the store's file has moved since the first commits that this bench is run beside. */
async function load(sources: string): Promise<Code> {
  const files = [
    'directory/store/store.js',
    'directory/store.js',
    'directory/sync.js',
    'policy/compile.js',
    'policy/context.js',
  ]
  const all: Record<string, unknown> = {}
  for (const file of [...files, 'policy/inspect.js', 'policy/protection.js']) {
    const path = join(sources, file)
    if (existsSync(path)) Object.assign(all, await import(pathToFileURL(path).href))
  }
  return all as unknown as Code
}

const rules: ProtectionRules = {
  ...defaultRules,
  protect: [{ directory: 'Bench', groups: ['everyone'], users: [], exclude: [] }],
}

/** A repeatable stream of numbers below a limit (mulberry32). */
function numbers(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % limit
  }
}

const words = [...unpackKnownNames()].filter((name) => /^[a-z]{4,10}$/.test(name))
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

function nameOf(next: (limit: number) => number): [string, string] {
  return [words[next(words.length)] ?? 'jane', words[next(words.length)] ?? 'roe']
}

/** So many made-up people in one protected group. */
class BenchProvider implements Provider {
  readonly name = 'Bench'
  readonly type = 'bench'
  readonly deltas = false
  readonly fingerprint = '1'
  readonly #count: number

  constructor(count: number) {
    this.#count = count
  }

  async *read(): AsyncGenerator<ReadStep> {
    yield { step: 'begin', round: 'full' }
    yield { step: 'changes', changes: [{ op: 'group', id: 'everyone', displayName: 'Everyone' }] }
    const next = numbers(1)
    for (let from = 0; from < this.#count; from += 1000) {
      const changes: SourceChange[] = []
      const add: string[] = []
      for (let i = from; i < Math.min(this.#count, from + 1000); i++) {
        const [given, surname] = nameOf(next)
        add.push(`p${i}`)
        changes.push({ op: 'person', id: `p${i}`, attributes: { given, surname, number: String(i) } })
      }
      changes.push({ op: 'members', group: 'everyone', add, remove: [] })
      yield { step: 'changes', changes }
    }
    yield { step: 'end', cursor: null }
  }

  personOf(_id: string, { given, surname, number }: Attributes): PersonFacts {
    const local = `${String(given)}.${String(surname)}`
    return {
      displayName: `${capital(String(given))} ${capital(String(surname))}`,
      givenName: capital(String(given)),
      surname: capital(String(surname)),
      addresses: [`${local}.${String(number)}@corp.example`, `${local}.${String(number)}@corp.onmicrosoft.example`],
    }
  }
}

async function build(code: Code, path: string, count: number): Promise<void> {
  const { Store, synchronise, resolveRules, policyIndexer, compilePolicy } = code
  const store = Store.open({ path })
  await synchronise(store, new BenchProvider(count), {
    makeIndex: (view) => {
      const { resolved } = resolveRules(rules, view)
      return { resolved, indexer: policyIndexer(compilePolicy(resolved)) }
    },
    maxShrink: null,
    // What an older checkout calls it.
    ...{ shrinkLimit: null },
    signal: new AbortController().signal,
    now: Date.now,
  })
  await store.close()
}

/** A name with its first vowel accented, as an encoded-word. */
function accented(given: string, surname: string): string {
  const vowels: Readonly<Record<string, string>> = { a: '=C3=A1', e: '=C3=A9', i: '=C3=AD', o: '=C3=B6', u: '=C3=BC' }
  const marked = capital(surname).replace(/[aeiou]/, (vowel) => vowels[vowel] ?? vowel)
  return `=?utf-8?Q?${capital(given)}_${marked}?=`
}

interface Letter {
  readonly kind: string
  readonly section: HeaderSection
}

/**
 * Header sections as they come: strangers, services, newsletters, colleagues at their own addresses, one in twenty an
 * impersonation. No stranger's name comes twice.
 */
function traffic(count: number, people: number): Letter[] {
  const employees = numbers(1)
  const known = Array.from({ length: Math.min(people, 2000) }, () => nameOf(employees))
  const next = numbers(2)
  return Array.from({ length: count }, (_, i) => {
    const number = next(known.length)
    const [given, surname] = known[number] ?? ['', '']
    const [a, b] = nameOf(next)
    const kinds: readonly (readonly [string, string])[] = [
      ['stranger', `${capital(a)} ${capital(b)} <${a}${i}@mail${i % 50}.example>`],
      ['surname first', `"${capital(b)}, ${capital(a)}" <${a}.${b}@firm${i % 500}.example>`],
      ['newsletter', `${capital(a)} News <newsletter@shop${i % 500}.example>`],
      ['address only', `${a}@firm${i % 500}.example`],
      ['colleague', `"${capital(given)} ${capital(surname)}" <${given}.${surname}.${number}@corp.example>`],
      ['accented', `${accented(a, b)} <x${i}@firm.example>`],
      ['service', `"${capital(a)} ${capital(b)} via Docs" <share@docs${i % 50}.example>`],
      ['sentence', `Your ${capital(b)} order ${i} has shipped <orders@shop${i % 500}.example>`],
    ]
    const [kind, from] =
      i % 20 === 0
        ? ['impersonation', `${capital(given)} ${capital(surname)} <q${i}@rogue.example>`]
        : (kinds[i % kinds.length] ?? ['', ''])
    const head = `Received: from a by b\r\nSubject: hello\r\nFrom: ${from ?? ''}\r\nTo: x@y.example\r\n`
    return { kind: kind ?? '', section: parseHeaderSection(Buffer.from(head)) }
  })
}

interface Measured {
  readonly cold: Quantiles
  /** Of each late letter its best time, in microseconds. */
  readonly warm: readonly number[]
  readonly processor: number
  readonly again: Quantiles
  readonly rss: number
}

interface Quantiles {
  readonly p50: number
  readonly p99: number
}

function quantiles(times: readonly number[]): Quantiles {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { p50: at(0.5), p99: at(0.99) }
}

/** The judgement with nothing known from earlier messages, as the checkout has it. */
function judgeOf(code: Code, store: Store, resolved: ResolvedRules): (section: HeaderSection) => unknown {
  const policy = code.compilePolicy(resolved)
  if (code.contexts !== undefined) {
    const context = code.contexts(policy, () => store.snapshot())
    return (section) => code.inspect(section, context(), 0)
  }
  // Before contexts: policy and look-up by themselves.
  const inspect = code.inspect as unknown as (
    section: HeaderSection,
    policy: Policy,
    lookup: Lookup,
    now: number,
  ) => unknown
  return (section) => inspect(section, policy, store.snapshot(), 0)
}

const early = 20_000
const rounds = 3

/** In a process of its own: opens the store as a worker does, judges. */
async function measure(code: Code, path: string, people: number): Promise<Measured> {
  const store = code.Store.open({ path, readOnly: true })
  const resolved = store.rules()
  if (resolved === null) throw new Error('the store holds no rules')
  let judge = judgeOf(code, store, resolved)
  const letters = traffic(2 * early, people)
  const run = (list: readonly Letter[]): number[] =>
    list.map(({ section }) => {
      const start = process.hrtime.bigint()
      judge(section)
      return Number(process.hrtime.bigint() - start) / 1000
    })
  const cold = run(letters.slice(0, 200))
  run(letters.slice(200, early))
  const late = letters.slice(early)
  let warm: readonly number[] = late.map(() => Infinity)
  let processor = Infinity
  for (let round = 0; round < rounds; round++) {
    judge = judgeOf(code, store, resolved)
    // Domains and words known from before, senders not.
    run(letters.slice(early - 4000, early))
    const before = process.cpuUsage()
    const times = run(late)
    const { user, system } = process.cpuUsage(before)
    processor = Math.min(processor, (user + system) / late.length)
    warm = warm.map((best, i) => Math.min(best, times[i] ?? Infinity))
  }
  const again = run([...late.slice(-1000), ...late.slice(-1000)]).slice(1000)
  const rss = process.memoryUsage.rss()
  await store.close()
  return { cold: quantiles(cold), warm, processor, again: quantiles(again), rss }
}

function folderSize(path: string): number {
  return readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0)
}

/** Compiles a checkout's sources and benches into a folder of their own, and gives it. */
function compiled(root: string): string {
  const out = join(root, 'data', 'bench')
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.test.json'), '--noEmit', 'false', '--outDir', out], {
    stdio: 'inherit',
  })
  return out
}

const pair = ({ p50, p99 }: Quantiles): string => `${p50.toFixed(1)} / ${p99.toFixed(1)}`

/** A checkout under measurement. */
interface Side {
  readonly name: string
  readonly sources: string
  readonly folder: string
  readonly measured: Measured[]
}

function benchSize(program: string, size: number, checkouts: ReadonlyMap<string, string>, byKind: boolean): void {
  const sides: Side[] = [...checkouts].map(([name, sources]) => ({
    name,
    sources,
    folder: mkdtempSync(join(tmpdir(), 'namesake-bench-')),
    measured: [],
  }))
  const child = (step: string, { sources, folder }: Side): string =>
    execFileSync(process.execPath, [program, step, sources, folder, String(size)], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    })
  try {
    for (const side of sides) child('--build', side)
    const turns = sides.length > 1 ? 3 : 1
    for (let turn = 0; turn < turns; turn++) {
      for (const side of sides) side.measured.push(JSON.parse(child('--measure', side)) as Measured)
    }
    for (const side of sides) report(side, size, byKind)
  } finally {
    for (const { folder } of sides) rmSync(folder, { recursive: true, force: true })
  }
}

function report({ name, folder, measured }: Side, size: number, byKind: boolean): void {
  const [first] = measured
  if (first === undefined) return
  const warm = first.warm.map((_, i) => Math.min(...measured.map((one) => one.warm[i] ?? Infinity)))
  const processor = Math.min(...measured.map((one) => one.processor))
  const perPerson = Math.round(folderSize(folder) / size)
  process.stdout.write(
    `| ${size} | ${name} | ${pair(first.cold)} | ${pair(quantiles(warm))} | ${processor.toFixed(1)} | ${pair(first.again)} | ${perPerson} | ${Math.round(first.rss / 1e6)} |\n`,
  )
  if (!byKind) return
  const kinds = traffic(2 * early, size).slice(early).map(({ kind }) => kind) // prettier-ignore
  for (const kind of new Set(kinds)) {
    const times = warm.filter((_, i) => kinds[i] === kind)
    process.stdout.write(`| | ${kind} | | ${pair(quantiles(times))} | | | | |\n`)
  }
}

async function main(): Promise<void> {
  const [verb, sources = '', path = '', count = '0'] = process.argv.slice(2)
  if (verb === '--build') return build(await load(sources), path, Number(count))
  if (verb === '--measure') {
    process.stdout.write(JSON.stringify(await measure(await load(sources), path, Number(count))))
    return
  }
  const given = process.argv.slice(2)
  const asked = given.map(Number).filter((n) => n > 0)
  const sizes = asked.length > 0 ? asked : [1000, 100_000, 1_000_000]
  const own = compiled(resolve(import.meta.dirname, '..'))
  const checkouts = new Map([['here', join(own, 'src')]])
  const other = given.includes('--beside') ? given[given.indexOf('--beside') + 1] : undefined
  if (other !== undefined) checkouts.set('beside', join(compiled(resolve(other)), 'src'))
  process.stdout.write(
    '| protected people | code | cold p50 / p99 µs | warm p50 / p99 µs | processor µs | again p50 / p99 µs | store, octets a person | reader RSS MB |\n|---|---|---|---|---|---|---|---|\n',
  )
  for (const size of sizes) benchSize(join(own, 'bench', 'judge.js'), size, checkouts, given.includes('--kinds'))
}

await main()
