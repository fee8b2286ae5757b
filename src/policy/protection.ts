/**
 * Names that operators write, resolved into people and groups.
 *
 * The protection file names groups and people as operators know them; here each name becomes a reference into a
 * directory, or a problem with the nearest names. A problem never unprotects anyone else: the rest resolves.
 */

import { canonicalAddress } from '../mail/address.ts'
import type { DirectoryView, PersonRef } from '../model.ts'
import { didYouMean, nearest } from './nearest.ts'
import { personKey, uniqueRefs } from './person-key.ts'
import { presetNames } from './presets.ts'
import type {
  GroupActions,
  PersonRule,
  ProtectEntry,
  ProtectionProblem,
  ProtectionRules,
  ResolvedRules,
} from './rules.ts'

/** What `resolveRules` gives: the rules to work by, and what in them means nobody. */
interface Resolution {
  readonly resolved: ResolvedRules
  readonly problems: readonly ProtectionProblem[]
}

/**
 * Resolves groups (object id, else display name without case), users and people (any address, else object id).
 * Pure and repeatable: the same rules and directories give the same result, in the same order.
 */
export function resolveRules(rules: ProtectionRules, view: DirectoryView): Resolution {
  const resolver = new Resolver(view)
  const protectedGroups: PersonRef[] = []
  const protectedPeople: PersonRef[] = []
  const excluded: PersonRef[] = []
  rules.protect.forEach((entry, i) => {
    const found = resolver.entry(entry, ['protect', i])
    protectedGroups.push(...found.groups)
    protectedPeople.push(...found.users)
    excluded.push(...found.exclude)
  })
  const people = rules.people.map((rule) => resolver.personRule(rule, ['people', rule.who]))
  const groupActions = rules.groupActions.map((entry) => resolver.groupSetting(entry, ['groupActions', entry.group]))
  rules.presets.forEach((name, i) => resolver.preset(name, ['presets', i]))
  return {
    resolved: {
      rules,
      protectedGroups: uniqueRefs(protectedGroups),
      protectedPeople: uniqueRefs(protectedPeople),
      excluded: uniqueRefs(excluded),
      people,
      groupActions,
    },
    problems: resolver.problems,
  }
}

/** Whose names the rules guard, by `personKey`; an exclusion wins. */
export function guardedPeople(resolved: ResolvedRules, view: DirectoryView): Map<string, PersonRef> {
  const guarded = new Map(resolved.protectedPeople.map((ref) => [personKey(ref), ref]))
  for (const directory of view.directoryNames()) {
    const wanted = new Set(resolved.protectedGroups.filter((g) => g.directory === directory).map((g) => g.id))
    if (wanted.size === 0) continue
    for (const group of view.groups(directory)) {
      if (!wanted.has(group.id)) continue
      for (const id of group.members) guarded.set(personKey({ directory, id }), { directory, id })
    }
  }
  for (const ref of resolved.excluded) guarded.delete(personKey(ref))
  return guarded
}

type Path = readonly (string | number)[]

/** People looked at for suggestions, so that a typing mistake in a large tenant costs little. */
const maxSearched = 5000

class Resolver {
  readonly problems: ProtectionProblem[] = []
  readonly #view: DirectoryView
  readonly #directories: readonly string[]
  readonly #groupLists = new Map<string, GroupIndex>()
  #knownAddresses: string[] | null = null

  constructor(view: DirectoryView) {
    this.#view = view
    this.#directories = view.directoryNames()
  }

