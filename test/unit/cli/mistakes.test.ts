import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import t from 'tap'
import { run } from '../../../src/cli/run.ts'

/**
 * Mistakes that administrators make, each with the message that it gets: what is wrong, where, and the fix. With
 * NAMESAKE_MISTAKES=FILE the table is written there as Markdown.
 */

interface Mistake {
  readonly name: string
  readonly words: readonly string[]
  /** Makes the mistake in a copy of a sound installation. */
  readonly make?: (folder: string) => void | Promise<() => void>
  readonly code: number
  readonly says: RegExp
  /** Whether the configuration is left to be found. */
  readonly bare?: boolean
}

/** Changes a file's text. @throws if it does not hold what is to be changed */
function edit(file: string, from: string | RegExp, to: string): (folder: string) => void {
  return (folder) => {
    const path = join(folder, 'config', file)
    const text = readFileSync(path, 'utf8')
    const changed = text.replace(from, to)
    if (changed === text) throw new Error(`${file} does not hold ${String(from)}`)
    writeFileSync(path, changed)
  }
}

function write(file: string, text: string | Buffer): (folder: string) => void {
  return (folder) => writeFileSync(join(folder, file), text)
}

/** Takes the port that the configuration names. */
async function takePort(folder: string): Promise<() => void> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  edit('namesake.yaml', '127.0.0.1:10025', `127.0.0.1:${port}`)(folder)
  return () => server.close()
}

