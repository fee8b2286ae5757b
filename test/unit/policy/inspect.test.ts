import t from 'tap'
import type { Test } from 'tap'
import { parseHeaderSection } from '../../../src/mail/section.ts'
import type { Action, Kind, Lookup, Person, Tier } from '../../../src/model.ts'
import { compilePolicy, policyIndexer } from '../../../src/policy/compile.ts'
import type { Policy } from '../../../src/policy/compile.ts'
import { inspect } from '../../../src/policy/inspect.ts'
import type { Inspection } from '../../../src/policy/inspect.ts'
import { buildMemoryDirectory } from '../../../src/policy/memory.ts'
import { presets } from '../../../src/policy/presets.ts'
import { resolveRules } from '../../../src/policy/protection.ts'
import type { PersonRule, ProtectionRules, TrustedSender } from '../../../src/policy/rules.ts'
import { entry, group, person, rulesWith } from './fixtures.ts'
import { judgementContext } from '../../../src/policy/context.ts'

const people = [
  person('jane', 'Jane Roe', ['jane.roe@corp.example', 'jroe@corp.example'], { groups: ['exec'] }),
  person('greg', 'Gregory Hutton', ['gregory.hutton@corp.example'], { groups: ['exec', 'board'] }),
  person('jan', 'Jan Roe', ['jan.roe@corp.example']),
  person('nora', 'Nora Blake', ['nora.blake@corp.example']),
  person('lang1', 'Peter Lang', ['peter.lang@corp.example'], { groups: ['exec'] }),
  person('lang2', 'Peter Lang', ['peter.lang2@corp.example']),
  person('janeL', 'Jane Roe', ['jane@labs.example'], { directory: 'Labs' }),
  person('indah', 'Indah', ['indah@corp.example'], { groups: ['exec'], givenName: 'Indah', surname: null }),
]
const groups = [group('exec', 'Executives', ['jane', 'greg', 'lang1', 'indah']), group('board', 'Board', ['greg'])]
const now = Date.parse('2026-11-01T12:00:00Z')

function judgeWith(part: Partial<ProtectionRules> = {}, who: readonly Person[] = people): (head: string) => Inspection {
  const { policy, lookup } = prepare(part, who)
  const context = judgementContext(policy, lookup)
  return (head) => inspect(parseHeaderSection(Buffer.from(`${head}\r\n`)), context, now)
}

function prepare(part: Partial<ProtectionRules>, who: readonly Person[] = people): { policy: Policy; lookup: Lookup } {
  const directory = buildMemoryDirectory(who, groups)
  const rules = rulesWith({ protect: [entry({ groups: ['Executives'] })], ...part })
  const policy = compilePolicy(resolveRules(rules, directory).resolved)
  return { policy, lookup: directory.index(policyIndexer(policy)) }
}

type Want = 'clean' | [Kind, string, string?]

function check(t: Test, judge: (head: string) => Inspection, cases: readonly [string, Want][]): void {
  for (const [head, want] of cases) {
    const { verdict } = judge(head)
    if (want === 'clean') {
      t.match(verdict, { state: 'clean' }, `clean: ${head}`)
    } else {
      const [kind, id, address] = want
      t.match(
        verdict,
        { state: 'detected', kind, person: { id }, ...(address === undefined ? {} : { address }) },
        `${kind}: ${head}`,
      )
    }
  }
}

