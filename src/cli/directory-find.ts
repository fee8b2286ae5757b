/** Directory: people and groups that a query finds. */

import type { Store } from '../directory/store/store.ts'
import { canonicalAddress } from '../mail/address.ts'
import type { Group, Person } from '../model.ts'
import { compilePolicy } from '../policy/compile.ts'
import { resolveRules } from '../policy/protection.ts'
import type { ProtectionProblem, ProtectionRules, ResolvedRules } from '../policy/rules.ts'

/** A person as `directory --json --people` prints one. */
export interface Marked {
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

/** A group as `directory --json --groups` prints one. */
export interface MarkedGroup {
  readonly directory: string
  readonly id: string
  readonly displayName: string
  /** Ids of people, nested groups resolved. */
  readonly members: readonly string[]
  readonly protected: boolean
}

/** People and groups of the store with what the protection file says of them. Valid until the next await. */
export interface MarkedView {
  /** What in the file means nobody. */
  readonly problems: readonly ProtectionProblem[]
  people(): Iterable<Marked>
  groups(): Iterable<MarkedGroup>
  personById(directory: string, id: string): Marked | undefined
}

/** Marks by the file as it stands, as an edit that no daemon has taken over yet is to be seen too. */
export function markedView(store: Store, rules: ProtectionRules): MarkedView {
  const snapshot = store.snapshot()
  const { resolved, problems } = resolveRules(rules, snapshot)
  const policy = compilePolicy(resolved)
  const secondaries = secondaryEmails(resolved)
  const guardedGroups = new Set(resolved.protectedGroups.map(keyOf))
  const mark = (person: Person): Marked => ({
    directory: person.directory,
    id: person.id,
    displayName: person.displayName,
    givenName: person.givenName,
    surname: person.surname,
    addresses: person.addresses,
    secondaryEmails: secondaries.get(keyOf(person)) ?? [],
    groups: person.groups,
    protected: policy.protects(person),
  })
  const markGroup = (group: Group): MarkedGroup => ({
    directory: group.directory,
    id: group.id,
    displayName: group.displayName,
    members: group.members,
    protected: guardedGroups.has(keyOf(group)),
  })
  return {
    problems,
    *people() {
      for (const person of snapshot.people()) yield mark(person)
    },
    *groups() {
      for (const name of snapshot.directoryNames()) for (const group of snapshot.groups(name)) yield markGroup(group)
    },
    personById: (directory, id) => {
      const person = snapshot.person({ directory, id })
      return person === undefined ? undefined : mark(person)
    },
  }
}

/** People whose name or any address holds the query, or whose id it is; all without a query. By name. */
export function findPeople(view: MarkedView, query: string | undefined): Marked[] {
  const wanted = query === undefined ? '' : folded(query)
  const address = canonicalAddress(query ?? '')
  const found: Marked[] = []
  for (const person of view.people()) {
    const { displayName, givenName, surname, addresses, secondaryEmails: further } = person
    const texts = [displayName, `${givenName ?? ''} ${surname ?? ''}`, ...addresses, ...further]
    const holds = query === undefined || person.id === query || texts.some((text) => folded(text).includes(wanted))
    if (holds || addresses.includes(address)) found.push(person)
  }
  return found.sort((a, b) => a.displayName.localeCompare(b.displayName, 'en'))
}

/** Groups whose name holds the query (`exact`: is the query, or whose id is); all without a query. By name. */
export function findGroups(view: MarkedView, query: string | undefined, exact: boolean): MarkedGroup[] {
  const wanted = query === undefined ? '' : folded(query)
  const found: MarkedGroup[] = []
  for (const group of view.groups()) {
    const name = folded(group.displayName)
    const holds = exact ? name === wanted : name.includes(wanted)
    if (holds || group.id === query) found.push(group)
  }
  return found.sort((a, b) => a.displayName.localeCompare(b.displayName, 'en'))
}

/** Without case, accents and surplus white space: what an operator types. */
function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim()
}

function secondaryEmails(rules: ResolvedRules): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { refs, rule } of rules.people) {
    for (const ref of refs) found.set(keyOf(ref), [...(found.get(keyOf(ref)) ?? []), ...rule.secondaryEmails])
  }
  return found
}

function keyOf(entry: { readonly directory: string; readonly id: string }): string {
  return `${entry.directory}\0${entry.id}`
}
