import type { Kind, Verdict } from '../model.ts'
import { domainOf, canonicalAddress } from '../mail/address.ts'
import { jsonLine, printable, table } from './text.ts'

/** What `check` says: a JSON line or a table row for each message, and a summary. */

/** One message as `--json` writes it; the keys are the contract of design section 3, absent values are null. */
export interface CheckLine {
  readonly source: string
  readonly verdict: Verdict['state']
  readonly tier: string | null
  readonly kind: Kind | null
  readonly person: string | null
  readonly name: string | null
  readonly address: string | null
  readonly reason: string | null
  readonly action: string | null
}

/** The line of one message. For `unchecked`, `reason` is why and `action` what is done about it. */
export function lineOf(source: string, verdict: Verdict): CheckLine {
  const nothing = { tier: null, kind: null, person: null, name: null, address: null, reason: null, action: null }
  if (verdict.state === 'clean') return { source, verdict: 'clean', ...nothing }
  if (verdict.state === 'unchecked') {
    return { source, verdict: 'unchecked', ...nothing, reason: verdict.reason, action: verdict.action }
  }
  const { tier, kind, person, name, address, reason, action } = verdict
  return { source, verdict: 'detected', tier, kind, person: person.id, name, address, reason, action }
}

/** A line as JSON. */
export function jsonOf(line: CheckLine): string {
  return jsonLine(line)
}

const columns = [9, 7, 16, 10, 28, 40]

/** Rows of the table for messages that are not clean, with the head row if asked for. */
export function rowsOf(lines: readonly CheckLine[], head: boolean): string[] {
  const rows = lines.map((line) => [
    line.verdict,
    line.tier ?? '',
    line.kind ?? line.reason ?? '',
    line.action ?? '',
    printable(line.name ?? ''),
    printable(line.address ?? ''),
    printable(line.source),
  ])
  if (head) rows.unshift(['verdict', 'tier', 'kind', 'action', 'person', 'address', 'source'])
  return table(rows, columns)
}

/** Senders remembered for the summary; beyond them only counts grow. */
const senderLimit = 10_000
const shownSenders = 10

/** Words that may stand in a command line as they are: a hostile address must not become a command. */
const harmless = /^[A-Za-z0-9][A-Za-z0-9._+@-]*$/

interface Sender {
  readonly address: string
  readonly person: string
  readonly name: string
  count: number
}

/** Counts what was judged, in bounded memory. */
export class Tally {
  private readonly verdicts = new Map<string, number>()
  private readonly kinds = new Map<string, number>()
  private readonly people = new Map<string, number>()
  private readonly domains = new Map<string, number>()
  private readonly senders = new Map<string, Sender>()
  unreadable = 0

  add(line: CheckLine): void {
    count(this.verdicts, line.verdict)
    if (line.verdict !== 'detected') return
    count(this.kinds, `${line.tier ?? ''} ${line.kind ?? ''}`)
    count(this.people, line.name ?? '')
    const address = canonicalAddress(line.address ?? '')
    count(this.domains, domainOf(address) || '(none)')
    const key = `${address}\u0000${line.person ?? ''}`
    const known = this.senders.get(key)
    if (known) known.count++
    else if (this.senders.size < senderLimit) {
      this.senders.set(key, { address, person: line.person ?? '', name: line.name ?? '', count: 1 })
    }
  }

  get messages(): number {
    return [...this.verdicts.values()].reduce((sum, n) => sum + n, 0)
  }

  get detected(): number {
    return this.verdicts.get('detected') ?? 0
  }

  /** The summary: totals, then counts by kind, person and sender domain, then the senders to look at. */
  summary(): string[] {
    const part = (name: string): number => this.verdicts.get(name) ?? 0
    const head = `${this.messages} messages: ${part('clean')} clean, ${part('detected')} detected, ${part('unchecked')} unchecked`
    const lines = [this.unreadable > 0 ? `${head}; ${this.unreadable} sources could not be read` : head]
    if (this.detected === 0) return lines
    for (const [title, counts] of [
      ['By kind', this.kinds],
      ['By person', this.people],
      ['By sender domain', this.domains],
    ] as const) {
      lines.push('', `${title}:`, ...top(counts).map(([name, n]) => `  ${String(n).padStart(6)}  ${printable(name)}`))
    }
    lines.push('', 'Senders hit most. Is this really them? Then make the address one of theirs:')
    for (const sender of [...this.senders.values()].sort((a, b) => b.count - a.count).slice(0, shownSenders)) {
      const who = `${printable(sender.name)} as ${printable(sender.address) || '(no address)'}`
      lines.push(`  ${String(sender.count).padStart(6)}  ${who}`)
      if (harmless.test(sender.address) && harmless.test(sender.person)) {
        lines.push(`          namesake secondary add ${sender.person} ${sender.address}`)
      }
    }
    return lines
  }
}

function count(counts: Map<string, number>, key: string): void {
  const before = counts.get(key)
  if (before !== undefined || counts.size < senderLimit) counts.set(key, (before ?? 0) + 1)
}

function top(counts: Map<string, number>): [string, number][] {
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, shownSenders)
}
