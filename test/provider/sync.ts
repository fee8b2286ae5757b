import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Indexer } from '../../src/model.ts'
import { compilePolicy, policyIndexer } from '../../src/policy/compile.ts'
import { resolveRules } from '../../src/policy/protection.ts'
import type { ProtectionRules, ResolvedRules } from '../../src/policy/rules.ts'
import type { Provider, ReadRequest } from '../../src/directory/provider.ts'
import type { MakeIndex } from '../../src/directory/store/reindex.ts'
import { Store } from '../../src/directory/store/store.ts'
import { synchronise } from '../../src/directory/sync.ts'
import type { SyncOutcome } from '../../src/directory/sync.ts'
import { defaultRules } from '../default-rules.ts'

const nobody: ResolvedRules = {
  rules: { ...defaultRules, initials: true },
  protectedGroups: [],
  protectedPeople: [],
  excluded: [],
  people: [],
  groupActions: [],
}

const indexer: Indexer = {
  fingerprint: 'by display name',
  keysOf: (person) => ({ refs: [`name:${person.displayName.toLowerCase()}`], tokens: [] }),
  domainKeys: () => [],
}

/** Everybody is found by display name: enough to see that what is found is what is stored. */
export const byName: MakeIndex = () => ({ indexer, resolved: nobody })

/** The real rules and keys, with some groups of a directory protected. */
export function protecting(groups: readonly string[], directory = 'Office 365'): MakeIndex {
  const rules: ProtectionRules = { ...nobody.rules, protect: [{ directory, groups, users: [], exclude: [] }] }
  return (view) => {
    const { resolved } = resolveRules(rules, view)
    return { resolved, indexer: policyIndexer(compilePolicy(resolved)) }
  }
}

/** A store in a folder of its own that the test removes. */
export function temporaryStore(t: { teardown: (done: () => Promise<void>) => void }): Store {
  const path = mkdtempSync(join(tmpdir(), 'namesake-office365-'))
  const store = Store.open({ path })
  t.teardown(async () => {
    await store.close()
    rmSync(path, { recursive: true, force: true })
  })
  return store
}

/** One sync of a provider into a store, as the daemon does it; `request` lends signal and notices. */
export async function sync(
  store: Store,
  provider: Provider,
  request: ReadRequest,
  options: { full?: boolean; maxShrink?: number | null; makeIndex?: MakeIndex } = {},
): Promise<SyncOutcome> {
  return synchronise(store, provider, {
    makeIndex: options.makeIndex ?? byName,
    maxShrink: options.maxShrink ?? null,
    signal: request.signal,
    notice: request.notice,
    now: () => Date.now(),
    full: options.full ?? false,
  })
}