const protection = 'config/protection.yaml'
const mistakes: readonly Mistake[] = [
  {
    name: 'starting it before anything is set up',
    words: ['serve'],
    bare: true,
    code: 78,
    says: /there is no configuration: .*fix: \"namesake init\" writes one/,
  },
  {
    name: 'setting it up twice',
    words: ['init', '--yes'],
    code: 65,
    says: /namesake\.yaml and .*protection\.yaml stand there already, and nothing is overwritten; fix: edit it/,
  },
  {
    name: 'a verb with a slip',
    words: ['protct', 'Executives'],
    code: 64,
    says: /unknown command 'protct'\s+\(Did you mean protect\?\)/,
  },
  {
    name: 'a tab for indentation',
    words: ['serve'],
    make: write(protection, 'protect:\n\t- directory: Staff\n'),
    code: 78,
    says: /protection\.yaml:2:1: a tab stands in the indentation; .*fix: replace each tab by two spaces/,
  },
  {
    name: 'a key with a slip',
    words: ['config', 'check'],
    make: edit('protection.yaml', 'groups:', 'group:'),
    code: 78,
    says: /protection\.yaml:\d+:5: .*unknown key \"group\"; .*fix: did you mean groups\?/,
  },
  {
    name: 'a time without its unit',
    words: ['config', 'check'],
    make: edit('namesake.yaml', /^ {2}relay:/m, '  timeouts: { command: 300 }\n  relay:'),
    code: 78,
    says: /namesake\.yaml:\d+:\d+: smtp\.timeouts\.command: here stands 300; .*fix: write the unit/,
  },
  {
    name: 'a schedule that is none',
    words: ['config', 'check'],
    make: edit('namesake.yaml', '"*/5 * * * *"', '"*/5 * *"'),
    code: 78,
    says: /sync: 3 fields stand there; .*accepted: a cron expression of five or six fields, .*or a duration .*such as 30m/,
  },
  {
    name: 'open to the world',
    words: ['config', 'check'],
    make: (folder) => {
      edit('namesake.yaml', '["127.0.0.1:10025"]', '["0.0.0.0:10025"]')(folder)
      edit('namesake.yaml', /^ {2}clients:.*\n/m, '')(folder)
    },
    code: 78,
    says: /other machines can reach 0\.0\.0\.0:10025 and smtp\.clients does not say which may use it; fix: add smtp\.clients/,
  },
  {
    name: 'relaying to itself',
    words: ['config', 'check'],
    make: edit('namesake.yaml', /^ {2}relay: .*/m, '  relay: "smtp://127.0.0.1:10025"'),
    code: 78,
    says: /smtp\.relay: .*(itself|listens)/,
  },
  {
    name: 'a secret that is not in the environment',
    words: ['serve'],
    make: edit(
      'namesake.yaml',
      /^ {2}relay:/m,
      '  nextHop: { tls: require, user: me, password: { env: NAMESAKE_TEST_UNSET } }\n  relay:',
    ),
    code: 78,
    says: /password: the environment variable NAMESAKE_TEST_UNSET is not set; accepted: \{ env: NAME \}/,
  },
  {
    name: 'a port that somebody else has',
    words: ['config', 'check', '--live'],
    make: takePort,
    code: 78,
    says: /PROBLEM  smtp listener 127\.0\.0\.1:\d+ +in use by another program/,
  },
  {
    name: 'a mail server that is not there',
    words: ['config', 'check', '--live'],
    make: edit('namesake.yaml', /^ {2}relay: .*/m, '  relay: "smtp://127.0.0.1:1"'),
    code: 78,
    says: /PROBLEM  next hop smtp:\/\/127\.0\.0\.1:1 +connect ECONNREFUSED/,
  },
  {
    name: 'a group with a slip, in the file',
    words: ['config', 'check', '--live'],
    make: edit('protection.yaml', 'Executives', 'Executves'),
    code: 78,
    says: /PROBLEM .*Executves.*Executives/,
  },
  {
    name: 'a group with a slip, by the verb',
    words: ['protect', 'Executves'],
    code: 65,
    says: /no directory has a group or person \"Executves\"; did you mean \"Executives\"\?/,
  },
  {
    name: 'a name that two people have',
    words: ['protect', 'Sam Twin'],
    code: 65,
    says: /"Sam Twin" could be .*sam\.twin@.*sam\.twin2@.*; fix: give an address or the id/,
  },
  {
    name: 'a group of nobody',
    words: ['protect', 'Ghosts'],
    code: 65,
    says: /holds nobody, so this protects nobody.*\nnothing was changed; fix: --yes/,
  },
  {
    name: 'a private address that lets everybody through',
    words: ['secondary', 'add', 'Jane Roe', '/.*/'],
    code: 65,
    says: /fits every address: it would lift Jane Roe's protection\nnothing was changed; fix: --yes/,
  },
  {
    name: 'a private address that lets every colleague through',
    words: ['secondary', 'add', 'Jane Roe', '/.*@corp\\.example/'],
    code: 65,
    says: /fits every address of corp\.example: any colleague could write in this name\nnothing was changed/,
  },
  {
    name: 'a private address on no domain',
    words: ['secondary', 'add', 'Jane Roe', 'jane@home'],
    code: 65,
    says: /has no dot: mail from outside can't come from it\nnothing was changed/,
  },
  {
    name: 'an action that is none',
    words: ['actions', '--certain', 'refuse'],
    code: 64,
    says: /\"refuse\" is no action; accepted: monitor, tag, quarantine, reject/,
  },
  {
    name: 'the protection file is gone',
    words: ['serve'],
    make: (folder) => rmSync(join(folder, protection)),
    code: 78,
    says: /protection\.yaml:1:1: this file can't be read: it does not exist; fix: namesake protect WHO begins it/,
  },
  {
    name: 'the protection file is all comments',
    words: ['config', 'check'],
    make: write(protection, '# protect: []\n'),
    code: 78,
    says: /the file is empty; accepted: a map of options, .*; fix: namesake protect WHO begins it/,
  },
  {
    name: 'the people file is gone',
    words: ['sync'],
    make: (folder) => rmSync(join(folder, 'config/people.yaml')),
    code: 65,
    says: /people\.yaml.*(does not exist|no such)/,
  },
  {
    name: 'a person twice',
    words: ['sync'],
    make: write(
      'config/people.yaml',
      'users:\n  - { id: a, displayName: A B, mail: a@corp.example }\n  - { id: a, displayName: C D, mail: c@corp.example }\n',
    ),
    code: 65,
    says: /people\.yaml:3.*\ba\b/,
  },
  {
    name: 'an address without an @ in a CSV',
    words: ['sync'],
    make: (folder) => {
      write('config/people.csv', 'Display_Name;Email\nJane Roe;jane.roe@corp.example\nErik Li;erik.li\n')(folder)
      edit('namesake.yaml', 'people.yaml', 'people.csv')(folder)
    },
    code: 65,
    says: /people\.csv:3.*erik\.li/,
  },
  {
    name: 'most people gone from the source',
    words: ['sync'],
    make: write('config/people.yaml', 'users:\n  - { id: "1", displayName: Jane Roe, mail: jane.roe@corp.example }\n'),
    code: 65,
    says: /--accept-shrink/,
  },
  {
    name: 'a directory that there is not',
    words: ['sync', 'Stuff'],
    code: 64,
    says: /there is no directory \"Stuff\"; the configuration has \"Staff\"/,
  },
  {
    name: 'checking what is no message',
    words: ['check', 'FOLDER/zip.eml'],
    make: write('zip.eml', Buffer.from('504b0304140000000800aabbccdd00112233', 'hex')),
    code: 65,
    says: /no message/,
  },
  {
    name: 'checking a path that is not there',
    words: ['check', 'FOLDER/Maildr'],
    code: 65,
    says: /Maildr.*(does not exist|no such)/,
  },
  {
    name: 'asking for the status while nothing runs',
    words: ['status'],
    code: 69,
    says: /no daemon runs on the store/,
  },
  {
    name: 'consent for a directory that needs none',
    words: ['authorize', 'Staff'],
    code: 64,
    says: /\"Staff\" is of type file, which needs no consent/,
  },
]

