import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import t from 'tap'
import { waitUntil } from './peers/daemon.ts'
import { freePort } from './peers/ports.ts'
import { endChild, makeScratch, removeScratch, run } from './peers/scratch.ts'
import { RawClient } from './peers/smtp-client.ts'

/** The tarball that `npm publish` would send: what is in it, and that it runs where nothing else of ours is. */
const root = resolve(import.meta.dirname, '../..')
interface Manifest {
  readonly version: string
  readonly dependencies: Record<string, string>
  readonly scripts: Record<string, string>
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest

const scratch = makeScratch('package')
t.teardown(() => removeScratch(scratch))

t.test('the tarball holds what runs and what an operator reads, and nothing else', async (t) => {
  t.match(manifest.scripts['prepack'], 'build', 'what is packed is built from these sources')
  // Without scripts: a build would empty dist/ under the other suites. `npm test` has just built it.
  const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', scratch], { cwd: root })
  t.equal(packed.code, 0, packed.output)
  const tarball = join(scratch, `namesake-${manifest.version}.tgz`)
  t.ok(existsSync(tarball))
  const { messages, pkg } = await publint({
    strict: true,
    pack: { tarball: Uint8Array.from(readFileSync(tarball)).buffer },
  })
  const said = messages.map((message) => formatMessage(message, pkg))
  t.same(said, [], 'publint has nothing to say')
  mkdirSync(join(scratch, 'app/node_modules'), { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', join(scratch, 'app/node_modules'), '--transform', 's,^package,namesake,'])
  const held = join(scratch, 'app/node_modules/namesake')
  t.same(readdirSync(held).sort(), [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'config',
    'deploy',
    'dist',
    'docs',
    'package.json',
  ])
  const names = readdirSync(held, { recursive: true, encoding: 'utf8' })
  t.same(
    names.filter((name) => /\.ts$|\.map$|\.test\.|(^|\/)data\/|\.pem$|\.tgz$/.test(name)),
    [],
  )
  for (const name of [
    'config/namesake.yaml',
    'config/namesake.schema.json',
    'config/protection.schema.json',
    'deploy/systemd/namesake.service',
    'docs/operations.md',
    'dist/cli.js',
    'dist/main/worker.js',
  ]) {
    t.ok(names.includes(name), name)
  }
  t.match(readFileSync(join(held, 'dist/cli.js'), 'utf8'), /^#!\/usr\/bin\/env node\n/)
})

t.test('it runs in an empty folder, with its declared dependencies only', async (t) => {
  const app = join(scratch, 'app')
  // As npm would install them, but by links: a package that is used and not declared can't be found.
  for (const name of Object.keys(manifest.dependencies)) {
    const link = join(app, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(resolve(root, 'node_modules', name), link)
  }
  const cli = join(app, 'node_modules/namesake/dist/cli.js')
  const help = await run(process.execPath, [cli, '--help'], { cwd: app })
  t.equal(help.code, 0, help.output)
  t.match(help.stdout, /serve[\s\S]*check[\s\S]*sync/)
  t.equal((await run(process.execPath, [cli, '--version'], { cwd: app })).stdout.trim(), manifest.version)

  cpSync(join(app, 'node_modules/namesake/config'), join(app, 'config'), { recursive: true })
  const checked = await run(process.execPath, [cli, 'config', 'check'], { cwd: app })
  t.equal(checked.code, 0, checked.output)

  const [smtp, milter, ops] = [await freePort(), await freePort(), await freePort()]
  const config = join(app, 'config/namesake.yaml')
  const text = readFileSync(config, 'utf8')
    .replace('127.0.0.1:10025"]', `127.0.0.1:${smtp}"]`)
    .replace('127.0.0.1:10027"]', `127.0.0.1:${milter}"]`)
    .replace('127.0.0.1:9465', `127.0.0.1:${ops}`)
    .replace('workers: auto', 'workers: 1')
  writeFileSync(config, text)
  const daemon = spawn(process.execPath, [cli, 'serve'], { cwd: app, stdio: ['ignore', 'ignore', 'pipe'] })
  t.teardown(() => endChild(daemon))
  const client = await waitUntil('the listener', () => RawClient.hello(smtp).catch(() => undefined), 60_000)
  const replies = await client.transaction('From: Jane Roe <jane.roe77@mail.example>\r\n\r\nhi\r\n', ['o@corp.example'])
  t.match(replies.at(-1), /^250/)
  await client.quit()
  const inbox = join(app, 'data/mail/new')
  t.match(
    readFileSync(join(inbox, readdirSync(inbox)[0] ?? ''), 'utf8'),
    /^X-Namesake: detected; tier=certain; kind=exact/m,
  )
})
