import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadConfig } from '../../src/config/load.ts'
import { directorySources } from '../../src/directory/sources/registry.ts'
import { ConfigError } from '../../src/errors.ts'

/**
 * Each folder is a configuration that must be refused for the reasons in its want.txt, each at its line and column.
 * After a change of wording, `WRITE=1` writes them anew; then read the difference.
 */
const here = import.meta.dirname
const env = { NAMESAKE_TEST_EMPTY: '', NAMESAKE_TEST_SET: 'hunter2' }

function faultsIn(folder: string): string {
  try {
    loadConfig(join(folder, 'namesake.yaml'), directorySources, { env, now: new Date('2026-11-23T12:00:00Z') })
    return 'no fault\n'
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return `${error.message.replaceAll(`${folder}/`, '')}\n`
  }
}

for (const name of readdirSync(here).filter((name) => /^\d\d-/.test(name))) {
  t.test(name, async (t) => {
    const folder = join(here, name)
    const found = faultsIn(folder)
    if (process.env.WRITE === '1') writeFileSync(join(folder, 'want.txt'), found)
    t.equal(found, readFileSync(join(folder, 'want.txt'), 'utf8'))
    t.notMatch(found, /no fault|hunter2|undefined|\[object|Invalid input/, 'says what is wrong, and no secret')
    for (const line of found.trimEnd().split('\n')) t.match(line, /^[^:]+:\d+:\d+: /, 'starts with file, line and column')
  })
}
