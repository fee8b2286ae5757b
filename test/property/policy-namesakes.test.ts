import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { parseHeaderSection } from '../../src/mail/section.ts'
import type { Person } from '../../src/model.ts'
import { compilePolicy, policyIndexer } from '../../src/policy/compile.ts'
import type { Policy } from '../../src/policy/compile.ts'
import { inspect } from '../../src/policy/inspect.ts'
import type { Inspection } from '../../src/policy/inspect.ts'
import { buildMemoryDirectory } from '../../src/policy/memory.ts'
import { Memo } from '../../src/memo.ts'
import { resolveRules } from '../../src/policy/protection.ts'
import { entry, group, person, rulesWith } from '../unit/policy/fixtures.ts'
import { judgementContext } from '../../src/policy/context.ts'

/** Directories in which many people have one name or names close to it: nobody hides behind the others. */

let before: Policy | null = null

/** Everyone is protected; `chief` is to be refused, the others are only marked. */
function judgeFor(people: readonly Person[]): (head: string) => Inspection {
  const groups = [
    group(
      'g',
      'Everyone',
      people.map((one) => one.id),
    ),
    group('c', 'Chiefs', ['chief']),
  ]
  const directory = buildMemoryDirectory(people, groups)
  const rules = rulesWith({
    protect: [entry({ groups: ['g'] })],
    groupActions: [{ group: 'Chiefs', actions: { certain: 'reject', likely: 'quarantine' } }],
  })
  const policy = compilePolicy(resolveRules(rules, directory).resolved, before)
  before = policy
  const lookup = directory.index(policyIndexer(policy))
  const context = judgementContext(policy, lookup)
  return (head) => inspect(parseHeaderSection(Buffer.from(head)), context, 0)
}

/** Names whose keys are near each other: same consonants, same letters, particles, further names, one letter off. */
const near: readonly (readonly [string, string])[] = [
  ['Gregory', 'Hutton'],
  ['Gregory James', 'Hutton'],
  ['Gregory', 'van Hutton'],
  ['Gregory', 'Hutton Miles'],
  ['Grégory', 'Hutton'],
  ['Gregor', 'Yhutton'],
  ['Gregory', 'Hutten'],
  ['Gregorio', 'Hutton'],
  ['Greg', 'Hutton'],
  ['Hutton', 'Gregory'],
  ['Gregry', 'Hutton'],
]

const many = fc.array(fc.constantFrom(...near), { minLength: 0, maxLength: 60 })

/** Ways to show Gregory Hutton that are certain. */
const shown = [
  'Gregory Hutton',
  'Hutton, Gregory',
  'GREGORY HUTTON',
  'GregoryHutton',
  'Dr. Gregory Hutton (CEO)',
  'G r e g o r y H u t t o n',
]

t.test('a protected person is found among any number of namesakes, wherever they stand', async () => {
  fc.assert(
    fc.property(
      many,
      fc.nat(),
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom(...shown),
      (others, at, times, text) => {
        const crowd = Array.from({ length: times }, () => others)
          .flat()
          .map(([givenName, surname], i) =>
            person(`p${i}`, `${givenName} ${surname}`, [`p${i}@corp.example`], { givenName, surname, groups: ['g'] }),
          )
        const chief = person('chief', 'Gregory Hutton', ['chief@corp.example'], { groups: ['g', 'c'] })
        const place = at % (crowd.length + 1)
        const judge = judgeFor([...crowd.slice(0, place), chief, ...crowd.slice(place)])
        const { verdict, findings } = judge(`From: "${text}" <x@rogue.example>\r\n`)
        assert.ok(
          findings.some((finding) => finding.person.id === 'chief'),
          `among ${crowd.length}`,
        )
        assert.equal(verdict.state === 'detected' && verdict.action, 'reject', 'the strictest of all namesakes decides')
        const own = judge(`From: "${text}" <chief@corp.example>\r\n`)
        assert.equal(own.verdict.state, 'clean', 'and a namesake at an own address is clean')
        const namesake = crowd.find((one) => one.displayName === 'Gregory Hutton')
        if (namesake === undefined) return
        const other = judge(`From: "${text}" <${namesake.addresses[0] ?? ''}>\r\n`)
        assert.equal(other.verdict.state, 'clean', 'people of one name share their addresses')
      },
    ),
    { numRuns: 40 },
  )
})

