// The test command: peers, build, every suite, and one closing line `N passed, N failed, N skipped`.
// Arguments are globs of test files; without one, all of them. --quick: what daily work runs between edits, without peers and build.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The suites of single parts that take no time: what is read, what is judged, what is configured, and the house rules. */
const quickSuites = [
  'test/unit/{mail,policy,names,config}/*.test.ts',
  'test/corpus/{cases,detection}.test.ts',
  'test/dialog/*.test.ts',
  'test/repo/{floors,links,words,errors,flow}.test.ts',
]
/** A word on how far it is, where the output is no terminal: as often as this, in milliseconds. */
const progressMs = 30_000

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' })
  if (error) throw error
  return status ?? 1
}

const [first, ...rest] = process.argv.slice(2)
const isQuick = first === '--quick'
const given = isQuick ? rest : process.argv.slice(2)

if (!isQuick) {
  run('bash', ['scripts/setup-peers.sh'])
  // Integration tests run the compiled output: the tested artefact is the shipped one.
  if (run('npm', ['run', '--silent', 'build']) !== 0) process.exit(1)
}

// A fresh install runs its first suites with tap's own TypeScript loader, which .taprc takes out, unless tap is built first.
if (!isQuick || !existsSync('.tap/plugins/package.json')) {
  if (run(join('node_modules', '.bin', 'tap'), ['build']) !== 0) process.exit(1)
}

const globs = given.length > 0 ? given : isQuick ? quickSuites : ['test/**/*.test.ts']
const folder = mkdtempSync(join(tmpdir(), 'namesake-test-'))
const report = join(folder, 'report.tap')
const started = Date.now()

/** What the report says so far: suites done, and those of them that failed. */
function tellProgress() {
  const suites = existsSync(report) ? (readFileSync(report, 'utf8').match(/^(not )?ok .* # time=/gm) ?? []) : []
  const failed = suites.filter((line) => line.startsWith('not')).length
  const minutes = ((Date.now() - started) / 60_000).toFixed(1)
  console.log(`${minutes} min: ${suites.length} suites done, ${failed} of them failed`)
}

/** Runs tap; gives its exit code. */
function runTap() {
  const args = [`--reporter=${process.stdout.isTTY ? 'terse' : 'silent'}`, `--output-file=${report}`, ...globs]
  const tap = spawn(join('node_modules', '.bin', 'tap'), args, { stdio: 'inherit' })
  const timer = process.stdout.isTTY ? null : setInterval(tellProgress, progressMs)
  return new Promise((resolve, reject) => {
    tap.once('error', reject)
    tap.once('exit', (code) => {
      clearInterval(timer)
      resolve(code ?? 1)
    })
  })
}

const status = await runTap()
const text = readFileSync(report, 'utf8')
rmSync(folder, { recursive: true })

/** Each failed assertion with its diagnosis, and the suite it stands in. */
function failures(tap) {
  const lines = tap.split('\n')
  const told = []
  let suite = ''
  for (let i = 0; i < lines.length; i++) {
    const top = /^# Subtest: (.*)/.exec(lines[i])
    if (top) suite = top[1]
    if (!/^\s*not ok /.test(lines[i]) || /# (SKIP|TODO)/.test(lines[i])) continue
    told.push(`${suite}: ${lines[i].trim()}`)
    if (/^\s*---$/.test(lines[i + 1] ?? '')) {
      for (i++; i < lines.length && !/^\s*\.\.\.$/.test(lines[i]); i++) told.push(lines[i])
    }
  }
  return told.slice(0, 400)
}
if (status !== 0) for (const line of failures(text)) console.error(line)

// tap's own last comment counts every assertion: `# { total: 41, pass: 40, skip: 1 }`.
const summary = text.match(/^# \{ total: .*\}$/gm)?.at(-1) ?? ''
const count = (name) => Number(summary.match(new RegExp(`\\b${name}: (\\d+)`))?.[1] ?? 0)
const skips = text.match(/^\s*ok .*# SKIP.*$/gm) ?? []
for (const line of skips) console.error(`skipped: ${line.trim()}`)
const failed = count('fail') + (status !== 0 && count('fail') === 0 ? 1 : 0)
const skipFails = process.env.CI === 'true' && skips.length > 0
if (skipFails) console.error('CI=true: a skipped suite is a failure')
console.log(`${count('pass')} passed, ${failed + (skipFails ? skips.length : 0)} failed, ${count('skip')} skipped`)
process.exit(status !== 0 || skipFails ? 1 : 0)
