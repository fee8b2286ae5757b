import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { Database } from '../../src/fleet/database.ts'
import { randomFrom } from '../fuzz/mutate.ts'
import { namesake } from './peers/command.ts'
import { peopleYaml, removeDaemon, startDaemon, waitUntil } from './peers/daemon.ts'
import type { Daemon } from './peers/daemon.ts'
import { Flow } from './peers/flow.ts'
import { freePort } from './peers/ports.ts'
import { noPostgres, startPostgres } from './peers/postgres.ts'
import type { Postgres } from './peers/postgres.ts'
import { startSink } from './peers/sink.ts'

/*
 * Three nodes with many people, mail flowing through two of them whose clocks are an hour apart, while the database hangs, is killed, its
 * disk is full, it is put back from an older copy, and the node that reads the directory hangs in the middle of a round; at last it fails
 * over to a standby. At the end: no message lost or doubled, every verdict as before, every record in the history of all, once.
 *
 * In which order, after how long and by which node follows from a seed: NAMESAKE_FLEET_SEED=N runs it again as it was.
 */
t.setTimeout(600_000)

/** People of the directory: more than one page of a round. 200,000 take some minutes. */
const people = Number(process.env['NAMESAKE_PEOPLE'] ?? 2_100)

const seed = Number(process.env['NAMESAKE_FLEET_SEED'] ?? Date.now() % 1_000_000)
const random = randomFrom(seed)

function manyPeople(more = ''): string {
  const users = Array.from(
    { length: people },
    (_, n) => `  - { id: n${n}, displayName: Given${n % 977} Surname${n}, mail: given.surname${n}@corp.example }\n`,
  )
  return peopleYaml.replace('\ngroups:', `\n${users.join('')}${more}groups:`)
}

function shuffled<T>(all: readonly T[]): readonly T[] {
  return all
    .map((one) => [random(), one] as const)
    .sort(([x], [y]) => x - y)
    .map(([, one]) => one)
}

