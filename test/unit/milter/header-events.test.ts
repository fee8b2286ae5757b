import t from 'tap'
import { HeaderEvents } from '../../../src/milter/header-events.ts'
import { fieldBodyOctets } from '../../../src/mail/section.ts'

function collect(events: readonly (readonly [string, string])[], leadingSpace = true, limit = 10_000): HeaderEvents {
  const headers = new HeaderEvents(limit)
  for (const [name, body] of events) headers.add(Buffer.from(name, 'latin1'), Buffer.from(body, 'latin1'), leadingSpace)
  return headers
}

t.test('the section stands as on the wire', async (t) => {
  const { octets, fields, truncated } = collect([
    ['From', ' Jane Roe\n <a@b>'],
    ['To', 'x'],
    ['Subject', ''],
    ['A', '\n b\r\n c'],
  ]).section()
  t.equal(octets.toString(), 'From: Jane Roe\r\n <a@b>\r\nTo:x\r\nSubject:\r\nA:\r\n b\r\n c\r\n')
  t.equal(truncated, false)
  t.same(
    fields.map((field) => octets.toString('latin1', field.bodyStart, field.end)),
    [' Jane Roe\r\n <a@b>\r\n', 'x\r\n', '\r\n', '\r\n b\r\n c\r\n'],
  )
})

t.test('leading space that the MTA took off is put back', async (t) => {
  const { octets } = collect(
    [
      ['From', 'Jane'],
      ['To', '\tx'],
    ],
    false,
  ).section()
  t.equal(octets.toString(), 'From: Jane\r\nTo:\tx\r\n')
})

t.test('what the MTA counts as one field is one, whatever the judgement reads in it', async (t) => {
  const headers = collect([
    ['From', ' a\nX-Namesake: clean\nTo: b'],
    ['', ' no name'],
    ['A:B', ' colon'],
    ['From ', ' space'],
    ['X-Namesake', ' x'],
    ['\xff\r\n', '\r\r\n\n'],
  ])
  const section = headers.section()
  t.match(fieldBodyOctets(section, 0).toString(), /X-Namesake: clean/)
  t.same(
    section.fields.map((field) => field.name),
    ['From', 'A', 'From', 'X-Namesake', '\xff'],
  )
  t.ok(
    section.defects.some(({ code }) => code === 'bare-cr'),
    'a line end inside a field is looked behind',
  )
  t.same(headers.ownFields(), [{ name: 'X-Namesake', occurrence: 1 }])
})

t.test('fields of our names beyond what is taken out: counted once each, and the message may not go on', async (t) => {
  const headers = new HeaderEvents(262_144)
  const body = Buffer.from(' clean')
  for (let i = 0; i < 80_000; i++) headers.add(Buffer.from(i % 2 === 0 ? 'X-Namesake' : `X-Namesake-${i}`), body, true)
  t.ok(headers.tooManyOwn)
  t.equal(headers.ownFields().length, 100)
  t.ok(headers.section().octets.length <= 262_144)
  const few = collect(Array.from({ length: 100 }, () => ['X-Namesake', ' x'] as const))
  t.notOk(few.tooManyOwn)
  t.equal(few.ownFields()[0]?.occurrence, 100)
  const long = collect([[`X-Namesake-${'a'.repeat(2000)}`, ' x']])
  t.ok(long.tooManyOwn, 'a name longer than a line')
})

t.test('removals count per name, without case, from the last', async (t) => {
  const headers = collect([
    ['X-Namesake', ' 1'],
    ['x-namesake-reason', ' 1'],
    ['X-NAMESAKE ', ' 2'],
    ['From', ' 1'],
    ['x-namesake', ' 3'],
  ])
  t.same(headers.ownFields(), [
    { name: 'x-namesake', occurrence: 3 },
    { name: 'X-NAMESAKE', occurrence: 2 },
    { name: 'x-namesake-reason', occurrence: 1 },
    { name: 'X-Namesake', occurrence: 1 },
  ])
})

t.test('the limit', async (t) => {
  const events: [string, string][] = [
    ['From', ' 0123456789'],
    ['To', ' x'],
    ['X-Namesake', ' y'],
  ]
  const whole = collect(events).section().octets.length
  for (let limit = 0; limit <= whole; limit++) {
    const headers = collect(events, true, limit)
    const section = headers.section()
    t.ok(section.octets.length <= limit)
    t.equal(section.truncated, limit < whole, `limit ${limit}`)
    for (const field of section.fields) t.ok(field.end <= section.octets.length && field.bodyStart <= field.end)
    t.same(headers.ownFields(), [{ name: 'X-Namesake', occurrence: 1 }], `limit ${limit}`)
    t.equal(headers.size, whole)
  }
})
