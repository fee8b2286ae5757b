import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { Store } from '../../src/directory/store/store.ts'
import { held, wanted } from './expected.ts'
import { bench } from './harness.ts'
import type { Bench } from './harness.ts'
import { sync } from './sync.ts'

/** Item 6: a crash at any page leaves the old state, and the next sync is well. */

const child = join(import.meta.dirname, 'sync-child.ts')

/** A sync in another process that is killed when the n-th answer of Graph is due. True if it came that far. */
async function killedAt(b: Bench, path: string, page: number): Promise<boolean> {
  const { emulator } = b
  const running = spawn(process.execPath, ['--import=tsx', child, path, emulator.origin, emulator.entra.clientId], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  emulator.inject({ on: '/delta', skip: page, act: { kind: 'meanwhile', run: () => void running.kill('SIGKILL') } })
  const [, signal] = (await once(running, 'exit')) as [number | null, string | null]
  emulator.clearFaults()
  return signal === 'SIGKILL'
}

t.test('kill -9 at pages of a first and of a later round', async (t) => {
  const b = await bench(t)
  const { tenant, graph } = b.emulator
  const path = join(t.testdir({}), 'store')
  graph.habits.pageSize = 4
  const state = async (): Promise<ReturnType<typeof held>> => {
    const store = Store.open({ path })
    try {
      return held(store)
    } finally {
      await store.close()
    }
  }
  const finish = async (): Promise<void> => {
    const store = Store.open({ path })
    try {
      await sync(store, b.provider, b.request())
      t.same(held(store), wanted(tenant), 'the next sync is well')
    } finally {
      await store.close()
    }
  }
  for (let n = 0; n < 12; n += 1) tenant.putUser(`user-${n}`, { displayName: `Person ${n}` })
  tenant.putGroup('group', { displayName: 'All' })
  for (let n = 0; n < 12; n += 1) tenant.addMember('group', `user-${n}`)

  for (const page of [0, 2]) {
    t.ok(await killedAt(b, path, page), `killed in the first round, at page ${page + 1}`)
    t.same((await state()).people, {}, 'nothing of it is seen')
  }
  await finish()

  for (const page of [1, 3]) {
    const before = await state()
    for (let n = 0; n < 12; n += 1) tenant.putUser(`user-${n}`, { displayName: `Person ${n}, later at ${page}` })
    tenant.remove(`user-${page}`)
    tenant.removeMember('group', 'user-11')
    t.ok(await killedAt(b, path, page), `killed in a delta round, at page ${page + 1}`)
    t.same(await state(), before, 'the old state serves')
    await finish()
  }
})
