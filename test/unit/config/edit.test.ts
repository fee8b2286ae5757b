import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  lstatSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { Writable } from 'node:stream'
import t from 'tap'
import { addConfigVerbs } from '../../../src/cli/config-check.ts'
import { makeEdit } from '../../../src/admin/protection.ts'
import { addProtectVerbs } from '../../../src/cli/protect.ts'
import { rootCommand } from '../../../src/cli/verb.ts'
import { editProtection } from '../../../src/config/edit.ts'
import { loadConfig, loadProtection } from '../../../src/config/load.ts'
import { directorySources } from '../../../src/directory/sources/registry.ts'
import { ConfigError, NamesakeError } from '../../../src/errors.ts'
import type { Group, Person } from '../../../src/model.ts'
import { buildMemoryDirectory } from '../../../src/policy/memory.ts'

const example = resolve(import.meta.dirname, '../../../config')

function person(
  id: string,
  displayName: string,
  addresses: string[],
  groups: string[] = [],
  directory = 'Staff',
): Person {
  return { directory, id, displayName, givenName: null, surname: null, addresses, groups }
}

function group(id: string, displayName: string, members: string[], directory = 'Staff'): Group {
  return { directory, id, displayName, members }
}

const view = buildMemoryDirectory(
  [
    person('1', 'Jane Roe', ['jane.roe@corp.example', 'ceo@corp.example'], ['executives']),
    person('2', 'Erik Lindqvist', ['erik.lindqvist@corp.example'], ['executives']),
    person('4', 'Omar Haddad', ['omar.haddad@corp.example']),
    person('5', 'Wei Zhang', ['wei.zhang@corp.example']),
    person('6', 'One', ['shared@corp.example']),
    person('7', 'Two', ['shared@corp.example']),
    person('8', 'Nobody', []),
  ],
  [
    group('executives', 'Executives', ['1', '2']),
    group('finance', 'Finance & Control', ['5']),
    group('double-1', 'Double', []),
    group('double-2', 'Double', []),
  ],
)

/** A copy of the example files; the protection file is `text` where given. */
function folderOf(t: { testdir: () => string }, text?: string): { folder: string; file: string; read: () => string } {
  const folder = t.testdir()
  for (const name of ['namesake.yaml', 'protection.yaml', 'people.yaml'])
    copyFileSync(join(example, name), join(folder, name))
  const file = join(folder, 'protection.yaml')
  if (text !== undefined) writeFileSync(file, text)
  return { folder, file, read: () => readFileSync(file, 'utf8') }
}

/** Runs the command line; gives what went to standard output, or the error's code and message. */
async function run(folder: string, ...words: string[]): Promise<string> {
  const lines: string[] = []
  const into = (prefix: string): Writable =>
    new Writable({
      write(text: Buffer, _encoding, done) {
        lines.push(`${prefix}${text.toString().trimEnd()}`)
        done()
      },
    })
  const program = rootCommand().configureOutput({ writeErr: () => {} })
  addProtectVerbs(program, {
    out: into(''),
    err: into('stderr: '),
    exit: () => {},
    edit: (path, requests, accepted) =>
      makeEdit(
        { config: loadConfig(path, directorySources, { unbegun: true }).config, view, control: null },
        requests,
        accepted,
      ),
  })
  addConfigVerbs(program, { out: into(''), err: into('stderr: '), exit: () => {} })
  try {
    await program.parseAsync(['node', 'namesake', ...words, '--config', join(folder, 'namesake.yaml')])
  } catch (error) {
    if (!(error instanceof NamesakeError)) throw error
    lines.push(`${error.code}: ${error.message.replaceAll(`${folder}/`, '')}`)
  }
  return lines.join('\n')
}

/** Lines that came and went. */
function changes(before: string, after: string): string[] {
  const [a, b] = [before.split('\n'), after.split('\n')]
  return [
    ...a.filter((line) => !b.includes(line)).map((l) => `-${l}`),
    ...b.filter((line) => !a.includes(line)).map((l) => `+${l}`),
  ]
}

