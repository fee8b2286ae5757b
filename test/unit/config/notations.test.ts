import fc from 'fast-check'
import t from 'tap'
import { isAddress, isDomain } from '../../../src/options/fields.ts'
import { patternFault } from '../../../src/policy/pattern.ts'
import { formatDuration, formatSize, isDate, parseDuration, parseMode, parseSize } from '../../../src/options/units.ts'

/** Each notation as a table of text and what it means; null for what it is not. */
function table(name: string, parse: (text: string) => unknown, rows: readonly (readonly [string, unknown])[]): void {
  t.test(name, async (t) => {
    for (const [text, want] of rows) t.same(parse(text), want, JSON.stringify(text))
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => void parse(text)))
  })
}

table('durations', parseDuration, [
  ['300s', 300_000],
  ['5m', 300_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
  ['1w', 604_800_000],
  ['250ms', 250],
  ['1h30m', 5_400_000],
  ['1.5s', 1500],
  ['0s', 0],
  ['', null],
  ['300', null],
  ['s', null],
  ['5 m', null],
  ['-5m', null],
  ['5M', null],
  ['5min', null],
  ['1e3s', null],
  ['∞', null],
])

table('sizes', parseSize, [
  ['256KiB', 262_144],
  ['50MB', 50_000_000],
  ['50 MB', 50_000_000],
  ['1.5gib', 1_610_612_736],
  ['512B', 512],
  ['0B', 0],
  ['10', null],
  ['10K', null],
  ['-1MB', null],
  ['1TB', null],
  ['', null],
])

table('modes', parseMode, [
  ['0660', 0o660],
  ['660', 0o660],
  ['0o600', 0o600],
  ['0888', null],
  ['66', null],
  ['rw-rw----', null],
])

table('dates', isDate, [
  ['2027-06-30', true],
  ['2024-02-29', true],
  ['2027-02-29', false],
  ['2027-13-01', false],
  ['2027-6-30', false],
  ['30.06.2027', false],
  ['', false],
])

table('addresses', isAddress, [
  ['jane.roe@corp.example', true],
  ['Jane+tag@CORP.example', true],
  ['"jane roe"@corp.example', true],
  ['jürgen@müller.example', true],
  ["o'neill@corp.example", true],
  ['jane@localhost', true],
  ['jane', false],
  ['@corp.example', false],
  ['jane@', false],
  ['jane@corp..example', false],
  ['jane roe@corp.example', false],
  ['<jane@corp.example>', false],
  ['Jane <jane@corp.example>', false],
  ['a@b, c@d', false],
  [`${'a'.repeat(400)}@corp.example`, false],
])

table('domains', isDomain, [
  ['corp.example', true],
  ['corp', true],
  ['xn--mller-kva.example', true],
  ['-corp.example', false],
  ['corp..example', false],
  ['corp example', false],
  ['', false],
])

table('expressions', patternFault, [
  ['/jane.*@home\\.example/', null],
  ['/(?i)jane/', null],
  ['/', 'a regular expression ends with a slash too'],
  ['//', 'a regular expression ends with a slash too'],
  ['/jane', 'a regular expression ends with a slash too'],
])

t.test('an expression that would take for ever elsewhere is fine here', async (t) => {
  t.equal(patternFault('/(a+)+$/'), null)
  t.match(patternFault('/(a{1000}){1000}/'), /./)
})

t.test('durations and sizes are read as they were written', async (t) => {
  fc.assert(fc.property(fc.nat(999_999_999), (number) => parseDuration(formatDuration(number)) === number))
  fc.assert(fc.property(fc.nat(), (number) => parseSize(formatSize(number)) === number))
  t.same([300_000, 1_800_000, 30_000].map(formatDuration), ['300s', '30m', '30s'])
  t.same([0, 262_144, 104_857_600, 1000].map(formatSize), ['0B', '256KiB', '100MiB', '1000B'])
})