t.test('names, addresses and whose they are', async (t) => {
  check(t, judgeWith(), [
    ['From: Jane Roe <x@evil.example>', ['exact', 'jane', 'x@evil.example']],
    ['From: Jane Roe <jane.roe@corp.example>', 'clean'],
    ['From: Jane Roe <JROE@Corp.Example>', 'clean'],
    ['From: Jane Roe <JROE@Corp.Example.>', ['exact', 'jane', 'JROE@Corp.Example.']],
    ['From: Jane Roe <jane.roe+a+b@corp.example>', 'clean'],
    ['From: Jane Roe <"jane.roe"@corp.example>', 'clean'],
    ['From: Jane Roe <jane.roe+corp.example@evil.example>', ['exact', 'jane']],
    ['From: "Roe, Jane" <x@evil.example>', ['reordered', 'jane']],
    // The own-name rule.
    ['From: Jan Roe <jan.roe@corp.example>', 'clean'],
    ['From: Nora Blake <x@evil.example>', 'clean'],
    ['From: Jane Roe <jan.roe@corp.example>', ['exact', 'jane', 'jan.roe@corp.example']],
    ['From: Gregory Hutton <nora.blake@corp.example>', ['exact', 'greg', 'nora.blake@corp.example']],
    ['From: Jane Roe <gregory.hutton@corp.example>', ['exact', 'jane']],
    // People who share a name share their addresses, within a directory and over two.
    ['From: Peter Lang <peter.lang2@corp.example>', 'clean'],
    ['From: Peter Lang <x@evil.example>', ['exact', 'lang1']],
    ['From: Jane Roe <jane@labs.example>', 'clean'],
    // One reading's own address does not excuse another's foreign one.
    ['From: Jane Roe <jane.roe@corp.example>, Jane Roe <x@evil.example>', ['exact', 'jane', 'x@evil.example']],
    ['From: Jane Roe <jane.roe@corp.example>\r\nFrom: Jane Roe <x@evil.example>', ['exact', 'jane', 'x@evil.example']],
    // No address at all.
    ['From: Jane Roe', ['exact', 'jane']],
    ['From: ', 'clean'],
    ['Subject: no From at all', 'clean'],
    ['Subject: Jane Roe <x@evil.example>', 'clean'],
  ])
})

t.test('addresses shown as names', async (t) => {
  check(t, judgeWith(), [
    ['From: "jane.roe@corp.example" <x@evil.example>', ['address', 'jane', 'x@evil.example']],
    ['From: "JRoe@CORP.example" <x@evil.example>', ['address', 'jane']],
    ['From: "jroe @ corp . example" <x@evil.example>', ['address', 'jane']],
    ['From: "jroe (at) corp.example" <x@evil.example>', ['address', 'jane']],
    ['From: =?utf-8?B?amFuZS5yb2XvvKBjb3Jw77yOZXhhbXBsZQ==?= <x@evil.example>', ['address', 'jane']],
    ['From: x@evil.example (jane.roe@corp.example)', ['address', 'jane', 'x@evil.example']],
    ['From: "jane.roe+tag@corp.example" <x@evil.example>', ['address', 'jane']],
    ['From: "jane.roe@corp.example" <jane.roe@corp.example>', 'clean'],
    ['From: "jane.roe@corp.example" <jroe@corp.example>', 'clean'],
    ['From: "nora.blake@corp.example" <x@evil.example>', 'clean'],
    ['From: "jane.roe@other.example" <x@evil.example>', ['local-part', 'jane']],
  ])
})

t.test('folding finds and never excuses', async (t) => {
  const who = [
    ...people,
    person('kim', 'Kim Bäcker', ['kim@xn--bcker-gra.example'], { groups: ['exec'] }),
    person('kip', 'Jane Roe', ['kip@corp.example']),
  ]
  const judge = judgeWith(
    {
      people: [
        {
          who: 'jane.roe@corp.example',
          secondaryEmails: ['jane@kite.example', '/j\\.roe@.*\\.kite\\.example/'],
          names: [],
          actions: {},
        },
      ],
      trustedSenders: [trusted('calendar@kite.example'), trusted('kiosk.example'), trusted('/.*@kale\\.example/')],
    },
    who,
  )
  check(t, judge, [
    ['From: Kim =?utf-8?q?B=C3=A4cker?= <kim@b\u00e4cker.example>', 'clean'],
    ['From: Kim =?utf-8?q?B=C3=A4cker?= <KIM@xn--bcker-gra.example>', 'clean'],
    ['From: Kim =?utf-8?q?B=C3=A4cker?= <kim@ba\u0308cker.example>', ['exact', 'kim']],
    // KELVIN SIGN
    ['From: Kim =?utf-8?q?B=C3=A4cker?= <\u212aim@xn--bcker-gra.example>', ['exact', 'kim']],
    ['From: Jane Roe <jane@kite.example>', 'clean'],
    ['From: Jane Roe <jane@\u212aite.example>', ['exact', 'jane']],
    ['From: Jane Roe <jane@kite.example.>', ['exact', 'jane']],
    ['From: Jane Roe <j.roe@a.kite.example>', 'clean'],
    ['From: Jane Roe <j.roe@a.\u212aite.example>', ['exact', 'jane']],
    ['From: Jane Roe <calendar@kite.example>', 'clean'],
    ['From: Jane Roe <calendar@kite\u3002example>', ['exact', 'jane']],
    ['From: Jane Roe <a@b.kiosk.example>', 'clean'],
    ['From: Jane Roe <a@b.\u212aiosk.example>', ['exact', 'jane']],
    ['From: Jane Roe <a@kale.example>', 'clean'],
    ['From: Jane Roe <a@\u212aale.example>', ['exact', 'jane']],
    // A namesake's own address
    ['From: Jane Roe <kip@corp.example>', 'clean'],
    ['From: Jane Roe <\u212aip@corp.example>', ['exact', 'jane']],
    // No name shown: the domain imitates an own one.
    ['From: <jane.roe@corp\u3002example>', ['lookalike-domain', 'jane']],
  ])
})

