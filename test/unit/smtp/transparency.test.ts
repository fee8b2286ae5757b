/** What passes: MAIL and RCPT octet for octet, replies octet for octet, and the next hop's keywords as ours. */
import t from 'tap'
import type { Test } from 'tap'
import { answerGreeting, greet, setStage, startMessage } from '../../dialog/smtp-peers.ts'
import type { Peer, Stage, StageOptions } from '../../dialog/smtp-peers.ts'

const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

/** A session that is open to both sides. */
async function open(
  options: StageOptions = {},
  keywords: readonly string[] = [],
): Promise<{ stage: Stage; client: Peer; hop: Peer }> {
  const stage = await setStage(options)
  const client = await stage.client()
  return { stage, client, hop: await greet(stage, client, keywords) }
}

/** A command goes on as it is, and its reply comes back as it is. */
async function passes(t: Test, client: Peer, hop: Peer, line: string): Promise<void> {
  client.send(`${line}\r\n`)
  t.equal(await hop.line(), line, line.slice(0, 60))
  hop.send('250 2.1.0 Ok\r\n')
  t.equal(await client.reply(), '250 2.1.0 Ok\r\n')
}

const lastMail = `MAIL FROM:<${'a'.repeat(3000)}@b.test>`

t.test('MAIL and RCPT go through octet for octet', async (t) => {
  const { stage, client, hop } = await open()
  for (const line of [
    'MAIL FROM:<>',
    'mail from:<a@b.test>',
    'MAIL FROM: <a@b.test>',
    'MAIL   FROM:<a@b.test>   SIZE=1000',
    'MAIL FROM:<a@b.test> ',
    'MAIL FROM:a@b.test',
    'MAIL FROM:<@r1.test,@r2.test:a@b.test>',
    'MAIL FROM:<"john q. public"@b.test>',
    'MAIL FROM:<"a@b"@b.test>',
    String.raw`MAIL FROM:<"a\"b\\c>d"@b.test>`,
    'MAIL FROM:<a..b@b.test>',
    'MAIL FROM:<a.@b.test>',
    'MAIL FROM:<.a@b.test>',
    'MAIL FROM:<a@b.test.>',
    'MAIL FROM:<a@[192.0.2.1]>',
    'MAIL FROM:<a@[IPv6:2001:db8::1]>',
    'MAIL FROM:<a@b.test> ENVID=QQ+3D31+2B4 RET=HDRS',
    'MAIL FROM:<a@b.test> BODY=8BITMIME SIZE=99',
    `${utf8('MAIL FROM:<jösé@münchen.test>')} SMTPUTF8`,
    'MAIL FROM:<\xe9@b.test>',
    'MAIL FROM:<a@b.test> REQUIRETLS MT-PRIORITY=3 BY=120;R HOLDUNTIL=2030-01-01T00:00:00Z',
    'MAIL FROM:<a@b.test> AUTH=<> X-UNKNOWN=1',
    'MAIL FROM:<a%c@b.test>',
    'MAIL FROM:<a!b@b.test>',
    'MAIL FROM:<user+tag@b.test>',
    'MAIL FRM:<a@b.test>',
    'MAIL',
    lastMail,
    'RCPT TO:<b@c.test>',
    'RCPT TO:<postmaster>',
    'rcpt to:<Postmaster@c.test>',
    'RCPT TO:<@r.test:b@c.test>',
    'RCPT TO:<"b c@d"@c.test>',
    'RCPT TO:<b..c@c.test>',
    'RCPT TO:<b@c.test.>',
    'RCPT TO:<b@c.test> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;Bob+2Bx@rcpt.test',
    'RCPT TO:<b@c.test> NOTIFY=NEVER',
    'RCPT TO:<b@c.test> RRVS=2014-04-03T23:01:00Z;C',
    `${utf8('RCPT TO:<Ω@παράδειγμα.test>')} ORCPT=utf-8;x`,
    'VRFY someone with spaces',
    'EXPN list',
  ]) {
    await passes(t, client, hop, line)
    // One MAIL for one transaction, which the recipients below are for.
    if (/^MAIL/i.test(line) && line !== lastMail) await passes(t, client, hop, 'RSET')
  }
  await stage.stop()
})

