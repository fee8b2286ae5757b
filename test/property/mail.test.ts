import assert from 'node:assert/strict'
import fc from 'fast-check'
import libmime from 'libmime'
import t from 'tap'
import { parseAuthenticationResults } from '../../src/mail/authentication-results.ts'
import { canonicalAddress, domainOf, localPartOf, withoutTag } from '../../src/mail/address.ts'
import { decodeEncodedWords } from '../../src/mail/encoded-words.ts'
import { encodeWords, formatField } from '../../src/mail/format.ts'
import { readOriginators } from '../../src/mail/originators.ts'
import { readSecond } from '../../src/mail/second-readers.ts'
import { fieldBodyOctets, fieldsNamed, parseHeaderSection } from '../../src/mail/section.ts'
import type { OriginatorReadings } from '../../src/model.ts'

const options = { fromOctets: 65_536, sender: true, replyTo: true }

function read(section: Buffer): OriginatorReadings {
  return readOriginators(parseHeaderSection(section), options)
}

/** Octets with more syntax in them than chance would give. */
const crumb = fc.constantFrom(
  ...[
    '"',
    '\\',
    '(',
    ')',
    '<',
    '>',
    '@',
    ',',
    ';',
    ':',
    '.',
    '[',
    ']',
    '=',
    '?',
    '=?',
    '?=',
    '=?utf-8?Q?',
    '=?utf-8?B?',
    '=?koi8-r?q?',
  ],
  ...[
    '\r',
    '\n',
    '\r\n',
    '\r\n ',
    '\t',
    ' ',
    '\0',
    '\x1b$B',
    'From',
    'From:',
    '\r\nFrom: ',
    '\rFrom:',
    'Sender: ',
    'Jane',
    'Roe',
    '\xff',
    '\xc3\xb6',
  ],
  ...['jane@corp.example', '<j@x.example>', 'SmFuZSBSb2U=', '=4A', '+AEo-', '_', "'"],
)
const garbage = fc
  .array(
    fc.oneof({ weight: 4, arbitrary: crumb }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) }),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'))

t.test('a name of encoded-words is read alike by the first look and by the general reader', async () => {
  const charset = fc.constantFrom('utf-8', 'ISO-8859-1', 'koi8-r', 'shift_jis', 'hz-gb-2312', 'nobody-knows')
  const payload = fc
    .array(
      fc.constantFrom('Jane', 'R', '=C3=B3', '=F3', '=00', '=3C', '=40', '=E2=80=AE', '_', '', '=', '7Jy8', '=3D=3F'),
    )
    .map((pieces) => pieces.join(''))
  const word = fc
    .tuple(charset, fc.constantFrom('q', 'Q', 'b', 'B'), payload)
    .map(([label, encoding, text]) => `=?${label}?${encoding}?${text}?=`)
  const names = fc
    .tuple(word, fc.array(fc.tuple(fc.constantFrom(' ', '  ', '\r\n ', ''), word), { maxLength: 3 }))
    .map(([first, others]) => first + others.map(([gap, one]) => gap + one).join(''))
  fc.assert(
    fc.property(names, fc.constantFrom('jane.roe@mail.example', 'x@y'), (name, address) => {
      // A blank inside the brackets changes nothing, but that the field is not of the plainest kind.
      const plain = read(Buffer.from(`From: ${name} <${address}>\r\n`))
      const general = read(Buffer.from(`From: ${name} < ${address}>\r\n`))
      assert.deepEqual(plain.readings, general.readings)
    }),
    { numRuns: 3000, examples: [['=?utf-8?q?=C2=A0Jane_Roe?=', 'x@y']] },
  )
})

