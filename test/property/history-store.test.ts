import fc from 'fast-check'
import t from 'tap'
import type { History } from '../../src/history/history.ts'
import type { HistoryQuery, HistoryRecord, Pair } from '../../src/model.ts'
import { lines, noon, openHistory, record } from '../unit/history/helpers.ts'

/** Whatever comes, in whatever order of times, is found as if all of it were looked at; also while some of it goes. */

const day = 86_400_000
const people = ['u1', 'u2', 'u3', 'u4']
const domains = ['mail.example', 'evil.example', 'home.example']

/** A batch: so many records, from a clock that stands some days off. */
const batch = fc.record({
  count: fc.integer({ min: 1, max: 400 }),
  daysOff: fc.constantFrom(0, 0, 0, 0, -3, 2, -40),
  seed: fc.integer({ min: 0, max: 1e6 }),
})
const query: fc.Arbitrary<HistoryQuery> = fc.record(
  {
    text: fc.constantFrom('someone1', 'EVIL', 'jane', 'm-7', 'nothing at all', 'example'),
    since: fc.integer({ min: noon - 50 * day, max: noon + 5 * day }),
    until: fc.integer({ min: noon - 50 * day, max: noon + 5 * day }),
    people: fc.subarray(people, { minLength: 1 }),
    domain: fc.constantFrom(...domains),
    tier: fc.constantFrom('certain', 'likely'),
    kind: fc.constantFrom('exact', 'typo'),
    action: fc.constantFrom('tag', 'reject'),
    disposition: fc.constantFrom('rejected', 'relayed'),
    verdict: fc.constantFrom('detected', 'clean'),
    pair: fc.record({
      directory: fc.constant('Staff'),
      person: fc.constantFrom(...people),
      address: fc.constantFrom(...domains).map((domain) => `someone1@${domain}`),
    }),
  },
  { requiredKeys: [] },
)

let made = 0

function madeRecord(seed: number, time: number): HistoryRecord {
  const of = <T>(list: readonly T[], by: number): T => list[Math.floor(seed / by) % list.length] as T
  const domain = of(domains, 1)
  const isExcused = seed % 11 === 0
  return record({
    id: `id-${made++}-`,
    time: new Date(time).toISOString(),
    person: of(people, 3),
    name: of(['Jane Roe', 'Müller, Jörg'], 3),
    address: `Someone${seed % 5}@${domain}`,
    messageId: `<m-${seed % 100}@x>`,
    domains: [domain],
    tier: of(['certain', 'likely'], 7),
    kind: of(['exact', 'typo'], 5),
    ...(isExcused
      ? { verdict: 'clean', action: null, disposition: 'relayed', excusedBy: 'secondary' }
      : { action: of(['tag', 'reject'], 2), disposition: of(['relayed', 'rejected'], 2) }),
    authenticated: of([true, false, null], 13),
  })
}

function fits(one: HistoryRecord, wanted: HistoryQuery): boolean {
  const time = Date.parse(one.time)
  const folded = [one.name, one.address, one.fromName, one.messageId, one.id]
    .map((text) => (text ?? '').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase())
  const { text, since = 0, until = Infinity, people: ids, domain, tier, kind, action, disposition, verdict, pair } = wanted
  return (
    (text === undefined || folded.some((part) => part.includes(text.toLowerCase()))) &&
    time >= since && time < until &&
    (ids === undefined || ids.includes(one.person ?? '')) &&
    (domain === undefined || one.domains.includes(domain)) &&
    (tier === undefined || (one.tier === tier && one.verdict === 'detected')) &&
    (kind === undefined || one.kind === kind) &&
    (action === undefined || one.action === action) &&
    (disposition === undefined || one.disposition === disposition) &&
    (verdict === undefined || one.verdict === verdict) &&
    (pair === undefined || (one.person === pair.person && one.address?.toLowerCase() === pair.address))
  )
} // prettier-ignore

/** What is kept, in the order in which it came. */
type Model = HistoryRecord[]

function newestFirst(model: Model, wanted: HistoryQuery): string[] {
  return model
    .map((one, i) => ({ one, i, time: Date.parse(one.time) }))
    .filter(({ one }) => fits(one, wanted))
    .sort((a, b) => b.time - a.time || b.i - a.i)
    .map(({ one }) => one.id)
}

