/** The history of all nodes, searched in PostgreSQL; this node's own where PostgreSQL is away. */

import { randomUUID } from 'node:crypto'
import { NamesakeError } from '../errors.ts'
import type {
  AuditEntry,
  Erasure,
  FormerMember,
  HistoryOverview,
  HistoryQuery,
  HistoryRecord,
  Pair,
  PairDecision,
  PairOf,
  PairQuery,
  PairTotals,
  PairWithState,
} from '../model.ts'
import type { KeptHistory, OwnHistory } from '../ports.ts'
import { foldForSearch } from '../search-text.ts'
import type { Database } from './database.ts'
import { deleteRecords } from './records.ts'

/** Rows of the first page that is read, and of those behind it. */
const firstPage = 100
const nextPage = 1000
/** Names shown of one pair that are told. */
const maxNames = 20
/** How long PostgreSQL is not asked again once it did not answer, in milliseconds. */
const restMs = 5_000
const hourMs = 3_600_000
const dayMs = 86_400_000

/**
 * Records, pairs and counters of all nodes. What was decided and who changed what lies in each node's own history, which the
 * fleet keeps alike.
 */
export class FleetHistory implements KeptHistory {
  readonly #database: Database
  readonly #own: OwnHistory
  readonly #node: string
  readonly #away: (error: NamesakeError) => void
  #restUntil = -Infinity

  /** @param away told when PostgreSQL does not answer and this node's own records stand in */
  constructor(database: Database, own: OwnHistory, node: string, away: (error: NamesakeError) => void) {
    this.#database = database
    this.#own = own
    this.#node = node
    this.#away = away
  }

  async *records(query: HistoryQuery): AsyncGenerator<HistoryRecord> {
    for await (const line of this.lines(query)) yield JSON.parse(line) as HistoryRecord
  }

