/** Next hops that the DNS names, asked of a name server on the loopback: order, failover, null MX, and its silence. */
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { setServers } from 'node:dns/promises'
import { syncBuiltinESMExports } from 'node:module'
import t from 'tap'
import { startSmtp } from '../../../src/smtp/listener.ts'
import { RecordTargets } from '../../../src/smtp/next-hop-records.ts'
import type { NextHopRecords } from '../../../src/smtp/options.ts'
import { Peer, testJudge } from '../../dialog/smtp-peers.ts'

const types = { mx: 15, srv: 33 } as const

function nameOctets(name: string): Buffer {
  const labels = name === '.' ? [] : name.split('.')
  return Buffer.concat([...labels.map((l) => Buffer.from([l.length, ...Buffer.from(l)])), Buffer.from([0])])
}

function uint16(...numbers: readonly number[]): Buffer {
  const octets = Buffer.alloc(numbers.length * 2)
  for (const [i, n] of numbers.entries()) octets.writeUInt16BE(n, i * 2)
  return octets
}

/** Data of an MX record (RFC 1035 section 3.3.9). */
const mx = (preference: number, host: string): Buffer => Buffer.concat([uint16(preference), nameOctets(host)])
/** Data of an SRV record (RFC 2782). */
const srv = (priority: number, weight: number, port: number, host: string): Buffer =>
  Buffer.concat([uint16(priority, weight, port), nameOctets(host)])

type Answer = readonly Buffer[] | 'name error' | 'server failure' | 'silence'

/** A name server (RFC 1035 section 4) that answers as told; gives its questions. */
async function startNameServer(
  answers: Record<string, Answer>,
): Promise<{ asked: string[]; answers: Record<string, Answer>; close: () => void }> {
  const asked: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    let end = 12
    const labels: string[] = []
    for (let size = query[end] ?? 0; size > 0; size = query[end] ?? 0) {
      labels.push(query.toString('latin1', end + 1, end + 1 + size))
      end += size + 1
    }
    const question = query.subarray(12, end + 5)
    const type = query.readUInt16BE(end + 1)
    const key = `${labels.join('.').toLowerCase()} ${type}`
    asked.push(key)
    const answer = answers[key] ?? []
    if (answer === 'silence') return
    const code = answer === 'name error' ? 3 : answer === 'server failure' ? 2 : 0
    const records = typeof answer === 'string' ? [] : answer
    socket.send(
      Buffer.concat([
        query.subarray(0, 2),
        uint16(0x8180 + code, 1, records.length, 0, 0),
        question,
        ...records.map((data) => Buffer.concat([uint16(0xc00c, type, 1, 0, 60, data.length), data])),
      ]),
      from.port,
      from.address,
    )
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  setServers([`127.0.0.1:${socket.address().port}`])
  // What was imported by name follows only then.
  syncBuiltinESMExports()
  return { asked, answers, close: () => socket.close() }
}

async function hosts(records: NextHopRecords): Promise<string[]> {
  const targets = await new RecordTargets(records).ask()
  return targets.map(({ address }) => ('host' in address ? `${address.host}:${address.port}` : address.path))
}

const byMx = (domain: string): NextHopRecords => ({ kind: 'mx', domain, port: 2525 })

t.test('MX', async (t) => {
  const server = await startNameServer({
    [`ordered.test ${types.mx}`]: [mx(20, 'second.test'), mx(10, 'first.test'), mx(30, 'third.test')],
    [`null.test ${types.mx}`]: [mx(0, '.')],
    [`gone.test ${types.mx}`]: 'name error',
    [`broken.test ${types.mx}`]: 'server failure',
  })
  t.teardown(() => server.close())
  t.same(await hosts(byMx('ordered.test')), ['first.test:2525', 'second.test:2525', 'third.test:2525'])
  t.same(await hosts(byMx('none.test')), ['none.test:2525'], 'without MX the domain itself (RFC 5321 section 5.1)')
  await t.rejects(hosts(byMx('null.test')), { message: /takes no mail/ }, 'null MX (RFC 7505)')
  await t.rejects(hosts(byMx('gone.test')))
  await t.rejects(hosts(byMx('broken.test')))
})

