import t from 'tap'
import { domainKeys, looksLikeDomain } from '../../../src/names/look-alike-domain.ts'
import { localPartNames } from '../../../src/names/local-part.ts'

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
