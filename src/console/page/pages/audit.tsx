/** Settings, audit log: what was changed, by whom. */

import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { get, query } from '../api.ts'
import { auditWord } from '../audit-words.ts'
import { Icon } from '../icons.tsx'
import { changed } from '../live.ts'
import { usePaged } from '../loaded.ts'
import { Empty, Foreign, Older, Shown, Time } from '../parts.tsx'

interface AuditEntry {
  readonly id: string
  readonly time: string
  readonly who: string
  readonly via: string
  readonly what: string
  readonly target: string
  readonly before: unknown
  readonly after: unknown
}

export function Audit(): JSX.Element {
  const list = usePaged('audit', (cursor, signal) =>
    get<{ items: readonly AuditEntry[]; next: string | null }>(`/audit${query({ limit: 20, cursor })}`, signal),
  )
  useEffect(() => list.reload(), [changed.audit.value])
  const items = list.value?.items ?? []
  return (
    <section class="sect" id="audit" aria-labelledby="audit-h">
      <header class="row wrap">
        <div class="grow">
          <h2 id="audit-h">Audit log</h2>
          <p>Every change made here, by the API and on the command line, and by whom.</p>
        </div>
        <a class="btn" href="/api/v1/audit.csv" download="audit.csv">
          <Icon name="download" />
          Export CSV
        </a>
      </header>
      <div class="card">
        <Shown of={list}>
          {() =>
            items.length === 0 ? (
              <Empty icon="file" title="Nothing was changed yet">
                <p>Each change is listed here with who made it.</p>
              </Empty>
            ) : (
              <>
                <div class="table-wrap">
                  <table class="table top fold">
                    <thead>
                      <tr>
                        <th scope="col">Time</th>
                        <th scope="col">Who</th>
                        <th scope="col">What</th>
                        <th scope="col">From</th>
                      </tr>
                    </thead>
                    <tbody>
                      {items.map((entry) => (
                        <tr key={entry.id}>
                          <td class="nowrap soft">
                            <Time at={entry.time} />
                          </td>
                          <td data-l="Who">
                            <Foreign text={entry.who} max={100} />
                          </td>
                          <td>
                            {auditWord(entry.what)}: <Foreign text={entry.target} max={300} />
                            <Difference entry={entry} />
                          </td>
                          <td class="soft" data-l="From">
                            {entry.via === 'cli' ? 'command line' : entry.via === 'api' ? 'token' : entry.via}
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </div>
                <Older paged={list} what="entry" many="entries" />
              </>
            )
          }
        </Shown>
      </div>
    </section>
  )
}

/** The lines that went and came, or the values before and after. */
function Difference({ entry }: { readonly entry: AuditEntry }): JSX.Element | null {
  const lines = [...sideOf(entry.before, '-'), ...sideOf(entry.after, '+')]
  if (lines.length === 0) return null
  return (
    <details class="audit-diff">
      <summary class="link">Show the difference</summary>
      <div class="code" tabIndex={0} role="region" aria-label="What was changed">
        <ol>
          {lines.map(([sign, text], at) => (
            <li key={at} class={sign === '+' ? 'add' : sign === '-' ? 'del' : ''} data-n="">
              <i>{sign === '-' ? '−' : sign}</i>
              <span>
                <Foreign text={text} max={300} />
              </span>
            </li>
          ))}
        </ol>
      </div>
    </details>
  )
}

/** What an entry keeps of one side: lines of a difference, a list of lines, or a value. */
function sideOf(value: unknown, sign: '+' | '-'): (readonly [string, string])[] {
  if (value === null || value === undefined) return []
  if (typeof value === 'string') return [[sign, value]]
  if (Array.isArray(value)) {
    return (value as unknown[]).slice(0, 200).map((line) => {
      const of = line as { sign?: string; text?: string } | string
      return typeof of === 'string' ? ([sign, of] as const) : ([of.sign ?? sign, of.text ?? ''] as const)
    })
  }
  const { lines, ...rest } = value as { lines?: unknown }
  return [
    ...Object.entries(rest).map(
      ([key, of]) => [sign, `${key}: ${typeof of === 'string' ? of : JSON.stringify(of)}`] as const,
    ),
    ...sideOf(lines, sign),
  ]
}
