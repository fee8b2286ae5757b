/**
 * The dearest From field: a hill climb from a seed over the shapes that originator fields can have, against 10,000 protected
 * people of common names in the LMDB store. Nothing is remembered from one judgement to the next. Prints the worst finds with
 * their processor time as a ratio to a plain field in the same run; `--keep` writes them into the fuzzer's corpus, with the ratio in
 * the name.
 *
 * Run: npm run bench:dearest [-- --seconds 60] [-- --seed 1] [-- --keep]
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Attributes, Change, PersonFacts, Provider, Step } from '../src/directory/provider.ts'
import { Store } from '../src/directory/store/store.ts'
import { synchronise } from '../src/directory/sync.ts'
import { parseHeaderSection } from '../src/mail/section.ts'
import type { Lookup } from '../src/model.ts'
import { compilePolicy, policyIndexer } from '../src/policy/compile.ts'
import type { Policy } from '../src/policy/compile.ts'
import { inspect } from '../src/policy/inspect.ts'
import { resolveRules } from '../src/policy/protection.ts'
import type { ProtectionRules } from '../src/policy/rules.ts'
import { commonPeople } from './common-names.ts'

const rules: ProtectionRules = {
  protect: [{ directory: 'Common', groups: ['everyone'], users: [], exclude: [] }],
  people: [],
  trustedSenders: [],
  actions: { certain: 'tag', likely: 'tag' },
  groupActions: [],
  onUnchecked: 'tag',
  oversize: 'unchecked',
  authservIds: [],
  requireAuthentication: { own: false, secondary: false },
  fields: { sender: true, replyTo: true },
  initials: true,
  presets: [],
  names: { titles: [], roles: [], companies: [], nicknames: [] },
}

/** So many octets a header section has at most where it is held and judged. */
const maxOctets = 250_000
const people = commonPeople()

class CommonProvider implements Provider {
  readonly name = 'Common'
  readonly type = 'bench'
  readonly deltas = false
  readonly fingerprint = '1'

  async *read(): AsyncGenerator<Step> {
    yield { step: 'begin', round: 'full' }
    yield { step: 'changes', changes: [{ op: 'group', id: 'everyone', displayName: 'everyone' }] }
    const changes: Change[] = people.map(({ id }, i) => ({ op: 'person', id, attributes: { number: String(i) } }))
    changes.push({ op: 'members', group: 'everyone', add: people.map(({ id }) => id), remove: [] })
    yield { step: 'changes', changes }
    yield { step: 'end', cursor: null }
  }

  personOf(_id: string, { number }: Attributes): PersonFacts {
    const { displayName, givenName, surname, addresses } = people[Number(number)] as (typeof people)[number]
    return { displayName, givenName, surname, addresses }
  }
}

