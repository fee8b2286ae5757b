import fc from 'fast-check'
import t from 'tap'
import { parseHeaderSection } from '../../src/mail/section.ts'
import type { Decision, Judge } from '../../src/model.ts'
import { MilterSession } from '../../src/milter/session.ts'
import { SMFIC, SMFIR } from '../../src/milter/wire.ts'
import { NetworkList } from '../../src/net/networks.ts'
import { compilePolicy, policyIndexer } from '../../src/policy/compile.ts'
import { decide } from '../../src/policy/decide.ts'
import { buildMemoryDirectory } from '../../src/policy/memory.ts'
import { resolveRules } from '../../src/policy/protection.ts'
import { startSmtp } from '../../src/smtp/listener.ts'
import { startSink } from '../integration/peers/sink.ts'
import { RawClient } from '../integration/peers/smtp-client.ts'
import { entry, person, rulesWith } from '../unit/policy/fixtures.ts'
import { judgementContext } from '../../src/policy/context.ts'

// Thousands of sections go in by three ways.

/** All ways in judge one header section alike: through SMTP, through a milter, and as `check` does. */

const directory = buildMemoryDirectory([person('jane', 'Jane Roe', ['jane.roe@corp.example'])], [])
const rules = rulesWith({ protect: [entry({ users: ['jane'] })], actions: { certain: 'reject', likely: 'reject' } })
const policy = compilePolicy(resolveRules(rules, directory).resolved)
const indexer = policyIndexer(policy)

/**
 * The judgement, and its last decision. No name is remembered from earlier messages: what is remembered costs no steps, so a section
 * that spends the whole budget is read further the second time, and another of its findings may decide.
 */
function judging(): { judge: Judge; last: Decision | null } {
  const kept: { judge: Judge; last: Decision | null } = {
    last: null,
    judge: (section, entrance) => {
      const context = judgementContext(policy, directory.index(indexer))
      const onFailure = (error: unknown): void => void t.error(error)
      kept.last = decide(section, entrance, { context, id: 'x', now: 0, microseconds: () => 0, onFailure })
      return kept.last
    },
  }
  return kept
}

/** What an MTA tells its milter of a section: a field an event, its folds with LF, what ends no line left as it is. */
function eventsOf(section: string): [name: string, body: string][] {
  const fields = section.split(/\r\n(?![ \t])/).filter((field) => field !== '')
  return fields.map((field) => {
    const colon = field.indexOf(':')
    return [field.slice(0, colon), field.slice(colon + 1).replaceAll('\r\n', '\n')]
  })
}

const offer = Buffer.from('00000006000001ff001fffff', 'hex')

function throughMilter(section: string, events = eventsOf(section)): Decision {
  const kept = judging()
  const session = new MilterSession(
    {
      judge: kept.judge,
      onMessage: () => {},
      onEvent: () => {},
      skip: 'auto',
      exempt: { authenticated: false, networks: new NetworkList([]) },
      headerSection: 262_144,
      timeout: 60_000,
    },
    'test',
    { tcp: true, mta: null },
    () => {},
  )
  session.receive({ command: SMFIC.OPTNEG, data: offer })
  session.receive({ command: SMFIC.MAIL, data: Buffer.from('<x@evil.example>\0') })
  for (const [name, body] of events) {
    session.receive({ command: SMFIC.HEADER, data: Buffer.from(`${name}\0${body}\0`, 'latin1') })
  }
  const answer = session.receive({ command: SMFIC.BODYEOB, data: Buffer.alloc(0) })
  if (kept.last === null) throw new Error('nothing was judged')
  const refused = answer.send.some((packet) => String.fromCharCode(packet[4] ?? 0) === SMFIR.REPLYCODE)
  t.equal(refused, kept.last.perform === 'reject')
  return kept.last
}

function asCheck(section: string): Decision {
  const { judge } = judging()
  return judge(parseHeaderSection(Buffer.from(section, 'latin1')), 'smtp')
}

function outcomeOf({ verdict, perform }: Decision): string {
  const kind = verdict.state === 'detected' ? ` ${verdict.kind} ${verdict.address}` : ''
  return `${verdict.state}${kind} ${perform}`
}

