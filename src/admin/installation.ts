/** One installation as an operator's work needs it: its files as they stand, the people known, the daemon if one runs. */

import { statSync } from 'node:fs'
import { loadConfig, loadProtection } from '../config/load.ts'
import type { LoadedConfig, LoadedProtection, NamesakeConfig } from '../config/types.ts'
import { directorySources } from '../directory/sources/registry.ts'
import { openStoreToRead, storeIsThere } from '../directory/store/open.ts'
import type { Store } from '../directory/store/store.ts'
import { statusOf } from '../directory/schedule.ts'
import type { DaemonControl, DirectoryReport } from '../ports.ts'
import { ControlClient, controlPath } from './control.ts'
import { reportOf } from './directories.ts'
import { People } from './people.ts'
import { auditEdit, openHistoryToRead } from './audit.ts'
import type { Actor } from './audit.ts'
import { sharedHistory } from './fleet.ts'
import { effectOf } from './effect.ts'
import type { Preview } from './effect.ts'
import type { PairOf } from '../model.ts'
import { draftRules, makeEdit, planEdit } from './protection.ts'
import type { EditContext, MadeEdit, PlannedEdit, ProtectionRequest } from './protection.ts'

/**
 * Opens nothing before it is asked for: whoever edits the configuration needs no store, and before the first
 * synchronisation there is none. Secrets are not read.
 */
export class Installation {
  readonly #path: string
  readonly #unbegun: boolean
  #loaded: LoadedConfig
  #stamp: string
  #store: Promise<Store> | null = null
  #people: Promise<People> | null = null
  readonly #control: DaemonControl

  /**
   * @param path of namesake.yaml
   * @param unbegun whether the protection file may be missing or hold nothing, as for an edit that begins it
   * @throws ConfigError with every fault of both files
   */
  constructor(path: string, unbegun = false) {
    this.#path = path
    this.#loaded = loadConfig(path, directorySources, { credentials: false, unbegun })
    this.#unbegun = unbegun
    this.#stamp = stampOf(this.#loaded.config)
    this.#control = new ControlClient(controlPath(this.#loaded.config.store))
  }

  /** As the operator named the configuration, for messages. */
  get path(): string {
    return this.#path
  }

  get config(): NamesakeConfig {
    return this.#loaded.config
  }

  /**
   * Reads both files again, as after an edit of namesake.yaml. The store's folder stays.
   * @throws ConfigError with every fault; what was read before stays then
   */
  reload(): void {
    this.#loaded = loadConfig(this.#path, directorySources, { credentials: false, unbegun: this.#unbegun })
    this.#stamp = stampOf(this.#loaded.config)
  }

  /**
   * The protection file as it stands now: read again when it has changed.
   * @throws ConfigError with every fault
   */
  protection(): LoadedProtection {
    const stamp = stampOf(this.config)
    if (stamp !== this.#stamp) {
      this.#loaded = { ...loadProtection(this.config, { unbegun: this.#unbegun }), config: this.config }
      this.#stamp = stamp
    }
    return this.#loaded
  }

  /** Talks to the daemon; each call throws NamesakeError daemon-unreachable where none answers. */
  get control(): DaemonControl {
    return this.#control
  }

  /**
   * The store, to read. Opened once.
   * @throws NamesakeError store-unusable if there is none yet or it may not be read, store-damaged
   */
  store(): Promise<Store> {
    return (this.#store ??= openStoreToRead(this.config.store))
  }

  /** People and groups with their protection. @throws as `store` */
  people(): Promise<People> {
    return (this.#people ??= this.store().then(
      (store) =>
        new People(
          () => store.snapshot(),
          () => this.protection().rules,
        ),
    ))
  }

  /** The configured directories with state and age, whether or not a daemon runs. @throws NamesakeError store-unusable */
  async directories(now: number = Date.now()): Promise<DirectoryReport[]> {
    const store = storeIsThere(this.config.store) ? await this.store() : null
    return this.config.directories.map((directory) =>
      reportOf(statusOf(directory, store?.record(directory.name), directory.staleAfter, directory.sync, now)),
    )
  }

  /** What an edit of the protection file needs to know. @throws as `store` */
  async editContext(): Promise<EditContext> {
    const store = await this.store()
    return { config: this.config, view: store.snapshot(), control: this.control }
  }

  /** What changes of the protection file would do. @throws as `planEdit` */
  async plan(requests: readonly ProtectionRequest[]): Promise<PlannedEdit> {
    return planEdit(await this.editContext(), requests)
  }

  /**
   * Makes changes of the protection file, all or none, and waits until they are in force.
   * @param actor who makes them, for the audit log
   * @throws as `makeEdit`
   */
  async edit(requests: readonly ProtectionRequest[], accepted = false, actor: Actor | null = null): Promise<MadeEdit> {
    const made = await makeEdit(await this.editContext(), requests, accepted)
    if (actor === null || !made.changed) return made
    return { ...made, unrecorded: await auditEdit(this.config, requests, made.diff, actor) }
  }

  /** What changes would do to the rules, and what they would have done to the messages of the history. @throws as `planEdit` */
  async preview(requests: readonly ProtectionRequest[], about: PairOf | null = null): Promise<Preview> {
    const { planned, before, after } = draftRules(await this.editContext(), requests)
    const own = await openHistoryToRead(this.config)
    const history = own && sharedHistory(this.config, own, () => undefined)
    try {
      return {
        planned,
        effect: history && (await effectOf(history, await this.store(), before, after, about, this.config)),
      }
    } finally {
      await history?.close()
    }
  }

  async close(): Promise<void> {
    const store = await this.#store?.catch(() => null)
    await store?.close()
  }
}

/** Changes with every edit of the protection file. */
function stampOf({ protection }: NamesakeConfig): string {
  try {
    const { mtimeNs, size, ino } = statSync(protection, { bigint: true })
    return `${mtimeNs} ${size} ${ino}`
  } catch {
    return 'absent' // reading it says why
  }
}