t.test('control characters, and line ends that are not CR LF, are refused and never pass', async (t) => {
  const { stage, client, hop } = await open({ limits: { unknownCommands: 10_000 } })
  const refused: string[] = ['MAIL FROM:<a@b>\n', 'RSET\n', '\n', 'MAIL FROM:<a\r@b>\r\n', 'MAIL FROM:<a@b>\r\r\n']
  for (let code = 0; code < 32; code++) {
    if (code !== 10) refused.push(`MAIL FROM:<a${String.fromCharCode(code)}@b>\r\n`)
  }
  refused.push('MAIL FROM:<a\x7f@b>\r\n', 'RCPT TO:<a@b>\0\r\n')
  for (const octets of refused) {
    client.send(octets)
    t.match(await client.reply(), /^50[01] 5\.5\./, JSON.stringify(octets))
  }
  // A bare LF ends a line, so what stands behind it is a command of its own, or none.
  client.send('MAIL FROM:<a@b>\nX\r\n')
  t.match(await client.reply(), /^500 /)
  t.match(await client.reply(), /^500 /)
  client.send('RSET\r\n')
  t.equal(await hop.line(), 'RSET', 'nothing came through before')
  await stage.stop()
})

const texts = [
  '250 2.1.0 Ok\r\n',
  '250-2.1.0 a\r\n250-b\r\n250 2.1.0 c\r\n',
  '251 User not local; will forward to <x@y.test>\r\n',
  '252 2.0.0 Cannot VRFY\r\n',
  '550\r\n',
  '450-4.2.0 a\r\n450 4.2.0 c\r\n',
  '551 User not local; please try <x@y.test>\r\n',
  '550 5.1.1 \xfcn\xefcode \xc3\xbc\r\n',
  '599 odd\r\n',
  '555 5.5.4 Unsupported option: X\r\n',
  `550-${'x'.repeat(2000)}\r\n550 end\r\n`,
  '452 4.5.3 Too many recipients\r\n',
]

t.test('replies come back octet for octet, at MAIL and RCPT', async (t) => {
  const { stage, client, hop } = await open()
  for (const verb of ['MAIL FROM:<a@b>', 'RCPT TO:<c@d>']) {
    if (verb.startsWith('RCPT')) await passes(t, client, hop, 'MAIL FROM:<a@b>')
    for (const text of texts) {
      client.send(`${verb}\r\n`)
      await hop.line()
      hop.send(text)
      t.equal(await client.reply(), text, `${verb} ${JSON.stringify(text.slice(0, 40))}`)
      if (verb.startsWith('RCPT')) continue
      client.send('RSET\r\n')
      await hop.line()
      hop.send('250 ok\r\n')
      await client.reply()
    }
  }
  await stage.stop()
})

t.test('replies come back octet for octet, at DATA and at the end of data', async (t) => {
  for (const text of texts) {
    const { stage, client, hop } = await open()
    await startMessage(client, hop)
    client.send('S: x\r\n\r\n.\r\n')
    await hop.upTo('\r\n.\r\n')
    hop.send(text)
    t.equal(await client.reply(), text, `end of data: ${JSON.stringify(text.slice(0, 40))}`)
    client.send('MAIL FROM:<a@b>\r\n')
    await hop.line()
    hop.send('250 ok\r\n')
    await client.reply()
    await passes(t, client, hop, 'RCPT TO:<c@d>')
    client.send('DATA\r\n')
    await hop.line()
    hop.send(text)
    const wanted = text.startsWith('2') ? /^451 / : text
    t.match(await client.reply(), wanted, `DATA: ${JSON.stringify(text.slice(0, 40))}`)
    await stage.stop()
  }
  const { stage, client, hop } = await open()
  client.send('MAIL FROM:<a@b>\r\n')
  await hop.line()
  hop.send('250 ok\r\n')
  await client.reply()
  await passes(t, client, hop, 'RCPT TO:<c@d>')
  client.send('DATA\r\n')
  await hop.line()
  hop.send('354-go\r\n354 on \xe9\r\n')
  t.equal(await client.reply(), '354-go\r\n354 on \xe9\r\n')
  await stage.stop()
})

