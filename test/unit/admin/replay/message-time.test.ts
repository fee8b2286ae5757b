import t from 'tap'
import {
  timeOfDateField,
  timeOfMaildirName,
  timeOfOption,
  timeOfPostmark,
} from '../../../../src/admin/replay/message-time.ts'
import { parseHeaderSection } from '../../../../src/mail/section.ts'

const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString().slice(0, 19))

t.test('postmarks of several programs', async (t) => {
  const cases: [string, string | null][] = [
    ['From a@b.example Mon Nov  2 10:00:00 2026', '2026-11-02T10:00:00'],
    ['From a@b.example  Mon Nov 02 10:00 2026\r\n', '2026-11-02T10:00:00'],
    ['From 1789@xxx Mon Nov 02 10:00:00 +0000 2026', '2026-11-02T10:00:00'],
    ['From a@b.example Mon Nov  2 10:00:00 -0530 2026', '2026-11-02T15:30:00'],
    ['From a@b.example Mon Nov  2 10:00:00 2026 +0200', '2026-11-02T08:00:00'],
    ['From a@b.example Mon Nov  2 10:00:00 CET 2026', '2026-11-02T10:00:00'],
    ['From MAILER-DAEMON Thu Jan  1 00:00:00 1970', null],
    ['From -', null],
    ['From a@b.example Mon Nov 2 2026', null],
    [`From ${'Nov 2 '.repeat(100_000)}`, null],
    ['', null],
  ]
  for (const [line, want] of cases) t.equal(iso(timeOfPostmark(line)), want, line.slice(0, 60))
})

t.test('names in a Maildir', async (t) => {
  t.equal(iso(timeOfMaildirName('1793613600.M1P2.host,S=12:2,S')), '2026-11-02T10:00:00')
  for (const name of ['1.a:2,S', 'abc', '99999999999.x', '1793613600', '']) t.equal(timeOfMaildirName(name), null, name)
})

t.test('Date fields, as lenient as mail programs', async (t) => {
  const cases: [string, string | null][] = [
    ['Mon, 2 Nov 2026 10:00:00 +0100', '2026-11-02T09:00:00'],
    ['2 Nov 2026 10:00:00 GMT', '2026-11-02T10:00:00'],
    ['Mon, 2 Nov 2026 10:00:00 -0500 (EST)', '2026-11-02T15:00:00'],
    ['Mon,\r\n 2 Nov 2026\r\n\t10:00:00 +0000', '2026-11-02T10:00:00'],
    ['Mon, 2 Nov 2026 10:00:00', '2026-11-02T10:00:00'],
    ['Mon, 2 Nov 2026 10:00:00 EST', '2026-11-02T15:00:00'],
    ['2026-11-02T10:00:00Z', '2026-11-02T10:00:00'],
    ['yesterday', null],
    ['', null],
    ['Mon, 2 Nov 99999 10:00:00 +0000', null],
    [`Mon, ${'('.repeat(50_000)}`, null],
  ]
  for (const [body, want] of cases) {
    const section = parseHeaderSection(
      Buffer.from(`From: x\r\nDate: ${body}\r\nDate: Mon, 1 Jan 2001 00:00:00 +0000\r\n`),
    )
    t.equal(iso(timeOfDateField(section)), want, body.slice(0, 60))
  }
  t.equal(timeOfDateField(parseHeaderSection(Buffer.from('From: x\n'))), null)
})

t.test('what --since accepts', async (t) => {
  const now = Date.UTC(2026, 10, 2, 10)
  t.equal(timeOfOption('30d', now), now - 30 * 86_400_000)
  t.equal(timeOfOption('12h', now), now - 12 * 3_600_000)
  t.equal(timeOfOption('4w', now), now - 28 * 86_400_000)
  t.equal(timeOfOption('2026-10-01', now), new Date(2026, 9, 1).getTime(), 'a day begins where this machine stands')
  t.equal(timeOfOption('2026-10-01T12:00Z', now), Date.UTC(2026, 9, 1, 12))
  t.equal(timeOfOption('2026-10-01T12:00:00+02:00', now), Date.UTC(2026, 9, 1, 10))
  for (const text of ['', 'yesterday', '2026-13-01', '2026-02-30', '1/2/2026', '30', '-3d', '2026-10-01Tx']) {
    t.equal(timeOfOption(text, now), null, text)
  }
})
