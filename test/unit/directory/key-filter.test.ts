import { join } from 'node:path'
import t from 'tap'
import { Environment } from '../../../src/directory/store/environment.ts'
import { hashKey, hashOf, packNumbers } from '../../../src/directory/store/format.ts'
import { KeyFilter } from '../../../src/directory/store/key-filter.ts'
import { writeFilter } from '../../../src/directory/store/keys.ts'
import { members, openStore, person, protectGroups, runRound, ScriptedProvider, temporaryFolder } from './helpers.ts'

const hashes = Array.from({ length: 20_000 }, (_, i) => hashOf(`g:name${i}`))
const others = Array.from({ length: 50_000 }, (_, i) => hashOf(`g:other${i}`))

t.test('it holds all that was added, and little else', async (t) => {
  const filter = KeyFilter.withRoom(hashes.length)
  t.notOk(others.some((hash) => filter.mayHold(hash)), 'nothing yet') // prettier-ignore
  for (const hash of hashes) filter.add(hash)
  t.ok(hashes.every((hash) => filter.mayHold(hash)))
  const wrong = others.filter((hash) => filter.mayHold(hash)).length / others.length
  t.ok(wrong < 0.02, `${wrong} of the others`)
  const crowded = KeyFilter.withRoom(100)
  for (const hash of hashes) crowded.add(hash)
  t.ok(hashes.every((hash) => crowded.mayHold(hash)), 'more than it has room for are held as well') // prettier-ignore
})

t.test('it is read as it was written, and again after it was added to', async (t) => {
  const environment = Environment.open({ path: join(temporaryFolder(t), 'store') })
  t.teardown(() => environment.close())
  const { tables } = environment
  t.equal(KeyFilter.of(tables, 7, 'rules'), null, 'none is there')
  const filter = KeyFilter.withRoom(hashes.length)
  for (const hash of hashes) filter.add(hash)
  environment.transact(() => writeFilter(tables, 7, filter, 'rules'))
  const read = KeyFilter.of(tables, 7, 'rules')
  t.ok(read !== null && hashes.every((hash) => read.mayHold(hash)))
  t.ok(others.every((hash) => read?.mayHold(hash) === filter.mayHold(hash)))
  t.equal(KeyFilter.of(tables, 7, 'rules', read ?? undefined), read, 'unchanged')
  t.equal(KeyFilter.of(tables, 8, 'rules'), null, 'of another slot')

  const same = KeyFilter.of(tables, 7, 'rules')
  for (const hash of hashes) same?.add(hash)
  t.equal(same?.isChanged, false, 'what it holds already adds nothing')

  const more = KeyFilter.of(tables, 7, 'rules')
  for (const hash of others.slice(0, 100)) more?.add(hash)
  t.equal(more?.isChanged, true)
  environment.transact(() => more !== null && writeFilter(tables, 7, more, 'rules'))
  const again = KeyFilter.of(tables, 7, 'rules', read ?? undefined)
  t.not(again, read)
  t.ok([...hashes, ...others.slice(0, 100)].every((hash) => again?.mayHold(hash) === true))
})

t.test('keys written by a Namesake that knows no filter are found', async (t) => {
  const path = join(temporaryFolder(t), 'store')
  const writer = openStore(t, path)
  const jane = person('1', { displayName: 'Jane Roe', mail: 'jane@corp.example' })
  const board = { op: 'group', id: 'g', displayName: 'Board' } as const
  const provider = new ScriptedProvider()
  await runRound(writer, provider, 'full', [[jane, board, members('g', ['1'])]], protectGroups('Board'))
  await writer.close()

  const older = Environment.open({ path })
  const [record] = older.meta().directories
  const keySlot = record?.keySlot ?? 0
  t.notOk(KeyFilter.of(older.tables, keySlot, older.meta().indexer)?.mayHold(hashOf('full:late')), 'a filter is there')
  older.transact(() => older.tables.keys.putSync(hashKey(keySlot, hashOf('full:late')), packNumbers([1])))
  older.updateMeta((meta) => ({ ...meta, indexer: 'its own rules' }))
  await older.close()

  const store = openStore(t, path)
  t.match(store.snapshot().byKey('full:late', 9), [{ id: '1' }])
  await store.reindex(protectGroups('Board'))
  t.match(store.snapshot().byKey('full:jane roe', 9), [{ id: '1' }])
  t.strictSame(store.snapshot().byKey('full:late', 9), [], 'all keys are made anew, with their filter')
})
