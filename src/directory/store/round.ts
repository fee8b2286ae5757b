/** One round of one directory, up to its commit. */

import { NamesakeError } from '../../errors.ts'
import type { SourceChange, Provider } from '../provider.ts'
import { deriveAll } from './derive.ts'
import type { PeopleTally } from './derive.ts'
import { applyDelta, TooLarge } from './delta.ts'
import { cursorKey, garbageOf, newRecord, runsWith, slotBounds, withDirectory } from './format.ts'
import type { DirectoryRecord } from './format.ts'
import type { FileLock } from '../../net/file-lock.ts'
import { buildKeySlots, reindexAll, switchKeySlots, withRules } from './reindex.ts'
import type { MakeIndex } from './reindex.ts'
import { placesOf, Snapshot } from './snapshot.ts'
import { Stage, weightOf } from './stage.ts'
import type { Environment } from './environment.ts'
import { writeMeta } from './tables.ts'

/** A delta of more changes than this is made on a copy: its one transaction would hold up the process too long. */
export const maxDeltaChanges = 1000

interface CommitOptions {
  /** For the next read. */
  readonly cursor: string | null
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly makeIndex: MakeIndex
  /** Largest part of the people, 0 to 1, that may be removed; null accepts any. */
  readonly maxShrink: number | null
  /** How many people have been made so far. */
  readonly progress?: (people: number) => void
}

export interface RoundOutcome extends Readonly<PeopleTally> {
  readonly round: 'full' | 'delta'
  readonly groups: number
}

/**
 * One round of one directory, from its first page to its commit. What it gathers stays invisible until the
 * commit's last transaction; abandoned, or cut short by a crash, it leaves the people as they were.
 */
export class Round {
  readonly #environment: Environment
  readonly #provider: Provider
  readonly #lock: FileLock
  readonly #before: DirectoryRecord
  #kind: 'full' | 'delta' | undefined
  #stage: Stage | undefined
  #changes: SourceChange[] = []
  #size = 0

  constructor(environment: Environment, provider: Provider, lock: FileLock) {
    this.#environment = environment
    this.#provider = provider
    this.#lock = lock
    this.#before = environment.record(provider.name) ?? newRecord(provider)
  }

  /** Starts, or starts again: what came before is dropped. */
  async begin(kind: 'full' | 'delta'): Promise<void> {
    await this.#drop()
    if (kind === 'delta' && this.#before.slot === null) {
      throw new NamesakeError('invariant', `a delta round of "${this.#provider.name}", which was never loaded`)
    }
    this.#kind = kind
    if (kind === 'full') this.#stage = this.#freshStage(1)
  }

