import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { cliPath, waitUntil } from './peers/daemon.ts'
import { freePort } from './peers/ports.ts'
import { buildStages, parseDockerfile } from './peers/dockerfile.ts'
import { endChild, findProgram, makeScratch, removeScratch, run, skipUnless } from './peers/scratch.ts'
import { startSink } from './peers/sink.ts'
import { RawClient } from './peers/smtp-client.ts'

/** The image, built and run without an engine: each step of the Dockerfile in a plain folder, the result without root. */
const root = resolve(import.meta.dirname, '../..')
const scratch = makeScratch('image')
t.teardown(() => removeScratch(scratch))
// npm installs every package, as the engine's build would.
t.setTimeout(600_000)

const missing =
  findProgram('setpriv') === null
    ? 'setpriv is not installed (Debian: util-linux)'
    : process.getuid?.() === 0
      ? null
      : 'only root can start a process as another user'

t.test('the steps of the Dockerfile', skipUnless(missing), async (t) => {
  const stages = await buildStages(root, scratch)
  const image = stages.get('final')
  if (image === undefined) throw new Error('no last stage')
  const app = join(image.root, 'app')

  t.test('what is in the image', async (t) => {
    t.match(image.from, /^gcr\.io\/distroless\/nodejs24-debian12:nonroot$/, 'neither shell nor package manager')
    t.same(image.ran, [], 'so nothing is run in it')
    t.same(readdirSync(image.root), ['app'])
    t.same(readdirSync(app).sort(), ['LICENSE', 'config', 'data', 'dist', 'node_modules', 'package.json'])
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: object
      devDependencies: object
    }
    for (const name of Object.keys(manifest.dependencies)) t.ok(existsSync(join(app, 'node_modules', name)), name)
    for (const name of Object.keys(manifest.devDependencies)) t.notOk(existsSync(join(app, 'node_modules', name)), name)
    const names = readdirSync(join(app, 'dist'), { recursive: true, encoding: 'utf8' })
    t.same(
      names.filter((name) => /\.(ts|map)$/.test(name)),
      [],
    )
  })

  const [uid = '', gid = ''] = image.user.split(':')
  const asUser = ['--reuid', uid, '--regid', gid, '--clear-groups', '--no-new-privs', '--bounding-set=-all', '--']

  t.test('its user is no one, and can write nothing but the data', async (t) => {
    t.match(image.user, /^[1-9]\d+:[1-9]\d+$/, 'by number')
    const { stdout } = await run('setpriv', [...asUser, 'find', image.root, '-writable', '-not', '-type', 'l'])
    t.same(stdout.trim().split('\n'), [join(app, 'data')])
  })

  t.test('it runs as compose.yaml runs it', async (t) => {
    const sink = await startSink()
    t.teardown(() => sink.close())
    const [smtp, ops] = [await freePort(), await freePort()]
    const etc = join(image.root, 'etc/namesake')
    mkdirSync(join(image.root, 'etc'), { mode: 0o755 })
    cpSync(join(root, 'deploy/docker/config'), etc, { recursive: true })
    const config = readFileSync(join(etc, 'namesake.yaml'), 'utf8')
      .replace('0.0.0.0:10025', `127.0.0.1:${smtp}`)
      .replace('172.28.25.0/24', '127.0.0.0/8')
      .replace('postfix:10026', `127.0.0.1:${sink.port}`)
      .replace('0.0.0.0:9465', `127.0.0.1:${ops}`)
      .replace('/app/data', join(app, 'data'))
    writeFileSync(join(etc, 'namesake.yaml'), config)
    const here = (word: string): string =>
      word === '/nodejs/bin/node' ? process.execPath : word.startsWith('/') ? join(image.root, word) : word
    const env = { PATH: process.env['PATH'], ...image.env, NAMESAKE_HEALTH: `http://127.0.0.1:${ops}/healthz` }
    const start = (words: readonly string[]): ChildProcess =>
      spawn('setpriv', [...asUser, ...words.map(here)], { cwd: join(image.root, image.workdir), env, stdio: 'ignore' })
    const healthy = (): Promise<number | null> => new Promise((resolve) => start(image.health).once('exit', resolve))

    t.not(await healthy(), 0, 'unhealthy before it runs')
    const daemon = start([...image.entrypoint, ...image.cmd])
    t.teardown(() => endChild(daemon))
    const client = await waitUntil('the listener', () => RawClient.hello(smtp).catch(() => undefined), 60_000)
    t.equal(await healthy(), 0, 'and healthy then')
    await client.transaction('From: Jane Roe <x@evil.example>\r\n\r\nhi\r\n', ['a@corp.example'])
    await client.quit()
    t.match(sink.received[0]?.content.toString(), /^X-Namesake: detected; tier=certain/)
    const ended = new Promise((resolve) => daemon.once('exit', resolve))
    daemon.kill('SIGTERM')
    t.equal(await ended, 0)
  })
})

t.test('compose.yaml', async (t) => {
  const path = join(root, 'compose.yaml')
  const dclint = join(root, 'node_modules/.bin/dclint')
  // The order of keys is ours; an image that is built here is named so that Kubernetes' manifest finds it.
  const args = ['--max-warnings', '0', '--disable-rule', 'service-keys-order', '--disable-rule', 'no-build-and-image']
  const checked = await run(dclint, [path, ...args])
  t.equal(checked.code, 0, checked.output)
  const broken = join(scratch, 'compose.yaml')
  writeFileSync(broken, readFileSync(path, 'utf8').replace('read_only: true', 'read_only: [maybe]'))
  t.not((await run(dclint, [broken, ...args])).code, 0, 'the schema is really asked')

  const { services, networks } = parse(readFileSync(path, 'utf8')) as {
    services: Record<
      string,
      { read_only?: boolean; cap_drop?: string[]; volumes?: string[]; build: { context: string } }
    >
    networks: { mail: { ipam: { config: { subnet: string }[] } } }
  }
  t.match(services['namesake'], { read_only: true, cap_drop: ['ALL'] })
  for (const { build } of Object.values(services))
    t.ok(existsSync(join(root, build.context, 'Dockerfile')), build.context)
  const subnet = networks.mail.ipam.config[0]?.subnet ?? ''
  for (const name of ['config/namesake.yaml', 'postfix/master.cf']) {
    t.match(readFileSync(join(root, 'deploy/docker', name), 'utf8'), subnet, `${name} lets the network in`)
  }
  const config = join(root, 'deploy/docker/config/namesake.yaml')
  const valid = await run(process.execPath, [cliPath, 'config', 'check', '--config', config])
  t.equal(valid.code, 0, valid.output)
  const steps = parseDockerfile(readFileSync(join(root, 'deploy/docker/postfix/Dockerfile'), 'utf8'))
  for (const name of steps
    .find(({ word }) => word === 'COPY')
    ?.rest.split(' ')
    .slice(0, -1) ?? ['none']) {
    t.ok(existsSync(join(root, 'deploy/docker/postfix', name)), name)
  }
})
