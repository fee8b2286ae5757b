/** The nodes of a fleet, as each tells of itself. */

import type { FleetMember } from '../ports.ts'
import type { Database } from './database.ts'

/** What a node tells of itself at each look. */
export type MemberState = Omit<FleetMember, 'node' | 'version' | 'seen' | 'age'>

/** Seconds without a word after which a node counts as away, and after which it is forgotten. */
const awayAfterSeconds = 30
const forgottenAfter = '30 days'

interface NodeRow {
  readonly name: string
  readonly version: string
  readonly seen: Date
  readonly age: number
  readonly state: MemberState
}

/** Tells of this node. @throws NamesakeError fleet-unavailable */
export async function announce(database: Database, node: string, version: string, state: MemberState): Promise<void> {
  await database.transact(async ({ query }) => {
    await query(
      `insert into namesake.node (name, version, seen, state) values ($1, $2, clock_timestamp(), $3)
       on conflict (name) do update set version = $2, seen = clock_timestamp(), state = $3`,
      [node, version, JSON.stringify(state)],
    )
    await query('delete from namesake.node where seen < now() - $1::interval', [forgottenAfter])
  })
}

/** All nodes, by name. Ages are the database's, whatever a node's clock says. @throws NamesakeError fleet-unavailable */
export async function membersOf(database: Database): Promise<FleetMember[]> {
  const rows = await database.transact(({ query }) =>
    query<NodeRow>(
      `select name, version, seen, extract(epoch from clock_timestamp() - seen)::float8 as age, state
       from namesake.node order by name`,
    ),
  )
  return rows.map(({ name, version, seen, age, state }) => {
    const away = age > awayAfterSeconds ? [`not heard of for ${Math.round(age)} s`] : []
    return {
      node: name,
      version,
      seen: seen.toISOString(),
      age: Math.round(age),
      ...state,
      trouble: [...away, ...state.trouble],
    }
  })
}