t.test('mailboxes that carry the name', async (t) => {
  check(t, judgeWith(), [
    ['From: jane.roe@free.example', ['local-part', 'jane', 'jane.roe@free.example']],
    ['From: <gregory.hutton77@free.example>', ['local-part', 'greg']],
    ['From: Shop <gregory.hutton@free.example>', 'clean'],
    ['From: jane.roe@corp.example', 'clean'],
    ['From: jan.roe@corp.example', 'clean'],
    ['From: nora.blake@free.example', 'clean'],
    ['From: indah@free.example', 'clean'],
  ])
})

t.test('the organisation beside the name', async (t) => {
  const at = (domain: string): Person[] => [
    ...people,
    person('ann', 'Ann Bellweather', [`ann.bellweather@${domain}`], { groups: ['exec'] }),
    person('kurt', 'Kurt Smith', [`kurt@${domain}`]),
  ]
  check(t, judgeWith({}, at('meridian.example')), [
    ['From: Jane Roe Meridian <x@evil.example>', ['decorated', 'jane']],
    ['From: Meridian Jane Roe <x@evil.example>', ['decorated', 'jane']],
    ['From: JANE ROE MERIDIAN GROUP <x@evil.example>', ['decorated', 'jane']],
    ['From: Jane Roe Meridian <jane.roe@corp.example>', 'clean'],
    ['From: Jane Roe Parallel <x@evil.example>', 'clean'],
    ['From: Jane Roe Corp <x@evil.example>', ['decorated', 'jane']],
    ['From: The Meridian Jane Roe Award <x@evil.example>', 'clean'],
  ])
  check(t, judgeWith({}, at('meridian-labs.co.uk')), [
    ['From: Jane Roe Meridian Labs <x@evil.example>', ['decorated', 'jane']],
    ['From: Jane Roe MeridianLabs <x@evil.example>', ['decorated', 'jane']],
    ['From: Jane Roe Studios <x@evil.example>', 'clean'],
  ])
  check(t, judgeWith({}, at('smith.example')), [['From: Jane Roe Smith <x@evil.example>', 'clean']])
  check(t, judgeWith({}, at('gmail.com')), [['From: Jane Roe Qmail <x@evil.example>', 'clean']])
})

t.test('words that the protection file adds', async (t) => {
  const judge = judgeWith({
    names: {
      titles: ['Oberkirchenrat'],
      roles: ['Chief Happiness Wrangler'],
      companies: ['Acme Rockets'],
      nicknames: [['Gregory', 'Gogo']],
    },
  })
  const without = judgeWith()
  const cases: readonly [string, Want][] = [
    ['From: Jane Roe Oberkirchenrat <x@evil.example>', ['decorated', 'jane']],
    ['From: Jane Roe Happiness Wrangler <x@evil.example>', ['decorated', 'jane']],
    ['From: Jane Roe Acme Rockets <x@evil.example>', ['decorated', 'jane']],
    ['From: Acme Rockets - Jane Roe Rockets <x@evil.example>', ['decorated', 'jane']],
    ['From: Gogo Hutton <x@evil.example>', ['nickname', 'greg']],
    ['From: "Hutton, Gogo" <x@evil.example>', ['nickname', 'greg']],
  ]
  check(t, judge, cases)
  check(
    t,
    without,
    cases.map(([head]) => [head, 'clean']),
  )
})

