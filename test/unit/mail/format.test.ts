import libmime from 'libmime'
import t from 'tap'
import { encodeWords, formatField } from '../../../src/mail/format.ts'

t.test('encodeWords leaves ASCII alone and encodes the rest', async (t) => {
  const cases: [text: string, want: string][] = [
    ['', ''],
    ['Protected Name Jane Roe', 'Protected Name Jane Roe'],
    ['Jörg', '=?UTF-8?Q?J=C3=B6rg?='],
    ['Name Jörg Bäcker should', 'Name =?UTF-8?Q?J=C3=B6rg_B=C3=A4cker?= should'],
    ['高田 真一', '=?UTF-8?B?6auY55SwIOecn+S4gA==?='],
    ['=?utf-8?Q?x?=', '=?UTF-8?Q?=3D=3Futf-8=3FQ=3Fx=3F=3D?='],
    ['a\r\nBcc: b', 'a Bcc: b'],
    ['a\0b\tc\u0085d\u2028e', 'a b c d e'],
    ['\ud800', '=?UTF-8?B?77+9?='],
    ['a"b\\c<d@e>', 'a"b\\c<d@e>'],
  ]
  for (const [text, want] of cases) t.equal(encodeWords(text), want, want)
})

t.test('encoded-words are at most 75 octets, split at characters, and read back', async (t) => {
  for (const text of [
    'ä'.repeat(200),
    '高田真一'.repeat(40),
    'Jörg Bäcker von der Höhe '.repeat(8).trim(),
    '😀'.repeat(60),
    'a'.repeat(300) + 'ö',
  ]) {
    const encoded = encodeWords(text, 5000)
    for (const word of encoded.split(' ')) {
      t.ok(word.length <= 75, word)
      t.notMatch(libmime.decodeWords(word), /\ufffd/, 'no character is cut')
    }
    t.equal(libmime.decodeWords(encoded), text)
  }
})

t.test('a text over the limit is cut and says so', async (t) => {
  for (const text of ['x'.repeat(5000), 'ö'.repeat(5000), 'word '.repeat(1000), 'ö x '.repeat(1000)]) {
    const encoded = encodeWords(text)
    t.ok(encoded.length <= 900 && encoded.length > 700, `${encoded.length}`)
    t.match(encoded, / \.\.\.$/)
  }
})

t.test('formatField', async (t) => {
  const fold = { lineEnd: '\r\n', fold: true } as const
  t.equal(formatField({ name: 'X-Namesake', body: 'clean; id=1' }, fold), 'X-Namesake: clean; id=1\r\n')
  t.equal(formatField({ name: 'X-Namesake', body: 'clean' }, { lineEnd: '\n', fold: false }), 'X-Namesake: clean\n')
  const long = 'Protected Name Jane Roe should not appear as a.very.long.address.of.nobody@some.where.far.away.example'
  t.equal(
    formatField({ name: 'X-Namesake-Reason', body: long }, fold),
    'X-Namesake-Reason: Protected Name Jane Roe should not appear as\r\n a.very.long.address.of.nobody@some.where.far.away.example\r\n',
  )
  t.equal(formatField({ name: 'X', body: long }, { lineEnd: '\n', fold: false }), `X: ${long}\n`)
  t.equal(
    formatField({ name: 'X\r\nY: z', body: 'a\r\nBcc: evil\0\x7f\tö' }, fold),
    'XYz: a Bcc: evil ?\r\n',
    'nothing passes into the next field',
  )
})

t.test('whatever goes in, lines are bounded and no line is white space', async (t) => {
  for (const body of [
    'x'.repeat(5000),
    'xy '.repeat(2000),
    ` ${'z'.repeat(77)} ${'y'.repeat(900)}`,
    '',
    '   ',
    `${'a'.repeat(80)} b`,
  ]) {
    for (const lineEnd of ['\r\n', '\n'] as const) {
      const wire = formatField({ name: 'X-Namesake-Reason', body }, { lineEnd, fold: true })
      const lines = wire.split(lineEnd)
      t.equal(lines.pop(), '')
      for (const line of lines) {
        t.ok(line.length <= 998, `${line.length}`)
        t.match(line, /[^ \t]/)
        t.ok(line.length <= 78 || line.trim().split(' ').length <= 2, 'only an unbreakable word passes 78')
      }
      t.ok(lines.slice(1).every((line) => /^ [^ ]/.test(line)))
      t.ok(wire.length <= 998 + 2 * lines.length)
    }
  }
})
