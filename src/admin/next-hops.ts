/** The next hops, and whether they can be reached. */

import { connect } from 'node:net'
import type { NamesakeConfig, RelayHop } from '../config/types.ts'
import type { DaemonStatus } from '../ports.ts'

/** Milliseconds that a next hop may take to accept a connection before it counts as down. */
const patience = 2_000

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
