import t from 'tap'
import { isRareName } from '../../../src/names/tables/rare-names.ts'

t.test('rare names are known, slips of frequent ones are not', async (t) => {
  for (const name of ['hartnell', 'fischler', 'sumita', 'keiji', 'columbo']) t.ok(isRareName(name), name)
  for (const slip of ['gregroy', 'robret', 'wiliam', 'chritopher', 'huttn']) t.notOk(isRareName(slip), slip)
})

t.test('few words are taken for names by chance', async (t) => {
  let state = 1
  let taken = 0
  for (let i = 0; i < 20_000; i++) {
    let word = ''
    for (let letter = 0; letter < 8; letter++) {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
      word += String.fromCharCode(97 + ((state >> 8) % 26))
    }
    if (isRareName(word)) taken++
  }
  t.ok(taken < 200, `${taken} of 20,000`)
})
