/** People made of what a source said, with groups resolved. */

import type { PersonFacts, Provider } from '../provider.ts'
import {
  attributesOfBytes,
  domainOfBytes,
  hashKey,
  hashOf,
  numberKey,
  packDomain,
  packNumbers,
  packPerson,
  personOfBytes,
  slotBounds,
  textKey,
} from './format.ts'
import type { EntityNumber, PersonRecord } from './format.ts'
import { addNumbers, PairBuffer, removeNumber } from './keys.ts'
import { targetsOf } from './snapshot.ts'
import type { Environment } from './environment.ts'
import type { Tables } from './tables.ts'

/** What a round did to the people. */
export interface PeopleTally {
  people: number
  added: number
  changed: number
  removed: number
}

/** Numbers of the groups above an entity, nested ones resolved: a cycle ends, a group without a record counts for nothing. */
export class GroupsAbove {
  readonly #tables: Tables
  readonly #slot: number
  readonly #above = new Map<EntityNumber, readonly EntityNumber[]>()

  constructor(tables: Tables, slot: number) {
    this.#tables = tables
    this.#slot = slot
  }

  /** Ascending. */
  groupsAbove(entity: EntityNumber): readonly EntityNumber[] {
    const direct = this.#parents(entity)
    if (direct.length === 0) return direct
    const all = new Set<EntityNumber>()
    for (const group of direct) for (const above of this.#withAbove(group)) all.add(above)
    return [...all].sort((a, b) => a - b)
  }

  /** A group and all above it; remembered, as a tenant has few groups and many members. */
  #withAbove(group: EntityNumber): readonly EntityNumber[] {
    const known = this.#above.get(group)
    if (known !== undefined) return known
    const seen = new Set([group])
    const waiting = [group]
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const parent of this.#parents(at)) {
        if (seen.has(parent)) continue
        seen.add(parent)
        waiting.push(parent)
      }
    }
    const above = [...seen]
    this.#above.set(group, above)
    return above
  }

  #parents(entity: EntityNumber): EntityNumber[] {
    const parents = targetsOf(this.#tables.memberOf, this.#slot, entity)
    return parents.filter((group) => this.#tables.groups.doesExist(numberKey(this.#slot, group)))
  }
}

/** Makes the record of one person from what the source said; undefined if there is none or it doesn't count. */
export function derivePerson(
  tables: Tables,
  provider: Provider,
  slot: number,
  number: EntityNumber,
  above: GroupsAbove,
): PersonRecord | undefined {
  const bytes = tables.attributes.getBinaryFast(numberKey(slot, number))
  if (bytes === undefined) return undefined
  const { id, attributes } = attributesOfBytes(bytes)
  const facts = provider.personOf(id, attributes)
  if (facts === null) return undefined
  const { displayName, givenName, surname } = facts
  const addresses = [...new Set(facts.addresses)]
  return { id, displayName, givenName, surname, addresses, groups: above.groupsAbove(number) }
}

/**
 * Makes the people of a fresh slot, their address index and their domains, in bounded transactions, comparing
 * with the slot that serves (null before the first sync). Nobody reads the slot yet.
 */
export async function deriveAll(
  environment: Environment,
  provider: Provider,
  slot: number,
  serving: number | null,
  progress: (people: number) => void,
): Promise<PeopleTally> {
  const { tables } = environment
  const tally: PeopleTally = { people: 0, added: 0, changed: 0, removed: 0 }
  const above = new GroupsAbove(tables, slot)
  const addresses = new PairBuffer()
  const domains = new Map<string, { primary: number; any: number }>()
  let isFirst = true
  const flush = async (): Promise<void> => {
    await addresses.flush(environment, (hash, numbers) => {
      const key = hashKey(slot, hash)
      if (isFirst) tables.addresses.putSync(key, packNumbers(numbers))
      else addNumbers(tables.addresses, key, numbers)
    })
    isFirst = false
  }
  const { end } = slotBounds(slot)
  for (let next = 0; ;) {
    const keys = [...tables.attributes.getKeys({ start: numberKey(slot, next), end, limit: 300 })]
    const last = keys.at(-1)
    if (last === undefined) break
    next = last.readUInt32BE(2) + 1
    await environment.writeLoose(() => {
      for (const key of keys) {
        const number = key.readUInt32BE(2)
        const person = derivePerson(tables, provider, slot, number, above)
        if (!provider.deltas) tables.attributes.removeSync(key)
        if (person === undefined) continue
        tables.people.putSync(key, packPerson(person))
        for (const hash of new Set(person.addresses.map(hashOf))) addresses.add(hash, number)
        for (const [domain, primary] of domainsOfPerson(person)) {
          const count = domains.get(domain) ?? { primary: 0, any: 0 }
          count.any++
          if (primary) count.primary++
          domains.set(domain, count)
        }
        tally.people++
        const before = serving === null ? undefined : personById(tables, serving, person.id)
        if (before === undefined) tally.added++
        else if (!sameFacts(before, person)) tally.changed++
      }
    })
    if (addresses.full) await flush()
    progress(tally.people)
  }
  await flush()
  await writeDomains(environment, slot, domains)
  return tally
}

