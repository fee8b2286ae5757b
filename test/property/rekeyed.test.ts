import fc from 'fast-check'
import t from 'tap'
import type { Group, Lookup, Person } from '../../src/model.ts'
import { compilePolicy, policyIndexer } from '../../src/policy/compile.ts'
import { buildMemoryDirectory } from '../../src/policy/memory.ts'
import { personKey } from '../../src/policy/person-key.ts'
import { guardedPeople, resolveRules } from '../../src/policy/protection.ts'
import { rekeyed } from '../../src/policy/rekeyed.ts'
import type { ProtectionRules } from '../../src/policy/rules.ts'
import { group, person, rulesWith } from '../unit/policy/fixtures.ts'

/** Other rules looked up over the keys of the stored ones are what a directory indexed by them gives. */

const names = [
  'Jane Roe',
  'Janet Row',
  'Erik Li',
  'Erik Lind',
  'Anna Müller',
  'Anna Mueller',
  'Жанна Петрова',
  'Billing',
]
const people: Person[] = names.map((name, at) => person(`${at}`, name, [`p${at}@corp.example`], { groups: at % 2 === 0 ? ['even'] : [] })) // prettier-ignore
const groups: Group[] = [group('even', 'Even', ['0', '2', '4', '6'])]
const directory = buildMemoryDirectory(people, groups)

const ids = fc.subarray(people.map(({ id }) => id))
const anyRules: fc.Arbitrary<ProtectionRules> = fc
  .record({
    users: ids,
    exclude: ids,
    even: fc.boolean(),
    initials: fc.boolean(),
    further: fc.option(fc.constantFrom('0', '3', '5'), { nil: null }),
  })
  .map(({ users, exclude, even, initials, further }) =>
    rulesWith({
      protect: [{ directory: 'Staff', groups: even ? ['even'] : [], users, exclude }],
      people:
        further === null ? [] : [{ who: further, secondaryEmails: [], names: ['Johanna Rehmann', 'Жан'], actions: {} }],
      initials,
    }),
  )

t.test('only people whom the difference concerns are made anew', async () => {
  fc.assert(
    fc.property(anyRules, anyRules, (before, after) => {
      const sides = [before, after].map((rules) => {
        const { resolved } = resolveRules(rules, directory)
        const indexer = policyIndexer(compilePolicy(resolved))
        return { resolved, indexer, lookup: directory.index(indexer) }
      }) as [Side, Side]
      const concerned = new Set<string>()
      for (const { resolved } of sides) {
        for (const key of guardedPeople(resolved, directory).keys()) concerned.add(key)
        for (const { refs } of resolved.people) for (const ref of refs) concerned.add(personKey(ref))
      }
      const [was, is] = sides
      const making = rekeyed(
        () => was.lookup,
        was.indexer,
        is.indexer,
        people.filter((one) => concerned.has(personKey(one))),
      )
      let step = making.next()
      while (step.done !== true) step = making.next()
      const found = step.value
      for (const { indexer } of sides) {
        for (const one of people) {
          const { refs, tokens } = indexer.keysOf(one)
          for (const token of tokens) {
            if (found.tokenCount(token) !== is.lookup.tokenCount(token)) throw new Error(`count of ${token}`)
          }
          for (const key of refs) {
            if (idsOf(found, key) !== idsOf(is.lookup, key)) throw new Error(`people of ${key}`)
          }
        }
      }
    }),
    { numRuns: 25 },
  )
})

interface Side {
  readonly resolved: ReturnType<typeof resolveRules>['resolved']
  readonly indexer: ReturnType<typeof policyIndexer>
  readonly lookup: Lookup
}

function idsOf(lookup: Lookup, key: string): string {
  return lookup.byKey(key, 100).map(({ id }) => id).sort().join() // prettier-ignore
}
