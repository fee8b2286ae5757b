/** The history as an operator asks for it: which records, in which form. */

import { canonicalAddress } from '../mail/address.ts'
import type { AuditEntry, DirectoryView, HistoryOverview, HistoryRecord, LetterPair } from '../model.ts'
import { fittedTable, printable } from '../text.ts'
import { csvLine } from './csv.ts'

/** Directory ids that a word means: an address of people, or an id, of people who may be gone by now too. */
export function idsOf(who: string, view: DirectoryView | null): string[] {
  const owners = view === null || !who.includes('@') ? [] : view.byAddress(canonicalAddress(who))
  return [...new Set([...owners.map(({ id }) => id), who])]
}

/** What was done, in a word: what the policy asked for where that was done, else what came of it. */
function outcomeText({ verdict, action, disposition, excusedBy }: HistoryRecord): string {
  if (verdict === 'unchecked') return `unchecked, ${disposition}`
  if (verdict === 'clean') return excusedBy === 'secondary' ? 'secondary address' : 'trusted sender'
  if (action === 'tag' && disposition === 'relayed') return 'tagged'
  return disposition
}

const heads = ['time', 'outcome', 'kind', 'person', 'address', 'name shown', 'id']

/**
 * Records as a table.
 * @param columns of the terminal; null: nothing is cut
 * @param head whether the head row comes first
 */
export function historyTable(records: readonly HistoryRecord[], columns: number | null, head: boolean): string[] {
  const rows = records.map((record) => [
    record.time.slice(0, 19).replace('T', ' '),
    outcomeText(record),
    record.kind ?? (record.verdict === 'unchecked' ? (record.reason ?? '') : ''),
    printable(record.name ?? hidden(record, 'name')),
    printable(record.address ?? hidden(record, 'address')),
    printable(record.fromName ?? hidden(record, 'fromName')),
    record.id,
  ])
  return fittedTable(head ? [heads, ...rows] : rows, columns)
}

function hidden({ redacted }: HistoryRecord, field: string): string {
  return redacted.includes(field) ? '[redacted]' : ''
}

const csvColumns = [
  'id', 'time', 'node', 'verdict', 'tier', 'kind', 'person', 'directory', 'name', 'address', 'action', 'disposition', 'reason',
  'excusedBy', 'excuse', 'authenticated', 'publicProvider', 'entrance', 'client', 'helo', 'reversePath', 'recipients',
  'messageId', 'queueId', 'fromName', 'fromAddress', 'subject', 'reply', 'size',
] as const satisfies readonly (keyof HistoryRecord)[] // prettier-ignore

export function historyCsvHead(): string {
  return csvLine(csvColumns)
}

export function historyCsv(record: HistoryRecord): string {
  return csvLine(csvColumns.map((key) => (record[key] === null ? null : String(record[key]))))
}

/** The explanation of a record in words, a line a step. */
export function explainedLines(record: HistoryRecord): string[] {
  if (record.explanation === null) return [hidden(record, 'explanation') || 'nothing is kept of how it was judged']
  const lines: string[] = []
  const { readings, defects, more } = record.explanation
  if (defects.length > 0) lines.push(`defects: ${defects.join(', ')}`)
  for (const { field, reader, part, name, address, findings } of readings) {
    const read = reader === 'own' ? '' : `, as ${reader} reads it`
    lines.push(`${field}: ${JSON.stringify(name)} as ${part}, beside ${JSON.stringify(address ?? 'no address')}${read}`)
    for (const finding of findings) {
      lines.push(
        `  matches ${finding.name} (${finding.directory}, ${finding.person}): ${finding.kind}, ${finding.tier}`,
      )
      for (const pair of finding.letters) lines.push(`    ${letterLine(pair)}`)
      lines.push(...finding.steps.map((step) => `    ${step}`))
      if (finding.excuse !== null) lines.push(`    excused: ${finding.excuse}`)
      else lines.push(`    the policy asks to ${finding.action ?? ''}, by ${finding.setting ?? 'the default'}`)
    }
  }
  if (more > 0) lines.push(`${more} more readings or matches`)
  for (const result of record.authenticationResults) lines.push(`Authentication-Results:${result.replace(/\s+/g, ' ')}`)
  return lines.map(printable)
}

/** `surname: "Rое" reads as "Roe"`. */
function letterLine({ sent, taken, part }: LetterPair): string {
  if (part === 'invisible') return `invisible: ${JSON.stringify(sent)}`
  if (taken === '') return `${part}: ${JSON.stringify(sent)} is passed over`
  return sent === taken
    ? `${part}: ${JSON.stringify(sent)}`
    : `${part}: ${JSON.stringify(sent)} reads as ${JSON.stringify(taken)}`
}

/** What a time held, in words: by what came of it, by kind, by person. */
export function summaryLines({ counts, people }: HistoryOverview, most: number): string[] {
  const outcomes = new Map<string, number>()
  const kinds = new Map<string, number>()
  const add = (to: Map<string, number>, key: string, more: number): void => void to.set(key, (to.get(key) ?? 0) + more)
  for (const { verdict, tier, kind, action, disposition, count: number } of counts) {
    const tagged = action === 'tag' && disposition === 'relayed'
    add(
      outcomes,
      verdict === 'clean' ? 'excused' : verdict === 'unchecked' ? 'unchecked' : tagged ? 'tagged' : disposition,
      number,
    )
    if (verdict === 'detected') add(kinds, `${kind ?? ''}, ${tier ?? ''}`, number)
  }
  if (outcomes.size === 0) return ['nothing in the history']
  const listed = (title: string, of: Iterable<[string, number]>): string[] => [
    title,
    ...[...of]
      .sort((a, b) => b[1] - a[1])
      .map(([what, number]) => `  ${String(number).padStart(8)}  ${printable(what)}`),
  ]
  const named = people
    .slice(0, most)
    .map(({ name, directory, person, count: number }): [string, number] => [
      `${name} (${directory}, ${person})`,
      number,
    ])
  return [
    ...listed('what came of it', outcomes),
    ...(kinds.size === 0 ? [] : listed('kinds', kinds)),
    ...(named.length === 0 ? [] : listed('whose names were taken', named)),
  ]
}

/** An entry of the audit log in words: who did what to whom, and the lines that went and came. */
export function auditLines({ time, who, via, what, target, before, after }: AuditEntry): string[] {
  const head = `${time.slice(0, 19).replace('T', ' ')}  ${who} (${via})  ${what}: ${target}`
  return [head, ...changedLines('-', before), ...changedLines('+', after)].map(printable)
}

function changedLines(sign: '-' | '+', changed: unknown): string[] {
  if (changed === null || changed === undefined) return []
  if (Array.isArray(changed)) return changed.flatMap((one) => changedLines(sign, one))
  if (typeof changed !== 'object') {
    return [`    ${sign} ${typeof changed === 'string' ? changed : JSON.stringify(changed)}`]
  }
  const { answer, lines, text, ...rest } = changed as Record<string, unknown>
  // The console writes a whole diff: lines with their signs.
  if (typeof text === 'string' && typeof rest['sign'] === 'string') return [`    ${rest['sign']} ${text}`]
  const others = Object.keys(rest).length === 0 ? [] : [`    ${sign} ${JSON.stringify(rest)}`]
  const answered = answer === undefined || answer === null ? [] : [`    ${sign} answer: ${JSON.stringify(answer)}`]
  return [...answered, ...others, ...changedLines(sign, lines)]
}
