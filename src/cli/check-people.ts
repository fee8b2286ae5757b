import { statSync } from 'node:fs'
import { loadProtection } from '../config/load.ts'
import type { FileDirectoryConfig, LoadedConfig } from '../config/types.ts'
import { FileProvider } from '../directory/file.ts'
import { openStore, openStoreToRead } from '../directory/store-open.ts'
import type { MakeIndex, Store } from '../directory/store.ts'
import { synchronise } from '../directory/sync.ts'
import { NamesakeError } from '../errors.ts'
import type { Lookup } from '../model.ts'
import { compilePolicy, policyIndexer, rulesFingerprint } from '../policy/compile.ts'
import type { Policy } from '../policy/compile.ts'
import { buildMemoryDirectory } from '../policy/memory.ts'
import { resolveRules } from '../policy/protection.ts'
import type { ProtectionProblem, ProtectionRules } from '../policy/rules.ts'

/** Whom `check` judges against: the store's people under the protection file's rules, or under another file's. */
export interface JudgedBy {
  readonly policy: Policy
  /** Asked anew after each await. */
  readonly lookup: () => Lookup
  /** What in the rules means nobody. */
  readonly problems: readonly ProtectionProblem[]
  close(): Promise<void>
}

/**
 * Opens the store and makes the rules ready. File directories that were never read, or whose file has changed since, are
 * synchronised first. Where the store's keys were made with other rules (a protection file that was just edited, or
 * another one), people are indexed in memory: what is judged is always the file's state.
 * @param other path of a protection file to try in place of the configuration's
 * @param warn told of what went wrong and does not stop the check
 * @throws NamesakeError if there are no people to judge against; ConfigError for faults of the other file
 */
export async function openJudgement(
  loaded: LoadedConfig,
  other: string | null,
  warn: (text: string) => void,
): Promise<JudgedBy> {
  const { config } = loaded
  const rules = other === null ? loaded.rules : loadProtection({ ...config, protection: other }).rules
  const store = await openFresh(loaded, warn)
  try {
    return judgeBy(store, rules)
  } catch (error) {
    await store.close()
    throw error
  }
}

function judgeBy(store: Store, rules: ProtectionRules): JudgedBy {
  const snapshot = store.snapshot()
  if (snapshot.directories().length === 0) {
    throw new NamesakeError('store-unusable', 'no directory was ever synchronised; run "namesake sync" first')
  }
  const { resolved, problems } = resolveRules(rules, snapshot)
  const policy = compilePolicy(resolved)
  const close = (): Promise<void> => store.close()
  const stored = store.rules()
  if (stored !== null && rulesFingerprint(stored) === policy.fingerprint) {
    return { policy, lookup: () => store.snapshot(), problems, close }
  }
  const groups = snapshot.directoryNames().flatMap((name) => [...snapshot.groups(name)])
  const memory = buildMemoryDirectory(snapshot.people(), groups, snapshot.directories())
  const lookup = memory.index(policyIndexer(policy))
  return { policy, lookup: () => lookup, problems, close }
}

/** The store to read, after the file directories that need it were synchronised. */
async function openFresh(loaded: LoadedConfig, warn: (text: string) => void): Promise<Store> {
  const { directories, store: path } = loaded.config
  const files = directories.filter((directory) => directory.type === 'file')
  if (files.length === 0) return openStoreToRead(path)
  const store = await openStoreToRead(path).catch((error: unknown) => {
    if (error instanceof NamesakeError) return null // opening it for the sync makes it, or says what is wrong
    throw error
  })
  const due = files.filter((directory) => store === null || isDue(directory, store))
  if (store !== null && due.length === 0) return store
  await store?.close()
  await freshen(loaded, due, warn)
  return openStoreToRead(path)
}

/** Synchronises file directories; one that can't be is warned of, and what the store holds is used. */
async function freshen(
  loaded: LoadedConfig,
  due: readonly FileDirectoryConfig[],
  warn: (text: string) => void,
): Promise<void> {
  const makeIndex: MakeIndex = (view) => {
    const { resolved } = resolveRules(loaded.rules, view)
    return { resolved, indexer: policyIndexer(compilePolicy(resolved)) }
  }
  const onDamaged = (why: string, movedTo: string): void =>
    warn(`the store can't be used: ${why}; it was moved to ${movedTo}`)
  let store: Store
  try {
    store = await openStore({ path: loaded.config.store, onDamaged })
  } catch (error) {
    warn(`people files are not read again: ${inWords(error)}`)
    return
  }
  const { signal } = new AbortController()
  try {
    for (const { name, path, shrink } of due) {
      const options = { makeIndex, shrinkLimit: shrink, signal, now: Date.now }
      await synchronise(store, new FileProvider({ name, path }), options).catch((error: unknown) =>
        warn(`directory "${name}" is not read again: ${inWords(error)}`),
      )
    }
  } finally {
    await store.close()
  }
}

/** Whether the file was never read, or is newer than the last sync. */
function isDue(directory: FileDirectoryConfig, store: Store): boolean {
  const lastSync = store.record(directory.name)?.lastSync ?? null
  try {
    return lastSync === null || statSync(directory.path).mtimeMs > lastSync
  } catch {
    return true // the sync says why the file can't be read
  }
}

function inWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
