import t from 'tap'
import { removeDaemon, startDaemon } from './peers/daemon.ts'
import type { Daemon, DaemonOptions } from './peers/daemon.ts'
import { postfixMissing, startPostfix } from './peers/postfix.ts'
import { until } from './peers/scratch.ts'
import { RawClient } from './peers/smtp-client.ts'

/** Postfix → Namesake → Postfix: the real chain, on loopback, out of temporary folders. */
const missing = postfixMissing()
const skip = missing === null ? {} : { skip: missing }

const clean = [
  'Received: from somewhere by elsewhere; Mon, 1 Jun 2026 10:00:00 +0000',
  'From: Olivia Outsider <olivia@partner.example>',
  'To: max@corp.example',
  'Subject: =?utf-8?Q?caf=C3=A9?= folded',
  '\tonto a second line',
  'X-Odd:no space',
  'Message-ID: <clean-1@partner.example>',
  'Date: Mon, 1 Jun 2026 10:00:00 +0000',
  '',
  'Hello,',
  '.a line that begins with a dot',
  '..and one with two',
  'trailing space ',
  'eight bit: \xe9\xff',
  '',
  'From: not a field',
  '',
].join('\r\n')

function impersonation(id: string, more: readonly string[] = []): string {
  return [
    ...more,
    'From: "Jane Roe" <jane.roe77@mail.example>',
    'To: max@corp.example',
    'Subject: urgent',
    `Message-ID: <${id}@mail.example>`,
    'Date: Mon, 1 Jun 2026 10:00:00 +0000',
    '',
    'Are you at your desk?',
    '',
  ].join('\r\n')
}

async function daemonBefore(port: number, t: Tap, options: Partial<DaemonOptions> = {}): Promise<Daemon> {
  const daemon = await startDaemon({ relay: `smtp://127.0.0.1:${port}`, ...options })
  t.teardown(() => removeDaemon(daemon))
  return daemon
}
type Tap = Pick<typeof t, 'teardown'>

const reject = `
protect:
  - { directory: Staff, groups: [Executives] }
actions: { certain: reject, likely: tag }
`

t.test('a client of ours, Namesake, Postfix', skip, async (t) => {
  const nextHop = await startPostfix({
    main: {
      smtpd_recipient_restrictions:
        'check_recipient_access inline:{ { nobody@corp.example = 550 5.1.1 there is no such person } }, permit_mynetworks, reject',
      smtpd_relay_restrictions: 'permit_mynetworks, reject',
    },
  })
  t.teardown(() => nextHop.stop())
  const port = nextHop.ports['smtp'] as number
  const daemon = await daemonBefore(port, t)

  t.test('clean mail passes byte for byte but for one added field', async (t) => {
    const client = await RawClient.hello(daemon.smtpPort)
    const replies = await client.transaction(clean, ['max@corp.example'])
    t.match(replies.at(-1), /^250 2\.0\.0 Ok: queued as /, "the end-of-data reply is Postfix's")
    const [message] = await nextHop.waitForMessages(1)
    const text = message?.toString('latin1') ?? ''
    const original = clean.replaceAll('\r\n', '\n')
    t.ok(text.endsWith(original), "every octet after our field is the client's")
    const added = text.slice(0, text.length - original.length)
    t.match(added, /\nX-Namesake: clean; id=[A-Za-z0-9_-]+\n$/, 'the field stands right above the first one')
    t.equal(added.match(/^X-Namesake/gm)?.length, 1, 'one field')
    const replaced = added.replace(/^X-Namesake.*\n/m, '')
    t.match(
      replaced,
      /^Return-Path:[\s\S]*^Received: from client\.example[\s\S]*;\s[^\n]*\n$/m,
      "the rest is Postfix's own trace",
    )
    nextHop.clear()
    await client.quit()
  })

  t.test('an impersonation is tagged with both fields; forged fields are gone', async (t) => {
    const client = await RawClient.hello(daemon.smtpPort)
    const forged = ['X-Namesake: clean; id=forged', 'x-namesake-reason : nothing', 'X-NAMESAKE:', ' folded; forged']
    await client.transaction(impersonation('tag-1', forged), ['max@corp.example'])
    const [message] = await nextHop.waitForMessages(1)
    const text = message?.toString() ?? ''
    t.match(text, /^X-Namesake: detected; tier=certain; kind=exact; action=tag; id=\S+$/m)
    t.match(text, /^X-Namesake-Reason: Protected Name Jane Roe should not appear as\s+jane\.roe77@mail\.example$/m)
    t.notMatch(text, /forged|nothing/)
    t.equal(text.match(/^x-namesake\s*:/gim)?.length, 1)
    const line = await daemon.waitFor((line) => line['messageId'] === '<tag-1@mail.example>')
    t.match(line, { event: 'message', verdict: 'detected', disposition: 'relayed', person: 'u1', recipients: 1 })
    nextHop.clear()
    await client.quit()
  })

  t.test("an unknown recipient's 550 comes as it was; two of three get the message", async (t) => {
    const direct = await RawClient.hello(port)
    await direct.say('MAIL FROM:<sender@client.example>')
    const wanted = await direct.say('RCPT TO:<nobody@corp.example>')
    await direct.quit()
    const client = await RawClient.hello(daemon.smtpPort)
    const replies = await client.transaction(clean, [
      'max@corp.example',
      'nobody@corp.example',
      'jane.roe@corp.example',
    ])
    t.match(wanted, /^550 5\.1\.1 /)
    t.equal(replies[2], wanted)
    t.match(replies.at(-1), /^250 /)
    const messages = await nextHop.waitForMessages(2)
    t.same(messages.map((m) => /^Delivered-To: (.*)$/m.exec(m.toString())?.[1]).sort(), [
      'jane.roe@corp.example',
      'max@corp.example',
    ])
    nextHop.clear()
    await client.quit()
  })

  t.test('with reject the client sees 550 and the next hop never sees the end', async (t) => {
    const strict = await daemonBefore(port, t, { protection: reject })
    const client = await RawClient.hello(strict.smtpPort)
    const replies = await client.transaction(impersonation('reject-1'), ['max@corp.example'])
    t.match(
      replies.at(-1),
      /^550 5\.7\.1 The sender name belongs to a protected person who does not use this address \(id [A-Za-z0-9_-]+\)\r\n$/,
    )
    const after = await client.transaction(clean.replace('clean-1', 'after-1'), ['max@corp.example'])
    t.match(after.at(-1), /^250 /, 'the next transaction of the connection goes through')
    const messages = await nextHop.waitForMessages(1)
    t.equal(messages.length, 1)
    t.match(messages[0]?.toString('latin1'), 'after-1')
    t.match(nextHop.log(), /lost connection after DATA/, "Postfix's own word for it")
    t.notMatch(nextHop.log(), 'message-id=<reject-1@mail.example>')
    nextHop.clear()
    await client.quit()
  })
})