t.test('a success or 354 where it has no meaning becomes 451', async (t) => {
  for (const [line, said] of [
    ['MAIL FROM:<a@b>', '354 go on\r\n'],
    ['MAIL FROM:<a@b>', '334 more\r\n'],
    ['RCPT TO:<a@b>', '354 go on\r\n'],
    ['DATA', '250 ok\r\n'],
    ['DATA', '220 hello\r\n'],
    ['DATA', '334 more\r\n'],
    ['RSET', '354 go on\r\n'],
    ['VRFY a', '300 what\r\n'],
  ] as const) {
    const { stage, client, hop } = await open()
    if (/^(RCPT|DATA)/.test(line)) await passes(t, client, hop, 'MAIL FROM:<a@b>')
    if (line === 'DATA') await passes(t, client, hop, 'RCPT TO:<c@d>')
    client.send(`${line}\r\n`)
    await hop.line()
    hop.send(said)
    t.match(await client.reply(), /^451 /, `${line}: ${said.trim()}`)
    await stage.stop()
  }
})

t.test('EHLO is what the next hop offers, less what is not carried', async (t) => {
  const offered = [
    'PIPELINING',
    'SIZE 10240000',
    'VRFY',
    'ETRN',
    'STARTTLS',
    'AUTH PLAIN LOGIN',
    'AUTH=PLAIN LOGIN',
    'ENHANCEDSTATUSCODES',
    '8BITMIME',
    'DSN',
    'SMTPUTF8',
    'CHUNKING',
    'BINARYMIME',
    'REQUIRETLS',
    'MT-PRIORITY MIXER',
    'DELIVERBY 3600',
    'FUTURERELEASE 1 2',
    'RRVS',
    'XFORWARD NAME ADDR PROTO HELO SOURCE PORT IDENT',
    'XCLIENT NAME ADDR',
    'X-LOCAL thing',
    'HELP',
    'NO-SOLICITING net.example:ADV',
  ]
  for (const [messageSize, size] of [
    [0, '10240000'],
    [5000, '5000'],
    [99_999_999, '10240000'],
  ] as const) {
    const stage = await setStage({ limits: { messageSize } })
    const client = await stage.client()
    await client.reply()
    client.send('ehlo client.example\r\n')
    t.equal(await answerGreeting(await stage.hop.next(), offered), 'EHLO client.example')
    const got = (await client.reply()).trimEnd().split('\r\n')
    // REQUIRETLS only under TLS (RFC 8689 section 2).
    const names = /^(ETRN|STARTTLS|AUTH|CHUNKING|BINARYMIME|XCLIENT|REQUIRETLS)\b/
    const wanted = ['hop.example', ...offered.filter((k) => !names.test(k))]
    t.same(
      got.map((line) => line.slice(4)),
      wanted.map((k) => (k.startsWith('SIZE') ? `SIZE ${size}` : k)),
    )
    t.ok(got.slice(0, -1).every((line) => line.startsWith('250-')) && got.at(-1)?.startsWith('250 '))
    await stage.stop()
  }
})

t.test('SIZE of a next hop: none, without a value, zero', async (t) => {
  for (const [keyword, messageSize, wanted] of [
    ['SIZE', 5000, ['SIZE 5000']],
    ['SIZE 0', 5000, ['SIZE 5000']],
    ['SIZE 0', 0, ['SIZE 0']],
    ['SIZE', 0, ['SIZE']],
    ['DSN', 5000, ['DSN']],
  ] as const) {
    const stage = await setStage({ limits: { messageSize } })
    const client = await stage.client()
    await client.reply()
    client.send('EHLO c\r\n')
    await answerGreeting(await stage.hop.next(), [keyword])
    const lines = (await client.reply()).trimEnd().split('\r\n').slice(1)
    t.same(
      lines.map((l) => l.slice(4)),
      wanted,
    )
    await stage.stop()
  }
})

t.test('replies that are due are not held up by those that are not', async (t) => {
  const { stage, client, hop } = await open({}, ['PIPELINING'])
  client.send('MAIL FROM:<a@b>\r\nRCPT TO:<1@x>\r\nRCPT TO:<2@x>\r\nNOOP\r\nRCPT TO:<3@x>\r\nDATA\r\n')
  for (const line of ['MAIL FROM:<a@b>', 'RCPT TO:<1@x>', 'RCPT TO:<2@x>', 'RCPT TO:<3@x>', 'DATA']) {
    t.equal(await hop.line(), line, 'all of it went on at once')
  }
  for (const [said, heard] of [
    ['250 mail\r\n', ['250 mail\r\n']],
    ['550 one\r\n', ['550 one\r\n']],
    ['250 two\r\n', ['250 two\r\n', '250 2.0.0 Ok\r\n']],
    ['450-three\r\n450 three\r\n', ['450-three\r\n450 three\r\n']],
    ['354 go\r\n', ['354 go\r\n']],
  ] as const) {
    hop.send(said)
    for (const reply of heard) t.equal(await client.reply(), reply)
    t.equal(client.text(), '', 'and nothing more')
  }
  await stage.stop()
})

