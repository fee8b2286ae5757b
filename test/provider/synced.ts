import { NamesakeError } from '../../src/errors.ts'
import type { Store } from '../../src/directory/store/store.ts'
import { bench } from './harness.ts'
import type { Bench } from './harness.ts'
import { sync, temporaryStore } from './sync.ts'

/** Twelve people, all in one group. */
export function populate(b: Bench, people = 12): void {
  const { tenant } = b.emulator
  for (let n = 0; n < people; n += 1) {
    tenant.putUser(`user-${n}`, { displayName: `Person ${n}`, mail: `person.${n}@contoso.example` })
  }
  tenant.putGroup('group-board', { displayName: 'Executives' })
  for (let n = 0; n < people; n += 1) tenant.addMember('group-board', `user-${n}`)
}

/** A store that holds the tenant as it is, and then changes of the tenant that it doesn't hold yet. */
export async function synced(t: {
  teardown: (done: () => Promise<void>) => void
}): Promise<{ b: Bench; store: Store }> {
  const b = await bench(t)
  const store = temporaryStore(t)
  populate(b)
  await sync(store, b.provider, b.request())
  b.emulator.tenant.remove('user-3', true)
  b.emulator.tenant.putUser('user-4', { displayName: 'New Name' })
  b.emulator.forget()
  return { b, store }
}

/** The NamesakeError that a promise is rejected with; fails if there is none. */
export async function failure(promise: Promise<unknown>): Promise<NamesakeError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof NamesakeError) return error
    throw error
  }
  throw new Error('did not fail')
}
