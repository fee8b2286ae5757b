import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import t from 'tap'
import { addInitVerb } from '../../../src/cli/init.ts'
import { rootCommand } from '../../../src/cli/verb.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { directorySources } from '../../../src/directory/sources/registry.ts'
import { NamesakeError } from '../../../src/errors.ts'

interface Outcome {
  readonly out: string
  readonly err: string
  readonly error: NamesakeError | null
}

/** Runs the verb in a folder; `typed` are the lines typed at a terminal, without it there is none. */
async function init(folder: string, words: readonly string[], typed?: readonly string[]): Promise<Outcome> {
  const out = new PassThrough()
  const err = new PassThrough()
  const program = rootCommand().configureOutput({ writeErr: () => undefined })
  const input = typed === undefined ? {} : { input: Readable.from(typed.map((line) => `${line}\n`)) }
  addInitVerb(program, { out, err, exit: () => undefined, ...input })
  let error: NamesakeError | null = null
  try {
    const config = words.includes('--config') ? [] : ['--config', join(folder, 'config/namesake.yaml')]
    await program.parseAsync(['node', 'namesake', 'init', ...words, ...config])
  } catch (thrown) {
    if (!(thrown instanceof NamesakeError)) throw thrown
    error = thrown
  }
  return { out: String(out.read() ?? ''), err: String(err.read() ?? ''), error }
}

const csv =
  'Display_Name,Email,Groups\nJane Roe,jane@corp.example,Board\nErik Li,erik@corp.example,\nŻaneta Ół,z@corp.example,Sales\n'

function folderWith(t: { testdir: () => string }, people = csv): { folder: string; people: string } {
  const folder = t.testdir()
  writeFileSync(join(folder, 'people.csv'), people)
  return { folder, people: join(folder, 'people.csv') }
}

const load = (folder: string): ReturnType<typeof loadConfig> =>
  loadConfig(join(folder, 'config/namesake.yaml'), directorySources, { credentials: false })

t.test('by options: a configuration that holds, and nothing is overwritten', async (t) => {
  const { folder, people } = folderWith(t)
  const options = [
    '--people',
    people,
    '--relay',
    'smtp://127.0.0.1:10026',
    '--listen',
    '127.0.0.1:2525',
    '--clients',
    '10.1.0.0/16',
    '--yes',
  ]
  const first = await init(folder, options)
  t.equal(first.error, null)
  t.match(
    first.out,
    /the people file holds 3 people and 2 groups\nprotected: group "Board", group "Sales"\nNext:\n {2}namesake serve/,
  )
  const { config, rules } = load(folder)
  t.match(config, {
    smtp: {
      listen: [{ address: { host: '127.0.0.1', port: 2525 } }],
      clients: ['10.1.0.0/16'],
      relay: { kind: 'hops' },
    },
    directories: [{ type: 'file', path: people }],
    store: join(folder, 'data/store'),
  })
  t.same(rules.protect, [{ directory: 'Staff', groups: ['Board', 'Sales'], users: [], exclude: [] }])
  t.same(rules.actions, { certain: 'tag', likely: 'tag' })

  const before = readFileSync(config.file, 'utf8')
  const second = await init(folder, options)
  t.match(second.error, { code: 'input-invalid', message: /stands? there already, and nothing is overwritten/ })
  t.equal(readFileSync(config.file, 'utf8'), before)
})

t.test('one file that stands there keeps both from being written', async (t) => {
  const { folder } = folderWith(t)
  mkdirSync(join(folder, 'config'))
  writeFileSync(join(folder, 'config/protection.yaml'), 'protect: []\n')
  t.match((await init(folder, ['--yes'])).error, { message: /protection\.yaml stands there/ })
  t.notOk(existsSync(join(folder, 'config/namesake.yaml')))
})

t.test('whom to protect', async (t) => {
  for (const [text, words, protect] of [
    [csv, ['--protect', 'board'], { groups: ['Board'], users: [] }],
    [
      csv,
      ['--protect', 'zaneta ol', 'erik@corp.example'],
      { groups: [], users: ['z@corp.example', 'erik@corp.example'] },
    ],
    [
      'Display_Name,Email\nA B,a@x.example\nC D,c@x.example\n',
      [],
      { groups: [], users: ['a@x.example', 'c@x.example'] },
    ],
  ] as const) {
    const { folder, people } = folderWith(t, text)
    t.equal((await init(folder, ['--people', people, ...words, '--yes'])).error, null)
    t.match(load(folder).rules.protect, [protect])
  }
  const { folder, people } = folderWith(t)
  const wrong = await init(folder, ['--people', people, '--protect', 'Bord', '--yes'])
  t.match(wrong.error, { message: /--protect "Bord": .*its groups are "Board", "Sales"/ })
  t.notOk(existsSync(join(folder, 'config')))
})

t.test('Microsoft 365', async (t) => {
  const { folder } = folderWith(t)
  const id = '11111111-2222-3333-4444-555555555555'
  const { out, error } = await init(folder, [
    '--office365',
    '--tenant',
    'corp.example',
    '--client-id',
    id,
    '--protect',
    'Executives',
    'jane@corp.example',
    '--yes',
  ])
  t.equal(error, null)
  t.match(out, /namesake authorize "Office 365".*\n.*namesake sync/)
  t.match(load(folder).config.directories, [{ type: 'office365', tenant: 'corp.example', clientId: id }])
  t.match(load(folder).rules.protect, [{ groups: ['Executives'], users: ['jane@corp.example'] }])
})

t.test('asked on a terminal', async (t) => {
  const { folder, people } = folderWith(t)
  const { err, error } = await init(folder, [], [people, 'Board', '', '192.0.2.0/24, ::1', 'smtp://mail.corp.example'])
  t.equal(error, null)
  t.match(err, /Where do people come from\?[^]*3 people and 2 groups[^]*Groups: Board, Sales[^]*Whom to protect/)
  const { config, rules } = load(folder)
  t.same(config.smtp?.clients, ['192.0.2.0/24', '::1/128'])
  t.match(rules.protect, [{ groups: ['Board'] }])
  const { folder: other } = folderWith(t)
  t.match((await init(other, [], ['example'])).error, { message: /interrupted; nothing was written/ })
  t.notOk(existsSync(join(other, 'config')))
})

t.test('answers that do not hold', async (t) => {
  for (const [words, says] of [
    [['--relay', 'nonsense', '--yes'], /^smtp\.relay: here stands "nonsense"; accepted/],
    [['--listen', 'here', '--yes'], /^smtp\.listen\[0\]/],
    [['--clients', '300.1.1.1', '--yes'], /^smtp\.clients\[0\]/],
    [['--office365', '--client-id', 'mine', '--yes'], /clientId: .*"mine"/],
    [['--office365', '--people', 'x.csv', '--yes'], /exclude each other/],
    [['--people', 'absent.csv', '--yes'], /does not exist/],
    [[], /there is no terminal to ask on/],
  ] as const) {
    const { folder } = folderWith(t)
    t.match((await init(folder, words)).error?.message, says)
    t.notOk(existsSync(join(folder, 'config')), 'nothing was written')
  }
})