t.test('Sender and Reply-To', async (t) => {
  const from = 'From: Jane Roe <jane.roe@corp.example>'
  check(t, judgeWith(), [
    [`${from}\r\nReply-To: Jane Roe <x@evil.example>`, ['reply-to', 'jane', 'x@evil.example']],
    [`${from}\r\nReply-To: x@evil.example`, 'clean'],
    [`${from}\r\nReply-To: Club <x@evil.example>`, 'clean'],
    [`${from}\r\nReply-To: jane.roe@free.example`, ['reply-to', 'jane']],
    ['From: Club <club@evil.example>\r\nReply-To: jane.roe@free.example', 'clean'],
    ['From: Club <club@evil.example>\r\nSender: Jane Roe <x@evil.example>', ['reply-to', 'jane']],
    [`${from}\r\nReply-To: jroe@corp.example`, 'clean'],
    // The name in From decides before the one in Reply-To.
    ['From: Jane Roe <y@evil.example>\r\nReply-To: Jane Roe <x@evil.example>', ['exact', 'jane', 'y@evil.example']],
  ])
  check(t, judgeWith({ fields: { sender: false, replyTo: false } }), [
    [`${from}\r\nReply-To: Jane Roe <x@evil.example>`, 'clean'],
    ['From: Club <club@evil.example>\r\nSender: Jane Roe <x@evil.example>', 'clean'],
  ])
})

const setting = (who: string, part: Partial<PersonRule>): PersonRule => ({
  who,
  secondaryEmails: [],
  names: [],
  actions: {},
  ...part,
})

t.test('settings of people', async (t) => {
  const rules = [
    setting('jane', {
      secondaryEmails: ['Jane@Home.example', '/jane\\.[a-z]+@mobile\\.example/'],
      names: ['Juno Row'],
    }),
  ]
  check(t, judgeWith({ people: rules }), [
    ['From: Jane Roe <jane@home.example>', 'clean'],
    ['From: Jane Roe <jane+x@home.example>', 'clean'],
    ['From: Jane Roe <jane.abc@mobile.example>', 'clean'],
    ['From: Jane Roe <jane.abc+x@mobile.example>', 'clean'],
    ['From: Jane Roe <jane.abc@mobile.example.net>', ['exact', 'jane']],
    ['From: Jane Roe <x-jane.abc@mobile.example>', ['exact', 'jane']],
    ['From: Gregory Hutton <jane@home.example>', ['exact', 'greg']],
    ['From: "jane@home.example" <x@evil.example>', ['address', 'jane']],
    ['From: Juno Row <x@evil.example>', ['exact', 'jane']],
    ['From: Juno Row <jane.roe@corp.example>', 'clean'],
  ])
  check(t, judgeWith({ protect: [entry({ groups: ['Executives'], exclude: ['jane'] })] }), [
    ['From: Jane Roe <x@evil.example>', 'clean'],
    ['From: Gregory Hutton <x@evil.example>', ['exact', 'greg']],
  ])
})

const trusted = (from: string, part: Partial<TrustedSender> = {}): TrustedSender => ({
  from,
  names: [],
  requireAuthentication: false,
  note: '',
  until: null,
  ...part,
})

t.test('trusted senders', async (t) => {
  const judge = judgeWith({
    trustedSenders: [
      trusted('calendar@service.example', { names: ['Jane Roe'] }),
      trusted('@exact.example'),
      trusted('below.example'),
      trusted('/.*@x[0-9]+\\.example/'),
      trusted('old@past.example', { until: '2026-10-31' }),
      trusted('last@day.example', { until: '2026-11-01' }),
    ],
  })
  check(t, judge, [
    ['From: Jane Roe <calendar@service.example>', 'clean'],
    ['From: Gregory Hutton <calendar@service.example>', ['exact', 'greg']],
    ['From: Gregory Hutton <any@exact.example>', 'clean'],
    ['From: Gregory Hutton <any@sub.exact.example>', ['exact', 'greg']],
    ['From: Gregory Hutton <any@below.example>', 'clean'],
    ['From: Gregory Hutton <any@sub.below.example>', 'clean'],
    ['From: Gregory Hutton <any@notbelow.example>', ['exact', 'greg']],
    ['From: Gregory Hutton <any@x12.example>', 'clean'],
    ['From: Gregory Hutton <old@past.example>', ['exact', 'greg']],
    ['From: Gregory Hutton <last@day.example>', 'clean'],
  ])
})

