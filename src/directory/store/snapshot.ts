/** One state of the store, as a Lookup. */

import type { DirectoryState, DirectoryView, Group, Lookup, Person, PersonRef } from '../../model.ts'
import { isOwnDomain } from '../../policy/own-domains.ts'
import type { Attributes } from '../provider.ts'
import {
  attributesOfBytes,
  domainOfBytes,
  groupOfBytes,
  hashOf,
  keyListOf,
  numberKey,
  numbersOf,
  pairKey,
  personOfBytes,
  secondOf,
  slotBounds,
  textKey,
  textOfKey,
} from './format.ts'
import type { DirectoryRecord, EntityNumber, MetaRecord } from './format.ts'
import type { KeyFilter } from './key-filter.ts'
import type { Table, Tables } from './tables.ts'

/** Where a snapshot finds a directory. */
export interface SlotPlace {
  readonly record: DirectoryRecord
  readonly slot: number
  /** Null while the keys are yet to be made. */
  readonly keySlot: number | null
}

/** A key slot with its filter, if it has one. */
interface KeyPlace {
  readonly place: SlotPlace
  readonly keySlot: number
  readonly filter: KeyFilter | null
}

const nobody: readonly StoredPerson[] = []

// People looked at lately, so that one found by several keys is decoded once. Bounded: memory stays flat.
const rememberedPeople = 2000
const rememberedGroups = 50_000

/**
 * The store as it stands at one moment, for one synchronous piece of work: a judgement, a resolution of rules.
 * Lmdb gives all reads between two turns of the event loop the same state, so it must not be kept across an
 * await; ask the store for another.
 */
export class Snapshot implements Lookup, DirectoryView {
  readonly #tables: Tables
  readonly #places: readonly SlotPlace[]
  readonly #keyPlaces: readonly KeyPlace[]
  readonly #states: readonly DirectoryState[]
  readonly #people = new Map<number, StoredPerson | null>()
  readonly #key = Buffer.alloc(8)
  readonly #groupIds = new Map<number, string | null>()

