/** Groups of Graph and their members, as changes. */

import type { SourceChange } from '../../provider.ts'
import { isId, isRecord } from './delta.ts'
import type { DeltaObject } from './delta.ts'

/**
 * The properties asked for (`$select`): with `members`, changes of membership come as `members@delta`.
 * Source: learn.microsoft.com/graph/delta-query-groups.
 */
export const groupProperties: readonly string[] = ['id', 'displayName', 'members']

/** Kinds of members that lead to people. Devices, contacts and service principals don't. */
const memberTypes: ReadonlySet<string> = new Set(['#microsoft.graph.user', '#microsoft.graph.group'])

/**
 * A group of a delta page as changes. A page holds a part of a large group's members only, so they are added to, never
 * replaced; a group without `members@delta` keeps its members.
 */
export function groupChanges(group: DeltaObject): readonly SourceChange[] {
  const { id } = group
  if (group.removed) return [{ op: 'group-gone', id }]
  const changes: SourceChange[] = []
  const name = group.properties['displayName']
  if (typeof name === 'string' && name.trim() !== '') changes.push({ op: 'group', id, displayName: name.trim() })
  else if (name === null) changes.push({ op: 'group', id, displayName: id })
  else changes.push({ op: 'group', id })
  const members = group.properties['members@delta']
  if (Array.isArray(members) && members.length > 0) changes.push(...memberChanges(id, members))
  return changes
}

/** Additions and removals in Graph's order: the same member may be added and removed in one page. */
function memberChanges(group: string, members: readonly unknown[]): SourceChange[] {
  const last = new Map<string, boolean>()
  for (const member of members) {
    if (!isRecord(member) || !isId(member['id'])) continue
    const removed = isRecord(member['@removed'])
    const type = member['@odata.type']
    if (!removed && typeof type === 'string' && !memberTypes.has(type.toLowerCase())) continue
    last.set(member['id'], !removed)
  }
  const add: string[] = []
  const remove: string[] = []
  for (const [id, added] of last) (added ? add : remove).push(id)
  return add.length + remove.length === 0 ? [] : [{ op: 'members', group, add, remove }]
}
