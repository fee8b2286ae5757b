/** Whom and by which rules check judges. */

import type { LoadedConfig, LoadedProtection } from '../../config/types.ts'
import { sourceOf } from '../../directory/sources/registry.ts'
import { openStore, openStoreToRead } from '../../directory/store/open.ts'
import type { MakeIndex } from '../../directory/store/reindex.ts'
import type { Snapshot } from '../../directory/store/snapshot.ts'
import { Store } from '../../directory/store/store.ts'
import { synchronise } from '../../directory/sync.ts'
import { NamesakeError } from '../../errors.ts'
import type { DirectoryConfig } from '../../options/source.ts'
import { compilePolicy, policyIndexer, rulesFingerprint } from '../../policy/compile.ts'
import type { Policy } from '../../policy/compile.ts'
import { contexts } from '../../policy/context.ts'
import type { JudgementContext } from '../../policy/context.ts'
import type { Lookup, Person, PersonRef } from '../../model.ts'
import { personKey } from '../../policy/person-key.ts'
import { guardedPeople, resolveRules } from '../../policy/protection.ts'
import { rekeyed } from '../../policy/rekeyed.ts'
import type { ProtectionProblem, ProtectionRules, ResolvedRules } from '../../policy/rules.ts'
import { errorText } from '../../text.ts'
import { Turn } from '../turn.ts'

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
    const before = recipe.before === null ? null : await judgeBy(store, recipe.before)
    return { by: await judgeBy(store, recipe.by), before, recipe, store, close: () => store.close() }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** The rules, with every name in them looked up among the people of a store, made ready. @throws as `judgeBy` */
export function policyBy(
  store: Store,
  rules: ProtectionRules,
): { readonly policy: Policy; readonly resolved: ResolvedRules; readonly problems: readonly ProtectionProblem[] } {
  const snapshot = store.snapshot()
  if (snapshot.directories().length === 0) {
    throw new NamesakeError('store-unusable', 'no directory was ever synchronised; run "namesake sync" first')
  }
  const { resolved, problems } = resolveRules(rules, snapshot)
  return { policy: compilePolicy(resolved), resolved, problems }
}

/** People whose names are made ready for other rules than the store's, at most, by a process that has others to answer. */
export const maxRekeyed = 20_000

/** Other rules than the store's mean more people than are made ready. */
export class TooManyPeople extends NamesakeError {
  constructor(count: number, max: number) {
    super(
      'input-invalid',
      `to judge by rules that the daemon does not go by yet, the names of ${count} people would have to be made ready; ` +
        `${max} at most are; fix: "namesake check --policy FILE" does it for any number`,
    )
  }
}

/**
 * Rules made ready to judge by the people of a store. Where its keys were made with other rules, the people whom the difference
 * concerns are looked up as these rules have them; that gives way to others of the process.
 * @param maxPeople whom it may concern
 * @throws NamesakeError store-unusable if none was ever read; TooManyPeople
 */
export async function judgeBy(store: Store, rules: ProtectionRules, maxPeople = Infinity): Promise<JudgedBy> {
  const { policy, resolved, problems } = policyBy(store, rules)
  const isStored = (): boolean => {
    const stored = store.rules()
    return stored !== null && rulesFingerprint(stored) === policy.fingerprint
  }
  if (isStored()) return { policy, context: contexts(policy, () => store.snapshot()), problems }
  let current = store.snapshot()
  const other = await otherwise(store, policy, resolved, maxPeople, () => current)
  let generation = store.now().rulesGeneration
  let taken = false
  const lookup = (): Lookup => {
    const now = store.now()
    current = now.snapshot
    // The daemon takes rules over while others here still judge by them.
    if (now.rulesGeneration !== generation) taken = isStored()
    generation = now.rulesGeneration
    return taken ? current : other
  }
  return { policy, context: contexts(policy, lookup), problems }
}

/** Begun anew so often when people or keys change meanwhile. */
const maxTries = 3

async function otherwise(
  store: Store,
  policy: Policy,
  resolved: ResolvedRules,
  maxPeople: number,
  base: () => Lookup,
): Promise<Lookup> {
  const markOf = (): string => {
    const { rulesGeneration, snapshot } = store.now()
    return `${rulesGeneration} ${snapshot.contents}`
  }
  for (let tries = 1; ; tries++) {
    const mark = markOf()
    const stored = store.rules()
    const before = stored && policyIndexer(compilePolicy(stored, policy))
    const people = peopleConcerned(store.snapshot(), stored, resolved, maxPeople)
    const making = rekeyed(base, before, policyIndexer(policy), people)
    const turn = new Turn()
    for (let step = making.next(); ; step = making.next()) {
      if (step.done === true) return step.value
      if ((await turn.over()) && tries < maxTries && markOf() !== mark) break
    }
  }
}

/** Everybody whom other rules than the stored ones may lead to by other keys. @throws TooManyPeople */
function peopleConcerned(
  snapshot: Snapshot,
  stored: ResolvedRules | null,
  resolved: ResolvedRules,
  maxPeople: number,
): Iterable<Person> {
  const limited = (count: number): void => {
    if (count > maxPeople) throw new TooManyPeople(count, maxPeople)
  }
  if (stored === null || JSON.stringify(stored.rules.names) !== JSON.stringify(resolved.rules.names)) {
    limited(snapshot.directories().reduce((sum, { people }) => sum + people, 0))
    return everybody(snapshot)
  }
  const concerned = new Map<string, PersonRef>()
  for (const rules of [stored, resolved]) {
    for (const [key, ref] of guardedPeople(rules, snapshot)) concerned.set(key, ref)
    for (const ref of rules.people.filter(({ rule }) => rule.names.length > 0).flatMap(({ refs }) => refs)) {
      concerned.set(personKey(ref), ref)
    }
  }
  limited(concerned.size)
  return peopleOf(concerned.values(), snapshot)
}

function* everybody(snapshot: Snapshot): Generator<Person> {
  for (const piece of snapshot.peopleInPieces()) yield* piece
}

function* peopleOf(refs: Iterable<PersonRef>, snapshot: Snapshot): Generator<Person> {
  for (const ref of refs) {
    const person = snapshot.person(ref)
    if (person !== undefined) yield person
  }
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
