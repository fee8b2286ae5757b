import t from 'tap'
import { endOfSection, fieldBodyOctets, fieldsNamed, parseHeaderSection } from '../../../src/mail/section.ts'

function scan(text: string): { names: string[]; bodies: string[]; defects: string[] } {
  const section = parseHeaderSection(Buffer.from(text, 'latin1'))
  return {
    names: section.fields.map((f) => f.name),
    bodies: section.fields.map((_, i) => fieldBodyOctets(section, i).toString('latin1')),
    defects: section.defects.map((d) => `${d.code}@${d.at}`),
  }
}

const cases: [why: string, text: string, names: string[], bodies: string[], defects?: string[]][] = [
  ['nothing', '', [], []],
  ['one field', 'From: a@b\r\n', ['From'], [' a@b']],
  ['LF line ends', 'From: a@b\nTo: c@d\n', ['From', 'To'], [' a@b', ' c@d']],
  ['no last line end', 'From: a@b\r\nTo: c@d', ['From', 'To'], [' a@b', ' c@d']],
  ['folds belong to the field', 'From: a\r\n b\r\n\tc\r\nTo: d\r\n', ['From', 'To'], [' a\r\n b\r\n\tc', ' d']],
  ['a line of white space continues', 'From:\r\n \r\n a@b\r\n', ['From'], ['\r\n \r\n a@b']],
  ['no space behind the colon', 'from:a@b\r\n', ['from'], ['a@b']],
  ['white space before the colon', 'From : a@b\r\nTo\t : c\r\n', ['From', 'To'], [' a@b', ' c']],
  ['fold before the colon', 'From\r\n : a@b\r\nTo: c\r\n', ['From', 'To'], [' a@b', ' c'], ['folded-name@0']],
  ['empty body', 'From:\r\nTo: c\r\n', ['From', 'To'], ['', ' c']],
  ['colons in the body', 'From: a:b:;\r\n', ['From'], [' a:b:;']],
  ['an mbox line', 'From a@b Mon Jan  1 00:00:00 2024\nFrom: c@d\n', ['From'], [' c@d'], ['mbox-line@0']],
  ['a first line From with a space before the colon is a field', 'From : a@b\nTo: c\n', ['From', 'To'], [' a@b', ' c']],
  ['a line without a colon', 'To: c\r\nrubbish\r\nFrom: a@b\r\n', ['To', 'From'], [' c', ' a@b'], ['no-colon@7']],
  ['a name with a space inside', 'To: c\r\nmy name: x\r\nA: b\r\n', ['To', 'A'], [' c', ' b'], ['no-colon@7']],
  ['only a colon', ': x\r\nA: b\r\n', ['A'], [' b'], ['no-colon@0']],
  ['a folded first line', ' From: a@b\r\nTo: c\r\n', ['From', 'To'], [' a@b', ' c'], ['leading-space@0']],
  ['a folded first line of nothing', ' \r\nTo: c\r\n', ['To'], [' c'], ['no-colon@0']],
  ['stops at the empty line', 'A: b\r\n\r\nFrom: a@b\r\n', ['A'], [' b']],
  ['stops at the empty line, LF', 'A: b\n\nFrom: a@b\n', ['A'], [' b']],
  ['an empty line first', '\r\nFrom: a@b\r\n', [], []],
  ['bare CR ends no line', 'A: b\rFrom: a@b\r\nTo: c\r\n', ['A', 'To'], [' b\rFrom: a@b', ' c'], ['bare-cr@4']],
  ['CR CR LF', 'A: b\r\r\nTo: c\r\n', ['A', 'To'], [' b\r', ' c'], ['bare-cr@4']],
  ['NUL', 'A: b\0c\r\n', ['A'], [' b\0c'], ['nul@4']],
  ['8-bit octets', 'A: \xff\xfe\r\n\xff: x\r\n', ['A', '\xff'], [' \xff\xfe', ' x']],
]

t.test('fields and defects', async (t) => {
  for (const [why, text, names, bodies, defects] of cases) {
    t.same(scan(text), { names, bodies, defects: defects ?? [] }, why)
  }
})

t.test('offsets tile the section, so that a field can be taken out', async (t) => {
  const text = 'Received: a\r\n b\r\nX-Namesake: clean\r\n\tx\r\nFrom : Jane <a@b>\r\nsubject:\r\n'
  const section = parseHeaderSection(Buffer.from(text))
  let at = 0
  for (const field of section.fields) {
    t.equal(field.start, at)
    at = field.end
  }
  t.equal(at, section.octets.length)
  const [index = -1] = fieldsNamed(section, 'x-namesake')
  const field = section.fields[index]
  t.ok(field)
  if (field === undefined) return
  const left = Buffer.concat([section.octets.subarray(0, field.start), section.octets.subarray(field.end)])
  t.equal(left.toString(), 'Received: a\r\n b\r\nFrom : Jane <a@b>\r\nsubject:\r\n')
})

t.test('names are compared without case and odd octets', async (t) => {
  const section = parseHeaderSection(
    Buffer.from('From: 1\r\nFROM: 2\r\nfRoM : 3\r\nFrom\0: 4\r\nFro: 5\r\nFromm: 6\r\n\x01From: 7\r\n'),
  )
  t.same(fieldsNamed(section, 'from'), [0, 1, 2, 3, 6])
  t.same(fieldsNamed(section, 'sender'), [])
  t.equal(fieldBodyOctets(section, 99).length, 0)
})

t.test('truncated is handed on, octets are kept whole', async (t) => {
  const octets = Buffer.from('A: b\r\n\r\nbody')
  const section = parseHeaderSection(octets, true)
  t.equal(section.truncated, true)
  t.equal(section.octets, octets)
})

t.test('the end of the section', async (t) => {
  for (const [text, end] of [
    ['', 0],
    ['A: b\r\n\r\nbody', 6],
    ['A: b\n\nbody', 5],
    ['A: b\n\r\nbody', 5],
    ['\r\nbody', 0],
    ['A: b', 4],
    ['A: b\r\r\n', 7],
  ] as const) {
    t.equal(endOfSection(Buffer.from(text)), end, JSON.stringify(text))
  }
})

t.test('100,000 fields, a megabyte of one field and a megabyte of rubbish do not hang', async (t) => {
  for (const text of [
    'A: b\r\n'.repeat(100_000),
    `From: ${'x '.repeat(500_000)}\r\n`,
    'x\r'.repeat(500_000),
    'x\n '.repeat(300_000),
  ]) {
    const started = performance.now()
    const section = parseHeaderSection(Buffer.from(text))
    fieldsNamed(section, 'from')
    t.ok(performance.now() - started < 2000, 'linear')
    t.ok(section.defects.length <= 100, 'defects are bounded')
  }
})
