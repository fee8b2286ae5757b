/** One installation as the console works on it: its files, people, history and daemon, kept open between requests. */

import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import type { Installation } from '../admin/installation.ts'
import type { People } from '../admin/people.ts'
import { ShownNames } from '../admin/shown-names.ts'
import { Problem } from './problem.ts'
import type { HistoryPort, SyncStep } from '../ports.ts'

/** How a directory's synchronisation stands that was asked for here. */
interface DeskProgress {
  readonly phase: SyncStep['phase'] | 'waiting'
  readonly count: number
}

/** Days go by: what 30 of them held is read again after so long. */
const shownMs = 600_000

/** The installation, looked at anew when its files change. */
export class Desk<H extends HistoryPort = HistoryPort> {
  readonly configPath: string
  readonly installation: Installation
  /** Synchronisations under way, by directory. */
  readonly syncing = new Map<string, DeskProgress>()
  readonly #openHistory: () => Promise<H | null>
  #history: Promise<H | null> | null = null
  #configStamp: string
  #turn: Promise<unknown> = Promise.resolve()
  #shown: { readonly stamp: string; readonly names: Promise<ShownNames> } | null = null

  constructor(configPath: string, installation: Installation, openHistory: () => Promise<H | null>) {
    this.configPath = configPath
    this.installation = installation
    this.#openHistory = openHistory
    this.#configStamp = stampOf(configPath)
  }

  /** Reads namesake.yaml again if it has changed. */
  refresh(): Installation {
    const stamp = stampOf(this.configPath)
    if (stamp !== this.#configStamp) {
      this.installation.reload()
      this.#configStamp = stamp
    }
    return this.installation
  }

  /** People and groups, ready to be listed and searched. @throws as `Installation.people` */
  async people(): Promise<People> {
    return (await this.refresh().people()).ready()
  }

  /** The history; null where none is kept. */
  async history(): Promise<H | null> {
    this.#history ??= this.#openHistory()
    try {
      return await this.#history
    } catch (error) {
      // Tried again with the next request: a disk that was full may have room by then.
      this.#history = null
      throw error
    }
  }

  /** @throws Problem unavailable where no history is kept */
  async historyOrProblem(): Promise<H> {
    const history = await this.history()
    if (history === null) {
      throw new Problem('unavailable', 'No history is kept here: the option history of namesake.yaml says null.')
    }
    return history
  }

  /** Whose names were shown in detections of 30 days; read again when something was caught, people changed, or a while is over. */
  async shownNames(): Promise<ShownNames> {
    const history = await this.history().catch(() => null)
    const snapshot = (await this.installation.store()).snapshot()
    const now = Date.now()
    const stamp = `${String(await history?.count())} ${snapshot.contents} ${Math.floor(now / shownMs)}`
    if (this.#shown?.stamp === stamp) return this.#shown.names
    const shown = { stamp, names: ShownNames.read(history, snapshot, now) }
    this.#shown = shown
    // Read again with the next request: what could not be read may be there by then.
    shown.names.catch(() => {
      if (this.#shown === shown) this.#shown = null
    })
    return shown.names
  }

  /** Changes with every edit of namesake.yaml or of the protection file: what an editor's If-Match names. */
  version(file: 'config' | 'protection'): string {
    const path = file === 'config' ? this.configPath : this.installation.config.protection
    return versionOf(existsSync(path) ? readFileSync(path) : '')
  }

  /** Does one change after the other: what a change was checked against still holds when it is made. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#turn
    const done = before.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  /** What tells that something has changed since, for live updates: cheap to ask for. */
  async marks(): Promise<Record<'detections' | 'people' | 'protection' | 'directories' | 'audit', string>> {
    const installation = this.refresh()
    const history = await this.history().catch(() => null)
    const store = await installation.store().catch(() => null)
    const records = store?.records() ?? []
    return {
      detections: history === null ? '' : String(await history.count()),
      people: records.map(({ name, lastSync, people, groups }) => `${name} ${lastSync} ${people} ${groups}`).join('\n'),
      audit: history === null ? '' : newest(history.audit()),
      protection: stampOf(installation.config.protection),
      directories: [
        stampOf(this.configPath),
        ...records.map(({ name, lastAttempt, lastSync, error }) => `${name} ${lastAttempt} ${lastSync} ${error ?? ''}`),
        ...[...this.syncing].map(([name, { phase, count }]) => `${name} ${phase} ${count}`),
      ].join('\n'),
    }
  }
}

/** A short name for what something is now. */
export function versionOf(material: string | Buffer): string {
  return createHash('sha256').update(material).digest('base64url').slice(0, 22)
}

/** The id of the first of a list that is read only so far. */
function newest(entries: Iterable<{ readonly id: string }>): string {
  for (const { id } of entries) return id
  return ''
}

function stampOf(path: string): string {
  try {
    const { mtimeNs, size, ino } = statSync(path, { bigint: true })
    return `${mtimeNs} ${size} ${ino}`
  } catch {
    return 'absent'
  }
}
