import t from 'tap'
import { consonants, latinConsonants, spells } from '../../../src/names/text/consonants.ts'
import { baseForm } from '../../../src/names/text/transliterate.ts'

t.test('spellings of names whose vowels are not written', async (t) => {
  const cases: [string, string, 'arabic' | 'hebrew' | 'hangul', boolean][] = [
    ['khaled', 'خالد', 'arabic', true],
    ['khalid', 'خالد', 'arabic', true],
    ['almansouri', 'المنصوري', 'arabic', true],
    ['mansoori', 'المنصوري', 'arabic', true],
    ['annajjar', 'النجار', 'arabic', true],
    ['walid', 'خالد', 'arabic', false],
    ['berkovich', baseForm('ברקוביץ'), 'hebrew', true],
    ['perkins', baseForm('ברקוביץ'), 'hebrew', false],
    ['jihoon', '지훈', 'hangul', true],
    ['park', '박', 'hangul', true],
    ['pack', '박', 'hangul', false],
    ['minjun', '지훈', 'hangul', false],
  ]
  for (const [latin, word, script, want] of cases) {
    t.equal(spells(latin, word, script), want, `${latin} for ${word}`)
    if (want)
      t.ok(consonants(word, script).includes(latinConsonants(latin)), `${latin}: its consonants lead to ${word}`)
  }
})

t.test('the work is bounded whatever the letters are', async (t) => {
  const started = process.hrtime.bigint()
  for (const word of ['و'.repeat(24), 'اي'.repeat(12), 'ع'.repeat(24), 'ب'.repeat(24)]) {
    for (const latin of ['a'.repeat(39), 'ou'.repeat(19), `${'ai'.repeat(19)}z`, 'b'.repeat(39)])
      spells(latin, word, 'arabic')
  }
  t.ok(process.hrtime.bigint() - started < 10_000_000_000n, 'no hang')
})
