/** A directory in memory, for tests and check --policy. */

import { domainOf } from '../mail/address.ts'
import type { DirectoryState, DirectoryView, Group, Indexer, Lookup, Person, PersonRef } from '../model.ts'
import { isOwnDomain } from './own-domains.ts'
import type { DomainCount } from './own-domains.ts'
import { personKey } from './person-key.ts'

/**
 * People and groups in memory, with what the store gives: for tests, for `check --policy`, and as the plain statement
 * of what a Lookup means. Costs memory in proportion to the directory; the daemon uses the store.
 */
interface MemoryDirectory extends DirectoryView {
  /** A Lookup whose keys the indexer gives; ask again after the rules changed. */
  index(indexer: Indexer): Lookup
}

const nobody: readonly PersonRef[] = []

/**
 * Builds the directory from people and groups of any number of directories.
 * @param states one for each directory that counts as loaded; without it, one for each directory that people name
 */
export function buildMemoryDirectory(
  people: Iterable<Person>,
  groups: Iterable<Group> = [],
  states?: readonly DirectoryState[],
): MemoryDirectory {
  const byRef = new Map<string, Person>()
  const byAddress = new Map<string, PersonRef[]>()
  const domainCounts = new Map<string, DomainCount>()
  for (const person of people) {
    byRef.set(personKey(person), person)
    for (const address of new Set(person.addresses)) push(byAddress, address, refOf(person))
    countDomains(person, domainCounts)
  }
  const ownDomains = new Set(
    [...domainCounts].filter(([, count]) => isOwnDomain(count, byRef.size)).map(([domain]) => domain),
  )
  const groupList = [...groups]
  const known = states ?? statesOf([...byRef.values()], groupList)
  const personOf = (ref: PersonRef): Person | undefined => byRef.get(personKey(ref))
  const ownersOf = (address: string): readonly PersonRef[] => byAddress.get(address) ?? nobody
  return {
    directoryNames: () => known.map((state) => state.name),
    groups: (directory) => groupList.filter((group) => group.directory === directory),
    people: (directory) => [...byRef.values()].filter((one) => directory === undefined || one.directory === directory),
    person: personOf,
    byAddress: ownersOf,
    index: (indexer) => {
      const keys = new Map<string, PersonRef[]>()
      const tokens = new Map<string, number>()
      const domains = new Map<string, string[]>()
      for (const person of byRef.values()) {
        const indexed = indexer.keysOf(person)
        for (const key of new Set(indexed.refs)) push(keys, key, refOf(person))
        for (const token of new Set(indexed.tokens)) tokens.set(token, (tokens.get(token) ?? 0) + 1)
      }
      for (const domain of ownDomains) {
        for (const key of new Set(indexer.domainKeys(domain))) push(domains, key, domain)
      }
      return {
        byKey: (key, limit) => (keys.get(key) ?? nobody).slice(0, limit),
        tokenCount: (token) => tokens.get(token) ?? 0,
        mayBear: (token) => tokens.has(token),
        byAddress: ownersOf,
        person: personOf,
        isOwnDomain: (domain) => ownDomains.has(domain),
        ownDomains: (limit) => (domainCounts.size > limit ? null : [...ownDomains]),
        ownDomainsByKey: (key) => domains.get(key) ?? [],
        directories: () => known,
      }
    },
  }
}

function countDomains(person: Person, counts: Map<string, DomainCount>): void {
  const primary = person.addresses[0]
  for (const domain of new Set(person.addresses.map(domainOf))) {
    const known = counts.get(domain) ?? { primary: 0, any: 0 }
    const isFirst = primary !== undefined && domainOf(primary) === domain
    counts.set(domain, { primary: known.primary + (isFirst ? 1 : 0), any: known.any + 1 })
  }
}

function statesOf(people: readonly Person[], groups: readonly Group[]): DirectoryState[] {
  const names = new Set([...people, ...groups].map((entry) => entry.directory))
  return [...names].map((name) => ({
    name,
    type: 'memory',
    lastSync: 0,
    people: people.filter((person) => person.directory === name).length,
    groups: groups.filter((group) => group.directory === name).length,
    error: null,
  }))
}

function refOf(person: Person): PersonRef {
  return { directory: person.directory, id: person.id }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
