/** People and groups with their protection: listed, searched, shown. */

import { canonicalAddress } from '../mail/address.ts'
import type { DirectoryState, DirectoryView, Person, PersonRef, TierActions } from '../model.ts'
import { findPerson } from './targets.ts'
import { NamesakeError } from '../errors.ts'
import { foldName, hasWords, searchText, searchWords } from './search.ts'
import { compilePolicy } from '../policy/compile.ts'
import type { Policy } from '../policy/compile.ts'
import { personKey, samePerson } from '../policy/person-key.ts'
import { resolveRules } from '../policy/protection.ts'
import type { ProtectionProblem, ProtectionRules, ResolvedRules } from '../policy/rules.ts'

/** One state of the people known; the store's snapshot is one. Another state is another object. */
export interface PeopleSnapshot extends DirectoryView {
  people(directory?: string): Iterable<Person>
  directories(): readonly DirectoryState[]
  /** What a group holds itself; undefined if there is no such group. */
  children?(group: PersonRef): { readonly groups: readonly string[]; readonly people: readonly string[] } | undefined
  /** Ids of groups that no other group holds. */
  topGroups?(directory: string): ReadonlySet<string>
  /** What the source said of a person, in its own words. */
  attributes?(ref: PersonRef): Readonly<Record<string, unknown>> | undefined
}

/** A person as `directory --json --people` prints one. */
export interface PersonEntry {
  readonly directory: string
  readonly id: string
  readonly displayName: string
  readonly givenName: string | null
  readonly surname: string | null
  readonly addresses: readonly string[]
  /** As the protection file lists them; regular expressions too. */
  readonly secondaryEmails: readonly string[]
  /** Ids, nested ones resolved. */
  readonly groups: readonly string[]
  readonly protected: boolean
}

/** A person with all that decides their protection. */
export interface PersonDetails extends PersonEntry {
  readonly groupNames: readonly { readonly id: string; readonly displayName: string; readonly protected: boolean }[]
  /** Further spellings of the name that the protection file guards. */
  readonly names: readonly string[]
  readonly protection: {
    /** Whether the file names the person. */
    readonly byName: boolean
    /** Names of the protected groups that hold the person. */
    readonly throughGroups: readonly string[]
    readonly excluded: boolean
  }
  readonly actions: TierActions
  /** Which setting each action comes from, in words. */
  readonly actionOrigins: { readonly certain: string; readonly likely: string }
}

/** A further address of a person, as the protection file lists it. */
interface SecondaryEntry {
  readonly directory: string
  readonly id: string
  readonly displayName: string
  readonly address: string
}

export interface GroupEntry {
  readonly directory: string
  readonly id: string
  readonly displayName: string
  /** How many people it holds, nested groups resolved. */
  readonly people: number
  readonly protected: boolean
}

/** What to list. Left-out members ask for nothing; several must all hold. */
interface PeopleQuery {
  /** Words of a name, or part of an address, or an id; case, accents and alphabets are folded as the matcher folds them. */
  readonly text?: string | undefined
  readonly directory?: string | undefined
  /** Name or id of a group: its members. */
  readonly group?: string | undefined
  readonly protected?: boolean | undefined
  /** True: guests of the tenant alone; false: without them. */
  readonly guests?: boolean | undefined
  /** `next` of the page before. */
  readonly cursor?: string | null | undefined
  /** Entries of a page; left out: all. */
  readonly limit?: number | undefined
}

interface Page<T> {
  readonly items: readonly T[]
  /** How many there are on all pages. */
  readonly total: number
  /** What asks for the next page; null on the last. */
  readonly next: string | null
}

/** What is kept of each person to find it again: 200,000 people are some 60 MB. */
interface FoundPerson {
  readonly ref: PersonRef
  /** Folded name, by which lists are in order. */
  readonly order: string
  readonly text: string
  readonly protected: boolean
}

interface Index {
  readonly snapshot: PeopleSnapshot
  readonly rules: ProtectionRules
  readonly policy: Policy
  readonly resolved: ResolvedRules
  readonly problems: readonly ProtectionProblem[]
  readonly secondaries: ReadonlyMap<string, readonly string[]>
  readonly protectedGroups: ReadonlySet<string>
  /** In the order of names. Made when first asked for. */
  found: readonly FoundPerson[] | null
  /** Positions in `found`, by group. */
  members: ReadonlyMap<string, readonly number[]> | null
}

/**
 * The people known, with what the protection file says of them as it stands: an edit that no daemon has taken over yet is
 * to be seen too. What is made ready for lists and searches is kept until people or rules change.
 */
export class People {
  readonly #snapshot: () => PeopleSnapshot
  readonly #rules: () => ProtectionRules
  #index: Index | null = null