function pairsOf(model: Model): Map<string, Pick<Pair, 'count' | 'authenticated' | 'detected' | 'first' | 'last'>> {
  const pairs = new Map<string, Pick<Pair, 'count' | 'authenticated' | 'detected' | 'first' | 'last'>>()
  for (const one of model) {
    const key = `${one.person} ${one.address?.toLowerCase()}`
    const before = pairs.get(key) ?? { count: 0, authenticated: 0, detected: 0, first: one.time, last: one.time }
    pairs.set(key, {
      count: before.count + 1,
      authenticated: before.authenticated + (one.authenticated === true ? 1 : 0),
      detected: before.detected + (one.verdict === 'detected' ? 1 : 0),
      first: one.time < before.first ? one.time : before.first,
      last: one.time > before.last ? one.time : before.last,
    })
  }
  return pairs
}

/** The same with what the history says. @param exact false: the clock went back, and first and last may be of another record */
function comparePairs(history: History, model: Model, exact: boolean): void {
  const want = pairsOf(model)
  let [seen, latest] = [0, '9']
  for (const { person, address, count, authenticated, detected, first, last } of history.pairs()) {
    seen++
    const pair = want.get(`${person} ${address}`)
    const times = exact ? { first, last } : { first: pair?.first, last: pair?.last }
    const found = JSON.stringify({ count, authenticated, detected, ...times })
    if (found !== JSON.stringify(pair))
      throw new Error(`${person} ${address}: ${found}, wanted ${JSON.stringify(pair)}`)
    if (exact && last > latest) throw new Error('pairs are not in order')
    latest = last
  }
  if (seen !== want.size) throw new Error(`${seen} pairs, wanted ${want.size}`)
}

function compareRecords(history: History, model: Model, queries: readonly HistoryQuery[]): void {
  for (const wanted of queries) {
    const found = Array.from(history.records(wanted), ({ id }) => id)
    const want = newestFirst(model, wanted)
    if (found.join() !== want.join()) {
      throw new Error(`${JSON.stringify(wanted)}: ${found.length} found, wanted ${want.length}, or in another order`)
    }
  }
  if (history.count() !== model.length) throw new Error(`counts ${history.count()}, wanted ${model.length}`)
}

t.test('records are found as if each were looked at, and pairs are what they come to', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(batch, { minLength: 1, maxLength: 6 }),
      fc.array(query, { minLength: 3, maxLength: 8 }),
      fc.integer({ min: 1, max: 45 }),
      async (batches, queries, keepDays) => {
        const history = await openHistory(t)
        let model: Model = []
        let time = noon
        for (const { count, daysOff, seed } of batches) {
          const made = Array.from({ length: count }, (_, i) =>
            madeRecord(seed + i * 31, (time += 1000) + daysOff * day))
          // Of two workers each sends its own in order.
          const some = seed % 3 === 0 ? [...made.filter((_, i) => i % 2 === 0), ...made.filter((_, i) => i % 2 === 1)] : made
          history.append(lines(some))
          model.push(...some)
        } // prettier-ignore
        const exact = batches.every(({ daysOff }) => daysOff === 0)
        compareRecords(history, model, [{}, ...queries])
        comparePairs(history, model, exact)
        const now = noon + 30 * day
        while (history.retainSlice({ keep: keepDays * day, maxSize: 2 ** 40 }, now) > 0);
        model = model.filter(({ time }) => Date.parse(time) >= now - keepDays * day)
        compareRecords(history, model, [{}, ...queries])
        comparePairs(history, model, exact)
        await history.erase({ kind: 'person', people: [{ directory: 'Staff', id: 'u2' }] })
        model = model.filter(({ person }) => person !== 'u2')
        compareRecords(history, model, [{}, ...queries])
        comparePairs(history, model, exact)
        await history.close()
      },
    ),
    { numRuns: 20 },
  )
})

t.test('a reader sees one moment, whatever is written and taken out meanwhile', async (t) => {
  const history = await openHistory(t)
  const some = (from: number, count: number): HistoryRecord[] =>
    Array.from({ length: count }, (_, i) => madeRecord(i, noon + (from + i) * 1000))
  history.append(lines(some(0, 1500)))
  const want = Array.from(history.records({}), ({ id }) => id)
  const seen: string[] = []
  for (const { id } of history.records({})) {
    seen.push(id)
    if (seen.length % 100 === 0) {
      history.append(lines(some(2000 + seen.length, 90)))
      history.retainSlice({ keep: 0, maxSize: 2 ** 40 }, noon + seen.length * 500)
      await new Promise((resume) => setImmediate(resume))
    }
  }
  t.same(seen, want)
})