const name = fc.constantFrom('From', 'from', 'Sender', 'Reply-To', 'X-A', 'Subject', 'X-Namesake', 'To', 'F\x80rom')
const piece = fc.constantFrom(
  'Jane Roe <jane@mail.example>',
  '"Roe, Jane" <x@evil.example>',
  'Olivia Outsider <o@partner.example>',
  '=?utf-8?q?Jane_Roe?= <x@evil.example>',
  'jane.roe@corp.example',
  'plain text',
  '\r\n ',
  '\r\n\t',
  '\rFrom: Jane Roe <y@evil.example>',
  '\rX-B: c',
  '\r',
  '\0',
  '<',
  '"',
  ', ',
  ':',
  '\xfc',
)
const field = fc
  .tuple(name, fc.array(piece, { minLength: 1, maxLength: 4 }))
  .map(([n, pieces]) => `${n}: ${pieces.join('')}`.replace(/(?:\r\n[ \t])+$/, ''))
const section = fc.array(field, { minLength: 1, maxLength: 5 }).map((fields) => `${fields.join('\r\n')}\r\n`)

// What domains look like is remembered with the policy: the few of these pieces are known from here on.
asCheck(`From: ${['mail', 'evil', 'partner', 'corp'].map((word) => `A <a@${word}.example>`).join(', ')}\r\n`)

t.test('the milter looks behind a bare CR', async (t) => {
  const hidden = 'X-A: b\rFrom: Jane Roe <jane@mail.example>\r\nFrom: Olivia <o@partner.example>\r\n'
  t.match(outcomeOf(throughMilter(hidden)), /^detected/)
  t.equal(outcomeOf(throughMilter(hidden)), outcomeOf(asCheck(hidden)))
})

t.test('a line end that another filter put into a field hides nothing', async (t) => {
  for (const end of ['\n', '\r\n', '\n\n', '\r\n\r\n', '\n\r\n']) {
    const events: [string, string][] = [
      ['X-A', ` b${end}From: Jane Roe <jane@mail.example>`],
      ['From', ' Olivia <o@partner.example>'],
    ]
    t.match(outcomeOf(throughMilter('', events)), /^detected/, JSON.stringify(end))
    events.reverse()
    events[0] = ['Subject', ` x${end}`]
    events[1] = ['From', ' Jane Roe <jane@mail.example>']
    t.match(outcomeOf(throughMilter('', events)), /^detected/, `behind a field that ends with ${JSON.stringify(end)}`)
  }
})

t.test('milter and check judge alike', async () => {
  fc.assert(
    fc.property(section, (text) => {
      const [milter, check] = [outcomeOf(throughMilter(text)), outcomeOf(asCheck(text))]
      if (milter !== check) throw new Error(`milter: ${milter}, check: ${check}`)
    }),
    {
      numRuns: 2000,
      // So many ways to read it that the budget is spent.
      examples: [['From: "Roe, Jane" <x@evil.example>\rFrom: Jane Roe <y@evil.example>\r\xfc\r\n']],
    },
  )
})

t.test('SMTP judges as check does, or refuses the octets', async (t) => {
  const sink = await startSink()
  const kept = judging()
  const smtp = await startSmtp({
    listen: [{ address: { kind: 'tcp', host: '127.0.0.1', port: 0 } }],
    clients: ['127.0.0.0/8'],
    relay: [{ protocol: 'smtp', address: { kind: 'tcp', host: '127.0.0.1', port: sink.port } }],
    judge: kept.judge,
    onMessage: () => {},
    onEvent: () => {},
  })
  const [address] = smtp.addresses
  const client = await RawClient.hello(address?.kind === 'tcp' ? address.port : 0)
  t.teardown(async () => {
    await client.quit()
    await smtp.close({ drain: 0 })
    await sink.close()
  })
  let judged = 0
  await fc.assert(
    fc.asyncProperty(section, async (text) => {
      kept.last = null
      const replies = await client.transaction(`${text}\r\nhi\r\n`, ['to@corp.example'])
      const last = kept.last as Decision | null
      if (last === null) {
        if (!/\r(?!\n)|\0/.test(text)) throw new Error(`not judged: ${replies.join('')}`)
        return
      }
      judged++
      const [through, check] = [outcomeOf(last), outcomeOf(asCheck(text))]
      if (through !== check) throw new Error(`SMTP: ${through}, check: ${check}`)
    }),
    { numRuns: 300 },
  )
  t.ok(judged > 50, `${judged} sections were judged`)
})
