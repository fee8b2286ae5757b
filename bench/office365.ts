import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LargeTenant } from '../test/provider/large.ts'

/**
 * A large emulated tenant, each piece of work in a process of its own: first sync, a delta of a hundred changes, and a
 * full round while another process judges. `tsx bench/office365.ts [USERS] [GROUPS] [PROTECTED GROUP]…`, by default
 * 200,000 users, 2,000 groups, and "Group 0", which holds everybody, protected.
 */
const [users = '200000', groups = '2000', ...given] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'namesake-bench-'))
const guarded = given.length === 0 ? ['Group 0'] : given
const tenant = await LargeTenant.start(join(folder, 'store'), Number(users), Number(groups), guarded)
try {
  const first = await tenant.sync()
  const delta = await tenant.sync()
  const quiet = await tenant.judgeDuring(() => sleep(10_000))
  let full = first
  const meanwhile = await tenant.judgeDuring(async () => (full = await tenant.sync('full')))
  const columns = ['people', 'groups', 'idle', 'peak', 'anonymous', 'mapped', 'seconds', 'blocked']
  console.table({ 'first sync': first, 'delta of 100': delta, 'full again': full }, columns)
  console.table({ 'judging, quiet': quiet, 'judging, during the full round': meanwhile })
} finally {
  tenant.stop()
  rmSync(folder, { recursive: true, force: true })
}
