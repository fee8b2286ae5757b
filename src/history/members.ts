/** Who was a member of a protected group and is not any more. */

import type { FormerMember } from '../model.ts'
import type { Environment, Tables } from './environment.ts'
import { dayMs, groupKey } from './keys.ts'

/** Whoever left is remembered so long. */
const keepMs = 90 * dayMs

/** A protected group with its members, nested ones resolved: directory id to name. */
export interface GroupMembers {
  readonly directory: string
  readonly id: string
  readonly name: string
  readonly members: ReadonlyMap<string, string>
}

interface StoredGroup {
  readonly directory: string
  readonly id: string
  readonly name: string
  readonly members: readonly (readonly [person: string, name: string])[]
  readonly left: readonly (readonly [person: string, name: string, at: number])[]
}

/**
 * Takes note of who is in the protected groups now; whoever was and is not, has left. A group that is not protected any more is
 * forgotten: that its people are not either is what was asked for.
 */
export function noteMembers(environment: Environment, groups: readonly GroupMembers[], now: number): void {
  const known = new Map(storedGroups(environment.tables).map(({ key, group }) => [key.toString('hex'), group]))
  const changes = new Map<string, StoredGroup | null>()
  for (const { directory, id, name, members } of groups) {
    const key = groupKey(directory, id).toString('hex')
    const before = known.get(key)
    known.delete(key)
    const gone = (before?.members ?? []).filter(([person]) => !members.has(person))
    const left = (before?.left ?? []).filter(([person, , at]) => !members.has(person) && at > now - keepMs)
    const isNew = members.size !== (before?.members.length ?? -1) || gone.length > 0
    if (!isNew && left.length === before?.left.length && name === before.name) continue
    const leaving = gone.map(([person, was]) => [person, was, now] as const)
    changes.set(key, { directory, id, name, members: [...members], left: [...left, ...leaving] })
  }
  for (const key of known.keys()) changes.set(key, null)
  if (changes.size === 0) return
  const { people } = environment.tables
  environment.transact(() => {
    for (const [key, group] of changes) {
      if (group === null) people.removeSync(Buffer.from(key, 'hex'))
      else people.putSync(Buffer.from(key, 'hex'), Buffer.from(JSON.stringify(group)))
    }
  })
}

/** Who has left a protected group since then, the latest first. */
export function formerMembers({ tables }: Environment, since: number): FormerMember[] {
  const found = storedGroups(tables).flatMap(({ group: { directory, name: group, left } }) =>
    left
      .filter(([, , at]) => at >= since)
      .map(([person, name, at]): FormerMember => ({ directory, person, name, group, at })),
  )
  return found.sort((a, b) => b.at - a.at)
}

/** Takes somebody out of all that is known of groups. Within a transaction. */
export function forgetMembers(tables: Tables, isMeant: (directory: string, person: string) => boolean): void {
  for (const { key, group } of storedGroups(tables)) {
    const left = group.left.filter(([person]) => !isMeant(group.directory, person))
    if (left.length < group.left.length) {
      tables.people.putSync(key, Buffer.from(JSON.stringify({ ...group, left } satisfies StoredGroup)))
    }
  }
}

function storedGroups({ people }: Tables): { readonly key: Buffer; readonly group: StoredGroup }[] {
  return [...people.getRange({})].map(({ key, value }) => ({ key, group: JSON.parse(value.toString()) as StoredGroup }))
}
