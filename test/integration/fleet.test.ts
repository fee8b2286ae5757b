import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { cliPath, peopleYaml, removeDaemon, startDaemon, waitUntil } from './peers/daemon.ts'
import type { Daemon } from './peers/daemon.ts'
import { freePort } from './peers/ports.ts'
import { noPostgres, startPgBouncer, startPostgres } from './peers/postgres.ts'
import type { Postgres } from './peers/postgres.ts'
import { startSink } from './peers/sink.ts'
import { RawClient } from './peers/smtp-client.ts'

// Daemons of one fleet over a real PostgreSQL, with mail flowing.
t.setTimeout(600_000)

interface Run {
  readonly code: number
  readonly out: string
  readonly err: string
}

function namesake(daemon: Daemon, env: Record<string, string>, ...args: string[]): Promise<Run> {
  const command = [cliPath, ...args, '--config', join(daemon.folder, 'namesake.yaml')]
  return new Promise((resolve) => {
    execFile(process.execPath, command, { env: { ...process.env, ...env } }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })
}

async function verdictOf(daemon: Daemon, from: string): Promise<string> {
  const before = daemon.lines().filter(({ event }) => event === 'message').length
  const client = await RawClient.hello(daemon.smtpPort)
  const reply = (
    await client.transaction(`From: ${from}\r\nMessage-ID: <m${before}@x>\r\n\r\nhi\r\n`, ['b@hop.example'])
  ).at(-1)
  await client.quit()
  if (reply?.startsWith('250') !== true) return reply ?? 'nothing'
  const line = await waitUntil('the message', () => daemon.lines().filter(({ event }) => event === 'message')[before])
  return String(line['verdict'])
}

t.test('a fleet', { skip: noPostgres }, async (t) => {
  const postgres: Postgres = await startPostgres()
  t.teardown(() => postgres.remove())
  const sink = await startSink()
  t.teardown(() => sink.close())
  const env = { NAMESAKE_POSTGRES: postgres.url }
  const start = async (
    node: string,
    {
      section = '',
      ...more
    }: {
      people?: string
      folder?: string
      protection?: string
      env?: Record<string, string>
      section?: string
    } = {},
  ): Promise<Daemon> => {
    const daemon = await startDaemon({
      relay: `smtp://127.0.0.1:${sink.port}`,
      env,
      more: `fleet: { postgres: { env: NAMESAKE_POSTGRES }, node: ${node} }\n${section}`,
      ...more,
    })
    t.teardown(() => removeDaemon(daemon))
    return daemon
  }
  const members = async (daemon: Daemon): Promise<Record<string, unknown>[]> =>
    (await namesake(daemon, env, 'fleet', '--json')).out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)

  const consolePort = await freePort()
  const a = await start('mx1', { section: `console: { listen: "127.0.0.1:${consolePort}" }` })
  // The second node's own file names other people: what counts is what the reading node has seen.
  // It comes through PgBouncer in transaction mode, which keeps nothing of a connection from one transaction to the next.
  const bouncer = await startPgBouncer(postgres)
  t.teardown(() => bouncer.remove())
  const b = await start('mx2', {
    env: { NAMESAKE_POSTGRES: bouncer.url },
    people: peopleYaml.replace('Jane Roe', 'Somebody Else'),
  })
  const jane = 'Jane Roe <j@evil.example>'
  const max = 'Max Mustermann <m@evil.example>'

  /** The nodes as the console's API tells them to a reader. */
  let token = ''
  const ask = async (what: string): Promise<unknown> => {
    if (token === '')
      token = (await namesake(a, env, 'console', 'token', 'add', 'nodes')).out.trim().split(/\s/).at(-1) ?? ''
    const of = `http://127.0.0.1:${consolePort}/api/v1/${what}`
    const answer = await fetch(of, { headers: { authorization: `Bearer ${token}` } })
    return answer.json()
  }
  const nodesOf = (): Promise<unknown> => ask('nodes')

  t.test('people of one reader, rules of all', async (t) => {
    t.equal(await verdictOf(a, jane), 'detected')
    t.equal(await verdictOf(b, jane), 'detected', 'by the people that the first node read')
    t.equal(await verdictOf(b, max), 'clean')
    t.match(await namesake(b, env, 'protect', 'max@corp.example', '--yes'), { code: 0 })
    const at = Date.now()
    await a.waitFor((line) => line['event'] === 'fleet-rules' && line['outcome'] === 'taken')
    t.comment(`in force on the other node after ${Date.now() - at} ms`)
    t.equal(await verdictOf(a, max), 'detected')
    t.equal(
      readFileSync(join(a.folder, 'protection.yaml'), 'utf8'),
      readFileSync(join(b.folder, 'protection.yaml'), 'utf8'),
    )
    await waitUntil('both', async () => (await members(a)).length === 2 || undefined)
    t.match(await members(b), [
      { node: 'mx1', version: '0.1.0', trouble: [], directories: [{ name: 'Staff' }] },
      { node: 'mx2', trouble: [] },
    ])
    t.match((await namesake(a, env, 'fleet')).out, /NODE +VERSION +SEEN.*\nmx1 /)
    t.match(await nodesOf(), {
      fleet: true,
      away: null,
      items: [
        { node: 'mx1', own: true, rules: 2, directories: [{ name: 'Staff' }], trouble: [] },
        { node: 'mx2', own: false },
      ],
    })
  })

  t.test("the nodes are listed with the database's URL alone: other secrets are the daemon's", async (t) => {
    const path = join(a.folder, 'elsewhere.yaml')
    const tenant = `directories:
  - { name: Tenant, type: office365, tenant: contoso.example, clientId: 11111111-2222-4333-8444-555555555555, clientSecret: { file: ./not-ours } }
`
    writeFileSync(path, readFileSync(join(a.folder, 'namesake.yaml'), 'utf8').replace('directories:\n', tenant))
    const list = (of: Record<string, string>): Promise<Run> => namesake(a, of, 'fleet', '--config', path)
    t.match(await list(env), { code: 0, out: /mx1 / })
    t.match(await list({}), {
      code: 78,
      err: /fleet\.postgres of namesake\.yaml can't be read here; fix: set the variable/,
    })
  })

  const history = async (daemon: Daemon): Promise<Record<string, unknown>[]> =>
    (await namesake(daemon, env, 'history', '--json')).out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)

  t.test('one history', async (t) => {
    const detected = (daemon: Daemon): unknown[] =>
      daemon.lines().filter(({ event, verdict }) => event === 'message' && verdict === 'detected')
    const wanted = detected(a).length + detected(b).length
    await waitUntil('all records', async () => (await history(b)).length === wanted || undefined)
    const found = await history(a)
    t.same(await history(b), found, 'the same on every node')
    t.same([...new Set(found.map(({ node }) => node))].sort(), ['mx1', 'mx2'])
    t.equal(new Set(found.map(({ id }) => id)).size, wanted, 'each once')
    const { items } = (await ask('detections')) as { items: { id: string }[] }
    t.same(items.map(({ id }) => id).sort(), found.map(({ id }) => id).sort(), "in the console of one, what all have caught") // prettier-ignore
    const { out } = await namesake(b, env, 'review', '--json')
    t.match(JSON.parse(out.split('\n')[0] ?? ''), { person: /./, state: 'open' })
    t.match(await namesake(a, env, 'history', 'evil.example', '--limit', '1'), {
      code: 0,
      out: /evil\.example/,
      err: '',
    })
  })

  t.test('an edit of the source goes to every node', async (t) => {
    writeFileSync(join(a.folder, 'people.yaml'), `${peopleYaml}  - { id: g2, displayName: Board, members: [u3] }\n`)
    t.match(await namesake(a, env, 'sync'), { code: 0, out: /Staff: / })
    await waitUntil('the group on the other node', async () => {
      const { out } = await namesake(b, env, 'directory', '--groups', '--json')
      return out.includes('Board') || undefined
    })
    t.pass('the other node has it')
  })

  t.test('a node that comes new', async (t) => {
    const c = await start('mx3', { people: 'users: []\n', protection: '{}\n' })
    t.equal(await verdictOf(c, jane), 'detected')
    t.equal(await verdictOf(c, max), 'detected')
    t.match(
      c.lines().find(({ event }) => event === 'fleet-conflict'),
      { node: 'mx2', kept: join(c.folder, 'protection.yaml.conflict') },
      'its own file is kept',
    )
    t.match(await namesake(c, env, 'fleet', 'resolve'), { code: 0, out: /conflict: .*\n.*/ })
    t.match(await namesake(c, env, 'fleet', 'resolve', '--theirs'), { code: 0, out: /stays in force/ })
    await c.stop()
  })

  t.test('PostgreSQL away: mail as before, and what is cut off is said', async (t) => {
    await postgres.stop('SIGKILL')
    for (const daemon of [a, b]) {
      t.match(await daemon.waitFor((line) => line['event'] === 'fleet-unavailable'), {
        level: 'warn',
        error: /PostgreSQL/,
      })
      t.equal(await verdictOf(daemon, jane), 'detected')
    }
    t.match((await namesake(a, env, 'fleet')).code, 69)
    t.match(await nodesOf(), { fleet: true, items: [], away: /PostgreSQL: / })
    const alone = await namesake(a, env, 'history', '--json')
    t.match(alone, { code: 0, err: /only what this node itself has kept is shown: PostgreSQL/ })
    t.notMatch(alone.out, /"node":"mx2"/)
    t.match(
      await namesake(a, env, 'protect', 'olivia@corp.example', '--yes'),
      { code: 0 },
      'an edit is in force where it is made',
    )
    const olivia = 'Olivia Bystander <o@evil.example>'
    t.equal(await verdictOf(a, olivia), 'detected')
    const status = JSON.parse((await namesake(a, env, 'status', '--json')).out) as { problems: string[] }
    t.match(status.problems.join('\n'), /fleet: PostgreSQL/)
    await a.stop()
    const lines = a.lines()
    rmSync(join(a.folder, 'log'))
    const again = await start('mx1', {
      folder: a.folder,
      people: readFileSync(join(a.folder, 'people.yaml'), 'utf8'),
      protection: readFileSync(join(a.folder, 'protection.yaml'), 'utf8'),
    })
    t.equal(await verdictOf(again, jane), 'detected', 'a node that starts without the database')
    await postgres.start()
    await again.waitFor((line) => line['event'] === 'fleet-available')
    await waitUntil('the edit on the other node', async () =>
      (await verdictOf(b, olivia)) === 'detected' ? true : undefined,
    )
    t.pass('the edit came to the other node')

    await t.test('two edits at once', async (t) => {
      await postgres.stop('SIGINT')
      t.match(await namesake(again, env, 'secondary', 'add', 'jane.roe@corp.example', 'one@private.example'), {
        code: 0,
      })
      t.match(await namesake(b, env, 'secondary', 'add', 'jane.roe@corp.example', 'two@private.example'), { code: 0 })
      await postgres.start()
      const told = (daemon: Daemon): unknown[] =>
        daemon.lines().filter(({ event }) => String(event).startsWith('fleet-'))
      const loser = await waitUntil(
        'a conflict',
        () =>
          [again, b].find((daemon) =>
            told(daemon).some((line) => (line as { event: string }).event === 'fleet-conflict'),
          ),
        120_000,
      ).catch((error: unknown) => {
        t.comment(JSON.stringify([told(again), told(b)]))
        throw error
      })
      const [mine, theirs] = loser === b ? ['two', 'one'] : ['one', 'two']
      t.equal(await verdictOf(loser, `Jane Roe <${theirs}@private.example>`), 'clean')
      t.equal(await verdictOf(loser, `Jane Roe <${mine}@private.example>`), 'detected')
      const named = JSON.parse((await namesake(loser, env, 'status', '--json')).out) as { problems: string[] }
      t.match(named.problems.join('\n'), /conflict: .*namesake fleet resolve/)
      t.match(await namesake(loser, env, 'fleet', 'resolve', '--ours'), { code: 0, out: /in force here/ })
      const other = loser === b ? again : b
      await waitUntil('the resolved edit', async () =>
        (await verdictOf(other, `Jane Roe <${mine}@private.example>`)) === 'clean' ? true : undefined,
      )
      t.pass('what was resolved is in force on the other node')
    })
    await t.test('what was caught meanwhile is sent, once each', async (t) => {
      const detected = [...lines, ...again.lines(), ...b.lines()]
        .filter(({ event, verdict }) => event === 'message' && verdict === 'detected')
        .map(({ id }) => String(id))
      const ids = async (daemon: Daemon): Promise<string[]> => (await history(daemon)).map(({ id }) => String(id))
      await waitUntil('all records', async () => {
        const found = await ids(again)
        return detected.every((id) => found.includes(id)) || undefined
      })
      const found = await ids(again)
      t.equal(new Set(found).size, found.length)
      t.same(await ids(b), found, 'the same on every node')
    })
    await again.stop()
  })

  t.test('the reading node is killed: another one reads', async (t) => {
    const reader = (): string =>
      postgres.sql("select split_part(holder, ' ', 1) from namesake.lease where name = 'directory Staff'")
    await waitUntil('the reader', async () => {
      await namesake(b, env, 'sync')
      return reader() === 'mx2' || undefined
    })
    await b.stop('SIGKILL')
    const heir = await start('mx4', { people: peopleYaml.replace('Olivia Bystander', 'Olivia Newname') })
    t.equal(await verdictOf(heir, jane), 'detected', 'by what is in the log, at once')
    await waitUntil('the lease, which runs out', async () => {
      await namesake(heir, env, 'sync')
      return reader() === 'mx4' || undefined
    })
    await waitUntil('what it read', async () => {
      const { out } = await namesake(heir, env, 'directory', 'newname')
      return out.includes('Olivia Newname') || undefined
    })
    t.equal(await heir.stop(), 0)
  })
})

t.test('a wrong database or node name is a fault of the configuration with its place', async (t) => {
  const daemon = await startDaemon({
    relay: 'smtp://127.0.0.1:9',
    more: 'fleet: { postgres: { env: NAMESAKE_NOWHERE }, node: "mx 1" }',
    wait: false,
  })
  t.teardown(() => removeDaemon(daemon))
  await waitUntil('its end', () => daemon.child.exitCode ?? undefined)
  t.equal(daemon.child.exitCode, 78)
  t.match(daemon.stderr(), /namesake\.yaml:\d+:\d+: fleet\.postgres\.env|fleet\.postgres: /)
  t.match(daemon.stderr(), /fleet\.node: here stands "mx 1".*up to 63 letters/s)
})
