import t from 'tap'
import { addressesIn } from '../../../src/mail/address-text.ts'
import { shownAddresses } from '../../../src/policy/shown-address.ts'

t.test('addresses shown in a text', async (t) => {
  const cases: readonly [string, string[]][] = [
    ['Jane Roe', []],
    ['jane@corp.example', ['jane@corp.example']],
    ["write to 'jane@corp.example'.", ['jane@corp.example']],
    ['ｊａｎｅ＠ｃｏｒｐ．ｅｘａｍｐｌｅ', ['jane@corp.example']],
    ['ja\u200bne@corp.example', ['jane@corp.example']],
    ['jane (at) corp [dot] example', ['jane@corp.example']],
    ['jane at corp dot example', ['jane@corp.example']],
    ['jane . roe @ corp . example', ['jane.roe@corp.example']],
    ['a@b.example, c@d.example', ['a@b.example', 'c@d.example']],
    ['a@b.example@c.example', ['a@b.example']],
    ['𝗯@corp.example', ['b@corp.example']],
    ['@corp.example', []],
    ['jane@corp', []],
  ]
  for (const [text, want] of cases) t.same(shownAddresses(text), want, text)
})

t.test('an address that is all a name says, or part of it', async (t) => {
  const cases: readonly [string, string[], string][] = [
    ['Jane Roe', [], 'Jane Roe'],
    ['Jane Roe jane@corp.example', ['jane@corp.example'], 'Jane Roe'],
    ['jane at corp.example', ['jane@corp.example'], ''],
    ['Jane at corp.example today', [], 'Jane at corp.example today'],
    ['Jane (at) corp.example', ['Jane@corp.example'], ''],
    ['jane＠corp.example', ['jane@corp.example'], ''],
  ]
  for (const [name, found, rest] of cases) t.same(addressesIn(name), { found, rest }, name)
})

t.test('what compatibility forms grow to is cut', async (t) => {
  t.same(shownAddresses(`at ${'\u3316'.repeat(1000)}`), [])
  t.same(shownAddresses(`${'\ufdfa'.repeat(1000)} jane@corp.example`), ['jane@corp.example'])
  t.same(addressesIn(`a at ${'.'.repeat(20_000)} @`).found, [])
})