type Row = readonly [words: string[], says: RegExp, changes: string[]]

/** Each against a fresh copy of the example. */
const rows: readonly Row[] = [
  [
    ['protect', 'Finance & Control'],
    /^protected: group "Finance & Control" of "Staff" \(1 person\)$/,
    ['-    groups: ["Executives"]', '+    groups: ["Executives", "Finance & Control"]'],
  ],
  [
    ['protect', 'finance'],
    /^protected: group "Finance & Control"/,
    ['-    groups: ["Executives"]', '+    groups: ["Executives", "Finance & Control"]'],
  ],
  [['protect', '  EXECUTIVES '], /^group "Executives" of "Staff" is protected already$/, []],
  [
    ['protect', 'double-2'],
    /^input-invalid: group "Double" of "Staff" holds nobody.*\nnothing was changed; fix: --yes/,
    [],
  ],
  [
    ['protect', '--yes', 'double-2'],
    /^protected: group "Double"/,
    ['-    groups: ["Executives"]', '+    groups: ["Executives", "double-2"]'],
  ],
  [
    ['protect', 'Double'],
    /^input-invalid: "Double" means more than one: group double-1 of "Staff", group double-2 of "Staff"; fix/,
    [],
  ],
  [
    ['protect', 'Wei.Zhang@CORP.example'],
    /^protected: "Wei Zhang" \(wei.zhang@corp.example\)$/,
    ['-    users: ["omar.haddad@corp.example"]', '+    users: ["omar.haddad@corp.example", "Wei.Zhang@CORP.example"]'],
  ],
  [
    ['protect', '5'],
    /^protected: "Wei Zhang"/,
    ['-    users: ["omar.haddad@corp.example"]', '+    users: ["omar.haddad@corp.example", "wei.zhang@corp.example"]'],
  ],
  [
    ['protect', '6'],
    /^protected: "One"/,
    ['-    users: ["omar.haddad@corp.example"]', '+    users: ["omar.haddad@corp.example", "6"]'],
  ],
  [
    ['protect', '8'],
    /^protected: "Nobody" \(8\)/,
    ['-    users: ["omar.haddad@corp.example"]', '+    users: ["omar.haddad@corp.example", "8"]'],
  ],
  [['protect', 'omar.haddad@corp.example'], /^"Omar Haddad" .* is protected already, by name$/, []],
  [['protect', 'ceo@corp.example'], /^"Jane Roe" .* is protected already, through group "Executives"$/, []],
  [
    ['protect', 'shared@corp.example'],
    /^input-invalid: "shared@corp.example" means more than one: person 6 of "Staff", person 7/,
    [],
  ],
  [
    ['protect', 'Executive'],
    /^input-invalid: no directory has a group or person "Executive"; did you mean "Executives"\?$/,
    [],
  ],
  [
    ['protect', 'jane.ro@corp.example'],
    /^input-invalid: no directory has .*; did you mean "jane.roe@corp.example"/,
    [],
  ],
  [
    ['protect', 'Executives', '--directory', 'Stuff'],
    /^input-invalid: no directory "Stuff" is loaded; accepted: "Staff"$/,
    [],
  ],
  [
    ['protect', 'Nobody Known', 'Finance & Control'],
    /^input-invalid: no directory has a group or person "Nobody Known"$/,
    [],
  ],
  [
    ['protect', 'Finance & Control', 'wei.zhang@corp.example'],
    /^protected: group .*\n"Wei Zhang" .* is protected already, through group "Finance & Control"$/,
    ['-    groups: ["Executives"]', '+    groups: ["Executives", "Finance & Control"]'],
  ],
  [
    ['unprotect', 'Executives'],
    /^no longer protected: group "Executives" of "Staff"$/,
    ['-    groups: ["Executives"]', '+    groups: []'],
  ],
  [['unprotect', 'Finance & Control'], /is not protected by name$/, []],
  [
    ['unprotect', '4'],
    /^no longer protected: "Omar Haddad" \(omar.haddad@corp.example\)$/,
    ['-    users: ["omar.haddad@corp.example"]', '+    users: []'],
  ],
  [
    ['unprotect', 'jane.roe@corp.example'],
    /^no longer protected: "Jane Roe" .*; excluded from group "Executives"$/,
    ['+    exclude: ["jane.roe@corp.example"]'],
  ],
  [['unprotect', 'wei.zhang@corp.example'], /is not protected$/, []],
  [['unprotect', 'gone@corp.example'], /^input-invalid: no directory has a group or person "gone@corp.example"/, []],
  [
    ['secondary', 'add', 'ceo@corp.example', 'jroe@club.example'],
    /^secondary address of "Jane Roe" \(jane.roe@corp.example\): "jroe@club.example"$/,
    ['-    secondaryEmails: ["jane@home.example"]', '+    secondaryEmails: ["jane@home.example", "jroe@club.example"]'],
  ],
  [
    ['secondary', 'add', '1', 'Jane@HOME.example'],
    /^"Jane@HOME.example" is a secondary address of "Jane Roe" .* already$/,
    [],
  ],
  [['secondary', 'add', '1', 'CEO@corp.example'], /is an own address of "Jane Roe" .* already, in the directory$/, []],
  [
    ['secondary', 'add', '1', 'wei.zhang@corp.example'],
    /mind that it is the address of "Wei Zhang" \(wei.zhang@corp.example\)$/,
    [
      '-    secondaryEmails: ["jane@home.example"]',
      '+    secondaryEmails: ["jane@home.example", "wei.zhang@corp.example"]',
    ],
  ],
  [
    ['secondary', 'add', 'omar.haddad@corp.example', 'omar@home.example'],
    /^secondary address of "Omar Haddad"/,
    ['+  omar.haddad@corp.example:', '+    secondaryEmails: ["omar@home.example"]'],
  ],
  [
    ['secondary', 'add', '1', '/jane\\+.*@home\\.example/'],
    /^secondary address/,
    [
      '-    secondaryEmails: ["jane@home.example"]',
      '+    secondaryEmails: ["jane@home.example", "/jane\\\\+.*@home\\\\.example/"]',
    ],
  ],
  [['secondary', 'add', '1', '/jane(/'], /^input-invalid: .*missing closing \)/, []],
  [['secondary', 'add', '1', 'jane at home'], /^input-invalid: "jane at home" is no e-mail address/, []],
  [
    ['secondary', 'add', 'nobody@corp.example', 'x@home.example'],
    /^input-invalid: no directory has a person "nobody@corp.example"/,
    [],
  ],
  [
    ['secondary', 'remove', '1', 'JANE@home.example'],
    /^no longer a secondary address of "1": "JANE@home.example"$/,
    ['-    secondaryEmails: ["jane@home.example"]'],
  ],
  [
    ['secondary', 'remove', 'jane.roe@corp.example', 'x@home.example'],
    /is no secondary address of "jane.roe@corp.example"; it has "jane@home.example"$/,
    [],
  ],
  [['secondary', 'remove', '4', 'x@home.example'], /^"x@home.example" is no secondary address of "4"$/, []],
]

