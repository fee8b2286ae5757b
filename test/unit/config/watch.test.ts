import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { watchFile } from '../../../src/config/watch.ts'

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A watch that counts; `saw` waits until the count is reached (a hang fails the test). */
function watching(t: Test, path: string): { count: () => number; saw: (n: number) => Promise<void> } {
  let count = 0
  const watcher = watchFile(path, () => count++, { pollMs: 100, quietMs: 40, missingMs: 300 })
  t.teardown(() => watcher.stop())
  return {
    count: () => count,
    async saw(n) {
      for (let i = 0; i < 1000 && count < n; i++) await sleep(20)
      t.equal(count, n)
      await sleep(250)
      t.equal(count, n, 'once for each change')
    },
  }
}

t.test('written in place, several times at once', async (t) => {
  const path = join(t.testdir({ f: 'one' }), 'f')
  const watch = watching(t, path)
  writeFileSync(path, 'two')
  writeFileSync(path, 'three')
  await watch.saw(1)
  writeFileSync(path, 'four!')
  await watch.saw(2)
})

t.test('replaced by a rename, again and again', async (t) => {
  const folder = t.testdir({ f: 'one' })
  const watch = watching(t, join(folder, 'f'))
  for (let n = 1; n <= 3; n++) {
    writeFileSync(join(folder, 'f.tmp'), 'abc')
    renameSync(join(folder, 'f.tmp'), join(folder, 'f'))
    await watch.saw(n)
  }
})

t.test('taken away and put back, as some editors do', async (t) => {
  const folder = t.testdir({ f: 'one' })
  const watch = watching(t, join(folder, 'f'))
  renameSync(join(folder, 'f'), join(folder, 'f~'))
  await sleep(60)
  writeFileSync(join(folder, 'f'), 'two')
  await watch.saw(1)
  rmSync(join(folder, 'f'))
  await watch.saw(2)
  writeFileSync(join(folder, 'f'), 'three')
  await watch.saw(3)
})

t.test('links that are switched, as Kubernetes does with a ConfigMap', async (t) => {
  const folder = t.testdir({ '..v1': { f: 'one' }, '..v2': { f: 'two' } })
  symlinkSync('..v1', join(folder, '..data'))
  symlinkSync('..data/f', join(folder, 'f'))
  const watch = watching(t, join(folder, 'f'))
  symlinkSync('..v2', join(folder, '..data_tmp'))
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
  rmSync(join(folder, '..v1'), { recursive: true })
  await watch.saw(1)
})

t.test('a link into another folder', async (t) => {
  const folder = t.testdir({ real: { f: 'one' } })
  symlinkSync('real/f', join(folder, 'f'))
  const watch = watching(t, join(folder, 'f'))
  writeFileSync(join(folder, 'real', 'f'), 'two')
  await watch.saw(1)
})

t.test('a folder that is not there yet', async (t) => {
  const folder = join(t.testdir(), 'later')
  const watch = watching(t, join(folder, 'f'))
  mkdirSync(folder)
  writeFileSync(join(folder, 'f'), 'one')
  await watch.saw(1)
})

t.test('nothing after stop, nothing for other files', async (t) => {
  const folder = t.testdir({ f: 'one', g: 'one' })
  let count = 0
  const watcher = watchFile(join(folder, 'f'), () => count++, { pollMs: 30, quietMs: 10 })
  writeFileSync(join(folder, 'g'), 'two')
  await sleep(200)
  t.equal(count, 0)
  writeFileSync(join(folder, 'f'), 'two')
  watcher.stop()
  await sleep(200)
  t.equal(count, 0)
})
