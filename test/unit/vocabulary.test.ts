import t from 'tap'
import {
  actionNames,
  actions,
  dispositionNames,
  events,
  isOwnFieldName,
  kindNames,
  kindRank,
  kinds,
  metrics,
  ownFields,
  strictest,
  tiers,
} from '../../src/vocabulary.ts'
import type { EventSpec, MetricName, MetricSpec } from '../../src/vocabulary.ts'

t.test('the strictest action is the last of the list', async (t) => {
  for (const [index, action] of actionNames.entries()) {
    t.equal(strictest([action]), action)
    for (const milder of actionNames.slice(0, index)) t.equal(strictest([action, milder]), action)
  }
  t.equal(strictest([]), actionNames[0])
  for (const { perform } of Object.values(actions)) {
    t.equal(perform.smtp === 'reject', perform.milter === 'reject', 'no entrance lets through what another refuses')
  }
})

t.test('kinds: the name itself ranks first, and no likely one above a certain one', async (t) => {
  t.equal(kindRank('exact'), 0)
  const ranks = kindNames.map((kind) => tiers.indexOf(kinds[kind].tier))
  t.same(
    ranks,
    [...ranks].sort((a, b) => a - b),
  )
})

t.test('names of our fields, whoever wrote them', async (t) => {
  for (const { name } of Object.values(ownFields)) t.ok(isOwnFieldName(name), name)
  for (const name of ['x-namesake', 'X-NAMESAKE-Anything', 'X-Namesake ', 'X-Name\x80sake', '\0X-Namesake-'])
    t.ok(isOwnFieldName(name), JSON.stringify(name))
  for (const name of ['X-Namesakes', 'Namesake', 'X-Name-sake', 'XX-Namesake', '']) t.notOk(isOwnFieldName(name), name)
})

t.test('what an event counts names a metric, all of its labels, and values that the metric knows', async (t) => {
  for (const [event, spec] of Object.entries<EventSpec>(events)) {
    for (const count of spec.counts ?? []) {
      const labels: Readonly<Record<string, readonly string[] | 'open'>> = metrics[count.metric].labels
      t.same(Object.keys(count.labels).sort(), Object.keys(labels).sort(), `${event}: ${count.metric}`)
      for (const [label, from] of Object.entries(count.labels)) {
        const known = labels[label] ?? []
        if (typeof from === 'string') t.ok(known === 'open' || known.includes(from), `${event}: ${label}=${from}`)
        else {
          const held = spec.fields[from.field]
          if (known === 'open') t.equal(held, 'text')
          else t.same(Array.isArray(held) && held.filter((value) => value !== null), known, `${event}: ${label}`)
        }
      }
    }
  }
  const counted = new Set(Object.values<EventSpec>(events).flatMap(({ counts }) => (counts ?? []).map((c) => c.metric)))
  for (const name of Object.keys(metrics) as MetricName[]) {
    const { readFrom }: MetricSpec = metrics[name]
    t.not(counted.has(name), readFrom !== undefined, `${name} is counted by an event, or read at a scrape; never both`)
  }
  t.ok(dispositionNames.length > 0)
})