  /**
   * @param snapshot the people known at this moment; the same object as long as nothing changed
   * @param rules of the protection file; the same object as long as nothing changed
   */
  constructor(snapshot: () => PeopleSnapshot, rules: () => ProtectionRules) {
    this.#snapshot = snapshot
    this.#rules = rules
  }

  /** What in the protection file means nobody. */
  get problems(): readonly ProtectionProblem[] {
    return this.#current().problems
  }

  /** People in the order of their names. A cursor stays good when people come and go: it names a place, not a number. */
  list(query: PeopleQuery = {}): Page<PersonEntry> {
    const index = this.#current()
    const all = foundOf(index)
    const wanted = this.#candidates(index, all, query).filter(fits(query, index))
    return pageOf(wanted, query, orderOf, ({ ref }) => {
      const person = index.snapshot.person(ref)
      return person === undefined ? [] : [entryOf(person, index)]
    })
  }

  /** Groups in the order of their names; `text` is part of the name, or the id. */
  groups(query: Omit<PeopleQuery, 'group'> = {}): Page<GroupEntry> {
    const index = this.#current()
    const words = searchWords(query.text ?? '')
    const members = membersOf(index)
    const found: (GroupEntry & { readonly order: string })[] = []
    for (const directory of index.snapshot.directoryNames()) {
      if (query.directory !== undefined && query.directory !== directory) continue
      for (const group of index.snapshot.groups(directory)) {
        const key = personKey(group)
        const isProtected = index.protectedGroups.has(key)
        const order = foldName(group.displayName)
        if (query.protected !== undefined && query.protected !== isProtected) continue
        if (group.id !== query.text && !hasWords(searchText(group.displayName), words)) continue
        const { id, displayName } = group
        found.push({ directory, id, displayName, people: members.get(key)?.length ?? 0, protected: isProtected, order })
      }
    }
    found.sort(byOrder((group) => [group.order, group.directory, group.id]))
    return pageOf(
      found,
      query,
      (group) => [group.order, group.directory, group.id],
      ({ order: _, ...group }) => [group],
    )
  }

  /** Groups that a name or an id means: the one of that id, else all of that name. */
  groupsMeant(word: string, directory?: string): PersonRef[] {
    const { snapshot } = this.#current()
    const name = foldName(word)
    const named: PersonRef[] = []
    for (const one of snapshot.directoryNames()) {
      if (directory !== undefined && directory !== one) continue
      for (const group of snapshot.groups(one)) {
        const { id } = group
        if (id === word) return [{ directory: one, id }]
        if (foldName(group.displayName) === name) named.push({ directory: one, id })
      }
    }
    return named
  }

  /** One group; null if there is none of that id. */
  group(ref: PersonRef): GroupEntry | null {
    const index = this.#current()
    for (const { directory, id, displayName } of index.snapshot.groups(ref.directory)) {
      if (id !== ref.id) continue
      const key = personKey(ref)
      const people = membersOf(index).get(key)?.length ?? 0
      return { directory, id, displayName, people, protected: index.protectedGroups.has(key) }
    }
    return null
  }

  /** Groups of a directory that no other group holds, in the order of names. */
  topGroups(directory: string, query: Pick<PeopleQuery, 'cursor' | 'limit'> = {}): Page<GroupEntry> {
    const top = this.#current().snapshot.topGroups?.(directory)
    const all = this.groups({ directory }).items
    const found = top === undefined ? all : all.filter(({ id }) => top.has(id))
    const orderOfGroup = (group: GroupEntry): Order => [foldName(group.displayName), group.directory, group.id]
    return pageOf([...found], query, orderOfGroup, (group) => [group])
  }

  /** What a group holds itself: groups, and a page of people, both in the order of names. Null: there is no such group. */
  children(
    group: PersonRef,
    query: Pick<PeopleQuery, 'cursor' | 'limit'> = {},
  ): { readonly groups: readonly GroupEntry[]; readonly people: Page<PersonEntry> } | null {
    const index = this.#current()
    const held = index.snapshot.children?.(group)
    if (held === undefined) return null
    const wanted = new Set(held.groups)
    const { directory } = group
    const groups = wanted.size === 0 ? [] : this.groups({ directory }).items.filter(({ id }) => wanted.has(id))
    const all = foundOf(index)
    const own = new Set(held.people)
    const people = (membersOf(index).get(personKey(group)) ?? []).flatMap((at) => {
      const found = all[at]
      return found !== undefined && own.has(found.ref.id) ? [found] : []
    })
    const page = pageOf(people, query, orderOf, ({ ref }) => {
      const person = index.snapshot.person(ref)
      return person === undefined ? [] : [entryOf(person, index)]
    })
    return { groups, people: page }
  }

