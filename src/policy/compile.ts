/** Rules made ready for judging. */

import { createHash } from 'node:crypto'
import { canonicalAddress, localPartOf, withoutTag } from '../mail/address.ts'
import type { Indexer, Person, PersonRef, Tier, TierActions } from '../model.ts'
import { keysVersion } from '../names/keys/key-texts.ts'
import { romanisedSpellings } from '../names/match/local-part.ts'
import { domainKeys } from '../names/match/look-alike-domain.ts'
import { readPersonNames } from '../names/person/person-name.ts'
import type { NameForms } from '../names/person/person-name.ts'
import { storedKeys } from '../names/keys/stored-keys.ts'
import { buildTables } from '../names/tables/tables.ts'
import type { NameTables } from '../names/tables/tables.ts'
import { compilePattern, isPattern } from './pattern.ts'
import { isPublicMailDomain } from './public-mail.ts'
import { personKey } from './person-key.ts'
import { strictest } from '../vocabulary.ts'
import type { ProtectionRules, ResolvedRules } from './rules.ts'
import { compileSenders } from './senders.ts'
import type { SenderTable } from './senders.ts'

/** Secondary addresses that operators listed in the protection file, asked both ways: by person and by address. */
interface SecondaryAddresses {
  /** Whether the canonical address (or it without its `+tag`) is a secondary one of the person. */
  has(person: PersonRef, canonical: string): boolean
  /** People who have the address literally as a secondary one (regular expressions are asked by person only). */
  owners(canonical: string): readonly PersonRef[]
}

/** The protection rules made ready for judging: every question about a person is a look-up. */
export interface Policy {
  readonly rules: ProtectionRules
  readonly tables: NameTables
  readonly senders: SenderTable
  readonly secondaries: SecondaryAddresses
  /** Fingerprint of all that decides the stored keys; see `Indexer`. */
  readonly fingerprint: string
  /** Whether the person's name is guarded: by group or by name, and not excluded. Exclusion wins. */
  protects(person: Person): boolean
  /** What to do about a detection, by tier: the person's setting, else the strictest of the groups', else the default. */
  actionsFor(person: Person): TierActions
  /** Which setting the action of a tier comes from, in words, groups by the names that the protection file has. */
  actionOrigin(person: Person, tier: Tier): string
  /** Whether a canonical address is among the person's secondary ones. */
  isSecondary(person: PersonRef, canonical: string): boolean
  /** All spellings of the person's name that are known, the directory's and the protection file's, cut into parts. */
  namesOf(person: Person): NameForms
  /** The same text for people whose names are spelt the same in every way that is known. */
  spellingOf(person: Person): string
}

/** Part of the fingerprint; raise it when keys change in a way that the data below does not show. */
const indexVersion = 3

/**
 * Compiles resolved rules. Never throws on rules that `config/` accepted; what resolves to nobody has no effect.
 * @param before an earlier policy, whose name tables serve again if the additions to them are the same (building them takes
 * some 20 ms)
 */
export function compilePolicy(resolved: ResolvedRules, before: Policy | null = null): Policy {
  const { rules } = resolved
  const protectedPeople = new Set(resolved.protectedPeople.map(personKey))
  const protectedGroups = new Set(resolved.protectedGroups.map(personKey))
  const excluded = new Set(resolved.excluded.map(personKey))
  const further = furtherNames(resolved)
  const personActions = actionsOfPeople(resolved)
  const groupActions = actionsOfGroups(resolved)
  const groupNames = namesOfGroups(resolved)
  const secondaries = compileSecondaries(resolved)
  const tables = before !== null && sameData(before.rules.names, rules.names) ? before.tables : buildTables(rules.names)

  const inProtectedGroup = (person: Person): boolean =>
    protectedGroups.size > 0 &&
    person.groups.some((id) => protectedGroups.has(personKey({ directory: person.directory, id })))

  const settingsOfGroups = (person: Person): readonly PartialActions[] =>
    groupActions.size === 0
      ? []
      : person.groups.flatMap((id) => groupActions.get(personKey({ directory: person.directory, id })) ?? [])

  return {
    rules,
    tables,
    senders: compileSenders(rules.trustedSenders, rules.presets),
    secondaries,
    fingerprint: rulesFingerprint(resolved),
    protects: (person) => {
      const key = personKey(person)
      return !excluded.has(key) && (protectedPeople.has(key) || inProtectedGroup(person))
    },
    actionOrigin: (person, tier) => {
      if (personActions.get(personKey(person))?.[tier] !== undefined) return "the person's own setting"
      const named = person.groups.flatMap((id) => {
        const key = personKey({ directory: person.directory, id })
        return groupActions.get(key)?.[tier] === undefined ? [] : (groupNames.get(key) ?? [])
      })
      const groups = [...new Set(named)].map((name) => JSON.stringify(name))
      if (groups.length > 1) return `the strictest setting of the groups ${groups.join(', ')}`
      return groups[0] === undefined ? 'the default' : `the setting of the group ${groups[0]}`
    },
    actionsFor: (person) => {
      const own = personActions.get(personKey(person))
      const ofGroups = settingsOfGroups(person)
      return {
        certain: choose('certain', own, ofGroups, rules.actions),
        likely: choose('likely', own, ofGroups, rules.actions),
      }
    },
    isSecondary: (person, canonical) => secondaries.has(person, canonical),
    spellingOf: (person) => {
      const name = `${person.displayName}\0${person.givenName ?? ''}\0${person.surname ?? ''}`
      const romanised = romanisedOf(person, tables).join('\0')
      const key = personKey(person)
      return further.has(key) ? `${name}\0${romanised}\0${key}` : `${name}\0${romanised}`
    },
    namesOf: (person) => {
      const { displayName, givenName, surname } = person
      const more = further.size === 0 ? noNames : (further.get(personKey(person)) ?? noNames)
      const names = { displayName, givenName, surname, further: [...more, ...romanisedOf(person, tables)] }
      return readPersonNames(names, tables)
    },
  }
}

