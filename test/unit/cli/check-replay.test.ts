import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import t from 'tap'
import { addCheckVerb } from '../../../src/cli/check.ts'
import { rootCommand } from '../../../src/cli/verb.ts'

/** `check` over a month of mail: times, forms of output, another policy, a report. */
const folder = mkdtempSync(join(tmpdir(), 'namesake-replay-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
const at = (...path: string[]): string => join(folder, ...path)
const write = (path: string, text: string): void => writeFileSync(at(path), text)

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
write('actions.yaml', 'protect:\n  - { directory: Staff, users: [jane] }\nactions: { certain: reject }\n')
write('nora.yaml', 'protect:\n  - { directory: Staff, users: [nora] }\n')
write(
  'own.yaml',
  'protect:\n  - { directory: Staff, users: [jane] }\npeople:\n  jane: { secondaryEmails: [x@evil.example] }\n',
)
write(
  'people.yaml',
  `users:
  - { id: jane, displayName: Jane Roe, givenName: Jane, surname: Roe, mail: jane.roe@corp.example }
  - { id: nora, displayName: Nora Blake, givenName: Nora, surname: Blake, mail: nora.blake@corp.example }
`,
)
utimesSync(at('people.yaml'), 1, 1)

const jane = 'From: Jane Roe <x@evil.example>\n\nbody\n'
const nora = 'From: Nora Blake <n@evil.example>\n\nbody\n'
const other = 'From: Somebody Else <s@elsewhere.example>\n\nbody\n'
const mark = (day: number): string => `From a@b.example Mon Nov ${String(day).padStart(2)} 10:00:00 2026\n`
write('box.mbox', `${mark(1)}${jane}\n${mark(2)}${nora}\n${mark(3)}${other}\n${mark(4)}${jane}`)

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

async function check(args: readonly string[], stdin: Readable = Readable.from([]), stop?: AbortSignal): Promise<Ran> {
  const [out, err] = [new PassThrough(), new PassThrough()]
  const texts = { out: '', err: '' }
  out.on('data', (chunk: Buffer) => (texts.out += chunk.toString()))
  err.on('data', (chunk: Buffer) => (texts.err += chunk.toString()))
  let code: number | null = null
  const program = rootCommand()
  addCheckVerb(program, { out, err, exit: (n) => (code = n), stdin, ...(stop ? { stop } : {}) })
  await program.parseAsync(['check', '--config', at('namesake.yaml'), ...args], { from: 'user' })
  await new Promise(setImmediate)
  return { code, ...texts }
}

type Line = Record<string, unknown>
const lines = (ran: Ran): Line[] =>
  ran.out
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
const numbers = (ran: Ran): string[] => lines(ran).map(({ source }) => String(source).replace(/^.*#/, ''))

t.test('only mail of some time', async (t) => {
  const box = at('box.mbox')
  t.same(numbers(await check(['--json', '--since', '2026-11-02T12:00Z', box])), ['3', '4'])
  t.same(numbers(await check(['--json', '--until', '2026-11-02T12:00Z', box])), ['1', '2'])
  t.same(numbers(await check(['--json', '--since', '2026-11-02T10:00Z', '--until', '2026-11-03T10:00Z', box])), ['2'])
  t.match((await check(['--since', '2026-11-02T12:00Z', box])).out, /^2 messages: .*; 2 outside the times asked for$/m)

  for (const part of ['cur', 'new', 'tmp']) mkdirSync(at('Mail', part), { recursive: true })
  write('Mail/cur/1793613600.M1.h:2,S', `Date: Mon, 2 Nov 2020 10:00:00 +0000\n${jane}`)
  write('Mail/cur/1762077600.M1.h:2,S', `Date: Mon, 2 Nov 2026 10:00:00 +0000\n${jane}`)
  const maildir = lines(await check(['--json', '--since', '2026-11-01T00:00Z', at('Mail')]))
  t.match(maildir, [{ source: /1793613600/ }], 'a Maildir: by the time of delivery')
  t.equal(maildir.length, 1)

  write('old.eml', `Date: Mon, 2 Nov 2020 10:00:00 +0000\n${jane}`)
  write('new.eml', `Date: Mon, 2 Nov 2026 10:00:00 +0000\n${jane}`)
  write('undated.eml', jane)
  const files = await check(['--json', '--since', '2026-11-01', at('old.eml'), at('new.eml'), at('undated.eml')])
  t.match(
    lines(files),
    [{ source: /new/ }, { source: /undated/ }],
    'a file: by its Date field; without one it is judged',
  )
  t.match(files.err, /1 of the messages judged have no readable date/)
})

t.test('CSV', async (t) => {
  const ran = await check(['--csv', at('box.mbox')])
  t.equal(ran.code, 1)
  const rows = ran.out.split('\r\n')
  t.match(rows, [
    /^"source","time","verdict"/,
    /#1","2026-11-01T10:00:00.000Z","detected","certain","exact","jane"/,
    /#4"/,
    '',
  ])
  t.equal(rows.length, 4)
  t.equal((await check(['--csv', '--all', at('box.mbox')])).out.split('\r\n').length, 6)
  t.match((await check(['--csv'], Readable.from([other]))).out, /^"source",[^\n]*\r\n$/, 'a head row at least')
})

t.test('another policy: what it changes', async (t) => {
  const nora = await check(['--json', '--policy', at('nora.yaml'), at('box.mbox')])
  t.match(lines(nora), [
    { verdict: 'clean', change: 'no-longer-hit', before: { verdict: 'detected', person: 'jane', action: 'tag' } },
    { verdict: 'detected', person: 'nora', change: 'newly-hit', before: { verdict: 'clean', person: null } },
    { verdict: 'clean', change: null, before: { verdict: 'clean' } },
    { verdict: 'clean', change: 'no-longer-hit' },
  ])
  const actions = await check(['--policy', at('actions.yaml'), at('box.mbox')])
  t.match(actions.out, /^change +configured +tried +person +address +date \(UTC\) +subject +source\n/)
  t.match(actions.out, /\nother-action +tag exact +reject exact +Jane Roe +x@evil\.example .*#1\n/)
  t.notMatch(actions.out, /#3\n/, 'what stays the same is not listed')
  t.match((await check(['--all', '--policy', at('actions.yaml'), at('box.mbox')])).out, /\nsame +clean +clean .*#3\n/)
  t.match(actions.out, /The policy tried detects 2, the configured one 2\. What changes:/)
  t.match(actions.out, / 2 {2}hit with another action\n/)
  t.match(actions.out, / 2 {2}tag to reject\n/)
  const own = await check(['--policy', at('own.yaml'), at('box.mbox')])
  t.equal(own.code, 0, 'nothing is detected by the policy tried')
  t.match(own.out, /No longer hit:\n +2 {2}Jane Roe as x@evil\.example/)
  const csv = await check(['--csv', '--policy', at('nora.yaml'), at('box.mbox')])
  t.match(csv.out.split('\r\n')[0], /"action","change","before_verdict",.*"before_action"$/)
  t.match(csv.out, /"newly-hit","clean"/)
})

t.test('a report', async (t) => {
  const ran = await check(['--html', at('report.html'), '--policy', at('nora.yaml'), at('box.mbox')])
  t.match(ran.out, /4 messages/)
  const page = readFileSync(at('report.html'), 'utf8')
  t.match(page, /<svg class="timeline"/)
  t.match(page, /newly hit/)
  t.match(page, /namesake secondary add nora\.blake@corp\.example n@evil\.example/)
  t.equal(page.match(/<script/g)?.length, 1, 'the one that copies proposals')
  t.match(page, /<button type="button" class="copy" hidden>Copy<\/button><pre>namesake secondary add/)
  t.same(
    readdirSync(folder).filter((name) => name.includes('.tmp')),
    [],
    'nothing is left beside it',
  )
  await t.rejects(check(['--html', at('none', 'r.html'), at('box.mbox')]), {
    code: 'input-invalid',
    message: /the report can't be written to ".*": the folder does not exist/,
  })
  await t.rejects(check(['--html', folder, at('box.mbox')]), { code: 'input-invalid', message: /it is no file/ })
})

t.test('an early end: the results so far', async (t) => {
  const controller = new AbortController()
  async function* endless(): AsyncGenerator<Buffer> {
    yield Buffer.from(`${mark(1)}${jane}\n${mark(2)}${jane}\n${mark(3)}${other}\n`)
    setTimeout(() => controller.abort(), 50)
    await new Promise(() => undefined)
  }
  const ran = await check(['--html', at('early.html')], Readable.from(endless()), controller.signal)
  t.equal(ran.code, 130)
  t.match(ran.err, /interrupted; this is what was judged until then/)
  t.match(ran.out, /^3 messages: 1 clean, 2 detected/m)
  t.match(readFileSync(at('early.html'), 'utf8'), /The run was interrupted/)
  const again = new AbortController()
  again.abort()
  const json = await check(['--json', at('box.mbox')], Readable.from([]), again.signal)
  t.equal(json.out, '')
  t.match(json.err, /0 messages/, 'beside JSON the summary goes to standard error')
})

t.test('wrong options are told with what is accepted', async (t) => {
  const cases: [string[], RegExp][] = [
    [['--since', 'yesterday'], /--since: "yesterday" is no time; accepted: 2026-10-01/],
    [['--until', '2026-02-30'], /--until: "2026-02-30" is no time/],
    [['--since', '2026-02-02', '--until', '2026-02-01'], /--since must lie before --until/],
    [['--jobs', '0'], /--jobs: "0" is no number of processes; accepted: 1 to 64, or auto/],
    [['--jobs', '1e3'], /--jobs/],
    [['--json', '--csv'], /exclude each other/],
    [['-', '-'], /only once/],
  ]
  for (const [args, message] of cases) await t.rejects(check(args), { code: 'usage', message }, args.join(' '))
  t.notOk(existsSync(at('-')), 'nothing was written')
})