  /** @param filters of key slots; keys in slots without one are looked up, be they there or not */
  constructor(tables: Tables, places: readonly SlotPlace[], filters: ReadonlyMap<number, KeyFilter> = new Map()) {
    this.#tables = tables
    this.#places = places
    this.#keyPlaces = places.flatMap((place) => {
      const { keySlot } = place
      return keySlot === null ? [] : [{ place, keySlot, filter: filters.get(keySlot) ?? null }]
    })
    this.#states = places.map(({ record }) => stateOf(record))
  }

  byKey(key: string, limit: number): readonly PersonRef[] {
    const hash = hashOf(key)
    let found: StoredPerson[] | undefined
    for (const { place, keySlot, filter } of this.#keyPlaces) {
      if (filter?.mayHold(hash) === false) continue
      for (const number of numbersOf(this.#tables.keys.getBinaryFast(this.#keyOf(keySlot, hash)))) {
        if ((found ??= []).length >= limit) return found
        const person = this.personByNumber(place, number)
        if (person !== undefined) found.push(person)
      }
    }
    return found ?? nobody
  }

  tokenCount(token: string): number {
    const hash = hashOf(token)
    let count = 0
    for (const { keySlot, filter } of this.#keyPlaces) {
      if (filter?.mayHold(hash) === false) continue
      const bytes = this.#tables.tokens.getBinaryFast(this.#keyOf(keySlot, hash))
      if (bytes !== undefined) count += bytes.readUInt32LE(0)
    }
    return count
  }

  mayBear(token: string): boolean {
    const hash = hashOf(token)
    return this.#keyPlaces.some(({ keySlot, filter }) =>
      filter === null
        ? this.#tables.tokens.getBinaryFast(this.#keyOf(keySlot, hash)) !== undefined
        : filter.mayHold(hash),
    )
  }

  byAddress(address: string): readonly Person[] {
    const hash = hashOf(address)
    const found: Person[] = []
    for (const place of this.#places) {
      for (const number of numbersOf(this.#tables.addresses.getBinaryFast(this.#keyOf(place.slot, hash)))) {
        const person = this.personByNumber(place, number)
        if (person?.addresses.includes(address) === true) found.push(person)
      }
    }
    return found
  }

  person(ref: PersonRef): Person | undefined {
    if (ref instanceof StoredPerson && ref.snapshot === this) return ref
    const place = this.#place(ref.directory)
    if (place === undefined) return undefined
    const number = this.#tables.ids.getBinaryFast(textKey(place.slot, ref.id))?.readUInt32LE(0)
    return number === undefined ? undefined : this.personByNumber(place, number)
  }

  isOwnDomain(domain: string): boolean {
    return this.#places.some(({ slot, record }) => {
      const bytes = this.#tables.domains.getBinaryFast(textKey(slot, domain))
      return bytes !== undefined && isOwnDomain(domainOfBytes(bytes), record.people)
    })
  }

  ownDomains(limit: number): readonly string[] | null {
    const found = new Set<string>()
    let seen = 0
    for (const { slot, record } of this.#places) {
      for (const { key, value } of this.#tables.domains.getRange({ ...slotBounds(slot), limit: limit + 1 - seen })) {
        if (++seen > limit) return null
        if (isOwnDomain(domainOfBytes(value), record.people)) found.add(textOfKey(key))
      }
    }
    return [...found]
  }

  ownDomainsByKey(key: string): readonly string[] {
    const hash = hashOf(key)
    const found = new Set<string>()
    for (const { keySlot } of this.#places) {
      const bytes = keySlot === null ? undefined : this.#tables.domainKeys.getBinaryFast(this.#keyOf(keySlot, hash))
      const domains = bytes === undefined ? [] : bytes.toString('utf8', 0, bytes.length).split('\n')
      for (const domain of domains) if (this.isOwnDomain(domain)) found.add(domain)
    }
    return [...found]
  }

  directories(): readonly DirectoryState[] {
    return this.#states
  }

  directoryNames(): readonly string[] {
    return this.#places.map(({ record }) => record.name)
  }

  /** The groups of one directory; their members are looked up when first asked for. */
  *groups(directory: string): Iterable<Group> {
    const place = this.#place(directory)
    if (place === undefined) return
    for (const { key, value } of this.#tables.groups.getRange(slotBounds(place.slot))) {
      const { id, displayName } = groupOfBytes(value)
      yield new StoredGroup(this, place, key.readUInt32BE(2), id, displayName)
    }
  }

  /** All people, directory by directory or of one. */
  *people(directory?: string): Iterable<Person> {
    for (const place of this.#places) {
      if (directory !== undefined && place.record.name !== directory) continue
      for (const { key, value } of this.#tables.people.getRange(slotBounds(place.slot))) {
        yield this.#stored(place, key.readUInt32BE(2), value)
      }
    }
  }

  /** Another text for other people and groups, and the same after a synchronisation that found nothing new. */
  get contents(): string {
    return this.#places
      .map(({ record }) => `${record.name}\0${record.slot} ${record.contents ?? record.version} ${record.lastFull}`)
      .join('\n')
  }

  /** All people, some hundred at a time. Each piece is read when it is asked for, so that an await may stand between two. */
  *peopleInPieces(): Generator<readonly Person[]> {
    for (const place of this.#places) {
      const { end } = slotBounds(place.slot)
      for (let next = 0; ;) {
        const range = this.#tables.people.getRange({ start: numberKey(place.slot, next), end, limit: 250 })
        const people = [...range].map(({ key, value }) => this.#stored(place, key.readUInt32BE(2), value))
        const last = people.at(-1)
        if (last === undefined) break
        yield people
        next = last.number + 1
      }
    }
  }

  /** Ids of the groups that each group holds itself, by its id. Looks at groups, not at their people. */
  heldGroups(directory: string): ReadonlyMap<string, readonly string[]> {
    const place = this.#place(directory)
    const held = new Map<string, string[]>()
    if (place === undefined) return held
    const ids = new Map<EntityNumber, string>()
    for (const { key, value } of this.#tables.groups.getRange(slotBounds(place.slot))) {
      const { id } = groupOfBytes(value)
      ids.set(key.readUInt32BE(2), id)
      held.set(id, [])
    }
    for (const [number, id] of ids) {
      for (const holder of targetsOf(this.#tables.memberOf, place.slot, number)) {
        held.get(ids.get(holder) ?? '')?.push(id)
      }
    }
    return held
  }

  /** Ids of the people whom a group holds itself, not through another one. */
  ownPeople(group: PersonRef): readonly string[] {
    const place = this.#place(group.directory)
    const number = place && this.#tables.ids.getBinaryFast(textKey(place.slot, group.id))?.readUInt32LE(0)
    if (place === undefined || number === undefined) return []
    return targetsOf(this.#tables.members, place.slot, number).flatMap(
      (member) => this.personByNumber(place, member)?.id ?? [],
    )
  }

  /** How many spelling keys lead to a person; 0 unless protected. For explanations and the bench. */
  keyCount(ref: PersonRef): number {
    const place = this.#place(ref.directory)
    const number = place && this.#tables.ids.getBinaryFast(textKey(place.slot, ref.id))?.readUInt32LE(0)
    if (place === undefined || place.keySlot === null || number === undefined) return 0
    return keyListOf(this.#tables.keyLists.getBinaryFast(numberKey(place.keySlot, number))).refs.length
  }

  /** What the source said of a person, in its own words. */
  attributes(ref: PersonRef): Attributes | undefined {
    const place = this.#place(ref.directory)
    const number = place && this.#tables.ids.getBinaryFast(textKey(place.slot, ref.id))?.readUInt32LE(0)
    if (place === undefined || number === undefined) return undefined
    const bytes = this.#tables.attributes.getBinaryFast(numberKey(place.slot, number))
    return bytes === undefined ? undefined : attributesOfBytes(bytes).attributes
  }

  /** For the store's own parts: a person by number. */
  personByNumber(place: SlotPlace, number: EntityNumber): StoredPerson | undefined {
    const memory = place.slot * 2 ** 32 + number
    const known = this.#people.get(memory)
    if (known !== undefined) return known ?? undefined
    const bytes = this.#tables.people.getBinaryFast(numberKey(place.slot, number))
    const person = bytes === undefined ? null : this.#stored(place, number, bytes)
    if (this.#people.size >= rememberedPeople) this.#people.clear()
    this.#people.set(memory, person)
    return person ?? undefined
  }

  /** Ids of people below a group, nested groups resolved; a cycle ends. */
  membersOf(place: SlotPlace, group: EntityNumber): string[] {
    const seen = new Set<EntityNumber>([group])
    const waiting = [group]
    const ids: string[] = []
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const member of targetsOf(this.#tables.members, place.slot, at)) {
        if (seen.has(member)) continue
        seen.add(member)
        const person = this.personByNumber(place, member)
        if (person !== undefined) ids.push(person.id)
        else if (this.#groupId(place.slot, member) !== null) waiting.push(member)
      }
    }
    return ids
  }

  #stored(place: SlotPlace, number: EntityNumber, bytes: Buffer): StoredPerson {
    const { groups, ...facts } = personOfBytes(bytes)
    const groupIds = groups.map((group) => this.#groupId(place.slot, group)).filter((id) => id !== null)
    return new StoredPerson(this, place.record.name, number, { ...facts, groups: groupIds })
  }

  #groupId(slot: number, number: EntityNumber): string | null {
    const memory = slot * 2 ** 32 + number
    const known = this.#groupIds.get(memory)
    if (known !== undefined) return known
    const bytes = this.#tables.groups.getBinaryFast(numberKey(slot, number))
    const id = bytes === undefined ? null : groupOfBytes(bytes).id
    if (this.#groupIds.size >= rememberedGroups) this.#groupIds.clear()
    this.#groupIds.set(memory, id)
    return id
  }

  /** As `hashKey`, in one buffer for all reads: lmdb copies the key that it reads by. */
  #keyOf(slot: number, hash: number): Buffer {
    const key = this.#key
    const high = Math.floor(hash / 2 ** 32)
    key[0] = slot >>> 8
    key[1] = slot
    key[2] = high >>> 8
    key[3] = high
    key[4] = hash >>> 24
    key[5] = hash >>> 16
    key[6] = hash >>> 8
    key[7] = hash
    return key
  }

  #place(directory: string): SlotPlace | undefined {
    return this.#places.find(({ record }) => record.name === directory)
  }
}

/** A person of a snapshot: a reference that is already looked up. */
export class StoredPerson implements Person {
  readonly directory: string
  readonly id: string
  readonly displayName: string
  readonly givenName: string | null
  readonly surname: string | null
  readonly addresses: readonly string[]
  readonly groups: readonly string[]
  readonly #snapshot: Snapshot
  readonly #number: EntityNumber

  constructor(snapshot: Snapshot, directory: string, number: EntityNumber, facts: Omit<Person, 'directory'>) {
    this.directory = directory
    this.id = facts.id
    this.displayName = facts.displayName
    this.givenName = facts.givenName
    this.surname = facts.surname
    this.addresses = facts.addresses
    this.groups = facts.groups
    this.#snapshot = snapshot
    this.#number = number
  }

  get snapshot(): Snapshot {
    return this.#snapshot
  }

  get number(): EntityNumber {
    return this.#number
  }
}

class StoredGroup implements Group {
  readonly directory: string
  readonly id: string
  readonly displayName: string
  readonly #snapshot: Snapshot
  readonly #place: SlotPlace
  readonly #number: EntityNumber
  #members: readonly string[] | undefined

  constructor(snapshot: Snapshot, place: SlotPlace, number: EntityNumber, id: string, displayName: string) {
    this.directory = place.record.name
    this.id = id
    this.displayName = displayName
    this.#snapshot = snapshot
    this.#place = place
    this.#number = number
  }

  get members(): readonly string[] {
    this.#members ??= this.#snapshot.membersOf(this.#place, this.#number)
    return this.#members
  }
}

/** Second numbers of the edges that start at a number. */
export function targetsOf(edges: Table, slot: number, from: EntityNumber): EntityNumber[] {
  const keys = edges.getKeys({ start: pairKey(slot, from, 0), end: numberKey(slot, from + 1) })
  return [...keys].map(secondOf)
}

/** The directories of a meta record that have been loaded, in the order of their names. */
export function placesOf(meta: MetaRecord): SlotPlace[] {
  const places: SlotPlace[] = []
  for (const record of meta.directories) {
    if (record.slot !== null) places.push({ record, slot: record.slot, keySlot: record.keySlot })
  }
  return places
}

function stateOf(record: DirectoryRecord): DirectoryState {
  const { name, type, lastSync, people, groups, error } = record
  return { name, type, lastSync, people, groups, error }
}
