import t from 'tap'
import { parseHeaderSection } from '../../../src/mail/section.ts'
import type { Action, Decision, Entrance, Lookup } from '../../../src/model.ts'
import { compilePolicy, policyIndexer } from '../../../src/policy/compile.ts'
import { judgementContext } from '../../../src/policy/context.ts'
import { decide } from '../../../src/policy/decide.ts'
import type { DecideOptions } from '../../../src/policy/decide.ts'
import { buildMemoryDirectory } from '../../../src/policy/memory.ts'
import { resolveRules } from '../../../src/policy/protection.ts'
import type { ProtectionRules } from '../../../src/policy/rules.ts'
import { entry, person, rulesWith } from './fixtures.ts'

const now = 1_000_000_000
const people = [
  person('jane', 'Jane Roe', ['jane.roe@corp.example']),
  person('joerg', 'Jörg Bäcker', ['joerg@corp.example']),
]
const states = [
  { name: 'Staff', type: 'file', lastSync: now - 90_000, people: 2, groups: 0, error: null },
  { name: 'Labs', type: 'file', lastSync: now - 30_000, people: 0, groups: 0, error: null },
]

function decideWith(
  head: string,
  part: Partial<ProtectionRules> = {},
  options: Partial<DecideOptions> & { entrance?: Entrance; truncated?: boolean; lookup?: Lookup } = {},
): Decision {
  const directory = buildMemoryDirectory(people, [], states)
  const rules = rulesWith({ protect: [entry({ users: ['jane', 'joerg'] })], ...part })
  const policy = compilePolicy(resolveRules(rules, directory).resolved)
  let clock = 100
  return decide(parseHeaderSection(Buffer.from(head), options.truncated ?? false), options.entrance ?? 'smtp', {
    context: judgementContext(policy, options.lookup ?? directory.index(policyIndexer(policy))),
    id: 'e1',
    now,
    microseconds: () => (clock += 42),
    onFailure: () => undefined,
    ...options,
  })
}

const jane = 'From: Jane Roe <jane.roe77@mail.example>\r\nMessage-ID: <1@mail.example>\r\n'
const both = (action: Action): Partial<ProtectionRules> => ({ actions: { certain: action, likely: action } })

t.test('fields and replies exactly as the contract writes them', async (t) => {
  const reason = 'Protected Name Jane Roe should not appear as jane.roe77@mail.example'
  const refusal = 'The sender name belongs to a protected person who does not use this address (id e1)'
  const tagged = (action: string): object[] => [
    { name: 'X-Namesake', body: `detected; tier=certain; kind=exact; action=${action}; id=e1` },
    { name: 'X-Namesake-Reason', body: reason },
  ]
  const one = (body: string): object[] => [{ name: 'X-Namesake', body }]
  const cases: [string, Decision, Partial<Decision>][] = [
    [
      'clean',
      decideWith('From: Nora <n@x.example>\r\n'),
      { perform: 'relay', add: one('clean; id=e1'), reply: null } as never,
    ],
    ['tag', decideWith(jane), { perform: 'relay', add: tagged('tag'), reply: null } as never],
    ['monitor', decideWith(jane, both('monitor')), { perform: 'relay', add: one('monitored; id=e1') } as never],
    [
      'reject',
      decideWith(jane, both('reject')),
      { perform: 'reject', add: [], reply: { code: 550, status: '5.7.1', text: refusal } },
    ],
    [
      'quarantine by milter',
      decideWith(jane, both('quarantine'), { entrance: 'milter' }),
      { perform: 'quarantine', add: tagged('quarantine') } as never,
    ],
    [
      'quarantine by SMTP',
      decideWith(jane, both('quarantine')),
      { perform: 'relay', add: tagged('quarantine'), reply: null } as never,
    ],
    [
      'unchecked',
      decideWith(jane, {}, { truncated: true }),
      { perform: 'relay', add: one('unchecked; reason=header-too-large; id=e1') } as never,
    ],
    [
      'unchecked, deferred',
      decideWith(jane, { onUnchecked: 'tempfail' }, { truncated: true }),
      { perform: 'defer', add: [], reply: { code: 451, status: '4.7.1' } } as never,
    ],
    [
      'no rules yet',
      decideWith(jane, {}, { context: null }),
      { perform: 'relay', add: one('unchecked; reason=no-directory; id=e1') } as never,
    ],
    [
      'no store yet',
      decideWith(jane, {}, { context: null, onUnchecked: 'tempfail' }),
      { perform: 'defer', reply: { code: 451 } } as never,
    ],
  ]
  for (const [name, decision, want] of cases) t.match(decision, want, name)
  t.equal(decideWith(jane, both('monitor')).add.length, 1, 'monitored says nothing of whom')
})

t.test('names outside ASCII are encoded in the field', async (t) => {
  const { add } = decideWith('From: =?utf-8?Q?J=C3=B6rg_B=C3=A4cker?= <x@mail.example>\r\n')
  const body = add[1]?.body ?? ''
  t.match(body, /^[\x20-\x7e]+$/)
  t.match(body, /^Protected Name =\?utf-8\?/i)
  t.match(body, / should not appear as x@mail\.example$/)
})

t.test('forged fields are listed for removal', async (t) => {
  const head = [
    'X-Namesake: clean',
    'x-nameSAKE : clean',
    'X-Namesake-Reason: none',
    'X-Namesake-Other\t: x',
    'X-Namesakes: keep',
    'Subject: X-Namesake: keep',
    'X-Namesake:',
    ' folded',
  ].join('\r\n')
  t.same(decideWith(`${head}\r\n${jane}`).remove, [0, 1, 2, 3, 6])
  t.same(decideWith('From: Nora <n@x.example>\r\n').remove, [])
})

t.test('what the log wants', async (t) => {
  t.match(decideWith(jane), {
    id: 'e1',
    fromName: 'Jane Roe',
    fromAddress: 'jane.roe77@mail.example',
    messageId: '<1@mail.example>',
    directoryAge: 90,
    judgeTime: 42,
  })
  t.match(decideWith('Subject: x\r\n'), { fromName: null, fromAddress: null, messageId: null })
  t.match(decideWith('From: n@x.example\r\n'), { fromName: null, fromAddress: 'n@x.example' })
})

t.test('a judgement that throws is unchecked, never clean', async (t) => {
  const broken: Lookup = {
    byKey: () => {
      throw new Error('disk')
    },
    tokenCount: () => 0,
    mayBear: () => false,
    byAddress: () => [],
    person: () => undefined,
    isOwnDomain: () => false,
    ownDomains: () => [],
    ownDomainsByKey: () => [],
    directories: () => states,
  }
  const failures: unknown[] = []
  const options = { lookup: broken, onFailure: (error: unknown, id: string) => failures.push([String(error), id]) }
  t.match(decideWith(jane, {}, options), {
    verdict: { state: 'unchecked', reason: 'judgement-failed', action: 'tag' },
    perform: 'relay',
  })
  t.match(decideWith(jane, { onUnchecked: 'tempfail' }, options), { perform: 'defer', reply: { code: 451 } })
  t.same(failures, [
    ['Error: disk', 'e1'],
    ['Error: disk', 'e1'],
  ])
  const worse: Lookup = {
    ...broken,
    directories: () => {
      throw new Error('gone')
    },
  }
  const hostile = (): never => {
    throw new Error('the log is gone too')
  }
  t.match(decideWith(jane, {}, { lookup: worse, onFailure: hostile }), {
    verdict: { reason: 'judgement-failed' },
    directoryAge: null,
  })
})
