/** The store in the primary: kept in step with sources and rules. */

import { statSync } from 'node:fs'
import type { LoadedConfig, LoadedProtection } from '../config/types.ts'
import type { Provider } from '../directory/provider.ts'
import { Scheduler } from '../directory/schedule.ts'
import type { DirectoryStatus, RunOptions, ScheduledDirectory, SyncEvent } from '../directory/schedule.ts'
import { scheduledOf } from '../directory/sources/registry.ts'
import { openStore } from '../directory/store/open.ts'
import type { Store } from '../directory/store/store.ts'
import type { SyncOutcome } from '../directory/sync.ts'
import { NamesakeError } from '../errors.ts'
import { within } from '../net/deadlines.ts'
import type { Events } from '../ops/events.ts'
import type { GroupMembers } from '../history/members.ts'
import type { DirectoryConfig } from '../options/source.ts'
import { freedBy, indexMaker, protectedGroups } from './index-maker.ts'
import type { IndexFindings } from './index-maker.ts'

/** Longest wait for the first syncs before mail is let in all the same. Milliseconds. */
const firstSyncTime = 30_000

/** How often rules that could not be stored are tried again. */
const retryMs = 30_000

/** What stands between a directory and its source, if anything does. */
export interface Between {
  /** The provider that is read in place of a source. */
  feed(source: Provider): Provider
  /** The store has taken what was read last. */
  synchronised(directory: string): void
}

/** The store in the primary: kept in step with the directories by a schedule, and with the rules by `useRules`. */
export class Directories {
  /** How many people's names are guarded. */
  protectedPeople = 0
  readonly #store: Store
  readonly #events: Events
  #loaded: LoadedConfig
  #scheduler: Scheduler
  #toldProblems = ''
  #problems: readonly string[] = []
  /** Directories whose last sync failed for want of a disk that takes it, and why. */
  readonly #diskFaults = new Map<string, string>()
  #retry: NodeJS.Timeout | undefined
  #closed = false
  readonly #between: Between | null
  #onChanged: () => void = () => undefined
  /** An edit that waits for a second look: its rules, and which saving of the file brought them. */
  #waitingEdit: { readonly rules: string; readonly saved: string } | null = null

  private constructor(store: Store, loaded: LoadedConfig, events: Events, between: Between | null) {
    this.#store = store
    this.#between = between
    this.#loaded = loaded
    this.#events = events
    this.#scheduler = this.#schedule()
  }

  /** Opens the store; a damaged one is moved aside, said aloud, and rebuilt. @throws NamesakeError store-unusable */
  static async open(loaded: LoadedConfig, events: Events, between: Between | null = null): Promise<Directories> {
    const store = await openStore({
      path: loaded.config.store,
      daemon: loaded.config.file,
      onDamaged: (reason, movedTo) => events.emit('store-moved-aside', { reason, movedTo }),
      onOutdated: (movedTo) => events.emit('store-outdated', { movedTo }),
    })
    return new Directories(store, loaded, events, between)
  }

  /** Told whenever people or rules have changed. */
  onChanged(told: () => void): void {
    this.#onChanged = told
  }

