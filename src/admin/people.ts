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
import { Turn } from './turn.ts'

/** One state of the people known; the store's snapshot is one. Another state is another object. */
export interface PeopleSnapshot extends DirectoryView {
  directories(): readonly DirectoryState[]
  /** Another text for other people and groups, and the same after a synchronisation that found nothing new. */
  readonly contents?: string
  /** Everybody, in pieces between which others of the process may have their turn. */
  peopleInPieces?(): Iterable<readonly Person[]>
  /** Ids of the groups that each group holds itself, by its id. */
  heldGroups?(directory: string): ReadonlyMap<string, readonly string[]>
  /** Ids of the people whom a group holds itself, not through another one. */
  ownPeople?(group: PersonRef): readonly string[]
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
  /** Place in that order. */
  at: number
}

interface FoundGroup {
  readonly ref: PersonRef
  readonly displayName: string
  readonly order: string
  readonly text: string
}

/** People and groups of one state of the directories, made ready to be listed. Says nothing of the rules. */
interface Listing {
  readonly snapshot: PeopleSnapshot
  readonly people: readonly FoundPerson[]
  /** Places in `people`, ascending, by group; nested groups resolved. */
  readonly members: ReadonlyMap<string, Uint32Array>
  readonly groups: readonly FoundGroup[]
  /** How groups hold each other, by directory; each made when first asked for. */
  readonly trees: Map<string, GroupTree | null>
}

interface GroupTree {
  readonly held: ReadonlyMap<string, readonly string[]>
  /** Groups that no other one holds; of groups that hold each other in a circle, one. */
  readonly top: ReadonlySet<string>
  /** Whom groups hold themselves that hold other groups too; each made when first asked for. */
  readonly own: Map<string, readonly FoundPerson[]>
}

/** What the rules say of each person of a listing. */
interface Marks {
  readonly listing: Listing
  readonly resolved: ResolvedRules
  /** 1 at the places of those whose names are guarded. */
  readonly guarded: Uint8Array
  /** Secondary addresses as they are searched, by place. */
  readonly further: ReadonlyMap<number, string>
}

interface Index {
  readonly snapshot: PeopleSnapshot
  readonly rules: ProtectionRules
  readonly policy: Policy
  readonly resolved: ResolvedRules
  readonly problems: readonly ProtectionProblem[]
  readonly secondaries: ReadonlyMap<string, readonly string[]>
  readonly protectedGroups: ReadonlySet<string>
}

/** A listing is begun anew so often when people change while it is made. */
const maxTries = 3

/**
 * The people known, with what the protection file says of them as it stands: an edit that no daemon has taken over yet is
 * to be seen too. What is made ready for lists and searches is kept until people change; what the rules say of it is cheap.
 */
export class People {
  readonly #snapshot: () => PeopleSnapshot
  readonly #rules: () => ProtectionRules
  #index: Index | null = null
  #listing: Listing | null = null
  #marks: Marks | null = null
  #making: Promise<void> | null = null

  /**
   * @param snapshot the people known at this moment; the same object as long as nothing changed
   * @param rules of the protection file; the same object as long as nothing changed
   */
  constructor(snapshot: () => PeopleSnapshot, rules: () => ProtectionRules) {
    this.#snapshot = snapshot
    this.#rules = rules
  }

