/** TLS on both sides, over real sockets, with the certificates of the folder beside (made for these tests only). */
import { copyFileSync, mkdtempSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import { readFileSync } from 'node:fs'
import t from 'tap'
import type { ListenerTls } from '../../../src/net/tls-files.ts'
import { startSmtp } from '../../../src/smtp/listener.ts'
import type { NextHopSettings } from '../../../src/smtp/options.ts'
import { answerGreeting, Peer, setStage, startMessage, testJudge } from '../../dialog/smtp-peers.ts'
import type { Stage, HopPeer } from '../../dialog/smtp-peers.ts'

const file = (name: string): string => join(import.meta.dirname, 'tls', name)
const pem = (name: string): Buffer => readFileSync(file(name))
const listenerTls = {
  mode: 'starttls',
  certificate: file('server.pem'),
  key: file('server.key'),
  certificates: [],
  clientCa: null,
} as const

/** Puts TLS on a client's connection, as the client. */
async function secure(peer: Peer, options: ConnectionOptions = {}): Promise<Peer> {
  const socket = connectTls({ socket: peer.socket, ca: pem('ca.pem'), servername: 'server.example', ...options })
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', () => resolve())
    socket.once('error', reject)
  })
  return new Peer(socket)
}

/** Puts TLS on the next hop's end, as the server. */
function secureHop(peer: Peer, certificate = 'server'): Peer {
  peer.socket.removeAllListeners('data')
  const secureContext = createSecureContext({ cert: pem(`${certificate}.pem`), key: pem(`${certificate}.key`) })
  return new Peer(new TLSSocket(peer.socket, { isServer: true, secureContext }))
}

async function stageWith(tls: ListenerTls, clients = ['127.0.0.0/8']): Promise<Stage> {
  return setStage({ clients, tls })
}

t.test('STARTTLS: what was said before is forgotten, nothing behind it is run', async (t) => {
  const stage = await stageWith(listenerTls)
  const client = await stage.client()
  await client.reply()
  client.send('EHLO a\r\n')
  const hop = await stage.hop.next()
  await answerGreeting(hop)
  t.match(await client.reply(), /250[- ]STARTTLS/)
  t.match(await client.ask('STARTTLS'), /^220 /)
  const secured = await secure(client)
  t.match(await secured.ask('MAIL FROM:<a@b>'), /^503 /, 'EHLO counts no more')
  secured.send('EHLO b\r\n')
  const again = await stage.hop.next()
  t.equal(await answerGreeting(again), 'EHLO b')
  t.notMatch(await secured.reply(), /STARTTLS/)
  t.match(await secured.ask('STARTTLS'), /^503 /)
  await startMessage(secured, again)
  secured.send('S: x\r\n\r\nbody\r\n.\r\n')
  await again.upTo('\r\n.\r\n')
  again.send('250 done\r\n')
  t.equal(await secured.reply(), '250 done\r\n')
  await stage.stop()
})

t.test('STARTTLS: a command behind it in plain ends the session', async (t) => {
  const stage = await stageWith(listenerTls)
  const client = await stage.client()
  await client.reply()
  client.send('STARTTLS\r\nNOOP\r\n')
  t.match(await client.reply(), /^503 5\.5\.0/)
  t.equal(await client.closed(), '')
  await stage.stop()
})

t.test('STARTTLS is refused where it is not offered', async (t) => {
  const stage = await setStage()
  const client = await stage.client()
  await client.reply()
  t.match(await client.ask('STARTTLS'), /^502 /)
  await stage.stop()
})

t.test('implicit TLS, and a client by its certificate only', async (t) => {
  const tls = { ...listenerTls, mode: 'implicit', clientCa: file('ca.pem') } as const
  const stage = await stageWith(tls, ['192.0.2.0/24'])
  for (const [name, reply] of [
    ['client', /^250/],
    ['stranger', /^554 5\.7\.1/],
    [null, /^554 5\.7\.1/],
  ] as const) {
    const certificate = name === null ? {} : { cert: pem(`${name}.pem`), key: pem(`${name}.key`) }
    const client = await secure(await stage.client(), certificate)
    await client.reply()
    client.send('EHLO a\r\nMAIL FROM:<a@b>\r\n')
    if (name === 'client') {
      const hop = await stage.hop.next()
      await answerGreeting(hop)
      await hop.line()
      hop.send('250 ok\r\n')
    }
    await client.reply()
    t.match(await client.reply(), reply, name ?? 'no certificate')
    client.socket.destroy()
  }
  await stage.stop()
})

