import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { replaceFile } from '../../src/config/replace-file.ts'
import type { SourceChange, Provider, ReadStep } from '../../src/directory/provider.ts'
import { Database } from '../../src/fleet/database.ts'
import { SharedDocument } from '../../src/fleet/document.ts'
import { Feed } from '../../src/fleet/feed.ts'
import { Fleet } from '../../src/fleet/fleet.ts'
import type { FleetEvent } from '../../src/fleet/fleet.ts'
import { Leases } from '../../src/fleet/lease.ts'
import { announce, membersOf } from '../../src/fleet/members.ts'
import { migrations } from '../../src/fleet/migrations.ts'
import { insertRecords } from '../../src/fleet/records.ts'
import { RoundLog } from '../../src/fleet/rounds.ts'
import { record } from '../unit/history/helpers.ts'
import { waitUntil } from './peers/daemon.ts'
import { noPostgres, startPostgres } from './peers/postgres.ts'

// Lease, log and documents over a real PostgreSQL; daemons are in fleet.test.ts.

/** A source whose people are set by the test: full rounds, or deltas from a cursor that counts changes. */
class Source implements Provider {
  readonly name = 'Staff'
  readonly type = 'file'
  fingerprint = 'one'
  readonly deltas = true
  reads = 0
  readonly history: SourceChange[] = []

  set(id: string, displayName: string | null): void {
    this.history.push(
      displayName === null ? { op: 'person-gone', id } : { op: 'person', id, attributes: { displayName } },
    )
  }

  async *read({ cursor }: { cursor: string | null }): AsyncGenerator<ReadStep> {
    this.reads++
    const from = cursor === null ? 0 : Number(cursor)
    yield { step: 'begin', round: cursor === null ? 'full' : 'delta' }
    for (let i = from; i < this.history.length; i += 2) yield { step: 'changes', changes: this.history.slice(i, i + 2) }
    yield { step: 'end', cursor: String(this.history.length) }
  }

  personOf(): null {
    return null
  }
}

/** A log whose rounds arrive only once `line` lets them. */
class SlowLog extends RoundLog {
  line: Promise<undefined> = Promise.resolve(undefined)

  override async publish(...about: Parameters<RoundLog['publish']>): Promise<boolean> {
    await this.line
    return super.publish(...about)
  }
}

/** What a store makes of a feed's steps; `fails` is the brake, a full disk, a crash before the commit. */
class Node {
  people = new Map<string, string>()
  cursor: string | null = null
  readonly feed: Feed
  readonly leases: Leases
  readonly log: SlowLog
  readonly name: string

  constructor(name: string, source: Source, database: Database) {
    this.name = name
    this.leases = new Leases(database, name)
    this.log = new SlowLog(database, source.name)
    this.feed = new Feed(source, this.log, this.leases, name)
  }

  async sync({ full = false, fails = false, tells = true } = {}): Promise<void> {
    let people = new Map(this.people)
    let cursor: string | null | undefined
    const request = { cursor: full ? null : this.cursor, signal: AbortSignal.timeout(10_000), notice: () => {} }
    for await (const step of this.feed.read(request)) {
      if (step.step === 'begin') people = step.round === 'full' ? new Map() : new Map(this.people)
      else if (step.step === 'end') cursor = step.cursor
      else {
        for (const change of step.changes) {
          if (change.op === 'person') people.set(change.id, String(change.attributes['displayName']))
          else if (change.op === 'person-gone') people.delete(change.id)
        }
      }
    }
    if (fails || cursor === undefined) return
    this.people = people
    this.cursor = cursor
    if (tells) await this.feed.synchronised()
  }
}

/** What a node tells of itself. */
const state = {
  rules: 3,
  directories: [{ name: 'Staff', revision: 7 }],
  protectedPeople: 2,
  messages: { total: 1, detected: 0, unchecked: 0 },
  trouble: [],
}

const yes = (): boolean => true