t.test('authentication', async (t) => {
  const pass = (id: string, result: string): string => `Authentication-Results: ${id}; ${result}`
  const service = 'From: Jane Roe <note@service.example>'
  const judge = judgeWith({
    authservIds: ['mx.corp.example'],
    trustedSenders: [trusted('note@service.example', { requireAuthentication: true })],
  })
  check(t, judge, [
    [service, ['exact', 'jane']],
    [`${pass('mx.corp.example', 'dmarc=pass header.from=service.example')}\r\n${service}`, 'clean'],
    [`${pass('MX.corp.example', 'dkim=pass header.d=mail.service.example')}\r\n${service}`, 'clean'],
    [`${pass('mx.corp.example', 'dkim=pass header.i=@service.example')}\r\n${service}`, 'clean'],
    [`${pass('mx.corp.example', 'dkim=pass header.d=evil.example')}\r\n${service}`, ['exact', 'jane']],
    [`${pass('mx.corp.example', 'dmarc=pass header.from=evil.example')}\r\n${service}`, ['exact', 'jane']],
    [`${pass('mx.corp.example', 'dmarc=fail header.from=service.example')}\r\n${service}`, ['exact', 'jane']],
    [`${pass('mx.evil.example', 'dmarc=pass header.from=service.example')}\r\n${service}`, ['exact', 'jane']],
    [
      `${pass('mx.corp.example', 'dmarc=fail header.from=service.example')}\r\n${pass('mx.corp.example', 'dmarc=pass header.from=service.example')}\r\n${service}`,
      ['exact', 'jane'],
    ],
    // Below what the border wrote a forged field under its name changes nothing.
    [
      `${pass('mx.corp.example', 'dmarc=fail header.from=service.example')}\r\n${pass('mx.corp.example', 'dkim=pass header.d=service.example')}\r\n${service}`,
      ['exact', 'jane'],
    ],
    [
      `${pass('mx.corp.example', 'dkim=fail header.d=service.example')}\r\n${pass('mx.corp.example', 'dkim=pass header.d=service.example')}\r\n${service}`,
      ['exact', 'jane'],
    ],
    [`${pass('mx.corp.example', 'dmarc=none; dkim=pass header.d=service.example')}\r\n${service}`, 'clean'],
    [`${pass('mx.corp.example', 'dmarc=pass')}\r\n${service}`, 'clean'],
    [`${pass('mx.corp.example', 'dmarc=pass')}\r\n${service}, Club <club@evil.example>`, ['exact', 'jane']],
  ])
  const strict = judgeWith({
    authservIds: ['mx.corp.example'],
    requireAuthentication: { own: true, secondary: true },
    people: [setting('jane', { secondaryEmails: ['jane@home.example'] })],
  })
  check(t, strict, [
    ['From: Jane Roe <jane.roe@corp.example>', ['exact', 'jane', 'jane.roe@corp.example']],
    [
      `${pass('mx.corp.example', 'dmarc=pass header.from=corp.example')}\r\nFrom: Jane Roe <jane.roe@corp.example>`,
      'clean',
    ],
    ['From: Jane Roe <jane@home.example>', ['exact', 'jane']],
    [`${pass('mx.corp.example', 'dkim=pass header.d=home.example')}\r\nFrom: Jane Roe <jane@home.example>`, 'clean'],
  ])
})

t.test('presets lower to likely, and only for authenticated mail', async (t) => {
  const judge = judgeWith({ presets: ['zoom'], authservIds: ['mx'], actions: { certain: 'reject', likely: 'tag' } })
  const from = 'From: Jane Roe <no-reply@zoom.us>'
  t.match(judge(from).verdict, { state: 'detected', tier: 'certain', action: 'reject' })
  t.match(judge(`Authentication-Results: mx; dkim=pass header.d=zoom.us\r\n${from}`).verdict, {
    state: 'detected',
    kind: 'exact',
    tier: 'likely',
    action: 'tag',
  })
})

