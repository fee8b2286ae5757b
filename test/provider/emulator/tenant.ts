/**
 * A tenant of Microsoft Entra as its administrators see it: users, groups and memberships that change, each change
 * numbered, so that delta queries can be answered from any point.
 * Source: learn.microsoft.com/graph/delta-query-overview, delta-query-users, delta-query-groups.
 */
export type Value = string | boolean | null | string[]
export type Props = Record<string, Value>

interface Entry {
  readonly id: string
  state: 'live' | 'deleted' | 'gone'
  /** Number of the last change to the object or its relations. */
  changed: number
  /** Number of its making or last restoring: earlier tokens get it whole. */
  born: number
  /** By property: the number of its last change. */
  readonly props: Map<string, { value: Value; changed: number }>
}

interface Membership {
  readonly type: string
  present: boolean
  changed: number
}

interface GroupEntry extends Entry {
  readonly members: Map<string, Membership>
}

/** Removed members, or present ones, of one object as delta queries show them. */
export type Row = Record<string, unknown>

export class Tenant {
  readonly users = new Map<string, Entry>()
  readonly groups = new Map<string, GroupEntry>()
  /** Number of the last change. */
  now = 0

  putUser(id: string, props: Props): void {
    const entry = this.users.get(id) ?? { id, state: 'live', changed: 0, born: ++this.now, props: new Map() }
    this.users.set(id, entry)
    this.#set(entry, props)
  }

  putGroup(id: string, props: Props): void {
    const entry = this.groups.get(id) ?? {
      id,
      state: 'live',
      changed: 0,
      born: ++this.now,
      props: new Map(),
      members: new Map(),
    }
    this.groups.set(id, entry)
    this.#set(entry, props)
  }

  #set(entry: Entry, props: Props): void {
    entry.changed = ++this.now
    for (const [name, value] of Object.entries(props)) entry.props.set(name, { value, changed: this.now })
  }

  /** Deletes to the recycle bin, whence `restore` brings it back; or, from there or at once, for good. */
  remove(id: string, forGood = false): void {
    const entry = this.users.get(id) ?? this.groups.get(id)
    if (entry === undefined || entry.state === 'gone') return
    entry.state = forGood ? 'gone' : 'deleted'
    entry.changed = ++this.now
    // Memberships of a deleted user go and come with the user; no group is reported as changed for it.
    if (forGood) for (const group of this.groups.values()) group.members.delete(id)
  }

  restore(id: string): void {
    const entry = this.users.get(id) ?? this.groups.get(id)
    if (entry?.state !== 'deleted') return
    entry.state = 'live'
    entry.changed = ++this.now
    entry.born = this.now
  }

  addMember(group: string, member: string, type?: string): void {
    const entry = this.groups.get(group)
    if (entry === undefined) throw new Error(`no group ${group}`)
    entry.changed = ++this.now
    const kind = type ?? (this.groups.has(member) ? '#microsoft.graph.group' : '#microsoft.graph.user')
    entry.members.set(member, { type: kind, present: true, changed: this.now })
  }

  removeMember(group: string, member: string): void {
    const entry = this.groups.get(group)
    const membership = entry?.members.get(member)
    if (entry === undefined || membership?.present !== true) return
    entry.changed = ++this.now
    membership.present = false
    membership.changed = this.now
  }

  /** Ids that a round since a change number has to show; null: a first round. `bin`: deleted ones in a first round too. */
  idsSince(collection: 'users' | 'groups', since: number | null, bin: boolean): string[] {
    const entries: Iterable<Entry> = this[collection].values()
    const shown = (entry: Entry): boolean => (since === null ? entry.state === 'live' || bin : entry.changed > since)
    return [...entries].filter(shown).map((entry) => entry.id)
  }

  /**
   * One object as a page shows it now. `minimal`: only what changed since (Prefer: return=minimal); else all selected
   * properties that were ever set.
   */
  row(collection: 'users' | 'groups', id: string, since: number | null, select: Set<string>, minimal: boolean): Row {
    const entry: Entry | undefined = this[collection].get(id)
    if (entry === undefined) return { id, '@removed': { reason: 'deleted' } }
    if (entry.state !== 'live') return { id, '@removed': { reason: entry.state === 'gone' ? 'deleted' : 'changed' } }
    const row: Row = { id }
    const whole = !minimal || since === null || entry.born > since
    for (const [name, { value, changed }] of entry.props) {
      if (select.has(name) && (whole || changed > (since ?? 0))) row[name] = value
    }
    return row
  }

  /** A group's `members@delta` since a change number. */
  memberRows(id: string, since: number | null): Row[] {
    const group = this.groups.get(id)
    if (group?.state !== 'live') return []
    const whole = since === null || group.born > since
    const rows: Row[] = []
    for (const [member, { type, present, changed }] of group.members) {
      // A new or restored group is shown whole; what left it is shown too, as the client may have seen it before.
      if (!(whole && present) && (since === null || changed <= since)) continue
      rows.push({ '@odata.type': type, id: member, ...(present ? {} : { '@removed': { reason: 'deleted' } }) })
    }
    return rows
  }

  /** Live people of a group, nested groups resolved: what a synchronised store has to say. */
  resolved(id: string, seen = new Set<string>()): Set<string> {
    const people = new Set<string>()
    const group = this.groups.get(id)
    if (group?.state !== 'live' || seen.has(id)) return people
    seen.add(id)
    for (const [member, { present }] of group.members) {
      if (!present) continue
      if (this.users.get(member)?.state === 'live') people.add(member)
      for (const nested of this.resolved(member, seen)) people.add(nested)
    }
    return people
  }

  /** A live user's property, null if cleared or never set. */
  prop(id: string, name: string): Value {
    return (this.users.get(id) ?? this.groups.get(id))?.props.get(name)?.value ?? null
  }
}