for (const [words, says, wanted] of rows) {
  t.test(words.join(' '), async (t) => {
    const { folder, read } = folderOf(t)
    const before = read()
    t.match(await run(folder, ...words), says)
    t.same(changes(before, read()), wanted)
    t.doesNotThrow(() => loadConfig(join(folder, 'namesake.yaml'), directorySources))
    const after = read()
    if (wanted.length > 0 && words[0] !== 'unprotect')
      t.match(await run(folder, ...words), /already|no secondary/, 'said to be so already')
    t.equal(read(), after, 'the second time changes nothing')
  })
}

t.test('protect and unprotect again leave the file as it was', async (t) => {
  const { folder, read } = folderOf(t)
  const before = read()
  for (const verb of ['protect', 'unprotect']) await run(folder, verb, 'Finance & Control', '5')
  t.equal(read().replace(/\n {4}exclude: .*/, ''), before)
  await run(folder, 'unprotect', 'ceo@corp.example')
  t.match(read(), /exclude: \["wei.zhang@corp.example", "ceo@corp.example"\]|exclude: \["ceo@corp.example"\]/)
  t.match(await run(folder, 'unprotect', 'jane.roe@corp.example'), /is not protected/)
  t.match(await run(folder, 'protect', 'jane.roe@corp.example'), /through group "Executives"; no longer excluded$/)
})

