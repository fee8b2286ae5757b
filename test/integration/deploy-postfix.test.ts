import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { removeDaemon, startDaemon } from './peers/daemon.ts'
import { freePort } from './peers/ports.ts'
import type { DaemonOptions } from './peers/daemon.ts'
import { postfixMissing, startPostfix } from './peers/postfix.ts'
import type { PostfixOptions } from './peers/postfix.ts'
import { skipUnless, until } from './peers/scratch.ts'
import { freePorts } from './peers/ports.ts'
import { RawClient } from './peers/smtp-client.ts'

/** The snippets for Postfix, as they stand in the files, in a real Postfix: only ports and chroot are another's here. */
const root = resolve(import.meta.dirname, '../..')

interface Snippet {
  readonly main: Record<string, string>
  /** Lines of master.cf. */
  readonly services: string[]
}

/** Parts a snippet; a service that is in `without` is left out, as the test's Postfix has it already. */
function readSnippet(path: string, ports: Readonly<Record<string, number>>, without = /^$/): Snippet {
  let text = readFileSync(join(root, path), 'utf8')
  for (const [from, to] of Object.entries(ports)) {
    if (!text.includes(from)) throw new Error(`${path} no longer has ${from}`)
    text = text.replaceAll(from, from.replace(/\d+$/, '') + String(to))
  }
  const main = [...text.matchAll(/^# {3}(\w+) = (.*)$/gm)].map((found) => [found[1] as string, found[2] as string])
  const entries = text
    .replace(/^#.*\n/gm, '')
    .split(/\n(?=\S)/)
    .filter((entry) => entry.trim() !== '' && !without.test(entry))
  // A chroot would need the system's libraries in the queue's folder.
  const services = entries.map((entry) => entry.trimEnd().replace(/^((?:\S+\s+){4})y/, '$1n'))
  return { main: Object.fromEntries(main) as Record<string, string>, services }
}

const forged = 'X-Namesake: clean; id=forged\r\n'
const clean = 'From: Olivia Outsider <o@partner.example>\r\nMessage-ID: <clean@x>\r\n\r\nhello\r\n.dot\r\n'
const impersonation = `${forged}From: Jane Roe <jane.roe77@mail.example>\r\nMessage-ID: <forged@x>\r\n\r\nhello\r\n`
const rejecting = 'protect:\n  - { directory: Staff, groups: [Executives] }\nactions: { certain: reject }\n'

type Tap = Pick<typeof t, 'teardown'>

async function start(
  t: Tap,
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

t.test('Postfix', skipUnless(postfixMissing()), async (t) => {
  await t.test('before-queue.cf: the client itself gets the refusal', async (t) => {
    const [smtp = 0, namesake = 0, back = 0] = await freePorts(3)
    const ports = { '127.0.0.1:10025': namesake, '127.0.0.1:10026': back }
    const { services } = readSnippet('deploy/postfix/before-queue.cf', ports)
    t.equal(services.length, 2)
    const { daemon, postfix } = await start(
      t,
      { relay: `smtp://127.0.0.1:${back}`, smtpPort: namesake, protection: rejecting },
      { listeners: {}, services: services.map((line) => line.replace(/^smtp\s+inet/, `127.0.0.1:${smtp} inet`)) },
    )
    const client = await RawClient.hello(smtp)
    t.match((await client.transaction(impersonation, ['max@corp.example'])).at(-1), /^550 5\.7\.1 The sender name/)
    t.match((await client.transaction(clean, ['max@corp.example'])).at(-1), /^250 2\.0\.0 Ok: queued/)
    await client.quit()
    const [message] = await postfix.waitForMessages(1)
    t.match(message?.toString(), /^X-Namesake: clean; id=[\s\S]*\n\nhello\n\.dot\n$/m)
    t.equal(postfix.messages().length, 1, 'and nothing else')
    const line = await daemon.waitFor((line) => line['messageId'] === '<forged@x>')
    t.match(line, { disposition: 'rejected', client: '127.0.0.1' })
    t.notMatch(postfix.log(), /warning|fatal/)
  })

  await t.test('after-queue.cf: mail is taken, filtered and comes back in once', async (t) => {
    const [namesake = 0, back = 0] = await freePorts(2)
    const ports = { '[127.0.0.1]:10025': namesake, '127.0.0.1:10026': back }
    const { main, services } = readSnippet('deploy/postfix/after-queue.cf', ports)
    t.match(main, { content_filter: `namesake:[127.0.0.1]:${namesake}` })
    const { postfix } = await start(t, { relay: `smtp://127.0.0.1:${back}`, smtpPort: namesake }, { main, services })
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

  await t.test('milter.cf: Postfix asks beside its path', async (t) => {
    const milter = await freePort()
    const { main, services } = readSnippet('deploy/postfix/milter.cf', { '127.0.0.1:10027': milter })
    t.same(services, [])
    const { postfix } = await start(
      t,
      { relay: 'smtp://127.0.0.1:1', protection: rejecting, more: `milter: { listen: ["inet:127.0.0.1:${milter}"] }` },
      { main },
    )
    const client = await RawClient.hello(postfix.ports['smtp'] as number)
    t.match((await client.transaction(impersonation, ['max@corp.example'])).at(-1), /^550 5\.7\.1 The sender name/)
    t.match((await client.transaction(clean, ['max@corp.example'])).at(-1), /^250/)
    await client.quit()
    t.match(String((await postfix.waitForMessages(1))[0]), /^X-Namesake: clean/m)
    t.notMatch(postfix.log(), /warning|fatal/)
  })

  await t.test("compose.yaml's Postfix, with this machine in place of its network", async (t) => {
    const [smtp = 0, namesake = 0, back = 0] = await freePorts(3)
    const standard = /^(?!25\s|10026\s)/
    const { services } = readSnippet('deploy/docker/postfix/master.cf', { 'namesake:10025': namesake }, standard)
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
