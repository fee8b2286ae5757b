import t from 'tap'
import { fieldText, readMessageId } from '../../../src/mail/recorded-fields.ts'
import { parseHeaderSection } from '../../../src/mail/section.ts'

t.test('readMessageId', async (t) => {
  const cases: [section: string, id: string | null][] = [
    ['Message-ID: <a@b>\r\n', '<a@b>'],
    ['message-id:\r\n <a@b>\r\n', '<a@b>'],
    ['Message-Id : <a@b> \r\nMessage-ID: <c@d>\r\n', '<a@b>'],
    ['Message-ID: a\0b\r\n', 'a?b'],
    ['Message-ID: \xff\r\n', '?'],
    ['Message-ID:\r\n', null],
    ['From: a@b\r\n', null],
    ['', null],
  ]
  for (const [section, id] of cases) t.equal(readMessageId(parseHeaderSection(Buffer.from(section, 'latin1'))), id)
  t.equal(readMessageId(parseHeaderSection(Buffer.from(`Message-ID: ${'x'.repeat(1e6)}\r\n`)))?.length, 998)
})

t.test('fieldText of a field that is not there', async (t) => {
  t.equal(fieldText(parseHeaderSection(Buffer.from('')), 3), '')
})