  entry(entry: ProtectEntry, path: Path): { groups: PersonRef[]; users: PersonRef[]; exclude: PersonRef[] } {
    if (!this.#directories.includes(entry.directory)) {
      const hint =
        didYouMean(entry.directory, this.#directories) ||
        '; it is not in namesake.yaml, or it was never synchronised: none of these groups and users is protected yet'
      this.#problem([...path, 'directory'], `no directory ${quote(entry.directory)} is loaded${hint}`)
      return { groups: [], users: [], exclude: [] }
    }
    const within = [entry.directory]
    return {
      groups: entry.groups.flatMap((name, i) => this.#groups(name, within, [...path, 'groups', i])),
      users: entry.users.flatMap((who, i) => this.#people(who, within, [...path, 'users', i])),
      exclude: entry.exclude.flatMap((who, i) => this.#people(who, within, [...path, 'exclude', i])),
    }
  }

  personRule(rule: PersonRule, path: Path): { refs: readonly PersonRef[]; rule: PersonRule } {
    return { refs: this.#people(rule.who, this.#directories, path), rule }
  }

  groupSetting(setting: GroupActions, path: Path): ResolvedRules['groupActions'][number] {
    return { groups: this.#groups(setting.group, this.#directories, path), actions: setting.actions }
  }

  preset(name: string, path: Path): void {
    if (presetNames.includes(name)) return
    this.#problem(path, `no preset ${quote(name)}; known are ${presetNames.join(', ')}`)
  }

  /** Groups of a name: one per directory; several of one directory are ambiguous and none of them counts. */
  #groups(name: string, within: readonly string[], path: Path): PersonRef[] {
    const found: PersonRef[] = []
    for (const directory of within) {
      const index = this.#groupIndex(directory)
      const byId = index.byId.get(name)
      const named = byId ? [byId] : (index.byName.get(foldName(name)) ?? [])
      if (named.length > 1) {
        const ids = named.slice(0, 5).map((group) => group.id)
        this.#problem(
          path,
          `${named.length} groups of ${quote(directory)} are called ${quote(name)}: write one of their ids (${ids.join(', ')})`,
        )
        return []
      }
      found.push(...named)
    }
    if (found.length === 0) {
      const names = within.flatMap((directory) => this.#groupIndex(directory).names)
      this.#problem(path, `no group ${quote(name)} in ${inWords(within)}${didYouMean(name, names)}`)
    }
    return found
  }

  /** People of an address or id: the same address in two directories is one person twice, in one directory a fault. */
  #people(who: string, within: readonly string[], path: Path): PersonRef[] {
    const byId = within.filter((directory) => this.#view.person({ directory, id: who }) !== undefined)
    const found = byId.length > 0 ? byId.map((directory) => ({ directory, id: who })) : this.#byAddress(who, within)
    if (found.length === 0) {
      this.#problem(
        path,
        `no person of ${inWords(within)} has the address or id ${quote(who)}${this.#suggestAddress(who)}`,
      )
      return []
    }
    for (const directory of within) {
      const here = found.filter((ref) => ref.directory === directory)
      if (here.length > 1) {
        const ids = here.slice(0, 5).map((ref) => ref.id)
        this.#problem(
          path,
          `${here.length} people of ${quote(directory)} have the address ${quote(who)}: write one of their ids (${ids.join(', ')})`,
        )
        return []
      }
    }
    return found
  }

  #byAddress(who: string, within: readonly string[]): PersonRef[] {
    if (!who.includes('@')) return []
    return uniqueRefs(this.#view.byAddress(canonicalAddress(who))).filter((ref) => within.includes(ref.directory))
  }

  #suggestAddress(who: string): string {
    this.#knownAddresses ??= this.#collectAddresses()
    const near = nearest(who, this.#knownAddresses)
    return near.length === 0 ? '' : `; did you mean ${near.map(quote).join(' or ')}?`
  }

  /** Addresses of people in groups: a DirectoryView lists people only through groups, which is enough for a hint. */
  #collectAddresses(): string[] {
    const addresses: string[] = []
    let looked = 0
    for (const directory of this.#directories) {
      for (const group of this.#view.groups(directory)) {
        for (const id of group.members) {
          if (++looked > maxSearched) return addresses
          addresses.push(...(this.#view.person({ directory, id })?.addresses ?? []))
        }
      }
    }
    return addresses
  }

  #groupIndex(directory: string): GroupIndex {
    const known = this.#groupLists.get(directory)
    if (known) return known
    const index: GroupIndex = { byId: new Map(), byName: new Map(), names: [] }
    for (const group of this.#view.groups(directory)) {
      const ref = { directory, id: group.id } // not the group itself: its members may be many
      index.byId.set(group.id, ref)
      index.names.push(group.displayName)
      const name = foldName(group.displayName)
      const same = index.byName.get(name)
      if (same) same.push(ref)
      else index.byName.set(name, [ref])
    }
    this.#groupLists.set(directory, index)
    return index
  }

  #problem(path: Path, message: string): void {
    this.problems.push({ path, message })
  }
}

interface GroupIndex {
  readonly byId: Map<string, PersonRef>
  readonly byName: Map<string, PersonRef[]>
  readonly names: string[]
}

function foldName(name: string): string {
  return name.normalize('NFKC').replace(/\s+/gu, ' ').trim().toLowerCase()
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text)
}

function inWords(directories: readonly string[]): string {
  if (directories.length === 0) return 'any directory (none is loaded)'
  if (directories.length === 1) return `directory ${quote(directories[0] ?? '')}`
  return `the directories ${directories.map(quote).join(', ')}`
}