t.test('Postfix, Namesake, Postfix', skip, async (t) => {
  const nextHop = await startPostfix()
  t.teardown(() => nextHop.stop())
  const daemon = await daemonBefore(nextHop.ports['smtp'] as number, t, { protection: reject })
  const first = await startPostfix({ deliver: { host: '127.0.0.1', port: daemon.smtpPort } })
  t.teardown(() => first.stop())
  const client = await RawClient.hello(first.ports['smtp'] as number)
  t.teardown(() => client.quit())

  t.test('clean mail arrives whole', async (t) => {
    t.match((await client.transaction(clean, ['max@corp.example'])).at(-1), /^250 /)
    const [message] = await nextHop.waitForMessages(1)
    const text = message?.toString('latin1') ?? ''
    t.ok(text.endsWith(clean.replaceAll('\r\n', '\n')))
    t.match(text, /^X-Namesake: clean; id=.*\nReceived: from client\.example/m, "above the first Postfix's trace")
    nextHop.clear()
  })

  t.test('a refusal reaches the sending Postfix as it is; nothing arrives', async (t) => {
    await client.transaction(impersonation('chain-1'), ['max@corp.example'])
    await until('the first Postfix tells of the refusal', () =>
      /status=bounced \(host 127\.0\.0\.1\[127\.0\.0\.1\] said: 550 5\.7\.1 The sender name belongs/.test(first.log()),
    )
    // The first Postfix tells the sender, by the same way; its report quotes the message.
    const arrived = nextHop.messages().map(String)
    t.same(
      arrived.filter((text) => text.includes('<chain-1@mail.example>') && !text.startsWith('Return-Path: <>')),
      [],
    )
    const line = await daemon.waitFor((line) => line['messageId'] === '<chain-1@mail.example>')
    t.match(line, { verdict: 'detected', action: 'reject', disposition: 'rejected', reply: /^550 5\.7\.1/ })
  })

  t.test('as smtpd_proxy_filter the client itself sees the refusal', async (t) => {
    const front = await startPostfix({
      listeners: { smtp: { smtpd_proxy_filter: `127.0.0.1:${daemon.smtpPort}` } },
    })
    t.teardown(() => front.stop())
    const outside = await RawClient.hello(front.ports['smtp'] as number)
    nextHop.clear()
    t.match(
      (await outside.transaction(impersonation('front-1'), ['max@corp.example'])).at(-1),
      /^550 5\.7\.1 The sender name/,
    )
    t.match((await outside.transaction(clean, ['max@corp.example'])).at(-1), /^250 /)
    const messages = await nextHop.waitForMessages(1)
    t.ok(messages[0]?.toString('latin1').endsWith(clean.replaceAll('\r\n', '\n')))
    await outside.quit()
  })
})