  /** Brings keys and rules in step, and starts the schedules; waits for first syncs, but not for ever. */
  async start(): Promise<void> {
    await this.#useRulesWhenWritable()
    const first = this.#scheduler.start()
    if (!this.#store.records().some((record) => record.lastSync !== null)) await within(firstSyncTime, first)
  }

  /** Takes other rules over: keys and rules change in one transaction, which every worker notices by itself. */
  async useRules(protection: LoadedProtection): Promise<void> {
    const start = Date.now()
    let findings: IndexFindings | null = null
    await this.#store.reindex(indexMaker(protection, (found) => (findings = found)))
    this.#loaded = { ...protection, config: this.#loaded.config }
    if (findings !== null) this.#note(findings)
    this.#onChanged()
    this.#events.emit('keys-rebuilt', { protected: this.protectedPeople, duration: Date.now() - start })
  }

  /**
   * Brake on an edit that would free more than half of the protected people: it may be the first half of a file that is
   * written in two steps, or a slip. It waits for a second look: the file saved again with the same rules, or `force`.
   * @throws NamesakeError rules-shrink
   */
  checkShrink(protection: LoadedProtection, file: string, force: boolean): void {
    const waiting = this.#waitingEdit
    this.#waitingEdit = null
    const inForce = this.#store.rules()
    if (force || inForce === null) return
    const { guarded, freed } = freedBy(protection, inForce, this.#store.snapshot())
    if (2 * freed <= guarded) return
    const edit = { rules: JSON.stringify(protection.rules), saved: savedAt(file) }
    if (waiting !== null && waiting.rules === edit.rules && waiting.saved !== edit.saved) return
    this.#waitingEdit = edit
    throw new NamesakeError(
      'rules-shrink',
      `${file}: this edit frees ${freed} of ${guarded} protected people, more than half at once; the rules before it stay ` +
        'in force; if it is meant: save the file once more as it is, or run "namesake reload --force"',
    )
  }

  /**
   * The rules at the start. Where the disk is full the people and rules known before are judged against, and it is tried
   * again until the rules could be stored.
   */
  async #useRulesWhenWritable(): Promise<void> {
    const loaded = this.#loaded
    try {
      await this.useRules(loaded)
    } catch (error) {
      if (this.#closed || !isDiskFault(error)) throw error
      this.#events.emit('store-not-writable', { error })
      this.#retry = setTimeout(() => {
        // A reload has brought other rules in, or was refused: then it is in the operator's hands.
        if (this.#loaded === loaded) void this.#useRulesWhenWritable().catch(() => undefined)
      }, retryMs).unref()
    }
  }

  /** Takes both files over: other directories, other schedules. */
  async useConfig(loaded: LoadedConfig): Promise<void> {
    await this.#scheduler.stop()
    this.#loaded = loaded
    this.#scheduler = this.#schedule()
    await this.useRules(loaded)
    void this.#scheduler.start()
  }

  /** The groups that the rules in force protect, with their members; null once this was closed. */
  protectedGroups(): GroupMembers[] | null {
    if (this.#closed) return null
    const rules = this.#store.rules()
    return rules === null ? [] : protectedGroups(rules, this.#store.snapshot())
  }

  states(): readonly DirectoryStatus[] {
    return this.#scheduler.status()
  }

  /** A store that can't be written, directories never read or older than `staleAfter` allows, in words: judging goes on. */
  problems(): readonly string[] {
    const faults = new Set(this.#diskFaults.values())
    if (this.#store.trouble !== null) faults.add(this.#store.trouble)
    return [...faults, ...this.#oldDirectories()]
  }

  #oldDirectories(): string[] {
    const limits = new Map(this.#loaded.config.directories.map(({ name, staleAfter }) => [name, staleAfter]))
    return this.states().flatMap(({ name, age, error }) => {
      if (age !== null && age <= (limits.get(name) ?? Infinity)) return []
      const last = age === null ? 'never synchronised' : `last synchronised ${Math.round(age / 1000)} s ago`
      const old = `directory ${JSON.stringify(name)}: ${last}`
      return [error === null ? old : `${old}: ${error}`]
    })
  }

  /** What in the protection file means nobody, each with its place; empty until all directories are loaded. */
  protectionProblems(): readonly string[] {
    return this.#problems
  }

  /** Synchronises one directory now. @throws as `synchronise`, NamesakeError usage if there is no such directory */
  syncNow(name: string, options: RunOptions): Promise<SyncOutcome> {
    return this.#scheduler.syncNow(name, options)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    await this.#scheduler.stop()
    await this.#store.close()
  }

  #schedule(): Scheduler {
    return new Scheduler({
      store: this.#store,
      directories: this.#loaded.config.directories.map((directory) => this.#scheduled(directory)),
      makeIndex: () => indexMaker(this.#loaded, (findings) => this.#note(findings)),
      tell: (event) => this.#tell(event),
    })
  }

  #scheduled(directory: DirectoryConfig): ScheduledDirectory {
    const scheduled = scheduledOf(directory)
    return this.#between === null ? scheduled : { ...scheduled, provider: this.#between.feed(scheduled.provider) }
  }

  #tell(told: SyncEvent): void {
    const { directory } = told
    if (told.event === 'synchronised') {
      this.#between?.synchronised(directory)
      this.#diskFaults.delete(directory)
      this.#events.emit('directory-synchronised', { directory, ...told.outcome })
      this.#onChanged()
    } else if (told.event === 'failed') {
      const { error, age } = told
      if (isDiskFault(error)) this.#diskFaults.set(directory, error.message)
      const code = error instanceof NamesakeError ? error.code : 'invariant'
      this.#events.emit('directory-sync-failed', { directory, code, error, age: seconds(age) })
    } else if (told.event === 'stale') this.#events.emit('directory-stale', { directory, age: seconds(told.age) })
    else this.#events.emit('directory-notice', { directory, text: told.text })
  }

  /** Tells what the rules name and no directory has: once for each change, and not before directories are loaded. */
  #note({ problems, protectedPeople }: IndexFindings): void {
    this.protectedPeople = protectedPeople
    const told = JSON.stringify(problems)
    if (told === this.#toldProblems) return
    const waiting = this.#loaded.config.directories.some(
      ({ name }) => (this.#store.record(name)?.lastSync ?? null) === null,
    )
    if (waiting && problems.length > 0 && this.#toldProblems === '') return
    this.#toldProblems = told
    this.#problems = problems.map(({ path, message }) => {
      const { file, line, column } = this.#loaded.locate(path)
      const at = `${file}:${line}:${column}`
      this.#events.emit('protection-problem', { at, problem: message })
      return `${at}: ${message}`
    })
  }
}

/** Tells one saving of a file from the next. */
function savedAt(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? '' : `${stat.dev} ${stat.ino} ${stat.mtimeNs}`
}

function isDiskFault(error: unknown): error is NamesakeError {
  return error instanceof NamesakeError && (error.code === 'store-full' || error.code === 'store-unusable')
}

function seconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : Math.round(milliseconds / 1000)
}
