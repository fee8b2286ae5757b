/** Keys made anew when the rules change. */

import type { DirectoryView, Indexer } from '../../model.ts'
import type { ResolvedRules } from '../../policy/rules.ts'
import { keyListOf, numberKey } from './format.ts'
import type { EntityNumber, KeyList, MetaRecord } from './format.ts'
import { KeyFilter } from './key-filter.ts'
import { buildKeys, keysOfPerson, peopleInPieces, rebuildDomainKeys, replaceKeys, writeFilter } from './keys.ts'
import { placesOf, Snapshot } from './snapshot.ts'
import type { SlotPlace } from './snapshot.ts'
import type { Environment } from './environment.ts'
import { writeMeta } from './tables.ts'
import type { Tables } from './tables.ts'

/**
 * Resolves the protection rules against people and groups and gives the indexer that belongs to them. Called by
 * the store with the state that is about to serve, so that people and the keys of their protection become
 * visible in one step. Synchronous and pure.
 */
export type MakeIndex = (view: DirectoryView) => { readonly indexer: Indexer; readonly resolved: ResolvedRules }

/** Above so many people with other keys, all keys are built in a fresh slot instead of one large transaction. */
const maxInPlace = 300

interface Difference {
  readonly number: EntityNumber
  readonly list: KeyList
}

/** The people of a directory whose keys change. */
interface Differences {
  readonly place: SlotPlace
  readonly keySlot: number
  readonly filter: KeyFilter
  readonly people: Difference[]
}

/** Makes the keys of all directories what the rules now ask for. The caller holds the commit lock. */
export async function reindexAll(environment: Environment, makeIndex: MakeIndex): Promise<void> {
  const { tables } = environment
  const meta = environment.meta()
  const places = placesOf(meta)
  const view = (): Snapshot => new Snapshot(tables, places)
  const { indexer, resolved } = makeIndex(view())
  if (indexer.fingerprint === meta.indexer) {
    environment.transact(() => {
      const now = environment.meta()
      const next = withRules(tables, now, resolved)
      if (next !== now) writeMeta(tables, next)
    })
    return
  }
  const differences = await differencesOf(tables, meta.indexer, indexer, places, view)
  if (differences === undefined) {
    await rebuild(environment, indexer, resolved, places, view)
    return
  }
  environment.transact(() => {
    for (const { place, keySlot, filter, people } of differences) {
      for (const { number, list } of people) replaceKeys(tables, keySlot, filter, number, list)
      writeFilter(tables, keySlot, filter, indexer.fingerprint)
      rebuildDomainKeys(tables, indexer, place, keySlot)
    }
    writeMeta(tables, withRules(tables, { ...environment.meta(), indexer: indexer.fingerprint }, resolved))
  })
}

/** The people whose keys change; undefined if they are many, or a directory has no keys at all or none with a filter. */
async function differencesOf(
  tables: Tables,
  before: string | null,
  indexer: Indexer,
  places: readonly SlotPlace[],
  view: () => Snapshot,
): Promise<Differences[] | undefined> {
  const differences: Differences[] = []
  let count = 0
  for (const place of places) {
    const { keySlot } = place
    const filter = keySlot === null ? null : KeyFilter.of(tables, keySlot, before)
    if (keySlot === null || filter === null) return undefined
    const changed: Difference[] = []
    differences.push({ place, keySlot, filter, people: changed })
    for await (const people of peopleInPieces(tables, place, view)) {
      for (const person of people) {
        const list = keysOfPerson(indexer, person)
        const stored = keyListOf(tables.keyLists.getBinaryFast(numberKey(keySlot, person.number)))
        if (sameSet(stored.refs, list.refs) && sameSet(stored.tokens, list.tokens)) continue
        if (++count > maxInPlace) return undefined
        changed.push({ number: person.number, list })
      }
    }
  }
  return differences
}

function sameSet(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((hash, i) => hash === b[i] || b.includes(hash))
}

async function rebuild(
  environment: Environment,
  indexer: Indexer,
  resolved: ResolvedRules,
  places: readonly SlotPlace[],
  view: () => Snapshot,
): Promise<void> {
  const fresh = await buildKeySlots(environment, indexer, places, view)
  const replaced: number[] = []
  environment.transact(() => {
    const meta = { ...environment.meta(), indexer: indexer.fingerprint }
    const switched = switchKeySlots(meta, fresh, replaced)
    writeMeta(environment.tables, withRules(environment.tables, switched, resolved))
  })
  await environment.dropGarbage(replaced)
}

/** Builds the keys of some directories in fresh slots; gives the slot for each directory's name. */
export async function buildKeySlots(
  environment: Environment,
  indexer: Indexer,
  places: readonly SlotPlace[],
  view: () => Snapshot,
): Promise<Map<string, number>> {
  const fresh = new Map<string, number>()
  for (const place of places) {
    const keySlot = environment.takeSlot(place.record.name)
    fresh.set(place.record.name, keySlot)
    await buildKeys(environment, indexer, keySlot, place, view)
  }
  return fresh
}

/** Points directories to their new key slots; the old ones become garbage and are added to `replaced`. */
export function switchKeySlots(meta: MetaRecord, fresh: ReadonlyMap<string, number>, replaced: number[]): MetaRecord {
  const used = new Set(fresh.values())
  const loose = meta.loose.filter(({ slot }) => !used.has(slot))
  const directories = meta.directories.map((record) => {
    const keySlot = fresh.get(record.name)
    if (keySlot === undefined) return record
    if (record.keySlot !== null) {
      loose.push({ slot: record.keySlot, directory: record.name, state: 'garbage' })
      replaced.push(record.keySlot)
    }
    return { ...record, keySlot }
  })
  return { ...meta, directories, loose }
}

/** Stores the rules if they differ; gives the meta record that says so. Within a transaction. */
export function withRules(tables: Tables, meta: MetaRecord, resolved: ResolvedRules): MetaRecord {
  const text = JSON.stringify(resolved)
  if (tables.meta.get('rules')?.toString() === text) return meta
  tables.meta.putSync('rules', Buffer.from(text))
  return { ...meta, rulesGeneration: meta.rulesGeneration + 1 }
}
