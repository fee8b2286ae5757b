import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { parseHeaderSection } from '../../src/mail/section.ts'
import type { Person } from '../../src/model.ts'
import { compilePolicy, policyIndexer } from '../../src/policy/compile.ts'
import { explain } from '../../src/policy/explain.ts'
import { inspect } from '../../src/policy/inspect.ts'
import type { Inspection } from '../../src/policy/inspect.ts'
import { buildMemoryDirectory } from '../../src/policy/memory.ts'
import { resolveRules } from '../../src/policy/protection.ts'
import { entry, group, person, rulesWith } from '../unit/policy/fixtures.ts'
import { judgementContext } from '../../src/policy/context.ts'

/**
 * Disguises put on top of one another, as a forger would: letters exchanged or hidden, then the name turned round or
 * decorated, then encoded and set into the field in some odd way. From octets in, verdict out.
 */

const names: readonly (readonly [string, string])[] = [
  ['Gregory', 'Hutton'],
  ['Jane', 'Roe'],
  ['Lucía', 'Romero'],
  ['Jörg', 'Bäcker'],
  ['Marianne', 'Oldenburg'],
  ['Simon', 'Oakley'],
]
const people = names.map(([given, surname], i) =>
  person(`p${i}`, `${given} ${surname}`, [`p${i}@corp.example`], { groups: ['g'] }),
)
const directory = buildMemoryDirectory(people, [
  group(
    'g',
    'Guarded',
    people.map((one) => one.id),
  ),
])
const policy = compilePolicy(resolveRules(rulesWith({ protect: [entry({ groups: ['Guarded'] })] }), directory).resolved)
const lookup = directory.index(policyIndexer(policy))
const context = judgementContext(policy, lookup)
const judge = (head: string | Buffer): Inspection => inspect(parseHeaderSection(Buffer.from(head)), context, 0)

type Change = readonly [name: string, change: (text: string) => string]

const replace = (table: Readonly<Record<string, string>>, text: string): string =>
  [...text].map((letter) => table[letter] ?? letter).join('')
const cyrillic = { a: 'а', e: 'е', o: 'о', c: 'с', p: 'р', y: 'у', x: 'х', J: 'Ј', H: 'Н', B: 'В', M: 'М', S: 'Ѕ' }
const greek = { o: 'ο', O: 'Ο', H: 'Η', B: 'Β', M: 'Μ', v: 'ν' }
const wide = (text: string): string =>
  text.replace(/[!-~]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0))
const bold = (text: string): string =>
  text.replace(/[a-z]/g, (letter) => String.fromCodePoint(0x1d41a + letter.charCodeAt(0) - 97))

/** First of all, as another case of an exchanged letter need not look like it. */
const cases: readonly Change[] = [
  ['as written', (text) => text],
  ['capitals', (text) => text.toUpperCase()],
  ['small letters', (text) => text.toLowerCase()],
]

/** What is done to letters. */
const letters: readonly Change[] = [
  ['as it is', (text) => text],
  ['Cyrillic letters', (text) => replace(cyrillic, text)],
  ['Greek letters', (text) => replace(greek, text)],
  ['wide letters', wide],
  ['mathematical letters', bold],
  ['zero-width characters', (text) => [...text].join('\u200b')],
  ['soft hyphens', (text) => text.replace(/(\p{L}{2})/gu, '$1\u00ad')],
  ['no accents', (text) => text.normalize('NFD').replace(/\p{M}/gu, '')],
  ['accents apart', (text) => text.normalize('NFD')],
  ['marks stacked', (text) => text.replace(/[aeiou]/g, '$&\u0301\u0323')],
  ['noughts', (text) => text.replace(/o/g, '0')],
]

/** What is done to the name. */
const orders: readonly (readonly [name: string, write: (given: string, surname: string) => string])[] = [
  ['plain', (g, s) => `${g} ${s}`],
  ['surname first', (g, s) => `${s}, ${g}`],
  ['title', (g, s) => `Dr. ${g} ${s}`],
  ['role', (g, s) => `${g} ${s} (CEO)`],
  ['via', (g, s) => `${g} ${s} via Docs`],
  ['middle initial', (g, s) => `${g} T. ${s}`],
  ['company', (g, s) => `${g} ${s} | Acme Rockets`],
  ['wide spaces', (g, s) => `\u2003${g}\u00a0\u2003${s}  `],
  ['address beside', (g, s) => `${g} ${s} g.s@corp.example`],
]

