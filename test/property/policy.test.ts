import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { parseHeaderSection } from '../../src/mail/section.ts'
import type { Person, Verdict } from '../../src/model.ts'
import { compilePolicy, policyIndexer } from '../../src/policy/compile.ts'
import type { Policy } from '../../src/policy/compile.ts'
import { inspect } from '../../src/policy/inspect.ts'
import type { Inspection } from '../../src/policy/inspect.ts'
import { buildMemoryDirectory } from '../../src/policy/memory.ts'
import { resolveRules } from '../../src/policy/protection.ts'
import { entry, group, person, rulesWith } from '../unit/policy/fixtures.ts'
import { judgementContext } from '../../src/policy/context.ts'

const given = ['Jane', 'Gregory', 'Lucía', 'Jörg', 'Øyvind', 'Anil', 'Ольга', 'Σταύρος', 'Mary Ann', 'Nguyễn']
const surnames = [
  'Roe',
  'Hutton',
  'Romero Díaz',
  'Bäcker',
  'Sæther',
  'Kulkarni',
  'Ковалевская',
  'van den Akker',
  "O'Dowd",
]
const domains = ['corp.example', 'labs.example', 'evil.example', 'mail.test']

let before: Policy | null = null

/** A judgement over people; those of group `g` are protected. Compiling reuses the name tables. */
function judgeFor(people: readonly Person[]): (head: string | Buffer) => Verdict {
  const inspection = inspectionFor(people)
  return (head) => inspection(head).verdict
}

function inspectionFor(people: readonly Person[]): (head: string | Buffer) => Inspection {
  const members = people.filter((one) => one.groups.includes('g')).map((one) => one.id)
  const directory = buildMemoryDirectory(people, [group('g', 'Guarded', members)])
  const rules = rulesWith({ initials: true, protect: [entry({ groups: ['g'] })] })
  const policy = compilePolicy(resolveRules(rules, directory).resolved, before)
  before = policy
  const lookup = directory.index(policyIndexer(policy))
  const context = judgementContext(policy, lookup)
  return (head) => inspect(parseHeaderSection(Buffer.from(head)), context, 0)
}

const aName = fc.tuple(fc.constantFrom(...given), fc.constantFrom(...surnames))
const aPerson = fc
  .record({
    name: aName,
    isProtected: fc.boolean(),
    number: fc.nat(9),
    domain: fc.constantFrom('corp.example', 'labs.example'),
  })
  .map(({ name, isProtected, number, domain }) => ({ name, isProtected, address: `p${number}.x@${domain}` }))

function made(id: string, one: { name: readonly [string, string]; isProtected: boolean; address: string }): Person {
  const [givenName, surname] = one.name
  const groups = one.isProtected ? ['g'] : []
  return person(id, `${givenName} ${surname}`, [one.address], { givenName, surname, groups })
}

const aDirectory = fc
  .array(aPerson, { minLength: 1, maxLength: 6 })
  .map((list) => list.map((one, i) => made(`p${i}`, one)))

/** Ways to write a name that leave it the person's. */
const shownAs: readonly ((givenName: string, surname: string) => string)[] = [
  (g, s) => `${g} ${s}`,
  (g, s) => `${s}, ${g}`,
  (g, s) => `${g.toUpperCase()}  ${s.toUpperCase()}`,
  (g, s) => `Dr. ${g} ${s} (Finance)`,
  (g, s) => `${[...g].join('\u200b')} ${s}`,
  (g, s) => `${g}.${s}`,
]

function encoded(text: string): string {
  return `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`
}

/** Ways to write an address that leave it the same mailbox. */
const spelled: readonly ((local: string, domain: string) => string)[] = [
  (l, d) => `<${l}@${d}>`,
  (l, d) => `<${l.toUpperCase()}@${d}>`,
  (l, d) => `<${l}@${d.toUpperCase()}>`,
  (l, d) => `<${l}+shop@${d}>`,
  (l, d) => `<"${l}"@${d}>`,
  (l, d) => `<@relay.example:${l}@${d}>`,
  (l, d) => `\r\n <${l}@${d}>`,
]

