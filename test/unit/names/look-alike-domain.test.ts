import t from 'tap'
import { domainKeys, looksLikeDomain } from '../../../src/names/match/look-alike-domain.ts'
import { localPartNames, romanisedSpellings } from '../../../src/names/match/local-part.ts'
import { buildTables } from '../../../src/names/tables/tables.ts'

t.test('domains that imitate', async (t) => {
  const cases: [string, string, boolean][] = [
    ['norvvind.example', 'norwind.example', true],
    ['n0rwind.example', 'norwind.example', true],
    ['xn--nrwind-wqf.example', 'norwind.example', true],
    ['nor-wind.example', 'norwind.example', true],
    ['norwind-example.com', 'norwind.example', true],
    ['norwind.example.evil.test', 'norwind.example', true],
    ['norwnd.example', 'norwind.example', true],
    ['norwinnd.com', 'norwind.example', true],
    ['norwidn.com', 'norwind.example', true],
    ['norwind-payments.com', 'norwind.example', true],
    ['norwindgroup.com', 'norwind.example', true],
    ['norwind.com', 'norwind.example', true],
    ['norwind.co.uk', 'norwind.com', true],
    ['mail.norwind.example', 'norwind.example', false],
    ['norwind.example', 'norwind.example', false],
    ['southwind.example', 'norwind.example', false],
    ['gmail.com', 'norwind.example', false],
    ['abd.com', 'abc.com', false],
    ['[192.0.2.1]', 'norwind.example', false],
    ['', 'norwind.example', false],
    ['com', 'norwind.example', false],
  ]
  for (const [shown, own, want] of cases) {
    t.equal(looksLikeDomain(shown, own), want, `${shown} for ${own}`)
    if (!want) continue
    const stored = new Set(domainKeys(own))
    t.ok(domainKeys(shown).some((key) => stored.has(key)), `${shown}: a key leads to ${own}`) // prettier-ignore
  }
})

t.test('names in local-parts', async (t) => {
  const cases: [string, string[]][] = [
    ['marta.kessler', ['marta kessler']],
    ['marta.kessler77', ['marta kessler']],
    ['marta_kessler', ['marta kessler']],
    ['martakessler', ['martakessler']],
    ['77', []],
    ['', []],
    ['a.b.c.d.e.f', []],
    ['x'.repeat(60), []],
  ]
  for (const [localPart, want] of cases) t.same(localPartNames(localPart).slice(0, 1), want, localPart)
})

t.test('how a name of another alphabet is spelt, by its mailboxes', async (t) => {
  const tables = buildTables()
  const cases: [string, string[], string[]][] = [
    ['小林 直樹', ['naoki.kobayashi'], ['Naoki Kobayashi']],
    ['小林 直樹', ['kobayashi-naoki2', 'info.desk', 'nk', 'naoki'], ['Kobayashi Naoki']],
    ['小林 直樹', ['sales.office'], []],
    ['Naoki 小林', ['naoki.kobayashi'], []],
    ['Marta Kessler', ['some.body'], []],
    ['', ['some.body'], []],
  ]
  for (const [name, localParts, want] of cases)
    t.same(romanisedSpellings(name, localParts, tables), want, `${name} ${localParts.join()}`)
})