  async apply(changes: readonly SourceChange[]): Promise<void> {
    if (this.#kind === undefined) throw new NamesakeError('invariant', 'changes before the round began')
    if (this.#stage !== undefined) {
      await this.#stage.add(changes)
      return
    }
    for (const change of changes) {
      this.#changes.push(change)
      this.#size += weightOf(change)
    }
    if (this.#size > maxDeltaChanges) await this.#continueOnCopy()
  }

  /** Makes all of it visible at once. Throws NamesakeError sync-shrink, and leaves the people as they were. */
  async commit(options: CommitOptions): Promise<RoundOutcome> {
    const kind = this.#kind
    if (kind === undefined) throw new NamesakeError('invariant', 'a commit before the round began')
    const outcome = (await this.#tryDelta(options)) ?? (await this.#commitStage(kind, options))
    await this.#environment.flush()
    this.#lock.release()
    return outcome
  }

  /** Undefined if the delta is too large for one transaction: it is on a copy then. */
  async #tryDelta(options: CommitOptions): Promise<RoundOutcome | undefined> {
    if (this.#stage !== undefined) return undefined
    try {
      return await this.#environment.exclusive(() => this.#commitDelta(options))
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error
      await this.#continueOnCopy()
      return undefined
    }
  }

  /** Ends the round without a trace. Never throws: what can't be deleted now goes before the next round. */
  async abandon(): Promise<void> {
    try {
      await this.#drop()
    } catch {
      // The fault that ended the round is told; the environment keeps it too.
    } finally {
      this.#lock.release()
    }
  }

  async #drop(): Promise<void> {
    this.#changes = []
    this.#size = 0
    const stage = this.#stage
    this.#stage = undefined
    if (stage !== undefined) await this.#environment.dropLoose(({ slot }) => slot === stage.slot)
  }

  #freshStage(nextNumber: number): Stage {
    return new Stage(this.#environment, this.#environment.takeSlot(this.#provider.name), nextNumber)
  }

  async #continueOnCopy(): Promise<void> {
    const { slot, nextNumber } = this.#before
    this.#needsAttributes()
    const stage = this.#freshStage(nextNumber)
    this.#stage = stage
    await stage.copyFrom(slot as number)
    await stage.add(this.#changes)
    this.#changes = []
  }

  #needsAttributes(): void {
    if (this.#provider.deltas) return
    throw new NamesakeError(
      'invariant',
      `the ${this.#provider.type} provider gave a delta, which it declared it never does`,
    )
  }

  async #commitDelta(options: CommitOptions): Promise<RoundOutcome> {
    if (this.#changes.length > 0) this.#needsAttributes()
    const { tables } = this.#environment
    let stale = false
    const outcome = this.#environment.transact(() => {
      const meta = this.#environment.meta()
      const before = this.#current()
      const delta = applyDelta(this.#environment, this.#provider, before, this.#changes)
      this.#brake('people', before.people, delta.tally.removed, options.maxShrink)
      const record = this.#recordAfter(before, options, delta.tally, delta.groups, delta.nextNumber)
      let next = withDirectory(meta, record)
      if (this.#changes.length > 0) {
        const view = new Snapshot(tables, placesOf(next))
        const { indexer, resolved } = options.makeIndex(view)
        delta.index(indexer, view)
        // Keys of the others still follow the old rules: the reindex below switches all of them at once.
        stale = indexer.fingerprint !== meta.indexer
        if (!stale) next = withRules(tables, next, resolved)
      }
      this.#putCursor(options.cursor)
      writeMeta(tables, next)
      return { ...delta.tally, round: 'delta' as const, groups: delta.groups }
    })
    if (stale) await reindexAll(this.#environment, options.makeIndex)
    return outcome
  }

  async #commitStage(kind: 'full' | 'delta', options: CommitOptions): Promise<RoundOutcome> {
    const { tables } = this.#environment
    const stage = this.#stage as Stage
    await stage.flush()
    const before = this.#current()
    const tally = await deriveAll(
      this.#environment,
      this.#provider,
      stage.slot,
      before.slot,
      options.progress ?? (() => {}),
    )
    tally.removed = before.people - (tally.people - tally.added)
    this.#brake('people', before.people, tally.removed, options.maxShrink)

    const groups = tables.groups.getKeysCount(slotBounds(stage.slot))
    if (kind === 'full' && this.#provider.deltas) this.#brakeGroups(before, stage.slot, groups, options.maxShrink)
    const after = this.#recordAfter(before, options, tally, groups, stage.nextNumber)
    const full = kind === 'full' ? { lastFull: options.now, sinceFull: 0 } : {}
    await this.#environment.exclusive(() =>
      this.#switchTo({ ...after, ...full, slot: stage.slot, keySlot: null }, options),
    )
    this.#stage = undefined
    return { ...tally, round: kind, groups }
  }

  /** Builds the keys for a staged slot, and for the other directories if the rules now mean other people, and switches. */
  async #switchTo(record: DirectoryRecord, options: CommitOptions): Promise<void> {
    const { tables } = this.#environment
    const meta = withDirectory(this.#environment.meta(), record)
    const places = placesOf(meta)
    const view = (): Snapshot => new Snapshot(tables, places)
    const { indexer, resolved } = options.makeIndex(view())
    const stale = places.filter((place) => indexer.fingerprint !== meta.indexer || place.keySlot === null)
    const fresh = await buildKeySlots(this.#environment, indexer, stale, view)
    const replaced: number[] = []
    this.#environment.transact(() => {
      const now = this.#environment.meta()
      const garbage = garbageOf(this.#current())
      replaced.push(...garbage.map(({ slot }) => slot))
      const loose = [...now.loose.filter(({ slot }) => slot !== record.slot), ...garbage]
      const next = withDirectory({ ...now, loose, indexer: indexer.fingerprint }, record)
      this.#putCursor(options.cursor)
      writeMeta(tables, withRules(tables, switchKeySlots(next, fresh, replaced), resolved))
    })
    await this.#environment.dropGarbage(replaced)
  }

  /** The directory's record as it now is. Throws if another process committed a round of it meanwhile. */
  #current(): DirectoryRecord {
    const record = this.#environment.record(this.#provider.name) ?? newRecord(this.#provider)
    if (record.version === this.#before.version && record.slot === this.#before.slot) return record
    throw new NamesakeError('sync-busy', `another sync of "${record.name}" was faster; this one is dropped`)
  }

  #recordAfter(
    before: DirectoryRecord,
    options: CommitOptions,
    { people, added, changed, removed }: PeopleTally,
    groups: number,
    nextNumber: number,
  ): DirectoryRecord {
    const { type, fingerprint } = this.#provider
    const version = before.version + 1
    const isSame = this.#stage === undefined && this.#changes.length === 0
    const contents = isSame ? (before.contents ?? before.version) : version
    const times = { lastSync: options.now, lastAttempt: options.now, sinceFull: before.sinceFull + 1, error: null }
    const runs = runsWith(before, { at: options.now, error: null, added, changed, removed })
    return { ...before, ...times, type, fingerprint, people, groups, nextNumber, version, contents, runs }
  }

  #putCursor(cursor: string | null): void {
    const { meta } = this.#environment.tables
    const key = cursorKey(this.#provider.name)
    if (cursor === null) meta.removeSync(key)
    else meta.putSync(key, Buffer.from(cursor))
  }

  /**
   * Where deltas tell of each group that goes, a full round has few to take away: one that finds far fewer groups, or
   * memberships, was answered by half of the service, and would leave people unguarded though all of them are there.
   */
  #brakeGroups(before: DirectoryRecord, slot: number, groups: number, limit: number | null): void {
    if (limit === null || before.slot === null || before.groups === 0) return
    this.#brake('groups', before.groups, before.groups - groups, limit)
    const { members } = this.#environment.tables
    const [then, now] = [before.slot, slot].map((each) => members.getKeysCount(slotBounds(each))) as [number, number]
    this.#brake('memberships of groups', then, then - now, limit)
  }

  #brake(what: string, before: number, removed: number, limit: number | null): void {
    if (limit === null || removed <= limit * before) return
    const { name } = this.#provider
    throw new NamesakeError(
      'sync-shrink',
      `synchronising "${name}" would remove ${removed} of ${before} ${what}, more than the ${Math.round(100 * limit)} % ` +
        `that may go at once; nothing was changed. If they are really gone: namesake sync ${JSON.stringify(name)} --accept-shrink`,
    )
  }
}
