import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import t from 'tap'
import { addDirectoryVerb } from '../../../src/cli/directory.ts'
import { rootCommand } from '../../../src/cli/verb.ts'
import { freedBy } from '../../../src/main/index-maker.ts'
import { addSyncVerb } from '../../../src/cli/sync.ts'
import { scheduledOf } from '../../../src/directory/sources/registry.ts'
import type { MakeIndex } from '../../../src/directory/store/reindex.ts'
import type { ProtectionProblem, ProtectionRules } from '../../../src/policy/rules.ts'
import { compilePolicy, policyIndexer } from '../../../src/policy/compile.ts'
import { resolveRules } from '../../../src/policy/protection.ts'
import { temporaryFolder } from './helpers.ts'

function makeIndex(rules: ProtectionRules, found: (problems: readonly ProtectionProblem[]) => void): MakeIndex {
  return (view) => {
    const { resolved, problems } = resolveRules(rules, view)
    found(problems)
    return { resolved, indexer: policyIndexer(compilePolicy(resolved)) }
  }
}

/** Runs the verbs as the command line does; gives what was written and the exit code, or throws. */
async function run(config: string, ...args: string[]): Promise<{ out: string; err: string; code: number }> {
  return runOn(false, config, ...args)
}

/** The same, on a terminal or not. */
async function runOn(
  isTTY: boolean,
  config: string,
  ...args: string[]
): Promise<{ out: string; err: string; code: number }> {
  const result = { out: '', err: '', code: 0 }
  const sink = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        result[name] += String(chunk)
        done()
      },
    })
  const deps = {
    out: sink('out'),
    err: Object.assign(sink('err'), { isTTY }),
    exit: (code: number) => (result.code = code),
  }
  const program = rootCommand()
  addDirectoryVerb(program, deps)
  addSyncVerb(program, {
    ...deps,
    directories: ({ config: { directories } }) => directories.map((directory) => scheduledOf(directory)),
    makeIndex: ({ rules }, found) => makeIndex(rules, found),
    freedBy,
  })
  await program.parseAsync(['node', 'namesake', ...args, '--config', config])
  return result
}

function setUp(t: Parameters<typeof temporaryFolder>[0]): { config: string; people: string } {
  const folder = temporaryFolder(t)
  const config = join(folder, 'namesake.yaml')
  writeFileSync(
    config,
    `smtp:
  listen: ["127.0.0.1:0"]
  clients: ["127.0.0.0/8"]
  relay: "maildir:./mail"
store: ./store
protection: ./protection.yaml
directories:
  - { name: Staff, type: file, path: ./people.yaml, sync: "*/5 * * * *" }
  - { name: More, type: file, path: ./more.csv, sync: "*/5 * * * *" }
`,
  )
  writeFileSync(
    join(folder, 'protection.yaml'),
    `protect:
  - directory: Staff
    groups: [Board]
people:
  jane@corp.example:
    secondaryEmails: ["jane@home.example"]
`,
  )
  const people = join(folder, 'people.yaml')
  writeFileSync(
    people,
    `users:
  - { id: "1", displayName: Jane Roe, givenName: Jane, surname: Roe, mail: jane@corp.example }
  - { id: "2", displayName: Érik Li, mail: erik@corp.example }
groups:
  - { id: b, displayName: Board, members: [inner] }
  - { id: inner, displayName: Inner, members: ["1"] }
`,
  )
  writeFileSync(join(folder, 'more.csv'), 'Display_Name,Email\nOmar Haddad,omar@corp.example\n')
  mkdirSync(join(folder, 'mail'))
  return { config, people }
}

t.test('a sync does not bring rules into force that free most people', async (t) => {
  const { config } = setUp(t)
  const protection = join(config, '..', 'protection.yaml')
  await run(config, 'sync')
  const before = readFileSync(protection, 'utf8')
  writeFileSync(protection, 'protect: []\n')
  await t.rejects(run(config, 'sync', 'Staff'), {
    code: 'rules-shrink',
    message: /frees 1 of 1 protected people.*namesake reload --force/,
  })
  writeFileSync(protection, before)
  t.match((await run(config, 'directory', 'jane', '--protected')).out, /Jane Roe/, 'she is protected as before')
  writeFileSync(protection, 'protect: []\n')
  t.match((await run(config, 'sync', '--accept-shrink')).out, /^Staff: /, 'unless it is meant')
})

