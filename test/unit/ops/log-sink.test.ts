import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { openLogSink } from '../../../src/ops/log-sink.ts'

const folder = mkdtempSync(join(tmpdir(), 'namesake-sink-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

t.test('every line arrives once, in order, without being flushed', async (t) => {
  const path = join(folder, 'log')
  const descriptor = openSync(path, 'a')
  const sink = openLogSink(descriptor, () => t.fail('no line is lost'))
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
  const sink = openLogSink(descriptor, (lines) => (lost += lines))
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
  closeSync(descriptor)
  closeSync(reader)
})