t.test('STARTTLS, and a client by its certificate only: no next hop before that', async (t) => {
  const stage = await stageWith({ ...listenerTls, clientCa: file('ca.pem') }, ['192.0.2.0/24'])
  const client = await stage.client()
  await client.reply()
  t.equal(await client.ask('EHLO a'), '250-proxy.example\r\n250 STARTTLS\r\n')
  t.match(await client.ask('MAIL FROM:<a@b>'), /^530 5\.7\.0/)
  t.match(await client.ask('RCPT TO:<a@b>'), /^503/)
  t.equal(stage.hop.connections.length, 0)
  await client.ask('STARTTLS')
  const secured = await secure(client, { cert: pem('client.pem'), key: pem('client.key') })
  secured.send('EHLO a\r\n')
  await answerGreeting(await stage.hop.next())
  t.match(await secured.reply(), /^250/)
  await stage.stop()
})

t.test('plain text to implicit TLS, and rubbish behind STARTTLS, end that connection only', async (t) => {
  const stage = await stageWith({ ...listenerTls, mode: 'implicit' })
  const client = await stage.client()
  client.send('EHLO a\r\n')
  await client.closed()
  const good = await secure(await stage.client())
  t.match(await good.reply(), /^220/)
  t.ok(stage.events.some((e) => e.name === 'tls-failed'))
  await stage.stop()
})

/** One connection up to the banner; gives the session for the next one, and whether this one was resumed. */
async function visit(stage: Stage, options: ConnectionOptions): Promise<{ resumed: boolean; session: Buffer }> {
  const plain = await stage.client()
  const socket = connectTls({ socket: plain.socket, ca: pem('ca.pem'), servername: 'server.example', ...options })
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', () => resolve())
    socket.once('error', reject)
  })
  const client = new Peer(socket)
  await client.reply()
  const resumed = socket.isSessionReused()
  const reply = await client.ask('EHLO a')
  if (options.cert === undefined)
    t.match(reply, /^250 proxy/, 'who has shown no certificate is not let in by a resumption')
  else t.match(reply, /^451/, 'who has shown one is let on to the next hop')
  // With TLS 1.3 it comes behind the handshake, and so before our replies.
  const session = socket.getSession() ?? Buffer.alloc(0)
  socket.destroy()
  return { resumed, session }
}

t.test('TLS sessions are resumed where a certificate is asked for, and nowhere else', async (t) => {
  const tls = { ...listenerTls, mode: 'implicit', clientCa: file('ca.pem') } as const
  const down = { clients: ['192.0.2.0/24'], tls, relay: () => [] }
  const [stage, other] = [await setStage(down), await setStage(down)]
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const identity of [{}, { cert: pem('client.pem'), key: pem('client.key') }]) {
      const options = { maxVersion, ...identity }
      const first = await visit(stage, options)
      t.notOk(first.resumed)
      const second = await visit(stage, { ...options, session: first.session })
      t.ok(second.resumed, `${maxVersion}: the second connection`)
      const elsewhere = await visit(other, { ...options, session: second.session })
      t.notOk(elsewhere.resumed, `${maxVersion}: another listener`)
    }
  }
  await stage.stop()
  await other.stop()
})

t.test('TLS before version 1.2 is refused', async (t) => {
  const stage = await stageWith({ ...listenerTls, mode: 'implicit' })
  for (const version of ['TLSv1', 'TLSv1.1'] as const) {
    const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' } as const
    // The alert proves that the refusal is the listener's, not this client's.
    await t.rejects(secure(await stage.client(), old), { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' }, version)
  }
  const good = await secure(await stage.client(), { maxVersion: 'TLSv1.2' })
  t.match(await good.reply(), /^220/)
  await stage.stop()
})

t.test('certificate files are read again when they change', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-tls-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const [certificate, key] = [join(folder, 'c.pem'), join(folder, 'c.key')]
  const install = (name: string): void => {
    copyFileSync(file(`${name}.pem`), certificate)
    copyFileSync(file(`${name}.key`), key)
    utimesSync(certificate, new Date(), new Date())
  }
  install('server')
  const certificates = [{ names: ['mx.corp.example'], certificate, key }]
  const stage = await setStage({ tls: { mode: 'implicit', certificate, key, certificates, clientCa: null } })
  for (const name of ['', 'mx.corp.example']) t.equal(await shownFor(stage, name), 'CN=server.example')
  install('stranger')
  for (const name of ['', 'mx.corp.example']) {
    let shown = ''
    for (let i = 0; i < 60 && !shown.includes('stranger'); i++) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      shown = await shownFor(stage, name)
    }
    t.equal(shown, 'CN=stranger.example', name)
  }
  await stage.stop()
})