/** A repeatable stream of numbers from 0 to below 1 (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const given = [...new Set(people.map((person) => person.givenName ?? ''))]
const surnames = [...new Set(people.map((person) => person.surname ?? ''))]
/** What words are made of; each gives the word of a number. */
const alphabets: Readonly<Record<string, (n: number) => string>> = {
  given: (n) => given[n % given.length] ?? '',
  surname: (n) => surnames[n % surnames.length] ?? '',
  both: (n) => (n % 2 === 0 ? (given[(n * 7) % given.length] ?? '') : (surnames[(n * 11) % surnames.length] ?? '')),
  glued: (n) => `${given[n % given.length] ?? ''}${surnames[(n * 3) % surnames.length] ?? ''}`,
  slip: (n) => (surnames[n % surnames.length] ?? '').replace(/(.)(.)$/, '$2$1'),
  hangul: (n) => String.fromCharCode(0xac00 + ((n * 397) % 11172), 0xac00 + ((n * 101) % 11172)),
  han: (n) => String.fromCharCode(0x4e00 + ((n * 37) % 20000), 0x4e00 + ((n * 13) % 20000)),
  arabic: (n) => String.fromCharCode(0x628 + (n % 30), 0x627, 0x628 + ((n * 7) % 30), 0x64a),
  cyrillic: (n) => `\u0418\u0432${String.fromCharCode(0x430 + (n % 32))}\u043d`,
  thai: (n) => String.fromCharCode(0xe01 + (n % 40), 0xe31, 0xe01 + ((n * 3) % 40)),
  square: () => '\u3316',
  ligature: () => '\ufdfa',
  letters: (n) => String.fromCharCode(97 + (n % 26)),
  signs: (n) => `J@n${n % 10}$`,
  turned: () => 'ǝuɐɾ',
  digits: (n) => `jane6${n}6roe`,
  override: () => '\u202eeoR enaJ\u202c',
  marks: () => 'J\u0301\u0302\u0303a\u0301n\u0301e\u0301',
  at: () => 'at',
  address: (n) => `j${n}@corp.example`,
  dotted: (n) => `j.r${n}.`,
  brackets: () => '("Jane") [Roe]',
  quotes: () => "'Jane' \u201cRoe\u201d",
}
const alphabetNames = Object.keys(alphabets)
const domains: readonly ((n: number) => string)[] = [
  () => 'rogue.example',
  (n) => `rogue${n}.example`,
  (n) => `${'a-b'.repeat(12)}${n}.example`,
  (n) => `corp-${n}-group.example`,
  (n) => `xn--${'a'.repeat(20)}${n}.example`,
]
const forms: readonly ((name: string, address: string, n: number) => string)[] = [
  (name, address) => `"${name.replace(/["\\]/g, '')}" <${address}>`,
  (name, address) => `${words(name)} <${address}>`,
  (name, address) => `${address} (${name})`,
  (name, address) => `${words(name)}: ${address}, a${address};`,
  (name, address) =>
    `=?hz-gb-2312?Q?~{${name}?= =?iso-2022-jp?B?GyRC${Buffer.from(name).toString('base64')}?= <${address}>`,
  (name, address) => `${name} <${address}`,
  (name, address) => `<${name}> <${address}>`,
  (name, address) => `${name} ${address}`,
  (name, address) => `((${name}) ${name}) ${address}`,
  (_, address, n) => `<jane.roe${n}+${address}>`,
  (name, address) => `${Buffer.from(name, 'utf8').toString('latin1')}\xe9\xfc <${address}>`,
  (name, address) => `"${words(name)} <${address}>" <${address}>`,
  (name, address) => `${name}\0${name} <${address}>`,
]

/** A name as encoded-words of lawful length. */
function words(name: string): string {
  const found: string[] = []
  let word = ''
  for (const char of name) {
    if (Buffer.byteLength(word + char) > 45) {
      found.push(word)
      word = ''
    }
    word += char
  }
  return [...found, word].map((one) => `=?utf-8?B?${Buffer.from(one).toString('base64')}?=`).join('\r\n ')
}

/** What a field is made of; every number of it can be changed by a step of the climb. */
interface Shape {
  readonly entries: number
  readonly words: number
  readonly alphabet: number
  readonly second: number
  readonly form: number
  readonly domain: number
  readonly separator: number
  readonly distinct: number
  readonly fields: number
}

const ranges: Readonly<Record<keyof Shape, number>> = {
  entries: 260,
  words: 130,
  alphabet: alphabetNames.length,
  second: alphabetNames.length,
  form: forms.length,
  domain: domains.length,
  separator: 5,
  distinct: 2,
  fields: 6,
}
const genes = Object.keys(ranges) as (keyof Shape)[]

function randomShape(random: () => number): Shape {
  return Object.fromEntries(genes.map((gene) => [gene, Math.floor(random() ** 2 * ranges[gene])])) as unknown as Shape
}

function changed(shape: Shape, random: () => number): Shape {
  const gene = genes[Math.floor(random() * genes.length)] ?? 'entries'
  const nudged = Math.max(0, Math.floor(shape[gene] * (0.5 + random()) + random() * 3 - 1))
  const value = ranges[gene] > 50 && random() < 0.7 ? nudged : Math.floor(random() * ranges[gene])
  return { ...shape, [gene]: Math.min(value, ranges[gene] - 1) }
}

