import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { cliPath, removeDaemon, startDaemon, waitUntil, writeConfig } from './peers/daemon.ts'
import { freePort } from './peers/ports.ts'
import { notifyMissing, openNotifySocket } from './peers/notify-socket.ts'
import { endChild, findProgram, makeScratch, removeScratch, run, skipUnless } from './peers/scratch.ts'
import { RawClient } from './peers/smtp-client.ts'
import { startSink } from './peers/sink.ts'

/** The systemd unit, by systemd's own tools, and the daemon as a service of Type=notify. */
const folder = resolve(import.meta.dirname, '../../deploy/systemd')
const unit = join(folder, 'namesake.service')
const analyze = skipUnless(
  findProgram('systemd-analyze') === null ? 'systemd-analyze is not installed (Debian: systemd)' : null,
)

t.test('systemd reads the unit without complaint', analyze, async (t) => {
  const scratch = makeScratch('unit')
  t.teardown(() => removeScratch(scratch))
  const { code, output } = await run('systemd-analyze', ['verify', '--man=no', unit])
  // A command that is not installed at its place is the machine's matter, not the unit's.
  const complaints = output
    .split('\n')
    .filter((line) => line !== '' && !/Command \/usr\/bin\/node is not exec/.test(line))
  t.same(complaints, [])
  if (complaints.length === output.split('\n').filter((line) => line !== '').length) t.equal(code, 0)
})

t.test('the sandbox scores what the page says', analyze, async (t) => {
  const { stdout } = await run('systemd-analyze', ['security', '--offline=true', '--no-pager', unit])
  const score = /exposure level for namesake\.service: ([\d.]+)/.exec(stdout)?.[1]
  t.ok(Number(score) <= 1.5, `${score} of 10, where 10 is bare`)
  const page = readFileSync(join(folder, 'README.md'), 'utf8')
  t.match(page, `**${score}**`, 'quoted in deploy/systemd/README.md')
})

const tracing = skipUnless(findProgram('strace') === null ? 'strace is not installed (Debian: strace)' : null)

