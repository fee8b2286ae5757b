import type { Group, Person } from '../../../src/model.ts'
import type { ProtectEntry, ProtectionRules } from '../../../src/policy/rules.ts'
import { defaultRules } from '../../default-rules.ts'

/** Rules as the protection file's defaults give them, with some replaced. */
export function rulesWith(part: Partial<ProtectionRules> = {}): ProtectionRules {
  return { ...defaultRules, ...part }
}

/** An entry of `protect` for directory `Staff`. */
export function entry(part: Partial<ProtectEntry>): ProtectEntry {
  return { directory: 'Staff', groups: [], users: [], exclude: [], ...part }
}

/** A person of directory `Staff` unless said otherwise; the addresses in canonical form, primary first. */
export function person(id: string, displayName: string, addresses: string[], part: Partial<Person> = {}): Person {
  const words = displayName.split(' ')
  return {
    directory: 'Staff',
    id,
    displayName,
    givenName: words.length > 1 ? (words[0] ?? null) : null,
    surname: words.length > 1 ? words.slice(1).join(' ') : null,
    addresses,
    groups: [],
    ...part,
  }
}

/** A group of directory `Staff` unless said otherwise. */
export function group(id: string, displayName: string, members: string[], directory = 'Staff'): Group {
  return { directory, id, displayName, members }
}
