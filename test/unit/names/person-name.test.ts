import fc from 'fast-check'
import t from 'tap'
import { readPersonNames } from '../../../src/names/person/person-name.ts'
import { unpackKnownNames } from '../../../src/names/tables/known-names.ts'
import { buildTables } from '../../../src/names/tables/tables.ts'

const tables = buildTables()
const names = [...unpackKnownNames()].filter((name) => /^[a-z]+$/.test(name))
const others =
  'ceo dr de van der von mail admin jr iii nguyen wang el ibn y mark team support sir mrs cfo bin oconnor'.split(' ')

function withCapital(word: string, at: number): string {
  return word.slice(0, at) + word.charAt(at).toUpperCase() + word.slice(at + 1)
}

const word = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: fc.constantFrom(...others) }),
    fc.constantFrom(
      (text: string) => text,
      (text: string) => withCapital(text, 0),
      (text: string) => withCapital(withCapital(text, 0), 2),
      (text: string) => text.toUpperCase(),
    ),
  )
  .map(([text, write]) => write(text))

t.test('a plain entry of a directory is read as any other', (t) => {
  fc.assert(
    fc.property(word, word, fc.boolean(), (givenName, surname, isTurned) => {
      const displayName = isTurned ? `${surname}, ${givenName}` : `${givenName} ${surname}`
      const names = { displayName, givenName, surname }
      // A further spelling, the same again, is not plain any more, and adds nothing.
      t.same(
        readPersonNames({ ...names, further: [] }, tables),
        readPersonNames({ ...names, further: [displayName] }, tables),
      )
    }),
    { numRuns: 2000 },
  )
  t.end()
})
