/** This node's part in a fleet, wired to the daemon. */

import { join } from 'node:path'
import { replaceFile } from '../config/replace-file.ts'
import type { FleetConfig, NamesakeConfig } from '../config/types.ts'
import { Fleet } from '../fleet/fleet.ts'
import type { FleetEvent, FleetOptions } from '../fleet/fleet.ts'
import type { Events } from '../ops/events.ts'
import { diffOf, diffText } from '../admin/diff.ts'
import { version } from './version.ts'

/** @throws NamesakeError input-invalid for a database URL that can't be used */
export function openFleet(
  fleet: FleetConfig,
  config: Pick<NamesakeConfig, 'protection' | 'store'>,
  daemon: Pick<FleetOptions, 'rulesInForce' | 'readRules' | 'state' | 'history'>,
  events: Events,
): Fleet {
  return new Fleet({
    url: fleet.postgres.reveal(),
    node: fleet.node,
    version: version(),
    // Which revision the file holds is noted in the store's folder: it is this node's own, as the store is.
    rules: { path: config.protection, statePath: join(config.store, 'fleet-rules.json'), replace: replaceFile },
    ...daemon,
    tell: (event) => tell(events, event),
  })
}

function tell(events: Events, told: FleetEvent): void {
  switch (told.event) {
    case 'away':
      return events.emit('fleet-unavailable', { error: told.error })
    case 'back':
      return events.emit('fleet-available', {})
    case 'failed':
      return events.emit('fleet-failed', { error: told.error })
    case 'rules': {
      const { outcome, revision, node } = told.outcome
      if (told.outcome.outcome !== 'conflict') return events.emit('fleet-rules', { outcome, revision, node })
      const { kept, ours, theirs } = told.outcome
      const lines = diffText(diffOf(ours, theirs)).split('\n')
      return events.emit('fleet-conflict', { revision, node, kept, diff: lines.slice(0, maxDiffLines) })
    }
  }
}

const maxDiffLines = 100
