/** Directories as operators and programs see them. */

import type { DirectoryStatus } from '../directory/schedule.ts'
import { sourceOf } from '../directory/sources/registry.ts'
import type { SyncOutcome } from '../directory/sync.ts'
import type { DirectoryConfig } from '../options/source.ts'
import type { DirectoryReport, SyncReport } from '../ports.ts'
import { count } from '../text.ts'

/** A directory's state as plain data: times as ISO 8601 text, age in seconds. */
export function reportOf(status: DirectoryStatus): DirectoryReport {
  const { name, type, state, people, groups, error } = status
  const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())
  const age = status.age === null ? null : Math.floor(status.age / 1000)
  return {
    name,
    type,
    state,
    lastSync: time(status.lastSync),
    age,
    nextRun: time(status.nextRun),
    people,
    groups,
    error,
  }
}

/** Where a directory is read from: a tenant, a path. */
export function placeOf(directory: DirectoryConfig): string {
  return sourceOf(directory).placeOf(directory)
}

/** What a synchronisation changed, as plain data. */
export function syncReportOf(directory: string, outcome: SyncOutcome): SyncReport {
  const { round, people, groups, added, changed, removed, duration } = outcome
  return { directory, round, people, groups, added, changed, removed, duration }
}

/** What a synchronisation did, for people. */
export function syncInWords(outcome: Omit<SyncReport, 'directory'>): string {
  const { added, changed, removed, people, groups, round, duration } = outcome
  const changes = [
    added > 0 ? `${added} added` : '',
    changed > 0 ? `${changed} changed` : '',
    removed > 0 ? `${removed} removed` : '',
  ].filter((part) => part !== '')
  const what = changes.length === 0 ? 'nobody changed' : changes.join(', ')
  const read = round === 'full' ? 'everything read' : 'changes read'
  const counts = `${count(people, 'person', 'people')} and ${count(groups, 'group', 'groups')}`
  return `${what}; ${counts} (${read} in ${(duration / 1000).toFixed(1)} s)`
}
