/** Ready, degraded or not, and why. */

import { nextHopStates } from '../admin/next-hops.ts'
import type { NamesakeConfig } from '../config/types.ts'
import type { Readiness } from '../ops/http.ts'
import type { FleetReport } from '../ports.ts'
import type { Directories } from './directories.ts'
import type { WorkerPool } from './worker-pool.ts'

/**
 * Whether mail should be sent here now. Not ready: no directory, no listener, or no next hop (mail would only be
 * deferred). Degraded: judging goes on, but without a directory that was never read, or on people
 * or rules of a fleet that are older than `staleAfter` says.
 */
export async function readReadiness(
  config: NamesakeConfig,
  directories: Directories | null,
  pool: WorkerPool | null,
  fleet: FleetReport | null,
): Promise<Readiness> {
  const blocking = await nextHopProblems(config)
  const states = directories?.states() ?? []
  if (!states.some((state) => state.lastSync !== null)) blocking.push('no directory is loaded yet')
  if ((pool?.listeners() ?? []).length === 0) blocking.push('the listeners are not up')
  const stale = [...(directories?.problems() ?? []), ...fleetProblems(config, fleet)]
  const status = blocking.length > 0 ? 'not ready' : stale.length > 0 ? 'degraded' : 'ready'
  return { status, problems: [...blocking, ...stale] }
}

/** Rules may have been edited elsewhere since: they age as people do. */
function fleetProblems({ directories }: NamesakeConfig, fleet: FleetReport | null): string[] {
  const limit = Math.min(...directories.map(({ staleAfter }) => staleAfter))
  if (fleet === null || fleet.age * 1000 <= limit) return []
  return [`fleet: what other nodes changed was last seen ${fleet.age} s ago`]
}

async function nextHopProblems(config: NamesakeConfig): Promise<string[]> {
  const states = await nextHopStates(config)
  // One that answers is enough: they are tried in order. What is not probed counts as there.
  if (states.some(({ reached }) => reached !== false)) return []
  return states.map(({ url, problem }) => `next hop ${url}: ${problem ?? ''}`)
}