  lines(query: HistoryQuery): AsyncGenerator<string> {
    const { where, values } = conditionsOf(query)
    const page = async (last: RecordRow | null, limit: number): Promise<RecordRow[]> =>
      this.#rows<RecordRow>(
        `select id, extract(epoch from at) * 1000 as at, line from namesake.record where ${where}
         ${last === null ? '' : `and (at, id) < (to_timestamp($${values.length + 1}::float8 / 1000), $${values.length + 2})`}
         order by at desc, id desc limit ${limit}`,
        last === null ? values : [...values, last.at, last.id],
      )
    return this.#paged(page, ({ line }) => line, () => this.#own.lines(query)) // prettier-ignore
  }

  async record(id: string): Promise<HistoryRecord | undefined> {
    const rows = await this.#ask<{ line: string }>('select line from namesake.record where id = $1', [id])
    const [row] = rows ?? []
    // What this node has just written may not be there yet.
    return row === undefined ? this.#own.record(id) : (JSON.parse(row.line) as HistoryRecord)
  }

  async count(): Promise<number> {
    const rows = await this.#ask<{ count: string }>(
      'select coalesce(sum(count), 0) as count from namesake.node_records',
      [],
    )
    return rows === null ? this.#own.count() : Number(rows[0]?.count ?? 0)
  }

  async overview(since: number, until: number): Promise<HistoryOverview> {
    const length = until - since > 7 * dayMs ? dayMs : hourMs
    const hours = length / hourMs
    const from = Math.max(0, Math.floor(since / length)) * hours
    const to = Math.max(0, Math.floor((until + length - 1) / length)) * hours
    const counted = await this.#ask<CounterRow>(
      `select (hour / $3::int)::int as step, verdict, tier, kind, action, disposition, sum(count)::int as count
       from namesake.counter where hour >= $1 and hour < $2 group by 1, 2, 3, 4, 5, 6 order by 1`,
      [from, to, hours],
    )
    const people = await this.#ask<HistoryOverview['people'][number]>(
      `select directory, person, (array_agg(name order by day desc) filter (where name <> ''))[1] as name, sum(count)::int as count
       from namesake.person_day where day >= $1 and day < $2 group by 1, 2 order by 4 desc, 1, 2`,
      [Math.floor(since / dayMs), Math.floor((until + dayMs - 1) / dayMs)],
    )
    if (counted === null || people === null) return this.#own.overview(since, until)
    return { ...summed(counted, length), people: people.map((one) => ({ ...one, name: one.name ?? '' })) }
  }

  async addresses(people: readonly string[], since: number): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#ask<{ person: string; addresses: number }>(
      `select person, count(distinct (directory, address))::int as addresses from namesake.record
       where person = any($1) and at >= to_timestamp($2::float8 / 1000) and verdict = 'detected' group by person`,
      [people, since],
    )
    if (rows === null) return this.#own.addresses(people, since)
    return new Map(rows.map(({ person, addresses }) => [person, addresses]))
  }

  pairs(query: PairQuery = {}): AsyncGenerator<PairWithState> {
    const { where, order } = pairConditionsOf(query)
    const page = (last: PairRow | null, limit: number): Promise<PairRow[]> =>
      this.#rows<PairRow>(
        `select ${pairColumns} from namesake.pair p where ${where}
         ${last === null ? '' : `and (${order}) < (${order.startsWith('last') ? '' : '$5::bigint, '}to_timestamp($1::float8 / 1000), $2, $3, $4)`}
         order by ${order.split(', ').map((column) => `${column} desc`).join(', ')} limit ${limit}`, // prettier-ignore
        last === null ? [] : keysOf(last, order),
      )
    return this.#paged(page, (row) => this.#pairOf(row), () => this.#own.pairs(query)) // prettier-ignore
  }

  async pair(of: PairOf): Promise<PairWithState | null> {
    const rows = await this.#ask<PairRow>(
      `select ${pairColumns} from namesake.pair p where directory = $1 and person = $2 and address = $3`,
      [of.directory, of.person, of.address],
    )
    if (rows === null) return this.#own.pair(of)
    return rows[0] === undefined ? null : this.#pairOf(rows[0])
  }

  async pairTotals(): Promise<PairTotals> {
    const rows = await this.#ask<PairTotals>(
      'select count(*) filter (where detected > 0)::int as pairs, coalesce(sum(detected), 0)::int as messages from namesake.pair',
      [],
    )
    return rows?.[0] ?? (await this.#own.pairTotals())
  }

  decisions(): readonly PairDecision[] {
    return this.#own.decisions()
  }

  formerMembers(since: number): readonly FormerMember[] {
    return this.#own.formerMembers(since)
  }

  audit(): Iterable<AuditEntry> {
    return this.#own.audit()
  }

  decide(of: PairOf, decision: PairDecision | null, audit: Omit<AuditEntry, 'id'>): void {
    this.#own.decide(of, decision, audit)
  }

  writeAudit(entry: Omit<AuditEntry, 'id'>): void {
    this.#own.writeAudit(entry)
  }

  async *recordsToErase(erasure: Erasure): AsyncGenerator<HistoryRecord> {
    const isMeant = this.#own.isMeant(erasure)
    for await (const record of this.records(narrowed(erasure))) if (isMeant(record)) yield record
  }

  /**
   * Erases on all nodes: what lies in PostgreSQL and here now, and what other nodes keep when they see it.
   * @throws NamesakeError fleet-unavailable: nothing was erased then
   */
  async erase(erasure: Erasure): Promise<number> {
    await this.#database.transact(async ({ query }) => {
      // What nodes are sending is in before this, or waits until they have erased it themselves.
      await query('lock table namesake.erasure in access exclusive mode')
      await query('insert into namesake.erasure (id, data, node) values ($1, $2, $3)', [
        ...[randomUUID(), JSON.stringify(erasure), this.#node],
      ])
    })
    const ids: string[] = []
    for await (const { id } of this.recordsToErase(erasure)) ids.push(id)
    let erased = 0
    for (let i = 0; i < ids.length; i += nextPage) {
      erased += await this.#database.transact((transaction) => deleteRecords(transaction, ids.slice(i, i + nextPage)))
    }
    if (erasure.kind === 'person') {
      await this.#database.transact(async ({ query }) => {
        for (const { directory, id } of erasure.people) {
          await query('delete from namesake.person_day where directory = $1 and person = $2', [directory, id])
        }
      })
    }
    const own = await this.#own.erase(erasure)
    return Math.max(erased, own)
  }

  async close(): Promise<void> {
    await Promise.all([this.#database.close(), this.#own.close()])
  }

  /** Rows, or null where PostgreSQL does not answer, and our own history has to. */
  async #ask<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[] | null> {
    if (performance.now() < this.#restUntil) return null
    try {
      return await this.#rows<Row>(text, values)
    } catch (error) {
      if (!(error instanceof NamesakeError)) throw error
      this.#restUntil = performance.now() + restMs
      this.#away(error)
      return null
    }
  }

  #rows<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.#database.transact(({ query }) => query<Row>(text, values))
  }

  /** Page after page; where the first one does not come, what our own history has. */
  async *#paged<Row, T>(
    page: (last: Row | null, limit: number) => Promise<Row[]>,
    take: (row: Row) => T,
    own: () => Iterable<T> | AsyncIterable<T>,
  ): AsyncGenerator<T> {
    let rows: Row[] | null = null
    if (performance.now() >= this.#restUntil) {
      try {
        rows = await page(null, firstPage)
      } catch (error) {
        if (!(error instanceof NamesakeError)) throw error
        this.#restUntil = performance.now() + restMs
        this.#away(error)
      }
    }
    if (rows === null) {
      yield* own()
      return
    }
    for (let limit = firstPage; ; limit = nextPage) {
      for (const row of rows) yield take(row)
      const last = rows.at(-1)
      if (last === undefined || rows.length < limit) return
      rows = await page(last, nextPage)
    }
  }

  #pairOf({ first, last, words, ...row }: PairRow): PairWithState {
    const part = (wanted: string): Record<string, number> => {
      const of = words.filter(([one]) => one === wanted).sort((a, b) => b[2] - a[2])
      return Object.fromEntries(
        of.slice(0, wanted === 'name' ? maxNames : Infinity).map(([, word, count]) => [word, count]),
      )
    }
    const pair: Pair = {
      ...row,
      first: new Date(first).toISOString(),
      last: new Date(last).toISOString(),
      names: part('name'),
      kinds: part('kind'),
      actions: part('action'),
    }
    const decision = this.#own.decision(pair)
    return { ...pair, state: decision === null || decision.reopened !== null ? 'open' : decision.answer, decision }
  }
}

