import fc from 'fast-check'
import t from 'tap'
import {
  formatAddress,
  formatMilterAddress,
  isPublic,
  isSameEndpoint,
  parseListen,
  parseMilterListen,
  parseNextHop,
  parseServerName,
} from '../../../src/net/addresses.ts'

/** Each notation as a table of text and what it means; null for what it is not. */
function table(name: string, parse: (text: string) => unknown, rows: readonly (readonly [string, unknown])[]): void {
  t.test(name, async (t) => {
    for (const [text, want] of rows) t.same(parse(text), want, JSON.stringify(text))
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => void parse(text)))
  })
}

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

const hop = (protocol: string, address: unknown, implicitTls = false): unknown => ({
  protocol,
  address,
  implicitTls,
})

table('next hops', parseNextHop, [
  ['smtp://127.0.0.1:10026', hop('smtp', tcp('127.0.0.1', 10026))],
  ['smtp://mail.corp.example', hop('smtp', tcp('mail.corp.example', 25))],
  ['smtps://mail.corp.example/', hop('smtp', tcp('mail.corp.example', 465), true)],
  ['LMTP://[::1]', hop('lmtp', tcp('::1', 24))],
  ['lmtp+unix:///run/dovecot/lmtp', hop('lmtp', unix('/run/dovecot/lmtp'))],
  ['smtp+unix:///a%20b', hop('smtp', unix('/a b'))],
  ['lmtp+unix:///a%zz', null],
  ['lmtp+unix://run/lmtp', null],
  ['http://x', null],
  ['smtp://', null],
  ['smtp://h:99999', null],
  ['smtp://user:pass@host', null],
  ['smtp://host/path', null],
  ['smtp://host?x=1', null],
  ['smtp://host:0', null],
  ['smtp:host', null],
  ['host:25', null],
  ['', null],
])

t.test('what can be reached from elsewhere', async (t) => {
  const reached = (text: string): boolean => isPublic(parseListen(text) ?? { kind: 'unix', path: 'none' })
  for (const text of ['127.0.0.1:1', '127.9.9.9:1', '[::1]:1', 'localhost:1', '[::ffff:127.0.0.1]:1', 'unix:/x'])
    t.notOk(reached(text), text)
  for (const text of ['0.0.0.0:1', '[::]:1', '192.0.2.1:1', '10.0.0.1:1', 'mail:1']) t.ok(reached(text), text)
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

t.test("a milter's address comes out as an MTA takes it", async (t) => {
  for (const text of ['inet:127.0.0.1:25', 'inet6:[::1]:25', 'unix:/run/x.sock']) {
    t.equal(formatMilterAddress(parseMilterListen(text) ?? { kind: 'unix', path: '' }), text)
  }
})
