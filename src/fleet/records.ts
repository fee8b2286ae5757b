/** Records of all nodes in PostgreSQL: put in with all that they are counted by, and taken out again. */

import { canonicalAddress } from '../mail/address.ts'
import type { HistoryRecord } from '../model.ts'
import { searchTextOf } from '../search-text.ts'
import type { Database, FleetTransaction } from './database.ts'

/** PostgreSQL's texts hold no NUL and no half of a surrogate pair. */
function text(value: string | null): string | null {
  return value === null ? null : Buffer.from(value.replaceAll('\0', '\ufffd')).toString()
}

/** A record's row. The line stays as it is: JSON escapes what PostgreSQL can't hold. */
function rowOf(line: string): Record<string, unknown> {
  const record = JSON.parse(line) as HistoryRecord
  const { id, time, node, verdict, tier, kind, action, disposition, authenticated, domains } = record
  const [directory, person, address] = [text(record.directory), text(record.person), text(record.address)]
  return {
    ...{ id, at: time, node: text(node), verdict, tier, kind, action, disposition, authenticated, directory, person },
    address: address === null || address === '' ? address : canonicalAddress(address),
    name: text(record.name),
    from_name: text(record.fromName),
    public_provider: record.publicProvider,
    domains: domains.map(text),
    search: text(searchTextOf(record)),
    line,
  }
}

const rowType = `r(id text, at timestamptz, node text, verdict text, tier text, kind text, action text, disposition text,
  directory text, person text, address text, name text, from_name text, authenticated boolean, public_provider boolean,
  domains text[], search text, line text)`

/** Whether a record belongs to a pair. */
const isOfPair = 'directory is not null and person is not null and address is not null'

/** What records of the relation `r` come to by pair. All sums are written in the order of their keys: nodes wait, and don't lock. */
const sumsOf = `select directory, person, address,
    coalesce((array_agg(name order by at desc) filter (where name is not null))[1], '') as name,
    count(*) as count, count(*) filter (where authenticated) as authenticated,
    count(*) filter (where not authenticated) as unauthenticated,
    count(*) filter (where verdict = 'detected') as detected,
    count(*) filter (where disposition = 'rejected') as rejected,
    count(*) filter (where kind in ('exact', 'reordered')) as exact,
    min(at) as first, max(at) as last, (array_agg(public_provider order by at desc))[1] as public_provider
  from r where ${isOfPair} group by 1, 2, 3 order by 1, 2, 3`

const wordsOf = `select directory, person, address, part, word, count(*) as count from r
  cross join lateral (values ('name', from_name), ('kind', kind), ('action', case when verdict = 'detected' then action end))
    as v(part, word)
  where word is not null and ${isOfPair} group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`

const insertion = `with r as (
    insert into namesake.record (id, at, node, verdict, tier, kind, action, disposition, directory, person, address, name,
      from_name, authenticated, public_provider, domains, search, line)
    select id, at, node, verdict, tier, kind, action, disposition, directory, person, address, name, from_name, authenticated,
      public_provider, domains, search, line from jsonb_to_recordset($1::jsonb) as ${rowType}
    on conflict (id) do nothing returning *
  ), pairs as (
    insert into namesake.pair as p (directory, person, address, name, count, authenticated, unauthenticated, detected, rejected,
      exact, first, last, public_provider) ${sumsOf}
    on conflict (directory, person, address) do update set
      name = case when excluded.name = '' then p.name else excluded.name end,
      count = p.count + excluded.count, authenticated = p.authenticated + excluded.authenticated,
      unauthenticated = p.unauthenticated + excluded.unauthenticated, detected = p.detected + excluded.detected,
      rejected = p.rejected + excluded.rejected, exact = p.exact + excluded.exact,
      first = least(p.first, excluded.first), last = greatest(p.last, excluded.last),
      public_provider = excluded.public_provider
  ), words as (
    insert into namesake.pair_word as p (directory, person, address, part, word, count) ${wordsOf}
    on conflict (directory, person, address, part, word) do update set count = p.count + excluded.count
  ), counters as (
    insert into namesake.counter as c (hour, node, verdict, tier, kind, action, disposition, count)
    select floor(extract(epoch from at) / 3600)::int, node, verdict, coalesce(tier, ''), coalesce(kind, ''),
      coalesce(action, ''), disposition, count(*) from r group by 1, 2, 3, 4, 5, 6, 7 order by 1, 2, 3, 4, 5, 6, 7
    on conflict (hour, node, verdict, tier, kind, action, disposition) do update set count = c.count + excluded.count
  ), people as (
    insert into namesake.person_day as d (day, directory, person, name, count)
    select floor(extract(epoch from at) / 86400)::int, directory, person,
      coalesce((array_agg(name order by at desc) filter (where name is not null))[1], ''), count(*)
    from r where verdict = 'detected' and directory is not null and person is not null group by 1, 2, 3 order by 1, 2, 3
    on conflict (day, directory, person) do update set
      name = case when excluded.name = '' then d.name else excluded.name end, count = d.count + excluded.count
  )
  insert into namesake.node_records as n (node, count) select node, count(*) from r group by 1 order by 1
  on conflict (node) do update set count = n.count + excluded.count`