interface RecordRow {
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly at: string
  readonly line: string
}

interface CounterRow {
  readonly step: number
  readonly verdict: string
  readonly tier: string
  readonly kind: string
  readonly action: string
  readonly disposition: string
  readonly count: number
}

type PairRow = Omit<Pair, 'first' | 'last' | 'names' | 'kinds' | 'actions'> & {
  /** Milliseconds since the epoch. */
  readonly first: number
  readonly last: number
  readonly words: readonly (readonly [part: string, word: string, count: number])[]
}

const pairColumns = `directory, person, name, address, count::int, authenticated::int, unauthenticated::int, detected::int,
  rejected::int, (extract(epoch from first) * 1000)::float8 as first, (extract(epoch from last) * 1000)::float8 as last,
  public_provider as "publicProvider",
  coalesce((select json_agg(json_build_array(part, word, w.count)) from namesake.pair_word w
    where w.directory = p.directory and w.person = p.person and w.address = p.address), '[]') as words`

/** As `looksLikeThem` of the history on one node has it. */
const isLikely = `count >= 5 and authenticated = count and exact = count and unauthenticated = 0 and address <> ''
  and last - first >= interval '14 days'`

function pairConditionsOf({ order = 'newest', likely, excused, detected }: PairQuery): {
  where: string
  order: string
} {
  const where = ['true']
  if (likely === true) where.push(isLikely)
  if (excused === true) where.push('count > detected')
  if (detected === true) where.push('detected > 0')
  const first = { newest: '', messages: 'detected, ', refused: 'rejected, ' }[order]
  return { where: where.join(' and '), order: `${first}last, directory, person, address` }
}

