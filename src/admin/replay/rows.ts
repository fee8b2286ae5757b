/** Messages as rows: of the table on a terminal, and of `--csv`. */

import { csvLine } from '../csv.ts'
import { printable, table } from '../../text.ts'
import { changeOf } from './outcome.ts'
import type { Judged, Outcome } from './outcome.ts'

const columns = [9, 7, 16, 10, 28, 40, 16, 32]
const comparedColumns = [13, 24, 24, 28, 40, 16, 32]

/** Rows of the table, with the head row if asked for. */
export function tableRows(messages: readonly Judged[], head: boolean): string[] {
  const rows = messages.map(({ source, outcome, time, subject }) => [
    outcome.verdict,
    outcome.tier ?? '',
    outcome.kind ?? outcome.reason ?? '',
    outcome.action ?? '',
    printable(outcome.name ?? ''),
    printable(outcome.address ?? ''),
    minute(time),
    printable(subject ?? ''),
    printable(source),
  ])
  if (head) rows.unshift(['verdict', 'tier', 'kind', 'action', 'person', 'address', 'date (UTC)', 'subject', 'source'])
  return table(rows, columns)
}

/** Rows of the table where another policy is compared. */
export function comparedRows(messages: readonly Judged[], head: boolean): string[] {
  const rows = messages.map(({ source, outcome, before, time, subject }) => [
    (before === null ? null : changeOf(before, outcome)) ?? 'same',
    before === null ? '' : inShort(before),
    inShort(outcome),
    printable(outcome.name ?? before?.name ?? ''),
    printable(outcome.address ?? before?.address ?? ''),
    minute(time),
    printable(subject ?? ''),
    printable(source),
  ])
  if (head) rows.unshift(['change', 'configured', 'tried', 'person', 'address', 'date (UTC)', 'subject', 'source'])
  return table(rows, comparedColumns)
}

/** A time to the minute, in UTC; empty if there is none. */
export function minute(time: number | null): string {
  return time === null ? '' : new Date(time).toISOString().slice(0, 16).replace('T', ' ')
}

/** An outcome in two or three words: `tag exact`. */
export function inShort({ verdict, kind, action, reason }: Outcome): string {
  if (verdict === 'clean') return 'clean'
  return verdict === 'unchecked' ? `unchecked ${reason ?? ''}` : `${action ?? ''} ${kind ?? ''}`
}

const outcomeKeys = ['verdict', 'tier', 'kind', 'person', 'name', 'address', 'reason', 'action'] as const

/** The head row of `--csv`. */
export function csvHead(compared: boolean): string {
  const before = compared ? ['change', ...outcomeKeys.map((key) => `before_${key}`)] : []
  return csvLine(['source', 'time', ...outcomeKeys, ...before])
}

/** A message as a row of `--csv`. */
export function csvRow({ source, outcome, before, time }: Judged): string {
  const cells = [source, time === null ? '' : new Date(time).toISOString(), ...outcomeKeys.map((key) => outcome[key])]
  if (before !== null) cells.push(changeOf(before, outcome), ...outcomeKeys.map((key) => before[key]))
  return csvLine(cells)
}
