/** Any chunking frames alike; what is passed on and the end line together are what came. */
import fc from 'fast-check'
import t from 'tap'
import { DataScanner, LineReader } from '../../src/smtp/framing.ts'

const octets = fc
  .array(fc.constantFrom('\r\n', '\r\n', '\r\n.', '.', '..', '\r', '\n', '\0', 'a', 'bc', '\r\n.\r', ' ', '\xe9'), {
    maxLength: 40,
  })
  .map((parts) => parts.join(''))
const cutsOf = (text: string, at: readonly number[]): Buffer[] => {
  const whole = Buffer.from(text, 'latin1')
  const places = [...new Set(at.map((n) => n % (whole.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((from, i) => whole.subarray(from, places[i] ?? whole.length))
}

function scan(chunks: readonly Buffer[], mode: 'reject' | 'normalize' | 'ignore'): string {
  let out = ''
  let ends = -1
  let before = 0
  const scanner = new DataScanner(mode, (o) => {
    out += o.toString('latin1')
  })
  for (const chunk of chunks) {
    const end = scanner.scan(chunk, 0)
    if (end >= 0) {
      ends = before + end
      break
    }
    before += chunk.length
  }
  return JSON.stringify([out, ends, scanner.fault])
}

t.test('data: any chunking is alike', async (t) => {
  for (const mode of ['reject', 'normalize', 'ignore'] as const) {
    fc.assert(
      fc.property(octets, fc.array(fc.nat(), { maxLength: 6 }), (text, at) => {
        const data = `${text}\r\n.\r\n`
        return scan(cutsOf(data, at), mode) === scan([Buffer.from(data, 'latin1')], mode)
      }),
      { numRuns: 3000 },
    )
  }
  t.pass()
})

t.test('data: long lines of any octets, wherever they begin in memory, scan as octet by octet', async (t) => {
  const long = fc
    .array(
      fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 90 }), fc.constantFrom('\r\n', '\r\n.', '\t', '\r', '\n')),
      {
        minLength: 2,
        maxLength: 12,
      },
    )
    .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part as string, 'latin1'))))
  for (const mode of ['reject', 'normalize', 'ignore'] as const) {
    fc.assert(
      fc.property(long, fc.nat(7), fc.nat(7), (octets, before, from) => {
        const data = Buffer.concat([octets, Buffer.from('\r\n.\r\n')])
        const elsewhere = Buffer.concat([Buffer.alloc(before), data, Buffer.alloc(140, 0x61)])
        const whole = elsewhere.subarray(before)
        const single = [...data].map((octet) => Buffer.of(octet))
        const cut = Math.min(from, data.length)
        const pieces = [whole.subarray(0, cut), whole.subarray(cut)]
        return scan([whole], mode) === scan(single, mode) && scan(pieces, mode) === scan(single, mode)
      }),
      { numRuns: 2000 },
    )
  }
  t.pass()
})

t.test('data: sound data passes unchanged, up to the first end', async (t) => {
  fc.assert(
    fc.property(octets, (text) => {
      const data = `${text}\r\n.\r\nrest`
      const end = `\r\n${data}`.indexOf('\r\n.\r\n')
      const sound = data.slice(0, end)
      if (/(^|[^\r])\n|\r(?!\n)|\0/.test(sound)) return true
      return scan([Buffer.from(data, 'latin1')], 'reject') === JSON.stringify([sound, end + 3, null])
    }),
    { numRuns: 3000 },
  )
  t.pass()
})

t.test('data: nothing that anyone takes for an end goes out', async (t) => {
  fc.assert(
    fc.property(octets, (text) => {
      const [out] = JSON.parse(scan([Buffer.from(`${text}\r\n.\r\n`, 'latin1')], 'normalize')) as [string]
      return !/(^|[\r\n])\0*\.\0*[\r\n]/.test(out)
    }),
    { numRuns: 5000 },
  )
  t.pass()
})

t.test('lines: any chunking is alike', async (t) => {
  const read = (chunks: readonly Buffer[]): string => {
    const reader = new LineReader()
    const lines: unknown[] = []
    for (const chunk of chunks) {
      reader.push(chunk)
      for (let line = reader.next(12); line !== null; line = reader.next(12)) lines.push(line.toString('latin1'))
    }
    return JSON.stringify(lines)
  }
  fc.assert(
    fc.property(
      octets,
      fc.array(fc.nat(), { maxLength: 6 }),
      (text, at) => read(cutsOf(text, at)) === read([Buffer.from(text, 'latin1')]),
    ),
    { numRuns: 3000 },
  )
  t.pass()
})
