/**
 * Ends of data that some servers believe in (SMTP smuggling): each vector in each place, cut in every way. Either all of
 * it is refused, or it is one message whose outgoing octets hold nothing that anyone takes for an end.
 */
import t from 'tap'
import { DataScanner } from '../../../src/smtp/framing.ts'
import { answerGreeting, greet, setStage, startMessage } from '../../dialog/smtp-peers.ts'
import type { Peer, Stage } from '../../dialog/smtp-peers.ts'
import { vectors } from '../../dialog/smuggling-vectors.ts'

const places = { 'body text': 'Subject: x\r\n\r\nbody', 'a header field': 'Subject: x', nothing: '' }
const second = 'MAIL FROM:<evil@x>\r\nRCPT TO:<v@x>\r\nDATA\r\nSubject: smuggled\r\n\r\n'
const falseEnd = /(^|[\r\n])\0*\.\0*[\r\n]/

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

/** The octets whole, one by one, and cut in two at each offset of the vector. */
function* pieces(before: string, vector: string, after: string): Generator<readonly [string, Buffer[]]> {
  const octets = Buffer.from(before + vector + after, 'latin1')
  yield ['whole', [octets]]
  yield ['octet by octet', [...octets].map((octet) => Buffer.from([octet]))]
  for (let at = before.length; at <= before.length + vector.length; at++) {
    if (at > 0) yield [`cut at ${at - before.length}`, [octets.subarray(0, at), octets.subarray(at)]]
  }
}

/** Sends pieces as packets of their own. */
async function sendPieces(client: Peer, all: readonly Buffer[]): Promise<void> {
  for (const piece of all) {
    client.send(piece)
    if (all.length === 2) await new Promise((resolve) => setImmediate(resolve))
  }
}

const legitimate = 'MAIL FROM:<good@client.example>\r\n'

for (const bareNewline of ['reject', 'normalize'] as const) {
  t.test(`through the session, ${bareNewline}`, async (t) => {
    const stage = await setStage({ bareNewline, limits: { connectionsPerNetwork: 1000 } })
    for (const vector of vectors) {
      let bad = ''
      for (const [place, before] of Object.entries(places)) {
        for (const [how, all] of pieces(before, vector, `${second}\r\n.\r\n`)) {
          const wrong = await smuggle(stage, all, bareNewline === 'normalize' && !vector.includes('\0'))
          if (wrong !== '') bad = `after ${place}, ${how}: ${wrong}`
        }
      }
      t.equal(bad, '', JSON.stringify(vector))
    }
    t.notOk(
      stage.records.some((r) => r.reversePath !== 'a@client.example'),
      'no second transaction',
    )
    await stage.stop()
  })
}

/** One message with a vector in it, and a transaction behind it; gives what is wrong, or nothing. */
async function smuggle(stage: Stage, all: readonly Buffer[], passes: boolean): Promise<string> {
  const client = await stage.client()
  const hop = await greet(stage, client)
  await startMessage(client, hop)
  await sendPieces(client, all)
  let out = ''
  if (passes) {
    out = (await hop.upTo('\r\n.\r\n')).toString('latin1').slice(0, -5)
    if (!out.includes('smuggled')) return 'not all of it is one message'
    hop.send('250 ok\r\n')
  }
  const reply = await client.reply()
  if (passes ? reply !== '250 ok\r\n' : !reply.startsWith('550 5.6.11')) return reply
  // The client's own next transaction is the only one there is.
  client.send(legitimate)
  if (!passes) out = await hop.closed()
  const next = passes ? hop : await stage.hop.next()
  if (!passes) await answerGreeting(next)
  const line = await next.line()
  client.socket.destroy()
  if (falseEnd.test(out)) return `passed on ${JSON.stringify(out)}`
  return `${line}\r\n` === legitimate ? '' : `the next hop heard ${line}`
}