function personById(tables: Tables, slot: number, id: string): PersonRecord | undefined {
  const number = tables.ids.getBinaryFast(textKey(slot, id))?.readUInt32LE(0)
  return number === undefined ? undefined : storedPerson(tables, slot, number)
}

export function storedPerson(tables: Tables, slot: number, number: EntityNumber): PersonRecord | undefined {
  const bytes = tables.people.getBinaryFast(numberKey(slot, number))
  return bytes === undefined ? undefined : personOfBytes(bytes)
}

export function sameFacts(a: PersonFacts, b: PersonFacts): boolean {
  return (
    a.displayName === b.displayName &&
    a.givenName === b.givenName &&
    a.surname === b.surname &&
    sameList(a.addresses, b.addresses)
  )
}

export function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i])
}

// DNS allows 253 octets; more would not be a key of the domain table's concern either.
const maxDomainBytes = 255

/** The domains of a person's addresses, each once, and whether it is that of the first address. */
function domainsOfPerson(person: PersonFacts): Map<string, boolean> {
  const domains = new Map<string, boolean>()
  person.addresses.forEach((address, i) => {
    const domain = address.slice(address.lastIndexOf('@') + 1)
    if (domain === '' || Buffer.byteLength(domain) > maxDomainBytes) return
    domains.set(domain, i === 0 || domains.get(domain) === true)
  })
  return domains
}

async function writeDomains(
  environment: Environment,
  slot: number,
  counts: Map<string, { primary: number; any: number }>,
): Promise<void> {
  const all = [...counts]
  for (let at = 0; at < all.length; at += 2000) {
    await environment.writeLoose(() => {
      for (const [domain, count] of all.slice(at, at + 2000)) {
        environment.tables.domains.putSync(textKey(slot, domain), packDomain(count))
      }
    })
  }
}

/**
 * Replaces one person's record in the serving slot, with addresses and domain counts. Within a transaction.
 * Gives the domains that were not there before.
 */
export function replacePerson(
  tables: Tables,
  slot: number,
  number: EntityNumber,
  before: PersonRecord | undefined,
  after: PersonRecord | undefined,
): string[] {
  const key = numberKey(slot, number)
  if (after === undefined) tables.people.removeSync(key)
  else tables.people.putSync(key, packPerson(after))
  const were = new Set(before?.addresses.map(hashOf))
  const are = new Set(after?.addresses.map(hashOf))
  for (const hash of were) if (!are.has(hash)) removeNumber(tables.addresses, hashKey(slot, hash), number)
  for (const hash of are) if (!were.has(hash)) addNumbers(tables.addresses, hashKey(slot, hash), [number])
  const fresh: string[] = []
  if (before !== undefined) for (const [domain, primary] of domainsOfPerson(before)) addDomain(domain, primary, -1)
  if (after !== undefined) for (const [domain, primary] of domainsOfPerson(after)) addDomain(domain, primary, 1)
  return fresh

  function addDomain(domain: string, primary: boolean, by: number): void {
    const at = textKey(slot, domain)
    const count = domainOfBytes(tables.domains.getBinaryFast(at))
    const any = count.any + by
    if (count.any === 0) fresh.push(domain)
    // A domain that nobody has any more is kept with zeros: it is no own domain, and its look-alike keys stay valid.
    tables.domains.putSync(at, packDomain({ primary: count.primary + (primary ? by : 0), any }))
  }
}
