import t from 'tap'
import { pairFacts } from '../../../src/admin/pair-facts.ts'
import { ShownNames } from '../../../src/admin/shown-names.ts'
import type { HistoryQuery, HistoryRecord, Person } from '../../../src/model.ts'

/** What the console counts for people, groups and pairs. */

const person = (id: string, groups: readonly string[]): Person =>
  ({ directory: 'Staff', id, displayName: id, groups }) as unknown as Person
const people = [person('u1', ['board', 'all']), person('u2', ['all']), person('u3', ['all'])]
const view = {
  person: ({ directory, id }: { directory: string; id: string }) =>
    directory === 'Staff' ? people.find((one) => one.id === id) : undefined,
}

t.test('names shown, by person and by group', async (t) => {
  const of = (id: string, count: number, directory = 'Staff'): object => ({ directory, person: id, name: id, count })
  const overview = { counts: [], steps: [], people: [of('u1', 5), of('u2', 2), of('gone', 3), of('u1', 7, 'Other')] }
  const asked: number[] = []
  const history = {
    overview: (since: number, until: number) => {
      asked.push(until - since)
      return overview as never
    },
  }
  const shown = await ShownNames.read(history, view, Date.now())
  t.same(asked, [30 * 86_400_000])
  const ref = (id: string): { directory: string; id: string } => ({ directory: 'Staff', id })
  t.same(['u1', 'u2', 'u3', 'gone'].map((id) => shown.ofPerson(ref(id))), [5, 2, 0, 3]) // prettier-ignore
  t.same(['board', 'all', 'none'].map((id) => shown.ofGroup(ref(id))), [5, 7, 0]) // prettier-ignore
  t.same(shown.membersOf(ref('all')), ['u1', 'u2'])
  t.equal((await ShownNames.read(null, view, 0)).ofPerson(ref('u1')), 0, 'without a history')
})

t.test('a pair by days, by what was done, and beside other names', async (t) => {
  const now = new Date(2026, 9, 26, 15).getTime()
  const hour = 3_600_000
  const pair = { directory: 'Staff', person: 'u1', address: 'a@x.example' }
  const record = (ago: number, more: object = {}): HistoryRecord =>
    ({
      ...pair,
      name: 'Jane Roe',
      verdict: 'detected',
      disposition: 'relayed',
      time: new Date(now - ago).toISOString(),
      ...more,
    }) as HistoryRecord
  const records = [
    record(hour),
    record(2 * hour, { disposition: 'rejected' }),
    record(20 * hour),
    record(29 * 24 * hour),
    record(hour, { person: 'u2', name: 'Max Poe' }),
    record(hour, { person: 'u2', name: 'Max Poe' }),
    record(hour, { person: 'u3', name: 'Eve', address: 'aa@x.example' }),
  ]
  const asked: HistoryQuery[] = []
  const history = {
    records: (query: HistoryQuery) => {
      asked.push(query)
      return records.filter((one) => query.pair === undefined || (one.person === 'u1' && one.address === pair.address))
    },
  }
  const { days, done, others } = await pairFacts(history, pair, now)
  t.equal(days.length, 30)
  t.same(
    [days.at(-1), days.at(-2), days[0]],
    [2, 1, 1],
    'days as the calendar has them, also where clocks were changed',
  )
  t.same(done, [['relayed', 3], ['rejected', 1]]) // prettier-ignore
  t.same(others, [{ name: 'Max Poe', count: 2 }], 'not those of an address that only holds this one')
  t.equal(asked[1]?.text, 'a@x.example')
  t.same((await pairFacts(history, { ...pair, address: '' }, now)).others, [], 'no address, no others')
})
