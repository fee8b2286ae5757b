/** Settings, about and health. */

import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { healthWords, loadHealth } from '../health.ts'
import { changed } from '../live.ts'
import { useLoaded } from '../loaded.ts'
import { count, Foreign, Note, number, Shown, State, Time } from '../parts.tsx'
import { session } from '../state.ts'
import { Nodes } from './nodes.tsx'

export function About(): JSX.Element {
  const loaded = useLoaded('health', loadHealth)
  useEffect(() => loaded.reload(), [changed.directories.value, changed.protection.value])
  const { value } = loaded
  const daemon = value?.daemon
  const shown = value === null ? null : healthWords(value)
  return (
    <section class="sect" id="about" aria-labelledby="about-h">
      <header>
        <h2 id="about-h">About and health</h2>
      </header>
      <div class="stack-l">
        <Nodes />
        <div class="card">
          <div class="card-head">
            <h3 class="grow">Health</h3>
            {shown === null ? null : <State look={shown.look}>{shown.words}</State>}
          </div>
          <Shown of={loaded}>
            {(value) => (
              <div class="card-body stack">
                {value.status === 'unreachable' ? (
                  <Note look="bad">
                    <p>No daemon answers on this host. What is kept can still be seen.</p>
                  </Note>
                ) : null}
                {(daemon?.problems ?? []).map((problem) => (
                  <Note look="warn" key={problem}>
                    <p>
                      <Foreign text={problem} max={600} />
                    </p>
                  </Note>
                ))}
                {daemon === undefined ? null : (
                  <dl class="facts">
                    <dt>Up since</dt>
                    <dd>
                      <Time at={daemon.since} />, {session.value?.product.node ?? 'this node'}
                    </dd>
                    <dt>Listens</dt>
                    <dd>
                      {daemon.listeners.map((one) => (
                        <div key={one} class="addr">
                          {one}
                        </div>
                      ))}
                    </dd>
                    <dt>Next hop</dt>
                    <dd>
                      {daemon.nextHop.length === 0 ? 'none: asked by the mail server' : null}
                      {daemon.nextHop.map((hop) => (
                        <div key={hop.url}>
                          <State look={hop.reached === false ? 'bad' : 'ok'}>
                            {hop.reached === false
                              ? `does not answer: ${hop.problem ?? ''}`
                              : hop.reached === null
                                ? 'not probed'
                                : 'answers'}
                          </State>{' '}
                          <span class="addr">{hop.url}</span>
                        </div>
                      ))}
                    </dd>
                    <dt>Workers</dt>
                    <dd>{number(daemon.workers)}</dd>
                    <dt>Messages</dt>
                    <dd>
                      {number(daemon.messages.total)} since then, {number(daemon.messages.lastHour.total)} in the last
                      hour; {number(daemon.messages.detected)} detected, {number(daemon.messages.unchecked)} unchecked
                    </dd>
                    <dt>Protected people</dt>
                    <dd>{number(daemon.protectedPeople)}</dd>
                    {value.kept === null || value.kept === undefined ? null : (
                      <>
                        <dt>History</dt>
                        <dd>{count(value.kept, 'record')}</dd>
                      </>
                    )}
                    <dt>Monitoring</dt>
                    <dd>
                      <code>/metrics</code>, <code>/healthz</code>, <code>/readyz</code> of the option{' '}
                      <code>ops.listen</code>
                    </dd>
                  </dl>
                )}
              </div>
            )}
          </Shown>
          <div class="card-foot">
            <span class="grow">Namesake {session.value?.product.version ?? ''}, MIT licence</span>
          </div>
        </div>
      </div>
    </section>
  )
}