t.test('SRV', async (t) => {
  const server = await startNameServer({
    [`_smtp._tcp.a.test ${types.srv}`]: [srv(20, 0, 26, 'late.test'), srv(10, 0, 25, 'early.test')],
    [`_smtp._tcp.b.test ${types.srv}`]: [srv(0, 0, 0, '.')],
    [`_smtp._tcp.c.test ${types.srv}`]: [srv(1, 1, 25, 'light.test'), srv(1, 1000, 25, 'heavy.test')],
  })
  t.teardown(() => server.close())
  t.same(await hosts({ kind: 'srv', name: '_smtp._tcp.a.test' }), ['early.test:25', 'late.test:26'])
  await t.rejects(hosts({ kind: 'srv', name: '_smtp._tcp.b.test' }), { message: /offers no service/ })
  let heavyFirst = 0
  for (let i = 0; i < 20; i++) {
    const [first] = await hosts({ kind: 'srv', name: '_smtp._tcp.c.test' })
    if (first === 'heavy.test:25') heavyFirst++
  }
  t.ok(heavyFirst >= 15, `the heavier one comes first more often: ${heavyFirst} of 20`)
})

t.test('the answer is kept, asked for once by all who wait, and outlives the name server', async (t) => {
  const server = await startNameServer({ [`kept.test ${types.mx}`]: [mx(1, 'host.test')] })
  const targets = new RecordTargets(byMx('kept.test'))
  t.equal(targets.known(), null)
  const [one, two] = await Promise.all([targets.ask(), targets.ask()])
  t.equal(one, two)
  t.equal(server.asked.length, 1)
  t.equal(targets.known(), one)
  server.answers[`kept.test ${types.mx}`] = 'server failure'
  t.same(await targets.ask(), one, 'when it fails later, the old answer stays')
  server.answers[`kept.test ${types.mx}`] = [mx(1, 'host.test'), mx(2, 'other.test')]
  const later = await targets.ask()
  t.equal(later[0], one[0], 'a target that stays is the same one, with what is known of it')
  t.equal(later.length, 2)
  server.close()
})

t.test('an answer that is no longer fresh is used at once, and asked for anew beside', async (t) => {
  const server = await startNameServer({ [`old.test ${types.mx}`]: [mx(1, 'host.test')] })
  t.teardown(() => server.close())
  const targets = new RecordTargets(byMx('old.test'))
  const first = await targets.ask()
  const began = performance.now()
  t.intercept(performance, 'now', { value: () => began + 61_000 })
  server.answers[`old.test ${types.mx}`] = 'silence'
  t.equal(targets.known(), first, 'though the name server is silent')
  t.equal(targets.known(), first)
  const limit = Date.now() + 5000
  while (server.asked.length < 2 && Date.now() < limit) await new Promise((resolve) => setTimeout(resolve, 5))
  t.equal(server.asked.length, 2, 'asked for once')
  server.answers[`old.test ${types.mx}`] = [mx(1, 'new.test')]
  // The name server is asked again when it has not answered.
  const [later] = await targets.ask()
  t.match(later, { address: { host: 'new.test' } })
})

t.test('a name server that is silent: 451 within smtp.timeouts.nextHop', async (t) => {
  const server = await startNameServer({ [`silent.test ${types.mx}`]: 'silence' })
  t.teardown(() => server.close())
  const events: unknown[] = []
  const smtp = await startSmtp({
    listen: [{ address: { kind: 'tcp', host: '127.0.0.1', port: 0 } }],
    clients: ['127.0.0.0/8'],
    relay: byMx('silent.test'),
    timeouts: { nextHop: 500 },
    judge: testJudge,
    onMessage: () => {},
    onEvent: (name, details) => void (name === 'next-hop-error' && events.push(details)),
  })
  const [bound] = smtp.addresses
  const client = new Peer(connect(bound?.kind === 'tcp' ? bound.port : 0, '127.0.0.1'))
  await client.reply()
  const begun = Date.now()
  t.match(await client.ask('EHLO a'), /^451 4\.4\.1 /)
  t.ok(Date.now() - begun < 3000)
  t.match(events, [{ kind: 'timeout', stage: 'connect' }])
  client.socket.destroy()
  await smtp.close()
})
