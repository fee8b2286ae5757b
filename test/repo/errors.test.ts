import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { exitCodeOf, NamesakeError } from '../../src/errors.ts'
import type { ErrorCode } from '../../src/errors.ts'

/** The closed set of error codes, its page and its use: each says the same. */
const root = resolve(import.meta.dirname, '../..')
const source = readFileSync(join(root, 'src/errors.ts'), 'utf8')
const page = readFileSync(join(root, 'docs/errors.md'), 'utf8')

const union = /export type ErrorCode =\n((?: {2}\| '.*\n)+)/.exec(source)?.[1] ?? ''
const codes = [...union.matchAll(/\| '([a-z-]+)'/g)].map(([, code]) => code as ErrorCode)
const entries = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((entry): [string, string] => [entry.slice(0, entry.indexOf('\n')), entry]),
)

t.test('docs/errors.md has one entry for each code, and no other', async (t) => {
  t.ok(codes.length > 10, 'the union was read')
  t.same([...entries.keys()], codes, 'the same codes in the same order')
})

t.test('each entry has the exit code that the code gives', async (t) => {
  for (const code of codes) {
    const exit = exitCodeOf(new NamesakeError(code, 'x'))
    t.match(entries.get(code), `\n\nExit code ${exit}. `, `${code}: ${exit}`)
    t.match(page, new RegExp(`^\\| ${exit} \\| `, 'm'), `${exit} is in the table`)
  }
})

t.test('each code is one that something throws', async (t) => {
  const texts = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== 'errors.ts')
    .map((name) => readFileSync(join(root, 'src', name), 'utf8'))
  for (const code of codes) {
    if (code === 'config-invalid') continue // by the class ConfigError
    t.ok(
      texts.some((text) => text.includes(`'${code}'`)),
      code,
    )
  }
})
