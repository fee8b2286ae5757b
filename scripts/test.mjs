// The test command: peers, build, every suite, and one closing line `N passed, N failed, N skipped`.
// Arguments are globs of test files; without one, all of them.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' })
  if (error) throw error
  return status ?? 1
}

run('bash', ['scripts/setup-peers.sh'])
// Integration tests run the compiled output: the tested artefact is the shipped one.
if (run('npm', ['run', '--silent', 'build']) !== 0) process.exit(1)

// A fresh install runs its first suites with tap's own TypeScript loader, which .taprc takes out, unless tap is built first.
if (run(join('node_modules', '.bin', 'tap'), ['build']) !== 0) process.exit(1)

const globs = process.argv.length > 2 ? process.argv.slice(2) : ['test/**/*.test.ts']
const folder = mkdtempSync(join(tmpdir(), 'namesake-test-'))
const report = join(folder, 'report.tap')
const status = run(join('node_modules', '.bin', 'tap'), [
  `--reporter=${process.stdout.isTTY ? 'terse' : 'silent'}`,
  `--output-file=${report}`,
  ...globs,
])
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
