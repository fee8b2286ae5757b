/**
 * Ends of data that some servers believe in (SMTP smuggling): each vector in each place, cut in every way. Either all of
 * it is refused, or it is one message whose outgoing octets hold nothing that anyone takes for an end.
 */
import t from 'tap'
import { DataScanner } from '../../../src/smtp/framing.ts'
import { greet, setStage, startMessage } from '../../dialog/smtp-peers.ts'

const vectors = [
  '\n.\n',
  '\n.\r\n',
  '\r\n.\n',
  '\r.\r',
  '\r.\r\n',
  '\r\n.\r',
  '\n.\r',
  '\r.\n',
  '\r\n\0.\r\n',
  '\r\n.\0\r\n',
  '\r\n.\r\r\n',
  '\r\r\n.\r\r\n',
  '\n\n.\n\n',
  '\n..\n',
  '\r..\r',
  '\r\n\0.\0\r\n',
  '\n\0.\n',
  '\r\n.\0\n',
]
const places = { 'body text': 'Subject: x\r\n\r\nbody', 'a header field': 'Subject: x', nothing: '' }
const second = 'MAIL FROM:<evil@x>\r\nRCPT TO:<v@x>\r\nDATA\r\nSubject: smuggled\r\n\r\n'
const falseEnd = /(^|[\r\n])\0?\.\0?[\r\n]/

/** Scans chunks; gives what was passed on, and whether the end was found exactly at the true end. */
function scanAll(
  chunks: readonly Buffer[],
  mode: 'reject' | 'normalize',
): { out: string; ended: boolean; fault: string | null } {
  let out = ''
  const scanner = new DataScanner(mode, (octets) => {
    out += octets.toString('latin1')
  })
  let ended = false
  for (const [index, chunk] of chunks.entries()) {
    const end = scanner.scan(chunk, 0)
    if (end < 0) continue
    ended = index === chunks.length - 1 && end === chunk.length
    break
  }
  return { out, ended, fault: scanner.fault }
}

function* cuts(text: string): Generator<Buffer[]> {
  const octets = Buffer.from(text, 'latin1')
  yield [octets]
  yield [...octets].map((octet) => Buffer.from([octet]))
  for (let at = 1; at < octets.length; at++) yield [octets.subarray(0, at), octets.subarray(at)]
}

for (const mode of ['reject', 'normalize'] as const) {
  t.test(`the scanner, ${mode}`, async (t) => {
    for (const vector of vectors) {
      for (const [place, before] of Object.entries(places)) {
        // Behind a CR LF a dot line that ends with CR LF is the end, as it should be.
        const text = `${before}${vector}${second}\r\n.\r\n`
        let bad = ''
        let first: string | null = null
        for (const chunks of cuts(text)) {
          const { out, ended, fault } = scanAll(chunks, mode)
          if (!ended) bad = 'the end is not where it is'
          if (falseEnd.test(out)) bad = `passed on ${JSON.stringify(out)}`
          if (mode === 'reject' && fault === null) bad = 'not refused'
          first ??= out + String(fault)
          if (first !== out + String(fault)) bad = `a cut changes what is passed on: ${chunks.length} pieces`
          if (bad !== '') break
        }
        t.equal(bad, '', `${JSON.stringify(vector)} after ${place}`)
      }
    }
  })
}

t.test('through the session', async (t) => {
  for (const bareNewline of ['reject', 'normalize'] as const) {
    const stage = await setStage({ bareNewline })
    for (const vector of vectors) {
      for (const whole of [true, false]) {
        const client = await stage.client()
        const hop = await greet(stage, client)
        await startMessage(client, hop)
        const octets = Buffer.from(`Subject: x\r\n\r\nbody${vector}${second}\r\n.\r\n`, 'latin1')
        if (whole) client.send(octets)
        else for (const octet of octets) client.send(Buffer.from([octet]))
        const name = `${JSON.stringify(vector)}, ${bareNewline}, ${whole ? 'whole' : 'octet by octet'}`
        if (bareNewline === 'normalize' && !vector.includes('\0')) {
          const out = (await hop.upTo('\r\n.\r\n')).toString('latin1').slice(0, -5)
          t.notMatch(out, falseEnd, name)
          t.match(out, /smuggled/, `${name}: all of it is one message`)
          hop.send('250 ok\r\n')
          t.equal(await client.reply(), '250 ok\r\n', name)
        } else {
          const reply = await client.reply()
          const expected = bareNewline === 'reject' || reply.startsWith('5')
          t.ok(expected && reply.startsWith('550 5.6.11'), `${name}: ${reply.trim()}`)
          t.notMatch(await hop.closed(), falseEnd, name)
        }
        client.socket.destroy()
      }
    }
    t.notOk(
      stage.records.some((r) => r.reversePath === 'evil@x'),
      'no second transaction',
    )
    await stage.stop()
  }
})
