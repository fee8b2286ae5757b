import fc from 'fast-check'
import t from 'tap'
import type { Decision } from '../../src/model.ts'
import { HeaderEvents } from '../../src/milter/header-events.ts'
import { NetworkList } from '../../src/net/networks.ts'
import { MilterSession, type SessionOptions } from '../../src/milter/session.ts'
import { PacketReader, SMFIC, formatPacket, type Packet } from '../../src/milter/wire.ts'
import { parseConnect, parseHeader, parseMacros, parseStrings } from '../../src/milter/commands.ts'
import { buildTestJudge } from '../dialog/milter-judge.ts'
import { fieldBodyOctets } from '../../src/mail/section.ts'

const octets = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength }).map((array) => Buffer.from(array))

const packet: fc.Arbitrary<Packet> = fc.record({
  command: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  data: octets(60),
})

function readAll(reader: PacketReader): Packet[] {
  const found: Packet[] = []
  for (let next = reader.next(); next !== null; next = reader.next())
    found.push({ ...next, data: Buffer.from(next.data) })
  return found
}

t.test('any chunking frames alike, and reading is the inverse of formatting', async () => {
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 40 })), (packets, sizes) => {
      const stream = Buffer.concat(packets.map(({ command, data }) => formatPacket(command, data)))
      const reader = new PacketReader(1000)
      const found: Packet[] = []
      for (let at = 0, i = 0; at < stream.length; i++) {
        const size = sizes[i] ?? 7
        reader.push(stream.subarray(at, at + size))
        found.push(...readAll(reader))
        at += size
      }
      return JSON.stringify(found) === JSON.stringify(packets) && reader.held === 0 && reader.fault === null
    }),
  )
})

t.test('garbage never throws, and a fault is final', async () => {
  fc.assert(
    fc.property(fc.array(octets(50), { maxLength: 10 }), octets(50), (chunks, more) => {
      const reader = new PacketReader(100)
      for (const chunk of chunks) {
        reader.push(chunk)
        readAll(reader)
      }
      if (reader.fault === null) return true
      reader.push(more)
      return reader.next() === null && reader.held === 0
    }),
  )
})

t.test('data of any kind is read without a throw', async () => {
  fc.assert(
    fc.property(octets(40), (data) => {
      parseConnect(data)
      parseHeader(data)
      parseMacros(data)
      parseStrings(data)
    }),
  )
})

const options: SessionOptions = {
  judge: buildTestJudge({ action: 'quarantine' }),
  onMessage: () => undefined,
  onEvent: () => undefined,
  skip: 'auto',
  exempt: { authenticated: true, networks: new NetworkList(['192.0.2.0/24']) },
  headerSection: 200,
  timeout: 1000,
}

/** Packets that are likely to lead somewhere, among some that are not. */
const plausible: fc.Arbitrary<Packet> = fc.oneof(
  packet,
  fc.record({
    command: fc.constantFrom(...Object.values(SMFIC)),
    data: fc.oneof(
      octets(30),
      fc.constantFrom(
        Buffer.from('From\0 Jane Roe <a@b.example>\0'),
        Buffer.from('X-Namesake\0 clean\0'),
        Buffer.from('<a@b.example>\0'),
        Buffer.from('h\x004\x00\x19192.0.2.1\0'),
        Buffer.from('Mi\0Q\0{auth_authen}\0\0'),
        Buffer.alloc(0),
      ),
    ),
  }),
)

t.test('no sequence of packets throws; a message is answered once, macros, ABORT and QUIT never', async () => {
  const offer = { command: SMFIC.OPTNEG, data: Buffer.from('00000006000001ff001fffff', 'hex') }
  fc.assert(
    fc.property(fc.array(plausible, { maxLength: 30 }), (packets) => {
      const session = new MilterSession(options, 'test', { tcp: true, mta: null }, () => undefined)
      session.receive(offer)
      for (const next of packets) {
        const answer = session.receive(next)
        if ('DAKQ'.includes(next.command) && answer.send.length > 0) return false
        const edits = answer.send.filter((sent) => 'imq'.includes(String.fromCharCode(sent[4] as number)))
        if (edits.length > 0 && next.command !== SMFIC.BODYEOB) return false
        if (edits.length >= answer.send.length && edits.length > 0) return false
        if (answer.fault !== undefined && !answer.close) return false
        if (answer.close) return true
      }
      return true
    }),
    { numRuns: 500 },
  )
})

t.test('what is taken out of a section is our fields, and nothing else', async () => {
  const name = fc.constantFrom('From', 'X-Namesake', 'x-namesake', 'X-Namesake ', 'X-Namesake-Reason', 'To', 'A:B', '')
  const events = fc.array(fc.tuple(name, fc.string({ maxLength: 20 })), { maxLength: 12 })
  fc.assert(
    fc.property(events, fc.integer({ min: 0, max: 400 }), (fields, limit) => {
      const headers = new HeaderEvents(limit)
      for (const [n, body] of fields) headers.add(Buffer.from(n), Buffer.from(body), true)
      // An MTA that takes each out at once, by name and number.
      let left = fields.map(([n], index) => ({ key: n.trimEnd().toLowerCase(), index }))
      for (const { name: n, occurrence } of headers.ownFields()) {
        const same = left.filter(({ key }) => key === n.trimEnd().toLowerCase())
        left = left.filter((field) => field !== same[occurrence - 1])
      }
      const others = fields.flatMap(([n], index) => (n.startsWith('X-') || n.startsWith('x-') ? [] : [index]))
      return JSON.stringify(left.map(({ index }) => index)) === JSON.stringify(others)
    }),
  )
})

t.test('packets whose octets come one at a time', async (t) => {
  const octets = formatPacket(SMFIC.HEADER, Buffer.alloc(400_000, 0x61))
  const reader = new PacketReader(1024 * 1024)
  const before = process.memoryUsage()
  for (let i = 0; i < octets.length; i++) {
    // A buffer of its own for each octet, as a socket's would be.
    reader.push(Buffer.from(octets.subarray(i, i + 1)))
    if (i < octets.length - 1 && reader.next() !== null) t.fail('a packet before its end')
  }
  const after = process.memoryUsage()
  t.same(reader.next()?.data.length, 400_000)
  t.ok(after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed < 64 * 1024 * 1024)
})

t.test('a body comes back as it was, line ends apart', async () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (body) => {
      const headers = new HeaderEvents(100_000)
      headers.add(Buffer.from('From'), Buffer.from(body), true)
      const section = headers.section()
      const wanted = body.replace(/\r?\n(?=[ \t])/g, '\r\n').replace(/\r?\n(?![ \t])/g, '\r')
      const whole = section.octets.toString('utf8', section.fields[0]?.bodyStart, section.octets.length)
      return whole === `${wanted}\r\n` && fieldBodyOctets(section, 0).toString() === wanted
    }),
  )
})

t.test('a decision without edits is one answer', async (t) => {
  const judge = (): Decision => ({
    ...options.judge({ octets: Buffer.alloc(0), fields: [], truncated: false, defects: [] }, 'milter'),
    add: [],
  })
  const session = new MilterSession({ ...options, judge }, 'test', { tcp: true, mta: null }, () => undefined)
  session.receive({ command: SMFIC.OPTNEG, data: Buffer.from('00000006000001ff001fffff', 'hex') })
  session.receive({ command: SMFIC.MAIL, data: Buffer.from('<>\0') })
  t.equal(session.receive({ command: SMFIC.BODYEOB, data: Buffer.alloc(0) }).send.length, 1)
})
