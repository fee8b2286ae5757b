import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { openLogSink } from '../../../src/ops/log-sink.ts'

const folder = mkdtempSync(join(tmpdir(), 'namesake-sink-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

t.test('every line arrives once, in order, without being flushed', async (t) => {
  const path = join(folder, 'log')
  const descriptor = openSync(path, 'a')
  const sink = openLogSink(descriptor, { onDropped: () => t.fail('no line is lost'), onRecovered: () => {} })
  const lines = Array.from({ length: 3000 }, (_, i) => `${i} ${'ü'.repeat(i % 300)}\n`)
  for (const line of lines) sink.write(line)
  for (let i = 0; i < 500 && readFileSync(path, 'utf8').length < lines.join('').length; i++) await sleep(20)
  t.equal(readFileSync(path, 'utf8'), lines.join(''))
  closeSync(descriptor)
})

t.test('a reader that stands still costs bounded memory, and is told what it missed', async (t) => {
  const path = join(folder, 'pipe')
  execFileSync('mkfifo', [path])
  const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  const descriptor = openSync(path, constants.O_WRONLY)
  let lost = 0
  let told = 0
  const sink = openLogSink(descriptor, {
    onDropped: (lines) => (lost += lines),
    onRecovered: (lines) => (told += lines),
  })
  const line = `${'x'.repeat(999)}\n`
  const written = 20_000
  for (let i = 0; i < written; i++) {
    sink.write(line)
    if (i % 1000 === 0) await sleep(1)
  }
  const buffer = Buffer.alloc(1 << 20)
  let read = 0
  for (let i = 0; i < 3000 && read + lost < written; i++) {
    try {
      read += readSync(reader, buffer) / line.length
    } catch {
      await sleep(5)
    }
  }
  t.ok(lost > 0, 'lines above the bound were dropped')
  t.ok(read >= 16_000, 'those within it were kept')
  t.equal(read + lost, written, 'each line is one or the other')
  t.equal(told, lost, 'and it is told how many')
  closeSync(descriptor)
  closeSync(reader)
})

/** A file system of 1 MiB; null where this user may not mount one. */
function mountSmall(t: Test): string | null {
  const path = mkdtempSync(join(tmpdir(), 'namesake-full-'))
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path]).status !== 0) return null
  t.teardown(() => spawnSync('umount', ['-l', path]))
  return path
}

t.test('a full disk: the end does not wait for room, and lines go on once there is some', async (t) => {
  const mounted = mountSmall(t)
  if (mounted === null) return t.comment('skipped: no file system can be mounted here')
  const path = join(mounted, 'log')
  const filler = join(mounted, 'filler')
  const descriptor = openSync(path, 'a')
  let lost = 0
  let told = 0
  const hooks = { onDropped: (lines: number) => (lost += lines), onRecovered: (lines: number) => (told += lines) }
  const sink = openLogSink(descriptor, hooks)
  const line = `${'x'.repeat(999)}\n`
  writeFileSync(filler, Buffer.alloc(900 * 1024))
  for (let i = 0; i < 500; i++) sink.write(line)
  const start = Date.now()
  await sink.flush(300)
  t.ok(Date.now() - start < 1500, 'bounded')
  t.notOk(sink.stuck)
  t.ok(lost > 0, 'what had no room is counted')
  rmSync(filler)
  for (let i = 0; i < 10; i++) sink.write(line)
  await sink.flush(3000)
  const lines = readFileSync(path, 'utf8').split('\n')
  const whole = lines.filter((text) => `${text}\n` === line).length
  t.equal(whole + lost, 510, `${whole} kept and ${lost} lost`)
  t.ok(lines.length - whole <= 2, 'at most the one that the disk cut off is broken')
  t.equal(told, lost)
  closeSync(descriptor)
})

t.test('a reader that is gone or stands still holds up no end', async (t) => {
  for (const gone of [true, false]) {
    const path = join(folder, `fifo-${gone}`)
    execFileSync('mkfifo', [path])
    const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
    const descriptor = openSync(path, constants.O_WRONLY)
    let lost = 0
    const sink = openLogSink(descriptor, { onDropped: (lines) => (lost += lines), onRecovered: () => {} })
    if (gone) closeSync(reader)
    for (let i = 0; i < 300; i++) sink.write(`${'x'.repeat(999)}\n`)
    const start = Date.now()
    await sink.flush(300)
    t.ok(Date.now() - start < 1500, gone ? 'gone' : 'stands still')
    t.notOk(sink.stuck, 'no write is left with the system')
    t.ok(lost > 0)
    if (!gone) closeSync(reader)
    closeSync(descriptor)
  }
})
