import fc from 'fast-check'
import t from 'tap'
import { cut, jsonLine, printable, table, width } from '../../src/text.ts'

t.test('foreign text is shown harmless', async (t) => {
  const cases: [string, string][] = [
    ['Jane Roe', 'Jane Roe'],
    ['Jörg 高田', 'Jörg 高田'],
    ['a\u001b[31mb', 'a<U+001B>[31mb'],
    ['a\r\nb', 'a<U+000D><U+000A>b'],
    ['\u202eabc', '<U+202E>abc'],
    ['a\u200bb\ufe0f', 'a<U+200B>b<U+FE0F>'],
    ['\u{e0041}x', '<U+E0041>x'],
    ['\u009bx', '<U+009B>x'],
  ]
  for (const [text, want] of cases) t.equal(printable(text), want, JSON.stringify(text))
})

t.test('property: a JSON line says the same and holds nothing harmful', async () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (value) => {
      const line = jsonLine(value)
      t.same(JSON.parse(line), value)
      t.notMatch(line, /[\p{Cc}\p{Cf}\u2028\u2029]/u)
    }),
    { numRuns: 100 },
  )
})

t.test('columns', async (t) => {
  t.equal(width('高田ab'), 6)
  t.equal(width('Jo\u0308rg'), 4)
  t.equal(cut('abcdef', 4), 'abc…')
  t.equal(cut('高田真一', 5), '高田…')
  t.equal(cut('abc', 3), 'abc')
  t.same(
    table(
      [
        ['a', 'bb', 'last one'],
        ['高田', 'b', 'x'],
        ['abcdefgh', '', ''],
      ],
      [5, 9],
    ),
    ['a      bb  last one', '高田   b   x', 'abcd…'],
  )
})
