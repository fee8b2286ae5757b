/**
 * The report as one file that needs nothing else. It has no font, no picture, no link, and no script but the one that copies proposals. Its content security
 * policy forbids all others, so that even text of a hostile message that slipped through the escaping could do nothing.
 */

import { createHash } from 'node:crypto'
import { count } from '../../text.ts'
import { adviceFor } from './advice.ts'
import type { AdviceContext } from './advice.ts'
import { escaped } from './escape.ts'
import type { Judged } from './outcome.ts'
import { barRows, timelineOf, timelinePlot } from './plots.ts'
import { reportScript, reportStyle } from './report-style.ts'
import { inShort, minute } from './rows.ts'
import { changeWords, headLine } from './summary.ts'
import type { Counter, Sender, Senders, Tally } from './tally.ts'

interface Report {
  /** When it was made, in milliseconds since the epoch. */
  readonly made: number
  /** Paths that were read. */
  readonly sources: readonly string[]
  /** By what was judged, as pairs of a word and what it means. */
  readonly facts: readonly (readonly [string, string])[]
  readonly tally: Tally
  readonly context: AdviceContext
  readonly compared: boolean
  /** Whether it was stopped before all was read. */
  readonly interrupted: boolean
  /** The first messages detected (changed ones in a comparison); not more than are to be listed. */
  readonly listed: readonly Judged[]
}

const barsShown = 25
const sendersShown = 50

/** Messages that are listed one by one. */
export const messagesListed = 1000