  /**
   * Makes ready what lists and searches need, giving way to others of the process: at 200,000 people that is a second's work,
   * which a list that is asked for without this does in one go.
   */
  async ready(): Promise<this> {
    for (let tries = 0; tries < maxTries && !isOf(this.#listing, this.#snapshot()); tries++) {
      await (this.#making ??= this.#makeListing().finally(() => (this.#making = null)))
    }
    return this
  }

  /** What in the protection file means nobody. */
  get problems(): readonly ProtectionProblem[] {
    return this.#current().problems
  }

  /** People in the order of their names. A cursor stays good when people come and go: it names a place, not a number. */
  list(query: PeopleQuery = {}): Page<PersonEntry> {
    const index = this.#current()
    const { listing, guarded, further } = this.#listed(index)
    const fits = fitter(query, index, further)
    const wanted = this.#candidates(listing, query).filter(
      (one) => (query.protected === undefined || (guarded[one.at] === 1) === query.protected) && fits(one),
    )
    return pageOf(wanted, query, orderOf, ({ ref }) => entriesOf(ref, index))
  }

  /** Groups in the order of their names; `text` is part of the name, or the id. */
  groups(query: Omit<PeopleQuery, 'group'> = {}): Page<GroupEntry> {
    const index = this.#current()
    const { listing } = this.#listed(index)
    const words = searchWords(query.text ?? '')
    const found = listing.groups.filter(({ ref, text }) => {
      if (query.directory !== undefined && query.directory !== ref.directory) return false
      if (query.protected !== undefined && query.protected !== index.protectedGroups.has(personKey(ref))) return false
      return ref.id === query.text || hasWords(text, words)
    })
    return pageOf(found, query, orderOf, (group) => [groupEntryOf(group, listing, index)])
  }

  /** Groups that a name or an id means: the one of that id, else all of that name. */
  groupsMeant(word: string, directory?: string): PersonRef[] {
    const { groups } = this.#listed().listing
    const within = groups.filter(({ ref }) => directory === undefined || directory === ref.directory)
    const byId = within.find(({ ref }) => ref.id === word)
    if (byId !== undefined) return [byId.ref]
    const name = foldName(word)
    return within.filter(({ order }) => order === name).map(({ ref }) => ref)
  }

  /** One group; null if there is none of that id. */
  group(ref: PersonRef): GroupEntry | null {
    const index = this.#current()
    const { listing } = this.#listed(index)
    const found = listing.groups.find((group) => samePerson(group.ref, ref))
    return found === undefined ? null : groupEntryOf(found, listing, index)
  }

  /** Groups of a directory that no other group holds, in the order of names. */
  topGroups(directory: string, query: Pick<PeopleQuery, 'cursor' | 'limit'> = {}): Page<GroupEntry> {
    const index = this.#current()
    const { listing } = this.#listed(index)
    const top = treeOf(listing, directory)?.top
    const found = listing.groups.filter(({ ref }) => ref.directory === directory && (top?.has(ref.id) ?? true))
    return pageOf(found, query, orderOf, (group) => [groupEntryOf(group, listing, index)])
  }

  /** What a group holds itself: groups, and a page of people, both in the order of names. Null: there is no such group. */
  children(
    group: PersonRef,
    query: Pick<PeopleQuery, 'cursor' | 'limit'> = {},
  ): { readonly groups: readonly GroupEntry[]; readonly people: Page<PersonEntry> } | null {
    const index = this.#current()
    const { listing } = this.#listed(index)
    const held = treeOf(listing, group.directory)?.held.get(group.id)
    if (held === undefined) return null
    const groups = listing.groups.filter(({ ref }) => ref.directory === group.directory && held.includes(ref.id))
    return {
      groups: groups.map((one) => groupEntryOf(one, listing, index)),
      people: pageOf(ownPeople(listing, group, held, index.snapshot), query, orderOf, ({ ref }) =>
        entriesOf(ref, index),
      ),
    }
  }

  /** How many of a group's people are protected, nested groups resolved. */
  protectedIn(group: PersonRef): number {
    const { listing, guarded } = this.#listed()
    let sum = 0
    for (const at of membersOf(listing, group)) sum += guarded[at] ?? 0
    return sum
  }

  /** Members of one group, in the order of names. */
  members(group: PersonRef): PersonEntry[] {
    const index = this.#current()
    return peopleIn(this.#listed(index).listing, group).flatMap(({ ref }) => entriesOf(ref, index))
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
    return this.#listed().guarded.reduce((sum, mark) => sum + mark, 0)
  }

  /** The same, with how many groups and people the file names for it. */
  protectedBy(): { readonly people: number; readonly groups: number; readonly singly: number } {
    const { resolved } = this.#current()
    const { protectedGroups, protectedPeople } = resolved
    return { people: this.protectedCount(), groups: protectedGroups.length, singly: protectedPeople.length }
  }

  #current(): Index {
    const snapshot = this.#snapshot()
    const rules = this.#rules()
    const before = this.#index
    if (before !== null && before.rules === rules && isSame(before.snapshot, snapshot)) {
      return (this.#index = before.snapshot === snapshot ? before : { ...before, snapshot })
    }
    const { resolved, problems } = resolveRules(rules, snapshot)
    this.#index = {
      snapshot,
      rules,
      resolved,
      problems,
      policy: compilePolicy(resolved, before?.policy ?? null),
      secondaries: secondariesOf(resolved),
      protectedGroups: new Set(resolved.protectedGroups.map(personKey)),
    }
    return this.#index
  }

  #listed(index: Index = this.#current()): Marks {
    let listing = this.#listing
    if (!isOf(listing, index.snapshot)) {
      const making = makeListing(index.snapshot)
      let step = making.next()
      while (step.done !== true) step = making.next()
      listing = this.#listing = step.value
    }
    if (this.#marks?.listing === listing && this.#marks.resolved === index.resolved) return this.#marks
    return (this.#marks = marksOf(listing, index))
  }

  /** Makes the listing of the people known now, unless others are known before it is done. */
  async #makeListing(): Promise<void> {
    const snapshot = this.#snapshot()
    const making = makeListing(snapshot)
    const turn = new Turn()
    for (let step = making.next(); isSame(snapshot, this.#snapshot()); step = making.next()) {
      if (step.done === true) {
        this.#listing = step.value
        return
      }
      await turn.over()
    }
  }

  #candidates(listing: Listing, query: PeopleQuery): readonly FoundPerson[] {
    if (query.group === undefined) return listing.people
    const groups = this.groupsMeant(query.group, query.directory)
    if (groups.length <= 1) return groups.flatMap((group) => peopleIn(listing, group))
    const places = new Set(groups.flatMap((group) => [...membersOf(listing, group)]))
    return [...places].sort((a, b) => a - b).flatMap((at) => listing.people[at] ?? [])
  }
}

/** Whether two states of the people known hold the same. */
function isSame(one: PeopleSnapshot, other: PeopleSnapshot): boolean {
  return one === other || (one.contents !== undefined && one.contents === other.contents)
}

function isOf(listing: Listing | null, snapshot: PeopleSnapshot): listing is Listing {
  return listing !== null && isSame(listing.snapshot, snapshot)
}

function fitter(
  { text, directory, guests }: PeopleQuery,
  index: Index,
  further: Marks['further'],
): (found: FoundPerson) => boolean {
  const words = searchWords(text ?? '')
  const address = canonicalAddress(text ?? '')
  const byAddress = text?.includes('@') === true ? index.snapshot.byAddress(address) : []
  return ({ ref, text: own, at }) => {
    if (directory !== undefined && ref.directory !== directory) return false
    if (guests !== undefined && isGuest(ref, index) !== guests) return false
    if (text === undefined || text === ref.id) return true
    const more = further.get(at)
    if (hasWords(more === undefined ? own : `${own}\n${more}`, words)) return true
    return byAddress.some((one) => samePerson(one, ref))
  }
}

/** A guest of a Microsoft 365 tenant, by what Entra says of the account. */
function isGuest(ref: PersonRef, { snapshot }: Index): boolean {
  const { userType, userPrincipalName } = snapshot.attributes?.(ref) ?? {}
  if (typeof userType === 'string') return userType.toLowerCase() === 'guest'
  return typeof userPrincipalName === 'string' && userPrincipalName.toUpperCase().includes('#EXT#')
}

/** Makes a listing; stops at each place where others may have their turn, and reads nothing across it that could change. */
function* makeListing(snapshot: PeopleSnapshot): Generator<undefined, Listing> {
  const people: FoundPerson[] = []
  const byGroup = new Map<string, FoundPerson[]>()
  for (const piece of snapshot.peopleInPieces?.() ?? [snapshot.people()]) {
    for (const { directory, id, displayName, givenName, surname, addresses, groups } of piece) {
      const names = new Set([displayName, `${givenName ?? ''} ${surname ?? ''}`.trim()])
      const text = [...new Set([...names].map(searchText)), ...addresses].join('\n')
      const found = { ref: { directory, id }, order: foldName(displayName), text, at: 0 }
      people.push(found)
      for (const group of groups) {
        const key = personKey({ directory, id: group })
        const list = byGroup.get(key)
        if (list === undefined) byGroup.set(key, [found])
        else list.push(found)
      }
    }
    yield
  }
  people.sort(byPlace)
  people.forEach((found, at) => (found.at = at))
  yield
  const members = new Map<string, Uint32Array>()
  for (const [key, list] of byGroup) members.set(key, Uint32Array.from(list, ({ at }) => at).sort())
  yield
  return { snapshot, people, members, groups: [...foundGroups(snapshot)].sort(byPlace), trees: new Map() }
}

function* foundGroups(snapshot: PeopleSnapshot): Generator<FoundGroup> {
  for (const directory of snapshot.directoryNames()) {
    for (const { id, displayName } of snapshot.groups(directory)) {
      yield { ref: { directory, id }, displayName, order: foldName(displayName), text: searchText(displayName) }
    }
  }
}

const nobody = new Uint32Array()

function membersOf({ members }: Listing, group: PersonRef): Uint32Array {
  return members.get(personKey(group)) ?? nobody
}

function peopleIn(listing: Listing, group: PersonRef): FoundPerson[] {
  const found: FoundPerson[] = []
  for (const at of membersOf(listing, group)) {
    const one = listing.people[at]
    if (one !== undefined) found.push(one)
  }
  return found
}

/** Null where it is not known how groups hold each other. */
function treeOf({ snapshot, trees }: Listing, directory: string): GroupTree | null {
  let tree = trees.get(directory)
  if (tree === undefined) {
    const held = snapshot.heldGroups?.(directory)
    tree = held === undefined ? null : { held, top: topGroups(held), own: new Map() }
    trees.set(directory, tree)
  }
  return tree
}

function topGroups(held: GroupTree['held']): Set<string> {
  const top = new Set<string>()
  const reached = new Set<string>()
  const begin = (id: string): void => {
    top.add(id)
    const waiting = [id]
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (reached.has(at)) continue
      reached.add(at)
      waiting.push(...(held.get(at) ?? []))
    }
  }
  const inOthers = new Set([...held].flatMap(([holder, groups]) => groups.filter((id) => id !== holder)))
  for (const id of held.keys()) if (!inOthers.has(id)) begin(id)
  for (const id of held.keys()) if (!reached.has(id)) begin(id)
  return top
}