t.test(`faults while mail flows, seed ${seed}`, { skip: noPostgres }, async (t) => {
  const postgres = await startPostgres({ max_wal_size: '32MB', min_wal_size: '32MB' }, '400m')
  t.teardown(() => postgres.remove())
  const sink = await startSink()
  t.teardown(() => sink.close())
  const folder = mkdtempSync(join(tmpdir(), 'namesake-clock-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  writeFileSync(
    join(folder, 'an-hour-ahead.mjs'),
    `const shift = 3_600_000
globalThis.Date = class extends Date {
  constructor(...of) {
    if (of.length === 0) super(performance.timeOrigin + performance.now() + shift)
    else super(...of)
  }
  static now() {
    return super.now() + shift
  }
}
`,
  )
  // Nodes run with the rights that deploy/postgres gives them.
  const { owner, member } = postgres.makeRoles()
  const maker = new Database(owner)
  await maker.migrate()
  await maker.close()
  // The server that takes over is named from the start, and is not there yet.
  const standbyPort = await freePort()
  let standby: Postgres | null = null
  t.teardown(() => standby?.remove())
  const env = { NAMESAKE_POSTGRES: member.replace(`:${postgres.port}/`, `:${postgres.port},127.0.0.1:${standbyPort}/`) }
  // Verbs run in this process.
  Object.assign(process.env, env)
  const start = async (node: string, text: string, more: Record<string, string> = {}): Promise<Daemon> => {
    const daemon = await startDaemon({
      relay: `smtp://127.0.0.1:${sink.port}`,
      people: text,
      // Many people, and three of them start while mail flows.
      startWithin: 150_000,
      env: { ...env, ...more },
      more: `fleet: { postgres: { env: NAMESAKE_POSTGRES }, node: ${node} }`,
    })
    t.teardown(() => removeDaemon(daemon))
    return daemon
  }
  /** All that its store says. */
  const exportOf = async (daemon: Daemon): Promise<string> => {
    const found = await namesake(daemon, 'directory', '--people', '--json', '--ids')
    if (found.code !== 0) throw new Error(`the export ended with ${found.code}`)
    return found.out
  }
  const [a, b] = await Promise.all([
    start('mx1', manyPeople()),
    start('mx2', manyPeople(), { NODE_OPTIONS: `--import=${join(folder, 'an-hour-ahead.mjs')}` }),
  ])
  const apart = (daemon: Daemon): number => Date.parse(String(daemon.lines()[0]?.['time'])) - Date.now()
  t.ok(apart(b) - apart(a) > 3_500_000, 'the second clock is an hour ahead')
  const flows = [new Flow(a.smtpPort, 'one', 100), new Flow(b.smtpPort, 'two', 100)]
  t.teardown(() => Promise.all(flows.map((flow) => flow.end())))
  const goesOn = (): Promise<unknown> => Promise.all(flows.map((flow) => flow.goesOn()))
  /** Waits until both nodes have told of an event from now on. */
  const fromNow = (): ((event: string) => Promise<unknown>) => {
    const from = [a, b].map((daemon) => daemon.lines().length)
    const told = (daemon: Daemon, n: number, event: string): unknown =>
      daemon
        .lines()
        .slice(from[n])
        .find((line) => line['event'] === event)
    return (event) => Promise.all([a, b].map((daemon, n) => waitUntil(event, () => told(daemon, n, event))))
  }
  /** Waits until both nodes know that the database is there. */
  const settled = (): Promise<unknown> =>
    Promise.all(
      [a, b].map((daemon) =>
        waitUntil('the database again', () => {
          const told = daemon
            .lines()
            .filter(({ event }) => event === 'fleet-available' || event === 'fleet-unavailable')
          return told.at(-1)?.['event'] !== 'fleet-unavailable' || undefined
        }),
      ),
    )
  const edit = async (daemon: Daemon, address: string): Promise<unknown> =>
    namesake(daemon, 'secondary', 'add', 'jane.roe@corp.example', address)
  const rules = (daemon: Daemon): string => readFileSync(join(daemon.folder, 'protection.yaml'), 'utf8')
  /** Waits until an edit is in force on both. */
  const alike = (text: string): Promise<unknown> =>
    waitUntil(
      `${text} on both`,
      () => ([a, b].every((daemon) => rules(daemon).includes(text)) && rules(a) === rules(b)) || undefined,
    )
  const noConflict = (t: Test): void => {
    const told = [a, b].flatMap((daemon) => daemon.lines().filter(({ event }) => event === 'fleet-conflict'))
    t.same(told, [], 'nothing of it is a conflict')
  }

  /** The nodes in an order that follows from the seed. */
  const drawn = (): readonly [Daemon, Daemon] => (random() < 0.5 ? [a, b] : [b, a])
  interface Fault {
    readonly name: string
    readonly skip?: string | false
    readonly run: (t: Test) => Promise<void>
  }
  const newNode = async (t: Test): Promise<void> => {
    const at = performance.now()
    const c = await start('mx3', 'users: []\n')
    const seconds = (performance.now() - at) / 1000
    t.comment(`judges after ${seconds.toFixed(1)} s, with mail flowing`)
    t.ok(seconds < 60, 'within a minute')
    const [first, second, third] = (await Promise.all([a, b, c].map(exportOf))) as [string, string, string]
    t.ok(first.split('\n').length - 1 >= people + 3)
    t.ok(second === first && third === first, 'alike to the octet')

    const since = fromNow()
    postgres.hang()
    await goesOn()
    const end = performance.now()
    t.equal(await c.stop(), 0)
    t.ok(performance.now() - end < 10_000, 'a node ends in time while the database hangs')
    await since('fleet-unavailable')
    await goesOn()
    postgres.resume()
    await since('fleet-available')
    t.pass('PostgreSQL hung and came back')
  }
  const readerHangs = async (t: Test): Promise<void> => {
    const holder = (): string =>
      postgres.sql("select split_part(holder, ' ', 1) from namesake.lease where name = 'directory Staff'")
    const newest = (): number => Number(postgres.sql('select max(seq) from namesake.round'))
    await waitUntil('a node reads', () => holder().startsWith('mx') || undefined)
    const [reader, heir, heirName] = holder() === 'mx1' ? [a, b, 'mx2'] : [b, a, 'mx1']
    const [seq, epoch] = [newest(), Number(postgres.sql('select max(epoch) from namesake.round'))]
    const late = '  - { id: late, displayName: Written Late, mail: l@corp.example }\n'
    writeFileSync(join(reader.folder, 'people.yaml'), manyPeople(late))
    await waitUntil('a page of a round that is not there yet', () => {
      const found = postgres.sql(
        'select count(*) from namesake.page p where not exists (select 1 from namesake.round r where r.id = p.round)',
      )
      return found === '0' ? undefined : true
    })
    reader.child.kill('SIGSTOP')
    t.equal(newest(), seq, 'it hangs before its round counts')
    postgres.sql("update namesake.lease set until = now() - interval '1 second' where name = 'directory Staff'")
    const read = '  - { id: heir, displayName: Read By Heir, mail: h@corp.example }\n'
    writeFileSync(join(heir.folder, 'people.yaml'), manyPeople(read))
    await waitUntil('what the heir reads', () => newest() > seq || undefined)
    t.equal(holder(), heirName)
    reader.child.kill('SIGCONT')
    await waitUntil(
      'what the heir has read on the node that hung',
      async () => (await namesake(reader, 'directory', 'Read By Heir', '--json')).out.includes('h@corp') || undefined,
    )
    const [one, two] = (await Promise.all([reader, heir].map(exportOf))) as [string, string]
    t.ok(one === two, 'alike again')
    t.notOk(one.includes('Written Late'))
    const rounds = postgres.sql('select node, epoch from namesake.round order by seq').split('\n')
    t.equal(rounds.at(-1)?.split('|')[0], heirName, 'what it still wrote counts for nothing')
    const epochs = rounds.map((row) => Number(row.split('|')[1]))
    t.same(
      epochs,
      [...epochs].sort((x, y) => x - y),
    )
    t.ok((epochs.at(-1) ?? 0) > epoch, 'its epoch is over')
  }
  const killed = async (t: Test): Promise<void> => {
    const since = fromNow()
    await postgres.stop('SIGKILL')
    await since('fleet-unavailable')
    await goesOn()
    await postgres.start()
    await since('fleet-available')
    t.pass('and is there again')
  }
  const diskFull = async (t: Test): Promise<void> => {
    const since = fromNow()
    postgres.fillDisk()
    await since('fleet-unavailable')
    await goesOn()
    postgres.freeDisk()
    if (postgres.child.exitCode !== null) await postgres.start()
    await since('fleet-available')
    t.pass('and is not any more')
  }
  const putBack = async (t: Test): Promise<void> => {
    const [one, other] = drawn()
    await edit(one, 'first@home.example')
    await alike('first@home.example')
    await postgres.backup()
    await goesOn()
    await edit(other, 'second@home.example')
    await alike('second@home.example')
    await postgres.restore()
    await goesOn()
    await edit(drawn()[0], 'third@home.example')
    await alike('third@home.example')
    t.match(rules(other), /first@home[^]*second@home/)
    noConflict(t)
  }
  const faults: readonly Fault[] = [
    { name: `a node that comes new judges by ${people} people, and ends while the database hangs`, run: newNode },
    { name: 'the node that reads hangs in mid-round past its lease, and comes back', run: readerHangs },
    { name: 'PostgreSQL is killed', run: killed },
    { name: "PostgreSQL's disk is full", skip: !postgres.hasDisk && 'only root makes a small disk', run: diskFull },
    { name: 'PostgreSQL is put back from an older copy', run: putBack },
  ]
  for (const { name, skip = false, run } of shuffled(faults)) {
    const pauseMs = Math.floor(random() * 400)
    t.test(`${name}, after ${pauseMs} ms`, { skip }, async (t) => {
      await settled()
      await wait(pauseMs)
      await run(t)
    })
  }

  t.test('failed over to a standby that had not got all', async (t) => {
    await settled()
    const heir = postgres.makeStandby(standbyPort)
    standby = heir
    await heir.start()
    await edit(a, 'fourth@home.example')
    await alike('fourth@home.example')
    await waitUntil('the edit on the standby', () => {
      const newest = heir.sql('select text from namesake.document order by revision desc limit 1')
      return newest.includes('fourth@home.example') || undefined
    })
    // From here on nothing is carried over any more: an edit, a round and records are on the primary alone.
    await heir.stop()
    const counts = (): number => Number(postgres.sql('select count(*) from namesake.record'))
    const carried = counts()
    await edit(b, 'fifth@home.example')
    await alike('fifth@home.example')
    const latest = '  - { id: latest, displayName: Written Latest, mail: latest@corp.example }\n'
    const read = fromNow()
    for (const { folder } of [a, b]) writeFileSync(join(folder, 'people.yaml'), manyPeople(latest))
    await read('directory-synchronised')
    const both = (what: string): Promise<string> =>
      waitUntil(
        what,
        async () => {
          const [one, two] = await Promise.all([exportOf(a), exportOf(b)])
          return one === two && one.includes('Written Latest') ? one : undefined
        },
        120_000,
      )
    const people = await both('the round on both')
    await waitUntil('further records', () => counts() > carried || undefined)
    const since = fromNow()
    await postgres.stop('SIGKILL')
    await heir.start()
    await since('fleet-unavailable')
    await goesOn()
    t.match(await namesake(a, 'fleet'), { code: 69 }, 'a standby is not written to')
    const at = performance.now()
    heir.sql('select pg_promote()')
    await since('fleet-available')
    t.comment(`the promoted one is found after ${((performance.now() - at) / 1000).toFixed(1)} s`)
    t.equal(await both('the people on both'), people)
    await edit(a, 'sixth@home.example')
    await alike('sixth@home.example')
    t.match(rules(b), /fourth@home[^]*fifth@home/, 'the edit that was not carried over is given again')
    noConflict(t)
  })

  t.test('at the end', async (t) => {
    await Promise.all(flows.map((flow) => flow.end()))
    const names = sink.received.map(
      ({ content }) => /^Message-ID: <(.*)@x>/m.exec(content.toString('latin1'))?.[1] ?? '',
    )
    t.equal(new Set(names).size, names.length, 'no message was doubled')
    const taken = new Set(names)
    for (const flow of flows) {
      t.same(
        [...flow.acknowledged].filter((name) => !taken.has(name)),
        [],
        'no message was lost',
      )
      t.same(flow.odd, [], 'none was refused or put off')
    }
    const messages = [a, b].flatMap((daemon) => daemon.lines().filter(({ event }) => event === 'message'))
    t.ok(messages.length >= names.length)
    t.same([...new Set(messages.map(({ verdict }) => verdict))], ['detected'], 'no verdict changed')
    const wanted = messages.map(({ id }) => String(id)).sort()
    for (const daemon of [a, b]) {
      const found = await waitUntil('all records', async () => {
        const ids = (await namesake(daemon, 'history', '--json')).out.match(/"id":"[^"]*"/g) ?? []
        return ids.length >= wanted.length ? ids : undefined
      })
      t.same(found.map((id) => id.slice(6, -1)).sort(), wanted, 'every record, once')
    }
    t.comment(`${names.length} messages`)
  })
})
