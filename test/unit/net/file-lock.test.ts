import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { lstatSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { FileLock, isHeld, lockHolder } from '../../../src/net/file-lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'namesake-lock-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

/** A lock as another process of this machine would have written it. */
function forge(path: string, change: Record<string, unknown>): void {
  const mine = FileLock.take(`${path}.model`)
  const model = JSON.parse(readFileSync(`${path}.model`, 'utf8')) as Record<string, unknown>
  mine?.release()
  writeFileSync(path, JSON.stringify({ ...model, token: 'another', ...change }))
}

function age(path: string, seconds: number): void {
  const time = Date.now() / 1000 - seconds
  utimesSync(path, time, time)
}

t.test('one holder, named, until it is released', async (t) => {
  const path = join(folder, 'plain')
  const lock = FileLock.take(path, { note: '/etc/namesake/namesake.yaml' })
  t.ok(lock)
  t.equal(statSync(path).mode & 0o777, 0o640)
  t.match(lockHolder(path), { pid: process.pid, note: '/etc/namesake/namesake.yaml', here: true })
  t.equal(FileLock.take(path), undefined)
  t.equal(await FileLock.wait(path, 120), undefined)
  lock?.release()
  t.equal(lockHolder(path), null)
  t.ok(FileLock.take(path))
})

const elsewhere = { where: 'other.example pid:[1]' }
const cases: readonly {
  readonly what: string
  readonly change: Record<string, unknown>
  readonly seconds: number
  readonly held: boolean
  readonly whileProcessExists?: boolean
}[] = [
  { what: 'a living process', change: {}, seconds: 1, held: true },
  { what: 'a living process that shows nothing', change: {}, seconds: 60, held: false },
  { what: 'the same, where the process alone counts', change: {}, seconds: 60, held: true, whileProcessExists: true },
  { what: 'a process that is no more', change: { pid: 2 ** 22 + 1 }, seconds: 1, held: false },
  { what: 'a process number that another process has by now', change: { began: '1' }, seconds: 1, held: false },
  { what: 'another container, shown just now', change: elsewhere, seconds: 1, held: true },
  { what: 'another container, silent', change: elsewhere, seconds: 60, held: false },
  {
    what: 'another container, silent, where the process counts',
    change: elsewhere,
    seconds: 60,
    held: false,
    whileProcessExists: true,
  },
]

for (const { what, change, seconds, held, whileProcessExists = false } of cases) {
  t.test(what, async (t) => {
    const path = join(folder, what.replaceAll(/\W/g, '-'))
    forge(path, change)
    age(path, seconds)
    const lock = FileLock.take(path, { whileProcessExists })
    t.equal(lock === undefined, held)
    lock?.release()
  })
}

t.test('a lock from the future grows old from the first look on', async (t) => {
  const path = join(folder, 'future')
  forge(path, elsewhere)
  age(path, -3600)
  t.ok(isHeld(path), 'it may be alive')
  t.ok(Math.abs(lstatSync(path).mtimeMs - Date.now()) < 10_000, 'it is put to the present')
  age(path, 31)
  t.notOk(isHeld(path))
})

t.test('a process that is dead and not yet waited for holds nothing', async (t) => {
  const child = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] })
  t.teardown(() => void child.kill('SIGKILL'))
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const pid = Number(line.toString())
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  const path = join(folder, 'zombie')
  forge(path, { pid, began })
  t.ok(isHeld(path))
  for (let n = 0; n < 100 && !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z'); n++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  t.notOk(isHeld(path))
})