t.test('a pipeline of 2,000 recipients, its replies in order', async (t) => {
  const { stage, client, hop } = await open({ limits: { recipients: 5000 } }, ['PIPELINING'])
  const recipients = Array.from({ length: 2000 }, (_, i) => `RCPT TO:<r${i}@x>\r\n`)
  client.send(`MAIL FROM:<a@b>\r\n${recipients.join('')}DATA\r\n`)
  t.equal(await hop.line(), 'MAIL FROM:<a@b>')
  hop.send('250 mail\r\n')
  for (let i = 0; i < 2000; i++) {
    const line = await hop.line()
    hop.send(`250 ${line}\r\n`)
  }
  t.equal(await hop.line(), 'DATA')
  hop.send('354 go\r\n')
  t.equal(await client.reply(), '250 mail\r\n')
  let wrong = 0
  for (let i = 0; i < 2000; i++) if ((await client.reply()) !== `250 RCPT TO:<r${i}@x>\r\n`) wrong++
  t.equal(wrong, 0)
  t.equal(await client.reply(), '354 go\r\n')
  await stage.stop()
})

t.test('an unoffered BDAT is refused and its octets are never commands', async (t) => {
  const chunk = 'MAIL FROM:<evil@x.test>\r\nRCPT TO:<v@x.test>\r\nDATA\r\n'
  for (const [line, payload] of [
    ['BDAT 26 LAST', 'RSET\r\nMAIL FROM:<a@b.c>\r\nx'],
    [`BDAT ${chunk.length}`, chunk],
    [`bdat ${chunk.length} last`, chunk],
    ['BDAT 0 LAST', ''],
    ['BDAT 70000 LAST', 'EHLO x\r\n'.repeat(8750)],
  ] as const) {
    for (const pieces of ['whole', 'octet by octet'] as const) {
      if (pieces === 'octet by octet' && payload.length > 1000) continue
      const { stage, client, hop } = await open({ limits: { unknownCommands: 2 } })
      const octets = `${line}\r\n${payload}NOOP\r\n`
      if (pieces === 'whole') client.send(octets)
      else for (const octet of octets) client.send(octet)
      t.match(await client.reply(), /^50[023] /, `${line}, ${pieces}`)
      t.equal(await client.reply(), '250 2.0.0 Ok\r\n', 'the next command is the one behind the chunk')
      client.send('RSET\r\n')
      t.equal(await hop.line(), 'RSET', 'nothing of it reached the next hop')
      await stage.stop()
    }
  }
  for (const line of ['BDAT', 'BDAT x', 'BDAT -1', 'BDAT 99999999999999999999', 'BDAT 5 LOST']) {
    const { stage, client, hop } = await open()
    client.send(`${line}\r\nMAIL FROM:<evil@x.test>\r\n`)
    t.match(await client.reply(), /^50[01] |^421 /, `${line}: where it ends can't be known`)
    await client.closed()
    t.notMatch(await hop.closed(), /MAIL/, line)
    await stage.stop()
  }
})

