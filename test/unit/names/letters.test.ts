import t from 'tap'
import { alignLetters } from '../../../src/names/match/letters.ts'
import { readPersonNames } from '../../../src/names/person/person-name.ts'
import { buildTables } from '../../../src/names/tables/tables.ts'

/** Each run as `part:sent` or `part:sent>taken`. */
const cases: readonly (readonly [shown: string, want: string])[] = [
  ['Jane Roe', 'given-name:Jane surname:Roe'],
  ['Roe, Jane', 'surname:Roe given-name:Jane'],
  ['Dr. Jane Roe', 'title:Dr> given-name:Jane surname:Roe'],
  ['J\u0430ne Roe', 'given-name:J given-name:\u0430>a given-name:ne surname:Roe'],
  ['Ja\u200bne Roe', 'given-name:Ja invisible:\u200b> given-name:ne surname:Roe'],
  ['JaneRoe', 'given-name:Jane surname:Roe'],
  ['Jane Mary Roe', 'given-name:Jane between:Mary> surname:Roe'],
  ['Jane R0e', 'given-name:Jane surname:R surname:0>o surname:e'],
  ['J. Roe', 'given-name:J given-name:>a given-name:>ne surname:Roe'],
  ['', 'given-name:>Jane surname:>Roe'],
]

t.test('letters sent stand beside letters taken', async (t) => {
  const tables = buildTables()
  const { forms } = readPersonNames({ displayName: 'Jane Roe', givenName: 'Jane', surname: 'Roe', further: [] }, tables)
  for (const [shown, want] of cases) {
    const pairs = alignLetters(shown, forms, tables)
    const text = pairs.map(({ sent, taken, part }) => (sent === taken ? `${part}:${sent}` : `${part}:${sent}>${taken}`))
    t.equal(text.join(' '), want, JSON.stringify(shown))
    const letters = pairs.map(({ taken }) => taken).join('')
    t.ok(['JaneRoe', 'RoeJane'].includes(letters), 'all letters of the name are there')
  }
  t.same(alignLetters('Jane Roe', [], tables), [], 'nobody to compare with')
  t.ok(alignLetters('x\u200b'.repeat(5000), forms, tables).length <= 48, 'bounded')
})
