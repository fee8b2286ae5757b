/** Rules resolved against people, as keys. */

import type { GroupMembers } from '../history/members.ts'
import type { LoadedProtection } from '../config/types.ts'
import type { MakeIndex } from '../directory/store/reindex.ts'
import type { DirectoryView } from '../model.ts'
import { compilePolicy, policyIndexer } from '../policy/compile.ts'
import type { Policy } from '../policy/compile.ts'
import { personKey } from '../policy/person-key.ts'
import { guardedPeople, resolveRules } from '../policy/protection.ts'
import type { ProtectionProblem, ResolvedRules } from '../policy/rules.ts'

/** What resolving the rules against the directories brought up besides the keys. */
export interface IndexFindings {
  readonly problems: readonly ProtectionProblem[]
  /** How many people's names are guarded. */
  readonly protectedPeople: number
}

/** The rules, resolved against the people that the store is about to hold, as the keys they are found by. */
export function indexMaker(protection: LoadedProtection, found: (findings: IndexFindings) => void): MakeIndex {
  let policy: Policy | null = null
  return (view) => {
    const { resolved, problems } = resolveRules(protection.rules, view)
    found({ problems, protectedPeople: guardedPeople(resolved, view).size })
    policy = compilePolicy(resolved, policy)
    return { indexer: policyIndexer(policy), resolved }
  }
}

/** The protected groups with their members, nested ones resolved. */
export function protectedGroups(resolved: ResolvedRules, view: DirectoryView): GroupMembers[] {
  const wanted = new Set(resolved.protectedGroups.map(personKey))
  const found: GroupMembers[] = []
  for (const directory of view.directoryNames()) {
    for (const { id, displayName, members } of wanted.size === 0 ? [] : view.groups(directory)) {
      if (!wanted.has(personKey({ directory, id }))) continue
      const named = members.map((one) => [one, view.person({ directory, id: one })?.displayName ?? one] as const)
      found.push({ directory, id, name: displayName, members: new Map(named) })
    }
  }
  return found
}

/** How many people the rules in force guard, and how many of them others would free. */
export function freedBy(
  protection: LoadedProtection,
  inForce: ResolvedRules,
  view: DirectoryView,
): { readonly guarded: number; readonly freed: number } {
  const before = guardedPeople(inForce, view)
  const after = guardedPeople(resolveRules(protection.rules, view).resolved, view)
  return { guarded: before.size, freed: [...before.keys()].filter((person) => !after.has(person)).length }
}
