import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { commonPeople } from '../../bench/common-names.ts'
import { parseHeaderSection } from '../../src/mail/section.ts'
import type { Person } from '../../src/model.ts'
import { compilePolicy, policyIndexer } from '../../src/policy/compile.ts'
import type { Policy } from '../../src/policy/compile.ts'
import { judgementContext } from '../../src/policy/context.ts'
import { defaultLimits, inspect } from '../../src/policy/inspect.ts'
import type { Inspection } from '../../src/policy/inspect.ts'
import { buildMemoryDirectory } from '../../src/policy/memory.ts'
import { resolveRules } from '../../src/policy/protection.ts'
import { sampleExists, sampleFolder } from '../corpus/detection-sample.ts'
import { entry, group, person, rulesWith } from '../unit/policy/fixtures.ts'

/**
 * The first look settles what claims nothing without reading it as the full judgement does. Where fewer steps than
 * usual are allowed, nothing is settled before they are counted: so both can be held against each other, and what is known from earlier fields against
 * a fresh start.
 */

t.setTimeout(600_000)

let before: Policy | null = null

function judges(people: readonly Person[], initials: boolean): { first: Judge; full: Judge } {
  const directory = buildMemoryDirectory(people, [
    group('g', 'Everyone', people.map(({ id }) => id)), // prettier-ignore
  ])
  const rules = rulesWith({
    initials,
    fields: { sender: true, replyTo: true },
    protect: [entry({ directory: people[0]?.directory ?? '', groups: ['g'] })],
  })
  const policy = compilePolicy(resolveRules(rules, directory).resolved, before)
  before = policy
  const lookup = directory.index(policyIndexer(policy))
  const first = judgementContext(policy, lookup)
  const full = judgementContext(policy, lookup)
  return {
    first: (head) => told(inspect(parseHeaderSection(Buffer.from(head)), first, 0)),
    full: (head) =>
      told(inspect(parseHeaderSection(Buffer.from(head)), full, 0, { maxSteps: defaultLimits.maxSteps - 1 })),
  }
}

type Judge = (head: string | Buffer) => unknown

function told({ verdict, originators, findings, judgedReadings }: Inspection): unknown {
  return { verdict, originators, findings, judgedReadings }
}

const parts: readonly (readonly [string, string])[] = [
  ['Jane', 'Roe'],
  ['Gregory', 'Hutton'],
  ['Erik', 'Sundqvist'],
  ['Margaret', 'Kellerman'],
  ['Robert', 'Jennings'],
  ['José', 'García Díaz'],
  ['Ana María', 'Romero'],
  ['Ольга', 'Ковалевская'],
  ['محمد', 'الحسن'],
  ['Wei', 'Chen'],
  ['Marc-Olivier', 'Dubois'],
]
const people: Person[] = [
  ...parts.map(([givenName, surname], i) =>
    person(`p${i}`, `${givenName} ${surname}`, [`p${i}@brightwater.example`, `x${i}@bw-group.example`], {
      givenName,
      surname,
      groups: ['g'],
    }),
  ),
  person('role', 'Accounts Payable', ['ap@brightwater.example'], { givenName: null, surname: null, groups: ['g'] }),
  person('billing', 'Billing', ['billing@brightwater.example'], { givenName: null, surname: null, groups: ['g'] }),
]

const words =
  'Jane Roe Greg Gregory Hutton Huton Erik Eric Sundqvist Sundquist Margret Peg Bob Robert Jennings Jose Garcia Diaz Anna Maria Romero Olga Kovalevskaya Mohamed Hassan Wei Chen Marc Olivier Dubois Accounts Payable Payabel Billing Brightwater Payroll CEO Dr Mr via Docs News the your Order from J R jane roe JANE Xavier Unknown Kellerman Al van de A B C'.split(
    ' ',
  )
const word = fc.constantFrom(...words)
const separator = fc.constantFrom(' ', ' ', ' ', ' ', ', ', '.', '. ', '-', "'", '  ', '      ', ' | ', '/', '_')
const shownName = fc
  .tuple(fc.array(fc.tuple(word, separator), { maxLength: 5 }), fc.option(word, { nil: '' }))
  .map(([pairs, last]) => pairs.map(([one, by]) => one + by).join('') + last)
const localPart = fc.oneof(
  fc.constantFrom(
    'jane.roe',
    'jroe',
    'j.roe77',
    'roe',
    'ghutton',
    'erik.sundqvist',
    'eric',
    'ap',
    'billing',
    'news',
    'x1',
  ),
  fc.tuple(word, fc.constantFrom('.', '_', '', '-'), word).map(([a, by, b]) => `${a}${by}${b}`.toLowerCase()),
)
const domain = fc.constantFrom(
  'mail.example',
  'brightwater.example',
  'brightwater-group.example',
  'brightwatre.example',
  'bw-group.example',
  'gmail.com',
  'Mail.Example',
  'brightwater.example.evil.test',
)
const address = fc.tuple(localPart, domain).map(([local, at]) => `${local}@${at}`)
const body = fc.oneof(
  fc.tuple(shownName, address).map(([name, at]) => `${name} <${at}>`),
  fc.tuple(shownName, address).map(([name, at]) => `"${name}" <${at}>`),
  fc.tuple(shownName, address).map(([name, at]) => `${at} (${name})`),
  address,
  address.map((at) => `<${at}>`),
)
const head = fc
  .tuple(body, fc.option(body, { nil: null }), fc.option(body, { nil: null }))
  .map(([from, sender, replyTo]) => {
    const further = [sender === null ? '' : `Sender: ${sender}\r\n`, replyTo === null ? '' : `Reply-To: ${replyTo}\r\n`]
    return `Received: from a by b\r\nFrom: ${from}\r\n${further.join('')}Subject: hello\r\n\r\n`
  })

for (const initials of [true, false]) {
  t.test(`the first look and the full judgement agree, initials ${initials ? 'on' : 'off'}`, async () => {
    const { first, full } = judges(people, initials)
    fc.assert(
      fc.property(head, (one) => {
        assert.deepEqual(first(one), full(one), one)
      }),
      { numRuns: 3000 },
    )
  })
}

t.test('they agree on every message of the corpus', async (t) => {
  const { first, full } = judges(people, true)
  const folder = resolve(import.meta.dirname, '../corpus/cases')
  for (const name of readdirSync(folder)) {
    const message = readFileSync(join(folder, name, 'message.eml'))
    assert.deepEqual(first(message), full(message), name)
  }
  t.pass()
})

t.test('they agree on real mail and the sample', { skip: sampleExists ? false : 'no sample here' }, async (t) => {
  const heads = ['cases.jsonl', 'kinds.jsonl'].flatMap((file) =>
    readFileSync(join(sampleFolder, file), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => Buffer.from((JSON.parse(line) as { from_raw_base64: string }).from_raw_base64, 'base64')),
  )
  const real = join(sampleFolder, 'real_from.txt')
  for (const line of readFileSync(real).toString('latin1').split('\n')) {
    if (line !== '') heads.push(Buffer.from(`From: ${line}\r\n`, 'latin1'))
  }
  const crowd = commonPeople().map((one) => ({ ...one, groups: ['g'] }))
  for (const among of [people, crowd.filter((_, i) => i % 5 === 0)]) {
    const { first, full } = judges(among, true)
    for (const one of heads) assert.deepEqual(first(one), full(one), one.toString('latin1'))
  }
  t.pass()
})
