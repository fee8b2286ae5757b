/** Whom and by which rules check judges. */

import type { LoadedConfig, LoadedProtection } from '../../config/types.ts'
import { sourceOf } from '../../directory/sources/registry.ts'
import { openStore, openStoreToRead } from '../../directory/store/open.ts'
import type { MakeIndex } from '../../directory/store/reindex.ts'
import { Store } from '../../directory/store/store.ts'
import { synchronise } from '../../directory/sync.ts'
import { NamesakeError } from '../../errors.ts'
import type { DirectoryConfig } from '../../options/source.ts'
import { compilePolicy, policyIndexer, rulesFingerprint } from '../../policy/compile.ts'
import type { Policy } from '../../policy/compile.ts'
import { contexts } from '../../policy/context.ts'
import type { JudgementContext } from '../../policy/context.ts'
import { buildMemoryDirectory } from '../../policy/memory.ts'
import { resolveRules } from '../../policy/protection.ts'
import type { ProtectionProblem, ProtectionRules } from '../../policy/rules.ts'
import { errorText } from '../../text.ts'

/** The people whom messages are judged against and one policy's rules about them. */
export interface JudgedBy {
  readonly policy: Policy
  /** Asked anew after each await. */
  readonly context: () => JudgementContext
  /** What in the rules means nobody. */
  readonly problems: readonly ProtectionProblem[]
}

/** Plain data from which another process makes the same judgement. */
export interface JudgeRecipe {
  /** Path of a store that is known to be sound. */
  readonly store: string
  readonly by: ProtectionRules
  readonly before: ProtectionRules | null
}

/** What `check` judges by: the configured protection file, or another one beside it. */
export interface Judgement {
  readonly by: JudgedBy
  /** The configured policy, where `by` is another one that is tried; else null. */
  readonly before: JudgedBy | null
  /** For `openJudges` in another process. */
  readonly recipe: JudgeRecipe
  readonly store: Store
  close(): Promise<void>
}

/**
 * Opens the store and makes the rules ready. File directories that were never read, or whose file has changed since, are
 * synchronised first. Where the store's keys were made with other rules (a protection file that was just edited, or
 * another one), people are indexed in memory: what is judged is always the file's state.
 * @param other a protection file to try beside the configuration's
 * @param warn told of what went wrong and does not stop the check
 * @throws NamesakeError if there are no people to judge against
 */
export async function openJudgement(
  loaded: LoadedConfig,
  other: LoadedProtection | null,
  warn: (text: string) => void,
): Promise<Judgement> {
  const store = await openFresh(loaded, warn)
  const by = other?.rules ?? loaded.rules
  return judgesOf(store, { store: loaded.config.store, by, before: other === null ? null : loaded.rules })
}

/** The same judgement in another process, by its own reading of the store. The caller closes it. */
export function openJudges(recipe: JudgeRecipe): Promise<Judgement> {
  return judgesOf(Store.open({ path: recipe.store, readOnly: true }), recipe)
}

async function judgesOf(store: Store, recipe: JudgeRecipe): Promise<Judgement> {
  try {
    const before = recipe.before === null ? null : judgeBy(store, recipe.before)
    return { by: judgeBy(store, recipe.by), before, recipe, store, close: () => store.close() }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Rules made ready to judge by the people of a store. @throws NamesakeError store-unusable if none was ever read */
export function judgeBy(store: Store, rules: ProtectionRules): JudgedBy {
  const snapshot = store.snapshot()
  if (snapshot.directories().length === 0) {
    throw new NamesakeError('store-unusable', 'no directory was ever synchronised; run "namesake sync" first')
  }
  const { resolved, problems } = resolveRules(rules, snapshot)
  const policy = compilePolicy(resolved)
  const stored = store.rules()
  if (stored !== null && rulesFingerprint(stored) === policy.fingerprint) {
    return { policy, context: contexts(policy, () => store.snapshot()), problems }
  }
  const groups = snapshot.directoryNames().flatMap((name) => [...snapshot.groups(name)])
  const memory = buildMemoryDirectory(snapshot.people(), groups, snapshot.directories())
  const lookup = memory.index(policyIndexer(policy))
  return { policy, context: contexts(policy, () => lookup), problems }
}

/** The store to read, after the file directories that need it were synchronised. */
async function openFresh(loaded: LoadedConfig, warn: (text: string) => void): Promise<Store> {
  const { directories, store: path } = loaded.config
  const files = directories.filter((directory) => sourceOf(directory).changedSince !== null)
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
  due: readonly DirectoryConfig[],
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
    const onOutdated = (movedTo: string): void => onDamaged('it is of another version', movedTo)
    store = await openStore({ path: loaded.config.store, onDamaged, onOutdated })
  } catch (error) {
    warn(`people files are not read again: ${errorText(error)}`)
    return
  }
  const { signal } = new AbortController()
  try {
    for (const directory of due) {
      const { name, shrink } = directory
      const options = { makeIndex, maxShrink: shrink, signal, now: Date.now }
      await synchronise(store, sourceOf(directory).open(directory), options).catch((error: unknown) =>
        warn(`directory "${name}" is not read again: ${errorText(error)}`),
      )
    }
  } finally {
    await store.close()
  }
}

/** Whether the file was never read, or is newer than the last sync. */
function isDue(directory: DirectoryConfig, store: Store): boolean {
  const lastSync = store.record(directory.name)?.lastSync ?? null
  return lastSync === null || sourceOf(directory).changedSince?.(directory, lastSync) === true
}
