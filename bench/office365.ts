import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LargeTenant } from '../test/provider/large.ts'
import type { Measured } from '../test/provider/large.ts'

/**
 * A large emulated tenant, each piece of work in a process of its own: first sync by the shipped command; then, through
 * the tests' loader of TypeScript and with what it takes beside the total, a first sync, a delta of a hundred changes, and a
 * full round while another process judges. `tsx bench/office365.ts [USERS] [GROUPS] [PROTECTED GROUP]…`, by default
 * 200,000 users, 2,000 groups, "Group 1" and "Group 10" protected: two hundred people. "Group 0" holds everybody.
 */
const [users = '200000', groups = '2000', ...given] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'namesake-bench-'))
const guarded = given.length === 0 ? ['Group 1', 'Group 10'] : given
const tenant = await LargeTenant.start(join(folder, 'store'), Number(users), Number(groups), guarded)
const show = (what: string, { people, groups, idle, peak, anonymous, mapped, seconds, blocked }: Measured): void =>
  console.table({ [what]: { people, groups, idle, peak, anonymous, mapped, seconds, blocked } })
try {
  console.table({ 'namesake sync, first': await tenant.syncShipped() })
  rmSync(join(folder, 'store'), { recursive: true })
  show('first sync', await tenant.sync())
  show('delta of 100', await tenant.sync())
  console.table({ 'judging, quiet': await tenant.judgeDuring(() => sleep(10_000)) })
  const meanwhile = await tenant.judgeDuring(async () => show('full again', await tenant.sync('full')))
  console.table({ 'judging, during the full round': meanwhile })
} finally {
  tenant.stop()
  rmSync(folder, { recursive: true, force: true })
}