t.test('the daemon asks for no system call that the unit forbids', { ...analyze, ...tracing }, async (t) => {
  const scratch = makeScratch('calls')
  t.teardown(() => removeScratch(scratch))
  const sink = await startSink()
  t.teardown(() => sink.close())
  const [smtp, ops] = [await freePort(), await freePort()]
  const config = writeConfig(scratch, { relay: `smtp://127.0.0.1:${sink.port}` }, smtp, ops)
  // Not beside the configuration: that folder is watched, and each line of the trace would be an event.
  const traces = makeScratch('trace')
  t.teardown(() => removeScratch(traces))
  const trace = join(traces, 'trace')
  // The kernel itself lets through what the unit allows; only the rest, and execve to see that it works, is traced.
  const allowed = (await callsOfUnit()).filter((name) => name !== 'execve')
  const filter = `trace=!${allowed.map((name) => `?${name}`).join(',')}`
  const args = ['-f', '-qq', '--seccomp-bpf', '-e', filter, '-e', 'signal=none', '-o', trace]
  const child = spawn('strace', [...args, process.execPath, cliPath, 'serve', '--config', config], { stdio: 'ignore' })
  t.teardown(() => endChild(child))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const client = await waitUntil('a listener', () => RawClient.hello(smtp).catch(() => undefined), 60_000)
  const replies = await client.transaction('From: Jane Roe <x@evil.example>\r\n\r\nhi\r\n', ['a@corp.example'])
  t.match(replies.at(-1), /^250/)
  await client.quit()
  process.kill(Number(/^(\d+)/.exec(readFileSync(trace, 'utf8'))?.[1]), 'SIGTERM')
  await ended
  const seen = new Set([...readFileSync(trace, 'utf8').matchAll(/^\d+ +(\w+)\(/gm)].map((found) => found[1]))
  t.ok(seen.delete('execve'), 'the trace sees what it is to see')
  t.same([...seen], [])
})

/** The system calls that the unit allows. */
async function callsOfUnit(): Promise<string[]> {
  const [, first, refused] =
    /^SystemCallFilter=([^~\n]+)\nSystemCallFilter=~([^\n]+)$/m.exec(readFileSync(unit, 'utf8')) ?? []
  const callsOfGroups = async (groups = ''): Promise<string[]> =>
    (await Promise.all(groups.split(' ').map(callsOf))).flatMap((calls) => [...calls])
  const without = new Set(await callsOfGroups(refused))
  return (await callsOfGroups(first)).filter((name) => !without.has(name))
}

/** The system calls of a group of systemd's, groups within it resolved. */
async function callsOf(group: string): Promise<Set<string>> {
  const { stdout } = await run('systemd-analyze', ['syscall-filter', '--no-pager', group])
  const calls = new Set<string>()
  for (const word of stdout
    .split('\n')
    .slice(1)
    .map((line) => line.trim())) {
    if (word.startsWith('@')) for (const call of await callsOf(word)) calls.add(call)
    else if (word !== '' && !word.startsWith('#')) calls.add(word)
  }
  return calls
}

t.test('a service of Type=notify', skipUnless(notifyMissing()), async (t) => {
  const scratch = makeScratch('notify')
  t.teardown(() => removeScratch(scratch))
  const manager = await openNotifySocket(scratch)
  t.teardown(() => manager.close())
  const env = { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: '1000000' }
  const daemon = await startDaemon({ relay: 'smtp://127.0.0.1:1', env })
  t.teardown(() => removeDaemon(daemon))
  t.match(await manager.waitFor(/^READY=1/), /^READY=1\nSTATUS=1 people protected; smtp 127\.0\.0\.1:\d+$/)
  t.same(manager.messages()[0], await manager.waitFor(/^READY/), 'nothing is told before it is ready')
  await waitUntil('signs of life', () => manager.messages().filter((m) => m === 'WATCHDOG=1').length >= 2 || undefined)

  const worker = Number((await daemon.waitFor((line) => line['event'] === 'worker-started'))['worker'])
  t.notMatch(readFileSync(`/proc/${worker}/environ`, 'utf8'), /NOTIFY_SOCKET|WATCHDOG/, 'workers do not speak for it')

  daemon.child.kill('SIGHUP')
  await manager.waitFor(/^RELOADING=1$/)
  await waitUntil(
    'the end of the reload',
    () => manager.messages().filter((message) => message.startsWith('READY=1')).length === 2 || undefined,
  )
  t.equal(await daemon.stop(), 0)
  t.equal(
    manager
      .messages()
      .filter((message) => message !== 'WATCHDOG=1')
      .at(-1),
    'STOPPING=1',
  )
  t.notOk(daemon.lines().some((line) => line['event'] === 'service-manager-failed'))
})

t.test('a manager that can not be reached keeps no mail from flowing', skipUnless(notifyMissing()), async (t) => {
  const env = { NOTIFY_SOCKET: '/nonexistent/notify', WATCHDOG_USEC: '500000' }
  const sink = await startSink()
  t.teardown(() => sink.close())
  const daemon = await startDaemon({ relay: `smtp://127.0.0.1:${sink.port}`, env })
  t.teardown(() => removeDaemon(daemon))
  t.match(await daemon.waitFor((line) => line['event'] === 'service-manager-failed'), { level: 'warn' })
  const client = await RawClient.hello(daemon.smtpPort)
  t.match((await client.transaction('From: a@b.example\r\n\r\nhi\r\n', ['a@corp.example'])).at(-1), /^250/)
  await client.quit()
  t.equal(await daemon.stop(), 0)
  t.equal(daemon.lines().filter((line) => line['event'] === 'service-manager-failed').length, 1, 'told once')
})
