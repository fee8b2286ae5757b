/**
 * What one judgement costs over the LMDB store: 1,000, 100,000 and 1,000,000 protected people (or the sizes given as
 * arguments), the first judgements of a fresh process and warm ones, the same senders writing again, and octets of store per
 * person; with --kinds also by kind of message. It runs compiled code, as operators do.
 *
 * Run: npm run bench:judge [-- 1000 100000] [-- --kinds]
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Attributes, Change, PersonFacts, Provider, Step } from '../src/directory/provider.ts'
import { Store } from '../src/directory/store/store.ts'
import { synchronise } from '../src/directory/sync.ts'
import { parseHeaderSection } from '../src/mail/section.ts'
import type { HeaderSection } from '../src/model.ts'
import { unpackKnownNames } from '../src/names/tables/known-names.ts'
import { compilePolicy, policyIndexer } from '../src/policy/compile.ts'
import { inspect } from '../src/policy/inspect.ts'
import { resolveRules } from '../src/policy/protection.ts'
import type { ProtectionRules } from '../src/policy/rules.ts'

const rules: ProtectionRules = {
  protect: [{ directory: 'Bench', groups: ['everyone'], users: [], exclude: [] }],
  people: [],
  trustedSenders: [],
  actions: { certain: 'tag', likely: 'tag' },
  groupActions: [],
  onUnchecked: 'tag',
  oversize: 'unchecked',
  authservIds: [],
  requireAuthentication: { own: false, secondary: false },
  fields: { sender: true, replyTo: true },
  initials: false,
  presets: [],
  names: { titles: [], roles: [], companies: [], nicknames: [] },
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

  async *read(): AsyncGenerator<Step> {
    yield { step: 'begin', round: 'full' }
    yield { step: 'changes', changes: [{ op: 'group', id: 'everyone', displayName: 'Everyone' }] }
    const next = numbers(1)
    for (let from = 0; from < this.#count; from += 1000) {
      const changes: Change[] = []
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

async function build(path: string, count: number): Promise<void> {
  const store = Store.open({ path })
  await synchronise(store, new BenchProvider(count), {
    makeIndex: (view) => {
      const { resolved } = resolveRules(rules, view)
      return { resolved, indexer: policyIndexer(compilePolicy(resolved)) }
    },
    shrinkLimit: null,
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
  readonly warm: Quantiles
  readonly again: Quantiles
  readonly kinds: Readonly<Record<string, Quantiles>>
  readonly rss: number
}

interface Quantiles {
  readonly p50: number
  readonly p99: number
}

function quantiles(times: number[]): Quantiles {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { p50: at(0.5), p99: at(0.99) }
}

/** In a process of its own: opens the store as a worker does, judges. */
async function measure(path: string, people: number): Promise<Measured> {
  const store = Store.open({ path, readOnly: true })
  const resolved = store.rules()
  if (resolved === null) throw new Error('the store holds no rules')
  const policy = compilePolicy(resolved)
  const letters = traffic(40_000, people)
  const run = (list: readonly Letter[]): number[] =>
    list.map(({ section }) => {
      const start = process.hrtime.bigint()
      inspect(section, policy, store.snapshot(), 0)
      return Number(process.hrtime.bigint() - start) / 1000
    })
  const cold = run(letters.slice(0, 200))
  run(letters.slice(200, 20_000))
  const late = letters.slice(20_000)
  const warm = run(late)
  const again = run([...late.slice(-1000), ...late.slice(-1000)]).slice(1000)
  const kinds: Record<string, Quantiles> = {}
  for (const kind of new Set(late.map((letter) => letter.kind))) {
    kinds[kind] = quantiles(warm.filter((_, i) => late[i]?.kind === kind))
  }
  const rss = process.memoryUsage.rss()
  await store.close()
  return { cold: quantiles(cold), warm: quantiles(warm), again: quantiles(again), kinds, rss }
}

function folderSize(path: string): number {
  return readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0)
}

/** Compiles sources and benches into a folder of their own; gives this script's compiled form. */
function compiled(): string {
  const root = resolve(import.meta.dirname, '..')
  const out = join(root, 'data', 'bench')
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.test.json'), '--noEmit', 'false', '--outDir', out], {
    stdio: 'inherit',
  })
  return join(out, 'bench', 'judge.js')
}

const pair = ({ p50, p99 }: Quantiles): string => `${p50.toFixed(0)} / ${p99.toFixed(0)}`

function benchOne(program: string, size: number, byKind: boolean): void {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-bench-'))
  try {
    const child = (step: string): string =>
      execFileSync(process.execPath, [program, step, folder, String(size)], { encoding: 'utf8' })
    const start = performance.now()
    child('--build')
    const seconds = (performance.now() - start) / 1000
    const { cold, warm, again, kinds, rss } = JSON.parse(child('--measure')) as Measured
    const perPerson = Math.round(folderSize(folder) / size)
    process.stdout.write(
      `| ${size} | ${pair(cold)} | ${pair(warm)} | ${pair(again)} | ${perPerson} | ${seconds.toFixed(1)} | ${Math.round(rss / 1e6)} |\n`,
    )
    if (!byKind) return
    for (const [kind, times] of Object.entries(kinds)) process.stdout.write(`| ${kind} | | ${pair(times)} | | | | |\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function main(): Promise<void> {
  const [verb, path = '', count = '0'] = process.argv.slice(2)
  if (verb === '--build') return build(path, Number(count))
  if (verb === '--measure') {
    process.stdout.write(JSON.stringify(await measure(path, Number(count))))
    return
  }
  const given = process.argv
    .slice(2)
    .map(Number)
    .filter((n) => n > 0)
  const sizes = given.length > 0 ? given : [1000, 100_000, 1_000_000]
  const program = compiled()
  process.stdout.write(
    '| protected people | cold p50 / p99 µs | warm p50 / p99 µs | again p50 / p99 µs | store, octets a person | sync s | reader RSS MB |\n|---|---|---|---|---|---|---|\n',
  )
  for (const size of sizes) benchOne(program, size, process.argv.includes('--kinds'))
}

await main()
