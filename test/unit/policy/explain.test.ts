import t from 'tap'
import { parseHeaderSection } from '../../../src/mail/section.ts'
import { compilePolicy, policyIndexer } from '../../../src/policy/compile.ts'
import { decide } from '../../../src/policy/decide.ts'
import { explain } from '../../../src/policy/explain.ts'
import { inspect } from '../../../src/policy/inspect.ts'
import { buildMemoryDirectory } from '../../../src/policy/memory.ts'
import { resolveRules } from '../../../src/policy/protection.ts'
import { entry, group, person, rulesWith } from './fixtures.ts'
import { judgementContext } from '../../../src/policy/context.ts'

/** What `check --explain` and the log at debug say: each reading, its keys, whom they led to, and why it came out so. */

const people = [
  person('jane', 'Jane Roe', ['jane.roe@corp.example'], { groups: ['exec', 'board'] }),
  person('greg', 'Gregory Hutton', ['gregory.hutton@corp.example'], { groups: ['exec'] }),
  person('lang', 'Peter Lang', ['peter.lang@corp.example'], { groups: ['exec'] }),
]
const groups = [group('exec', 'Executives', ['jane', 'greg', 'lang']), group('board', 'Board', ['jane'])]
const directory = buildMemoryDirectory(people, groups)
const { resolved } = resolveRules(
  rulesWith({
    protect: [entry({ groups: ['Executives'] })],
    groupActions: [
      { group: 'Board', actions: { certain: 'reject' } },
      { group: 'Executives', actions: { certain: 'tag' } },
    ],
    people: [{ who: 'peter.lang@corp.example', secondaryEmails: [], names: [], actions: { certain: 'quarantine' } }],
    trustedSenders: [
      { from: 'cal@services.example', names: [], requireAuthentication: true, note: 'calendar', until: null },
      { from: 'list@lists.example', names: [], requireAuthentication: false, note: '', until: null },
    ],
  }),
  directory,
)
const policy = compilePolicy(resolved)
const lookup = directory.index(policyIndexer(policy))

const cases: readonly (readonly [head: string, lines: readonly (RegExp | string)[]])[] = [
  [
    'From: "Dr. Jane Roe" <x@evil.example>',
    [
      'from: "Dr. Jane Roe" as display-name, beside "x@evil.example"',
      /^ {2}look keys tried: .*"g:janeroe"/,
      '  matches Jane Roe (Staff, jane): decorated, certain',
      /"Dr" before the name/,
      '    a detection: "x@evil.example" is no address of theirs',
      '    the policy asks to reject, by the strictest setting of the groups "Executives", "Board" for certain',
      'detected: decorated, certain, reject: Protected Name Jane Roe should not appear as x@evil.example',
    ],
  ],
  ['From: Peter Lang <x@evil.example>', ["    the policy asks to quarantine, by the person's own setting for certain"]],
  [
    'From: Gregory Hutton <x@evil.example>',
    ['    the policy asks to tag, by the setting of the group "Executives" for certain'],
  ],
  [
    'From: Greg Hutton <x@evil.example>',
    [
      /^ {2}nickname keys tried: .*"k:gregory hutton"/,
      '  matches Gregory Hutton (Staff, greg): nickname, likely',
      '    the policy asks to tag, by the default for likely',
    ],
  ],
  [
    'From: "Jane Roe <jane.roe@corp.example',
    [/^defect [a-z-]+ at octet \d+$/, /^clean: jane\.roe@corp\.example is an own address$/],
  ],
  ['From: Jane Roe <jane.roe@corp.example>', ['    excused: jane.roe@corp.example is an own address']],
  [
    'From: Jane Roe <cal@services.example>',
    ['    trusted sender cal@services.example (calendar) does not apply: the message is not authenticated'],
  ],
  ['From: Jane Roe <list@lists.example>', ['    excused: trusted sender list@lists.example']],
  [
    'From: News <n@shop.example>\r\nReply-To: Jane Roe <x@evil.example>',
    [
      'from: "News" as display-name, beside "n@shop.example"',
      '  shows no protected name',
      'reply-to: "Jane Roe" as display-name, beside "x@evil.example"',
      '    exact in reply-to: not where readers look first, so likely at most',
    ],
  ],
  [
    'From: x <a@b.example>\r\nFrom: Jane Roe <x@evil.example>',
    [/^defect several-from at octet/, 'from (field 2): "Jane Roe" as display-name, beside "x@evil.example"'],
  ],
  ['From: jane.roe@free.example', [/the local-part "jane\.roe" reads as "jane roe"/]],
  ['From: jane.roe@c0rp.example', [/c0rp\.example looks like the own domain corp\.example/]],
  ['From: ☎ <a@b.example>', ['  no keys: the name holds no letters', 'clean: no protected name']],
  ['Subject: x', ['defect no-from at octet 0', 'clean: nothing shows a name']],
]

t.test('each step is said', async (t) => {
  for (const [head, wanted] of cases) {
    const lines = explain(
      inspect(parseHeaderSection(Buffer.from(`${head}\r\n`)), judgementContext(policy, lookup), 0),
      policy,
    )
    for (const want of wanted) {
      const said = lines.some((line) => (typeof want === 'string' ? line === want : want.test(line)))
      t.ok(said, `${head}: ${String(want)}`, { lines })
    }
  }
})

t.test('the log at debug gets the same for every message, also for one of two hundred namesakes', async (t) => {
  const crowd = Array.from({ length: 200 }, (_, i) =>
    person(`c${i}`, 'Maria Garcia', [`m${i}@corp.example`], { groups: ['all'] }),
  )
  const many = buildMemoryDirectory(crowd, [
    group(
      'all',
      'All',
      crowd.map((one) => one.id),
    ),
  ])
  const guarded = compilePolicy(
    resolveRules(rulesWith({ protect: [entry({ groups: ['All'] })] }), many).resolved,
    policy,
  )
  const told: string[][] = []
  decide(parseHeaderSection(Buffer.from('From: Maria Garcia <x@evil.example>\r\n')), 'smtp', {
    context: judgementContext(guarded, many.index(policyIndexer(guarded))),
    id: 'e1',
    now: 0,
    microseconds: () => 0,
    onFailure: (error) => t.fail(String(error)),
    onInspection: (inspection, id, by) => told.push([id, ...explain(inspection, by)]),
  })
  const [lines = []] = told
  t.equal(lines[0], 'e1')
  t.ok(lines.includes('  matches 180 more people'))
  t.ok(lines.length < 120, 'and stays short')
})

t.test('foreign text stands in it as one line', async (t) => {
  const head = 'From: =?utf-8?Q?Jane=0D=0ARoe=1B[31m?= <x@evil.example>\r\n'
  for (const line of explain(
    inspect(parseHeaderSection(Buffer.from(head)), judgementContext(policy, lookup), 0),
    policy,
  )) {
    t.notMatch(line, /[\r\n\u001b]/)
  }
})

t.test('a reading that the budget does not reach is not said to show no name', async (t) => {
  const section = parseHeaderSection(
    Buffer.from('From: Some One <a@b.example>, Another One <c@d.example>, Jane Roe <x@evil.example>\r\n'),
  )
  const lines = (maxSteps: number): string[] =>
    explain(inspect(section, judgementContext(policy, directory.index(policyIndexer(policy))), 0, { maxSteps }), policy)
  const unreached = '  not judged to its end: the message has cost what one may'
  t.notOk(lines(60_000).includes(unreached))
  const cut = lines(2_000)
  t.ok(cut.includes(unreached), cut.join('\n'))
  t.match(cut.at(-1), /^unchecked: too-costly/)
})
