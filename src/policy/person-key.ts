/** One string for one person. */

import type { PersonRef } from '../model.ts'

/** One string for a person among all directories; usable as a key of a Map. */
export function personKey(ref: PersonRef): string {
  return `${ref.directory}\u0000${ref.id}`
}

/** Whether two references mean the same directory entry. */
export function samePerson(a: PersonRef, b: PersonRef): boolean {
  return a.id === b.id && a.directory === b.directory
}

/** References without doubles, in their first order. */
export function uniqueRefs(refs: Iterable<PersonRef>): PersonRef[] {
  const seen = new Map<string, PersonRef>()
  for (const ref of refs) {
    const key = personKey(ref)
    if (!seen.has(key)) seen.set(key, { directory: ref.directory, id: ref.id })
  }
  return [...seen.values()]
}
