import type { Test } from 'tap'
import type { MilterStand } from './milter-stand.ts'
import { SmtpClient } from './peers/mta-client.ts'
import { until } from './peers/scratch.ts'

/** What an MTA in front of the milter gives to the cases. */
export interface MtaUnderTest {
  readonly port: number
  /** Waits for the next delivered message, its header section and body with LF line ends. */
  next(): Promise<string>
  /** How many messages its quarantine holds. */
  held(): number
  /** Whether it takes SMTPUTF8 (RFC 6531). */
  readonly smtputf8: boolean
}

const from = 'a@mail.example'
const to = ['b@corp.example']
const mail = (...fields: string[]): string =>
  [...fields, 'To: b@corp.example', 'Subject: x', '', 'Text', '.', ''].join('\n')

/** The header section's fields as a list, folds kept. */
function fieldsOf(message: string): string[] {
  const section = message.slice(0, message.indexOf('\n\n'))
  return section.split(/\n(?![ \t])/).filter((field) => !/^(Return-Path|X-Original-To|Delivered-To):/i.test(field))
}

const ours = (message: string): string[] => fieldsOf(message).filter((field) => /^x-namesake/i.test(field))

/** A detection's fields, whatever its kind; the reason unfolded. */
function detection(message: string): string {
  return ours(message)
    .join(' | ')
    .replace(/\n[ \t]+/g, ' ')
    .replace(/kind=[a-z-]+/, 'kind=K')
    .replace(/id=e\d+/, 'id=E')
}

const tagged = (name: string, address: string, action = 'tag'): string =>
  `X-Namesake: detected; tier=certain; kind=K; action=${action}; id=E | ` +
  `X-Namesake-Reason: Protected Name ${name} should not appear as ${address}`