t.setTimeout(600_000)

const people = `users:
  - { id: "1", displayName: Jane Roe, givenName: Jane, surname: Roe, mail: jane.roe@corp.example, groups: [e] }
  - { id: "2", displayName: Erik Lindqvist, mail: erik.lindqvist@corp.example, groups: [e] }
  - { id: "3", displayName: Sam Twin, mail: sam.twin@corp.example }
  - { id: "4", displayName: Sam Twin, mail: sam.twin2@corp.example }
groups:
  - { id: e, displayName: Executives, members: ["1", "2"] }
  - { id: g, displayName: Ghosts, members: [] }
`

/** Runs a command line as a terminal would; gives what was printed. */
async function command(words: readonly string[]): Promise<{ code: number; output: string }> {
  let output = ''
  const into = new Writable({
    write(text: Buffer, _encoding, done) {
      output += text.toString()
      done()
    },
  })
  const code = await run(words, { out: into, err: into })
  return { code, output }
}

t.test('each mistake gets a message that helps', async (t) => {
  const sound = mkdtempSync(join(tmpdir(), 'namesake-sound-'))
  const scratch = mkdtempSync(join(tmpdir(), 'namesake-mistakes-'))
  t.teardown(() => [sound, scratch].forEach((folder) => rmSync(folder, { recursive: true, force: true })))
  mkdirSync(join(sound, 'config'))
  writeFileSync(join(sound, 'config/people.yaml'), people)
  const config = ['--config', join(sound, 'config/namesake.yaml')]
  const set = await command([
    'init',
    '--yes',
    '--people',
    join(sound, 'config/people.yaml'),
    '--protect',
    'Executives',
    ...config,
  ])
  t.equal(set.code, 0, set.output)
  edit('namesake.yaml', join(sound, 'config/people.yaml'), './people.yaml')(sound)
  const synchronised = await command(['sync', ...config])
  t.equal(synchronised.code, 0, synchronised.output)

  const rows: string[] = []
  for (const [index, mistake] of mistakes.entries()) {
    const folder = join(scratch, String(index))
    if (mistake.bare === true) mkdirSync(folder)
    else cpSync(sound, folder, { recursive: true, preserveTimestamps: true })
    const undo = await mistake.make?.(folder)
    const words = mistake.words.map((word) => word.replace('FOLDER', folder))
    const named = mistake.bare === true ? [] : ['--config', join(folder, 'config/namesake.yaml')]
    const before = process.cwd()
    if (mistake.bare === true) process.chdir(folder)
    const { code, output } = await command([...words, ...named]).finally(() => {
      process.chdir(before)
      undo?.()
    })
    t.equal(code, mistake.code, `${mistake.name}: ${output}`)
    t.match(output, mistake.says, mistake.name)
    t.notMatch(output, /\n\s+at |our own fault/, 'no stack is thrown at an operator')
    const told = output.trim().replaceAll(`${folder}/`, '').replaceAll('\n', '<br>').replaceAll('|', '\\|')
    rows.push(
      `| ${index + 1} | ${mistake.name} | \`namesake ${mistake.words.join(' ').replace('FOLDER/', '')}\` | ${code} | ${told} |`,
    )
  }
  const file = process.env['NAMESAKE_MISTAKES']
  const head = '| | Mistake | Command | Exit | What is said |\n|---|---|---|---|---|\n'
  if (file !== undefined) writeFileSync(file, `${head}${rows.join('\n')}\n`)
})
