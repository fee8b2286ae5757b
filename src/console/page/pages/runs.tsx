/** How the last synchronisations of a directory ended, and what to try where they fail. */

import type { JSX } from 'preact'
import { count, Foreign, Time } from '../parts.tsx'

export interface Run {
  readonly at: string
  /** Null: it went well. */
  readonly error: string | null
  readonly added: number
  readonly changed: number
  readonly removed: number
}

const barPx = 7
const runsShown = 12

/** A bar a run: full and high where it went well, hollow and low where not. */
export function RunBars({ runs }: { readonly runs: readonly Run[] }): JSX.Element | null {
  if (runs.length === 0) return null
  return (
    <svg width={runsShown * barPx} height="16" role="img" aria-label={runsInWords(runs)}>
      <title>{runsInWords(runs)}</title>
      {runs.map(({ at, error }, n) => {
        const x = n * barPx
        return error === null ? (
          <rect key={at} x={x} y="2" width="5" height="14" class="run-ok" />
        ) : (
          <rect key={at} x={x + 0.5} y="8.5" width="4" height="7" fill="none" class="run-bad" />
        )
      })}
    </svg>
  )
}

function runsInWords(runs: readonly Run[]): string {
  const failed = runs.filter(({ error }) => error !== null).length
  const all = count(runs.length, 'run')
  if (failed === 0) return `${all}, ${runs.length === 1 ? 'it' : 'all'} went well`
  const since = runs.length - 1 - runs.findLastIndex(({ error }) => error === null)
  if (since === failed)
    return failed === runs.length
      ? `${all}, none went well`
      : `${all}, the last ${failed === 1 ? 'one' : failed} failed`
  return `${all}, ${failed} of them failed`
}

/** Runs that ended alike one after the other, the latest first. */
interface Same extends Run {
  readonly times: number
}

function together(runs: readonly Run[]): Same[] {
  const found: Same[] = []
  for (const run of runs) {
    const last = found.at(-1)
    const isSame = last?.error === run.error && (run.error !== null || changesOf(run) === changesOf(last))
    if (last !== undefined && isSame) found[found.length - 1] = { ...run, times: last.times + 1 }
    else found.push({ ...run, times: 1 })
  }
  return found.reverse()
}

function changesOf({ added, changed, removed }: Run): string {
  if (added + changed + removed === 0) return 'nobody changed'
  return `${added} added, ${changed} changed, ${removed} removed`
}

const linesShown = 4

/** The runs of a directory that can't be read, and what mends it mostly. */
export function InTrouble({
  one,
}: {
  readonly one: {
    readonly name: string
    readonly type: string
    readonly error: string | null
    readonly lastSync: string | null
    readonly runs: readonly Run[]
  }
}): JSX.Element {
  const lines = together(one.runs)
  return (
    <div class="cols even trouble">
      <section class="card" aria-labelledby="runs-h">
        <div class="card-head">
          <h2 id="runs-h">{one.name}, last runs</h2>
        </div>
        <div class="card-body">
          <ol class="hist">
            {lines.slice(0, linesShown).map((run) => (
              <li key={run.at}>
                <span>
                  <Time at={run.at} />
                  {run.times > 1 ? ` and ${count(run.times - 1, 'time')} before` : ''}
                  {': '}
                  {run.error === null ? `read, ${changesOf(run)}` : <Foreign text={run.error} max={300} />}
                </span>
              </li>
            ))}
          </ol>
        </div>
      </section>
      <section class="card" aria-labelledby="fix-h">
        <div class="card-head">
          <h2 id="fix-h">What to try</h2>
        </div>
        <div class="card-body">
          <ol class="fix">
            {advice(one.type, one.error ?? '').map((line) => (
              <li key={line}>{line}</li>
            ))}
            {one.lastSync === null ? null : (
              <li>If it takes longer, nothing has to be done at once: the people known before stay protected.</li>
            )}
          </ol>
        </div>
      </section>
    </div>
  )
}

/** What mends it, for the usual kinds of trouble; the words of the trouble itself say more. */
function advice(type: string, error: string): string[] {
  if (/would remove/i.test(error)) {
    return [
      'See whether the source is whole: mostly a file was cut, or a filter was changed.',
      'If these people have really left, accept it above.',
    ]
  }
  if (type === 'file')
    return [
      'See whether the file is there and the daemon may read it.',
      'The place in the file is named above: mend it there. It is read again by itself.',
    ]
  if (/consent|permission/i.test(error))
    return ['Let a Privileged Role Administrator accept the two permissions: Authorize again.']
  if (/secret|certificate|assertion/i.test(error)) {
    return [
      'Make a new credential in the app registration in Entra, under Certificates & secrets.',
      'Put it where namesake.yaml says, start the daemon again if it is an environment variable, and sync now.',
    ]
  }
  if (/tenant|application/i.test(error))
    return ['Compare tenant and clientId in namesake.yaml with the app registration in Entra.']
  return [
    'See whether this host reaches login.microsoftonline.com and graph.microsoft.com: mostly a firewall or a proxy is in the way.',
    'The next run comes by itself, or press Sync now.',
  ]
}
