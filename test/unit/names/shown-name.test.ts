import t from 'tap'
import { readShown } from '../../../src/names/text/shown-name.ts'

/** Each way of reading costs keys and comparisons: a text has as many as there is something to differ on. */
const cases: readonly (readonly [shown: string, readings: readonly string[]])[] = [
  ['Jane Roe', ['jane roe']],
  ['Roe, Jane', ['roe jane']],
  ['Jörg Müller', ['jorg muller']],
  ['José García Díaz', ['jose garcia diaz']],
  ['Ольга Ковалевская', ['ольга ковалевская']],
  ['陈玉兰', ['陈玉兰']],
  ['Jané Roe!', ['jane roe']],
  ['J@ne Roe', ['j ne roe', 'j@ne roe']],
  ['Zoë R€e', ['zoe r e', 'zoe r€e']],
  ['Jane "Roe" Smith', ['jane smith roe', 'jane roe smith']],
]

t.test('a text is read in as many ways as there is something to differ on', async (t) => {
  for (const [shown, readings] of cases) {
    const found = readShown(shown).texts.map(({ tokens }) => tokens.map(({ base }) => base).join(' '))
    t.same(found, readings, shown)
  }
})
