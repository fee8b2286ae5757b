import t from 'tap'
import { buildMemoryDirectory } from '../../../src/policy/memory.ts'
import { resolveRules } from '../../../src/policy/protection.ts'
import type { PersonRule, ProtectionRules } from '../../../src/policy/rules.ts'
import { entry, group, person, rulesWith } from './fixtures.ts'

const people = [
  person('p1', 'Jane Roe', ['jane.roe@corp.example', 'jroe@corp.example'], { groups: ['g1'] }),
  person('p2', 'Paul Poe', ['paul.poe@corp.example'], { groups: ['g1', 'g2'] }),
  person('p3', 'Shared One', ['shared@corp.example']),
  person('p4', 'Shared Two', ['shared@corp.example']),
  person('q1', 'Jane Roe', ['jane.roe@corp.example'], { directory: 'Labs' }),
]
const groups = [
  group('g1', 'Executives', ['p1', 'p2']),
  group('g2', 'Board', ['p2']),
  group('g3', 'Twins', []),
  group('g4', 'twins', []),
  group('h1', 'Executives', ['q1'], 'Labs'),
]
const view = buildMemoryDirectory(people, groups)

const ref = (id: string, directory = 'Staff'): { directory: string; id: string } => ({ directory, id })
const setting = (who: string): PersonRule => ({ who, secondaryEmails: [], names: [], actions: {} })

t.test('what resolves', async (t) => {
  const cases: [string, Partial<ProtectionRules>, object][] = [
    [
      'a group by name, case aside',
      { protect: [entry({ groups: ['executives '] })] },
      { protectedGroups: [ref('g1')] },
    ],
    ['a group by id', { protect: [entry({ groups: ['g2'] })] }, { protectedGroups: [ref('g2')] }],
    ['a group by id where names clash', { protect: [entry({ groups: ['g3'] })] }, { protectedGroups: [ref('g3')] }],
    ['a user by any address', { protect: [entry({ users: ['JROE@Corp.Example'] })] }, { protectedPeople: [ref('p1')] }],
    ['a user by id', { protect: [entry({ users: ['p2'] })] }, { protectedPeople: [ref('p2')] }],
    ['a user once', { protect: [entry({ users: ['p2', 'p2'] })] }, { protectedPeople: [ref('p2')] }],
    ['an exclusion', { protect: [entry({ exclude: ['paul.poe@corp.example'] })] }, { excluded: [ref('p2')] }],
    [
      'a person of two directories',
      { people: [setting('jane.roe@corp.example')] },
      { people: [{ refs: [ref('p1'), ref('q1', 'Labs')] }] },
    ],
    [
      'actions of a group in every directory that has it',
      { groupActions: [{ group: 'Executives', actions: { certain: 'reject' } }] },
      { groupActions: [{ groups: [ref('g1'), ref('h1', 'Labs')] }] },
    ],
  ]
  for (const [name, rules, want] of cases) {
    const { resolved, problems } = resolveRules(rulesWith(rules), view)
    t.match(resolved, want, name)
    t.same(problems, [], `${name}: no problem`)
  }
})

t.test('problems name the place and the nearest names, and the rest still resolves', async (t) => {
  const cases: [string, Partial<ProtectionRules>, (string | number)[], RegExp][] = [
    [
      'unknown group',
      { protect: [entry({ groups: ['Executves'] })] },
      ['protect', 0, 'groups', 0],
      /no group "Executves" .*"Executives"/,
    ],
    ['ambiguous group', { protect: [entry({ groups: ['Twins'] })] }, ['protect', 0, 'groups', 0], /2 groups .*g3, g4/],
    [
      'unknown user',
      { protect: [entry({ users: ['paul.po@corp.example'] })] },
      ['protect', 0, 'users', 0],
      /no person .*paul\.poe@corp\.example/,
    ],
    [
      'shared address',
      { protect: [entry({ users: ['shared@corp.example'] })] },
      ['protect', 0, 'users', 0],
      /2 people .*p3, p4/,
    ],
    [
      'directory not loaded',
      { protect: [entry({ directory: 'Lab' })] },
      ['protect', 0, 'directory'],
      /no directory "Lab" is loaded.*"Labs"/,
    ],
    [
      'unknown person',
      { people: [setting('x@corp.example')] },
      ['people', 'x@corp.example'],
      /no person of the directories "Staff", "Labs"/,
    ],
    ['unknown preset', { presets: ['zoon'] }, ['presets', 0], /no preset "zoon"; known are .*zoom/],
  ]
  for (const [name, rules, path, message] of cases) {
    const all = rulesWith({ ...rules, protect: [...(rules.protect ?? []), entry({ groups: ['Board'] })] })
    const { resolved, problems } = resolveRules(all, view)
    t.equal(problems.length, 1, `${name}: one problem`)
    t.same(problems[0]?.path, path, `${name}: its place`)
    t.match(problems[0]?.message, message, `${name}: ${problems[0]?.message}`)
    t.same(resolved.protectedGroups, [ref('g2')], `${name}: the rest resolves`)
  }
})

t.test('without any directory everything is a problem and nothing throws', async (t) => {
  const { resolved, problems } = resolveRules(
    rulesWith({ protect: [entry({ groups: ['Executives'] })], people: [setting('p1')] }),
    buildMemoryDirectory([]),
  )
  t.same(resolved.protectedGroups, [])
  t.same(
    problems.map((problem) => problem.path),
    [
      ['protect', 0, 'directory'],
      ['people', 'p1'],
    ],
  )
})
