import t from 'tap'
import {
  declaredSize,
  parseConnect,
  parseHeader,
  parseMacros,
  parseOptneg,
  parseStrings,
  pathOf,
} from '../../../src/milter/commands.ts'
import {
  PacketReader,
  formatDeleteHeader,
  formatInsertHeader,
  formatPacket,
  formatQuarantine,
  formatReplyCode,
} from '../../../src/milter/wire.ts'

const hex = (buffer: Buffer): string => buffer.toString('hex')
const latin = (text: string): string => Buffer.from(text, 'latin1').toString('hex')

t.test('answers, octet for octet', async (t) => {
  t.equal(hex(formatPacket('c')), '0000000163')
  t.equal(hex(formatReplyCode('550 5.7.1 50% off')), `00000014${latin('y550 5.7.1 50%% off\0')}`)
  t.equal(hex(formatInsertHeader(0, 'X', ' a\n b')), `0000000d${latin('i')}00000000${latin('X\0 a\n b\0')}`)
  t.equal(hex(formatDeleteHeader('X', 3)), `00000008${latin('m')}00000003${latin('X\0\0')}`)
  t.equal(hex(formatQuarantine('why')), `00000005${latin('qwhy\0')}`)
})

t.test('no text breaks out of its packet', async (t) => {
  t.equal(hex(formatReplyCode('550 5.7.1 a\r\nb\0c')), `00000010${latin('y550 5.7.1 a bc\0')}`)
  t.equal(hex(formatQuarantine('a\nb')), `00000005${latin('qa b\0')}`)
  t.equal(hex(formatInsertHeader(0, 'X', 'a\0b')), `0000000a${latin('i')}00000000${latin('X\0ab\0')}`)
})

t.test('framing', async (t) => {
  const reader = new PacketReader(10)
  t.equal(reader.next(), null)
  reader.push(Buffer.from('0000000163' + '0000000a42', 'hex'))
  t.same(reader.next(), { command: 'c', data: Buffer.alloc(0) })
  t.equal(reader.next(), null)
  t.equal(reader.held, 5)
  reader.push(Buffer.from('123456789'))
  t.same(reader.next(), { command: 'B', data: Buffer.from('123456789') })
  t.equal(reader.held, 0)
  reader.push(Buffer.from('0000000b', 'hex'))
  t.equal(reader.next(), null)
  t.match(reader.fault, /11 octets \(limit 10\)/)
  reader.push(formatPacket('c'))
  t.equal(reader.next(), null, 'nothing comes after a fault')
  t.equal(reader.held, 0, 'and nothing is kept')
})

t.test('CONNECT', async (t) => {
  for (const [data, hostname, address, local] of [
    ['mail.example\x004\x00\x19192.0.2.7\0', 'mail.example', '192.0.2.7', false],
    ['mail.example\x006\x00\x19IPv6:2001:db8::7\0', 'mail.example', '2001:db8::7', false],
    ['mail.example\x006\x00\x192001:db8::7\0', 'mail.example', '2001:db8::7', false],
    ['localhost\0L\x00\x00/run/socket\0', 'localhost', '/run/socket', true],
    ['[unknown]\0U', '[unknown]', null, false],
    ['unknown\0U\0', 'unknown', null, false],
    ['mail.example\x004\x00\x19not an address\0', 'mail.example', null, false],
    ['\0U', '', null, false],
  ] as const) {
    t.same(parseConnect(Buffer.from(data, 'latin1')), { hostname, address, local }, JSON.stringify(data))
  }
  for (const data of ['', 'a', 'a\0', 'a\x004', 'a\x004\0\0', 'a\x004\0\x001.2.3.4', 'a\0X\0\0b\0']) {
    t.equal(parseConnect(Buffer.from(data, 'latin1')), null, JSON.stringify(data))
  }
})

t.test('HEADER', async (t) => {
  const parse = (text: string): string[] | null => {
    const header = parseHeader(Buffer.from(text, 'latin1'))
    return header === null ? null : [header.name.toString('latin1'), header.body.toString('latin1')]
  }
  t.same(parse('From\0 a\0'), ['From', ' a'])
  t.same(parse('From\0\0'), ['From', ''])
  t.same(parse('\0\0'), ['', ''])
  t.same(parse('From\0a\0b\0'), ['From', 'a\0b'], 'a NUL hides nothing behind it')
  for (const text of ['', '\0', 'From', 'From\0', 'From\0a']) t.equal(parse(text), null, JSON.stringify(text))
})

t.test('OPTNEG, strings, macros, paths, sizes', async (t) => {
  t.equal(parseOptneg(Buffer.alloc(11)), null)
  t.same(parseOptneg(Buffer.from('00000006000001ff801fffff' + 'ff', 'hex')), {
    version: 6,
    actions: 0x1ff,
    protocol: 0x801fffff,
  })
  t.same(parseStrings(Buffer.from('a\0\0b\0')), ['a', '', 'b'])
  t.equal(parseStrings(Buffer.from('a')), null)
  t.equal(parseStrings(Buffer.alloc(0)), null)
  t.same(
    parseMacros(Buffer.from('Mi\0Q1\0{auth_authen}\0jane\0'))?.values,
    new Map([
      ['i', 'Q1'],
      ['auth_authen', 'jane'],
    ]),
  )
  t.same(parseMacros(Buffer.from('M')), { stage: 'M', values: new Map() })
  for (const text of ['', 'Mi\0', 'Mi', 'Mi\0a\0b\0'])
    t.equal(parseMacros(Buffer.from(text)), null, JSON.stringify(text))
  t.same(['<a@b>', '<>', 'a@b', ' <a@b> ', '<@x:a@b>', '<"a>b"@c>'].map(pathOf), [
    'a@b',
    '',
    'a@b',
    'a@b',
    '@x:a@b',
    '"a>b"@c',
  ])
  t.same([['SIZE=12'], ['BODY=8BITMIME', 'size=7'], [], ['SIZE='], ['SIZE=-1'], ['SIZE=1e3']].map(declaredSize), [
    12,
    7,
    null,
    null,
    null,
    null,
  ])
})
