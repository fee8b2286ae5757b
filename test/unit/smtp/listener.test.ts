/** Who may connect, how many, from where, and how the entrance ends. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { formatAddress } from '../../../src/net/addresses.ts'
import { startSmtp } from '../../../src/smtp/listener.ts'
import type { SmtpOptions } from '../../../src/smtp/options.ts'
import { greet, Peer, setStage, startMessage, testJudge } from '../../dialog/smtp-peers.ts'

t.test('a client outside the networks is told at once', async (t) => {
  const stage = await setStage({ clients: ['192.0.2.0/24'] })
  const client = await stage.client()
  t.match(await client.reply(), /^554 5\.7\.1 /)
  t.equal(await client.closed(), '')
  t.same(
    stage.events.map((e) => e.name),
    ['smtp-listening', 'connection-refused', 'client-refused'],
  )
  await stage.stop()
})

t.test('strangers who stay, an octet now and then, are closed, and few are told why', async (t) => {
  const stage = await setStage({ clients: ['192.0.2.0/24'] })
  const strangers = await Promise.all(Array.from({ length: 300 }, () => stage.client()))
  const begun = Date.now()
  const dripping = setInterval(() => strangers.forEach(({ socket }) => socket.writable && socket.write('x')), 100)
  for (const { socket } of strangers) socket.on('error', () => {})
  await Promise.all(strangers.map((stranger) => stranger.until('the end', () => stranger.socket.closed || undefined)))
  clearInterval(dripping)
  t.ok(Date.now() - begun < 6000, 'absolute, not from the last octet on')
  const told = strangers.filter((stranger) => stranger.text().startsWith('554 ')).length
  // A hundred at once: on a slow machine the first are gone before the last have come.
  t.ok(told < 250, `${told} of 300 were told`)
  const events = (name: string): number => stage.events.filter((e) => e.name === name).length
  t.equal(events('connection-refused'), 300, 'all are counted')
  t.equal(events('client-refused'), 1, 'one line')
  await stage.smtp.close({ drain: 0 })
  t.match(stage.events.at(-1), { name: 'client-refused', details: { reason: 'network', count: 299 } })
  await stage.stop()
})

t.test('strangers do not hold up the end', async (t) => {
  const stage = await setStage({ clients: ['192.0.2.0/24'] })
  const strangers = await Promise.all(Array.from({ length: 20 }, () => stage.client()))
  await Promise.all(strangers.map((stranger) => stranger.reply()))
  const begun = Date.now()
  await stage.smtp.close({ drain: 10_000 })
  t.ok(Date.now() - begun < 1500)
  await stage.stop()
})

t.test('connections are counted, and counted out', async (t) => {
  const stage = await setStage({ limits: { connectionsPerNetwork: 2 } })
  const [first, second] = [await stage.client(), await stage.client()]
  t.match(await first.reply(), /^220/)
  t.match(await second.reply(), /^220/)
  t.match(await (await stage.client()).reply(), /^421 4\.7\.0 .*network/)
  await first.ask('QUIT')
  await first.closed()
  first.socket.destroy()
  let reply = ''
  for (let i = 0; i < 50 && !reply.startsWith('220'); i++) reply = await (await stage.client()).reply()
  t.match(reply, /^220/)
  await stage.stop()
})

t.test('PROXY protocol: the header names the client', async (t) => {
  const v2 = Buffer.concat([
    Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1'),
    Buffer.from([0x21, 0x11, 0, 12, 192, 0, 2, 7, 127, 0, 0, 1, 0x30, 0x39, 0, 25]),
  ])
  for (const [header, clients, reply] of [
    [Buffer.from('PROXY TCP4 192.0.2.7 127.0.0.1 12345 25\r\n'), ['192.0.2.7'], /^220/],
    [Buffer.from('PROXY TCP4 192.0.2.8 127.0.0.1 12345 25\r\n'), ['192.0.2.7'], /^554/],
    [Buffer.from('PROXY TCP6 2001:db8::1 ::1 12345 25\r\n'), ['2001:db8::/32'], /^220/],
    [Buffer.from('PROXY UNKNOWN\r\n'), ['127.0.0.1'], /^220/],
    [v2, ['192.0.2.7'], /^220/],
    [v2, ['127.0.0.1'], /^554/],
  ] as const) {
    for (const pieces of [1, header.length]) {
      const stage = await setStage({ clients, proxyProtocol: ['127.0.0.0/8'], acceptsProxyHeader: true })
      const client = await stage.client()
      // What follows the header in the same packet is not lost.
      const octets = Buffer.concat([header, Buffer.from('NOOP\r\n')])
      const size = Math.ceil(octets.length / pieces)
      for (let at = 0; at < octets.length; at += size) client.send(octets.subarray(at, at + size))
      const first = await client.reply()
      t.match(first, reply, `${JSON.stringify(header.toString('latin1'))} in ${pieces}`)
      if (first.startsWith('220')) t.match(await client.reply(), /^250/)
      await stage.stop()
    }
  }
})

t.test('PROXY protocol: no header, a malformed one, or from a stranger', async (t) => {
  for (const [balancers, sends, gets] of [
    [['127.0.0.0/8'], 'EHLO x\r\n', ''],
    [['127.0.0.0/8'], 'PROXY TCP4 1.2.3.4 5.6.7.8 1 99999\r\n', ''],
    [['127.0.0.0/8'], `PROXY ${'x'.repeat(200)}`, ''],
    [
      ['192.0.2.1'],
      'PROXY TCP4 127.0.0.1 127.0.0.1 1 1\r\n',
      '554 5.7.1 Relaying is not allowed from your address\r\n',
    ],
  ] as const) {
    const stage = await setStage({ proxyProtocol: balancers, acceptsProxyHeader: true })
    const client = await stage.client()
    client.send(sends)
    t.equal(await client.closed(), gets, sends.slice(0, 40))
    await stage.stop()
  }
})

t.test('XCLIENT from a trusted address sets the client of the record', async (t) => {
  const stage = await setStage({ xclient: ['127.0.0.1'] })
  const client = await stage.client()
  await client.reply()
  client.send('EHLO proxy\r\n')
  const first = await stage.hop.next()
  first.send('220 hop\r\n')
  await first.line()
  first.send('250 hop\r\n')
  t.match(await client.reply(), /250 XCLIENT NAME ADDR/)
  t.match(await client.ask('XCLIENT ADDR=nonsense'), /^501/)
  t.match(await client.ask('XCLIENT ADDR=IPV6:2001:db8::1 HELO=real+2Eexample NAME=[UNAVAILABLE]'), /^220 /)
  t.match(await client.ask('MAIL FROM:<a@b>'), /^503/, 'the dialogue begins anew')
  client.send('EHLO again\r\n')
  const hop = await stage.hop.next()
  hop.send('220 hop\r\n')
  await hop.line()
  hop.send('250 hop\r\n')
  await client.reply()
  await startMessage(client, hop)
  client.send('S: x\r\n\r\n.\r\n')
  await hop.upTo('\r\n.\r\n')
  hop.send('250 ok\r\n')
  await client.reply()
  t.match(stage.records[0], { client: '2001:db8::1', helo: 'real.example' })
  await stage.stop()
  const other = await setStage()
  const stranger = await other.client()
  await stranger.reply()
  t.match(await stranger.ask('XCLIENT ADDR=192.0.2.1'), /^550/)
  await other.stop()
})

t.test('drain: idle clients get 421, a transaction ends first', async (t) => {
  const stage = await setStage()
  const idle = await stage.client()
  await idle.reply()
  const busy = await stage.client()
  const hop = await greet(stage, busy)
  await startMessage(busy, hop)
  const closed = stage.smtp.close({ drain: 10_000 })
  t.match(await idle.reply(), /^421 4\.3\.2/)
  busy.send('S: x\r\n\r\n.\r\n')
  await hop.upTo('\r\n.\r\n')
  hop.send('250 ok\r\n')
  t.equal(await busy.reply(), '250 ok\r\n')
  t.match(await busy.reply(), /^421 4\.3\.2/)
  busy.socket.destroy()
  idle.socket.destroy()
  await closed
  await stage.stop()
})

t.test('drain: what does not end in time is dropped', async (t) => {
  const stage = await setStage()
  const busy = await stage.client()
  const hop = await greet(stage, busy)
  await startMessage(busy, hop)
  busy.send('S: x\r\n\r\nhalf')
  await stage.smtp.close({ drain: 50 })
  t.notMatch(await hop.closed(), /\r\n\.\r\n/)
  await stage.stop()
})

function optionsOf(listen: SmtpOptions['listen']): SmtpOptions {
  return { listen, clients: [], relay: [], judge: testJudge, onMessage: () => {}, onEvent: () => {} }
}

t.test('a unix socket: its mode, a stale one, one in use, a file in its place', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-listen-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'smtp.sock')
  const server = await startSmtp(optionsOf([{ address: { kind: 'unix', path }, mode: 0o600 }]))
  t.equal(statSync(path).mode & 0o777, 0o600)
  const peer = new Peer(connect({ path }))
  t.match(await peer.reply(), /^220/)
  await t.rejects(startSmtp(optionsOf([{ address: { kind: 'unix', path } }])), {
    code: 'listen-failed',
    message: /in use/,
  })
  peer.socket.destroy()
  await server.close()
  t.notOk(existsSync(path))
  writeFileSync(path, 'precious')
  await t.rejects(startSmtp(optionsOf([{ address: { kind: 'unix', path } }])), { code: 'listen-failed' })
  t.ok(statSync(path).isFile(), 'a file that is no socket is left alone')
})

t.test('an address in use', async (t) => {
  const stage = await setStage()
  const [bound] = stage.smtp.addresses
  if (bound === undefined) throw new Error('it listens nowhere')
  const second = startSmtp(optionsOf([{ address: { kind: 'tcp', host: '127.0.0.1', port: 0 } }, { address: bound }]))
  await t.rejects(second, { code: 'listen-failed', message: new RegExp(`${formatAddress(bound)}: .*in use`) })
  await stage.stop()
})