const quotedPrintable = (text: string): string =>
  `=?utf-8?Q?${[...Buffer.from(text)].map((octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`).join('')}?=`
const base64 = (text: string | Buffer): string => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`
const half = (text: string): string => {
  const octets = Buffer.from(text)
  const cut = Math.floor(octets.length / 2)
  return `${base64(octets.subarray(0, cut))} ${base64(octets.subarray(cut))}`
}

/** How it is set into the field. */
const fields: readonly (readonly [name: string, write: (shown: string) => string])[] = [
  ['base64', (shown) => `From: ${base64(shown)} <x@rogue.example>`],
  ['Q', (shown) => `From: ${quotedPrintable(shown)} <x@rogue.example>`],
  ['cut inside a character', (shown) => `From: ${half(shown)} <x@rogue.example>`],
  ['raw octets in quotes', (shown) => `From: "${shown}" <x@rogue.example>`],
  ['encoded inside quotes', (shown) => `From: "${base64(shown)}" <x@rogue.example>`],
  ['comment', (shown) => `From: x@rogue.example (${shown.replace(/[()]/g, '')})`],
  ['folded', (shown) => `From:\r\n ${base64(shown)}\r\n\t<x@rogue.example>`],
  ['second field', (shown) => `From: News <n@shop.example>\r\nfrom : ${base64(shown)} <x@rogue.example>`],
  ['second mailbox', (shown) => `From: News <n@shop.example>, ${base64(shown)} <x@rogue.example>`],
  ['group', (shown) => `From: ${base64(shown)}: x@rogue.example;`],
  ['no closing bracket', (shown) => `From: ${base64(shown)} <x@rogue.example`],
  ['own address first', (shown) => `From: ${base64(shown)} <p0@corp.example> <x@rogue.example>`],
]

t.test('a name in any composition of disguises is found', async () => {
  fc.assert(
    fc.property(
      fc.nat(people.length - 1),
      fc.constantFrom(...cases),
      fc.constantFrom(...letters),
      fc.constantFrom(...orders),
      fc.constantFrom(...fields),
      (which, [, recase], [, exchange], [, order], [, write]) => {
        const change = (text: string): string => exchange(recase(text))
        const [given = '', surname = ''] = names[which] ?? []
        // Letters are exchanged in the name alone: what decorates it stays readable.
        const head = `${write(order(change(given), change(surname)))}\r\n`
        const inspection = judge(head)
        const { verdict } = inspection
        assert.equal(verdict.state, 'detected', `${head}${explain(inspection, policy).join('\n')}`)
        assert.equal(verdict.state === 'detected' && verdict.person.id, `p${which}`, head)
      },
    ),
    { numRuns: 1000 },
  )
})

t.test('two disguises of the letters at once', async () => {
  const pairs = letters.flatMap((a) => letters.map((b) => [a, b] as const))
  fc.assert(
    fc.property(fc.nat(people.length - 1), fc.constantFrom(...pairs), (which, [[, a], [, b]]) => {
      const [given = '', surname = ''] = names[which] ?? []
      const inspection = judge(`From: ${base64(`${b(a(given))} ${b(a(surname))}`)} <x@rogue.example>\r\n`)
      assert.equal(inspection.verdict.state, 'detected', explain(inspection, policy).join('\n'))
    }),
    { numRuns: 400 },
  )
})

/** Titles and roles as they stand in front, and what stands behind, of many languages. */
const front =
  'Dr.|Prof.|Prof. Dr.|Herr|Frau|Dott.ssa|Ing.|Mgr.|Avv.|Señora|Sra.|Exmo. Sr.|Engº|Mme|Maître|Monsieur le Directeur|M. le Président|Dhr.|Mevr.|Drs.|Fru|Direktør|Dyrektor|Pani Prezes|Ředitel|Igazgató|Toimitusjohtaja|Direktorius|Juhataja|Genel Müdür|Директор|Г-жа|Κος|Διευθυντής|Bapak|Shri|Geschäftsführerin|VD|Predsednik|Sir|Rt Hon|CEO|Chief Financial Officer|The Chairman|Oberst|Colonel|Pułkownik|Overlege|Coronel|Полковник|Albay|Kyrkoherde|Ks.|Eversti|Plk.|Padre|Академик|Управител|Valdes priekšsēdētājs|Generalinis direktorius|Ügyvezető|Predsjednik uprave|Tegevjuht|An Dr.|Perit'.split(
    '|',
  )