  /** How many of a group's people are protected, nested groups resolved. */
  protectedIn(group: PersonRef): number {
    const index = this.#current()
    const all = foundOf(index)
    const members = membersOf(index).get(personKey(group)) ?? []
    return members.reduce((sum, at) => sum + (all[at]?.protected === true ? 1 : 0), 0)
  }

  /** Members of one group, in the order of names. */
  members(group: PersonRef): PersonEntry[] {
    const index = this.#current()
    const all = foundOf(index)
    return (membersOf(index).get(personKey(group)) ?? []).flatMap((at) => {
      const person = index.snapshot.person(all[at]?.ref ?? group)
      return person === undefined ? [] : [entryOf(person, index)]
    })
  }

  /** Everything that decides one person's protection; null if there is no such person. */
  person(ref: PersonRef): PersonDetails | null {
    const index = this.#current()
    const { snapshot, policy, resolved } = index
    const person = snapshot.person(ref)
    if (person === undefined) return null
    const wanted = new Set(person.groups)
    const groupNames = [...(wanted.size === 0 ? [] : snapshot.groups(ref.directory))]
      .filter(({ id }) => wanted.has(id))
      .map(({ id, displayName, directory }) => ({
        id,
        displayName,
        protected: index.protectedGroups.has(personKey({ directory, id })),
      }))
    const rules = resolved.people.filter(({ refs }) => refs.some((one) => samePerson(one, ref)))
    return {
      ...entryOf(person, index),
      groupNames,
      names: rules.flatMap(({ rule }) => rule.names),
      protection: {
        byName: resolved.protectedPeople.some((one) => samePerson(one, ref)),
        throughGroups: groupNames.filter((group) => group.protected).map(({ displayName }) => displayName),
        excluded: resolved.excluded.some((one) => samePerson(one, ref)),
      },
      actions: policy.actionsFor(person),
      actionOrigins: { certain: policy.actionOrigin(person, 'certain'), likely: policy.actionOrigin(person, 'likely') },
    }
  }

  /**
   * Further addresses as the protection file lists them, in the order of names.
   * @param who one person: any address, id or whole name; null: everybody
   * @throws NamesakeError input-invalid if nobody is meant
   */
  secondaries(who: string | null): SecondaryEntry[] {
    const { snapshot, resolved } = this.#current()
    const wanted = who === null ? null : findPerson(snapshot, who, null)
    const found = resolved.people.flatMap(({ refs, rule }) =>
      refs.flatMap((ref) => {
        const person = snapshot.person(ref)
        if (person === undefined || (wanted !== null && !samePerson(ref, wanted))) return []
        const { directory, id, displayName } = person
        return rule.secondaryEmails.map((address) => ({ directory, id, displayName, address }))
      }),
    )
    const placeOf = (entry: SecondaryEntry): Order => [foldName(entry.displayName), entry.directory, entry.id]
    return found.sort(byOrder(placeOf))
  }

