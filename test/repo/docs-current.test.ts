import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { staleFiles } from '../../scripts/docs.ts'

t.test('what is generated is current', async (t) => {
  t.same(staleFiles(), [], 'run npm run docs')
})

t.test('the examples name their schemas', async (t) => {
  for (const name of ['namesake', 'protection']) {
    const text = readFileSync(resolve(import.meta.dirname, `../../config/${name}.yaml`), 'utf8')
    t.ok(text.startsWith(`# yaml-language-server: $schema=./${name}.schema.json\n`))
  }
})
