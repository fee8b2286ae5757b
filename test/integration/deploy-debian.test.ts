import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { waitUntil } from './peers/daemon.ts'
import { freePorts } from './peers/ports.ts'
import { findProgram, makeScratch, removeScratch, run, skipUnless } from './peers/scratch.ts'
import { RawClient } from './peers/smtp-client.ts'

/** The Debian package as an administrator meets it: built, installed, set up, run as its user, removed without a trace. */
const root = resolve(import.meta.dirname, '../..')
t.setTimeout(600_000)

/** Without the test runner's hooks, which write where the package's user may not. */
const plainEnv = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' }

/** Whoever has it installed keeps it: the test would purge it. */
function missing(): string | null {
  if (process.getuid?.() !== 0) return 'installing a package needs root'
  if (findProgram('dpkg-deb') === null || findProgram('runuser') === null) return 'this is no Debian'
  if (existsSync('/etc/namesake') || existsSync('/usr/bin/namesake')) return 'Namesake is installed here'
  const nodejs = spawnSync('dpkg-query', ['-W', '-f', '${Version}', 'nodejs'], { encoding: 'utf8' })
  return Number.parseInt(nodejs.stdout, 10) >= 20 ? null : 'no Debian package of Node 20 or later'
}

t.test('from the package to a tagged message', skipUnless(missing()), async (t) => {
  const scratch = makeScratch('deb')
  t.teardown(() => removeScratch(scratch))
  const started = Date.now()
  const built = await run('scripts/build-deb.sh', [scratch], { cwd: root, limit: 400_000 })
  t.equal(built.code, 0, built.output)
  const deb = built.output.trim().split('\n').at(-1) ?? ''
  t.comment(`built in ${Date.now() - started} ms, ${statSync(deb).size} octets`)

  t.teardown(() => spawnSync('dpkg', ['--purge', 'namesake']))
  const installed = await run('dpkg', ['-i', deb], { limit: 120_000 })
  t.equal(installed.code, 0, installed.output)
  t.match(installed.output, /to begin: namesake init --config \/etc\/namesake\/namesake\.yaml/)
  const begun = Date.now()

  const man = await run('man', ['-P', 'cat', 'namesake'], { cwd: scratch })
  if (findProgram('man') !== null) t.match(man.output, /NAMESAKE\(1\)[^]*namesake secondary add/)
  t.match((await run('bash', ['-n', '/usr/share/bash-completion/completions/namesake'])).code, 0)
  const unit = readFileSync('/lib/systemd/system/namesake.service', 'utf8')
  t.match(unit, /ExecStart=\/usr\/bin\/node \/usr\/lib\/namesake\/dist\/cli\.js serve --config \/etc\/namesake/)
  if (findProgram('systemd-analyze') !== null) {
    const verified = await run('systemd-analyze', ['verify', '/lib/systemd/system/namesake.service'])
    t.notMatch(verified.output, /namesake\.service:\d+/, 'systemd understands every line')
  }

  const [smtp = 0, ops = 0] = await freePorts(2)
  writeFileSync(join(scratch, 'people.csv'), 'Display_Name,Email\nJane Roe,jane.roe@corp.example\n')
  const config = '/etc/namesake/namesake.yaml'
  const people = '/var/lib/namesake/people.csv'
  await run('install', ['-o', 'namesake', '-m', '640', join(scratch, 'people.csv'), people])
  const init = await run('namesake', [
    'init',
    '--config',
    config,
    '--people',
    people,
    '--listen',
    `127.0.0.1:${smtp}`,
    '--yes',
  ])
  t.equal(init.code, 0, init.output)
  writeFileSync(config, readFileSync(config, 'utf8').replace('127.0.0.1:9465', `127.0.0.1:${ops}`))
  t.equal(
    (await run('namesake', ['config', 'check'], { cwd: '/', env: plainEnv })).code,
    0,
    '/etc/namesake is found by itself',
  )

  const asDaemon = (words: readonly string[]): readonly string[] => ['-u', 'namesake', '--', 'namesake', ...words]
  const daemon = spawn('runuser', [...asDaemon(['serve'])], { cwd: '/', env: plainEnv, stdio: 'ignore' })
  const ended = new Promise((done) => daemon.once('exit', done))
  t.teardown(async () => {
    daemon.kill('SIGTERM')
    await ended
  })
  const status = await waitUntil('the daemon to be up', async () => {
    const asked = await run('runuser', [...asDaemon(['status', '--json'])], { cwd: '/', env: plainEnv })
    const line = asked.output.split('\n').find((one) => one.startsWith('{'))
    return line === undefined ? undefined : (JSON.parse(line) as { problems: string[]; protectedPeople: number })
  })
  t.same([status.protectedPeople, status.problems], [1, []])

  const client = await RawClient.hello(smtp)
  const replies = await client.transaction('From: Jane Roe <x@evil.example>\r\n\r\nhi\r\n', ['max@corp.example'])
  t.match(replies.at(-1), /^250 /)
  client.quit()
  const found = await run('sh', ['-c', 'cat /var/lib/namesake/mail/new/*'])
  t.match(found.output, /^X-Namesake: detected; tier=certain; kind=exact; action=tag/m)
  t.comment(`from dpkg -i to a tagged message: ${Date.now() - begun} ms`)

  const stranger = await run('runuser', ['-u', 'nobody', '--', 'namesake', 'directory'], { cwd: '/', env: plainEnv })
  t.not(stranger.code, 0, stranger.output)
  t.match(stranger.output, /permission denied/, 'whoever may not read the files is told so')
  daemon.kill('SIGTERM')
  await ended
  const purged = await run('dpkg', ['--purge', 'namesake'], { limit: 120_000 })
  t.equal(purged.code, 0, purged.output)
  for (const path of ['/etc/namesake', '/var/lib/namesake', '/usr/lib/namesake', '/usr/bin/namesake'])
    t.notOk(existsSync(path), `${path} is gone`)
  t.notMatch(readFileSync('/etc/passwd', 'utf8'), /^namesake:/m)
})