interface OneDocument {
  readonly path: string
  readonly document: SharedDocument
}

/** A node's file in a folder, as it is shared. */
function documentOf(folder: string, database: Database, node: string, text: string): OneDocument {
  const path = join(folder, `${node}.yaml`)
  writeFileSync(path, text)
  const files = { path, statePath: `${path}.state`, replace: replaceFile }
  return { path, document: new SharedDocument(database, 'protection', node, files) }
}

const sorted = (people: Map<string, string>): string => JSON.stringify([...people].sort())

t.test('a database', { skip: noPostgres }, async (t) => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.remove())
  const database = new Database(postgres.url)
  t.teardown(() => database.close())
  await Promise.all([database.migrate(), new Database(postgres.url).migrate(), database.migrate()])
  const clear = (): string =>
    postgres.sql('truncate namesake.lease, namesake.round, namesake.page, namesake.document, namesake.node')

  t.test('schema: a newer one is refused, and one that may not be made', async (t) => {
    await t.rejects(database.migrate([]), { code: 'fleet-schema', message: /upgrade this node/ })
    postgres.sql(
      'create role member login; grant usage on schema namesake to member; grant select on all tables in schema namesake to member',
    )
    const member = new Database(postgres.url.replace('owner', 'member'))
    t.teardown(() => member.close())
    await member.migrate()
    await t.rejects(member.migrate(['select 1', 'select 2', 'create table namesake.x (a int)']), {
      code: 'fleet-schema',
      message: /permission denied.*namesake fleet migrate/s,
    })
  })

  t.test('a database of each earlier version is brought to this one, with all that is in it', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'namesake-doc-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    for (const version of migrations.keys()) {
      postgres.sql(`create database v${version}`)
      const url = postgres.url.replace('/postgres?', `/v${version}?`)
      const older = new Database(url)
      const document = documentOf(folder, older, `a${version}`, 'one\n').document
      if (version > 0) {
        await older.migrate(migrations.slice(0, version))
        t.equal(await older.isMigrated(), false)
        t.match(await document.reconcile(yes), { outcome: 'pushed', revision: 1 })
        await announce(older, 'mx1', '0.0.9', state)
      }
      await older.migrate()
      t.equal(await older.isMigrated(), true)
      if (version > 0) {
        t.match(await document.reconcile(yes), { outcome: 'same', revision: 1 })
        t.match(await membersOf(older), [{ node: 'mx1', version: '0.0.9' }])
      }
      await older.transact((transaction) => insertRecords(transaction, [JSON.stringify(record())]))
      t.equal(postgres.sql('select count(*) from namesake.record', `v${version}`), '1')
      await older.close()
    }
  })

  t.test(
    'rolling upgrade: nodes that run go on with a schema one version newer; one that starts with it says so',
    async (t) => {
      clear()
      const folder = mkdtempSync(join(tmpdir(), 'namesake-nodes-'))
      t.teardown(() => rmSync(folder, { recursive: true }))
      const nodeOf = (node: string, url = postgres.url): { path: string; fleet: Fleet; told: FleetEvent[] } => {
        const path = join(folder, node)
        const told: FleetEvent[] = []
        writeFileSync(path, 'one\n')
        const fleet = new Fleet({
          ...{ url, node, version: '0.1.0', history: () => null, accounts: () => null },
          rules: { path, statePath: `${path}.state`, replace: replaceFile },
          rulesInForce: yes,
          readRules: () => Promise.resolve(),
          state: () => ({ protectedPeople: 0, messages: state.messages, trouble: [] }),
          tell: (event) => told.push(event),
        })
        t.teardown(() => fleet.close())
        return { path, fleet, told }
      }
      const [a, b] = [nodeOf('a'), nodeOf('b')]
      await a.fleet.start()
      await b.fleet.start()
      await database.migrate([...migrations, 'alter table namesake.node add column further text'])
      writeFileSync(a.path, 'two\n')
      await a.fleet.rulesChanged()
      await waitUntil('the edit on the other', () => readFileSync(b.path, 'utf8') === 'two\n' || undefined)
      t.same([a.fleet.problems(), b.fleet.problems()], [[], []])

      const late = nodeOf('late')
      await late.fleet.start()
      const known = migrations.length
      const refusal = new RegExp(
        `has schema version ${known + 1}, and this program knows ${known}; fix: upgrade this node`,
      )
      t.match(late.fleet.problems(), [refusal], 'it judges by what it has')
      t.match(late.told, [{ event: 'away', error: { code: 'fleet-schema', message: refusal } }])
      t.equal(readFileSync(late.path, 'utf8'), 'one\n')
      postgres.sql(
        `alter table namesake.node drop column further; update namesake.schema_version set version = ${known}`,
      )
      await waitUntil('what it may use', () => late.told.some(({ event }) => event === 'back') || undefined)
      t.equal(readFileSync(late.path, 'utf8'), 'two\n')
    },
  )

  t.test('leases: one holder, an epoch that grows, and what an older one writes is refused', async (t) => {
    clear()
    const [a, b] = [new Leases(database, 'a'), new Leases(database, 'b')]
    const first = await a.take('x')
    t.match(first, { epoch: 1n })
    t.equal(await b.take('x'), null)
    t.match(await a.take('x'), { epoch: 1n }, 'renewed')
    postgres.sql("update namesake.lease set until = now() - interval '1 second'")
    const second = await b.take('x')
    t.match(second, { epoch: 2n })
    t.equal(await a.take('x'), null)
    await a.renew()
    if (first === null || second === null) throw new Error('no lease')
    t.equal(await database.transact((transaction) => a.holds(transaction, first)), false)
    t.equal(await database.transact((transaction) => b.holds(transaction, second)), true)
    await b.release()
    t.match(await a.take('x'), { epoch: 3n }, 'given back: no wait')
  })

  t.test('one node reads the source, all others its log', async (t) => {
    clear()
    const source = new Source()
    for (let i = 0; i < 7; i++) source.set(`p${i}`, `Person ${i}`)
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new Node(name, source, database)) as [Node, Node, Node]
    await a.sync()
    await b.sync()
    t.equal(source.reads, 1)
    t.equal(sorted(b.people), sorted(a.people))
    t.equal(b.people.size, 7)
    source.set('p1', null)
    source.set('p9', 'Late')
    await a.sync()
    await a.sync()
    t.equal(postgres.sql('select count(*) from namesake.round'), '2', 'a read that found nothing makes no round')
    await b.sync()
    t.equal(sorted(b.people), sorted(a.people))
    t.equal(b.people.get('p9'), 'Late')
    await c.sync()
    t.equal(sorted(c.people), sorted(a.people), 'a node that comes new')
    await b.sync({ full: true })
    t.equal(sorted(b.people), sorted(a.people), 'a full read of a node that reads the log')

    source.set('p2', null)
    await a.sync({ fails: true })
    await b.sync()
    t.equal(b.people.has('p2'), true, 'what the store of the reading node did not take is told to nobody')
    await a.sync()
    await b.sync()
    t.equal(b.people.has('p2'), false)

    source.set('p3', null)
    await a.sync({ tells: false })
    postgres.sql("update namesake.lease set until = now() - interval '1 second'")
    source.set('p4', null)
    await b.sync()
    await b.feed.synchronised()
    await a.feed.synchronised()
    t.equal(sorted(b.people) === sorted(a.people), false, 'the round of the former reader does not count')
    await a.sync()
    t.equal(sorted(a.people), sorted(b.people), 'and it begins anew with what counts')
  })

  t.test('a read that begins while the round before it is on its way into the log', async (t) => {
    clear()
    const source = new Source()
    for (let i = 0; i < 5; i++) source.set(`p${i}`, `Person ${i}`)
    const a = new Node('a', source, database)
    await a.sync()
    source.set('p2', null)
    await a.sync({ tells: false })
    // The line to the database is slow: the next read would be there first.
    let arrive: (value: undefined) => void = () => undefined
    a.log.line = new Promise((resolve) => (arrive = resolve))
    const publishing = a.feed.synchronised()
    const next = a.sync()
    await Promise.race([next, wait(500)])
    t.equal(a.people.has('p2'), false, 'it does not take the round before for the newest')
    arrive(undefined)
    await Promise.all([publishing, next])
    t.equal(sorted(a.people), sorted(new Map([0, 1, 3, 4].map((i) => [`p${i}`, `Person ${i}`]))))
    t.equal(postgres.sql("select string_agg(kind, ' ' order by seq) from namesake.round"), 'full delta')

    let told = 0
    a.feed.watch(() => told++)
    const request = { cursor: a.cursor, signal: AbortSignal.timeout(10_000), notice: () => {} }
    const reading = a.feed.read(request)
    await reading.next()
    for (let look = 0; look < 3; look++) a.feed.headIs('news')
    t.equal(told, 0, 'what is new while it reads is found by the read, not by as many reads as there were looks')
    await reading.return(undefined)
    a.feed.headIs('news')
    t.equal(told, 1)
  })

  t.test('a directory that is declared otherwise on another node', async (t) => {
    clear()
    const [one, other] = [new Source(), new Source()]
    one.set('p', 'P')
    other.fingerprint = 'two'
    await new Node('mx1', one, database).sync()
    await t.rejects(new Node('mx2', other, database).sync(), {
      code: 'input-invalid',
      message: /declared otherwise.*"mx1"/,
    })
  })

  t.test('a round counts with all its pages, however long it is read, or not at all', async (t) => {
    clear()
    const leases = new Leases(database, 'a')
    const [log, other] = [new RoundLog(database, 'x'), new RoundLog(database, 'y')]
    const [lease, otherLease] = [await leases.take('x'), await leases.take('y')]
    if (lease === null || otherLease === null) throw new Error('no lease')
    const about = { kind: 'full', base: 0, sourceCursor: null, fingerprint: 'one', node: 'a' } as const
    const draftOf = async (of: RoundLog): Promise<ReturnType<RoundLog['begin']>> => {
      const draft = of.begin()
      for (const id of ['1', '2', '3']) {
        await draft.add([{ op: 'person', id, attributes: {} }])
        await draft.flush()
      }
      return draft
    }
    const lost = await draftOf(log)
    postgres.sql(`delete from namesake.page where round = '${lost.id}' and n = 1`)
    t.equal(await log.publish(lost, about, lease, leases), false, 'a page was lost, as by a restored database')
    const slow = await draftOf(log)
    postgres.sql(`update namesake.page set at = at - interval '2 hours' where round = '${slow.id}' and n < 2`)
    t.equal(await other.publish(await draftOf(other), about, otherLease, leases), true)
    t.equal(await log.publish(slow, about, lease, leases), true, 'no other directory clears away what is being read')
    const head = await log.head()
    let changes = 0
    if (head !== null) for await (const page of log.changes(head)) changes += page.length
    t.equal(changes, 3)
  })

  t.test('an edit of what a restored database has lost', async (t) => {
    clear()
    const folder = mkdtempSync(join(tmpdir(), 'namesake-doc-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    const [a, b] = ['a', 'b'].map((node) => documentOf(folder, database, node, 'one\n')) as [OneDocument, OneDocument]
    await a.document.reconcile(yes)
    await b.document.reconcile(yes)
    writeFileSync(a.path, 'two\n')
    await a.document.reconcile(yes)
    t.match(await b.document.reconcile(yes), { outcome: 'taken', revision: 2 })
    postgres.sql('delete from namesake.document where revision > 1')
    writeFileSync(a.path, 'three\n')
    t.match(await a.document.reconcile(yes), { outcome: 'pushed', revision: 3 })
    t.match(await b.document.reconcile(yes), { outcome: 'taken', revision: 3 }, 'made from what b has, and no conflict')
    t.equal(readFileSync(b.path, 'utf8'), 'three\n')
    t.same(b.document.conflicts, [])
  })

  t.test('a shared file', async (t) => {
    clear()
    const folder = mkdtempSync(join(tmpdir(), 'namesake-doc-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    const make = (node: string, text: string): OneDocument => documentOf(folder, database, node, text)
    const [a, b] = [make('a', 'one\n'), make('b', 'one\n')]
    t.match(await a.document.reconcile(yes), { outcome: 'pushed', revision: 1 })
    t.match(await b.document.reconcile(yes), { outcome: 'same', revision: 1 }, 'the same text already')
    writeFileSync(a.path, 'two\n')
    t.match(await a.document.reconcile(() => false), { outcome: 'same' }, 'what is not in force is given to nobody')
    t.match(await a.document.reconcile(yes), { outcome: 'pushed', revision: 2 })
    t.match(await b.document.reconcile(yes), { outcome: 'taken', revision: 2, node: 'a' })
    t.equal(readFileSync(b.path, 'utf8'), 'two\n')
    writeFileSync(a.path, 'three from a\n')
    writeFileSync(b.path, '\ufeffthree from b\n')
    const [first, second] = [await a.document.reconcile(yes), await b.document.reconcile(yes)]
    t.match(first, { outcome: 'pushed', revision: 3 })
    t.match(second, { outcome: 'conflict', revision: 3, node: 'a', lost: 'three from b\n', inForce: 'three from a\n' })
    t.equal(readFileSync(b.path, 'utf8'), '\ufeffthree from a\n', "the newest counts; a byte-order mark is the file's")
    t.same(b.document.conflicts, [`${b.path}.conflict`])
    t.equal(readFileSync(`${b.path}.conflict`, 'utf8'), 'three from b\n', 'and the edit that lost is kept')
    writeFileSync(a.path, 'four from a\n')
    writeFileSync(b.path, 'four from b\n')
    t.match(await a.document.reconcile(yes), { outcome: 'pushed', revision: 4 })
    t.match(await b.document.reconcile(yes), { outcome: 'conflict', kept: `${b.path}.conflict-2` })
    t.same(
      b.document.conflicts.map((path) => readFileSync(path, 'utf8')),
      ['three from b\n', 'four from b\n'],
      'a second edit that loses is kept beside the first',
    )
    t.match(await b.document.reconcile(yes), { outcome: 'same', revision: 4 })

    postgres.sql('delete from namesake.document where revision > 1')
    t.match(
      await b.document.reconcile(yes),
      { outcome: 'pushed', revision: 4 },
      'a restored database gets back what a node has',
    )
    t.match(await a.document.reconcile(yes), { outcome: 'same', revision: 4 })

    // Put back from a copy while one node was cut off: an edit that was pushed to the copy has the number of another one.
    const c = make('c', 'four from a\n')
    await c.document.reconcile(yes)
    writeFileSync(a.path, 'five from a\n')
    t.match(await a.document.reconcile(yes), { outcome: 'pushed', revision: 5 })
    postgres.sql('delete from namesake.document where revision > 4')
    writeFileSync(c.path, 'five from c\n')
    t.match(await c.document.reconcile(yes), { outcome: 'pushed', revision: 5 })
    t.match(
      await a.document.reconcile(yes),
      { outcome: 'conflict', revision: 5, node: 'c', lost: 'five from a\n', inForce: 'five from c\n' },
      'the same number, another text',
    )
    writeFileSync(a.path, 'six\n')
    await a.document.reconcile(yes)
    postgres.sql('delete from namesake.document where revision > 4')
    t.match(await c.document.reconcile(yes), { outcome: 'pushed', revision: 5 }, 'what it has already')
    writeFileSync(c.path, 'six from c\n')
    postgres.sql('delete from namesake.document where revision > 4')
    writeFileSync(b.path, 'five from b\n')
    t.match(await b.document.reconcile(yes), { outcome: 'pushed', revision: 5 })
    t.match(
      await a.document.reconcile(yes),
      { outcome: 'conflict', revision: 6, node: 'b', lost: 'five from b\n', inForce: 'six\n' },
      'an older text that was pushed to the copy is kept by who had a newer one',
    )
    t.same(
      [a, b].map(({ document }) => document.conflicts.map((path) => readFileSync(path, 'utf8'))),
      [
        ['five from a\n', 'five from b\n'],
        ['three from b\n', 'four from b\n'],
      ],
    )

    // A restored copy that one node pushed to: each node that had the lost revision keeps it. One puts it in force for all.
    const [d, e, f] = ['d', 'e', 'f'].map((node) => make(node, 'six\n')) as [typeof a, typeof a, typeof a]
    const look = async (...nodes: (typeof a)[]): Promise<void> => {
      for (const { document } of nodes) await document.reconcile(yes)
    }
    await look(d, e, f)
    writeFileSync(d.path, 'seven from d\n')
    await look(d, e)
    postgres.sql('delete from namesake.document where revision > 6')
    writeFileSync(f.path, 'seven from f\n')
    await look(f, d, e)
    t.same([d, e, f].map(({ document }) => document.conflicts.length), [1, 1, 0], 'kept by both that had it') // prettier-ignore
    writeFileSync(d.path, readFileSync(`${d.path}.conflict`))
    rmSync(`${d.path}.conflict`)
    await look(d, f, e)
    t.same([d, e, f].map(({ path }) => readFileSync(path, 'utf8')), ['seven from d\n', 'seven from d\n', 'seven from d\n']) // prettier-ignore
    t.same(e.document.conflicts, [], 'what is in force is no conflict any more')
  })

  t.test('members', async (t) => {
    clear()
    await announce(database, 'mx1', '1.0.0', state)
    await announce(database, 'mx2', '1.0.0', { ...state, trouble: ['x'] })
    postgres.sql("update namesake.node set seen = now() - interval '5 minutes' where name = 'mx2'")
    t.match(await membersOf(database), [
      { node: 'mx1', version: '1.0.0', age: 0, rules: 3, directories: [{ name: 'Staff', revision: 7 }], trouble: [] },
      { node: 'mx2', trouble: [/not heard of for 300 s/, 'x'] },
    ])
  })

  t.test('a node that is cut off in the middle of a transaction', async (t) => {
    clear()
    const folder = mkdtempSync(join(tmpdir(), 'namesake-doc-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    const cut = new Database(postgres.url)
    t.teardown(() => cut.close())
    let heal: () => void = () => undefined
    const healed = new Promise<void>((done) => (heal = done))
    let isLocked = false
    const left = cut.transact(async ({ query }) => {
      await query('lock table namesake.document in share row exclusive mode')
      isLocked = true
      await healed
      return query('select 1')
    })
    await waitUntil('its lock', () => isLocked || undefined)
    const { document } = documentOf(folder, database, 'a', 'one\n')
    const pushed = await waitUntil('the edit of another node', () => document.reconcile(yes).catch(() => undefined))
    t.match(pushed, { outcome: 'pushed', revision: 1 }, 'holds the others up for seconds')
    heal()
    await t.rejects(left, { code: 'fleet-unavailable' })
  })

  t.test('away', async (t) => {
    const gone = new Database(`postgres://owner@127.0.0.1:${postgres.port + 1}/postgres?sslmode=disable`)
    t.teardown(() => gone.close())
    await t.rejects(gone.migrate(), { code: 'fleet-unavailable', message: /ECONNREFUSED/ })
  })
})
