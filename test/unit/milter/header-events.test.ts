import t from 'tap'
import { HeaderEvents } from '../../../src/milter/header-events.ts'
import { fieldBodyOctets } from '../../../src/mail/section.ts'

const own = /^x-namesake(?:-|$)/

function collect(events: readonly (readonly [string, string])[], leadingSpace = true, limit = 10_000): HeaderEvents {
  const headers = new HeaderEvents(limit, own)
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

t.test('one event is one field, whatever stands in it', async (t) => {
  const events = [
    ['From', ' a\nX-Namesake: clean\nTo: b'],
    ['', ' no name'],
    ['A:B', ' colon'],
    ['From ', ' space'],
    ['X-Namesake', ' x'],
    ['\xff\r\n', '\r\r\n\n'],
  ] as const
  const headers = collect(events)
  const section = headers.section()
  t.equal(section.fields.length, events.length)
  t.equal(section.fields[3]?.name, 'From')
  t.match(fieldBodyOctets(section, 0).toString(), /X-Namesake: clean/)
  t.same(
    headers.removals([4]),
    [{ name: 'X-Namesake', occurrence: 1 }],
    'what looks like a field inside another is none',
  )
})

t.test('removals count per name, without case, from the last', async (t) => {
  const headers = collect([
    ['X-Namesake', ' 1'],
    ['x-namesake-reason', ' 1'],
    ['X-NAMESAKE ', ' 2'],
    ['From', ' 1'],
    ['x-namesake', ' 3'],
  ])
  t.same(headers.removals([0, 1, 2, 4]), [
    { name: 'x-namesake', occurrence: 3 },
    { name: 'X-NAMESAKE', occurrence: 2 },
    { name: 'x-namesake-reason', occurrence: 1 },
    { name: 'X-Namesake', occurrence: 1 },
  ])
  t.same(headers.removals([]), [])
  t.same(headers.removals([99]), [])
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
    // Forged or judged: either way it is found, at every limit.
    const index = section.fields.findIndex((field) => field.name === 'X-Namesake')
    t.same(headers.removals(index < 0 ? [] : [index]), [{ name: 'X-Namesake', occurrence: 1 }], `limit ${limit}`)
    t.same(headers.ownFields(), [{ name: 'X-Namesake', occurrence: 1 }], 'an exempt message is rid of it too')
    t.equal(headers.size, whole)
  }
})