t.test('five hundred namesakes are all weighed', async (t) => {
  const crowd = Array.from({ length: 500 }, (_, i) =>
    person(`p${i}`, 'Maria Garcia', [`p${i}@corp.example`], { groups: ['g'] }),
  )
  const chief = person('chief', 'Maria Garcia', ['chief@corp.example'], { groups: ['g', 'c'] })
  const { verdict, findings } = judgeFor([...crowd, chief])('From: Maria Garcia <x@rogue.example>\r\n')
  t.equal(findings.length, 501)
  t.equal(verdict.state === 'detected' && verdict.action, 'reject')
})

t.test('if not all could be looked at and nobody was found, the message is unchecked', async (t) => {
  const others = (count: number, same: boolean): Person[] =>
    Array.from({ length: count }, (_, i) =>
      person(
        `p${i}`,
        same ? 'Omar Kalb' : `Omar ${'abcdefghij'.charAt(i % 10).repeat(4)}${i}`,
        [`p${i}@corp.example`],
        {
          groups: ['g'],
        },
      ),
    )
  const verdictAmong = (crowd: Person[]): string => {
    const directory = buildMemoryDirectory(crowd, [
      group(
        'g',
        'Everyone',
        crowd.map((one) => one.id),
      ),
    ])
    const policy = compilePolicy(
      resolveRules(rulesWith({ protect: [entry({ groups: ['g'] })] }), directory).resolved,
      before,
    )
    // A look-up whose every key leads to everyone.
    const lookup = {
      ...directory.index(policyIndexer(policy)),
      byKey: (_: string, limit: number) => crowd.slice(0, limit),
    }
    const { verdict } = inspect(
      parseHeaderSection(Buffer.from('From: Jane Roe <x@rogue.example>\r\n')),
      judgementContext(policy, lookup),
      0,
    )
    return verdict.state
  }
  t.equal(verdictAmong(others(200, false)), 'clean', 'all were compared')
  t.equal(verdictAmong(others(900, true)), 'clean', 'people of one spelling are compared at once')
  t.equal(verdictAmong(others(900, false)), 'unchecked', 'more spellings than one name may cost')
  t.equal(verdictAmong(others(1500, true)), 'unchecked', 'more people than one key gives')
})

t.test('what is remembered changes no verdict', async () => {
  const people = near.map(([givenName, surname], i) =>
    person(`p${i}`, `${givenName} ${surname}`, [`p${i}@corp.example`], { givenName, surname, groups: ['g'] }),
  )
  const judge = judgeFor(people)
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...shown, 'Greg Hutton', 'Jane Roe', 'Gregory Huton'), { maxLength: 8 }),
      (names) => {
        for (const name of names) {
          const head = `From: "${name}" <x@rogue.example>\r\n`
          assert.deepEqual(judge(head).verdict, judgeFor(people)(head).verdict)
        }
      },
    ),
    { numRuns: 30 },
  )
})

t.test('a memo keeps what was asked for lately and never more than its limit', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 20 }), fc.array(fc.nat(40), { maxLength: 200 }), (limit, asked) => {
      const memo = new Memo<number>(limit)
      for (const n of asked) {
        const known = memo.get(String(n))
        assert.ok(known === undefined || known === n)
        memo.set(String(n), n)
        assert.equal(memo.get(String(n)), n)
        assert.ok(memo.size <= limit + 1)
      }
    }),
  )
})
