/** What the pages about people share: what the server says of them, and how an edit is told. */

import { get } from './api.ts'
import { useLoaded } from './loaded.ts'
import type { Loaded } from './loaded.ts'
import { count, number } from './parts.tsx'
import type { DiffLine } from './parts.tsx'

export interface Person {
  readonly directory: string
  readonly id: string
  readonly displayName: string
  readonly addresses: readonly string[]
  readonly secondaryEmails: readonly string[]
  readonly groups: readonly string[]
  readonly protected: boolean
  /** Of 30 days. */
  readonly detections: number
}

/** A group or a person. */
export interface Target {
  readonly directory: string
  readonly id: string
}

/** What the directory says of somebody; null for whom no directory has any more. */
export function useKnown({ directory, id }: Target): Loaded<Person | null> {
  const path = `/directories/${encodeURIComponent(directory)}/people/${encodeURIComponent(id)}`
  return useLoaded(path, (signal) => get<Person>(path, signal).catch(() => null))
}

/** What an edit of the protection file did, or would do. */
export interface Edit {
  readonly changed: boolean
  readonly messages: readonly string[]
  readonly doubts: readonly string[]
  readonly diff: readonly DiffLine[]
  readonly force: string
  readonly faults: readonly string[]
}

/** Changes of whom to protect, and what they ask before. */
export interface Actions {
  protect(targets: readonly Target[], name: string): void
  unprotect(targets: readonly Target[], name: string): void
}

/** What is said behind "saved" where it is not in force at once. */
export function inForce({ force, faults }: Edit): string {
  if (force === 'refused') return ` The daemon keeps the rules it had: ${faults.join('; ')}`
  return force === 'later' ? ' It is in force once the daemon reads the file.' : ''
}

/** How many are protected, and by what the file names. */
export interface ProtectedBy {
  readonly people: number
  readonly groups: number
  readonly singly: number
}

/** `by 3 groups and 3 singly`; empty for nobody. */
export function protectedByWords({ groups, singly }: ProtectedBy): string {
  const parts = [
    ...(groups > 0 ? [`by ${count(groups, 'group')}`] : []),
    ...(singly > 0 ? [`${number(singly)} singly`] : []),
  ]
  return parts.join(' and ')
}

export function protectedWords(by: ProtectedBy): string {
  const words = protectedByWords(by)
  return `${count(by.people, 'person', 'people')} protected${words === '' ? '' : `, ${words}`}.`
}
