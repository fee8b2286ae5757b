import t from 'tap'
import { putOff, suggestions, suggestionText } from '../../../src/admin/suggestions.ts'
import type { Suggestion } from '../../../src/admin/suggestions.ts'
import { compilePolicy } from '../../../src/policy/compile.ts'
import { buildMemoryDirectory } from '../../../src/policy/memory.ts'
import { resolveRules } from '../../../src/policy/protection.ts'
import { lines, noon, openHistory, record } from '../history/helpers.ts'
import { entry, group, person, rulesWith } from '../policy/fixtures.ts'

const day = 86_400_000

const people = ['Jane Roe', 'Max Poe', 'Ann Moe', 'Kim Low', 'Lee Fox', 'Eve Day'].map((name, at) => {
  const groups = [['board', 'all'], ['all'], ['sales', 'all'], ['sales', 'all'], ['sales', 'pay'], ['pay', 'all']][at]
  return person(`u${at + 1}`, name, [`u${at + 1}@corp.example`], { groups: groups ?? [] })
})
const view = buildMemoryDirectory(people, [
  group('board', 'Board', ['u1']),
  group('sales', 'Sales', ['u3', 'u4', 'u5']),
  group('pay', 'Lohnbüro und Payroll', ['u5', 'u6']),
  group('empty', 'Treasury', []),
  group('eve', 'Legal', ['u6']),
  group('all', 'All of us', ['u1', 'u2', 'u3', 'u4', 'u6']),
])
const rules = rulesWith({ protect: [entry({ groups: ['board'], users: ['u6'] })] })
const policy = compilePolicy(resolveRules(rules, view).resolved, null)

t.test('whom to protect as well', async (t) => {
  const history = await openHistory(t)
  const now = noon + 10 * day
  const found = (): Promise<Suggestion[]> => suggestions(history, view, rules, (one) => policy.protects(one), now)
  const words = async (): Promise<string[]> => (await found()).map((one) => suggestionText(one, now))

  t.same(
    await words(),
    [
      'group "Lohnbüro und Payroll" is not protected, and by its name its 2 people are often asked for or believed: namesake protect "Lohnbüro und Payroll"',
    ],
    'by name; not an empty one, nor one whose people are all protected',
  )

  history.append(lines(['u3', 'u4', 'u5'].map((id) => record({ person: id, name: id, address: `${id}@mail.example` }))))
  history.noteMembers([{ directory: 'Staff', id: 'board', name: 'Board', members: new Map([['u1', 'Jane Roe'], ['u2', 'Max Poe'], ['u6', 'Eve Day'], ['u9', 'Bob Gone']]) }], noon) // prettier-ignore
  history.noteMembers([{ directory: 'Staff', id: 'board', name: 'Board', members: new Map([['u1', 'Jane Roe']]) }], noon + 8 * day) // prettier-ignore
  t.same(
    await words(),
    [
      '"Max Poe" left the protected group "Board" 2 days ago and is not protected: namesake protect "u2"',
      '"Bob Gone" left the protected group "Board" 2 days ago and is not protected: no directory has them any more',
      'the names of 3 of 3 people of group "Sales" are taken, and it is not protected: namesake protect "Sales"',
      'group "Lohnbüro und Payroll" is not protected, and by its name its 2 people are often asked for or believed: namesake protect "Lohnbüro und Payroll"',
    ],
    'who left and is protected singly is none; names that are taken come before names of groups',
  )

  const [max, , sales] = await found()
  for (const one of [max, sales]) {
    const time = new Date(now).toISOString()
    history.writeAudit({ time, who: 'ann', via: 'console', what: putOff, target: one?.name ?? '', before: null, after: one?.key ?? '' }) // prettier-ignore
  }
  t.same(
    (await found()).map(({ name }) => name),
    ['Bob Gone', 'Lohnbüro und Payroll'],
    'what was put off is left out',
  )
  t.same(
    (await suggestions(history, view, rules, (one) => policy.protects(one), now + 91 * day)).map(({ name }) => name),
    ['Lohnbüro und Payroll'],
    'and who left is nobody after 90 days',
  )
})
