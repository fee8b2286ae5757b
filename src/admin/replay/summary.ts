/** The summary below the table: totals, counts, and the senders to look at. */

import { count, printable } from '../../text.ts'
import { adviceFor } from './advice.ts'
import type { AdviceContext } from './advice.ts'
import type { OutcomeChange } from './outcome.ts'
import type { Counter, Sender, Senders, Tally } from './tally.ts'

const shown = 10

/** What each change is called, in the order in which they are told. */
export const changeWords: readonly (readonly [OutcomeChange, string])[] = [
  ['newly-hit', 'newly hit'],
  ['no-longer-hit', 'no longer hit'],
  ['other-action', 'hit with another action'],
  ['other-match', 'matched otherwise'],
]

/** @param compared whether another policy was tried beside the configured one */
export function summaryLines(tally: Tally, context: AdviceContext, compared: boolean): string[] {
  const lines = [headLine(tally)]
  if (compared) lines.push('', ...comparisonLines(tally, context))
  if (tally.unchecked.size > 0) lines.push('', ...counts('Unchecked, by reason', tally.unchecked))
  if (tally.detected === 0) return lines
  lines.push(
    '',
    ...counts('By kind', tally.kinds),
    '',
    ...counts('By person', tally.people),
    '',
    ...counts('By sender domain', tally.domains),
    '',
    'Senders hit most:',
    ...senderLines(tally.senders, context),
  )
  return lines
}

/** All in one line. */
export function headLine(tally: Tally): string {
  const part = (name: string): string => `${tally.verdicts.get(name)} ${name}`
  const head = `${count(tally.messages, 'message', 'messages')}: ${part('clean')}, ${part('detected')}, ${part('unchecked')}`
  const more = [
    tally.outside > 0 ? `${tally.outside} outside the times asked for` : '',
    tally.unreadable > 0 ? `${count(tally.unreadable, 'source', 'sources')} could not be read` : '',
  ]
  return [head, ...more.filter((text) => text !== '')].join('; ')
}

function comparisonLines(tally: Tally, context: AdviceContext): string[] {
  const lines = [
    `The policy tried detects ${tally.detected}, the configured one ${tally.detectedBefore}. What changes:`,
    ...changeWords.map(([change, words]) => `  ${number(tally.changes.get(change) ?? 0)}  ${words}`),
  ]
  if (tally.actionChanges.size > 0) lines.push('', ...counts('Other actions', tally.actionChanges))
  if (tally.newlyHit.size > 0) lines.push('', 'Newly hit:', ...senderLines(tally.newlyHit, context))
  if (tally.noLongerHit.size > 0) {
    lines.push('', 'No longer hit:', ...tally.noLongerHit.top(shown).map((sender) => senderLine(sender)))
    lines.push(...andMore(tally.noLongerHit.size))
  }
  return lines
}

function senderLines(senders: Senders, context: AdviceContext): string[] {
  const lines: string[] = []
  for (const sender of senders.top(shown)) {
    const { question, command, entry } = adviceFor(sender, context)
    lines.push(senderLine(sender), `          ${question}`)
    const pasted = command === null ? entry : [command]
    lines.push(...pasted.map((line) => `            ${line}`))
  }
  return [...lines, ...andMore(senders.size)]
}

function senderLine({ address, count: times, people, kinds }: Sender): string {
  const names = people.slice(0, 3).map(({ name }) => printable(name))
  const others = people.length > names.length ? ` and ${people.length - names.length} more` : ''
  const who = `${names.join(', ')}${others} as ${printable(address) || '(no address)'}`
  return `  ${number(times)}  ${who} (${kinds.join(', ')})`
}

function counts(title: string, counter: Counter): string[] {
  const rows = counter.top(shown).map(([text, times]) => `  ${number(times)}  ${printable(text)}`)
  return [`${title}:`, ...rows, ...andMore(counter.size)]
}

function andMore(size: number): string[] {
  return size > shown ? [`          and ${size - shown} more`] : []
}

function number(value: number): string {
  return String(value).padStart(6)
}
