import t from 'tap'
import { parseYaml } from '../../../src/config/yaml-source.ts'
import { FileFaults } from '../../../src/directory/sources/file/faults.ts'
import { readYamlEntries } from '../../../src/directory/sources/file/yaml.ts'
import { yamlExcess } from '../../../src/net/yaml-bounds.ts'

const aliases = (count: number): string => `a: &a 1\nusers:\n${'  - *a\n'.repeat(count)}`

const cases: readonly (readonly [what: string, text: string, excess: string | null, at?: number])[] = [
  ['nothing', '', null],
  ['people', 'users:\n  - { id: a, groups: [b, c] }\n  - { id: b, mail: "*x[[[" }\n'.repeat(2000), null],
  ['a hundred aliases', aliases(100), null],
  ['one more', aliases(101), 'more than 100 aliases', aliases(100).length + 4],
  ['stars that are none', `a: "${'*a '.repeat(500)}"\nb: |\n${'  *a\n'.repeat(500)}# ${'*a '.repeat(500)}\n`, null],
  ['brackets in text', `a: "${'['.repeat(500)}"\nb: |\n  ${'[{'.repeat(500)}\nc: x${'['.repeat(500)}\n`, null],
  ['64 brackets', '['.repeat(64) + ']'.repeat(64), null],
  ['65 brackets', '['.repeat(65), 'nested more than 64 levels', 64],
  ['braces', '{a: '.repeat(65), 'nested more than 64 levels'],
  ['lists that open on one line', '- '.repeat(65), 'nested more than 64 levels'],
  ['keys that open on one line', '? '.repeat(65), 'nested more than 64 levels'],
  ['long lists', '- a\n'.repeat(5000), null],
]

for (const [what, text, excess, at] of cases) {
  t.test(what, async (t) => {
    const found = yamlExcess(text)
    if (excess === null) t.equal(found, null)
    else t.match(found?.message, excess)
    if (at !== undefined) t.equal(found?.offset, at)
  })
}

t.test('wherever YAML is read, the fault comes with its place and soon', async (t) => {
  for (const text of ['['.repeat(4 * 2 ** 20), aliases(20_000), `users: ${'- '.repeat(2 ** 20)}`]) {
    const start = process.cpuUsage()
    t.match(parseYaml('f.yaml', text).faults[0]?.message, /more than/)
    const faults = new FileFaults('people.yaml')
    t.same([...readYamlEntries(text, faults)], [])
    t.throws(() => faults.throwIfAny(), { message: /^people\.yaml:\d+:\d+: .*more than/ })
    const { user, system } = process.cpuUsage(start)
    t.comment(`${(user + system) / 1000} ms of processor time`)
  }
})
