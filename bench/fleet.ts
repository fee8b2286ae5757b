/**
 * What a fleet costs PostgreSQL and its nodes, in processor time, which other work on the machine changes less than a clock:
 * a first read of a large directory and its followers, records as they are caught, searches, and many nodes that only look.
 *
 *     npm run bench:fleet -- --people 200000 --records 50000 --nodes 50
 */

import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { SourceChange, Provider, ReadStep } from '../src/directory/provider.ts'
import { Database } from '../src/fleet/database.ts'
import { Feed } from '../src/fleet/feed.ts'
import { Fleet } from '../src/fleet/fleet.ts'
import { FleetHistory } from '../src/fleet/history.ts'
import { Leases } from '../src/fleet/lease.ts'
import { insertRecords } from '../src/fleet/records.ts'
import { RoundLog } from '../src/fleet/rounds.ts'
import type { SentHistory } from '../src/fleet/sender.ts'
import type { OwnHistory, SharedEntries } from '../src/ports.ts'
import { startPostgres } from '../test/integration/peers/postgres.ts'
import type { Postgres } from '../test/integration/peers/postgres.ts'
import { record } from '../test/unit/history/helpers.ts'

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '200000' },
    records: { type: 'string', default: '50000' },
    nodes: { type: 'string', default: '50' },
  },
})
const [people, records, nodes] = [Number(values.people), Number(values.records), Number(values.nodes)]

/** Seconds of processor time of a server and all that it has started, those that have ended too. */
function serverCpu({ child }: Postgres): number {
  let ticks = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const isServer = Number(pid) === child.pid
      if (!isServer && Number(fields[1]) !== child.pid) continue
      ticks += Number(fields[11]) + Number(fields[12]) + (isServer ? Number(fields[13]) + Number(fields[14]) : 0)
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks / 100
}

async function measured(what: string, postgres: Postgres, work: () => Promise<string>): Promise<void> {
  const [server, own, at] = [serverCpu(postgres), process.cpuUsage(), performance.now()]
  const said = await work()
  const { user, system } = process.cpuUsage(own)
  const cpu = `${((user + system) / 1e6).toFixed(2)} s here, ${(serverCpu(postgres) - server).toFixed(2)} s PostgreSQL`
  process.stdout.write(`${what}: ${cpu}, ${((performance.now() - at) / 1000).toFixed(2)} s by the clock; ${said}\n`)
}

class Source implements Provider {
  readonly name = 'Staff'
  readonly type = 'file'
  readonly fingerprint = 'one'
  readonly deltas = true

  async *read(): AsyncGenerator<ReadStep> {
    yield { step: 'begin', round: 'full' }
    for (let i = 0; i < people; i += 1000) {
      yield { step: 'changes', changes: Array.from({ length: Math.min(1000, people - i) }, (_, n) => personOf(i + n)) }
    }
    yield { step: 'end', cursor: 'end' }
  }

  personOf(): null {
    return null
  }
}

function personOf(n: number): SourceChange {
  const address = `given${n % 977}.surname${n}@corp.example`
  const attributes = {
    displayName: `Given${n % 977} Surname${n}`,
    mail: address,
    userPrincipalName: address,
    proxyAddresses: [`SMTP:${address}`],
  }
  return { op: 'person', id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, attributes }
}

/** A node's own history and accounts in which nothing happens: what is left is the looks. */
function quiet(): SentHistory & { readonly entries: SharedEntries } {
  const id = randomUUID()
  return {
    written: { id, last: 0, after: () => [] },
    ...{ erase: () => Promise.resolve(0), erasures: () => [], noteErasure: () => undefined },
    entries: {
      ...{ kinds: [], place: () => ({ revision: 0, batch: '' }), movePlace: () => undefined, changed: () => [] },
      ...{ sent: () => undefined, beginAnew: () => undefined, apply: () => undefined },
    },
  }
}

async function readAll(provider: Provider): Promise<number> {
  let changes = 0
  for await (const step of provider.read({
    cursor: null,
    signal: new AbortController().signal,
    notice: () => undefined,
  })) {
    if (step.step === 'changes') changes += step.changes.length
  }
  return changes
}

const postgres = await startPostgres({ fsync: 'on' })
try {
  const database = new Database(postgres.url)
  await database.migrate()
  const size = (table: string): number =>
    Number(postgres.sql(`select pg_total_relation_size('namesake.${table}')`)) / 2 ** 20
  const feedOf = (node: string): Feed => {
    const source = new Source()
    return new Feed(source, new RoundLog(database, source.name), new Leases(database, node), node)
  }
  await measured(`${people} people by one node alone`, postgres, async () => `${await readAll(new Source())} changes`)
  await measured('the same, written into the log of the fleet', postgres, async () => {
    const feed = feedOf('mx1')
    await readAll(feed)
    await feed.synchronised()
    return `${size('page').toFixed(1)} MB in PostgreSQL`
  })
  for (const node of ['mx2', 'mx3']) {
    await measured(`a follower, ${node}, reads the log`, postgres, async () => `${await readAll(feedOf(node))} changes`)
  }
  const batch = 100
  await measured(`${records} records in batches of ${batch}, as of a second of 1000 messages`, postgres, async () => {
    for (let i = 0; i < records; i += batch) {
      const lines = Array.from({ length: batch }, (_, n) => {
        const at = i + n
        const address = `jane.roe${at % 5000}@mail${at % 300}.example`
        return JSON.stringify(record({ id: `m${at}`, person: `u${at % 2000}`, address, time: new Date(1.79e12 + at * 10).toISOString() })) // prettier-ignore
      })
      await database.transact((transaction) => insertRecords(transaction, lines))
    }
    return `${((size('record') * 2 ** 20) / records).toFixed(0)} octets a record with its indexes`
  })
  const history = new FleetHistory(database, {} as OwnHistory, 'mx1', (error) => {
    throw error
  })
  for (const text of ['roe4711', 'mail299.example', 'nothing at all']) {
    await measured(`a search for ${JSON.stringify(text)}`, postgres, async () => {
      let found = 0
      for await (const _ of history.lines({ text })) if (++found === 50) break
      return `${found} found`
    })
  }
  const seconds = 20
  const fleet = Array.from(
    { length: nodes },
    (_, n) =>
      new Fleet({
        ...{
          url: postgres.url,
          node: `n${n}`,
          version: '0',
          history: () => ({ own: quiet(), keep: 1e12 }),
          accounts: () => quiet().entries,
        },
        rules: { path: '/dev/null', statePath: '/dev/null', replace: () => undefined },
        ...{ rulesInForce: () => false, readRules: () => Promise.resolve() },
        state: () => ({ protectedPeople: 0, messages: { total: 0, detected: 0, unchecked: 0 }, trouble: [] }),
        tell: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
      }),
  )
  await Promise.all(fleet.map((node) => node.start()))
  const count = (): number =>
    Number(postgres.sql("select xact_commit from pg_stat_database where datname = 'postgres'"))
  await measured(`${nodes} nodes that only look, for ${seconds} s`, postgres, async () => {
    const before = count()
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    return `${((count() - before) / seconds).toFixed(0)} transactions a second`
  })
  await Promise.all(fleet.map((node) => node.close()))
  await database.close()
} finally {
  await postgres.remove()
}
