/** The options of `check` as they were given, and what they mean. */

import { NamesakeError } from '../errors.ts'
import { quote } from '../text.ts'
import { timeOfOption } from '../admin/replay/message-time.ts'
import type { WriterOptions } from '../admin/replay/result-writer.ts'

/** As the command line hands them over. */
export interface GivenOptions {
  readonly json?: boolean
  readonly csv?: boolean
  readonly html?: string
  readonly explain?: boolean
  readonly all?: boolean
  readonly policy?: string
  readonly since?: string
  readonly until?: string
  readonly jobs?: string
}

export interface CheckOptions {
  /** At least one; `-` is standard input. */
  readonly paths: readonly string[]
  /** Of namesake.yaml; `given`: as it was named on the command line, null if it was not. */
  readonly config: { readonly path: string; readonly given: string | null }
  readonly form: WriterOptions['form']
  readonly explain: boolean
  readonly all: boolean
  readonly html: string | null
  readonly policy: string | null
  /** Milliseconds since the epoch. */
  readonly since: number | null
  readonly until: number | null
  readonly jobs: number
}

const maxJobs = 64

/**
 * @param now milliseconds since the epoch
 * @param usual processes that judge unless `--jobs` says otherwise
 * @throws NamesakeError usage, with what is accepted
 */
export function readCheckOptions(
  paths: readonly string[],
  given: GivenOptions,
  config: CheckOptions['config'],
  now: number,
  usual: number,
): CheckOptions {
  if (given.json === true && given.csv === true) throw usage('--json and --csv exclude each other')
  if (paths.filter((path) => path === '-').length > 1) throw usage('standard input (-) can be read only once')
  const since = timeGiven('--since', given.since, now)
  const until = timeGiven('--until', given.until, now)
  if (since !== null && until !== null && since >= until) throw usage('--since must lie before --until')
  return {
    paths: paths.length > 0 ? paths : ['-'],
    config,
    form: given.json === true ? 'json' : given.csv === true ? 'csv' : 'table',
    explain: given.explain === true,
    all: given.all === true,
    html: given.html ?? null,
    policy: given.policy ?? null,
    since,
    until,
    jobs: jobsGiven(given.jobs) ?? Math.min(maxJobs, usual),
  }
}

function timeGiven(option: string, text: string | undefined, now: number): number | null {
  if (text === undefined) return null
  const time = timeOfOption(text, now)
  if (time !== null) return time
  throw usage(`${option}: ${quote(text)} is no time; accepted: 2026-10-01, 2026-10-01T12:00Z, or 30d, 12h, 4w ago`)
}

function jobsGiven(text: string | undefined): number | null {
  if (text === undefined || text === 'auto') return null
  const jobs = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (jobs >= 1 && jobs <= maxJobs) return jobs
  throw usage(`--jobs: ${quote(text)} is no number of processes; accepted: 1 to ${maxJobs}, or auto`)
}

function usage(message: string): NamesakeError {
  return new NamesakeError('usage', message)
}