t.test('every preset is off by itself, needs authentication, and never makes clean', async (t) => {
  const actions = { certain: 'reject', likely: 'tag' } as const
  const off = judgeWith({ authservIds: ['mx'], actions })
  for (const preset of presets) {
    const on = judgeWith({ presets: [preset.name], authservIds: ['mx'], actions })
    for (const sender of preset.from) {
      const address = sender.includes('@') ? sender : `someone@${sender}`
      const from = `From: Jane Roe <${address}>`
      const proof = `Authentication-Results: mx; dmarc=pass header.from=${address.slice(address.indexOf('@') + 1)}`
      const certain = { state: 'detected', kind: 'exact', tier: 'certain', action: 'reject' }
      t.match(off(`${proof}\r\n${from}`).verdict, certain, `${preset.name} is off: ${address}`)
      t.match(on(from).verdict, certain, `${preset.name} without authentication: ${address}`)
      t.match(on(`${proof.replace('mx;', 'mx.evil.example;')}\r\n${from}`).verdict, certain, 'another server says so')
      const lowered = { state: 'detected', kind: 'exact', tier: 'likely', action: 'tag' }
      t.match(on(`${proof}\r\n${from}`).verdict, lowered, `${preset.name} authenticated: ${address}`)
    }
  }
})

t.test('actions and their precedence', async (t) => {
  const cases: [string, Partial<ProtectionRules>, string, Tier, Action][] = [
    ['default', {}, 'Jane Roe', 'certain', 'tag'],
    ['default by tier', { actions: { certain: 'reject', likely: 'monitor' } }, 'Jane Roe', 'certain', 'reject'],
    [
      'group',
      { groupActions: [{ group: 'Executives', actions: { certain: 'reject' } }] },
      'Jane Roe',
      'certain',
      'reject',
    ],
    [
      'milder than the default, by group',
      {
        actions: { certain: 'reject', likely: 'tag' },
        groupActions: [{ group: 'Executives', actions: { certain: 'monitor' } }],
      },
      'Jane Roe',
      'certain',
      'monitor',
    ],
    [
      'strictest of groups',
      {
        groupActions: [
          { group: 'Executives', actions: { certain: 'monitor' } },
          { group: 'Board', actions: { certain: 'quarantine' } },
        ],
      },
      'Gregory Hutton',
      'certain',
      'quarantine',
    ],
    [
      'person over groups',
      {
        groupActions: [{ group: 'Executives', actions: { certain: 'reject' } }],
        people: [setting('jane', { actions: { certain: 'monitor' } })],
      },
      'Jane Roe',
      'certain',
      'monitor',
    ],
    [
      'person says one tier only',
      {
        groupActions: [{ group: 'Executives', actions: { certain: 'reject' } }],
        people: [setting('jane', { actions: { likely: 'monitor' } })],
      },
      'Jane Roe',
      'certain',
      'reject',
    ],
  ]
  for (const [name, rules, shown, tier, action] of cases) {
    t.match(judgeWith(rules)(`From: ${shown} <x@evil.example>`).verdict, { state: 'detected', tier, action }, name)
  }
  const mixed = judgeWith({
    people: [setting('greg', { actions: { certain: 'reject' } }), setting('jane', { actions: { certain: 'monitor' } })],
  })
  t.match(
    mixed('From: Jane Roe <x@evil.example>, "Hutton, Gregory" <x@evil.example>').verdict,
    { action: 'reject', person: { id: 'greg' } },
    'a monitored name does not cover a refused one',
  )
})