t.test('a name at a foreign address is found, at an own address in any spelling it is clean', async () => {
  fc.assert(
    fc.property(
      aDirectory,
      fc.nat(),
      fc.constantFrom(...shownAs),
      fc.constantFrom(...spelled),
      (people, pick, show, spell) => {
        const one = people[pick % people.length]
        if (one === undefined || one.givenName === null || one.surname === null) return
        const judge = judgeFor(people)
        const name = encoded(show(one.givenName, one.surname))
        const [local = '', domain = ''] = (one.addresses[0] ?? '').split('@')
        const own = judge(`From: ${name} ${spell(local, domain)}\r\n`)
        assert.notEqual(own.state, 'detected', `${show(one.givenName, one.surname)} at ${spell(local, domain)}`)
        const foreign = judge(`From: ${name} ${spell('q7', 'rogue.example')}\r\n`)
        if (one.groups.length > 0) {
          assert.equal(foreign.state, 'detected', `${show(one.givenName, one.surname)} at a foreign address`)
        }
      },
    ),
    { numRuns: 100 },
  )
})

t.test('adding a person turns nobody else from detected to clean', async () => {
  fc.assert(
    fc.property(
      aDirectory,
      aPerson,
      aName,
      fc.constantFrom(...shownAs),
      fc.constantFrom(...domains),
      fc.nat(9),
      (people, added, [givenName, surname], show, domain, number) => {
        const head = `From: ${encoded(show(givenName, surname))} <p${number}.x@${domain}>\r\n`
        const was = judgeFor(people)(head)
        const now = judgeFor([...people, made('added', added)])(head)
        if (was.state !== 'detected' || added.address === `p${number}.x@${domain}`) return
        assert.equal(now.state, 'detected', `${head} after ${added.name.join(' ')} ${added.address}`)
      },
    ),
    { numRuns: 100 },
  )
})

t.test('judging never throws and is bounded, whatever the octets', async () => {
  const judge = judgeFor([made('p0', { name: ['Jane', 'Roe'], isProtected: true, address: 'jane.roe@corp.example' })])
  const piece = fc.oneof(
    fc.constantFrom(
      'From:',
      'From :',
      'Reply-To:',
      'Sender: ',
      '\r\n',
      '\n',
      '\r',
      ' ',
      '\t',
      '<',
      '>',
      '(',
      ')',
      '"',
      '\\',
      ',',
      ';',
      ':',
      '@',
      '\0',
    ),
    fc.constantFrom(
      'Jane Roe',
      'jane.roe@corp.example',
      '=?utf-8?Q?',
      '=?utf-8?B?SmFuZQ==?=',
      '?=',
      '\u202e',
      'Authentication-Results: mx; dmarc=pass',
    ),
    fc.string({ maxLength: 8 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.uint8Array({ maxLength: 60 }), (pieces, octets) => {
      const head = Buffer.concat([Buffer.from(`From: ${pieces.join('')}`), Buffer.from(octets)])
      const start = performance.now()
      const verdict = judge(head)
      assert.ok(['clean', 'detected', 'unchecked'].includes(verdict.state))
      assert.ok(performance.now() - start < 10_000, 'it does not hang')
    }),
    { numRuns: 100 },
  )
})

const someFields = fc
  .array(
    fc.tuple(
      fc.constantFrom('From', 'from', 'Sender', 'Reply-To', 'Content-Type', 'From '),
      fc.constantFrom(
        'Jane Roe <jane.roe77@mail.test>',
        'Jane Roe <p1.x@corp.example>',
        'News <news@mail.test>',
        'news@mail.test',
        '"News" <news@mail.test>, Max <max@mail.test>',
        'News <news@mail.test',
        '=?utf-8?Q?N=C3=A9ws?= <news@mail.test>',
        'jane.roe@evil.example',
        'N\rews <news@mail.test>',
        '\x1b$B;3ED\x1b(B <news@mail.test>',
        'N\xe9ws <news@mail.test>',
        'text/plain; charset=iso-2022-jp',
        'text/plain; charset=koi8-r',
        '',
      ),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((fields) => fields.map(([name, body]) => `${name}: ${body}\r\n`).join(''))

t.test('what earlier messages were found to be changes nothing about a later one', async () => {
  const people = [made('p0', { name: ['Jane', 'Roe'], isProtected: true, address: 'p1.x@corp.example' })]
  fc.assert(
    fc.property(fc.array(someFields, { minLength: 2, maxLength: 12 }), (heads) => {
      const shared = inspectionFor(people)
      for (const head of heads) {
        const { keysOf: _, ...found } = shared(Buffer.from(head, 'latin1'))
        const { keysOf: __, ...fresh } = inspectionFor(people)(Buffer.from(head, 'latin1'))
        assert.deepEqual(found, fresh)
      }
    }),
    { numRuns: 300 },
  )
})
