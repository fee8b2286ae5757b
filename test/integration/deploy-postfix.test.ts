import { spawnSync } from 'node:child_process'
import { chownSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { fencesOf, root } from '../repo/markdown.ts'
import { removeDaemon, startDaemon } from './peers/daemon.ts'
import { freePort } from './peers/ports.ts'
import type { DaemonOptions } from './peers/daemon.ts'
import { chrootedPostfixMissing, startPostfix } from './peers/postfix.ts'
import type { Postfix, PostfixOptions } from './peers/postfix.ts'
import { makeScratch, run, skipUnless, until } from './peers/scratch.ts'
import { freePorts } from './peers/ports.ts'
import { RawClient } from './peers/smtp-client.ts'

t.setTimeout(600_000)

/**
 * The snippets for Postfix, as they stand in files and on pages, in a real Postfix as Debian installs it: chrooted. Only ports
 * and the queue's folder are another's here.
 */

interface Snippet {
  readonly main: Record<string, string>
  /** Lines of master.cf. */
  readonly services: string[]
}

/** What is to be put in place of what: ports of this test for the documented ones, and the like. */
type Exchange = Readonly<Record<string, string>>

/** A text with this test's ports and folders in place of the documented ones. @throws if one of them is not there */
function exchange(where: string, text: string, by: Exchange): string {
  return Object.entries(by).reduce((done, [from, to]) => {
    if (!done.includes(from)) throw new Error(`${where} no longer has ${from}`)
    return done.replaceAll(from, to)
  }, text)
}

/** Parts settings of main.cf. */
function settings(text: string): Record<string, string> {
  const found = [...text.matchAll(/^(\w+) = (.*)$/gm)]
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, value]))
}

