/** A small delta, in one transaction. */

import type { Indexer } from '../../model.ts'
import type { SourceChange, Provider } from '../provider.ts'
import { derivePerson, GroupsAbove, replacePerson, sameFacts, sameList, storedPerson } from './derive.ts'
import type { PeopleTally } from './derive.ts'
import { slotBounds } from './format.ts'
import type { DirectoryRecord, EntityNumber } from './format.ts'
import { KeyFilter } from './key-filter.ts'
import { addDomain, keysOfPerson, replaceKeys, writeFilter } from './keys.ts'
import { targetsOf } from './snapshot.ts'
import type { Snapshot } from './snapshot.ts'
import { Stage } from './stage.ts'
import type { Touched } from './stage.ts'
import type { Environment } from './environment.ts'
import type { Tables } from './tables.ts'

/** People that one delta transaction may touch, before it is made on a copy instead. */
const maxTouched = 2000

/** Thrown to abort the transaction of a delta that touches too many people (a large group nested elsewhere, say). */
export class TooLarge extends Error {}

interface AppliedDelta {
  readonly tally: PeopleTally
  readonly groups: number
  readonly nextNumber: EntityNumber
  /** Writes the keys of the people that changed; in the same transaction, once the rules are resolved. */
  readonly index: (indexer: Indexer, view: Snapshot) => void
}

/**
 * Applies a delta to the serving slot: work in proportion to the changes and to the people they touch.
 * Within a transaction; throws TooLarge.
 */
export function applyDelta(
  environment: Environment,
  provider: Provider,
  record: DirectoryRecord,
  changes: readonly SourceChange[],
): AppliedDelta {
  const { tables } = environment
  const slot = record.slot as number
  const stage = new Stage(environment, slot, record.nextNumber)
  const touched: Touched = { people: new Set(), groups: new Set() }
  stage.apply(changes, touched)
  const tally: PeopleTally = { people: record.people, added: 0, changed: 0, removed: 0 }
  const above = new GroupsAbove(tables, slot)
  const changed: EntityNumber[] = []
  const freshDomains = new Set<string>()
  for (const number of everybodyTouched(tables, slot, touched)) {
    const before = storedPerson(tables, slot, number)
    const after = derivePerson(tables, provider, slot, number, above)
    if (before === undefined && after === undefined) continue
    if (before !== undefined && after !== undefined) {
      const same = sameFacts(before, after)
      if (same && sameList(before.groups, after.groups)) continue
      if (!same) tally.changed++
    } else if (after === undefined) {
      tally.removed++
      tally.people--
    } else {
      tally.added++
      tally.people++
    }
    changed.push(number)
    for (const domain of replacePerson(tables, slot, number, before, after)) freshDomains.add(domain)
  }
  const groups = changes.some(({ op }) => op === 'group' || op === 'group-gone')
    ? tables.groups.getKeysCount(slotBounds(slot))
    : record.groups
  return { tally, groups, nextNumber: stage.nextNumber, index }

  function index(indexer: Indexer, view: Snapshot): void {
    const { keySlot } = record
    if (keySlot === null) return
    const made = environment.meta().indexer
    const filter = KeyFilter.of(tables, keySlot, made)
    for (const number of changed) {
      const person = view.personByNumber({ record, slot, keySlot }, number)
      replaceKeys(tables, keySlot, filter, number, person === undefined ? undefined : keysOfPerson(indexer, person))
    }
    if (filter?.isChanged === true && made !== null) writeFilter(tables, keySlot, filter, made)
    for (const domain of freshDomains) addDomain(tables, indexer, keySlot, domain)
  }
}

/** The people touched themselves, and everybody below a touched group. */
function everybodyTouched(tables: Tables, slot: number, touched: Touched): Set<EntityNumber> {
  const all = new Set(touched.people)
  const seen = new Set(touched.groups)
  const waiting = [...seen]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const member of targetsOf(tables.members, slot, at)) {
      all.add(member)
      if (all.size > maxTouched) throw new TooLarge()
      if (seen.has(member)) continue
      seen.add(member)
      waiting.push(member)
    }
  }
  return all
}
