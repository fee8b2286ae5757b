import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { FileProvider } from '../../src/directory/sources/file/provider.ts'
import { Emulator } from './emulator/emulator.ts'
import { held, wanted } from './expected.ts'
import { bench, optionsFor, settingsFor } from './harness.ts'
import { Office365Provider } from '../../src/directory/sources/office365/provider.ts'
import { failure } from './synced.ts'
import { sync, temporaryStore } from './sync.ts'

/** Item 14: several directories at once, each with a state of its own. */

t.test('two tenants and a file in one store', async (t) => {
  const b = await bench(t)
  const other = await Emulator.start()
  t.teardown(() => other.stop())
  const store = temporaryStore(t)
  const second = new Office365Provider(settingsFor(other, { name: 'Subsidiary' }), optionsFor(b.runtime))
  const path = join(t.testdir({}), 'people.csv')
  writeFileSync(path, 'Display_Name,Email\nJane Roe,jane@home.example\n')
  const file = new FileProvider({ name: 'Staff', path })

  // The same person in both tenants and the file, under the same object id in the tenants.
  b.emulator.tenant.putUser('same-id', { displayName: 'Jane Roe', mail: 'jane.roe@contoso.example' })
  other.tenant.putUser('same-id', { displayName: 'Jane Roe', mail: 'jane.roe@subsidiary.example' })
  other.tenant.putGroup('board', { displayName: 'Board' })
  other.tenant.addMember('board', 'same-id')
  await Promise.all([b.provider, second, file].map((provider) => sync(store, provider, b.request())))

  t.same(held(store, 'Office 365'), wanted(b.emulator.tenant))
  t.same(held(store, 'Subsidiary'), wanted(other.tenant))
  const found = store.snapshot().byKey('name:jane roe', 10)
  t.same(found.map(({ directory }) => directory).sort(), ['Office 365', 'Staff', 'Subsidiary'])
  const addresses = found.flatMap((ref) => store.snapshot().person(ref)?.addresses ?? [])
  t.same(addresses.sort(), ['jane.roe@contoso.example', 'jane.roe@subsidiary.example', 'jane@home.example'])

  // One fails, the other goes on; one's cursor is not the other's.
  b.emulator.inject({ on: '/delta', times: 100, act: { kind: 'answer', status: 403, body: {} } })
  other.tenant.putUser('same-id', { displayName: 'Jane Doe' })
  await failure(sync(store, b.provider, b.request()))
  t.equal((await sync(store, second, b.request())).round, 'delta')
  t.same(held(store, 'Subsidiary'), wanted(other.tenant))
  t.same(held(store, 'Office 365'), wanted(b.emulator.tenant))
  t.match(store.record('Office 365')?.error, /403/)
  t.equal(store.record('Subsidiary')?.error, null)
})