t.test('a file that is missing or all comments is begun', async (t) => {
  const begun = 'protect:\n  - directory: Staff\n    users: ["wei.zhang@corp.example"]\n'
  for (const [before, after] of [
    [null, begun],
    ['', begun],
    ['# who is protected\n\n# (nobody yet)\n', `# who is protected\n\n# (nobody yet)\n${begun}`],
    ['# no line end', `# no line end\n${begun}`],
    ['---\n# a document\n', null],
    ['\ufeff# with a mark\n', `\ufeff# with a mark\n${begun}`],
  ] as const) {
    const { folder, file, read } = folderOf(t, before ?? '')
    if (before === null) rmSync(file)
    t.match(await run(folder, 'protect', '5'), /^protected: "Wei Zhang"/, String(before))
    if (after !== null) t.equal(read(), after)
    const { rules } = loadConfig(join(folder, 'namesake.yaml'), directorySources)
    t.same(rules.protect[0]?.users, ['wei.zhang@corp.example'], 'and means that')
    if (before === null) t.equal(statSync(file).mode & 0o007, 0, 'not for others to read')
    t.match(await run(folder, 'secondary', 'add', '5', 'wei@home.example'), /^secondary address/)
  }
  const { folder, file } = folderOf(t)
  rmSync(file)
  t.match(await run(folder, 'unprotect', '5'), /is not protected/)
  t.notOk(existsSync(file), 'what changes nothing begins nothing')
})

t.test('an empty flow list has room to grow; an exclusion that ends leaves nothing behind', async (t) => {
  const { folder, read } = folderOf(
    t,
    'protect:\n  - directory: Staff\n    groups: [Executives]\n    users: [] # none yet\n    exclude: [ceo@corp.example]\n',
  )
  await run(folder, 'protect', '5')
  await run(folder, 'protect', '4')
  await run(folder, 'protect', 'ceo@corp.example')
  t.equal(
    read(),
    'protect:\n  - directory: Staff\n    groups: [Executives]\n    users: # none yet\n' +
      '      - "wei.zhang@corp.example"\n      - "omar.haddad@corp.example"\n',
  )
})

t.test('what no directory has any more can be taken out', async (t) => {
  const { folder, read } = folderOf(
    t,
    'protect:\n  - directory: Staff\n    users: [gone@corp.example]\n    groups: [Old Group] # 2019\n',
  )
  t.match(await run(folder, 'unprotect', 'old group'), /^no longer protected: "old group", which no directory has$/)
  t.match(await run(folder, 'unprotect', 'gone@corp.example'), /which no directory has$/)
  t.equal(read(), 'protect:\n  - directory: Staff\n    users: []\n    groups: [] # 2019\n')
})

t.test('a file with faults is not edited', async (t) => {
  const { folder, read } = folderOf(t, 'protect:\n  - directory: Staff\n    group: [Executives]\n')
  t.match(
    await run(folder, 'protect', 'Finance & Control'),
    /^config-invalid: protection.yaml:3:5: protect\[0\].group: unknown key/,
  )
  t.match(read(), /group: \[Executives\]\n$/)
})