t.test('any octets are read, with bounded readings that are one line of text', async () => {
  fc.assert(
    fc.property(garbage, fc.boolean(), (octets, prefixed) => {
      const section = prefixed ? Buffer.concat([Buffer.from('From: '), octets]) : octets
      const { readings, addresses, defects } = read(section)
      if (readings.length > 256 || defects.length > 200) return false
      return (
        readings.every((r) => !/[\0-\x1f\x7f]/.test(r.name) && (r.part === 'none') === (r.name === '')) &&
        readings.every((r) => r.address === null || addresses.includes(r.address))
      )
    }),
    { numRuns: 1000 },
  )
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (octets) => read(Buffer.from(octets)) !== null))
})

t.test('the fields of a section tile it, and a field taken out leaves the others as they were', async () => {
  fc.assert(
    fc.property(garbage, fc.nat(), (octets, pick) => {
      const section = parseHeaderSection(octets)
      let at = 0
      for (const field of section.fields) {
        if (field.start < at || field.bodyStart <= field.start || field.end < field.bodyStart) return false
        at = field.end
      }
      const chosen = section.fields[pick % Math.max(1, section.fields.length)]
      if (chosen === undefined) return true
      const left = parseHeaderSection(Buffer.concat([octets.subarray(0, chosen.start), octets.subarray(chosen.end)]))
      const others = section.fields.filter((field) => field !== chosen)
      // Behind a last line without an end, or at the start, the neighbours change their meaning; only there.
      if (chosen.end === octets.length || chosen.start === 0) return true
      return others.every((field, i) => left.fields[i]?.name === field.name)
    }),
    { numRuns: 800 },
  )
})

const local = fc.stringMatching(/^[a-z0-9!#$%&'*+/^_`{|}~-]{1,12}(\.[a-z0-9-]{1,8})?$/)
const domain = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}[a-z]\.(example|test)$/)
const addrSpec = fc.tuple(local, domain).map(([l, d]) => `${l}@${d}`)
const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9'-]{0,10}$/)
const unicodeWord = fc.string({
  unit: fc.constantFrom(...'aäöüßéçłñøæžşğабвгдежзικλμν高田真一김'),
  minLength: 1,
  maxLength: 8,
})

/** A display-name and a way to write it. */
const written = fc.oneof(
  fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => ({ name: words.join(' '), text: words.join(' ') })),
  fc
    .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 30 })
    .filter((name) => name.trim() === name && !/ {2}|=\?|[@<>]| at |\(at\)/i.test(name))
    .map((name) => ({ name, text: `"${name.replace(/["\\]/g, '\\$&')}"` })),
  fc
    .tuple(fc.array(unicodeWord, { minLength: 1, maxLength: 4 }), fc.constantFrom('Q', 'B'), fc.constantFrom(0, 52))
    .map(([words, encoding, length]) => ({
      name: words.join(' '),
      text: libmime.encodeWord(words.join(' '), encoding, length),
    })),
  fc
    .array(unicodeWord, { minLength: 1, maxLength: 4 })
    .map((words) => ({ name: words.join(' '), text: words.join(' ') })),
)
const space = fc.constantFrom(' ', '\t', '\r\n ', '  ')

t.test('a well-formed field is read exactly, and the second readers find nothing else', async () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(written, addrSpec, space), { minLength: 1, maxLength: 4 }), (mailboxes) => {
      const body = mailboxes.map(([name, address, gap]) => `${name.text}${gap}<${address}>`).join(', ')
      const { readings } = read(Buffer.from(`From: ${body}\r\n`))
      const want = mailboxes.map(([name, address]) => `${name.name}|${address}`)
      // A name that is spread over several mailboxes is read besides, as a whole.
      const single = readings.filter((r) => r.part !== 'whole-field')
      const found = single.map((r) => `${r.name}|${r.address ?? ''}`)
      if (!want.every((pair) => found.includes(pair))) return false
      return readings.every((r) => r.reader === 'own') && new Set(found).size === new Set(want).size
    }),
    { numRuns: 800 },
  )
})

