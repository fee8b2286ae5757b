import fc from 'fast-check'
import t from 'tap'
import {
  formatAddress,
  isEverywhere,
  isPublic,
  isSameEndpoint,
  parseListen,
  parseMilterListen,
  parseNetwork,
  parseRelayUrl,
  parseServerName,
} from '../../../src/config/addresses.ts'
import { expressionFault, isAddress, isDomain } from '../../../src/config/fields.ts'
import { isDate, parseDuration, parseMode, parseSize } from '../../../src/config/units.ts'

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

const tcp = (host: string, port: number): unknown => ({ kind: 'tcp', host, port })
const unix = (path: string): unknown => ({ kind: 'unix', path })

table('listeners', parseListen, [
  ['127.0.0.1:10025', tcp('127.0.0.1', 10025)],
  ['[::1]:25', tcp('::1', 25)],
  ['localhost:0', tcp('localhost', 0)],
  ['mail_relay.svc.cluster.local:25', tcp('mail_relay.svc.cluster.local', 25)],
  ['unix:/run/namesake/smtp.sock', unix('/run/namesake/smtp.sock')],
  ['127.0.0.1', null],
  ['::1:25', null],
  ['[127.0.0.1]:25', null],
  ['[::zz]:25', null],
  ['127.0.0.256:25', null],
  ['10.0.1:25', null],
  ['host:65536', null],
  ['host:', null],
  [':25', null],
  ['host:25 ', null],
  ['ho st:25', null],
  ['unix:', null],
  [`unix:/${'x'.repeat(110)}`, null],
  ['inet:127.0.0.1:25', null],
])

table('server names of TLS', parseServerName, [
  ['mx.corp.example', 'mx.corp.example'],
  ['MX.Corp.Example.', 'mx.corp.example'],
  ['*.corp.example', '*.corp.example'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['*.bücher.example', '*.xn--bcher-kva.example'],
  ['localhost', 'localhost'],
  ['*', null],
  ['*.', null],
  ['a.*.example', null],
  ['m*.example', null],
  ['192.0.2.1', null],
  ['2001:db8::1', null],
  ['[2001:db8::1]', null],
  ['a b', null],
  ['', null],
])

table('milter listeners', parseMilterListen, [
  ['inet:127.0.0.1:10027', tcp('127.0.0.1', 10027)],
  ['inet6:[::1]:10027', tcp('::1', 10027)],
  ['inet:10027@127.0.0.1', tcp('127.0.0.1', 10027)],
  ['inet6:10027@[::1]', tcp('::1', 10027)],
  ['unix:/run/m.sock', unix('/run/m.sock')],
  ['local:/run/m.sock', unix('/run/m.sock')],
  ['127.0.0.1:10027', null],
  ['inet:10027', null],
  ['inet:70000@host', null],
])

const hop = (url: string, protocol: string, address: unknown, implicitTls = false): unknown => ({
  url,
  protocol,
  address,
  implicitTls,
})

table('next hops', parseRelayUrl, [
  ['smtp://127.0.0.1:10026', hop('smtp://127.0.0.1:10026', 'smtp', tcp('127.0.0.1', 10026))],
  ['smtp://mail.corp.example', hop('smtp://mail.corp.example', 'smtp', tcp('mail.corp.example', 25))],
  ['smtps://mail.corp.example/', hop('smtps://mail.corp.example/', 'smtp', tcp('mail.corp.example', 465), true)],
  ['LMTP://[::1]', hop('LMTP://[::1]', 'lmtp', tcp('::1', 24))],
  ['lmtp+unix:///run/dovecot/lmtp', hop('lmtp+unix:///run/dovecot/lmtp', 'lmtp', unix('/run/dovecot/lmtp'))],
  ['lmtp+unix://run/lmtp', null],
  ['smtp://user:pass@host', null],
  ['smtp://host/path', null],
  ['smtp://host?x=1', null],
  ['smtp://host:0', null],
  ['smtp:host', null],
  ['host:25', null],
  ['', null],
])

table('networks', parseNetwork, [
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

table('expressions', expressionFault, [
  ['/jane.*@home\\.example/', null],
  ['/(?i)jane/', null],
  ['/', 'a regular expression ends with a slash too'],
  ['//', 'a regular expression ends with a slash too'],
  ['/jane', 'a regular expression ends with a slash too'],
])

t.test('an expression that would take for ever elsewhere is fine here', async (t) => {
  t.equal(expressionFault('/(a+)+$/'), null)
  t.match(expressionFault('/(a{1000}){1000}/'), /./)
})

t.test('what can be reached from elsewhere', async (t) => {
  const reached = (text: string): boolean => isPublic(parseListen(text) ?? { kind: 'unix', path: 'none' })
  for (const text of ['127.0.0.1:1', '127.9.9.9:1', '[::1]:1', 'localhost:1', '[::ffff:127.0.0.1]:1', 'unix:/x'])
    t.notOk(reached(text), text)
  for (const text of ['0.0.0.0:1', '[::]:1', '192.0.2.1:1', '10.0.0.1:1', 'mail:1']) t.ok(reached(text), text)
  t.ok(isEverywhere('0.0.0.0/0'))
  t.ok(isEverywhere('::/0'))
  t.notOk(isEverywhere('10.0.0.0/8'))
})

t.test('an address comes out as it went in', async (t) => {
  for (const text of ['127.0.0.1:25', '[::1]:25', 'mail.corp.example:0', 'unix:/run/x.sock']) {
    t.equal(formatAddress(parseListen(text) ?? { kind: 'unix', path: '' }), text)
  }
})

t.test('a relative socket path starts at the folder of its file', async (t) => {
  t.same(parseListen('unix:run/x.sock', '/etc/namesake'), unix('/etc/namesake/run/x.sock'))
  t.same(parseMilterListen('unix:../x.sock', '/etc/namesake'), unix('/etc/x.sock'))
})

t.test('whether a next hop is a listener of our own', async (t) => {
  const same = (target: string, listener: string): boolean => {
    const [a, b] = [parseListen(target), parseListen(listener)]
    return a !== null && b !== null && isSameEndpoint(a, b)
  }
  t.ok(same('127.0.0.1:25', '127.0.0.1:25'))
  t.ok(same('localhost:25', '127.0.0.1:25'))
  t.ok(same('127.0.0.1:25', '0.0.0.0:25'))
  t.ok(same('Mail:25', 'mail:25'))
  t.ok(same('unix:/x', 'unix:/x'))
  t.notOk(same('unix:/x', 'unix:/y'))
  t.notOk(same('127.0.0.1:26', '127.0.0.1:25'))
  t.notOk(same('192.0.2.1:25', '127.0.0.1:25'))
  t.notOk(same('192.0.2.1:25', '0.0.0.0:25'), 'another machine, as far as we can tell')
})
