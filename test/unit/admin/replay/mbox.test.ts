import fc from 'fast-check'
import t from 'tap'
import { mboxSections } from '../../../../src/admin/replay/mbox.ts'

/** An mbox in chunks of some size, its sections back as texts. */
async function sections(text: string, size = 7, limit = 10_000): Promise<string[]> {
  const octets = Buffer.from(text, 'latin1')
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size)
  }
  const found: string[] = []
  for await (const section of mboxSections(chunks(), limit)) {
    found.push(section.octets.toString('latin1') + (section.truncated ? '[cut]' : ''))
  }
  return found
}

const postmark = 'From a@b.example Mon Nov  2 10:00:00 2026\n'

t.test('messages are parted as mail programs part them', async (t) => {
  const cases: [string, string, string[]][] = [
    ['one', `${postmark}A: 1\nB: 2\n\nbody\n`, ['A: 1\nB: 2\n']],
    ['two', `${postmark}A: 1\n\nbody\n\n${postmark}A: 2\n\nbody\n`, ['A: 1\n', 'A: 2\n']],
    ['CR LF', `${postmark}A: 1\r\n\r\nbody\r\n\r\n${postmark}A: 2\r\n\r\n`, ['A: 1\r\n', 'A: 2\r\n']],
    ['empty bodies', `${postmark}A: 1\n\n${postmark}A: 2\n\n${postmark}A: 3\n\n`, ['A: 1\n', 'A: 2\n', 'A: 3\n']],
    ['no body, no empty line', `${postmark}A: 1\n`, ['A: 1\n']],
    ['quoted From in a body', `${postmark}A: 1\n\n>From here\nFrom: x\n\n${postmark}A: 2\n\n`, ['A: 1\n', 'A: 2\n']],
    ['unquoted From in a body', `${postmark}A: 1\n\nhello\n\nFrom here on\nwe walk\n`, ['A: 1\n']],
    ['From in the midst of a paragraph', `${postmark}A: 1\n\nhello\nFrom there: x\n`, ['A: 1\n']],
    ['postmark without an empty line before', `${postmark}A: 1\n\nhello\n${postmark}A: 2\n\n`, ['A: 1\n', 'A: 2\n']],
    ['odd postmark', `From nobody\nA: 1\n\nx\n\nFrom -\nA: 2\n\n`, ['A: 1\n', 'A: 2\n']],
    ['white lines on top', `\n\n${postmark}A: 1\n\nx\n`, ['A: 1\n']],
    ['no last line end', `${postmark}A: 1\n\nbody`, ['A: 1\n']],
    ['nothing', '', []],
  ]
  for (const [name, text, want] of cases) {
    for (const size of [1, 3, 64, 100_000]) t.same(await sections(text, size), want, `${name}, chunks of ${size}`)
  }
})

t.test('long sections and long lines stay within the limit', async (t) => {
  const long = `A: ${'x'.repeat(500)}\n`
  t.same(await sections(`${postmark}${long}B: 2\n\nbody\n\n${postmark}A: 2\n\n`, 50, 100), [
    `${long.slice(0, 100)}[cut]`,
    'A: 2\n',
  ])
  t.same(await sections(`${postmark}${'B: 2\n'.repeat(100)}\nbody\n\n${postmark}A: 2\n\n`, 50, 100), [
    `${'B: 2\n'.repeat(20)}[cut]`,
    'A: 2\n',
  ])
})

t.test('property: any chunking gives the same', async () => {
  const line = fc.oneof(
    fc.constantFrom('\n', '\r\n', postmark, 'From x\n', '>From y\n', 'A: 1\n', 'text\n', '\n\n', 'Fro', 'm '),
    fc.string({ maxLength: 12 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 30 }), fc.integer({ min: 1, max: 40 }), async (lines, size) => {
      const text = postmark + lines.join('')
      const whole = await sections(text, 1_000_000)
      t.same(await sections(text, size), whole, JSON.stringify(text))
    }),
    { numRuns: 200 },
  )
})
