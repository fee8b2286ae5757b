/** The held header section, against a plain model of it, and sections over the limit. */
import fc from 'fast-check'
import t from 'tap'
import type { Decision, HeaderSection } from '../../../src/model.ts'
import { HeldOctets } from '../../../src/smtp/held-section.ts'
import { Message } from '../../../src/smtp/message.ts'
import { testJudge } from '../../dialog/smtp-peers.ts'

interface Outcome {
  readonly out: string
  readonly refusal: string | null
  readonly judged: HeaderSection[]
}

function transfer(chunks: readonly Buffer[], headerSection = 262_144, judge = testJudge): Outcome {
  let out = ''
  const judged: HeaderSection[] = []
  const hop = {
    write: (piece: Buffer | string): void => void (out += typeof piece === 'string' ? piece : piece.toString('latin1')),
  }
  const mail = { verb: 'MAIL', argument: ' FROM:<>', line: Buffer.alloc(0) }
  const message = new Message({ line: mail, startedAt: 0, accepted: 1, open: true }, hop, '', {
    judge: (section): Decision => {
      judged.push(section)
      return judge(section)
    },
    bareNewline: 'reject',
    limits: { messageSize: 0, headerSection, hops: 50 },
    heldOctets: new HeldOctets(1_048_576),
  })
  for (const chunk of chunks) message.feed(chunk)
  return { out, refusal: message.refusal?.reply.toString('latin1') ?? null, judged }
}

const whole = (text: string): Buffer[] => [Buffer.from(text, 'latin1')]
const octets = (text: string): Buffer[] => [...Buffer.from(text, 'latin1')].map((o) => Buffer.from([o]))

const line = fc.constantFrom(
  'From: a@b', 'Subject: x', ' folded', '\tX-Namesake: folded', 'X-Namesake: forged', 'x-namesake-reason : forged',
  '.X-Namesake: stuffed', '. stuffed fold', '..From: dots', 'X-Namesakes: another', 'no field', 'X-Name', 'x', '.X-NAMESAKE',
) // prettier-ignore

/** What has to come out: forged fields gone with their folds, ours above, the rest as it came. */
function model(header: readonly string[], body: string): string {
  const kept: string[] = []
  let removing = false
  for (const wire of header) {
    const read = wire.replace(/^\./, '')
    if (!/^[ \t]/.test(read)) removing = /^x-namesake(-[^:\s]*)?[ \t]*:/i.test(read)
    if (!removing) kept.push(wire)
  }
  return `${kept.map((l) => `${l}\r\n`).join('')}\r\n${body}`
}

t.test('forged fields go, all else stays, however it is cut', async (t) => {
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 12 }),
      fc.constantFrom('', 'body\r\n', '..\r\nX-Namesake: stays\r\n'),
      (header, body) => {
        const data = `${header.map((l) => `${l}\r\n`).join('')}\r\n${body}.\r\n`
        // A forged field that has a folded line above it at the very top: reading is the mail room's business.
        if (/^\.?[ \t]/.test(header[0] ?? '')) return true
        const wanted = `X-Namesake: clean; id=t1\r\n${model(header, body)}`
        return transfer(whole(data)).out === wanted && transfer(octets(data)).out === wanted
      },
    ),
    { numRuns: 1000 },
  )
  t.pass()
})

t.test('a section over the limit: its first part is judged, forged fields go from the rest as well', async (t) => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 8, maxLength: 30 }), fc.integer({ min: 40, max: 120 }), (header, limit) => {
      const data = `${header.map((l) => `${l}\r\n`).join('')}\r\nX-Namesake: body\r\n.\r\n`
      if (/^\.?[ \t]/.test(header[0] ?? '') || data.length - 40 <= limit) return true
      const a = transfer(whole(data), limit)
      const b = transfer(octets(data), limit)
      // With the line end of the field above: where all fields were forged, the blank line is all that is left.
      const below = (out: string): string => out.replace(/^X-Namesake: [^\r]*(?=\r\n)/, '')
      const rest = below(a.out)
      const head = rest.slice(0, rest.indexOf('\r\n\r\n') + 2)
      return (
        a.judged.length === 1 &&
        a.judged[0]?.truncated === true &&
        below(b.out) === rest &&
        !/^\.?x-namesake[-: ]/im.test(head) &&
        rest.endsWith('\r\n\r\nX-Namesake: body\r\n') &&
        head.split('\r\n').filter((l) => l === 'Subject: x').length === header.filter((l) => l === 'Subject: x').length
      )
    }),
    {
      numRuns: 1000,
      examples: [[['.X-Namesake: stuffed', ' folded', ...Array<string>(6).fill('x-namesake-reason : forged')], 40]],
    },
  )
  t.pass()
})

t.test('one line longer than the limit', async (t) => {
  for (const [start, gone] of [
    ['X-Namesake: ', true],
    ['Subject: ', false],
  ] as const) {
    const data = `${start}${'x'.repeat(500)}\r\n folded\r\nTo: y\r\n\r\nbody\r\n.\r\n`
    for (const chunks of [whole(data), octets(data)]) {
      const { out, judged } = transfer(chunks, 100)
      t.equal(judged.length, 1)
      t.equal(out.includes('xxx'), !gone, start)
      t.equal(out.includes('folded'), !gone)
      t.match(out, /To: y\r\n\r\nbody\r\n$/)
    }
  }
})

t.test('messages without a blank line, without anything, and with nothing but one', async (t) => {
  t.equal(transfer(whole('.\r\n')).out, 'X-Namesake: clean; id=t1\r\n')
  t.equal(transfer(whole('\r\n.\r\n')).out, 'X-Namesake: clean; id=t1\r\n\r\n')
  t.equal(transfer(whole('\r\nbody\r\n.\r\n')).out, 'X-Namesake: clean; id=t1\r\n\r\nbody\r\n')
  t.equal(transfer(whole('S: x\r\n.\r\n')).out, 'X-Namesake: clean; id=t1\r\nS: x\r\n')
  t.equal(transfer(whole('S: x\r\n')).out, '', 'nothing goes out before the section is judged')
})

t.test('too many Received fields', async (t) => {
  const data = `${'Received: x\r\n'.repeat(51)}\r\n.\r\n`
  const { out, refusal } = transfer(whole(data))
  t.match(refusal, /^554 5\.4\.6/)
  t.equal(out, '')
})

t.test('a large section that comes octet by octet costs linear time', async (t) => {
  const header = Buffer.from(`Subject: ${'x'.repeat(200_000)}\r\n\r\n.\r\n`)
  const begun = performance.now()
  t.equal(transfer([...header].map((o) => Buffer.from([o]))).judged.length, 1)
  t.ok(performance.now() - begun < 10_000)
})