  /** The person that a word means: an address, an id or a whole name. @throws NamesakeError input-invalid if nobody is */
  meant(who: string): PersonDetails {
    const found = this.person(findPerson(this.#current().snapshot, who, null))
    if (found === null) throw new NamesakeError('invariant', 'a person that was found is not there')
    return found
  }

  /** How many people's names are guarded, by the file as it stands. */
  protectedCount(): number {
    return foundOf(this.#current()).reduce((sum, found) => sum + (found.protected ? 1 : 0), 0)
  }

  #current(): Index {
    const snapshot = this.#snapshot()
    const rules = this.#rules()
    if (this.#index?.snapshot === snapshot && this.#index.rules === rules) return this.#index
    const { resolved, problems } = resolveRules(rules, snapshot)
    const before = this.#index?.policy ?? null
    this.#index = {
      snapshot,
      rules,
      resolved,
      problems,
      policy: compilePolicy(resolved, before),
      secondaries: secondariesOf(resolved),
      protectedGroups: new Set(resolved.protectedGroups.map(personKey)),
      found: null,
      members: null,
    }
    return this.#index
  }

  #candidates(index: Index, all: readonly FoundPerson[], query: PeopleQuery): readonly FoundPerson[] {
    if (query.group === undefined) return all
    const positions = new Set<number>()
    for (const group of this.groupsMeant(query.group, query.directory)) {
      for (const at of membersOf(index).get(personKey(group)) ?? []) positions.add(at)
    }
    return [...positions].sort((a, b) => a - b).flatMap((at) => all[at] ?? [])
  }
}

function fits(
  { text, directory, protected: guarded, guests }: PeopleQuery,
  index: Index,
): (found: FoundPerson) => boolean {
  const words = searchWords(text ?? '')
  const address = canonicalAddress(text ?? '')
  const byAddress = text?.includes('@') === true ? index.snapshot.byAddress(address) : []
  return (found) => {
    if (directory !== undefined && found.ref.directory !== directory) return false
    if (guarded !== undefined && found.protected !== guarded) return false
    if (guests !== undefined && isGuest(found.ref, index) !== guests) return false
    if (text === undefined || text === found.ref.id) return true
    return hasWords(found.text, words) || byAddress.some((ref) => samePerson(ref, found.ref))
  }
}

/** A guest of a Microsoft 365 tenant, by what Entra says of the account. */
function isGuest(ref: PersonRef, { snapshot }: Index): boolean {
  const { userType, userPrincipalName } = snapshot.attributes?.(ref) ?? {}
  if (typeof userType === 'string') return userType.toLowerCase() === 'guest'
  return typeof userPrincipalName === 'string' && userPrincipalName.toUpperCase().includes('#EXT#')
}

function foundOf(index: Index): readonly FoundPerson[] {
  if (index.found !== null) return index.found
  const found: FoundPerson[] = []
  for (const person of index.snapshot.people()) {
    const { directory, id, displayName, givenName, surname, addresses } = person
    const further = index.secondaries.get(personKey(person)) ?? []
    const names = new Set([displayName, `${givenName ?? ''} ${surname ?? ''}`.trim()].map(searchText))
    found.push({
      ref: { directory, id },
      order: foldName(displayName),
      text: [...names, ...addresses, ...further.map((one) => one.toLowerCase())].join('\n'),
      protected: index.policy.protects(person),
    })
  }
  found.sort(byOrder(orderOf))
  return (index.found = found)
}

function membersOf(index: Index): ReadonlyMap<string, readonly number[]> {
  if (index.members !== null) return index.members
  const members = new Map<string, number[]>()
  foundOf(index).forEach(({ ref }, at) => {
    for (const id of index.snapshot.person(ref)?.groups ?? []) {
      const key = personKey({ directory: ref.directory, id })
      const list = members.get(key)
      if (list) list.push(at)
      else members.set(key, [at])
    }
  })
  return (index.members = members)
}

function entryOf(person: Person, index: Index): PersonEntry {
  const { directory, id, displayName, givenName, surname, addresses, groups } = person
  const secondaryEmails = index.secondaries.get(personKey(person)) ?? []
  const isProtected = index.policy.protects(person)
  return { directory, id, displayName, givenName, surname, addresses, secondaryEmails, groups, protected: isProtected }
}

function secondariesOf(rules: ResolvedRules): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { refs, rule } of rules.people) {
    for (const ref of refs) found.set(personKey(ref), [...(found.get(personKey(ref)) ?? []), ...rule.secondaryEmails])
  }
  return found
}

type Order = readonly [string, string, string]

function orderOf({ order, ref }: FoundPerson): Order {
  return [order, ref.directory, ref.id]
}

function compare(a: Order, b: Order): number {
  for (const at of [0, 1, 2] as const) if (a[at] !== b[at]) return a[at] < b[at] ? -1 : 1
  return 0
}

function byOrder<T>(of: (item: T) => Order): (a: T, b: T) => number {
  return (a, b) => compare(of(a), of(b))
}

/** One page of what is in order. `next` names the last item's place, so that the next page begins behind it. */
function pageOf<T, U>(
  sorted: readonly T[],
  { cursor, limit }: { readonly cursor?: string | null | undefined; readonly limit?: number | undefined },
  placeOf: (item: T) => Order,
  show: (item: T) => readonly U[],
): Page<U> {
  const after = cursor === undefined || cursor === null ? null : placeOfCursor(cursor)
  const start = after === null ? 0 : firstBehind(sorted, placeOf, after)
  const end = limit === undefined ? sorted.length : Math.min(sorted.length, start + limit)
  const last = sorted[end - 1]
  const next = end >= sorted.length || last === undefined ? null : cursorOf(placeOf(last))
  return { items: sorted.slice(start, end).flatMap(show), total: sorted.length, next }
}

function firstBehind<T>(sorted: readonly T[], placeOf: (item: T) => Order, place: Order): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const item = sorted[middle]
    if (item !== undefined && compare(placeOf(item), place) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

function cursorOf(place: Order): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/** A cursor that is none begins at the first page. */
function placeOfCursor(cursor: string): Order | null {
  try {
    const place = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown
    if (!Array.isArray(place) || place.length !== 3 || !place.every((part) => typeof part === 'string')) return null
    return place as unknown as Order
  } catch {
    return null
  }
}
