/** Ready, degraded or not, and why. */

import { connect } from 'node:net'
import type { NamesakeConfig, RelayHop } from '../config/types.ts'
import type { Readiness } from '../ops/http.ts'
import type { Directories } from './directories.ts'
import type { WorkerPool } from './worker-pool.ts'

/** Milliseconds that a next hop may take to accept a connection before it counts as down. */
const patience = 2_000

/**
 * Whether mail should be sent here now. Not ready: no directory, no listener, or no next hop (mail would only be
 * deferred). Degraded: judging goes on, but without a directory that was never read, or on people
 * that are older than `staleAfter` says.
 */
export async function readReadiness(
  config: NamesakeConfig,
  directories: Directories | null,
  pool: WorkerPool | null,
): Promise<Readiness> {
  const blocking = await nextHopProblems(config)
  const states = directories?.states() ?? []
  if (!states.some((state) => state.lastSync !== null)) blocking.push('no directory is loaded yet')
  if ((pool?.listeners() ?? []).length === 0) blocking.push('the listeners are not up')
  const stale = directories?.problems() ?? []
  const status = blocking.length > 0 ? 'not ready' : stale.length > 0 ? 'degraded' : 'ready'
  return { status, problems: [...blocking, ...stale] }
}

async function nextHopProblems(config: NamesakeConfig): Promise<string[]> {
  const relay = config.smtp?.relay
  if (relay?.kind !== 'hops') return []
  const problems = await Promise.all(relay.hops.map(probe))
  // One that answers is enough: they are tried in order.
  return problems.includes(null) ? [] : problems.filter((problem) => problem !== null)
}

/** Null if the next hop accepts a connection; else what is wrong. */
function probe(hop: RelayHop): Promise<string | null> {
  return new Promise((resolve) => {
    const { address } = hop
    const socket = connect(
      address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port },
    )
    const done = (problem: string | null): void => {
      socket.destroy()
      resolve(problem === null ? null : `next hop ${hop.url}: ${problem}`)
    }
    socket.setTimeout(patience, () => done(`no connection within ${patience} ms`))
    socket.once('connect', () => done(null))
    socket.once('error', (error) => done(error.message))
  })
}
