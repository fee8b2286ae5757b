import t from 'tap'
import { brief, readSection } from './read.ts'

/** Header sections, and readings that must be among those found, as `field index part|name|address`. */
const sections: [why: string, section: string, readings: string[]][] = [
  [
    'two fields',
    'From: Club <c@y.example>\r\nFrom: Jane Roe <j@x.example>\r\n',
    ['from 0 display-name|Club|c@y.example', 'from 1 display-name|Jane Roe|j@x.example'],
  ],
  [
    'two fields apart',
    'From: <c@y.example>\r\nTo: x\r\nFROM: Jane Roe <j@x.example>\r\n',
    ['from 1 display-name|Jane Roe|j@x.example'],
  ],
  ['an empty field first', 'From:\r\nFrom: Jane Roe <j@x.example>\r\n', ['from 1 display-name|Jane Roe|j@x.example']],
  [
    'space before the first',
    ' From: Jane Roe <j@x.example>\r\nFrom: <c@y.example>\r\n',
    ['from 0 display-name|Jane Roe|j@x.example'],
  ],
  [
    'space before the colon',
    'From: <c@y.example>\r\nFrom : Jane Roe <j@x.example>\r\n',
    ['from 1 display-name|Jane Roe|j@x.example'],
  ],
  [
    'fold before the colon',
    'From\r\n : Jane Roe <j@x.example>\r\nFrom: <c@y.example>\r\n',
    ['from 0 display-name|Jane Roe|j@x.example'],
  ],
  ['no space behind the colon', 'from:Jane Roe<j@x.example>\r\n', ['from 0 display-name|Jane Roe|j@x.example']],
  [
    'behind a bare CR',
    'Subject: x\rFrom: Jane Roe <j@x.example>\r\nFrom: c@y.example\r\n',
    ['from 1 display-name|Jane Roe|j@x.example'],
  ],
  [
    'behind a bare CR in the field itself',
    'From: c@y.example\rfrom : Jane Roe <j@x.example>\r\n',
    ['from 1 display-name|Jane Roe|j@x.example'],
  ],
  ['NUL in the name', 'From\0: Jane Roe <j@x.example>\r\n', ['from 0 display-name|Jane Roe|j@x.example']],
  [
    'behind an mbox line',
    'From c@y.example Mon Jan  1 00:00:00 2024\nFrom: Jane Roe <j@x.example>\n',
    ['from 0 display-name|Jane Roe|j@x.example'],
  ],
  ['first line with a space', 'From : Jane Roe <j@x.example>\nTo: x\n', ['from 0 display-name|Jane Roe|j@x.example']],
  [
    'behind a line that is no field',
    'x\r\nFrom: Jane Roe <j@x.example>\r\n',
    ['from 0 display-name|Jane Roe|j@x.example'],
  ],
  ['LF only', 'To: x\nFrom: Jane\n Roe\n <j@x.example>\n', ['from 0 display-name|Jane Roe|j@x.example']],
  ['Sender', 'From: c@y.example\r\nSender: Jane Roe <j@x.example>\r\n', ['sender 0 display-name|Jane Roe|j@x.example']],
  [
    'Reply-To',
    'From: c@y.example\r\nReply-To: Jane Roe <j@x.example>\r\n',
    ['reply-to 0 display-name|Jane Roe|j@x.example'],
  ],
  // Published attacks on what authenticates and what is shown.
  ['a route', 'From: <@x.example,@any.example:jane@corp.example>\r\n', ['from 0 none||jane@corp.example']],
  [
    'an encoded mailbox',
    'From: =?utf-8?B?PGphbmVAY29ycC5leGFtcGxlPg==?=,<j@x.example>\r\n',
    ['from 0 address-as-name|jane@corp.example|j@x.example', 'from 0 none||j@x.example'],
  ],
  ['a backslash before the comma', 'From: <jane@corp.example>\\,<j@x.example>\r\n', ['from 0 none||j@x.example']],
  [
    'two mailboxes',
    'From: <jane@corp.example>, <j@x.example>\r\n',
    ['from 0 none||jane@corp.example', 'from 0 none||j@x.example'],
  ],
  ['an address before a mailbox', 'From: jane@corp.example,<j@x.example>\r\n', ['from 0 none||j@x.example']],
  [
    'an address glued to a mailbox',
    'From: jane@corp.example<j@x.example>\r\n',
    ['from 0 address-as-name|jane@corp.example|j@x.example'],
  ],
  [
    'a quoted mailbox',
    'From: "<jane@corp.example>" <j@x.example>\r\n',
    ['from 0 address-as-name|jane@corp.example|j@x.example'],
  ],
  [
    'a mailbox in a comment behind',
    'From: <jane@corp.example>(<j@x.example>)\r\n',
    ['from 0 address-as-name|jane@corp.example|j@x.example'],
  ],
  [
    'an open comment behind',
    'From: <jane@corp.example>(<j@x.example>\r\n',
    ['from 0 address-as-name|jane@corp.example|j@x.example'],
  ],
  [
    'NUL in the address',
    'From: <jane@corp.example\0@x.example>\r\n',
    ['from 0 address-as-name|jane@corp.example|jane@corp.example@x.example', 'from 0 none||jane@corp.example'],
  ],
  [
    'a quote in the domain',
    "From: <jane@corp.example'@x.example>\r\n",
    ["from 0 address-as-name|jane@corp.example|jane@corp.example'@x.example"],
  ],
  [
    'an encoded @ and bracket',
    'From: =?utf-8?q?jane=40corp.example=3E=20?=@x.example\r\n',
    ['from 0 address-as-name|jane@corp.example|=?utf-8?q?jane=40corp.example=3E=20?=@x.example'],
  ],
  [
    'a quoted-pair in the local-part',
    'From: "jane\\@corp.example" <j@x.example>\r\n',
    ['from 0 address-as-name|jane@corp.example|j@x.example'],
  ],
]