t.test('directory and sync, as typed', async (t) => {
  const { config, people } = setUp(t)
  const before = await run(config, 'directory', '--json')
  t.strictSame(
    before.out
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { state: string }).state),
    ['never', 'never'],
  )
  await t.rejects(run(config, 'directory', 'jane'), { code: 'store-unusable', message: /namesake sync/ })

  const sync = await run(config, 'sync')
  t.match(
    sync.out,
    /^Staff: 2 added; 2 people and 2 groups \(everything read in [\d.]+ s\)\nMore: 1 added; 1 person and 0 groups/,
  )
  t.match((await run(config, 'sync', 'staff')).out, /^Staff: nobody changed; 2 people and 2 groups \(changes read/)
  await t.rejects(run(config, 'sync', 'Nobody'), { code: 'usage', message: /the configuration has "Staff", "More"/ })

  const lines = (text: string) =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  const [staff] = lines((await run(config, 'directory', '--json')).out)
  t.strictSame(Object.keys(staff ?? {}), [
    'name',
    'type',
    'state',
    'lastSync',
    'age',
    'nextRun',
    'people',
    'groups',
    'error',
  ])
  t.match(staff, {
    name: 'Staff',
    type: 'file',
    state: 'ok',
    lastSync: /Z$/,
    nextRun: /Z$/,
    people: 2,
    groups: 2,
    error: null,
  })
  t.strictSame(lines((await run(config, 'directory', '--json', '--people', 'jane')).out), [
    {
      directory: 'Staff',
      id: '1',
      displayName: 'Jane Roe',
      givenName: 'Jane',
      surname: 'Roe',
      addresses: ['jane@corp.example'],
      secondaryEmails: ['jane@home.example'],
      groups: ['b', 'inner'],
      protected: true,
    },
  ])
  t.strictSame(lines((await run(config, 'directory', '--json', '--groups', 'boa')).out), [
    { directory: 'Staff', id: 'b', displayName: 'Board', members: ['1'], protected: true },
  ])
  t.equal(lines((await run(config, 'directory', '--json', '--people')).out).length, 3)
  t.match((await run(config, 'directory', 'erik')).out, /Érik Li/)
  t.match(
    (await run(config, 'directory', 'JANE@home.example')).out,
    /\* +Jane Roe +jane@corp\.example \(jane@home\.example\)/,
  )
  t.match(
    (await run(config, 'directory', '--group', 'board')).out,
    /^\* Board \(Staff, b\): 1 person\n.*\n\* +Jane Roe/,
  )
  t.match((await run(config, 'directory')).out, /NAME.*\nStaff +file +ok/)
  const none = await run(config, 'directory', 'zzz')
  t.match(none, { out: '', code: 65, err: /no person found for "zzz"/ })
  await t.rejects(run(config, 'directory', '--people', '--groups'), { code: 'usage' })

  writeFileSync(people, 'users:\n  - { id: "9", displayName: New One, mail: new@corp.example }\n')
  await t.rejects(run(config, 'sync', 'Staff'), { code: 'sync-shrink', message: /2 of 2 people/ })
  t.match((await run(config, 'directory')).out, /Staff +file +failed.*would remove 2 of 2/)
  const both = await run(config, 'sync')
  t.match(both, { code: 65, err: /Staff: .*--accept-shrink/, out: /^More: nobody changed/ })
  t.match((await run(config, 'sync', 'Staff', '--accept-shrink')).out, /1 added, 2 removed/)
})

t.test('the protection file as it stands: an edit is seen at once, and what it names in vain is told', async (t) => {
  const { config } = setUp(t)
  const protection = join(config, '../protection.yaml')
  await run(config, 'sync')
  const marked = async () =>
    (await run(config, 'directory', '--people')).out.match(/^\* .*/gm)?.map((l) => l.slice(3, 11))
  t.strictSame(await marked(), ['Jane Roe'])
  writeFileSync(protection, 'protect:\n  - { directory: Staff, groups: [Boad], users: [erik@corp.example] }\n')
  t.strictSame(await marked(), ['Érik Li '], 'before anything else read the file')
  const wants = /^namesake: \S+protection\.yaml:2:34: .*"Boad".*"Board"/m
  t.match((await run(config, 'directory', '--groups')).err, wants)
  const sync = await run(config, 'sync', '--full', '--accept-shrink')
  t.match(sync.err, wants)
  t.equal(sync.code, 0)
})

t.test('a terminal gets a progress line, which is taken away at the end; nothing else does', async (t) => {
  const { config } = setUp(t)
  const shown = await runOn(true, config, 'sync', 'Staff')
  t.match(shown.err, /^\r\x1b\[KStaff: reading \d+(\r\x1b\[KStaff: (reading|writing people) \d+)*\r\x1b\[K$/)
  t.match(shown.out, /^Staff: 2 added/)
  t.equal((await runOn(false, config, 'sync', 'Staff', '--full')).err, '')
})
