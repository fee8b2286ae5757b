/**
 * How fast `check` replays an mbox, with one judging process and with two, and what memory it takes at most, beside
 * Python's `mailbox` that only reads the same file. The mbox is made up; its size in MB is the first argument (2000).
 *
 * Run: npm run build && npx tsx bench/replay.ts [MB]
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { writeMbox } from './replay-mail.ts'

const megabytes = Number(process.argv[2] ?? 2000)
const cli = resolve(import.meta.dirname, '../dist/cli.js')
const folder = mkdtempSync(join(tmpdir(), 'namesake-bench-'))
const at = (name: string): string => join(folder, name)

/** Peak of resident memory of a process and its children, in MB: asked often, as it can't be asked at the end. */
function peakOf(pid: number): number {
  try {
    const own = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
    return children.filter((child) => child !== '').reduce((sum, child) => sum + peakOf(Number(child)), own)
  } catch {
    return 0
  }
}

interface Measured {
  readonly seconds: number
  readonly peak: number
  readonly out: string
}

function measure(program: string, args: readonly string[]): Promise<Measured> {
  const start = performance.now()
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  let peak = 0
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  const timer = setInterval(() => (peak = Math.max(peak, peakOf(child.pid ?? 0))), 50)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => {
      clearInterval(timer)
      resolve({ seconds: (performance.now() - start) / 1000, peak, out })
    })
  })
}

const python = `
import mailbox, sys
n = 0
for message in mailbox.mbox(sys.argv[1], create=False):
    n += message['From'] is not None
print(n)
`

try {
  writeFileSync(
    at('namesake.yaml'),
    `smtp: { listen: ["127.0.0.1:0"], relay: "smtp://127.0.0.1:1" }
store: ./store
protection: ./protection.yaml
directories:
  - { name: Staff, type: file, path: ./people.yaml, sync: "0 0 1 1 *" }
`,
  )
  writeFileSync(at('protection.yaml'), 'protect:\n  - { directory: Staff, users: [jane, max] }\n')
  writeFileSync(
    at('people.yaml'),
    `users:
  - { id: jane, displayName: Jane Roe, givenName: Jane, surname: Roe, mail: jane.roe@corp.example }
  - { id: max, displayName: Max Mustermann, givenName: Max, surname: Mustermann, mail: max@corp.example }
`,
  )
  const { messages, hits } = writeMbox(at('bench.mbox'), megabytes * 1e6)
  console.log(`${messages} messages, ${megabytes} MB, ${hits} with a protected name; node ${process.version}`)
  const check = (jobs: number): readonly [string, string, readonly string[]] => [
    `check --jobs ${jobs}`,
    process.execPath,
    [cli, 'check', '--config', 'namesake.yaml', '--jobs', String(jobs), 'bench.mbox'],
  ]
  const runs = [check(1), check(2), ["Python's mailbox, read only", 'python3', ['-c', python, 'bench.mbox']]] as const
  await measure(process.execPath, [cli, 'check', '--config', 'namesake.yaml', 'people.yaml']) // reads the people once
  for (const [name, program, args] of runs) {
    const load = loadavg()[0] ?? 0
    const { seconds, peak, out } = await measure(program, args)
    const found = Number(/^(\d+) messages?:/m.exec(out)?.[1] ?? /^(\d+)$/m.exec(out)?.[1] ?? 0)
    if (found !== messages) throw new Error(`${name} found ${found} messages of ${messages}`)
    const rate = `${Math.round(messages / seconds)} messages/s, ${Math.round(megabytes / seconds)} MB/s`
    console.log(`${name}: ${seconds.toFixed(1)} s, ${rate}, ${Math.round(peak)} MB at most (load ${load.toFixed(1)})`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