t.test('what can not be judged', async (t) => {
  const { policy, lookup } = prepare({ onUnchecked: 'tempfail' })
  const head = Buffer.from('From: Jane Roe <x@evil.example>\r\n')
  const empty = buildMemoryDirectory([]).index(policyIndexer(policy))
  t.same(inspect(parseHeaderSection(head), judgementContext(policy, empty), now).verdict, {
    state: 'unchecked',
    reason: 'no-directory',
    action: 'tempfail',
  })
  t.match(inspect(parseHeaderSection(head, true), judgementContext(policy, lookup), now).verdict, {
    reason: 'header-too-large',
  })
  const long = parseHeaderSection(Buffer.from(`From: Jane Roe <x@evil.example>, ${'a@b.example, '.repeat(100)}\r\n`))
  t.match(inspect(long, judgementContext(policy, lookup), now, { fromOctets: 200 }).verdict, {
    reason: 'from-too-large',
  })
  const crowd = Array.from({ length: 400 }, (_, i) => `Person ${i} <p${i}@x.example>`).join(', ')
  const among = (from: string): object =>
    inspect(parseHeaderSection(Buffer.from(`From: ${from}\r\n`)), judgementContext(policy, lookup), now).verdict
  t.match(among(crowd), { reason: 'too-costly' }, 'more mailboxes than may be judged')
  t.match(
    inspect(parseHeaderSection(Buffer.from(`From: ${crowd}\r\n`)), judgementContext(policy, lookup), now, {
      maxSteps: 1e9,
    }).verdict,
    { reason: 'from-too-large' },
    'more mailboxes than are read',
  )
  t.match(among(`Jane Roe <x@evil.example>, ${crowd}`), { state: 'detected' }, 'a name that was read is found')
  const lenient = prepare({ oversize: 'first-part' })
  t.match(inspect(parseHeaderSection(head, true), judgementContext(lenient.policy, lookup), now).verdict, {
    state: 'detected',
  })
  t.match(inspect(long, judgementContext(lenient.policy, lenient.lookup), now, { fromOctets: 200 }).verdict, {
    state: 'detected',
  })
})

t.test('what one judgement may cost', async (t) => {
  const { policy, lookup } = prepare({})
  const judge = (from: string, limits: Parameters<typeof inspect>[3]): object =>
    inspect(parseHeaderSection(Buffer.from(`From: ${from}\r\n`)), judgementContext(policy, lookup), now, limits).verdict
  const crowd = Array.from({ length: 100 }, (_, i) => `Person ${i} <p${i}@x.example>`).join(', ')
  const over = { state: 'unchecked', reason: 'too-costly' }
  t.match(judge('Ann Other <a@b.example>', { maxSteps: 300 }), over, 'too few steps for one name')
  t.match(judge('Ann Other <a@b.example>', { maxSteps: 10_000 }), { state: 'clean' })
  t.match(judge(crowd, { maxSteps: 10_000 }), over)
  t.match(
    judge(`Jane Roe <x@evil.example>, ${crowd}`, { maxSteps: 10_000 }),
    { state: 'detected' },
    'what was found stays',
  )
  t.match(judge(`Jane Roe <jane.roe@corp.example>, ${crowd}`, { maxSteps: 10_000 }), over, 'an excuse is not the end')
  t.match(judge(`${crowd}, Jane Roe <x@evil.example>`, { maxSteps: 10_000 }), over)
  const wall = (after: number): Parameters<typeof inspect>[3] => ({
    beginTime: () => {
      let asked = 0
      return () => ++asked > after
    },
  })
  t.match(judge(crowd, wall(0)), over, 'time that is over')
  t.match(judge(`Jane Roe <x@evil.example>, ${crowd}`, wall(20)), { state: 'detected' }, 'what was found in time stays')
  t.match(judge('Ann Other <a@b.example>', wall(0)), { state: 'clean' }, 'little work is not timed')
})

t.test('a From field of many names stays bounded', async (t) => {
  const crowd = Array.from({ length: 300 }, (_, i) =>
    person(`c${i}`, 'Alex Crowd', [`alex${i}@corp.example`], { groups: ['exec'] }),
  )
  const judge = judgeWith({}, [...people, ...crowd])
  const many = Array.from({ length: 2000 }, (_, i) => `Alex Crowd <alex${i % 300}@corp.example>`).join(', ')
  const start = performance.now()
  const { verdict } = judge(`From: ${many}`)
  t.not(verdict.state, 'detected', 'each of them is an own address of someone of that name')
  t.ok(performance.now() - start < 20_000, 'and it does not hang')
})

t.test('the reason reads exactly as the contract says', async (t) => {
  t.match(judgeWith()('From: Jane Roe <jane.roe77@mail.example>').verdict, {
    reason: 'Protected Name Jane Roe should not appear as jane.roe77@mail.example',
    name: 'Jane Roe',
    address: 'jane.roe77@mail.example',
    person: { directory: 'Staff', id: 'jane' },
    tier: 'certain',
    kind: 'exact',
    action: 'tag',
  })
})
