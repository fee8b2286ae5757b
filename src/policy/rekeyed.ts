/** People looked up as other rules would have them, over the keys that are stored. */

import type { Indexer, Lookup, Person, PersonRef } from '../model.ts'

/**
 * Gives the look-up that the rules of `after` would have, without making the keys of everybody anew: only those of the people given.
 * They have to hold everybody whose name either rules guard, or spell in further ways; all people, where the rules differ in their
 * additions to the name tables. A generator, so that its caller can let others of the process have their turn between two people.
 * @param base the look-up as it is now, whose keys `before` made
 * @param before null: it has no keys yet
 */
export function* rekeyed(
  base: () => Lookup,
  before: Indexer | null,
  after: Indexer,
  people: Iterable<Person>,
): Generator<undefined, Lookup> {
  const refs = new Map<string, PersonRef[]>()
  const counts = new Map<string, number>()
  for (const person of people) {
    const { directory, id } = person
    const now = after.keysOf(person)
    for (const key of new Set(now.refs)) {
      const found = refs.get(key)
      if (found === undefined) refs.set(key, [{ directory, id }])
      else found.push({ directory, id })
    }
    const was = new Set(before?.keysOf(person).tokens)
    const is = new Set(now.tokens)
    for (const token of is) if (!was.has(token)) counts.set(token, (counts.get(token) ?? 0) + 1)
    for (const token of was) if (!is.has(token)) counts.set(token, (counts.get(token) ?? 0) - 1)
    yield
  }
  return {
    byKey: (key, limit) => (refs.get(key) ?? []).slice(0, limit),
    tokenCount: (token) => base().tokenCount(token) + (counts.get(token) ?? 0),
    mayBear: (token) => base().mayBear(token) || (counts.get(token) ?? 0) > 0,
    byAddress: (address) => base().byAddress(address),
    person: (ref) => base().person(ref),
    isOwnDomain: (domain) => base().isOwnDomain(domain),
    ownDomains: (limit) => base().ownDomains(limit),
    ownDomainsByKey: (key) => base().ownDomainsByKey(key),
    directories: () => base().directories(),
  }
}