/** All that issue 6 asks to be shown with a real MTA, over one transport. */
export async function playCases(t: Test, mta: MtaUnderTest, stand: MilterStand): Promise<void> {
  const lastRecord = (): MilterStand['records'][number] | undefined => stand.records.at(-1)

  await t.test('clean, and nothing else changes', async (t) => {
    const client = await SmtpClient.connect(mta.port)
    t.match(await client.message(from, to, mail('From: A Sender <a@mail.example>', 'X-Odd:  two  spaces')), /^250/)
    const message = await mta.next()
    t.match(fieldsOf(message)[0], /^X-Namesake: clean; id=e\d+$/, "above the MTA's own Received")
    t.match(fieldsOf(message)[1], /^Received: /)
    t.ok(message.includes('\nX-Odd:  two  spaces\n'))
    t.ok(message.includes('\n\nText\n.\n'))
    t.equal(lastRecord()?.disposition, 'relayed')
    t.equal(lastRecord()?.client, '127.0.0.1')
    t.equal(lastRecord()?.helo, 'client.example')
    t.equal(lastRecord()?.reversePath, from)
    t.match(lastRecord()?.queueId, /^\w{6,}$/)
    t.equal(lastRecord()?.recipients, 1)
    await client.quit()
  })

  await t.test('tagged: plain, folded, encoded, From with a space, a second From', async (t) => {
    const client = await SmtpClient.connect(mta.port)
    for (const fields of [
      ['From: Jane Roe <jane@mail.example>'],
      ['From: "Roe, Jane"\n\t<jane@mail.example>'],
      ['From:\n =?utf-8?q?Jane?=\n =?utf-8?b?IFJvZQ==?= <jane@mail.example>'],
      // As a message's first line it would be an mbox separator, which Postfix takes out of the header section.
      ['X-First: x', 'From : Jane Roe <jane@mail.example>'],
      ['From: Someone <s@mail.example>', 'From: Jane Roe <jane@mail.example>'],
    ]) {
      t.match(await client.message(from, to, mail(...fields)), /^250/)
      t.equal(detection(await mta.next()), tagged('Jane Roe', 'jane@mail.example'), JSON.stringify(fields))
    }
    await client.quit()
  })

  await t.test('a reason in words of other letters', async (t) => {
    const client = await SmtpClient.connect(mta.port)
    const sent = mail('From: =?utf-8?q?Zo=C3=AB_=C3=85ngstr=C3=B6m?= <z@mail.example>')
    t.match(await client.message(from, to, sent), /^250/)
    const reason = ours(await mta.next())[1] ?? ''
    t.match(reason, /^X-Namesake-Reason: Protected Name =\?UTF-8\?/)
    t.match(reason.replace(/\s+/g, ' '), /should not appear as z@mail\.example$/)
    await client.quit()
  })

  await t.test('forged fields are removed, every one', async (t) => {
    const client = await SmtpClient.connect(mta.port)
    const sent = mail(
      'X-Namesake: clean; id=forged1',
      'From: Jane Roe <jane@mail.example>',
      'x-NAMESAKE:\n clean; id=forged2',
      'X-Namesake-Reason: none',
      'X-Namesake : clean; id=forged3',
      'X-Namesake-Other: forged4',
      'X-Namesakes: not ours',
    )
    t.match(await client.message(from, to, sent), /^250/)
    const message = await mta.next()
    t.equal(detection(message), `${tagged('Jane Roe', 'jane@mail.example')} | X-Namesakes: not ours`)
    t.notMatch(message, /forged/)
    await client.quit()
  })

  await t.test('refused', async (t) => {
    const client = await SmtpClient.connect(mta.port)
    const reply = await client.message(from, to, mail('From: Rex Roy <rex@mail.example>'))
    t.match(
      reply,
      /^550 5\.7\.1 The sender name belongs to a protected person who does not use this address \(id e\d+\)$/,
    )
    t.equal(lastRecord()?.disposition, 'rejected')
    t.equal(lastRecord()?.reply, reply)
    t.match(await client.message(from, to, mail('From: Rex Roy <rex.roy@corp.example>')), /^250/, 'the session goes on')
    t.match(ours(await mta.next())[0], /clean/)
    await client.quit()
  })

  await t.test('quarantined', async (t) => {
    const client = await SmtpClient.connect(mta.port)
    const before = mta.held()
    t.match(await client.message(from, to, mail('From: Quinn Quay <q@mail.example>')), /^250/)
    await until('the message is held', () => mta.held() === before + 1)
    t.equal(lastRecord()?.disposition, 'quarantined')
    await client.quit()
  })

  await t.test('only counted', async (t) => {
    const client = await SmtpClient.connect(mta.port)
    t.match(await client.message(from, to, mail('From: Mona Moss <m@mail.example>')), /^250/)
    t.match(ours(await mta.next()).join(), /^X-Namesake: monitored; id=e\d+$/)
    t.equal(lastRecord()?.disposition, 'monitored')
    await client.quit()
  })

  await t.test('unchecked, tagged and deferred', async (t) => {
    const client = await SmtpClient.connect(mta.port)
    try {
      stand.setDirectoryMissing('tag')
      t.match(await client.message(from, to, mail('From: Rex Roy <rex@mail.example>')), /^250/)
      t.match(ours(await mta.next())[0], /^X-Namesake: unchecked; reason=no-directory; id=/)
      stand.setDirectoryMissing('tempfail')
      t.match(await client.message(from, to, mail('From: Rex Roy <rex@mail.example>')), /^451 4\.7\.1 /)
      t.equal(lastRecord()?.disposition, 'deferred')
    } finally {
      stand.setDirectoryMissing(null)
    }
    await client.quit()
  })

  await t.test('letters beyond ASCII without encoding', async (t) => {
    const client = await SmtpClient.connect(mta.port)
    const text = mail('From: Zoë Ångström <z@mail.example>')
    const reply = mta.smtputf8
      ? await client.message('zoë@mail.example', to, text, ' SMTPUTF8 BODY=8BITMIME')
      : await client.message(from, to, text, ' BODY=8BITMIME')
    t.match(reply, /^250/)
    const message = await mta.next()
    t.match(ours(message)[0], /^X-Namesake: detected/)
    t.ok(message.includes('\nFrom: Zoë Ångström <z@mail.example>\n'), 'the message is as it was')
    if (mta.smtputf8) t.equal(lastRecord()?.reversePath, 'zoë@mail.example')
    await client.quit()
  })

  await t.test('messages of one connection share nothing', async (t) => {
    const client = await SmtpClient.connect(mta.port)
    await client.say('MAIL FROM:<gone@mail.example>')
    await client.say('RCPT TO:<b@corp.example>')
    await client.say('RSET')
    t.match(await client.message(from, [...to, 'c@corp.example'], mail('From: Jane Roe <jane@mail.example>')), /^250/)
    t.match(ours(await mta.next())[0], /detected/)
    t.equal(lastRecord()?.recipients, 2)
    t.match(await client.message('other@mail.example', to, mail('From: Other <other@mail.example>')), /^250/)
    t.match(ours(await mta.next())[0], /clean/)
    t.equal(lastRecord()?.reversePath, 'other@mail.example')
    t.equal(lastRecord()?.recipients, 1)
    await client.quit()
  })

  await t.test('a client that vanishes in the middle', async (t) => {
    const before = stand.records.length
    const client = await SmtpClient.connect(mta.port)
    await client.say(`MAIL FROM:<${from}>`)
    await client.say('RCPT TO:<b@corp.example>')
    await client.say('DATA')
    client.send('From: Jane Roe <jane@mail.example>\r\n')
    client.vanish()
    const next = await SmtpClient.connect(mta.port)
    t.match(await next.message(from, to, mail('From: A Sender <a@mail.example>')), /^250/)
    t.match(ours(await mta.next())[0], /clean/)
    t.equal(stand.records.length, before + 1, 'what never ended was never judged')
    await next.quit()
  })

  await t.test('a thousand recipients', async (t) => {
    const client = await SmtpClient.connect(mta.port)
    const many = Array.from({ length: 1000 }, (_, i) => `r${i}@corp.example`)
    t.match(await client.message(from, many, mail('From: Rex Roy <rex@mail.example>')), /^550 5\.7\.1/)
    t.equal(lastRecord()?.recipients, 1000)
    await client.quit()
  })

  await t.test('nothing went wrong meanwhile', async (t) => {
    const wrong = /protocol-error|failed|timeout|socket-error|refused|missing/
    t.same(
      stand.events.filter(({ name }) => wrong.test(name)),
      [],
    )
  })
}