/** Parts services of master.cf; one that is in `without` is left out, as the test's Postfix has it already. */
function entries(text: string, without = /^$/): string[] {
  const found = text.replace(/^#.*\n/gm, '').split(/\n(?=\S)/)
  return found.filter((entry) => entry.trim() !== '' && !without.test(entry)).map((entry) => entry.trimEnd())
}

function readSnippet(path: string, by: Exchange, without?: RegExp): Snippet {
  const text = exchange(path, readFileSync(join(root, path), 'utf8'), by)
  return { main: settings(text.replace(/^# {3}/gm, '')), services: entries(text, without) }
}

/** The fenced block of a page whose info string has these words. */
function readFence(page: string, words: string, by: Exchange = {}): string {
  const found = fencesOf(readFileSync(join(root, page), 'utf8')).filter((fence) => fence.words.join(' ') === words)
  const [fence] = found
  if (fence === undefined || found.length > 1) throw new Error(`${page} has ${found.length} blocks marked ${words}`)
  return exchange(page, fence.text, by)
}

const forged = 'X-Namesake: clean; id=forged\r\n'
const clean = 'From: Olivia Outsider <o@partner.example>\r\nMessage-ID: <clean@x>\r\n\r\nhello\r\n.dot\r\n'
const impersonation = `${forged}From: Jane Roe <jane.roe77@mail.example>\r\nMessage-ID: <forged@x>\r\n\r\nhello\r\n`
const rejecting = 'protect:\n  - { directory: Staff, groups: [Executives] }\nactions: { certain: reject }\n'

async function start(
  t: Pick<Test, 'teardown'>,
  daemon: DaemonOptions,
  postfix: PostfixOptions,
): Promise<{
  readonly daemon: Awaited<ReturnType<typeof startDaemon>>
  readonly postfix: Awaited<ReturnType<typeof startPostfix>>
}> {
  const namesake = await startDaemon(daemon)
  t.teardown(() => removeDaemon(namesake))
  const mta = await startPostfix(postfix)
  t.teardown(() => mta.stop())
  return { daemon: namesake, postfix: mta }
}

/** What every way of asking before the end of data has in common: the client itself gets the refusal. */
async function refusesAndPasses(t: Test, port: number, postfix: Postfix): Promise<void> {
  const client = await RawClient.hello(port)
  t.match((await client.transaction(impersonation, ['max@corp.example'])).at(-1), /^550 5\.7\.1 The sender name/)
  t.match((await client.transaction(clean, ['max@corp.example'])).at(-1), /^250 2\.0\.0 Ok: queued/)
  await client.quit()
  const [message] = await postfix.waitForMessages(1)
  t.match(message?.toString(), /^X-Namesake: clean; id=[\s\S]*\n\nhello\n\.dot\n$/m)
  t.equal(postfix.messages().length, 1, 'and nothing else')
  t.notMatch(postfix.log(), /warning|fatal/)
}

t.test('Postfix as Debian installs it', skipUnless(chrootedPostfixMissing()), async (t) => {
  await t.test('before-queue.cf', async (t) => {
    const [smtp = 0, namesake = 0, back = 0] = await freePorts(3)
    const by = { '127.0.0.1:10025': `127.0.0.1:${namesake}`, '127.0.0.1:10026': `127.0.0.1:${back}` }
    const snippet = readSnippet('deploy/postfix/before-queue.cf', by)
    t.same(entries(readFence('README.md', 'master.cf before-queue', by)), snippet.services, "README's is the same")
    const services = snippet.services.map((line) => line.replace(/^smtp\s+inet/, `127.0.0.1:${smtp} inet`))
    const { daemon, postfix } = await start(
      t,
      { relay: `smtp://127.0.0.1:${back}`, smtpPort: namesake, protection: rejecting },
      { listeners: {}, services, main: snippet.main, chroot: true },
    )
    await refusesAndPasses(t, smtp, postfix)
    const line = await daemon.waitFor((line) => line['messageId'] === '<forged@x>')
    t.match(line, { disposition: 'rejected', client: '127.0.0.1' })
  })

  await t.test('after-queue.cf: mail is taken, filtered and comes back in once', async (t) => {
    const [namesake = 0, back = 0] = await freePorts(2)
    const by = { '[127.0.0.1]:10025': `[127.0.0.1]:${namesake}`, '127.0.0.1:10026': `127.0.0.1:${back}` }
    const { main, services } = readSnippet('deploy/postfix/after-queue.cf', by)
    t.match(main, { content_filter: `namesake:[127.0.0.1]:${namesake}` })
    const { postfix } = await start(
      t,
      { relay: `smtp://127.0.0.1:${back}`, smtpPort: namesake },
      { main, services, chroot: true },
    )
    const client = await RawClient.hello(postfix.ports['smtp'] as number)
    t.match((await client.transaction(impersonation, ['max@corp.example'])).at(-1), /^250 2\.0\.0 Ok: queued/)
    t.match((await client.transaction(clean, ['max@corp.example'])).at(-1), /^250/)
    await client.quit()
    const messages = (await postfix.waitForMessages(2)).map(String)
    const detected = messages.find((text) => text.includes('<forged@x>')) ?? ''
    t.match(detected, /^X-Namesake: detected; tier=certain; kind=exact; action=tag; id=/m)
    t.equal(detected.match(/^X-Namesake:/gm)?.length, 1, 'the forged field is gone')
    t.match(
      messages.find((text) => text.includes('<clean@x>')),
      /^X-Namesake: clean/m,
    )
    t.notMatch(postfix.log(), /warning|fatal|mail for .* loops/)
  })

  await t.test('relayhost: behind Postfix, before the inner server', async (t) => {
    const [namesake = 0] = await freePorts(1)
    const inner = await startPostfix()
    t.teardown(() => inner.stop())
    const text = /`(relayhost = \S+)`/.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? ''
    const main = settings(exchange('README.md', text, { '10025': String(namesake) }))
    const { postfix } = await start(
      t,
      { relay: `smtp://127.0.0.1:${inner.ports['smtp']}`, smtpPort: namesake },
      { main: { ...main, default_transport: 'smtp' }, deliver: { host: '127.0.0.1', port: 1 }, chroot: true },
    )
    const client = await RawClient.hello(postfix.ports['smtp'] as number)
    t.match((await client.transaction(impersonation, ['max@corp.example'])).at(-1), /^250 2\.0\.0 Ok: queued/)
    await client.quit()
    t.match(String((await inner.waitForMessages(1))[0]), /^X-Namesake: detected; tier=certain/m)
    t.notMatch(postfix.log(), /warning|fatal/)
  })

  await t.test('the milter over TCP', async (t) => {
    const milter = await freePort()
    const by = { '127.0.0.1:10027': `127.0.0.1:${milter}` }
    const main = settings(readFence('docs/postfix.md', 'main.cf tcp', by))
    const more = readFence('docs/postfix.md', 'namesake.yaml tcp', by)
    t.same(settings(readFence('README.md', 'main.cf milter', by)), main, "README's is the same")
    t.equal(readFence('README.md', 'namesake.yaml milter', by), more)
    const file = readSnippet('deploy/postfix/milter.cf', by)
    t.same(file.services, [])
    t.match(file.main, main, "milter.cf's says the same and more")
    const { postfix } = await start(
      t,
      { relay: 'smtp://127.0.0.1:1', protection: rejecting, more },
      { main: file.main, chroot: true },
    )
    await refusesAndPasses(t, postfix.ports['smtp'] as number, postfix)
  })

  await t.test('docs/postfix.md: a milter with limits of its own, for incoming mail only', async (t) => {
    const [smtp = 0, submission = 0, milter = 0] = await freePorts(3)
    const by = { '127.0.0.1:10027': `127.0.0.1:${milter}` }
    const services = entries(readFence('docs/postfix.md', 'master.cf incoming', by)).map((entry) =>
      entry.replace(/^smtp /, `127.0.0.1:${smtp} `).replace(/^submission /, `127.0.0.1:${submission} `),
    )
    const own = settings(readFence('docs/postfix.md', 'main.cf own', by))
    const { postfix } = await start(
      t,
      {
        relay: 'smtp://127.0.0.1:1',
        protection: rejecting,
        more: readFence('docs/postfix.md', 'namesake.yaml tcp', by),
      },
      { main: own, listeners: { own: {} }, services, chroot: true },
    )
    for (const [port, reply] of [
      [smtp, /^550 5\.7\.1/],
      [submission, /^250/],
      [postfix.ports['own'] ?? 0, /^550 5\.7\.1/],
    ] as const) {
      const client = await RawClient.hello(port)
      t.match((await client.transaction(impersonation, ['max@corp.example'])).at(-1), reply)
      await client.quit()
    }
    t.notMatch(postfix.log(), /warning|fatal/)
  })

  await t.test('docs/postfix.md: a socket inside the chroot, as a user who is not root', async (t) => {
    const main = settings(readFence('docs/postfix.md', 'main.cf unix'))
    const postfix = await startPostfix({ main, chroot: true })
    t.teardown(() => postfix.stop())
    const queue = { '/var/spool/postfix': join(postfix.folder, 'queue') }
    const made = await run('sh', [
      '-euc',
      readFence('docs/postfix.md', 'unix', { ...queue, '-o namesake': '-o nobody' }),
    ])
    t.equal(made.code, 0, made.output)
    const folder = makeScratch('as-nobody')
    chownSync(folder, 65534, 65534)
    const group = spawnSync('getent', ['group', 'postfix'], { encoding: 'utf8' }).stdout.split(':')[2] ?? ''
    const daemon = await startDaemon({
      folder,
      relay: 'smtp://127.0.0.1:1',
      protection: rejecting,
      more: readFence('docs/postfix.md', 'namesake.yaml unix', queue),
      // The rights of the user that the unit gives; but it may read this checkout, wherever that is.
      by: `setpriv --reuid=65534 --regid=65534 --groups=${group} --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search`.split(
        ' ',
      ),
    })
    t.teardown(() => removeDaemon(daemon))
    await refusesAndPasses(t, postfix.ports['smtp'] as number, postfix)
  })

  await t.test("compose.yaml's Postfix, with this machine in place of its network", async (t) => {
    const [smtp = 0, namesake = 0, back = 0] = await freePorts(3)
    const standard = /^(?!25\s|10026\s)/
    const { services } = readSnippet(
      'deploy/docker/postfix/master.cf',
      { 'namesake:10025': `namesake:${namesake}` },
      standard,
    )
    const here = services.map((entry) =>
      entry
        .replace(/^25\s/, `127.0.0.1:${smtp} `)
        .replace(/^10026\s/, `127.0.0.1:${back} `)
        .replace(/namesake:(\d+)/, '127.0.0.1:$1')
        .replaceAll('172.28.25.0/24', '127.0.0.0/8'),
    )
    const { postfix } = await start(
      t,
      { relay: `smtp://127.0.0.1:${back}`, smtpPort: namesake },
      { listeners: {}, services: here },
    )
    const client = await RawClient.hello(smtp)
    t.match((await client.transaction(impersonation, ['max@corp.example'])).at(-1), /^250/)
    await client.quit()
    t.match(String((await postfix.waitForMessages(1))[0]), /^X-Namesake: detected; tier=certain/m)
    // Its own main.cf has no setting that this Postfix doesn't know.
    const known = await postfix.command('postconf', '-d')
    const names = new Set([...known.stdout.matchAll(/^(\w+) =/gm)].map((found) => found[1]))
    const text = readFileSync(join(root, 'deploy/docker/postfix/main.cf'), 'utf8')
    for (const [, name] of text.matchAll(/^(\w+) =/gm)) t.ok(names.has(name), String(name))
    await until('the log is written', () => postfix.log().length > 0)
  })
})