/** What stands in the place of a page's last row in the condition of the next. */
function keysOf(last: PairRow, order: string): unknown[] {
  const keys = [last.last, last.directory, last.person, last.address]
  if (order.startsWith('detected')) return [...keys, last.detected]
  return order.startsWith('rejected') ? [...keys, last.rejected] : keys
}

/** A query as PostgreSQL is asked. */
function conditionsOf(query: HistoryQuery): { where: string; values: unknown[] } {
  const where = ['true']
  const values: unknown[] = []
  const add = (condition: (place: string) => string, value: unknown): void => {
    values.push(value)
    where.push(condition(`$${values.length}`))
  }
  const { since, until, text = '', people, domain, pair } = query
  if (since !== undefined) add((n) => `at >= to_timestamp(${n}::float8 / 1000)`, since)
  if (until !== undefined && Number.isFinite(until)) add((n) => `at < to_timestamp(${n}::float8 / 1000)`, until)
  const needle = foldForSearch(text.trim()).replaceAll('\0', '')
  if (needle !== '') add((n) => `search like ${n}`, `%${needle.replace(/[\\%_]/g, '\\$&')}%`)
  for (const column of ['kind', 'action', 'disposition', 'verdict'] as const) {
    if (query[column] !== undefined) add((n) => `${column} = ${n}`, query[column])
  }
  if (query.tier !== undefined) add((n) => `tier = ${n} and verdict = 'detected'`, query.tier)
  if (people !== undefined) add((n) => `person = any(${n})`, people)
  if (domain !== undefined) add((n) => `domains @> array[${n}::text]`, domain)
  if (pair !== undefined) {
    add((n) => `directory = ${n}`, pair.directory)
    add((n) => `person = ${n}`, pair.person)
    add((n) => `address = ${n}`, pair.address)
  }
  return { where: where.join(' and '), values }
}

/** An address may stand in fields that nothing is found by: each record is looked at. */
function narrowed(erasure: Erasure): HistoryQuery {
  return erasure.kind === 'person' ? { people: erasure.people.map(({ id }) => id) } : {}
}

function summed(rows: readonly CounterRow[], length: number): Omit<HistoryOverview, 'people'> {
  const sums = new Map<string, { -readonly [K in keyof CounterRow]: CounterRow[K] }>()
  const steps = new Map<number, { at: number; detected: number; excused: number; unchecked: number }>()
  for (const row of rows) {
    const key = [row.verdict, row.tier, row.kind, row.action, row.disposition].join(' ')
    const sum = sums.get(key)
    if (sum === undefined) sums.set(key, { ...row })
    else sum.count += row.count
    const step = steps.get(row.step) ?? { at: row.step * length, detected: 0, excused: 0, unchecked: 0 }
    steps.set(row.step, step)
    step[row.verdict === 'detected' ? 'detected' : row.verdict === 'unchecked' ? 'unchecked' : 'excused'] += row.count
  }
  const given = (word: string): string | null => (word === '' ? null : word)
  const counts = [...sums.values()].map(({ verdict, tier, kind, action, disposition, count }) => ({
    ...{ verdict, tier: given(tier), kind: given(kind), action: given(action), disposition, count },
  })) as unknown as HistoryOverview['counts'][number][]
  return { counts: counts.sort((a, b) => b.count - a.count), steps: [...steps.values()] }
}
