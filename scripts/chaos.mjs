// The chaos suite by one command: npm run chaos -- [--seconds 300] [--seed N] [--nightly]. Prints its counts, and the command that
// repeats the run: what each message meets follows from the seed.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

/** What a nightly run takes. */
const nightlySeconds = 1800

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    nightly: { type: 'boolean', default: false },
  },
})
const seconds = values.nightly ? nightlySeconds : Number(values.seconds)
if (!Number.isInteger(seconds) || seconds < 1 || !/^\d+$/.test(values.seed)) {
  console.error('npm run chaos -- [--seconds SECONDS] [--seed NUMBER] [--nightly]')
  process.exit(64)
}
const { status, stdout } = spawnSync(
  join('node_modules', '.bin', 'tap'),
  ['--disable-coverage', '--reporter=tap', `--timeout=${seconds + 200}`, 'test/integration/chaos.test.ts'],
  {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
    env: { ...process.env, NAMESAKE_CHAOS: String(seconds), NAMESAKE_CHAOS_SEED: values.seed },
  },
)
for (const line of stdout.split('\n')) if (/^\s*(?:not ok|# (?:seed|chaos))/.test(line)) console.log(line.trim())
console.log(`again: npm run chaos -- --seconds ${seconds} --seed ${values.seed}`)
process.exit(status ?? 1)
