import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { type Daemon, removeDaemon, startDaemon, waitUntil } from './peers/daemon.ts'
import { Flow } from './peers/flow.ts'
import { startSink } from './peers/sink.ts'

// A disk is filled under a store while mail flows.
t.setTimeout(600_000)

/** Faults of the disk under the store, with mail flowing: a full one, and one that answers with errors. */

const headCount = 100_000

function peopleJson(count: number, mark: string): string {
  const users = Array.from({ length: count }, (_, i) => ({
    id: `m${i}`,
    displayName: `${mark} Person${i}`,
    mail: `person${i}@corp.example`,
  }))
  return JSON.stringify({ users })
}

function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}

interface Readiness {
  readonly status: string
  readonly problems: readonly string[]
}

async function readiness(daemon: Daemon): Promise<Readiness> {
  return (await (await fetch(`http://127.0.0.1:${daemon.opsPort}/readyz`)).json()) as Readiness
}

const asRoot = process.getuid?.() === 0

/** A disk of some mebibytes; undefined where it can't be mounted. */
function mountDisk(t: { teardown(done: () => void): void }, megabytes: number): string | undefined {
  const disk = mkdtempSync(join(tmpdir(), 'namesake-disk-'))
  t.teardown(() => rmSync(disk, { recursive: true, force: true }))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  t.teardown(() => execFileSync('umount', ['-l', disk]))
  return disk
}

t.test(
  'a disk that fills during a synchronisation',
  { skip: asRoot ? false : 'needs root, to mount a small disk' },
  async (t) => {
    const disk = mountDisk(t, 16)
    if (disk === undefined) {
      t.comment('a tmpfs can not be mounted here')
      return
    }
    const sink = await startSink()
    t.teardown(() => sink.close())
    const folder = mkdtempSync(join(tmpdir(), 'namesake-full-'))
    mkdirSync(join(disk, 'store'))
    symlinkSync(join(disk, 'store'), join(folder, 'store'))
    const many = join(folder, 'many.json')
    writeFileSync(many, peopleJson(100, 'First'))
    const options = {
      folder,
      relay: `smtp://127.0.0.1:${sink.port}`,
      directories: '  - { name: Many, type: file, path: ./many.json, sync: "*/5 * * * *" }',
    }
    let daemon = await startDaemon(options)
    t.teardown(() => removeDaemon(daemon))
    let flow = new Flow(daemon.smtpPort)
    t.teardown(() => flow.end())
    t.same(await readiness(daemon), { status: 'ready', problems: [] })

    replace(many, peopleJson(headCount, 'Second'))
    const failed = await daemon.waitFor((line) => line['event'] === 'directory-sync-failed')
    t.match(failed, { directory: 'Many', code: 'store-full' })
    const full = await readiness(daemon)
    t.equal(full.status, 'degraded')
    t.match(full.problems.join('\n'), /the disk is full/)
    t.match(full.problems.join('\n'), /fix: free some space/)
    const listed = execFileSync(process.execPath, [
      'dist/cli.js',
      'directory',
      '--config',
      join(folder, 'namesake.yaml'),
      '--json',
    ])
    const many1 = listed
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    t.match(
      many1.find(({ name }) => name === 'Many'),
      { state: 'failed', people: 100, error: /the disk is full/ },
    )

    // To the last octet, and a start on it.
    await flow.end()
    t.same(flow.odd, [], 'every message was taken')
    t.ok(flow.acknowledged.size > 10)
    t.equal(sink.received.length, flow.acknowledged.size, 'what was acknowledged has arrived')
    t.equal(await daemon.stop(), 0, 'it ends in order')
    execFileSync('sh', ['-c', `head -c 64M /dev/zero > ${join(disk, 'filler')} || true`], { stdio: 'ignore' })
    t.ok(statfsSync(disk).bavail * statfsSync(disk).bsize < 8192, 'nothing is free')
    rmSync(join(folder, 'log'))
    daemon = await startDaemon(options)
    flow = new Flow(daemon.smtpPort)
    await waitUntil(
      'mail through the daemon that was started on a full disk',
      () => flow.acknowledged.size > 10 || undefined,
    )
    await daemon.waitFor((line) => line['event'] === 'directory-sync-failed' && line['code'] === 'store-full')
    const judged = daemon.lines().filter(({ event }) => event === 'message')
    t.ok(judged.length > 0)
    t.same([...new Set(judged.map(({ verdict }) => verdict))], ['detected'], 'by the people and rules known before')
    t.equal((await readiness(daemon)).status, 'degraded')
    t.notOk(
      daemon.lines().some(({ event }) => event === 'worker-died' || event === 'internal'),
      'no process ended',
    )

    rmSync(join(disk, 'filler'))
    replace(many, peopleJson(200, 'Third'))
    await daemon.waitFor((line) => line['event'] === 'directory-synchronised' && line['people'] === 200)
    await flow.end()
    t.same(flow.odd, [])
    t.equal((await readiness(daemon)).status, 'ready', 'with room again it is as before')
    t.equal(await daemon.stop(), 0)
  },
)
