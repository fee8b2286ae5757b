import t from 'tap'
import { parse } from 'yaml'
import { adviceFor } from '../../../../src/admin/replay/advice.ts'
import type { AdviceContext } from '../../../../src/admin/replay/advice.ts'
import { reportPage } from '../../../../src/admin/replay/html.ts'
import { changeOf, cleanOutcome, jsonOf } from '../../../../src/admin/replay/outcome.ts'
import type { Judged, Outcome } from '../../../../src/admin/replay/outcome.ts'
import { barRows, timelineOf, timelinePlot } from '../../../../src/admin/replay/plots.ts'
import { csvHead, csvRow, tableRows } from '../../../../src/admin/replay/rows.ts'
import { summaryLines } from '../../../../src/admin/replay/summary.ts'
import { Counter, Senders, Tally } from '../../../../src/admin/replay/tally.ts'
import type { DayCount, Sender } from '../../../../src/admin/replay/tally.ts'
import { hostileTexts } from './hostile.ts'

const hit: Outcome = {
  verdict: 'detected',
  tier: 'certain',
  kind: 'exact',
  person: 'jane',
  name: 'Jane Roe',
  address: 'x@evil.example',
  reason: 'Protected Name Jane Roe should not appear as x@evil.example',
  action: 'tag',
}
const judged = (outcome: Outcome, more: Partial<Judged> = {}): Judged => ({
  source: 'box.mbox#1',
  outcome,
  directory: 'Staff',
  time: Date.UTC(2026, 10, 2),
  before: null,
  steps: [],
  ...more,
})
const context: AdviceContext = { who: ({ id }) => `${id}@corp.example`, config: null, authenticates: false }
const hostile = (text: string): Judged =>
  judged({ ...hit, name: text, address: `${text}@evil.example`, person: text }, { source: `${text}#1` })

