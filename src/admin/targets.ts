/** The group or person that a word means. */

import { canonicalAddress } from '../mail/address.ts'
import { NamesakeError } from '../errors.ts'
import type { DirectoryView, Group, Person } from '../model.ts'
import { didYouMean } from '../policy/nearest.ts'
import { quote } from '../text.ts'
import { foldName as foldPersonName, hasWords, searchText, searchWords } from './search.ts'

/** What an operator means by a word on the command line: a group or a person of one directory. */
type Target = { readonly kind: 'group'; readonly group: Group } | { readonly kind: 'person'; readonly person: Person }

/** Groups and people looked at for suggestions, so that a typing mistake costs little in a large directory. */
const maxSuggestedFrom = 20_000

/** Names are compared as policy/protection compares them. */
export function foldName(name: string): string {
  return name.normalize('NFKC').replace(/\s+/gu, ' ').trim().toLowerCase()
}

/**
 * Finds the group (by name or id) or person (by any address or id, else by the whole name) meant.
 * @param within the only directory to look in; null for all
 * @throws NamesakeError input-invalid if there is none, or more than one, with who it could be
 */
export function findTarget(view: DirectoryView, who: string, within: string | null): Target {
  const people = peopleOf(view, who, within)
  const groups = groupsOf(view, who, within)
  const found = [
    ...groups.map((g) => `group ${g.id} of ${quote(g.directory)}`),
    ...people.map((p) => `person ${p.id} of ${quote(p.directory)}`),
  ]
  const [group] = groups
  const [person] = people
  if (found.length > 1 && !(group === undefined && isOnePersonEachDirectory(people))) {
    throw refusal(
      `${quote(who)} means more than one: ${found.slice(0, 10).join(', ')}; fix: give the id, or --directory`,
    )
  }
  if (group) return { kind: 'group', group }
  if (person) return { kind: 'person', person }
  const named = personByName(view, who, within)
  if (named) return { kind: 'person', person: named }
  throw refusal(`no directory has a group or person ${quote(who)}${hint(view, who, within, true)}`)
}

/**
 * Finds a person by any address or id, else by the whole name.
 * @throws NamesakeError input-invalid if there is none, or more than one, with who it could be
 */
export function findPerson(view: DirectoryView, who: string, within: string | null): Person {
  const people = peopleOf(view, who, within)
  const person = people[0] ?? personByName(view, who, within)
  if (!person) throw refusal(`no directory has a person ${quote(who)}${hint(view, who, within, false)}`)
  if (!isOnePersonEachDirectory(people)) {
    throw refusal(`${quote(who)} means more than one person: ${people.map((p) => p.id).join(', ')}; fix: give the id`)
  }
  return person
}

/** People listed where a name could mean several. */
const maxListed = 10

/**
 * The one person of a name, its words in any order, in any letters and case. Null if nobody's name has these words.
 * @throws NamesakeError input-invalid with who it could be, if more than one has that name, or only names that hold it are there
 */
function personByName(view: DirectoryView, who: string, within: string | null): Person | null {
  const words = searchWords(who)
  if (words.length === 0 || who.includes('@')) return null
  const exact: Person[] = []
  const near: Person[] = []
  const wanted = sortedWords(who)
  for (const directory of directoriesOf(view, within)) {
    for (const person of view.people(directory)) {
      if (!hasWords(searchText(person.displayName), words)) continue
      if (sortedWords(person.displayName) === wanted) exact.push(person)
      else if (near.length <= maxListed) near.push(person)
    }
  }
  const [one] = exact
  if (one !== undefined && isSamePerson(exact)) return one
  const could = exact.length > 0 ? exact : near
  if (could.length === 0) return null
  const listed = could.slice(0, maxListed).map((p) => `${quote(p.displayName)} (${p.addresses[0] ?? p.id})`)
  const more = could.length > maxListed ? ', and more' : ''
  throw refusal(`${quote(who)} could be ${listed.join(', ')}${more}; fix: give an address or the id`)
}

function sortedWords(name: string): string {
  return foldPersonName(name)
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .sort()
    .join(' ')
}

/** People of several directories who have an address in common are one person, known several times. */
function isSamePerson(people: readonly Person[]): boolean {
  const [first, ...others] = people
  return (
    isOnePersonEachDirectory(people) &&
    others.every((other) => other.addresses.some((address) => first?.addresses.includes(address)))
  )
}

export function refusal(message: string): NamesakeError {
  return new NamesakeError('input-invalid', message)
}

function directoriesOf(view: DirectoryView, within: string | null): readonly string[] {
  const names = view.directoryNames()
  if (names.length === 0) throw refusal('no directory is loaded yet; fix: run namesake sync first')
  if (within === null) return names
  if (!names.includes(within)) {
    throw refusal(`no directory ${quote(within)} is loaded; accepted: ${names.map(quote).join(', ')}`)
  }
  return [within]
}

/** The same address in two directories is one person, known twice. */
function isOnePersonEachDirectory(people: readonly Person[]): boolean {
  return new Set(people.map((person) => person.directory)).size === people.length
}

function peopleOf(view: DirectoryView, who: string, within: string | null): Person[] {
  const directories = directoriesOf(view, within)
  const refs = directories.map((directory) => ({ directory, id: who }))
  if (who.includes('@'))
    refs.push(...view.byAddress(canonicalAddress(who)).filter((r) => directories.includes(r.directory)))
  const people = refs.flatMap((ref) => view.person(ref) ?? [])
  return people.filter((p, i) => people.findIndex((q) => q.directory === p.directory && q.id === p.id) === i)
}

function groupsOf(view: DirectoryView, who: string, within: string | null): Group[] {
  const found: Group[] = []
  for (const directory of directoriesOf(view, within)) {
    for (const group of view.groups(directory)) {
      if (group.id === who) return [group]
      if (foldName(group.displayName) === foldName(who)) found.push(group)
    }
  }
  return found
}

function hint(view: DirectoryView, who: string, within: string | null, withGroups: boolean): string {
  const known = new Set<string>()
  for (const directory of directoriesOf(view, within)) {
    for (const group of view.groups(directory)) {
      if (withGroups) known.add(group.displayName)
      for (const id of group.members) {
        if (known.size >= maxSuggestedFrom) break
        for (const address of view.person({ directory, id })?.addresses ?? []) known.add(address)
      }
    }
  }
  return didYouMean(who, known)
}