const back =
  ' MBA|, Ph.D.| OBE| (CEO)| - Direktor|, Geschäftsführer| | Prezes Zarządu|, генеральный директор|, Genel Müdür| (VD)|, toimitusjohtaja| CFO| [External]| (Διευθυντής)|, Directeur financier| - Økonomiafdelingen| (Човешки ресурси)|, Pirkimų vadovas| - Kadrovska služba|, Nodaļas vadītājs| (Ostujuht)|, Personalsjef| - Resurse Umane|, Biegły rewident| - Odjel nabave'
    .split('|')
    .filter((one) => one.trim() !== '')

t.test('titles, roles and honours in any number and order leave the name what it is', async () => {
  fc.assert(
    fc.property(
      fc.nat(people.length - 1),
      fc.array(fc.constantFrom(...front), { maxLength: 4 }),
      fc.array(fc.constantFrom(...back), { maxLength: 3 }),
      fc.boolean(),
      (which, before, behind, reversed) => {
        const [given = '', surname = ''] = names[which] ?? []
        const titles = before.map((one) => `${one} `).join('')
        const shown = reversed
          ? `${surname}, ${titles}${given}${behind.join('')}`
          : `${titles}${given} ${surname}${behind.join('')}`
        const inspection = judge(`From: ${base64(shown)} <x@rogue.example>\r\n`)
        const { verdict } = inspection
        const found = verdict.state === 'detected' ? `${verdict.tier} ${verdict.person.id}` : verdict.state
        assert.equal(found, `certain p${which}`, `${shown}\n${explain(inspection, policy).join('\n')}`)
      },
    ),
    { numRuns: 1000 },
  )
})

/** Ways to write a letter of an address that nobody's program uses, and that folding would undo. */
const unwritten: readonly ((letter: string) => string)[] = [
  (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0),
  (letter) => (/[a-z]/.test(letter) ? bold(letter) : `${letter}\u200b`),
  (letter) => `${letter}\u200b`,
  (letter) => `${letter}\u00ad`,
  (letter) => `\u2060${letter}`,
  (letter) => (letter === '.' ? '\u3002' : `${letter}\ufe0f`),
  (letter) => (letter === '.' ? '\uff61' : `${letter}\u034f`),
]

t.test('an own address in letters that nobody writes never excuses', async () => {
  fc.assert(
    fc.property(
      fc.nat(people.length - 1),
      fc.array(fc.tuple(fc.nat(30), fc.constantFrom(...unwritten)), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      (which, changes, rootDot) => {
        const one = people[which] as Person
        const own = [...(one.addresses[0] ?? '')]
        for (const [at, change] of changes) {
          const place = at % own.length
          if (/^[a-z0-9.]$/.test(own[place] ?? '')) own[place] = change(own[place] ?? '')
        }
        const address = `${own.join('')}${rootDot ? '.' : ''}`
        if (address === one.addresses[0]) return
        const inspection = judge(`From: ${base64(one.displayName)} <${address}>\r\n`)
        assert.equal(inspection.verdict.state, 'detected', `${address}\n${explain(inspection, policy).join('\n')}`)
      },
    ),
    { numRuns: 1000 },
  )
})

/** An own mailbox in any spelling that mail programs take for it. */
const aMailbox = (one: Person): fc.Arbitrary<string> => {
  const [local = '', domain = ''] = (one.addresses[0] ?? '').split('@')
  const cased = (text: string): fc.Arbitrary<string> =>
    fc
      .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
      .map((upper) => [...text].map((c, i) => (upper[i] === true ? c.toUpperCase() : c)).join(''))
  return fc
    .tuple(cased(local), cased(domain), fc.constantFrom('', '+tag', '+a+b'), fc.boolean(), fc.boolean())
    .map(([l, d, tag, quoted, comment]) => {
      const name = quoted ? `"${l}${tag}"` : `${l}${tag}`
      return `<${name}@${d}${comment ? ' (work)' : ''}>`
    })
}

t.test('an own address in any spelling is clean, in whatever disguise the name stands beside it', async () => {
  const one = people[0] as Person
  fc.assert(
    fc.property(
      aMailbox(one),
      fc.constantFrom(...letters),
      fc.constantFrom(...orders.slice(0, -1)),
      (mailbox, [, change], [, order]) => {
        const head = `From: ${base64(order(change('Gregory'), change('Hutton')))} ${mailbox}\r\n`
        const inspection = judge(head)
        assert.equal(inspection.verdict.state, 'clean', `${head}${explain(inspection, policy).join('\n')}`)
      },
    ),
    { numRuns: 400 },
  )
})
