/** This node's part in a fleet, wired to the daemon. */

import { dirname, join } from 'node:path'
import { replaceFile } from '../config/replace-file.ts'
import type { FleetConfig, NamesakeConfig } from '../config/types.ts'
import { Fleet } from '../fleet/fleet.ts'
import type { FleetEvent, FleetOptions } from '../fleet/fleet.ts'
import { Accounts } from '../history/accounts.ts'
import type { Events } from '../ops/events.ts'
import { diffOf, diffText } from '../admin/diff.ts'
import { version } from './version.ts'

/** @throws NamesakeError input-invalid for a database URL that can't be used */
export function openFleet(
  fleet: FleetConfig,
  config: Pick<NamesakeConfig, 'protection' | 'store' | 'console'>,
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
    accounts: openAccounts(config, events),
    tell: (event) => tell(events, event),
  })
}

/** Who may use the console, as all nodes have it; opened when it is first asked for, and again where that failed. */
function openAccounts(
  { console, store }: Pick<NamesakeConfig, 'store' | 'console'>,
  events: Events,
): () => Accounts | null {
  let accounts: Accounts | null = null
  let failed = false
  return () => {
    try {
      accounts ??= Accounts.open(console?.path ?? join(dirname(store), 'console'))
    } catch (error) {
      // It is tried at each look, and told once.
      if (!failed) events.emit('fleet-failed', { error })
      failed = true
    }
    return accounts
  }
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
      const { kept, lost, inForce } = told.outcome
      const lines = diffText(diffOf(inForce, lost)).split('\n')
      return events.emit('fleet-conflict', { revision, node, kept, diff: lines.slice(0, maxDiffLines) })
    }
  }
}

const maxDiffLines = 100
