import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { addCheckVerb } from '../../../src/cli/check.ts'
import { rootCommand } from '../../../src/cli/verb.ts'

/** The verb as it runs, over a folder of its own with a people file, a store and messages. */
const folder = mkdtempSync(join(tmpdir(), 'namesake-check-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
const at = (...path: string[]): string => join(folder, ...path)
const write = (path: string, text: string | Buffer): void => writeFileSync(at(path), text)

write(
  'namesake.yaml',
  `smtp: { listen: ["127.0.0.1:0"], relay: "smtp://127.0.0.1:1" }
store: ./store
protection: ./protection.yaml
directories:
  - { name: Staff, type: file, path: ./people.yaml, sync: "0 0 1 1 *" }
`,
)
write('protection.yaml', 'protect:\n  - { directory: Staff, users: [jane] }\n')
write('other.yaml', 'protect:\n  - { directory: Staff, users: [nora] }\nactions: { certain: reject }\n')
write('broken.yaml', 'protect: 7\n')
write(
  'people.yaml',
  `users:
  - { id: jane, displayName: Jane Roe, givenName: Jane, surname: Roe, mail: jane.roe@corp.example }
  - { id: nora, displayName: Nora Blake, givenName: Nora, surname: Blake, mail: nora.blake@corp.example }
`,
)
// Older than any sync, so that the file counts as changed only where a test changes it.
utimesSync(at('people.yaml'), 1, 1)

const bad = 'From: Jane Roe <x@evil.example>\r\nSubject: s\r\n\r\nFrom: Nora Blake <y@evil.example>\r\n'
const nora = 'From: Nora Blake <nora@evil.example>\n\nbody\n'
const good = 'From: Jane Roe <jane.roe@corp.example>\n\nbody\n'
write('bad.eml', bad)
write('nora.eml', nora)
write('good.eml', good)
write('bad.eml.gz', gzipSync(bad))
const postmark = 'From a@b.example Mon Nov  2 10:00:00 2026\n'
write('box.mbox', `${postmark}${good}\n${postmark}${bad.replace(/\r/g, '')}\n${postmark}${nora}`)
write('box.mbox.gz', gzipSync(`${postmark}${good}\n${postmark}${bad.replace(/\r/g, '')}\n`))
write('junk.bin', Buffer.from([0, 1, 2, 3]))
write('cut.gz', gzipSync(bad.repeat(100)).subarray(0, 40))
for (const name of ['cur', 'new', 'tmp', '.Sent', '.Sent/cur', '.Sent/new', '.Sent/tmp'])
  mkdirSync(at('Maildir', name), { recursive: true })
write('Maildir/cur/1.a:2,S', good)
write('Maildir/new/2.b', bad)
write('Maildir/tmp/3.c', bad)
write('Maildir/.Sent/cur/4.d:2,', bad)
write('Maildir/dovecot.index', 'From: Jane Roe <index@evil.example>\n\n')
mkdirSync(at('plain', 'deep'), { recursive: true })
write('plain/10', bad)
write('plain/9', good)
write('plain/picture.png', bad)
write('plain/deep/a.eml', bad)
symlinkSync(at('plain'), at('plain', 'deep', 'loop'))

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

async function check(args: readonly string[], stdin = ''): Promise<Ran> {
  const [out, err] = [new PassThrough(), new PassThrough()]
  const texts = { out: '', err: '' }
  out.on('data', (chunk: Buffer) => (texts.out += chunk.toString()))
  err.on('data', (chunk: Buffer) => (texts.err += chunk.toString()))
  let code: number | null = null
  const program = rootCommand()
  addCheckVerb(program, { out, err, exit: (n) => (code = n), stdin: Readable.from([Buffer.from(stdin)]) })
  await program.parseAsync(['check', '--config', at('namesake.yaml'), ...args], { from: 'user' })
  await new Promise(setImmediate)
  return { code, ...texts }
}

const lines = (ran: Ran): Record<string, unknown>[] =>
  ran.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

const brief = (ran: Ran): string[] =>
  lines(ran).map((line) => `${String(line.source).replace(`${folder}/`, '')} ${String(line.verdict)}`)

t.test('the first run synchronises the people file and judges', async (t) => {
  const ran = await check(['--json', at('bad.eml'), at('good.eml')])
  t.equal(ran.err, '')
  t.equal(ran.code, 1)
  t.same(lines(ran), [
    {
      source: at('bad.eml'),
      verdict: 'detected',
      tier: 'certain',
      kind: 'exact',
      person: 'jane',
      name: 'Jane Roe',
      address: 'x@evil.example',
      reason: 'Protected Name Jane Roe should not appear as x@evil.example',
      action: 'tag',
    },
    {
      source: at('good.eml'),
      verdict: 'clean',
      tier: null,
      kind: null,
      person: null,
      name: null,
      address: null,
      reason: null,
      action: null,
    },
  ])
})

t.test('where messages are found', async (t) => {
  const cases: [string, string[], string[], number][] = [
    ['mbox', ['box.mbox'], ['box.mbox#1 clean', 'box.mbox#2 detected', 'box.mbox#3 clean'], 1],
    ['mbox, compressed', ['box.mbox.gz'], ['box.mbox.gz#1 clean', 'box.mbox.gz#2 detected'], 1],
    ['a message, compressed', ['bad.eml.gz'], ['bad.eml.gz detected'], 1],
    [
      'Maildir++',
      ['Maildir'],
      ['Maildir/.Sent/cur/4.d:2, detected', 'Maildir/cur/1.a:2,S clean', 'Maildir/new/2.b detected'],
      1,
    ],
    ['folder', ['plain'], ['plain/9 clean', 'plain/10 detected', 'plain/deep/a.eml detected'], 1],
    ['clean only', ['good.eml', 'nora.eml'], ['good.eml clean', 'nora.eml clean'], 0],
  ]
  for (const [name, paths, want, code] of cases) {
    const ran = await check(['--json', ...paths.map((path) => at(path))])
    t.same([...brief(ran)].sort(), [...want].sort(), name)
    t.equal(ran.code, code, `${name}: exit code`)
  }
  t.same(brief(await check(['--json'], bad)), ['- detected'], 'standard input')
  t.same(brief(await check(['--json', '-'], `${postmark}${bad}`)), ['-#1 detected'], 'an mbox on standard input')
})

t.test('what can not be read is said, and the rest is judged', async (t) => {
  const ran = await check(['--json', at('none.eml'), at('junk.bin'), at('cut.gz'), at('bad.eml')])
  t.equal(ran.code, 65)
  t.match(ran.err, /none\.eml: does not exist/)
  t.match(ran.err, /junk\.bin: is no message/)
  t.match(ran.err, /cut\.gz: is cut off/)
  t.same(brief(ran), ['bad.eml detected'])
})

t.test('another protection file, without touching the store', async (t) => {
  const ran = await check(['--json', '--policy', at('other.yaml'), at('bad.eml'), at('nora.eml')])
  t.same(brief(ran), ['bad.eml clean', 'nora.eml detected'])
  t.equal(lines(ran)[1]?.action, 'reject')
  t.same(brief(await check(['--json', at('bad.eml'), at('nora.eml')])), ['bad.eml detected', 'nora.eml clean'])
  await t.rejects(check(['--policy', at('broken.yaml'), at('bad.eml')]), { code: 'config-invalid' })
})

t.test('a table and a summary', async (t) => {
  const ran = await check([at('box.mbox')])
  t.match(ran.out, /^verdict +tier +kind +action +person +address +date \(UTC\) +subject +source\n/)
  t.match(ran.out, /\ndetected +certain +exact +tag +Jane Roe +x@evil\.example +.*box\.mbox#2\n/)
  t.match(ran.out, /3 messages: 2 clean, 1 detected, 0 unchecked/)
  t.match(ran.out, /namesake secondary add jane\.roe@corp\.example x@evil\.example --config /)
  const clean = await check([at('good.eml')])
  t.equal(clean.out, '1 message: 1 clean, 0 detected, 0 unchecked\n')
  t.match((await check(['--all', at('good.eml')])).out, /^verdict[^]*\nclean +.*good\.eml\n/)
})

t.test('explained step by step', async (t) => {
  const ran = await check(['--explain', at('bad.eml')])
  t.match(ran.out, /from: "Jane Roe" as display-name, beside "x@evil\.example"/)
  t.match(ran.out, /keys tried: /)
  t.match(ran.out, /matches Jane Roe \(Staff, jane\): exact, certain/)
  t.match(ran.out, /detected: exact, certain, tag: Protected Name Jane Roe/)
  t.match((await check(['--explain', at('good.eml')])).out, /excused: jane\.roe@corp\.example is an own address/)
})

t.test('hostile names are shown harmless', async (t) => {
  const name = Buffer.from('Jane Roe\u202e\u001b[31m').toString('base64')
  const address = 'x`rm`@evil.example'
  const ran = await check([], `From: =?utf-8?B?${name}?= <${address}>\n\n`)
  t.notMatch(ran.out, /[\u001b\u202e]/)
  t.match(ran.out, /detected/)
  t.notMatch(ran.out, /secondary add/)
  const explained = await check(['--explain'], `From: =?utf-8?B?${name}?= <${address}>\n\n`)
  t.notMatch(explained.out, /[\u001b\u202e]/)
})

t.test('a changed people file is read first', async (t) => {
  write(
    'people.yaml',
    `users:
  - { id: jane, displayName: Jane Roe, mail: jane.roe@corp.example, userPrincipalName: x@evil.example }
  - { id: nora, displayName: Nora Blake, mail: nora.blake@corp.example }
`,
  )
  utimesSync(at('people.yaml'), new Date(Date.now() + 60_000), new Date(Date.now() + 60_000))
  t.same(brief(await check(['--json', at('bad.eml')])), ['bad.eml clean'])
  write('people.yaml', 'users: [{ id: 7')
  utimesSync(at('people.yaml'), new Date(Date.now() + 120_000), new Date(Date.now() + 120_000))
  const ran = await check(['--json', at('bad.eml')])
  t.match(ran.err, /directory "Staff" is not read again/)
  t.same(brief(ran), ['bad.eml clean'], 'what the store holds is used')
})

t.test('a damaged store is moved aside and built anew', async (t) => {
  write('people.yaml', 'users:\n  - { id: jane, displayName: Jane Roe, mail: jane.roe@corp.example }\n')
  write('store/data.mdb', Buffer.alloc(40_000, 7))
  const ran = await check(['--json', at('bad.eml')])
  t.match(ran.err, /it was moved to/)
  t.same(brief(ran), ['bad.eml detected'])
})

t.test('without a store and without a file to make it from, the way out is said', async (t) => {
  write(
    'cloud.yaml',
    `smtp: { listen: ["127.0.0.1:0"], relay: "smtp://127.0.0.1:1" }
store: ./none
protection: ./protection.yaml
directories:
  - { name: Staff, type: office365, tenant: t.example, clientId: 11111111-2222-3333-4444-555555555555, clientSecret: { file: ./people.yaml } }
`,
  )
  const program = rootCommand()
  addCheckVerb(program, { out: new PassThrough(), err: new PassThrough(), exit: () => undefined })
  await t.rejects(program.parseAsync(['check', '--config', at('cloud.yaml'), at('bad.eml')], { from: 'user' }), {
    code: 'store-unusable',
    message: /run: namesake sync/,
  })
})
