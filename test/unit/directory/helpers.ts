import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DirectoryView, Indexer, Person } from '../../../src/model.ts'
import type { ResolvedRules } from '../../../src/policy/rules.ts'
import type { Attributes, SourceChange, PersonFacts, Provider, ReadStep } from '../../../src/directory/provider.ts'
import type { RoundOutcome } from '../../../src/directory/store/round.ts'
import { Environment } from '../../../src/directory/store/environment.ts'
import type { MakeIndex } from '../../../src/directory/store/reindex.ts'
import { Store } from '../../../src/directory/store/store.ts'
import type { Tables } from '../../../src/directory/store/tables.ts'

/** A temporary folder that the test's end removes. */
export function temporaryFolder(t: { teardown(done: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'namesake-store-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A store that the test's end closes. */
export function openStore(
  t: { teardown(done: () => void | Promise<void>): void },
  path: string,
  readOnly = false,
): Store {
  const store = Store.open({ path, readOnly })
  t.teardown(() => store.close())
  return store
}

/** A provider that says what it is told to say. */
export class ScriptedProvider implements Provider {
  readonly name: string
  readonly type = 'scripted'
  fingerprint = 'a'
  readonly deltas = true
  steps: readonly ReadStep[] = []

  constructor(name = 'People') {
    this.name = name
  }

  async *read(): AsyncIterable<ReadStep> {
    yield* this.steps
  }

  personOf(_id: string, attributes: Attributes): PersonFacts | null {
    return factsOf(attributes)
  }
}

export function factsOf(attributes: Attributes): PersonFacts | null {
  const { displayName, mail, others, hidden } = attributes
  if (typeof displayName !== 'string' || hidden === true) return null
  const addresses = [mail, ...(Array.isArray(others) ? (others as string[]) : [])].filter((a) => typeof a === 'string')
  return { displayName, givenName: null, surname: null, addresses }
}

export function person(id: string, attributes: Attributes): SourceChange {
  return { op: 'person', id, attributes }
}

export function members(group: string, add: readonly string[], remove: readonly string[] = []): SourceChange {
  return { op: 'members', group, add, remove }
}

/** Rules without content; `mark` tells one set from another. */
export function rulesNamed(mark: string): ResolvedRules {
  return { mark } as unknown as ResolvedRules
}

/**
 * An index plan as a policy would make it: protects the members of a group by name (resolved against the view),
 * under their names and name parts in lower case.
 */
export function protectGroups(...names: string[]): MakeIndex {
  return (view: DirectoryView) => {
    const groups: string[] = []
    for (const directory of view.directoryNames()) {
      for (const group of view.groups(directory)) {
        if (names.includes(group.displayName)) groups.push(`${directory}/${group.id}`)
      }
    }
    groups.sort()
    const indexer: Indexer = {
      fingerprint: JSON.stringify(groups),
      keysOf: (person) => ({ refs: isIn(person, groups) ? keysFor(person) : [], tokens: tokensFor(person) }),
      domainKeys: (domain) => [domain.replaceAll('l', '1'), domain.slice(1)],
    }
    return { indexer, resolved: rulesNamed(JSON.stringify([names, groups])) }
  }
}

export function isIn(person: Person, groups: readonly string[]): boolean {
  return person.groups.some((id) => groups.includes(`${person.directory}/${id}`))
}

export function keysFor(person: Person): string[] {
  return [`full:${person.displayName.toLowerCase()}`, ...tokensFor(person).map((token) => `part:${token}`)]
}

export function tokensFor(person: Person): string[] {
  return person.displayName.toLowerCase().split(' ')
}

/** Runs one round as a sync would. */
export async function runRound(
  store: Store,
  provider: Provider,
  kind: 'full' | 'delta',
  pages: readonly (readonly SourceChange[])[],
  makeIndex: MakeIndex,
  options: { cursor?: string | null; now?: number; maxShrink?: number | null } = {},
): Promise<RoundOutcome> {
  const round = await store.beginRound(provider)
  if (round === undefined) throw new Error('busy')
  try {
    await round.begin(kind)
    for (const page of pages) await round.apply(page)
    const { cursor = 'next', now = 1, maxShrink = null } = options
    return await round.commit({ cursor, now, makeIndex, maxShrink: maxShrink })
  } catch (error) {
    await round.abandon()
    throw error
  }
}

/** Everything a reader can see of a store, as plain data in a fixed order. */
export function contentOf(store: Store): unknown {
  const view = store.snapshot()
  const people = [...view.people()].map((p) => ({
    directory: p.directory,
    id: p.id,
    displayName: p.displayName,
    addresses: p.addresses,
    groups: [...p.groups].sort(),
  }))
  const groups = view.directoryNames().flatMap((name) =>
    [...view.groups(name)].map((g) => ({
      directory: name,
      id: g.id,
      displayName: g.displayName,
      members: [...g.members].sort(),
    })),
  )
  return { people: sorted(people), groups: sorted(groups) }
}

export function sorted<T extends { directory: string; id: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (`${a.directory}/${a.id}` < `${b.directory}/${b.id}` ? -1 : 1))
}

/** How many entries a table of a store has, over all slots. */
export function entriesOf(store: Store, table: Exclude<keyof Tables, 'root' | 'meta'>): number {
  return openEnvironment(store.path).tables[table].getCount()
}

const openEnvironment = (path: string): Environment => Environment.open({ path, readOnly: true })
