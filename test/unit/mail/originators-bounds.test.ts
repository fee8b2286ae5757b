import t from 'tap'
import { readSection } from './read.ts'

/** Text that makes careless readers slow, a megabyte of each. */
const floods: Record<string, string> = {
  letters: 'x'.repeat(1e6),
  entries: 'a,'.repeat(5e5),
  words: '=?utf-8?Q?a?= '.repeat(7e4),
  'unclosed words': '=?utf-8?Q?'.repeat(1e5),
  'beginnings of words': '=?'.repeat(5e5),
  'one long word': `=?utf-8?Q?${'a '.repeat(5e5)}?=`,
  'padding in base64': `=?utf-8?B?${'YQ=='.repeat(2.5e5)}?=`,
  'UTF-7': `=?utf-7?Q?${'+AGEA-'.repeat(1.5e5)}?=`,
  'words that hide brackets': '=?utf-8?Q?=3Ca=40b=3E,?= '.repeat(4e4),
  'nested comments': `${'('.repeat(1e5)}${')'.repeat(1e5)} <j@x.example>`,
  'nested comments with text': `(${'(a'.repeat(2e5)}${')'.repeat(2e5)})`,
  'open comments': '('.repeat(1e6),
  'many comments': '(a)'.repeat(3e5),
  'open brackets': '<'.repeat(1e6),
  'closing brackets': '>'.repeat(1e6),
  brackets: '<a@b>'.repeat(2e5),
  'brackets and quotes': '<"'.repeat(5e5),
  'brackets and comments': '<('.repeat(5e5),
  quotes: '"'.repeat(1e6),
  'quoted pairs': '"\\'.repeat(5e5),
  'escaped quotes': '\\"'.repeat(5e5),
  'comments and quotes': '("'.repeat(5e5),
  at: '@'.repeat(1e6),
  'spaced at': ' @ '.repeat(3e5),
  addresses: 'a@b '.repeat(2.5e5),
  'at in brackets': `<${'a@'.repeat(5e5)}>`,
  'at in quotes': `<"${'a@'.repeat(5e5)}"@x>`,
  groups: 'a:'.repeat(5e5),
  'closed groups': 'a:;'.repeat(3e5),
  spaces: `${' '.repeat(1e6)}x`,
  folds: '\r\n '.repeat(3e5),
  dots: 'a . '.repeat(2.5e5),
  literals: '@['.repeat(5e5),
  nul: '\0'.repeat(1e6),
  cr: '\r'.repeat(1e6),
  'not UTF-8': '\xff'.repeat(1e6),
  'combining marks': 'e\xcc\x81'.repeat(3e5),
  'zero-width': '\xe2\x80\x8b'.repeat(3e5),
  escapes: '\x1b$B'.repeat(3e5),
  everything: '"a<b@c>" (x@y) =?q?q?<a@b>?= '.repeat(3e4),
}

t.test('a megabyte of anything is read in bounded time, whatever the limit', async (t) => {
  for (const [what, text] of Object.entries(floods)) {
    for (const fromOctets of [65_536, 2_000_000]) {
      const started = performance.now()
      const { readings } = readSection(`From: ${text}\r\n`, { fromOctets })
      const took = performance.now() - started
      // Measured below 50 and 300 ms on an idle machine; the limit only has to catch what is not linear.
      t.ok(took < 5000, `${what} at ${fromOctets}: ${took.toFixed(0)} ms`)
      t.ok(readings.length <= 256)
      t.ok(readings.reduce((sum, reading) => sum + reading.name.length, 0) < 70_000, 'names are bounded')
    }
  }
})

t.test('100,000 fields', async (t) => {
  const result = readSection('From: a@x.example\r\n'.repeat(100_000))
  t.equal(result.truncated, true)
  t.ok(result.defects.some((defect) => defect.code === 'fields-dropped'))
  t.equal(result.readings.length, 64)
})

t.test('what is dropped is said, and the end is looked at', async (t) => {
  const result = readSection(`From: ${'a <a@x.example>, '.repeat(2000)} Jane Roe <j@x.example>\r\n`)
  t.equal(result.truncated, true)
  t.ok(result.readings.some((reading) => reading.name === 'Jane Roe' && reading.address === 'j@x.example'))
  const names = Array.from({ length: 1000 }, (_, i) => `n${i} <a${i}@x.example>`).join(', ')
  t.ok(readSection(`From: ${names}\r\n`).readings.length <= 256)
})

t.test('a name behind thousands of invisible characters is found', async (t) => {
  const name = `${'\u200b'.repeat(9000)}Jane Roe`
  const { readings } = readSection(Buffer.from(`From: ${name} <j@x.example>\r\n`))
  t.ok(readings.some((reading) => reading.name.endsWith('Jane Roe') && reading.name.length < 100))
})