/** The name in the certificate that a client is shown who asks for a name, or for none. */
async function shownFor(stage: Stage, servername: string): Promise<string> {
  const peer = await secure(await stage.client(), { rejectUnauthorized: false, servername })
  const shown = (peer.socket as TLSSocket).getPeerX509Certificate()?.subject ?? ''
  peer.socket.destroy()
  return shown
}

t.test('certificates by server name', async (t) => {
  const certificates = [
    { names: ['mx.corp.example', '*.mail.example'], certificate: file('stranger.pem'), key: file('stranger.key') },
    { names: ['own.mail.example'], certificate: file('client.pem'), key: file('client.key') },
  ]
  const stage = await setStage({ tls: { ...listenerTls, mode: 'implicit', certificates } })
  for (const [name, shown] of [
    ['mx.corp.example', 'stranger'],
    ['MX.Corp.Example', 'stranger'],
    ['a.mail.example', 'stranger'],
    ['own.mail.example', 'client'],
    ['a.b.mail.example', 'server'],
    ['mail.example', 'server'],
    ['example', 'server'],
    ['', 'server'],
  ] as const) {
    t.equal(await shownFor(stage, name), `CN=${shown}.example`, name)
  }
  await stage.stop()
})

t.test('certificates by server name: after STARTTLS, and for clients with a certificate', async (t) => {
  const certificates = [{ names: ['mx.corp.example'], certificate: file('stranger.pem'), key: file('stranger.key') }]
  const tls = { ...listenerTls, clientCa: file('ca.pem'), certificates }
  const stage = await setStage({ clients: ['192.0.2.0/24'], tls })
  for (const [name, reply] of [
    ['client', /^250/],
    ['stranger', /^554 5\.7\.1/],
  ] as const) {
    const client = await stage.client()
    await client.reply()
    await client.ask('STARTTLS')
    const shown = { servername: 'mx.corp.example', rejectUnauthorized: false }
    const secured = await secure(client, { ...shown, cert: pem(`${name}.pem`), key: pem(`${name}.key`) })
    t.equal((secured.socket as TLSSocket).getPeerX509Certificate()?.subject, 'CN=stranger.example')
    secured.send('EHLO a\r\nMAIL FROM:<a@b>\r\n')
    if (name === 'client') {
      const hop = await stage.hop.next()
      await answerGreeting(hop)
      await hop.line()
      hop.send('250 ok\r\n')
    }
    await secured.reply()
    t.match(await secured.reply(), reply, `${name}: by the authorities of the listener`)
    secured.socket.destroy()
  }
  await stage.stop()
})

t.test('a listener without usable files does not start', async (t) => {
  await t.rejects(
    startSmtp({
      listen: [
        { address: { kind: 'tcp', host: '127.0.0.1', port: 0 }, tls: { ...listenerTls, key: file('missing.key') } },
      ],
      clients: [],
      relay: [],
      judge: testJudge,
      onMessage: () => {},
      onEvent: () => {},
    }),
    { code: 'listen-failed', message: /missing\.key/ },
  )
})

/** One EHLO through to a next hop that offers STARTTLS; gives the client's reply. */
async function throughTls(
  nextHop: NextHopSettings,
  hopSide: (hop: HopPeer) => Promise<void>,
): Promise<{ reply: string; stage: Stage }> {
  const stage = await setStage({ nextHop, timeouts: { nextHop: 3000 } })
  const client = await stage.client()
  await client.reply()
  client.send('EHLO a\r\n')
  await hopSide(stage.hop)
  return { reply: await client.reply(), stage }
}

const offersTls = ['STARTTLS', 'PIPELINING']