export function reportPage(report: Report): string {
  const { tally, context, compared } = report
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  const sources = `style-src ${hash(reportStyle)}; script-src ${hash(reportScript)}`
  const policy = `default-src 'none'; ${sources}; base-uri 'none'; form-action 'none'`
  const body = [
    '<h1>What Namesake would have done</h1>',
    facts(report),
    tiles(tally),
    compared ? comparison(tally, context) : '',
    overTime(tally),
    counts('By action', tally.actions),
    counts('By kind of match', tally.kinds),
    counts('By protected person', tally.people),
    counts('By domain of the sender', tally.domains),
    counts('Unchecked, by reason', tally.unchecked),
    senders('Senders hit most: is this really them?', tally.senders, context),
    messages(report),
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Namesake report</title>
<style>${reportStyle}</style>
</head>
<body>
${body.filter((part) => part !== '').join('\n')}
<script>${reportScript}</script>
</body>
</html>
`
}

function facts({ made, sources, facts: given, interrupted, tally }: Report): string {
  const shown = sources.slice(0, 20)
  const more = sources.length - shown.length
  const rows: [string, string][] = [
    ['made', new Date(made).toISOString()],
    ['mail', shown.join(', ') + (more > 0 ? ` and ${more} more` : '')],
    ...given.map(([word, meaning]): [string, string] => [word, meaning]),
    ['result', headLine(tally)],
  ]
  if (interrupted) rows.push(['stopped', 'The run was interrupted: this is what was judged until then.'])
  const cells = rows.map(([word, meaning]) => `<dt>${escaped(word)}</dt><dd>${escaped(meaning)}</dd>`)
  return `<dl>${cells.join('\n')}</dl>`
}

function tiles(tally: Tally): string {
  const share = (part: number): string =>
    tally.messages === 0 ? '' : ` <small>${((100 * part) / tally.messages).toFixed(2)} %</small>`
  const parts: [string, number, string][] = [
    ['messages', tally.messages, ''],
    ...(['clean', 'detected', 'unchecked'] as const).map((verdict): [string, number, string] => {
      const part = tally.verdicts.get(verdict)
      return [verdict, part, share(part)]
    }),
  ]
  const tile = ([word, number, more]: [string, number, string]): string =>
    `<div class="tile ${word}"><b>${number}</b>${more}<br>${word}</div>`
  return `<div class="tiles">${parts.map(tile).join('')}</div>`
}

function comparison(tally: Tally, context: AdviceContext): string {
  const rows = changeWords.map(([change, words]): [string, number] => [words, tally.changes.get(change) ?? 0])
  return [
    '<h2>What the policy tried changes</h2>',
    `<p>It detects ${tally.detected}, the configured one ${tally.detectedBefore}.</p>`,
    `<table class="counts">${barRows(rows)}</table>`,
    counts('Other actions', tally.actionChanges),
    senders('Newly hit', tally.newlyHit, context),
    senders('No longer hit', tally.noLongerHit, null),
  ].join('\n')
}

function overTime(tally: Tally): string {
  const timeline = timelineOf(tally.days)
  if (timeline.columns.length === 0) return ''
  const notes = [
    timeline.step === 1 ? 'A column is a day (UTC).' : `A column is ${timeline.step} days.`,
    tally.undated > 0 ? `${count(tally.undated, 'message has', 'messages have')} no readable date.` : '',
    timeline.beyond > 0 ? `${count(timeline.beyond, 'message lies', 'messages lie')} outside the range shown.` : '',
  ]
  const legend = '<span class="key certain"></span> certain <span class="key likely"></span> likely'
  return `<h2>Detections over time</h2>\n${timelinePlot(timeline)}\n<p>${legend}. ${notes.filter((note) => note !== '').join(' ')}</p>`
}

function counts(title: string, counter: Counter): string {
  if (counter.size === 0) return ''
  const more = counter.size > barsShown ? `<p>and ${counter.size - barsShown} more</p>` : ''
  return `<h2>${title}</h2>\n<table class="counts">${barRows(counter.top(barsShown))}</table>${more}`
}

/** @param context null where there is nothing to advise */
function senders(title: string, all: Senders, context: AdviceContext | null): string {
  if (all.size === 0) return ''
  const rows = all.top(sendersShown).map((sender) => senderRow(sender, context))
  const head =
    '<tr class="head"><th>messages</th><th>names shown</th><th>address</th><th>matched as</th><th>first seen in</th></tr>'
  const more = all.size > sendersShown ? `<p>and ${all.size - sendersShown} more</p>` : ''
  return `<h2>${title}</h2>\n<table class="cards">${head}\n${rows.join('\n')}</table>${more}`
}

function senderRow(sender: Sender, context: AdviceContext | null): string {
  const names = sender.people.map(({ name }) => `<bdi>${escaped(name)}</bdi>`).join(', ')
  const cells = [
    `<td class="number" data-is="messages">${sender.count}</td>`,
    `<td data-is="names shown">${names}</td>`,
    `<td class="long" data-is="address"><bdi>${escaped(sender.address) || '(none)'}</bdi></td>`,
    `<td data-is="matched as">${escaped(sender.kinds.join(', '))}</td>`,
    `<td class="long" data-is="first seen in"><bdi>${escaped(sender.example)}</bdi></td>`,
  ]
  if (context === null) return `<tr>${cells.join('')}</tr>`
  return `<tr class="hit">${cells.join('')}</tr>\n<tr class="advice"><td colspan="5">${advice(sender, context)}</td></tr>`
}

/** What to paste, with a button that copies it; the button shows where the script runs. */
function pasted(text: string): string {
  return `<button type="button" class="copy" hidden>Copy</button><pre>${text}</pre>`
}

function advice(sender: Sender, context: AdviceContext): string {
  const { question, command, entry } = adviceFor(sender, context)
  const parts = [escaped(question)]
  if (command !== null) parts.push(pasted(escaped(command)))
  if (entry.length > 0) {
    const yaml = pasted(entry.map(escaped).join('\n'))
    if (command === null) parts.push(yaml)
    else parts.push(`<details><summary>or is it a service? As an entry of trustedSenders:</summary>${yaml}</details>`)
  }
  return parts.join('')
}

function messages({ listed, tally, compared }: Report): string {
  if (listed.length === 0) return ''
  const words = [
    'time (UTC)',
    ...(compared ? ['configured'] : []),
    'tier',
    'matched as',
    'action',
    'person',
    'address',
    'subject',
    'message',
  ]
  const head = `<tr class="head">${words.map((word) => `<th>${word}</th>`).join('')}</tr>`
  const rows = listed.map(({ source, time, outcome, before, subject }) => {
    const shown = outcome.verdict === 'detected' || before === null ? outcome : before
    const cells = [
      minute(time),
      ...(compared ? [before === null ? '' : inShort(before)] : []),
      outcome.tier ?? '',
      outcome.kind ?? outcome.verdict,
      outcome.action ?? '',
      shown.name ?? '',
      shown.address ?? '',
      subject ?? '',
      source,
    ]
    const long = ['address', 'subject', 'message']
    const cell = (text: string, i: number): string => {
      const word = words[i] ?? ''
      const kind = i === 0 ? ' class="when"' : long.includes(word) ? ' class="long"' : ''
      return text === '' ? '<td></td>' : `<td${kind} data-is="${word}"><bdi>${escaped(text)}</bdi></td>`
    }
    return `<tr>${cells.map(cell).join('')}</tr>`
  })
  const changed = [...tally.changes.values()].reduce((sum, n) => sum + n, 0)
  const total = compared ? changed : tally.detected
  const first = total > listed.length ? `, the first ${listed.length} of ${total}` : ''
  return `<h2>${compared ? 'Messages judged otherwise' : 'Messages detected'}${first}</h2>\n<table class="cards">${head}\n${rows.join('\n')}</table>`
}
