import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startMilterStand } from './milter-stand.ts'
import { findProgram, makeScratch, removeScratch, run, skipUnless } from './peers/scratch.ts'
import { unpackPackages } from './peers/unpack.ts'

/** Plays the Lua scripts of `miltertest/` with miltertest, the MTA's side as OpenDKIM's authors wrote it. */
const scripts = join(import.meta.dirname, 'miltertest')
const installed = findProgram('miltertest')
const unpacked = installed === null ? await unpackPackages('miltertest') : null

t.test('miltertest', skipUnless(typeof unpacked === 'string' ? unpacked : null), async (t) => {
  if (typeof unpacked === 'string') throw new Error(unpacked)
  const program = installed ?? unpacked?.find('/bin/miltertest') ?? ''
  const folder = makeScratch('miltertest')
  t.teardown(() => removeScratch(folder))
  const stand = await startMilterStand(folder)
  t.teardown(() => stand.server.close({ drain: 0 }))
  for (const script of readdirSync(scripts).sort()) {
    for (const socket of [`inet:${stand.port}@127.0.0.1`, `unix:${stand.socket}`]) {
      await t.test(`${script} over ${socket.split(':')[0]}`, async (t) => {
        const args = ['-D', `socket=${socket}`, '-s', join(scripts, script)]
        const { code, output } = await run(program, args, { env: unpacked?.env ?? process.env })
        t.same({ code, output }, { code: 0, output: '' })
      })
    }
  }
  const wrong = stand.events.filter(({ name }) => /protocol-error|failed|timeout/.test(name))
  t.same(wrong, [])
})