/** Cells of one line of CSV (RFC 4180). */
function cells(line: string): string[] {
  return [...line.replace(/\r\n$/, '').matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map((m) =>
    (m[1] ?? '').replace(/""/g, '"'),
  )
}

t.test('CSV: no cell begins as a formula, wherever a program cuts', async (t) => {
  t.equal(csvHead(false), '"source","time","verdict","tier","kind","person","name","address","reason","action"\r\n')
  t.same(cells(csvRow(judged(hit))), [
    'box.mbox#1',
    '2026-11-02T00:00:00.000Z',
    'detected',
    'certain',
    'exact',
    'jane',
    'Jane Roe',
    'x@evil.example',
    'Protected Name Jane Roe should not appear as x@evil.example',
    'tag',
  ])
  for (const [name, text] of hostileTexts) {
    const row = csvRow(hostile(text))
    t.equal(cells(row).length, 10, `${name}: ten cells`)
    t.notMatch(row.slice(0, -2), /[\u0000-\u001f\u007f-\u009f\u202e\u2066]/, `${name}: no control character`)
    for (const separator of [/,/, /;/, /\t/, /"/]) {
      for (const cell of row.split(separator)) {
        t.notMatch(cell.replace(/^["\s]+/, ''), /^[=+@\uff1d-]/u, `${name}: cut at ${separator.source}`)
      }
    }
  }
})

t.test('the page: hostile text stays text', async (t) => {
  for (const [name, text] of hostileTexts) {
    const tally = new Tally()
    const one = hostile(text)
    tally.add(one)
    const page = reportPage({
      made: 0,
      sources: [text],
      facts: [['protection file', text]],
      tally,
      context: { ...context, config: text },
      compared: false,
      interrupted: false,
      listed: [one],
    })
    t.equal(page.match(/<script\b/gi)?.length, 1, `${name}: our script alone`)
    t.notMatch(page, /<(?:img|iframe|use|link|object|embed|form|a|base)\b/i, `${name}: no element of theirs`)
    t.notMatch(page, /\s(?:on\w+|style|href|src)\s*=\s*["']/i, `${name}: no attribute of theirs`)
    t.equal(page.match(/<style>/g)?.length, 1, `${name}: one style sheet`)
    t.equal(page.match(/<meta\b/g)?.length, 4, `${name}: our meta elements alone`)
    t.notMatch(
      page,
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800]/,
      `${name}: nothing invisible`,
    )
  }
})

t.test('the summary and the table: nothing that moves a terminal', async (t) => {
  for (const [name, text] of hostileTexts) {
    const tally = new Tally()
    tally.add(hostile(text))
    const lines = [...summaryLines(tally, context, false), ...tableRows([hostile(text)], true)].join('\n')
    t.notMatch(lines, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2066\u200b]/, name)
  }
})

const sender = (address: string, people: [string, string][] = [['jane', 'Jane Roe']]): Sender => ({
  address,
  count: 1,
  people: people.map(([id, name]) => ({ directory: 'Staff', id, name })),
  kinds: ['exact'],
  example: 'a',
})

t.test('is this really them?', async (t) => {
  t.equal(
    adviceFor(sender('jane@home.example'), context).command,
    'namesake secondary add jane@corp.example jane@home.example',
  )
  t.equal(
    adviceFor(sender('jane@home.example'), { ...context, config: "it's/n.yaml" }).command,
    "namesake secondary add jane@corp.example jane@home.example --config 'it'\\''s/n.yaml'",
  )
  const service = adviceFor(
    sender('calendar@service.example', [
      ['jane', 'Jane "J" Roe'],
      ['max', 'Max: # Müller'],
    ]),
    context,
  )
  t.equal(service.command, null)
  t.match(service.question, /a service of yours that writes in the names of 2 people/)
  t.same(parse(service.entry.join('\n')), [
    { from: 'calendar@service.example', names: ['Jane "J" Roe', 'Max: # Müller'], note: 'found by namesake check' },
  ])
  const trusted = adviceFor(
    sender('a@b.example', [
      ['a', 'A'],
      ['b', 'B'],
    ]),
    { ...context, authenticates: true },
  )
  t.match(parse(trusted.entry.join('\n')), [{ requireAuthentication: true }])
  t.same(adviceFor(sender(''), context).entry, [])
})

t.test('what is to be pasted can not be turned into something else', async (t) => {
  for (const [name, text] of hostileTexts) {
    for (const address of [text, `${text}@evil.example`, `x@${text}`]) {
      const { command, entry } = adviceFor(sender(address), context)
      t.equal(command, null, `${name}: no command with ${JSON.stringify(address)}`)
      t.same(entry, [], `${name}: no entry`)
    }
    const named = adviceFor(
      sender('a@b.example', [
        ['a', text],
        ['b', 'B'],
      ]),
      context,
    )
    const read = parse(named.entry.join('\n')) as { from: string; names: string[] }[]
    t.equal(read.length, 1, `${name}: one entry`)
    t.equal(read[0]?.names[0], text, `${name}: the name as it is`)
    t.equal(adviceFor(sender('a@b.example'), { ...context, who: () => text }).command, null, `${name}: as a person`)
  }
})

t.test('what another policy changes', async (t) => {
  const unchecked: Outcome = { ...cleanOutcome, verdict: 'unchecked', reason: 'no-directory', action: 'tag' }
  const cases: [Outcome, Outcome, string | null][] = [
    [cleanOutcome, cleanOutcome, null],
    [hit, hit, null],
    [hit, { ...hit }, null],
    [cleanOutcome, hit, 'newly-hit'],
    [unchecked, hit, 'newly-hit'],
    [hit, cleanOutcome, 'no-longer-hit'],
    [hit, { ...hit, action: 'reject' }, 'other-action'],
    [hit, { ...hit, person: 'max' }, 'other-match'],
    [hit, { ...hit, kind: 'reordered' }, 'other-match'],
    [cleanOutcome, unchecked, 'other-match'],
  ]
  for (const [before, after, want] of cases) t.equal(changeOf(before, after), want)
  const line = JSON.parse(jsonOf(judged(hit, { before: cleanOutcome }))) as Record<string, unknown>
  t.same(line, { source: 'box.mbox#1', ...hit, change: 'newly-hit', before: cleanOutcome })
  t.same(Object.keys(JSON.parse(jsonOf(judged(hit))) as object), [
    ...['source', 'verdict', 'tier', 'kind', 'person', 'name', 'address', 'reason', 'action'],
  ])
})

t.test('counts stay within bounds and keep what is frequent', async (t) => {
  const counter = new Counter()
  const senders = new Senders()
  for (let i = 0; i < 60_000; i++) {
    counter.add(`rare ${i}`)
    senders.add('s', { ...hit, address: `a${i}@evil.example` }, 'Staff')
    if (i % 10 === 0) {
      counter.add('frequent')
      senders.add('s', { ...hit, address: 'often@evil.example' }, 'Staff')
    }
  }
  t.ok(counter.size <= 20_000 && senders.size <= 20_000, 'bounded')
  t.same(counter.top(1), [['frequent', 6000]])
  t.match(senders.top(1), [{ address: 'often@evil.example', count: 6000 }])
  const tally = new Tally()
  for (let day = 0; day < 30_000; day++) tally.add(judged(cleanOutcome, { time: day * 86_400_000 }))
  t.ok(tally.days.size <= 20_000, 'hostile dates do not fill the memory')
})

t.test('the plot over time', async (t) => {
  const days = (list: [number, number][]): ReturnType<typeof timelineOf> =>
    timelineOf(new Map(list.map(([day, messages]) => [day, { messages, certain: 1, likely: 0 }])))
  t.same(days([]).columns, [])
  t.match(days([[5, 1]]), { step: 1, columns: [{ day: 5, messages: 1, certain: 1 }] })
  t.match(
    days([
      [0, 10],
      [100, 10],
    ]),
    { step: 7, beyond: 0 },
  )
  const stray = days([
    [1, 1],
    [20_000, 500],
    [20_001, 500],
    [90_000, 1],
  ])
  t.match(
    stray,
    { step: 1, beyond: 2, columns: [{ day: 20_000 }, { day: 20_001 }] },
    'wrong dates do not squeeze the rest',
  )
  for (let span = 1; span < 5000; span = span * 2 + 1)
    t.ok(
      days([
        [0, 1],
        [span, 1],
      ]).columns.length <= 61,
      `${span} days`,
    )
})

t.test('proposals: +tags are one address, a service is one sender', async (t) => {
  const senders = new Senders()
  const from = (address: string, person: string): void =>
    senders.add('box#1', { ...hit, address, person, name: `P ${person}` }, 'Staff')
  for (const tag of ['a', 'b', 'c']) from(`Jane+${tag}@home.example`, 'jane')
  for (const person of ['1', '2', '3', '4']) from(`share-${person}@files.example`, person)
  for (const person of ['1', '2', '3', '4']) from(`x${person}@gmail.com`, person)
  const top = senders.top(10)
  t.match(top.slice(0, 2), [
    { address: '@files.example', count: 4, people: { length: 4 } },
    { address: 'jane@home.example', count: 3 },
  ])
  t.equal(top.length, 6, 'addresses of a public mail provider are nobody in common')
  t.match(adviceFor(top[1] as Sender, context).command, /secondary add jane@corp.example jane@home.example$/)
  t.match(parse(adviceFor(top[0] as Sender, context).entry.join('\n')), [{ from: '@files.example' }])
})

t.test('the table has date and subject', async (t) => {
  const [head = '', row = ''] = tableRows([judged(hit, { subject: 'Are you at your desk?' })], true)
  t.match(head, /date \(UTC\)\s+subject\s+source$/)
  t.match(row, /2026-11-02 00:00\s+Are you at your desk\?\s+box\.mbox#1$/)
})

t.test('nothing counted draws nothing', async (t) => {
  t.notMatch(barRows([['none', 0]]), /<rect/)
  t.match(barRows([['one', 1]]), /<rect x="0" y="2" width="300"/)
})

t.test('no date of the plot over time is cut off at its edge', async (t) => {
  for (const days of [1, 2, 7, 8, 25, 60, 61, 400, 3000]) {
    const counts = Array.from({ length: days }, (_, i): [number, DayCount] => [
      20_000 + i,
      { messages: 1, certain: 1, likely: 0 },
    ])
    const plot = timelinePlot(timelineOf(new Map(counts)))
    const dates = [...plot.matchAll(/<text x="([\d.]+)" y="\d+"( class="wide")?>\d{4}-/g)]
    t.ok(dates.length > 0, `${days} days: the first one is named`)
    for (const [, x, wide] of dates) t.ok(900 - Number(x) >= (wide === undefined ? 160 : 66), `${days} days: ${x}`)
  }
})
