import fc from 'fast-check'
import t from 'tap'
import { keysOfPerson, keysOfText, matchText } from '../unit/names/by-text.ts'
import type { NameMatch } from '../../src/names/match/match.ts'
import { cleanText } from '../../src/names/text/normalise.ts'
import { maxQueryKeys } from '../../src/names/keys/query-keys.ts'
import { maxStoredKeys } from '../../src/names/keys/stored-keys.ts'
import { buildTables } from '../../src/names/tables/tables.ts'
import { people } from './names-people.ts'
import type { TestPerson } from './names-people.ts'
import { tricks } from './names-tricks.ts'

// Some hundred ways of writing a name, each for some sixty people: half a minute on a busy machine.

const tables = buildTables()
const index = new Map<string, TestPerson[]>()
const tokens = new Map<string, number>()
for (const person of people) {
  const keys = keysOfPerson(person.names, tables)
  for (const token of [...keys.tokens, ...keys.gates]) tokens.set(token, (tokens.get(token) ?? 0) + 1)
  for (const key of keys.refs) index.set(key, [...(index.get(key) ?? []), person])
}
const context = { tokenCount: (token: string) => tokens.get(token) ?? 0 }

/** The people that a shown name shows, found by keys as the judgement finds them. */
function find(shown: string): Map<TestPerson, NameMatch> {
  const found = new Map<TestPerson, NameMatch>()
  for (const { key } of keysOfText(shown, tables, context)) {
    for (const person of index.get(key) ?? []) {
      if (found.has(person)) continue
      const match = matchText(shown, person.names, tables, context)
      if (match !== null) found.set(person, match)
    }
  }
  return found
}

function chanceOf(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >> 8) % n
  }
}

t.test('a name in any disguise is found, and nobody else', async (t) => {
  const chance = chanceOf(20)
  for (const trick of tricks) {
    const fitting = people.filter(trick.fits)
    const missed: string[] = []
    const wrong: string[] = []
    let count = 0
    for (let round = 0; round < 2; round++) {
      for (const person of fitting) {
        const shown = trick.write(person, chance)
        const found = find(shown)
        count++
        if (!found.has(person)) missed.push(shown)
        for (const other of found.keys()) if (other !== person) wrong.push(`${shown} for ${other.plain}`)
      }
    }
    const rate = (count - missed.length) / count
    t.ok(rate >= trick.floor, `${trick.name}: ${count - missed.length} of ${count}`, { missed: missed.slice(0, 8) })
    t.same(wrong, [], `${trick.name}: nobody else`)
  }
})

t.test('two names of one part each, crossed, are nobody', async (t) => {
  const real = people.filter((p) => p.given !== '' && p.surname !== '')
  const wrong: string[] = []
  for (const a of real) {
    for (const b of real) {
      if (a.given === b.given || a.surname === b.surname) continue
      const shown = `${a.given} ${b.surname}`
      for (const found of find(shown).keys()) wrong.push(`${shown} for ${found.plain}`)
    }
  }
  t.same(wrong, [])
})

/** Text of the kind that breaks parsers: any code units, and pieces of names among them. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...people.map((p) => p.plain)),
        fc.constantFrom(
          ',',
          ' ',
          '(',
          ')',
          '"',
          '|',
          '&',
          '\u202e',
          '\u200b',
          '\ud800',
          '.',
          '-',
          '@',
          'van der',
          'Dr.',
        ),
        fc.string({ maxLength: 6 }),
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join('')),
)

t.test('any text is read without an error and in bounded work', async (t) => {
  fc.assert(
    fc.property(anyText, fc.constantFrom(...people), (shown, person) => {
      const keys = keysOfText(shown, tables)
      if (keys.length > maxQueryKeys || keys.some(({ key }) => key.length > 72)) return false
      matchText(shown, person.names, tables, context)
      return true
    }),
    { numRuns: 400 },
  )
  t.pass()
})

t.test('any directory entry gets bounded keys, and its own display name finds it', async (t) => {
  fc.assert(
    fc.property(
      anyText,
      fc.option(fc.string({ maxLength: 30 })),
      fc.option(fc.string({ maxLength: 30 })),
      (name, g, s) => {
        const { refs } = keysOfPerson({ displayName: name, givenName: g, surname: s, further: [] }, tables)
        return refs.length <= maxStoredKeys && refs.every((key) => key.length <= 72)
      },
    ),
    { numRuns: 300 },
  )
  for (const person of people) {
    t.ok(find(person.names.displayName).has(person), `${person.names.displayName}: found by its display name`)
  }
})

t.test('cleaning is idempotent', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const once = cleanText(text).text
      return cleanText(once).text === once
    }),
    { numRuns: 500 },
  )
  t.pass()
})