t.test('an edit that would make the file invalid is not written', async (t) => {
  const { folder, read } = folderOf(t)
  const { config } = loadConfig(join(folder, 'namesake.yaml'), directorySources)
  const before = read()
  const bad = { steps: [{ op: 'add', path: ['presets'], value: 'no-preset' } as const], message: '' }
  t.throws(() => editProtection(config, () => bad), { constructor: ConfigError, message: /presets\[0\]/ })
  t.equal(read(), before)
})

t.test('mode, link and folder stay as they are', async (t) => {
  const { folder, file } = folderOf(t)
  mkdirSync(join(folder, 'real'))
  const real = join(folder, 'real', 'protection.yaml')
  copyFileSync(file, real)
  chmodSync(real, 0o640)
  writeFileSync(
    join(folder, 'namesake.yaml'),
    readFileSync(join(folder, 'namesake.yaml'), 'utf8').replace('./protection.yaml', './linked.yaml'),
  )
  symlinkSync('real/protection.yaml', join(folder, 'linked.yaml'))
  t.match(await run(folder, 'protect', 'Finance & Control'), /^protected/)
  t.equal(statSync(real).mode & 0o777, 0o640)
  t.ok(lstatSync(join(folder, 'linked.yaml')).isSymbolicLink())
  t.match(readFileSync(real, 'utf8'), /Finance & Control/)
  t.same(readdirSync(join(folder, 'real')), ['protection.yaml'], 'no temporary file is left')
})

t.test('an edit by someone else in between is not lost', async (t) => {
  const { folder, file, read } = folderOf(t)
  const { config } = loadConfig(join(folder, 'namesake.yaml'), directorySources)
  const plan = (): { steps: { op: 'add'; path: string[]; value: string }[]; message: string } => {
    writeFileSync(file, 'protect: [] # theirs\n')
    return { steps: [{ op: 'add', path: ['authservIds'], value: 'mx' }], message: '' }
  }
  t.throws(() => editProtection(config, plan), { code: 'input-invalid', message: /someone else edited it meanwhile/ })
  t.equal(read(), 'protect: [] # theirs\n')
})

t.test('a byte-order mark stays where it is', async (t) => {
  const { folder, file, read } = folderOf(t)
  writeFileSync(file, `\ufeff${read()}`)
  const { config } = loadConfig(join(folder, 'namesake.yaml'), directorySources)
  const add = (value: string) => () => ({ steps: [{ op: 'add' as const, path: ['authservIds'], value }], message: '' })
  editProtection(config, add('mx'))
  editProtection(config, add('my'))
  t.match(read(), /^\ufeff[^\ufeff]+$/, 'once, at the start')
  t.same(loadProtection(config).rules.authservIds, ['mx', 'my'])
})

t.test('config check', async (t) => {
  const { folder, file } = folderOf(t)
  t.match(await run(folder, 'config', 'check'), /namesake.yaml and .*protection.yaml are valid$/)
  writeFileSync(file, 'protect: []\ntrustedSenders:\n  - from: x.example\n    until: 2020-01-01\n')
  t.match(
    await run(folder, 'config', 'check'),
    /^stderr: warning: .*protection.yaml:4:12: trustedSenders\[0\].until: .*\n.*are valid \(1 warning\)$/,
  )
  writeFileSync(file, 'protect: {}\n')
  t.match(await run(folder, 'config', 'check'), /^config-invalid: protection.yaml:1:10: protect: here stands {}/)
})

t.test('a plan sees the rules as the file has them', async (t) => {
  const { folder } = folderOf(t)
  const { config, rules } = loadConfig(join(folder, 'namesake.yaml'), directorySources)
  editProtection(config, (seen) => {
    t.same(seen, rules)
    return { steps: [], message: '' }
  })
  t.same(loadProtection(config).rules, rules)
})
