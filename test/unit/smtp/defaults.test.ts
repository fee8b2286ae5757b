/** What the configuration states as its defaults is what the entrance takes where it is handed nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { loadConfig } from '../../../src/config/load.ts'
import { limitsOf, timeoutsOf } from '../../../src/smtp/options.ts'

t.test('defaults', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-defaults-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'namesake.yaml')
  const directories = '- { name: Staff, type: file, path: ./people.yaml }'
  writeFileSync(file, `smtp: { relay: "smtp://127.0.0.1:26" }\nstore: ./store\ndirectories:\n  ${directories}\n`)
  writeFileSync(join(folder, 'people.yaml'), 'users: []\n')
  writeFileSync(join(folder, 'protection.yaml'), '{}\n')
  const { smtp } = loadConfig(file).config
  t.hasStrict(smtp?.limits, limitsOf())
  t.hasStrict(smtp?.timeouts, timeoutsOf())
})
