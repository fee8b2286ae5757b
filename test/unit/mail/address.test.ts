import t from 'tap'
import {
  canonicalAddress,
  canonicalDomain,
  domainOf,
  localPartOf,
  withoutTag,
  writtenAddress,
} from '../../../src/mail/address.ts'

t.test('canonicalAddress', async (t) => {
  const cases: [string, string][] = [
    ['jane.roe@corp.example', 'jane.roe@corp.example'],
    [' Jane.Roe@Corp.EXAMPLE ', 'jane.roe@corp.example'],
    ['jane@corp.example.', 'jane@corp.example'],
    ['jane@corp.example\r.', 'jane@corp.example'],
    ['jane@corp.example . .', 'jane@corp.example'],
    ['jane@é\r.', 'jane@xn--9ca'],
    ["Kevin.O'Dowd@Meridian.Example", "kevin.o'dowd@meridian.example"],
    ['"jane.roe"@corp.example', 'jane.roe@corp.example'],
    ['"jane\\.roe"@corp.example', 'jane.roe@corp.example'],
    ['"jane roe"@corp.example', '"jane roe"@corp.example'],
    ['"jane\\"x"@corp.example', '"jane\\"x"@corp.example'],
    ['"jane@corp.example"@evil.example', '"jane@corp.example"@evil.example'],
    ['"j.."@corp.example', '"j.."@corp.example'],
    ['""@corp.example', '""@corp.example'],
    ['jane@bücher.example', 'jane@xn--bcher-kva.example'],
    ['jane@BÜCHER.example', 'jane@xn--bcher-kva.example'],
    ['jane@bu\u0308cher.example', 'jane@xn--bcher-kva.example'],
    ['jane@xn--bcher-kva.example', 'jane@xn--bcher-kva.example'],
    ['jane@corp\u3002example', 'jane@corp.example'],
    ['jane@ｃｏｒｐ.example', 'jane@corp.example'],
    ['j\u00e4ne@corp.example', 'j\u00e4ne@corp.example'],
    ['ja\u0308ne@corp.example', 'j\u00e4ne@corp.example'],
    ['jane@ü%41.example', 'jane@ü%41.example'],
    ['jane@[192.0.2.1]', 'jane@[192.0.2.1]'],
    ['jane@[x@y]', 'jane@[x@y]'],
    ['jane@IPv6', 'jane@ipv6'],
    ['a@b@c', 'a@b@c'],
    ['jane', 'jane'],
    ['', ''],
    ['@', '@'],
    ['jane@', 'jane@'],
    ['@corp.example', '@corp.example'],
  ]
  for (const [written, canonical] of cases) {
    t.equal(canonicalAddress(written), canonical, written)
    t.equal(canonicalAddress(canonical), canonical, `${canonical} is canonical`)
  }
})

t.test('writtenAddress', async (t) => {
  const cases: [string, string | null][] = [
    ['Jane.Roe@Corp.EXAMPLE', 'jane.roe@corp.example'],
    ['"jane.roe"@corp.example', 'jane.roe@corp.example'],
    ['jane@corp.example.', 'jane@corp.example.'],
    ['jane@bücher.example', 'jane@xn--bcher-kva.example'],
    ['jane@Bücher.Example', 'jane@xn--bcher-kva.example'],
    ['jane@XN--BCHER-KVA.example', 'jane@xn--bcher-kva.example'],
    ['jane@bu\u0308cher.example', null],
    ['jane@corp\u3002example', null],
    ['jane@ｃｏｒｐ.example', null],
    ['jane@co\u200brp.example', null],
    ['j\u00e4ne@corp.example', 'j\u00e4ne@corp.example'],
    ['\u212aim@corp.example', '\u212aim@corp.example'],
    ['jane', 'jane'],
    ['', ''],
    ['jane@', 'jane@'],
  ]
  for (const [address, want] of cases) t.equal(writtenAddress(address), want, address)
})

t.test('withoutTag, domainOf, localPartOf', async (t) => {
  const cases: [string, string, string, string][] = [
    ['jane+shop@corp.example', 'jane@corp.example', 'corp.example', 'jane+shop'],
    ['jane+a+b@corp.example', 'jane@corp.example', 'corp.example', 'jane+a+b'],
    ['+jane@corp.example', '+jane@corp.example', 'corp.example', '+jane'],
    ['jane@corp+x.example', 'jane@corp+x.example', 'corp+x.example', 'jane'],
    ['"a+b c"@corp.example', '"a+b c"@corp.example', 'corp.example', '"a+b c"'],
    ['"a@b"@c.example', '"a@b"@c.example', 'c.example', '"a@b"'],
    ['a@[x@y]', 'a@[x@y]', '[x@y]', 'a'],
    ['jane', 'jane', '', 'jane'],
    ['', '', '', ''],
  ]
  for (const [address, untagged, domain, local] of cases) {
    t.equal(withoutTag(address), untagged, address)
    t.equal(domainOf(address), domain, address)
    t.equal(localPartOf(address), local, address)
  }
})

t.test('canonicalDomain', async (t) => {
  t.equal(canonicalDomain(' Corp.Example.. '), 'corp.example')
  t.equal(canonicalDomain('.'), '')
  t.equal(canonicalDomain('[IPv6:2001:DB8::1]'), '[ipv6:2001:db8::1]')
})
