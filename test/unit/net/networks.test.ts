import fc from 'fast-check'
import t from 'tap'
import { isEverywhere, networkOf, NetworkList, parseNetwork, plainAddress } from '../../../src/net/networks.ts'

t.test('notation', async (t) => {
  for (const [text, want] of [
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['192.0.2.7', '192.0.2.7/32'],
    ['::1', '::1/128'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['192.0.2.0/33', null],
    ['2001:db8::/129', null],
    ['192.0.2/24', null],
    ['10', null],
    ['localhost', null],
    ['/24', null],
  ] as const) {
    t.equal(parseNetwork(text), want, text)
  }
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => void parseNetwork(text)))
})

t.test('membership', async (t) => {
  for (const [networks, address, inside] of [
    [['10.0.0.0/8'], '10.1.2.3', true],
    [['10.0.0.0/8'], '11.1.2.3', false],
    [['10.0.0.0/8'], '::ffff:10.1.2.3', true],
    // The milter once let nobody in by this form, while the SMTP entrance knew it.
    [['::ffff:10.0.0.0/104'], '10.1.2.3', true],
    [['::ffff:10.0.0.0/104'], '::ffff:10.1.2.3', true],
    [['::ffff:10.0.0.0/104'], '11.1.2.3', false],
    [['::ffff:192.0.2.1'], '192.0.2.1', true],
    [['192.0.2.1'], '192.0.2.1', true],
    [['192.0.2.1'], '192.0.2.2', false],
    [['2001:db8::/32'], '2001:db8:1::1', true],
    [['2001:db8::/32'], '2001:db9::1', false],
    [['fe80::/10'], 'fe80::1%eth0', true],
    [['::1'], '::1', true],
    [['0.0.0.0/0'], '::1', false],
    [['::/0'], '10.1.2.3', false],
    [[], '127.0.0.1', false],
    [['127.0.0.1'], 'not an address', false],
    [['127.0.0.1'], '', false],
    [['127.0.0.1'], '/run/x', false],
  ] as const) {
    t.equal(new NetworkList(networks).includes(address), inside, `${address} in ${networks.join()}`)
  }
  t.throws(() => new NetworkList(['nowhere']))
})

t.test('whatever the configuration accepts, a list takes and matches by', async () => {
  const octet = fc.integer({ min: 0, max: 255 })
  const v4 = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'))
  fc.assert(
    fc.property(v4, v4, fc.integer({ min: 0, max: 32 }), (network, address, bits) => {
      const plain = new NetworkList([parseNetwork(`${network}/${bits}`) ?? '']).includes(address)
      const mapped = new NetworkList([parseNetwork(`::ffff:${network}/${96 + bits}`) ?? ''])
      return mapped.includes(address) === plain && mapped.includes(`::ffff:${address}`) === plain
    }),
  )
})

t.test('which networks hold everybody', async (t) => {
  for (const text of ['0.0.0.0/0', '::/0', '::ffff:0.0.0.0/96', '10.0.0.0/0']) t.ok(isEverywhere(text), text)
  for (const text of ['10.0.0.0/8', '::/1', '0.0.0.0/10']) t.notOk(isEverywhere(text), text)
})

t.test('what counts as one client', async (t) => {
  t.equal(networkOf('2001:db8:1:2:3::4'), networkOf('2001:db8:1:2:ffff::'), 'a /64 counts as one')
  t.not(networkOf('2001:db8:1:2::'), networkOf('2001:db8:1:3::'))
  t.equal(networkOf('::ffff:192.0.2.1'), networkOf('192.0.2.1'))
  t.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1')
})
