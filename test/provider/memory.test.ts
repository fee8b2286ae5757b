import { join } from 'node:path'
import t from 'tap'
import { LargeTenant } from './large.ts'

/** Item 12 in small; `bench/office365.ts` does it with 200,000 users and 2,000 groups. */

t.test('a large tenant is read page by page, and a delta costs what it changes', async (t) => {
  const tenant = await LargeTenant.start(join(t.testdir({}), 'store'), 8_000, 80)
  t.teardown(() => tenant.stop())
  const first = await tenant.sync()
  const delta = await tenant.sync()
  t.equal(first.round, 'full')
  t.equal(first.people, 8_000 - 160, 'all but the guests')
  t.equal(first.groups, 80)
  t.ok(first.peak < 300, `the most memory held: ${first.peak} MB, ${first.idle} MB of it before`)
  t.equal(delta.round, 'delta')
  t.equal(delta.people, first.people)
  t.equal(delta.changed, 98, 'a hundred but for two guests; nobody else is touched')
  // The program and its loader are most of both; which of the two rounds holds more differs between lines of Node.
  t.ok(delta.peak < 300, `for a hundred changes: ${delta.peak} MB, ${delta.idle} MB of it before`)
})
