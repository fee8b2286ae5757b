import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { removeDaemon, startDaemon, waitUntil } from './peers/daemon.ts'

// Several starts with several workers.

/** Unix sockets of a daemon with several workers: a stale one is replaced once, and the new one stays. */
const starts = Number(process.env['NAMESAKE_STARTS'] ?? 4)

/** What a killed daemon leaves behind. */
async function leaveStale(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.send('up'))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  await once(child, 'message')
  child.kill('SIGKILL')
  await once(child, 'exit')
}

function greeting(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('error', reject)
    socket.once('data', (chunk: Buffer) => {
      socket.destroy()
      resolve(chunk.toString())
    })
  })
}

t.test(`four workers share unix sockets over ${starts} starts`, { timeout: 60_000 + starts * 20_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-sockets-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const smtp = join(folder, 'smtp.sock')
  const milter = join(folder, 'milter.sock')
  for (let i = 0; i < starts; i++) {
    await leaveStale(smtp)
    await leaveStale(milter)
    const daemon = await startDaemon({
      relay: 'smtp://127.0.0.1:26',
      workers: 4,
      smtp: `  timeouts: { drain: 1s }`,
      listen: `unix:${smtp}`,
      more: `milter: { listen: ["unix:${milter}"] }`,
    })
    t.ok(statSync(smtp).isSocket() && statSync(milter).isSocket(), 'both sockets are there once it says started')
    t.match(await greeting(smtp), /^220 /)
    daemon.child.kill('SIGHUP')
    await daemon.waitFor((line) => line['event'] === 'config-reloaded')
    await waitUntil('the old workers are gone', () =>
      daemon.lines().filter((line) => line['event'] === 'worker-started').length >= 8 ? true : undefined,
    )
    t.match(await greeting(smtp), /^220 /, 'a reload keeps the socket')
    await daemon.stop()
    await removeDaemon(daemon)
  }
})
