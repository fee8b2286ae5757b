import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measure } from '../test/provider/large.ts'

/**
 * First sync and a delta of a hundred changes against an emulated tenant, each in a process of its own:
 * `tsx bench/office365.ts [USERS] [GROUPS]`, by default 200,000 and 2,000.
 */
const users = Number(process.argv[2] ?? 200_000)
const groups = Number(process.argv[3] ?? 2_000)
const folder = mkdtempSync(join(tmpdir(), 'namesake-bench-'))
try {
  const [first, delta] = await measure(join(folder, 'store'), users, groups)
  const columns = ['people', 'groups', 'idle', 'peak', 'anonymous', 'mapped', 'seconds', 'blocked']
  console.table({ 'first sync': first, 'delta of 100': delta }, columns)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
