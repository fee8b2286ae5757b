import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { cliPath, removeDaemon, startDaemon, waitUntil, writeConfig } from './peers/daemon.ts'
import { freePort } from './peers/ports.ts'
import type { Daemon, DaemonOptions } from './peers/daemon.ts'
import { RawClient } from './peers/smtp-client.ts'

// Every mistake is a start of its own.
t.setTimeout(600_000)

/** What operators do, well and badly: edits while mail flows, and each mistake with the message that it gets. */

async function metricsOf(daemon: Daemon): Promise<string> {
  return (await fetch(`http://127.0.0.1:${daemon.opsPort}/metrics`)).text()
}

const mailFrom = (name: string): string =>
  `From: ${name} <stranger@evil.example>\r\nMessage-ID: <${name.replace(/\W/g, '')}@x>\r\n\r\nhi\r\n`

/** A next hop that takes everything and keeps nothing. */
async function startSink(): Promise<{ port: number; close: () => void }> {
  const server = createServer((socket) => {
    let inData = false
    let held = ''
    socket.on('error', () => {})
    socket.write('220 sink\r\n')
    socket.on('data', (chunk: Buffer) => {
      held += chunk.toString('latin1')
      for (;;) {
        const end = inData ? held.indexOf('\r\n.\r\n') : held.indexOf('\r\n')
        if (end < 0) return
        const line = held.slice(0, end)
        held = held.slice(end + (inData ? 5 : 2))
        if (inData) inData = false
        else if (/^DATA/i.test(line)) inData = true
        socket.write(inData ? '354 go\r\n' : /^QUIT/i.test(line) ? '221 bye\r\n' : '250 ok\r\n')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { port: typeof address === 'object' && address ? address.port : 0, close: () => server.close() }
}

t.test('an edit of protection.yaml', async (t) => {
  const sink = await startSink()
  t.teardown(() => sink.close())
  const daemon = await startDaemon({ relay: `smtp://127.0.0.1:${sink.port}` })
  t.teardown(() => removeDaemon(daemon))
  const client = await RawClient.hello(daemon.smtpPort)
  t.teardown(() => client.quit())
  const protection = join(daemon.folder, 'protection.yaml')
  const verdictOf = async (name: string, id: string): Promise<unknown> => {
    await client.transaction(mailFrom(name).replace(/<\w+@x>/, `<${id}@x>`), ['max@corp.example'])
    return (await daemon.waitFor((line) => line['messageId'] === `<${id}@x>`))['verdict']
  }

  t.equal(await verdictOf('Max Mustermann', 'before'), 'clean', 'not protected yet')
  const edited = Date.now()
  writeFileSync(protection, 'protect:\n  - { directory: Staff, groups: [Executives], users: [max@corp.example] }\n')
  await daemon.waitFor((line) => line['event'] === 'config-reloaded')
  const took = Date.now() - edited
  t.equal(await verdictOf('Max Mustermann', 'after'), 'detected', 'protected by the edit, over the same connection')
  t.comment(`the edit was in force after ${took} ms`)

  writeFileSync(protection, 'protect:\n\t- directory: Staff\n')
  const refused = await daemon.waitFor((line) => line['event'] === 'config-refused')
  t.match(refused, { level: 'error', faults: [/protection\.yaml:2:1: .*tab/i] })
  t.match(
    await metricsOf(daemon),
    'namesake_config_in_force{file="protection.yaml"} 0\n',
    'and is told as not in force',
  )
  t.equal(await verdictOf('Max Mustermann', 'broken'), 'detected', 'a broken edit changes nothing')
  t.equal(await verdictOf('Jane Roe', 'broken2'), 'detected')

  writeFileSync(protection, 'protect:\n  - { directory: Staff, groups: [Executves], users: [max@corp.example] }\n')
  const problem = await daemon.waitFor((line) => line['event'] === 'protection-problem')
  t.match(problem, { level: 'error', at: /protection\.yaml:2:\d+$/, problem: /Executves.*Executives/ })

  const metrics = await metricsOf(daemon)
  t.match(metrics, 'namesake_config_in_force{file="protection.yaml"} 1\n')
  t.match(metrics, 'namesake_protection_problems 1\n')
  t.match(metrics, 'namesake_config_reloads_total{outcome="refused"} 1')
  t.match(metrics, 'namesake_config_reloads_total{outcome="ok"} 2')
  t.match(metrics, 'namesake_messages_total{entrance="smtp",verdict="detected",disposition="relayed"} 3')
  t.notOk(client.closed, 'no connection was dropped')
})

t.test('SIGHUP takes both files over, and a faulty one changes nothing', async (t) => {
  const sink = await startSink()
  t.teardown(() => sink.close())
  const options: DaemonOptions = { relay: `smtp://127.0.0.1:${sink.port}` }
  const daemon = await startDaemon(options)
  t.teardown(() => removeDaemon(daemon))
  const old = await RawClient.hello(daemon.smtpPort)
  t.teardown(() => old.quit())
  const rewrite = (relay: string): string => writeConfig(daemon.folder, { relay }, daemon.smtpPort, daemon.opsPort)

  rewrite('ftp://nowhere')
  t.match(await metricsOf(daemon), 'namesake_config_in_force{file="namesake.yaml"} 0\n', 'it waits for a reload')
  daemon.child.kill('SIGHUP')
  await daemon.waitFor((line) => line['event'] === 'config-refused')
  t.match((await old.transaction(mailFrom('Any One'), ['max@corp.example'])).at(-1), /^250 /)

  rewrite(options.relay)
  writeFileSync(
    join(daemon.folder, 'protection.yaml'),
    'protect:\n  - { directory: Staff, groups: [Executives], users: [max@corp.example] }\n',
  )
  daemon.child.kill('SIGHUP')
  await waitUntil(
    'a second worker',
    () => daemon.lines().filter((l) => l['event'] === 'worker-started').length >= 2 || undefined,
  )
  const fresh = await waitUntil('the new worker to answer', () =>
    RawClient.hello(daemon.smtpPort).catch(() => undefined),
  )
  t.teardown(() => fresh.quit())
  await daemon.waitFor((line) => line['event'] === 'config-reloaded' && /namesake\.yaml$/.test(String(line['file'])))
  t.match(await metricsOf(daemon), 'namesake_config_in_force{file="namesake.yaml"} 1\n')
  await fresh.transaction(mailFrom('Max Mustermann'), ['max@corp.example'])
  t.match(await daemon.waitFor((line) => line['messageId'] === '<MaxMustermann@x>'), { verdict: 'detected' })
})

t.test('SIGHUP exchanges the embedded next hop, or nothing at all', async (t) => {
  const daemon = await startDaemon({ relay: 'maildir:./first' })
  t.teardown(() => removeDaemon(daemon))
  const deliver = async (): Promise<void> => {
    const client = await RawClient.hello(daemon.smtpPort)
    t.match((await client.transaction(mailFrom('Any One'), ['max@corp.example'])).at(-1), /^250 /)
    client.quit()
  }
  const arrived = (folder: string): number => readdirSync(join(daemon.folder, folder, 'new')).length
  const config = join(daemon.folder, 'namesake.yaml')
  await deliver()
  t.equal(arrived('first'), 1)

  const changed = readFileSync(config, 'utf8').replace('maildir:./first', 'maildir:./second')
  writeFileSync(config, changed)
  const told = await runCli(['status', '--config', config])
  t.match(told.output, `${config} has been edited since it was taken over: "namesake reload" takes it over`)
  writeFileSync(config, changed.replace('store: ./store', 'store: ./elsewhere'))
  daemon.child.kill('SIGHUP')
  t.match(await daemon.waitFor((line) => line['event'] === 'config-warning'), { warning: /^store: .* next start/ })
  await daemon.waitFor((line) => line['event'] === 'config-reloaded')
  t.match(await metricsOf(daemon), 'namesake_config_in_force{file="namesake.yaml"} 0\n', 'not all of it is in force')
  await deliver()
  t.equal(arrived('second'), 1)
  t.notOk(existsSync(join(daemon.folder, 'elsewhere')), 'the running store stays')

  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  t.teardown(() => taken.close())
  const { port } = taken.address() as { port: number }
  writeFileSync(
    config,
    changed.replace('maildir:./second', 'maildir:./third').replace(`:${daemon.smtpPort}`, `:${port}`),
  )
  daemon.child.kill('SIGHUP')
  t.match(await daemon.waitFor((line) => line['event'] === 'config-refused'), { faults: [new RegExp(`:${port}`)] })
  await deliver()
  t.equal(arrived('second'), 2, 'what could not be taken over whole was not taken over at all')
})

t.test('readiness and the end', async (t) => {
  const port = await freePort()
  const daemon = await startDaemon({ relay: `smtp://127.0.0.1:${port}` })
  t.teardown(() => removeDaemon(daemon))
  const ready = await fetch(`http://127.0.0.1:${daemon.opsPort}/readyz`)
  t.equal(ready.status, 503, 'a next hop that is down at start does not keep it from starting')
  t.match(await ready.json(), {
    status: 'not ready',
    problems: [new RegExp(`next hop smtp://127\\.0\\.0\\.1:${port}: .*ECONNREFUSED`)],
  })
  const client = await RawClient.connect(daemon.smtpPort)
  await client.reply()
  t.match(await client.say('EHLO x'), /^451 4\.4\./, 'and mail stays with the client')
  await client.quit()
  t.equal(await daemon.stop('SIGTERM'), 0)
  // Between them the next hop may once more have been looked at.
  const events = daemon.lines().map((line) => line['event'])
  t.equal(events.at(-1), 'stopped')
  t.ok(events.includes('stopping'))
})

interface Mistake {
  readonly name: string
  readonly options?: Partial<DaemonOptions>
  readonly before?: (folder: string) => void | Promise<() => void>
  readonly code: number
  readonly says: RegExp
}

const mistakes: readonly Mistake[] = [
  {
    name: 'a port in use',
    before: async (folder) => {
      const port = Number(/listen: \["127\.0\.0\.1:(\d+)/.exec(folder)?.[1])
      const server = createServer().listen(port, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      return () => server.close()
    },
    code: 78,
    says: /127\.0\.0\.1:\d+.*(EADDRINUSE|in use)/,
  },
  {
    name: 'a secret that is missing',
    options: { smtp: '  nextHop: { tls: require, user: me, password: { env: NAMESAKE_TEST_UNSET } }' },
    code: 78,
    says: /namesake\.yaml:\d+:\d+: .*NAMESAKE_TEST_UNSET/,
  },
  {
    name: 'YAML tab indentation',
    options: { protection: 'protect:\n\t- directory: Staff\n' },
    code: 78,
    says: /protection\.yaml:2:1: .*tab/i,
  },
  {
    name: 'an address that is not one',
    options: { protection: 'protect:\n  - { directory: Staff, users: [jane.roe@] }\n' },
    code: 78,
    says: /protection\.yaml:2:\d+: .*jane\.roe@/,
  },
]

t.test('mistakes at the start', async (t) => {
  for (const mistake of mistakes) {
    await t.test(mistake.name, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'namesake-mistake-'))
      t.teardown(() => rmSync(folder, { recursive: true, force: true }))
      const smtpPort = await freePort()
      const config = writeConfig(
        folder,
        { relay: 'smtp://127.0.0.1:1', ...mistake.options },
        smtpPort,
        await freePort(),
      )
      const undo = await mistake.before?.(`listen: ["127.0.0.1:${smtpPort}`)
      const { code, output } = await runCli(['serve', '--config', config])
      undo?.()
      t.equal(code, mistake.code, output)
      t.match(output, mistake.says)
      t.notMatch(output, /\n\s+at /, 'no stack is thrown at an operator')
    })
  }

  await t.test('a store folder that can not be written', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'namesake-mistake-'))
    t.teardown(() => rmSync(folder, { recursive: true, force: true }))
    const config = writeConfig(folder, { relay: 'smtp://127.0.0.1:1' }, await freePort(), await freePort())
    // A file where the folder should be: refused to root as well.
    writeFileSync(join(folder, 'store'), '')
    const { code, output } = await runCli(['serve', '--config', config])
    t.equal(code, 78, output)
    t.match(output, /store/)
    t.notMatch(output, /\n\s+at /)
  })

  for (const [name, people, says] of [
    [
      'duplicate ids',
      'users:\n  - { id: a, displayName: A B, mail: a@x.example }\n  - { id: a, displayName: C D, mail: c@x.example }\n',
      /people\.yaml:3.*\ba\b/,
    ],
    [
      'an address that is not one',
      'users:\n  - { id: a, displayName: A B, mail: not-an-address }\n',
      /people\.yaml:2.*not-an-address/,
    ],
    ['an unreadable people file', null, /people\.yaml/],
  ] as const) {
    await t.test(`people: ${name}`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'namesake-mistake-'))
      t.teardown(() => rmSync(folder, { recursive: true, force: true }))
      const config = writeConfig(
        folder,
        { relay: 'smtp://127.0.0.1:1', people: people ?? '' },
        await freePort(),
        await freePort(),
      )
      if (people === null) {
        chmodSync(join(folder, 'people.yaml'), 0)
        rmSync(join(folder, 'people.yaml'))
      }
      const { code, output } = await runCli(['sync', '--config', config])
      t.equal(code, 65, output)
      t.match(output, says)
    })
  }
})

