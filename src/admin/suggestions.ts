/** Whom to protect as well: groups that hold many whose names are taken. */

import type { DirectoryView, HistoryOverview } from '../model.ts'
import { resolveRules } from '../policy/protection.ts'
import type { ProtectionRules } from '../policy/rules.ts'

/** So many impersonated people make a group worth a line. */
const minPeople = 3
const maxLines = 5

/** Groups that are not protected though the names of several of their people are taken, most first, in words. */
export function suggestGroups(
  impersonated: HistoryOverview['people'],
  view: DirectoryView,
  rules: ProtectionRules,
): string[] {
  const taken = new Map<string, Set<string>>()
  for (const { directory, person } of impersonated) {
    taken.set(directory, (taken.get(directory) ?? new Set()).add(person))
  }
  const { resolved } = resolveRules(rules, view)
  const isProtected = (directory: string, id: string): boolean =>
    resolved.protectedGroups.some((group) => group.directory === directory && group.id === id)
  const found: { line: string; hit: number }[] = []
  for (const [directory, people] of taken) {
    for (const group of view.groups(directory)) {
      if (isProtected(directory, group.id)) continue
      const hit = group.members.filter((id) => people.has(id)).length
      if (hit < minPeople) continue
      const line = `the names of ${hit} of ${group.members.length} people of group ${JSON.stringify(group.displayName)} are taken, and it is not protected: namesake protect ${JSON.stringify(group.displayName)}`
      found.push({ line, hit })
    }
  }
  return found.sort((a, b) => b.hit - a.hit).slice(0, maxLines).map(({ line }) => line) // prettier-ignore
}
