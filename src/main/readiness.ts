/** Ready, degraded or not, and why. */

import { connect } from 'node:net'
import type { NamesakeConfig, RelayHop } from '../config/types.ts'
import type { Readiness } from '../ops/http.ts'
import type { DaemonStatus } from '../ports.ts'
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
  const states = await nextHopStates(config)
  // One that answers is enough: they are tried in order. What is not probed counts as there.
  if (states.some(({ reached }) => reached !== false)) return []
  return states.map(({ url, problem }) => `next hop ${url}: ${problem ?? ''}`)
}

/** The next hops with what a connection to each comes to; only those named by host and port are tried. */
export async function nextHopStates(config: NamesakeConfig): Promise<DaemonStatus['nextHop']> {
  const relay = config.smtp?.relay
  switch (relay?.kind) {
    case undefined:
      return []
    case 'hops':
      return Promise.all(
        relay.hops.map(async (hop) => {
          const problem = await probe(hop)
          return { url: hop.url, reached: problem === null, problem }
        }),
      )
    case 'maildir':
      return [{ url: `maildir:${relay.path}`, reached: null, problem: null }]
    case 'mx':
      return [{ url: `mx:${relay.domain}`, reached: null, problem: null }]
    case 'srv':
      return [{ url: `srv:${relay.name}`, reached: null, problem: null }]
  }
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
      resolve(problem)
    }
    socket.setTimeout(patience, () => done(`no connection within ${patience} ms`))
    socket.once('connect', () => done(null))
    socket.once('error', (error) => done(error.message))
  })
}