t.test('names of the second readers are always among the readings', async () => {
  const collapsed = (text: string): string => text.replace(/[\0-\x20\x7f]+/g, ' ').trim()
  fc.assert(
    fc.property(garbage, (octets) => {
      const body = Buffer.from(octets.toString('latin1').replace(/[\r\n\0]/g, ' '), 'latin1')
      const { readings, truncated } = read(Buffer.concat([Buffer.from('From: '), body, Buffer.from('\r\n')]))
      if (truncated || body.some((octet) => octet > 126)) return true
      const names = new Set(readings.map((r) => collapsed(r.name)))
      return readSecond(body.toString('latin1')).readings.every(
        (second) =>
          names.has(collapsed(second.name)) ||
          [...names].some((name) => name.replace(/ /g, '') === second.name.replace(/[\0-\x20\x7f]/g, '')),
      )
    }),
    { numRuns: 600 },
  )
})

t.test('decoding is total, and undoes encoding', async () => {
  fc.assert(fc.property(garbage, (octets) => decodeEncodedWords(octets.toString('latin1')).texts.length >= 1))
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
      const plain = text
        .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
        .trim()
        .replace(/ +/g, ' ')
      return decodeEncodedWords(encodeWords(text)).texts[0] === plain
    }),
  )
})

t.test('a formatted field is one field that reads back', async () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.constantFrom('\r\n', '\n'),
      fc.boolean(),
      (text, lineEnd, fold) => {
        const wire = Buffer.from(formatField({ name: 'X-Test', body: encodeWords(text) }, { lineEnd, fold }))
        const section = parseHeaderSection(wire)
        if (section.fields.length !== 1 || section.defects.length > 0 || fieldsNamed(section, 'x-test').length !== 1)
          return false
        const body = fieldBodyOctets(section, 0).toString('latin1').replace(/\r?\n/g, '').trim()
        return (
          /^[\x20-\x7e]*$/.test(body) &&
          body.length <= 998 &&
          wire
            .toString()
            .split(lineEnd)
            .every((line) => line.length <= 998)
        )
      },
    ),
  )
})

t.test('addresses: canonical is idempotent, its parts make it up', async () => {
  const any = fc.oneof(
    addrSpec,
    garbage.map((octets) => octets.toString('latin1')),
    fc.string({ unit: 'grapheme' }),
  )
  fc.assert(
    fc.property(any, (text) => {
      const canonical = canonicalAddress(text)
      const parts = canonical.includes('@')
        ? `${localPartOf(canonical)}@${domainOf(canonical)}`
        : localPartOf(canonical)
      return (
        canonicalAddress(canonical) === canonical &&
        parts === canonical &&
        withoutTag(withoutTag(canonical)) === withoutTag(canonical)
      )
    }),
    { numRuns: 800 },
  )
  fc.assert(fc.property(addrSpec, (address) => canonicalAddress(address.toUpperCase()) === canonicalAddress(address)))
})

t.test('authentication results: any text is read, and a made field reads back', async () => {
  fc.assert(
    fc.property(garbage, (octets) => parseAuthenticationResults(octets.toString('latin1')).results.length <= 64),
  )
  const result = fc.record({
    method: fc.constantFrom('dkim', 'spf', 'dmarc'),
    result: fc.constantFrom('pass', 'fail', 'none'),
    value: domain,
  })
  fc.assert(
    fc.property(domain, fc.array(result, { maxLength: 6 }), (id, results) => {
      const body = [id, ...results.map((r) => ` ${r.method}=${r.result} (why (not)) header.d="${r.value}"`)].join(
        ';\r\n',
      )
      const parsed = parseAuthenticationResults(body)
      return (
        parsed.authservId === id &&
        parsed.results.length === results.length &&
        parsed.results.every(
          (r, i) =>
            r.method === results[i]?.method &&
            r.result === results[i]?.result &&
            r.properties['header.d'] === results[i]?.value,
        )
      )
    }),
  )
})