/**
 * The indexer that the store writes keys with: look-up keys for protected people, name tokens for everyone (likeness
 * must know which near names belong to someone), look-alike keys for own domains.
 */
export function policyIndexer(policy: Policy): Indexer {
  return {
    fingerprint: policy.fingerprint,
    keysOf: (person) => {
      const keys = storedKeys(policy.namesOf(person), policy.tables, { initials: policy.rules.initials })
      return policy.protects(person)
        ? { refs: keys.refs, tokens: [...keys.tokens, ...keys.gates] }
        : { refs: [], tokens: keys.tokens }
    },
    domainKeys: (domain) => (isPublicMailDomain(domain) ? [] : domainKeys(domain)),
  }
}

const noNames: readonly string[] = []

/** The spellings of a name of another alphabet that the directory's own addresses tell. */
function romanisedOf({ displayName, addresses }: Person, tables: NameTables): string[] {
  return romanisedSpellings(displayName, addresses.map(localPartOf), tables)
}

type PartialActions = Partial<TierActions>

function choose(
  tier: keyof TierActions,
  own: PartialActions | undefined,
  groups: readonly PartialActions[],
  otherwise: TierActions,
): TierActions[keyof TierActions] {
  const ofPerson = own?.[tier]
  if (ofPerson !== undefined) return ofPerson
  const ofGroups = groups.map((actions) => actions[tier]).filter((action) => action !== undefined)
  return ofGroups.length > 0 ? strictest(ofGroups) : otherwise[tier]
}

function furtherNames(resolved: ResolvedRules): Map<string, readonly string[]> {
  const names = new Map<string, readonly string[]>()
  for (const { refs, rule } of resolved.people) {
    if (rule.names.length === 0) continue
    for (const ref of refs) names.set(personKey(ref), [...(names.get(personKey(ref)) ?? []), ...rule.names])
  }
  return names
}

/** A person named twice in the file gets the strictest of what both entries say. */
function actionsOfPeople(resolved: ResolvedRules): Map<string, PartialActions> {
  const settings = new Map<string, PartialActions>()
  for (const { refs, rule } of resolved.people) {
    for (const ref of refs) settings.set(personKey(ref), mergeStrict(settings.get(personKey(ref)), rule.actions))
  }
  return settings
}

function actionsOfGroups(resolved: ResolvedRules): Map<string, PartialActions> {
  const settings = new Map<string, PartialActions>()
  for (const { groups, actions } of resolved.groupActions) {
    for (const ref of groups) settings.set(personKey(ref), mergeStrict(settings.get(personKey(ref)), actions))
  }
  return settings
}

/** How the protection file calls the groups that it has actions for. */
function namesOfGroups({ groupActions, rules }: ResolvedRules): Map<string, readonly string[]> {
  const names = new Map<string, readonly string[]>()
  groupActions.forEach(({ groups }, index) => {
    const name = rules.groupActions[index]?.group ?? ''
    for (const ref of groups) names.set(personKey(ref), [...(names.get(personKey(ref)) ?? []), name])
  })
  return names
}

function mergeStrict(a: PartialActions | undefined, b: PartialActions): PartialActions {
  if (a === undefined) return b
  const merged: { -readonly [T in keyof TierActions]?: TierActions[T] } = { ...a }
  for (const tier of ['certain', 'likely'] as const) {
    const added = b[tier]
    if (added !== undefined) merged[tier] = strictest([added, ...(a[tier] === undefined ? [] : [a[tier]])])
  }
  return merged
}

function sameData(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** Hash of what decides keys: who is protected, further names, name tables, initials. Actions and senders leave it as it is. */
export function rulesFingerprint(resolved: ResolvedRules): string {
  const material = JSON.stringify([
    [indexVersion, keysVersion],
    sortedKeys(resolved.protectedGroups),
    sortedKeys(resolved.protectedPeople),
    sortedKeys(resolved.excluded),
    [...furtherNames(resolved)].sort(([a], [b]) => (a < b ? -1 : 1)),
    resolved.rules.names,
    resolved.rules.initials,
  ])
  return createHash('sha256').update(material).digest('base64url')
}

function sortedKeys(refs: readonly PersonRef[]): string[] {
  return refs.map(personKey).sort()
}

const nobody: readonly PersonRef[] = []

/** Compiles the `secondaryEmails` of the protection file's people. */
function compileSecondaries(resolved: ResolvedRules): SecondaryAddresses {
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