/** Puts records in, each once however often it comes. @param lines each a HistoryRecord as JSON */
export async function insertRecords({ query }: FleetTransaction, lines: readonly string[]): Promise<void> {
  if (lines.length > 0) await query(insertion, [JSON.stringify(lines.map(rowOf))])
}

const deletion = `with r as (
    delete from namesake.record where id = any($1) returning *
  ), sums as (${sumsOf}), pairs as (
    update namesake.pair as p set
      count = p.count - s.count, authenticated = p.authenticated - s.authenticated,
      unauthenticated = p.unauthenticated - s.unauthenticated, detected = p.detected - s.detected,
      rejected = p.rejected - s.rejected, exact = p.exact - s.exact,
      first = case when s.first > p.first then p.first else coalesce((
        select min(k.at) from namesake.record k where k.directory = p.directory and k.person = p.person
        and k.address = p.address and k.id <> all($1)), p.first) end,
      last = case when s.last < p.last then p.last else coalesce((
        select max(k.at) from namesake.record k where k.directory = p.directory and k.person = p.person
        and k.address = p.address and k.id <> all($1)), p.last) end
    from sums s where p.directory = s.directory and p.person = s.person and p.address = s.address
  ), words as (
    update namesake.pair_word as p set count = p.count - w.count from (${wordsOf}) as w
    where p.directory = w.directory and p.person = w.person and p.address = w.address and p.part = w.part and p.word = w.word
  ), nodes as (
    update namesake.node_records as n set count = n.count - g.count
    from (select node, count(*) as count from r group by 1) as g where n.node = g.node
  )
  select count(*)::int as count from r`

/** Takes records out, and pairs that have none any more. Counters of their time stay. @returns how many there were */
export async function deleteRecords({ query }: FleetTransaction, ids: readonly string[]): Promise<number> {
  const [row] = await query<{ count: number }>(deletion, [ids])
  await query('delete from namesake.pair where count <= 0')
  await query('delete from namesake.pair_word where count <= 0')
  return row?.count ?? 0
}

/** Records and counters that are taken out in one transaction. */
const expiredAtOnce = 500

/** Takes out some of what is older than `keep` milliseconds. @returns how many records; 0: nothing is left to do */
export async function expireRecords(database: Database, keep: number): Promise<number> {
  return database.transact(async (transaction) => {
    const { query } = transaction
    const before = 'now() - make_interval(secs => $1::float8 / 1000)'
    const rows = await query<{ id: string }>(
      `select id from namesake.record where at < ${before} order by at limit ${expiredAtOnce}`,
      [keep],
    )
    if (rows.length > 0) return deleteRecords(transaction, rows.map(({ id }) => id)) // prettier-ignore
    await query(`delete from namesake.counter where hour < extract(epoch from ${before}) / 3600 - 1`, [keep])
    await query(`delete from namesake.person_day where day < extract(epoch from ${before}) / 86400 - 1`, [keep])
    return 0
  })
}