t.test('the next hop: TLS by its setting', async (t) => {
  const verified = { tls: 'verify', servername: 'server.example', ca: file('ca.pem') } as const
  for (const [settings, certificate, works] of [
    [verified, 'server', true],
    [{ ...verified, servername: 'other.example' }, 'server', false],
    [verified, 'stranger', false],
    [{ tls: 'require' }, 'stranger', true],
    [{ tls: 'may' }, 'stranger', true],
  ] as const) {
    const { reply, stage } = await throughTls(settings, async (peer) => {
      const plain = await peer.next()
      await answerGreeting(plain, offersTls)
      t.equal(await plain.line(), 'STARTTLS')
      plain.send('220 go\r\n')
      const hop = secureHop(plain, certificate)
      if (!works) return
      t.equal(await hop.line(), 'EHLO a', 'greeted again under TLS')
      hop.send('250-hop\r\n250 AFTERTLS\r\n')
    })
    t.match(reply, works ? /AFTERTLS/ : /^451 4\.4\.1/, `${JSON.stringify(settings)} with ${certificate}`)
    await stage.stop()
  }
})

t.test('the next hop: STARTTLS refused or broken', async (t) => {
  const refusing = async (peer: HopPeer): Promise<void> => {
    const hop = await peer.next()
    await answerGreeting(hop, offersTls)
    await hop.line()
    hop.send('454 not now\r\n')
  }
  const may = await throughTls({ tls: 'may' }, refusing)
  t.match(may.reply, /PIPELINING/, 'may: goes on without')
  await may.stage.stop()
  const required = await throughTls({ tls: 'require' }, refusing)
  t.match(required.reply, /^451/, 'require: does not')
  await required.stage.stop()
  const absent = await throughTls({ tls: 'require' }, async (peer) => {
    await answerGreeting(await peer.next(), [])
  })
  t.match(absent.reply, /^451/, 'require: not offered')
  await absent.stage.stop()
  const broken = await throughTls({ tls: 'may' }, async (peer) => {
    const hop = await peer.next()
    await answerGreeting(hop, offersTls)
    await hop.line()
    hop.send('220 go\r\n')
    await hop.until('the handshake', () => (hop.received.length > 0 ? true : undefined))
    hop.send('this is no TLS at all, and never will be\r\n')
    await answerGreeting(await peer.next(), offersTls)
  })
  t.match(broken.reply, /PIPELINING/, 'may: a broken handshake is tried again without')
  await broken.stage.stop()
})

t.test('the next hop: what it says in plain behind 220 does not count', async (t) => {
  const { reply, stage } = await throughTls({ tls: 'require' }, async (peer) => {
    const hop = await peer.next()
    await answerGreeting(hop, offersTls)
    await hop.line()
    hop.send('220 go\r\n250-injected\r\n250 XEVIL\r\n')
    await hop.closed()
  })
  t.match(reply, /^451/)
  await stage.stop()
})

t.test('the next hop: AUTH only under TLS, PLAIN or LOGIN', async (t) => {
  const account = { tls: 'require', user: 'u', password: 'p' } as const
  for (const [mechanisms, dialogue] of [
    ['AUTH PLAIN LOGIN', [[`AUTH PLAIN ${Buffer.from('\0u\0p').toString('base64')}`, '235 ok']]],
    [
      'AUTH LOGIN',
      [
        ['AUTH LOGIN', '334 VXNlcm5hbWU6'],
        ['dQ==', '334 UGFzc3dvcmQ6'],
        ['cA==', '235 ok'],
      ],
    ],
  ] as const) {
    const { reply, stage } = await throughTls(account, async (peer) => {
      const plain = await peer.next()
      await answerGreeting(plain, offersTls)
      await plain.line()
      plain.send('220 go\r\n')
      const hop = secureHop(plain)
      await hop.line()
      hop.send(`250-hop\r\n250 ${mechanisms}\r\n`)
      for (const [wanted, answer] of dialogue) {
        t.equal(await hop.line(), wanted)
        hop.send(`${answer}\r\n`)
      }
    })
    t.equal(reply, '250 hop\r\n', 'AUTH is not passed on to the client')
    await stage.stop()
  }
  const { reply, stage } = await throughTls({ tls: 'none', user: 'u', password: 'p' }, async (peer) => {
    const hop = await peer.next()
    await answerGreeting(hop, ['AUTH PLAIN'])
    t.equal(await hop.closed(), '', 'no password in the open')
  })
  t.match(reply, /^451/)
  await stage.stop()
})
