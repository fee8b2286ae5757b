/** Further addresses of people. */

import { canonicalAddress, withoutTag } from '../mail/address.ts'
import type { PersonRef } from '../model.ts'
import { compilePattern, isPattern } from './pattern.ts'
import { personKey } from './person-key.ts'
import type { ResolvedRules } from './rules.ts'

/** Secondary addresses that operators listed in the protection file, asked both ways: by person and by address. */
export interface SecondaryAddresses {
  /** Whether the canonical address (or it without its `+tag`) is a secondary one of the person. */
  has(person: PersonRef, canonical: string): boolean
  /** People who have the address literally as a secondary one (regular expressions are asked by person only). */
  owners(canonical: string): readonly PersonRef[]
}

const nobody: readonly PersonRef[] = []

/** Compiles the `secondaryEmails` of the protection file's people. */
export function compileSecondaries(resolved: ResolvedRules): SecondaryAddresses {
  const owners = new Map<string, PersonRef[]>()
  const patterns = new Map<string, ((address: string) => boolean)[]>()
  for (const { refs, rule } of resolved.people) {
    const tests = rule.secondaryEmails.filter(isPattern).map(compilePattern)
    for (const ref of refs) {
      const key = personKey(ref)
      if (tests.length > 0) patterns.set(key, [...(patterns.get(key) ?? []), ...tests])
    }
    for (const literal of rule.secondaryEmails.filter((text) => !isPattern(text))) {
      const address = canonicalAddress(literal)
      owners.set(address, [...(owners.get(address) ?? []), ...refs])
    }
  }
  const ownersOf = (canonical: string): readonly PersonRef[] =>
    owners.size === 0 ? nobody : (owners.get(canonical) ?? owners.get(withoutTag(canonical)) ?? nobody)
  return {
    has(person, canonical) {
      const key = personKey(person)
      if (ownersOf(canonical).some((owner) => personKey(owner) === key)) return true
      const tests = patterns.get(key)
      if (tests === undefined) return false
      const plain = withoutTag(canonical)
      return tests.some((test) => test(canonical) || (plain !== canonical && test(plain)))
    },
    owners: ownersOf,
  }
}