t.test('LMTP on both sides: a final reply for each accepted RCPT, in order', async (t) => {
  for (const hopProtocol of ['lmtp', 'smtp'] as const) {
    const stage = await setStage({ protocol: 'lmtp', hopProtocol })
    const client = await stage.client()
    await client.reply()
    client.send('LHLO client.example\r\n')
    const hop = await stage.hop.next()
    const hello = await answerGreeting(hop, ['PIPELINING'])
    t.equal(hello, hopProtocol === 'lmtp' ? 'LHLO client.example' : 'EHLO client.example')
    await client.reply()
    client.send(
      'MAIL FROM:<x@y>\r\nRCPT TO:<a@>\r\nRCPT TO:<A@>\r\nRCPT TO:<no@>\r\nRCPT TO:<a@>\r\nDATA\r\nS: x\r\n\r\n.\r\n'.slice(
        0,
        -11,
      ),
    )
    for (const [line, reply] of [
      ['MAIL FROM:<x@y>', '250 mail'],
      ['RCPT TO:<a@>', '250 one'],
      ['RCPT TO:<A@>', '250 two'],
      ['RCPT TO:<no@>', '550 none'],
      ['RCPT TO:<a@>', '250 three'],
      ['DATA', '354 go'],
    ] as const) {
      t.equal(await hop.line(), line)
      hop.send(`${reply}\r\n`)
      t.equal(await client.reply(), `${reply}\r\n`)
    }
    client.send('S: x\r\n\r\n.\r\n')
    await hop.upTo('\r\n.\r\n')
    const finals = ['250 2.1.5 <a@> first\r\n', '450-4.2.0 busy\r\n450 4.2.0 <A@>\r\n', '550 5.2.2 <a@> again\r\n']
    hop.send(hopProtocol === 'lmtp' ? finals.join('') : '250 taken\r\n')
    for (const final of finals) t.equal(await client.reply(), hopProtocol === 'lmtp' ? final : '250 taken\r\n')
    t.equal(await client.ask('NOOP'), '250 2.0.0 Ok\r\n', 'and no more than that')
    await stage.stop()
  }
})

t.test('over LMTP a refusal of ours answers each accepted recipient', async (t) => {
  const stage = await setStage({ protocol: 'lmtp', hopProtocol: 'lmtp' })
  const client = await stage.client()
  await client.reply()
  client.send('LHLO client.example\r\n')
  const hop = await stage.hop.next()
  await answerGreeting(hop)
  await client.reply()
  await startMessage(client, hop, 3)
  client.send('X-Test-Refuse: yes\r\n\r\n.\r\n')
  for (let i = 0; i < 3; i++) t.equal(await client.reply(), '550 5.7.1 Refused (id t1)\r\n')
  t.equal(await client.ask('NOOP'), '250 2.0.0 Ok\r\n')
  await stage.stop()
})

t.test('XFORWARD is offered when it is offered, and passes', async (t) => {
  const { stage, client, hop } = await open({}, ['XFORWARD NAME ADDR'])
  const line = `XFORWARD NAME=spike.example ADDR=192.0.2.1 HELO=${'x'.repeat(5000)}`
  client.send(`${line}\r\n`)
  t.equal(await hop.line(), line)
  hop.send('250 2.0.0 Ok\r\n')
  t.equal(await client.reply(), '250 2.0.0 Ok\r\n')
  await stage.stop()
  const without = await open()
  t.match(await without.client.ask('XFORWARD NAME=a'), /^502 /)
  await without.stage.stop()
})

t.test('XFORWARD from a trusted client: whose message it is, for that message', async (t) => {
  const attributes = [
    'XFORWARD NAME=a.example ADDR=192.0.2.7',
    'XFORWARD HELO=helo+2Eexample PROTO=ESMTP SOURCE=REMOTE',
  ]
  for (const [xforward, wanted] of [
    [['127.0.0.1'], { client: '192.0.2.7', helo: 'helo.example' }],
    [['192.0.2.0/24'], { client: '127.0.0.1', helo: 'client.example' }],
  ] as const) {
    const { stage, client, hop } = await open({ xforward }, ['XFORWARD NAME ADDR PROTO HELO SOURCE'])
    const send = async (): Promise<void> => {
      await startMessage(client, hop)
      client.send('S: x\r\n\r\n.\r\n')
      await hop.upTo('\r\n.\r\n')
      hop.send('250 ok\r\n')
      await client.reply()
    }
    for (const line of attributes) await passes(t, client, hop, line)
    await send()
    t.match(stage.records[0], wanted)
    await send()
    t.match(stage.records[1], { client: '127.0.0.1', helo: 'client.example' }, 'the next message is its own')
    for (const line of ['XFORWARD ADDR=IPV6:2001:db8::1', 'XFORWARD ADDR=[UNAVAILABLE]', 'XFORWARD ADDR=what']) {
      await passes(t, client, hop, line)
    }
    await send()
    t.match(stage.records[2], { client: xforward[0] === '127.0.0.1' ? '2001:db8::1' : '127.0.0.1' })
    client.send('XFORWARD ADDR=192.0.2.9\r\n')
    await hop.line()
    hop.send('501 5.5.4 no\r\n')
    await client.reply()
    await send()
    t.match(stage.records[3], { client: '127.0.0.1' }, 'what the next hop refused does not count')
    await stage.stop()
  }
})
