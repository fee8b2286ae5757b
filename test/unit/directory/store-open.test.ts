import {
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  openSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { openStore, openStoreToRead } from '../../../src/directory/store/open.ts'
import { Environment } from '../../../src/directory/store/environment.ts'
import { contentOf, person, protectGroups, runRound, ScriptedProvider, temporaryFolder } from './helpers.ts'

const people = Array.from({ length: 3000 }, (_, i) =>
  person(`id${i}`, { displayName: `N ${i}`, mail: `m${i}@c.example` }),
)

/** A store with people in it, closed in order; copied for each case. */
async function filledStore(folder: string): Promise<string> {
  const path = join(folder, 'good')
  const store = await openStore({ path })
  await runRound(store, new ScriptedProvider(), 'full', [people], protectGroups())
  await store.close()
  return path
}

function overwrite(file: string, at: number, octets: Buffer): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, octets, 0, octets.length, at)
  closeSync(handle)
}

/** The same in every run, and nothing like a page. */
function noise(length: number, seed: number): Buffer {
  const octets = Buffer.alloc(length)
  let state = seed
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    octets[i] = state >>> 24
  }
  return octets
}

const half = (file: string): number => statSync(file).size >> 1
const damages: readonly (readonly [string, (file: string) => void])[] = [
  ['empty', (file) => writeFileSync(file, '')],
  ['random octets', (file) => writeFileSync(file, noise(100_000, 1))],
  ['cut to a half', (file) => truncateSync(file, half(file))],
  ['cut within the first page', (file) => truncateSync(file, 100)],
  ['first meta page overwritten', (file) => overwrite(file, 0, noise(200, 2))],
  ['most pages overwritten', (file) => overwrite(file, half(file) >> 1, noise(half(file), 3))],
  ['a tree root and a leaf zeroed', (file) => overwrite(file, 8192, Buffer.alloc(half(file)))],
  ['a text file', (file) => writeFileSync(file, 'hello\n'.repeat(2000))],
]

t.test('a damaged store is moved aside and said, never a crash', async (t) => {
  const folder = temporaryFolder(t)
  const good = await filledStore(folder)
  for (const [what, damage] of damages) {
    const path = join(folder, what.replaceAll(' ', '-'), 'store')
    cpSync(good, path, { recursive: true, preserveTimestamps: true })
    damage(join(path, 'data.mdb'))
    await t.rejects(openStoreToRead(path), { code: 'store-damaged' }, `${what}: a reader says so`)
    const told: string[][] = []
    const store = await openStore({ path, onDamaged: (...words) => told.push(words) })
    t.equal(told.length, 1, what)
    t.match(told[0]?.[0], /damaged|no LMDB file|empty/)
    t.match(told[0]?.[1], /store\.damaged-\d{8}T\d{6}Z$/)
    t.ok(existsSync(join(told[0]?.[1] ?? '', 'data.mdb')), 'what was there is kept')
    t.strictSame(store.snapshot().directories(), [], 'an empty one takes its place')
    await runRound(store, new ScriptedProvider(), 'full', [people.slice(0, 3)], protectGroups())
    await store.close()
    const again = await openStore({ path, onDamaged: () => t.fail('sound now') })
    t.equal([...again.snapshot().people()].length, 3)
    await again.close()
  }
})

t.test('another version is moved aside', async (t) => {
  const path = await filledStore(temporaryFolder(t))
  const environment = Environment.open({ path })
  environment.updateMeta((meta) => ({ ...meta, schema: 99 }))
  await environment.close()
  await t.rejects(openStoreToRead(path), { code: 'store-damaged', message: /another version/ })
  let aside = ''
  const fresh = await openStore({
    path,
    onDamaged: () => t.fail('it is whole'),
    onOutdated: (movedTo) => (aside = movedTo),
  })
  t.match(aside, /\.old-\d{8}T\d{6}Z$/, 'and is not called damaged')
  await fresh.close()
})

t.test('a copy without its seal, and a broken lock file, are no damage', async (t) => {
  const folder = temporaryFolder(t)
  const good = await filledStore(folder)
  const path = join(folder, 'copy')
  cpSync(good, path, { recursive: true })
  writeFileSync(join(path, 'lock.mdb'), noise(5000, 4))
  writeFileSync(join(path, 'open.lock'), 'nonsense')
  const reader = await openStoreToRead(path)
  t.equal([...reader.snapshot().people()].length, people.length)
  await reader.close()
  const store = await openStore({ path, onDamaged: () => t.fail('it is sound') })
  t.equal([...store.snapshot().people()].length, people.length)
  await store.close()
})

t.test('no store yet, and folders that can not be used', async (t) => {
  const folder = temporaryFolder(t)
  await t.rejects(openStoreToRead(join(folder, 'none')), { code: 'store-unusable', message: /namesake sync/ })
  t.notOk(existsSync(join(folder, 'none')))
  writeFileSync(join(folder, 'file'), '')
  for (const path of [join(folder, 'file'), join(folder, 'file', 'store')]) {
    await t.rejects(openStore({ path }), { code: 'store-unusable', message: /folder ".*" can't be used/ }, path)
  }
})

t.test('two writers: the second sees what the first has', async (t) => {
  const path = await filledStore(temporaryFolder(t))
  const first = await openStore({ path })
  const reader = await openStoreToRead(path)
  t.strictSame(contentOf(reader), contentOf(first))
  await reader.close()
  await first.close()
  t.strictSame(
    readdirSync(path).filter((name) => !['data.mdb', 'lock.mdb', 'sealed'].includes(name)),
    [],
    'no lock is left behind',
  )
  copyFileSync(join(path, 'data.mdb'), join(dirname(path), 'x'))
})

t.test('a store serves one daemon, and tells the second who has it', async (t) => {
  const path = join(temporaryFolder(t), 'store')
  const first = await openStore({ path, daemon: '/etc/one.yaml' })
  await t.rejects(openStore({ path, daemon: '/etc/two.yaml' }), {
    code: 'store-in-use',
    message: new RegExp(`process ${process.pid} with the configuration /etc/one.yaml; fix: `),
  })
  const beside = await openStore({ path })
  await runRound(beside, new ScriptedProvider(), 'full', [people.slice(0, 3)], protectGroups())
  await beside.close()
  t.equal([...first.snapshot().people()].length, 3, 'a command beside it writes as ever')
  await first.close()
  const next = await openStore({ path, daemon: '/etc/two.yaml' })
  await next.close()
})

t.test('owner and group alone may read it, whatever the umask says', async (t) => {
  for (const mask of [0o000, 0o022, 0o077]) {
    const path = join(temporaryFolder(t), 'store')
    const before = process.umask(mask)
    t.teardown(() => process.umask(before))
    const store = await openStore({ path, daemon: 'x' })
    t.equal(statSync(path).mode & 0o777, 0o750)
    for (const file of readdirSync(path)) t.equal(statSync(join(path, file)).mode & 0o777, 0o640, file)
    await store.close()
    t.equal(statSync(join(path, 'sealed')).mode & 0o777, 0o640)
    process.umask(before)
  }
})

t.test('there are readers for all workers that may be asked for, twice over', async (t) => {
  const path = await filledStore(temporaryFolder(t))
  const { size, blocks } = statSync(join(path, 'lock.mdb'))
  t.ok(size >= 64 * 2 * 256)
  t.ok(512 * blocks >= size, 'without holes, which a full disk could not fill')
})