/** Whom a group holds itself: all of its people, unless some may come from groups that it holds. */
function ownPeople(
  listing: Listing,
  group: PersonRef,
  held: readonly string[],
  snapshot: PeopleSnapshot,
): readonly FoundPerson[] {
  if (held.length === 0) return peopleIn(listing, group)
  const known = treeOf(listing, group.directory)?.own
  let own = known?.get(group.id)
  if (own === undefined) {
    const ids = new Set(snapshot.ownPeople?.(group))
    own = peopleIn(listing, group).filter(({ ref }) => ids.has(ref.id))
    known?.set(group.id, own)
  }
  return own
}

function marksOf(listing: Listing, { snapshot, resolved, secondaries }: Index): Marks {
  const guarded = new Uint8Array(listing.people.length)
  for (const group of resolved.protectedGroups) for (const at of membersOf(listing, group)) guarded[at] = 1
  const mark = (refs: readonly PersonRef[], value: 0 | 1): void => {
    for (const ref of refs) {
      const at = placeOf(listing, ref, snapshot)
      if (at !== undefined) guarded[at] = value
    }
  }
  mark(resolved.protectedPeople, 1)
  mark(resolved.excluded, 0)
  const further = new Map<number, string>()
  for (const ref of resolved.people.flatMap(({ refs }) => refs)) {
    const at = placeOf(listing, ref, snapshot)
    const addresses = secondaries.get(personKey(ref)) ?? []
    if (at !== undefined && addresses.length > 0) further.set(at, addresses.join('\n').toLowerCase())
  }
  return { listing, resolved, guarded, further }
}

