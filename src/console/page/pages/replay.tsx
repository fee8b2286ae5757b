/** Replay: old mail on the server, judged by the rules and people of now. */

import { useEffect, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { ApiError, get, send, wordsOf } from '../api.ts'
import { Icon } from '../icons.tsx'
import { useLoaded } from '../loaded.ts'
import {
  Addr,
  Button,
  count,
  Done,
  Empty,
  Foreign,
  Input,
  kindName,
  Note,
  number,
  Pending,
  RawLines,
  size,
  Tier,
  Time,
} from '../parts.tsx'
import { toast } from '../state.ts'

interface Run {
  readonly id: string
  readonly path: string
  readonly status: 'running' | 'done' | 'stopped' | 'failed'
  readonly read: number
  readonly total: number
  readonly messages: number
  readonly clean: number
  readonly detected: number
  readonly unchecked: number
  readonly outside: number
  readonly unreadable: number
  readonly people: readonly (readonly [string, number])[]
  readonly senders: readonly {
    readonly address: string
    readonly count: number
    readonly names: readonly string[]
    readonly kinds: readonly string[]
  }[]
  readonly listed: readonly {
    readonly source: string
    readonly time: string | null
    readonly tier: string | null
    readonly kind: string | null
    readonly name: string | null
    readonly address: string | null
    readonly action: string | null
  }[]
  readonly problems: readonly string[]
  readonly error: string | null
}

const pollMs = 700

export function Replay(): JSX.Element {
  const runs = useLoaded('replays', (signal) => get<{ items: readonly Run[] }>('/replays', signal))
  const [path, setPath] = useState('')
  const [since, setSince] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const run = runs.value?.items[0] ?? null
  const running = run?.status === 'running'
  useEffect(() => {
    if (!running) return
    const timer = setInterval(runs.reload, pollMs)
    return () => clearInterval(timer)
  }, [running])
  const begin = async (): Promise<void> => {
    setBusy(true)
    setError(null)
    try {
      const from = since === '' ? null : new Date(`${since}T00:00:00`).toISOString()
      const begun = await send<Run>('POST', '/replays', { path, since: from })
      runs.set({ items: [begun, ...(runs.value?.items ?? [])] })
    } catch (failure) {
      setError(
        failure instanceof ApiError && failure.faults[0] !== undefined ? failure.faults[0].message : wordsOf(failure),
      )
    }
    setBusy(false)
  }
  return (
    <div class="inner">
      <div class="page-head">
        <div class="text">
          <h1>Try old mail</h1>
          <p>What the rules and people of now would have done with mail of before. Nothing is kept, sent or changed.</p>
        </div>
        <div class="acts">
          <a class="btn" href="/try">
            <Icon name="flask" />
            Try one message
          </a>
        </div>
      </div>
      <div class="stack-l">
        <section class="card" aria-labelledby="what-h">
          <div class="card-head">
            <h2 id="what-h">Where it lies</h2>
          </div>
          <form
            class="card-body stack"
            onSubmit={(event) => {
              event.preventDefault()
              void begin()
            }}
          >
            <div class="replay-fields">
              <Input
                label="Folder, mbox or message on the server"
                mono
                value={path}
                onInput={setPath}
                error={error}
                placeholder="/var/mail/archive"
                hint="A Maildir, a folder of .eml files or an mbox, also as .gz. The daemon’s user has to be allowed to read it."
              />
              <Input
                label="Not older than"
                type="date"
                value={since}
                onInput={setSince}
                hint="Left empty: all of it."
              />
            </div>
            <div class="row">
              <Button
                look="primary"
                type="submit"
                busy={busy ? 'Starting' : null}
                disabled={path.trim() === '' || running}
              >
                Judge it
              </Button>
            </div>
          </form>
        </section>
        {runs.value === null ? (
          <section class="card">
            <Pending of={runs} />
          </section>
        ) : run === null ? (
          <section class="card">
            <Empty icon="mail" title="Nothing was judged yet">
              <p>Only header fields are read. A million messages take some minutes; mail goes on meanwhile.</p>
            </Empty>
          </section>
        ) : (
          <Report run={run} onChanged={runs.reload} />
        )}
      </div>
    </div>
  )
}

const words: Record<Run['status'], string> = {
  running: 'Judging',
  done: 'Judged',
  stopped: 'Stopped',
  failed: 'Failed',
}
const dispositions: Record<string, string> = {
  monitor: 'monitored',
  tag: 'relayed',
  quarantine: 'quarantined',
  reject: 'rejected',
}

function Report({ run, onChanged }: { readonly run: Run; readonly onChanged: () => void }): JSX.Element {
  const running = run.status === 'running'
  const stop = (): void => {
    send('DELETE', `/replays/${run.id}`).then(onChanged, (failure: unknown) => toast(wordsOf(failure)))
  }
  return (
    <>
      <section class="card" aria-labelledby="run-h" aria-busy={running}>
        <div class="card-head">
          <h2 id="run-h" class="clip">
            {words[run.status]} <Addr text={run.path} />
          </h2>
          {running ? (
            <Button look="small" onClick={stop}>
              Stop
            </Button>
          ) : (
            <a class="btn small" href={`/api/v1/replays/${run.id}/report.html`} download="namesake-report.html">
              <Icon name="download" size={14} />
              The whole report
            </a>
          )}
        </div>
        <div class="card-body stack">
          {running ? (
            <div class="stack-s" role="status">
              <progress max={Math.max(1, run.total)} value={run.read} aria-label="How much is read" />
              <p class="soft">
                {count(run.messages, 'message')}, {size(run.read)} of {size(run.total)}
              </p>
            </div>
          ) : null}
          <dl class="delta">
            <div>
              <dt>Messages</dt>
              <dd>{number(run.messages)}</dd>
            </div>
            <div>
              <dt>Detected</dt>
              <dd>{number(run.detected)}</dd>
            </div>
            <div>
              <dt>Clean</dt>
              <dd>{number(run.clean)}</dd>
            </div>
            <div>
              <dt>Unchecked</dt>
              <dd>{number(run.unchecked)}</dd>
            </div>
          </dl>
          {run.error === null ? null : (
            <Note look="bad">
              <p>
                <Foreign text={run.error} max={600} />
              </p>
            </Note>
          )}
          {run.problems.length === 0 ? null : (
            <RawLines title={`${count(run.unreadable, 'source')} could not be read`} lines={run.problems} />
          )}
        </div>
      </section>
      {run.detected === 0 ? null : (
        <>
          <section class="card" aria-labelledby="senders-h">
            <div class="card-head">
              <h2 id="senders-h">Is this really them?</h2>
              <span class="muted">addresses hit most</span>
            </div>
            <div class="table-wrap">
              <table class="table fold">
                <thead>
                  <tr>
                    <th scope="col">Address</th>
                    <th scope="col">Shows the names of</th>
                    <th scope="col" class="num">
                      Messages
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {run.senders.map((sender) => (
                    <tr key={sender.address}>
                      <td>
                        <Addr text={sender.address === '' ? 'no address' : sender.address} />
                      </td>
                      <td data-l="Names">
                        <Foreign text={sender.names.join(', ')} max={200} />
                      </td>
                      <td class="num" data-l="Messages">
                        {number(sender.count)}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </section>
          <section class="card" aria-labelledby="listed-h">
            <div class="card-head">
              <h2 id="listed-h">Messages</h2>
              <span class="muted">
                {run.listed.length < run.detected ? `the first ${run.listed.length} of ${number(run.detected)}` : ''}
              </span>
            </div>
            <div class="table-wrap">
              <table class="table dense fold">
                <thead>
                  <tr>
                    <th scope="col">Time</th>
                    <th scope="col">Protected person</th>
                    <th scope="col">Address</th>
                    <th scope="col">Kind</th>
                    <th scope="col">Would be</th>
                    <th scope="col">Where</th>
                  </tr>
                </thead>
                <tbody>
                  {run.listed.map((one) => (
                    <tr key={one.source}>
                      <td class="nowrap soft">{one.time === null ? 'unknown' : <Time at={one.time} />}</td>
                      <td data-l="Person">
                        <Foreign text={one.name ?? ''} max={100} />
                      </td>
                      <td data-l="Address">
                        <Addr text={one.address ?? ''} />
                      </td>
                      <td data-l="Kind">
                        <span class="row">
                          <Tier tier={one.tier} glyph />
                          <span class="kind">{kindName(one.kind)}</span>
                        </span>
                      </td>
                      <td data-l="Would be">
                        <Done disposition={dispositions[one.action ?? ''] ?? 'relayed'} />
                      </td>
                      <td data-l="Where" class="soft">
                        <span class="tail" title={one.source}>
                          <Addr text={one.source.split('/').at(-1) ?? ''} />
                        </span>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </section>
        </>
      )}
    </>
  )
}