t.test('fields of a section', async (t) => {
  for (const [why, section, readings] of sections) {
    const result = readSection(section)
    const found = brief(result).map(
      (text, i) => `${result.readings[i]?.field} ${result.readings[i]?.fieldIndex} ${text}`,
    )
    for (const reading of readings) t.ok(found.includes(reading), `${why}: ${reading}`, { found })
  }
})

t.test('Sender and Reply-To only where asked, Sender where there is no From', async (t) => {
  const section = 'From: a@x.example\r\nSender: b@x.example\r\nReply-To: c@x.example\r\n'
  const fields = (sender: boolean, replyTo: boolean): string[] =>
    readSection(section, { sender, replyTo }).readings.map((r) => r.field)
  t.same(fields(false, false), ['from'])
  t.same(fields(true, false), ['from', 'sender'])
  t.same(fields(false, true), ['from', 'reply-to'])
  t.same(
    readSection('Sender: Jane Roe <b@x.example>\r\n', { sender: false }).readings.map((r) => r.field),
    ['sender'],
  )
})

t.test('addresses are given once, of From first', async (t) => {
  const section = 'Sender: b@x.example\r\nFrom: Jane <a@x.example>, a@x.example\r\n'
  t.same(readSection(section).addresses, ['a@x.example', 'b@x.example'])
})

t.test('no reading stands twice', async (t) => {
  for (const [, section] of sections) {
    const keys = readSection(section).readings.map((r) =>
      JSON.stringify([r.field, r.fieldIndex, r.part, r.name, r.address]),
    )
    t.equal(new Set(keys).size, keys.length)
  }
})

t.test('a second reader adds what ours did not find, marked', async (t) => {
  const { readings } = readSection('From: Jane Roe <jane@corp.example> <j@x.example>\r\n')
  t.equal(readings.at(-1)?.reader, 'addressparser')
  t.ok(readings.slice(0, -1).every((reading) => reading.reader === 'own'))
})

t.test('a field over the limit is read up to it', async (t) => {
  const section = `From: Jane Roe <j@x.example>, ${'x'.repeat(1000)} <k@x.example>\r\n`
  const result = readSection(section, { fromOctets: 100 })
  t.equal(result.truncated, true)
  t.ok(result.defects.some((defect) => defect.code === 'field-too-long'))
  t.ok(brief(result).includes('display-name|Jane Roe|j@x.example'))
  t.equal(readSection(section).truncated, false)
  t.equal(
    readSection('From: a@x.example\r\nFrom: b@x.example\r\n', { fromOctets: 12 }).truncated,
    true,
    'the limit is for all fields',
  )
})
