import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { Database } from '../../src/fleet/database.ts'
import { namesake } from './peers/command.ts'
import type { Said } from './peers/command.ts'
import { cliPath, peopleYaml, removeDaemon, startDaemon, waitUntil } from './peers/daemon.ts'
import type { Daemon } from './peers/daemon.ts'
import { freePort } from './peers/ports.ts'
import { noPostgres, startPgBouncer, startPostgres } from './peers/postgres.ts'
import type { Postgres } from './peers/postgres.ts'
import { startSink } from './peers/sink.ts'
import { RawClient } from './peers/smtp-client.ts'

// Daemons of one fleet over a real PostgreSQL, with mail flowing.
t.setTimeout(600_000)

/** A verb in a process of its own, with or without the database's URL. */
function apart(url: string | undefined, ...args: readonly string[]): Promise<Said> {
  const env = { ...process.env, NAMESAKE_POSTGRES: url }
  return new Promise((resolve) => {
    execFile(process.execPath, [cliPath, ...args], { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })
}

function jsonLines({ out }: Said): Record<string, unknown>[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
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
  // Verbs run in this process.
  Object.assign(process.env, env)
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
    jsonLines(await namesake(daemon, 'fleet', '--json'))

  const [consolePort, otherConsole] = [await freePort(), await freePort()]
  const withConsole = (port: number): string => `console: { listen: "127.0.0.1:${port}" }`
  const a = await start('mx1', { section: withConsole(consolePort) })
  // The second node's own file names other people: what counts is what the reading node has seen.
  // It comes through PgBouncer in transaction mode, which keeps nothing of a connection from one transaction to the next.
  const bouncer = await startPgBouncer(postgres)
  t.teardown(() => bouncer.remove())
  const b = await start('mx2', {
    env: { NAMESAKE_POSTGRES: bouncer.url },
    section: withConsole(otherConsole),
    people: peopleYaml.replace('Jane Roe', 'Somebody Else'),
  })
  const jane = 'Jane Roe <j@evil.example>'
  const max = 'Max Mustermann <m@evil.example>'

  /** What a node's console tells a program, whose token was made on the first node. */
  let token = ''
  const ask = async (what: string, port = consolePort): Promise<unknown> => {
    if (token === '')
      token = (await namesake(a, 'console', 'token', 'add', 'nodes')).out.trim().split(/\s/).at(-1) ?? ''
    const of = `http://127.0.0.1:${port}/api/v1/${what}`
    const headers = { authorization: `Bearer ${token}` }
    return waitUntil('the token on this node', async () => {
      const answer = await fetch(of, { headers }).catch(() => null)
      return answer === null || answer.status === 401 ? undefined : answer.json()
    })
  }
  const nodesOf = (): Promise<unknown> => ask('nodes')
  /** Waits until so many detections have come to all. */
  const sent = (wanted: number): Promise<unknown> => {
    const count = "select count(*) from namesake.record where verdict = 'detected'"
    return waitUntil(`${wanted} detections`, () => postgres.sql(count) === String(wanted) || undefined)
  }

  t.test('people of one reader, rules of all', async (t) => {
    t.equal(await verdictOf(a, jane), 'detected')
    t.equal(await verdictOf(b, jane), 'detected', 'by the people that the first node read')
    t.equal(await verdictOf(b, max), 'clean')
    t.match(await namesake(b, 'protect', 'max@corp.example', '--yes'), { code: 0 })
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
    t.match((await namesake(a, 'fleet')).out, /NODE +VERSION +SEEN.*\nmx1 /)
    await waitUntil('what it tells of itself', async () => (await members(a))[0]?.['rules'] === 2 || undefined)
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
    t.match(await apart(postgres.url, 'fleet', '--config', path), { code: 0, out: /mx1 / })
    t.match(await apart(undefined, 'fleet', '--config', path), {
      code: 78,
      err: /fleet\.postgres of namesake\.yaml can't be read here; fix: set the variable/,
    })
  })

  const history = async (daemon: Daemon): Promise<Record<string, unknown>[]> =>
    jsonLines(await namesake(daemon, 'history', '--json'))

  const detected = (daemon: Daemon): Record<string, unknown>[] =>
    daemon.lines().filter(({ event, verdict }) => event === 'message' && verdict === 'detected')

  t.test('one history', async (t) => {
    const wanted = detected(a).length + detected(b).length
    await sent(wanted)
    const found = await history(a)
    t.same(await history(b), found, 'the same on every node')
    t.same([...new Set(found.map(({ node }) => node))].sort(), ['mx1', 'mx2'])
    t.equal(new Set(found.map(({ id }) => id)).size, wanted, 'each once')
    for (const port of [consolePort, otherConsole]) {
      const { items } = (await ask('detections', port)) as { items: { id: string }[] }
      t.same(items.map(({ id }) => id).sort(), found.map(({ id }) => id).sort(), 'in the console of each, what all have caught') // prettier-ignore
    }
    const [pair] = jsonLines(await namesake(b, 'review', '--json'))
    t.match(pair, { person: /./, state: 'open' })
    t.match(await namesake(b, 'review', 'decide', 'jane.roe@corp.example', 'j@evil.example', 'attack', '--yes'), {
      code: 0,
    })
    await waitUntil('the answer in the console of the other node', async () => {
      const { items } = (await ask('pairs?state=decided')) as { items: { address: string }[] }
      return items.some(({ address }) => address === 'j@evil.example') || undefined
    })
    t.match(await namesake(a, 'history', 'evil.example', '--limit', '1'), {
      code: 0,
      out: /evil\.example/,
      err: '',
    })
  })

  const syncs = (daemon: Daemon): number =>
    daemon.lines().filter(({ event }) => event === 'directory-synchronised').length

  t.test('an edit of the source goes to every node', async (t) => {
    writeFileSync(join(a.folder, 'people.yaml'), `${peopleYaml}  - { id: g2, displayName: Board, members: [u3] }\n`)
    const told = syncs(b)
    t.match(await namesake(a, 'sync'), { code: 0, out: /Staff: / })
    await waitUntil('its round', () => syncs(b) > told || undefined)
    await waitUntil('the group on the other node', async () => {
      const { out } = await namesake(b, 'directory', '--groups', '--json')
      return out.includes('Board') || undefined
    })
    t.pass('the other node has it')
  })

  /** By nodes that have ended. */
  const caught: Record<string, unknown>[] = []

  t.test('a node that comes new', async (t) => {
    const c = await start('mx3', { people: 'users: []\n', protection: '{}\n' })
    t.equal(await verdictOf(c, jane), 'detected')
    t.equal(await verdictOf(c, max), 'detected')
    t.match(
      c.lines().find(({ event }) => event === 'fleet-conflict'),
      { node: 'mx2', kept: join(c.folder, 'protection.yaml.conflict') },
      'its own file is kept',
    )
    t.match(await namesake(c, 'fleet', 'resolve'), { code: 0, out: /conflict: .*\n.*/ })
    t.match(await namesake(c, 'fleet', 'resolve', '--theirs'), { code: 0, out: /stays in force/ })
    await c.stop()
    caught.push(...detected(c))
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
    t.match((await namesake(a, 'fleet')).code, 69)
    t.match(await nodesOf(), { fleet: true, items: [], away: /PostgreSQL: / })
    const alone = await namesake(a, 'history', '--json')
    t.match(alone, { code: 0, err: /only what this node itself has kept is shown: PostgreSQL/ })
    t.notMatch(alone.out, /"node":"mx2"/)
    t.match(
      await namesake(a, 'protect', 'olivia@corp.example', '--yes'),
      { code: 0 },
      'an edit is in force where it is made',
    )
    const olivia = 'Olivia Bystander <o@evil.example>'
    t.equal(await verdictOf(a, olivia), 'detected')
    const status = JSON.parse((await namesake(a, 'status', '--json')).out) as { problems: string[] }
    t.match(status.problems.join('\n'), /fleet: PostgreSQL/)
    await a.stop()
    caught.push(...detected(a))
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
      t.match(await namesake(again, 'secondary', 'add', 'jane.roe@corp.example', 'one@private.example'), {
        code: 0,
      })
      t.match(await namesake(b, 'secondary', 'add', 'jane.roe@corp.example', 'two@private.example'), { code: 0 })
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
      const named = JSON.parse((await namesake(loser, 'status', '--json')).out) as { problems: string[] }
      t.match(named.problems.join('\n'), /conflict: .*namesake fleet resolve/)
      t.match(await namesake(loser, 'fleet', 'resolve', '--ours'), { code: 0, out: /in force here/ })
      const other = loser === b ? again : b
      await waitUntil('the resolved edit', async () =>
        (await verdictOf(other, `Jane Roe <${mine}@private.example>`)) === 'clean' ? true : undefined,
      )
      t.pass('what was resolved is in force on the other node')
    })
    await t.test('what was caught meanwhile is sent, once each', async (t) => {
      const wanted = [...caught, ...detected(again), ...detected(b)].map(({ id }) => String(id)).sort()
      await sent(wanted.length)
      const found = await history(again)
      t.same(found.filter(({ verdict }) => verdict === 'detected').map(({ id }) => String(id)).sort(), wanted) // prettier-ignore
      t.equal(new Set(found.map(({ id }) => id)).size, found.length)
      t.same(await history(b), found, 'the same on every node')
    })
    await again.stop()
  })

  t.test('the reading node is killed in the middle of a round: another one reads', async (t) => {
    const ofLease = (what: string): string =>
      postgres.sql(`select ${what} from namesake.lease where name = 'directory Staff'`)
    const reader = (): string => ofLease("split_part(holder, ' ', 1)")
    await waitUntil('the reader', async () => {
      await namesake(b, 'sync')
      return reader() === 'mx2' || undefined
    })
    // Its round's pages are there, and what makes them count has to wait.
    const database = new Database(postgres.url)
    t.teardown(() => database.close())
    let release: () => void = () => undefined
    const released = new Promise<void>((done) => (release = done))
    let isLocked = false
    const holding = database.transact(async ({ query }) => {
      await query('lock table namesake.round in exclusive mode')
      isLocked = true
      await released
    })
    await waitUntil('the lock', () => isLocked || undefined)
    const untold = '  - { id: u9, displayName: Never Told, mail: never@corp.example }\n'
    writeFileSync(join(b.folder, 'people.yaml'), peopleYaml.replace('\ngroups:', `\n${untold}groups:`))
    await waitUntil('a page without a round', () => {
      const count = 'select count(*) from namesake.page where round not in (select id from namesake.round)'
      return postgres.sql(count) !== '0' || undefined
    })
    await b.stop('SIGKILL')
    release()
    await holding
    const heir = await start('mx4', { people: peopleYaml.replace('Olivia Bystander', 'Olivia Newname') })
    t.equal(await verdictOf(heir, jane), 'detected', 'by what is in the log, at once')
    await wait(Math.max(0, Number(ofLease('extract(epoch from until - clock_timestamp())')) * 1000))
    await waitUntil('the lease, which has run out', async () => {
      await namesake(heir, 'sync')
      return reader() === 'mx4' || undefined
    })
    await waitUntil('what it read', async () => {
      const { out } = await namesake(heir, 'directory', 'newname')
      return out.includes('Olivia Newname') || undefined
    })
    t.notMatch((await namesake(heir, 'directory', '--people', '--json')).out, /Never Told/)
    t.equal(postgres.sql('select node from namesake.round order by seq desc limit 1'), 'mx4')
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