function placeOf({ people }: Listing, ref: PersonRef, snapshot: PeopleSnapshot): number | undefined {
  const person = snapshot.person(ref)
  if (person === undefined) return undefined
  const at = firstBehind(people, orderOf, [foldName(person.displayName), ref.directory, ref.id]) - 1
  return samePerson(people[at]?.ref ?? { directory: '', id: '' }, ref) ? at : undefined
}

function groupEntryOf({ ref, displayName }: FoundGroup, listing: Listing, index: Index): GroupEntry {
  const { length: people } = membersOf(listing, ref)
  return { ...ref, displayName, people, protected: index.protectedGroups.has(personKey(ref)) }
}

/** None if the person has gone. */
function entriesOf(ref: PersonRef, index: Index): PersonEntry[] {
  const person = index.snapshot.person(ref)
  return person === undefined ? [] : [entryOf(person, index)]
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

function orderOf({ order, ref }: Pick<FoundPerson, 'order' | 'ref'>): Order {
  return [order, ref.directory, ref.id]
}

/** The same order without an array for each of millions of comparisons. */
function byPlace(a: Pick<FoundPerson, 'order' | 'ref'>, b: Pick<FoundPerson, 'order' | 'ref'>): number {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1
  return compare(orderOf(a), orderOf(b))
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