function runCli(args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [cliPath, ...args], { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: stdout + stderr })
    })
  })
}

t.test('an edit that frees more than half of the protected people', async (t) => {
  const all =
    'protect:\n  - { directory: Staff, users: [jane.roe@corp.example, max@corp.example, olivia@corp.example] }\n'
  const one = 'protect:\n  - { directory: Staff, users: [jane.roe@corp.example] }\n'
  const sink = await startSink()
  t.teardown(() => sink.close())
  const daemon = await startDaemon({ relay: `smtp://127.0.0.1:${sink.port}`, protection: all })
  t.teardown(() => removeDaemon(daemon))
  const file = join(daemon.folder, 'protection.yaml')
  const told = (event: string): Record<string, unknown>[] => daemon.lines().filter((line) => line['event'] === event)
  const toldTimes = (event: string, times: number): Promise<unknown> =>
    waitUntil(`${times} of ${event}`, () => (told(event).length >= times ? true : undefined))

  // In two steps, with a pause that no editor makes.
  writeFileSync(file, one)
  await new Promise((resolve) => setTimeout(resolve, 700))
  writeFileSync(file, all.replace('olivia@corp.example', '"olivia@corp.example"'))
  await toldTimes('config-reloaded', 1)
  t.same(told('config-refused'), [], 'what stood there in between was not read')
  t.match(told('config-reloaded')[0], { protected: 3 })

  writeFileSync(file, one)
  await toldTimes('config-refused', 1)
  t.match(
    String(told('config-refused')[0]?.['faults']),
    /frees 2 of 3 protected people.*save the file once more as it is/,
  )
  const client = await RawClient.hello(daemon.smtpPort)
  t.teardown(() => client.quit())
  await client.transaction(mailFrom('Max Mustermann').replace(/<\w+@x>/, '<brake@x>'), ['max@corp.example'])
  const judged = await daemon.waitFor((line) => line['messageId'] === '<brake@x>')
  t.equal(judged['verdict'], 'detected', 'the rules before it stay in force')

  writeFileSync(file, `${one}# and another comment, with other people\n`.replace('jane.roe', 'olivia'))
  await toldTimes('config-refused', 2)
  writeFileSync(file, `${one}# saved again\n`)
  await toldTimes('config-refused', 3)
  writeFileSync(file, one)
  await toldTimes('config-reloaded', 2)
  t.match(told('config-reloaded')[1], { protected: 1 }, 'the same rules, saved again: meant')

  writeFileSync(file, 'protect: []\n')
  await toldTimes('config-refused', 4)
  const config = join(daemon.folder, 'namesake.yaml')
  const { code } = await runCli(['reload', '--force', '--config', config])
  t.equal(code, 0)
  t.match(told('config-reloaded').at(-1), { protected: 0 })
})