function octetsOf(shape: Shape): Buffer {
  const separator = [' ', '', ', ', '.', '-'][shape.separator] ?? ' '
  const first = alphabets[alphabetNames[shape.alphabet] ?? ''] ?? String
  const second = alphabets[alphabetNames[shape.second] ?? ''] ?? String
  const form = forms[shape.form] ?? String
  const domain = domains[shape.domain] ?? String
  const entries: string[] = []
  for (let i = 0; i <= shape.entries; i++) {
    const from = shape.distinct === 1 ? i * 17 : 0
    const name = Array.from({ length: shape.words + 1 }, (_, k) => (k % 2 === 0 ? first : second)(from + k)).join(
      separator,
    )
    entries.push(form(name, `x${i}@${domain(i)}`, i))
  }
  const names = ['From', 'From', 'Sender', 'Reply-To', 'From', 'From']
  const fields = names.slice(0, shape.fields + 1).map((name) => `${name}: ${entries.join(',\r\n ')}\r\n`)
  const text = fields.join('')
  const octets = shape.form === 10 || shape.form === 4 ? Buffer.from(text, 'latin1') : Buffer.from(text, 'utf8')
  return octets.subarray(0, maxOctets)
}

interface Find {
  readonly octets: Buffer
  readonly ms: number
  readonly verdict: string
}

function measure(octets: Buffer, policy: Policy, lookup: Lookup): Find {
  let ms = Infinity
  let verdict = ''
  for (let run = 0; run < 3; run++) {
    const section = parseHeaderSection(octets)
    const fresh = { ...bound(lookup) }
    const start = process.cpuUsage()
    const inspection = inspect(section, policy, fresh, 0)
    const { user, system } = process.cpuUsage(start)
    ms = Math.min(ms, (user + system) / 1000)
    verdict = inspection.verdict.state === 'unchecked' ? inspection.verdict.reason : inspection.verdict.state
  }
  return { octets, ms, verdict }
}

/** The same look-ups under another identity, for which nothing is remembered. */
function bound(lookup: Lookup): Lookup {
  return {
    byKey: (key, limit) => lookup.byKey(key, limit),
    tokenCount: (token) => lookup.tokenCount(token),
    byAddress: (address) => lookup.byAddress(address),
    person: (ref) => lookup.person(ref),
    isOwnDomain: (domain) => lookup.isOwnDomain(domain),
    ownDomainsByKey: (key) => lookup.ownDomainsByKey(key),
    directories: () => lookup.directories(),
  }
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

const corpus = resolve(import.meta.dirname, '../test/fuzz/corpus/judgement')

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seconds: { type: 'string' }, seed: { type: 'string' }, keep: { type: 'boolean' } },
  })
  const folder = mkdtempSync(join(tmpdir(), 'namesake-dearest-'))
  const store = Store.open({ path: folder })
  try {
    await synchronise(store, new CommonProvider(), {
      makeIndex: (view) => {
        const { resolved } = resolveRules(rules, view)
        return { resolved, indexer: policyIndexer(compilePolicy(resolved)) }
      },
      shrinkLimit: null,
      signal: new AbortController().signal,
      now: Date.now,
    })
    const resolved = store.rules()
    if (resolved === null) throw new Error('the store holds no rules')
    const policy = compilePolicy(resolved)
    const lookup = store.snapshot()
    const plain = Buffer.from('From: Anna Larsson <anna.larsson@rogue.example>\r\n')
    for (let i = 0; i < 3000; i++) measure(plain, policy, lookup)
    const usual = measure(plain, policy, lookup).ms
    const kept = readdirSync(corpus).map((file) => measure(readFileSync(join(corpus, file)), policy, lookup))
    const found = climb(policy, lookup, Number(values.seed ?? 1), Number(values.seconds ?? 60))
    const worst = [...kept, ...found].sort((a, b) => b.ms - a.ms).slice(0, 10)
    process.stdout.write(`A plain field: ${(usual * 1000).toFixed(0)} µs. ${found.length} climbs.\n\n`)
    process.stdout.write('| ms | times a plain field | octets | verdict | begins |\n|---|---|---|---|---|\n')
    worst.forEach(({ ms, octets, verdict }, i) => {
      const begin = JSON.stringify(octets.toString('latin1').slice(0, 60))
      process.stdout.write(
        `| ${ms.toFixed(1)} | ${Math.round(ms / usual)} | ${octets.length} | ${verdict} | ${begin} |\n`,
      )
      if (values.keep !== true) return
      mkdirSync(corpus, { recursive: true })
      writeFileSync(join(corpus, `dearest-${i + 1}-${Math.round(ms / usual)}x.eml`), octets)
    })
  } finally {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

await main()
