/** Whom to protect as well: groups that hold many whose names are taken, people who left a protected group. */

import type { DirectoryView, FormerMember, HistoryOverview, Person } from '../model.ts'
import type { Store } from '../directory/store/store.ts'
import { resolveRules } from '../policy/protection.ts'
import type { ProtectionRules } from '../policy/rules.ts'
import type { HistoryReader } from '../ports.ts'
import { count } from '../text.ts'
import { policyBy } from './replay/people.ts'

/** So many impersonated people make a group worth a line. */
const minPeople = 3
const maxLines = 5

/** What came and who left in this time counts. */
const lookBackMs = 90 * 86_400_000

/** Whom to protect as well, in words; nobody is by itself. */
export async function suggestions(
  history: HistoryReader,
  store: Store,
  rules: ProtectionRules,
  now: number,
): Promise<string[]> {
  const view = store.snapshot()
  const { policy } = policyBy(store, rules)
  const { people } = await history.overview(now - lookBackMs, now)
  return [
    ...suggestGroups(people, view, rules),
    ...suggestFormer(history.formerMembers(now - lookBackMs), view, (person) => policy.protects(person), now),
  ]
}

/** Groups that are not protected though the names of several of their people are taken, most first, in words. */
function suggestGroups(impersonated: HistoryOverview['people'], view: DirectoryView, rules: ProtectionRules): string[] {
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

/**
 * People who left a protected group and are not protected any more, the latest first, in words. Mail in the name of somebody who
 * has just left is believed more than most.
 */
function suggestFormer(
  former: readonly FormerMember[],
  view: DirectoryView,
  isProtected: (person: Person) => boolean,
  now: number,
): string[] {
  const lines: string[] = []
  for (const { directory, person: id, name, group, at } of former) {
    const person = view.person({ directory, id })
    if (person !== undefined && isProtected(person)) continue
    const days = Math.floor((now - at) / 86_400_000)
    const when = days === 0 ? 'today' : `${count(days, 'day', 'days')} ago`
    const fix = person === undefined ? 'no directory has them any more' : `namesake protect ${JSON.stringify(id)}`
    lines.push(
      `${JSON.stringify(name)} left the protected group ${JSON.stringify(group)} ${when} and is not protected: ${fix}`,
    )
  }
  return lines.slice(0, maxLines)
}
