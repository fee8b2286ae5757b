import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { hostileTexts } from '../unit/admin/replay/hostile.ts'
import { cliPath, waitUntil } from './peers/daemon.ts'
import { findProgram, skipUnless } from './peers/scratch.ts'

/** `check` as it is shipped: in pipes, interrupted, over more mail than memory, and its report in a browser. */
const folder = mkdtempSync(join(tmpdir(), 'namesake-replayed-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
const at = (path: string): string => join(folder, path)

// What operators write into directories is no friendlier than mail: each hostile text is a person's name too.
const people = hostileTexts.map(([, text], i) => ({
  id: `p${i}`,
  displayName: `Zoe Quill ${text}`.replace(/[\ud800]/g, ''),
  mail: `p${i}@corp.example`,
}))
people.push({ id: 'jane', displayName: 'Jane Roe', mail: 'jane.roe@corp.example' })
writeFileSync(at('people.json'), JSON.stringify({ users: people }))
writeFileSync(
  at('namesake.yaml'),
  `smtp: { listen: ["127.0.0.1:0"], relay: "smtp://127.0.0.1:1" }
store: ./store
protection: ./protection.yaml
directories:
  - { name: Staff, type: file, path: ./people.json, sync: "0 0 1 1 *" }
`,
)
const users = people.map(({ id }) => id).join(', ')
writeFileSync(at('protection.yaml'), `protect:\n  - { directory: Staff, users: [${users}] }\n`)

const mark = 'From a@b.example Mon Nov  2 10:00:00 2026\n'
const jane = `${mark}From: Jane Roe <x@evil.example>\n\nbody\n\n`
const other = `${mark}From: Somebody Else <s@elsewhere.example>\n\nbody\n\n`

interface Ran {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

/** Runs a shell command in which `$check` is the verb with its configuration. */
function shell(
  command: string,
  feed?: (stdin: NodeJS.WritableStream, pid: number, out: () => string) => Promise<void>,
): Promise<Ran> {
  const env = { ...process.env, check: `${process.execPath} ${cliPath} check --config ${at('namesake.yaml')}` }
  const child = spawn('bash', ['-c', command], { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'] })
  const texts = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (texts.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (texts.err += chunk.toString()))
  child.stdin.on('error', () => undefined)
  if (feed === undefined) child.stdin.end()
  else void feed(child.stdin, child.pid ?? 0, () => texts.out)
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, ...texts })))
}

t.test('a reader that goes away ends the run quietly', async (t) => {
  writeFileSync(at('many.mbox'), jane.repeat(20_000))
  const head = await shell('$check --json many.mbox | head -n 3; echo "${PIPESTATUS[0]}" >&2')
  t.equal(head.out.trim().split('\n').length, 3)
  t.match(head.err, /^[01]\n$/, 'no message, no stack')
})

t.test('exit codes', async (t) => {
  writeFileSync(at('clean.eml'), 'From: x <x@y.example>\n\n')
  const cases: [string, number, RegExp][] = [
    ['$check clean.eml', 0, /^$/],
    [`printf 'From: Jane Roe <x@evil.example>\\n\\n' | $check`, 1, /^$/],
    ['$check --since never clean.eml', 64, /namesake: --since: "never" is no time/],
    ['$check --nothing', 64, /unknown option '--nothing'/],
    ['$check none.eml clean.eml', 65, /^namesake: none\.eml: does not exist\n$/],
    ['$check --config none.yaml', 78, /none\.yaml/],
    ['$check --policy none.yaml clean.eml', 78, /none\.yaml/],
  ]
  for (const [command, code, err] of cases) {
    const ran = await shell(command)
    t.equal(ran.code, code, command)
    t.match(ran.err, err, command)
  }
})

t.test('Ctrl-C: the results so far', async (t) => {
  const ran = await shell('exec $check --html early.html', async (stdin, pid, out) => {
    stdin.write(jane.repeat(1000))
    await waitUntil('the first rows', () => (out().includes('-#200') ? true : undefined), 60_000)
    process.kill(pid, 'SIGINT')
  })
  t.equal(ran.code, 130)
  t.match(ran.err, /interrupted; this is what was judged until then/)
  const [, messages = '', detected] = /^(\d+) messages: 0 clean, (\d+) detected/m.exec(ran.out) ?? []
  t.ok(Number(messages) >= 200, `${messages} messages`)
  t.equal(detected, messages)
  t.equal(ran.out.match(/^detected /gm)?.length, Number(messages), 'all of them are listed')
  t.match(readFileSync(at('early.html'), 'utf8'), /The run was interrupted/)
})

t.test('more mail than memory, through a pipe', async (t) => {
  const body = 'x'.repeat(75).concat('\n').repeat(13_000) // about a megabyte
  let peak = 0
  const ran = await shell('exec $check --jobs 1', async (stdin, pid) => {
    for (let i = 0; i < 400; i++) {
      const room = stdin.write(`${i % 100 === 0 ? jane : other}${body}\n`)
      if (!room) await new Promise((resolve) => stdin.once('drain', resolve))
      if (i % 20 === 0) peak = Math.max(peak, residentPeak(pid))
    }
    peak = Math.max(peak, residentPeak(pid))
    stdin.end()
  })
  t.match(ran.out, /^400 messages: 396 clean, 4 detected/m)
  t.ok(peak > 0 && peak < 330, `${peak} MB at most for 400 MB of mail`)
})

/** The most memory that a process ever held, in MB. */
function residentPeak(pid: number): number {
  try {
    const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Math.round(Number(found?.[1] ?? 0) / 1024)
  } catch {
    return 0
  }
}

/** Messages that show each hostile text where a mail program would: in the name, the address and the subject. */
function hostileMail(): string {
  const messages = people.flatMap(({ displayName }, i) => {
    const text = hostileTexts[i]?.[1] ?? ''
    const name = `=?utf-8?B?${Buffer.from(displayName).toString('base64')}?=`
    const local = text.replace(/[^ -~]/g, '').replace(/["\\]/g, '\\$&')
    return [
      `From: ${name} <"${local}"@evil.example>\nSubject: ${text.replace(/[\r\n]/g, ' ')}\n\n`,
      `From: "Jane Roe" <"${local}"@evil.example>\n\n`,
    ]
  })
  return messages.map((message) => `${mark}${message}\n`).join('')
}

const browser = findProgram('chromium') ?? findProgram('chromium-browser') ?? findProgram('google-chrome')
const missing = browser === null ? 'no Chromium here; to try it: apt-get install chromium' : null

t.test('the report of hostile mail in a browser runs and fetches nothing', skipUnless(missing), async (t) => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as { port: number }
  // Ours in place of the port that nobody answers on: a request would be seen.
  writeFileSync(
    at(`hostile<img src=x onerror="document.title='ran'">.mbox`),
    hostileMail().replace(/127\.0\.0\.1:9/g, `127.0.0.1:${port}`),
  )
  const made = await shell('$check --html report.html --csv hostile* > hostile.csv; echo $?')
  t.equal(made.out.trim(), '1')

  const open = (file: string): Promise<Ran> => {
    const profile = mkdtempSync(join(folder, 'profile-'))
    const options =
      '--headless --no-sandbox --disable-gpu --disable-background-networking --no-first-run --virtual-time-budget=2000'
    return shell(
      `exec "${browser ?? ''}" ${options} --user-data-dir="${profile}" --dump-dom "file://${at(file)}" 2>/dev/null`,
    )
  }
  const { out: page } = await open('report.html')
  t.match(page, /<h1>What Namesake would have done<\/h1>/, 'it was shown')
  t.match(page, /<title>Namesake report<\/title>/, 'no script has changed the title')
  const scripts = page.match(/<script\b[^>]*>/gi) ?? []
  t.same(scripts, ['<script>'], 'one script: ours, which the policy names by its hash')
  t.notMatch(page, /<(?:img|iframe|use|object|embed|form)\b/i, 'no element of theirs is in the tree')
  t.match(page, /&lt;script&gt;document\.title="ran"/, 'their text is')
  t.same(asked, [], 'nothing was fetched')

  // That the browser would have done all of it, had it been let: the same texts in a page of no defence.
  writeFileSync(
    at('open.html'),
    `<!doctype html><title>x</title>${hostileTexts
      .map(([, text]) => text)
      .join('\n')
      .replace(/127\.0\.0\.1:9/g, `127.0.0.1:${port}`)}`,
  )
  await open('open.html')
  t.ok(asked.length > 0, 'the browser fetches where it is not forbidden')
})
