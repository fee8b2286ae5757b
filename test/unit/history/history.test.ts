import { existsSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { openTables } from '../../../src/history/environment.ts'
import { parseHead } from '../../../src/history/head.ts'
import { History } from '../../../src/history/history.ts'
import type { HistoryQuery, HistoryRecord, Pair, PairOrder } from '../../../src/model.ts'
import { folder, lines, noon, openHistory, record } from './helpers.ts'

const at = (minutes: number): string => new Date(noon + minutes * 60_000).toISOString()
const day = 86_400_000

t.test('what is asked is found, newest first', async (t) => {
  const history = await openHistory(t)
  const all = [
    record({ id: 'a', time: at(0) }),
    record({ id: 'b', time: at(1), address: 'ceo@evil.example', name: 'Müller, Jörg', person: 'u2', tier: 'likely' }),
    record({ id: 'c', time: at(2), action: 'tag', subject: 'Überweisung' }),
    record({ id: 'd', time: at(3), verdict: 'unchecked', person: null, directory: null, name: null, address: null }),
    record({ id: 'e', time: at(4), verdict: 'clean', action: null, excusedBy: 'secondary', excuse: 'x' }),
    record({ id: 'f', time: at(4), address: 'JANE.ROE77@mail.example', domains: ['mail.example'] }),
  ]
  history.append(lines(all.slice(0, 3)))
  history.append(lines(all.slice(3)))
  const table: [string, HistoryQuery, string][] = [
    ['everything', {}, 'fedcba'],
    ['a part of an address, without case', { text: 'Roe77@MAIL' }, 'feca'],
    ['a part of a name, without accents', { text: 'muller' }, 'b'],
    ['a part of a subject', { text: 'uberweis' }, 'c'],
    ['another part of an address', { text: 'evil' }, 'b'],
    ['nothing like it', { text: 'nobody' }, ''],
    ['since', { since: noon + 2 * 60_000 }, 'fedc'],
    ['until', { until: noon + 2 * 60_000 }, 'ba'],
    ['a span', { since: noon + 60_000, until: noon + 3 * 60_000 }, 'cb'],
    ['a person', { people: ['u1'] }, 'feca'],
    ['people', { people: ['u1', 'u2', 'u2'] }, 'fecba'],
    ['a person since', { people: ['u1'], since: noon + 60_000 }, 'fec'],
    ['a person and a text', { people: ['u1'], text: 'uberweisung' }, 'c'],
    ['a tier', { tier: 'likely' }, 'b'],
    ['an action', { action: 'tag' }, 'c'],
    ['a verdict', { verdict: 'unchecked' }, 'd'],
    ['a domain', { domain: 'evil.example' }, 'b'],
    ['a pair', { pair: { directory: 'Staff', person: 'u1', address: 'jane.roe77@mail.example' } }, 'feca'],
    ['a pair of another directory', { pair: { directory: 'X', person: 'u1', address: 'jane.roe77@mail.example' } }, ''],
  ]
  for (const [what, query, want] of table) t.equal(ids(history.records(query)), want, what)
  t.equal(history.count(), 6)
  t.same(history.record('c')?.subject, 'Überweisung', 'by its id')
  t.equal(history.record('zz'), undefined)
  t.same(JSON.parse([...history.lines({})][5] ?? ''), all[0], 'as it was written')
})

function ids(records: Iterable<HistoryRecord>): string {
  return [...records].map(({ id }) => id).join('')
}

t.test('pairs are kept as records come and go', async (t) => {
  const history = await openHistory(t)
  history.append(
    lines([
      record({ time: at(5), authenticated: true }),
      record({ time: at(1), authenticated: false, fromName: '__proto__', kind: 'typo', action: 'tag' }),
      record({ time: at(9), verdict: 'clean', action: null, disposition: 'relayed', excusedBy: 'secondary' }),
      record({ time: at(2), address: 'other@mail.example' }),
      record({ time: at(3), person: null }),
      record({ time: at(3), address: null }),
    ]),
  )
  const [pair, other, ...more] = [...history.pairs()]
  t.same(more, [])
  t.match(pair, {
    directory: 'Staff',
    person: 'u1',
    name: 'Jane Roe',
    address: 'jane.roe77@mail.example',
    count: 3,
    authenticated: 1,
    unauthenticated: 1,
    detected: 2,
    rejected: 2,
    first: at(1),
    last: at(9),
    kinds: { exact: 2, typo: 1 },
    actions: { reject: 1, tag: 1 },
    state: 'open',
    decision: null,
  })
  t.same(Object.entries(pair?.names ?? {}), [['Jane Roe', 2], ['__proto__', 1]], 'a name may be any text') // prettier-ignore
  t.equal(other?.address, 'other@mail.example')
  t.equal(history.retainSlice({ keep: 0, maxSize: 2 ** 30 }, noon + 4 * 60_000), 4, 'the old ones go')
  t.match([...history.pairs()], [{ count: 2, authenticated: 1, unauthenticated: 0, first: at(5), last: at(9), names: { 'Jane Roe': 2 } }]) // prettier-ignore
})

t.test('pairs come in each order, from any of them on, however many there are', async (t) => {
  const history = await openHistory(t)
  const made = Array.from({ length: 4000 }, (_, i) => {
    const n = (i * 7919) % 1700
    return record({
      time: new Date(noon + ((i * 104_729) % 5000) * 1000).toISOString(),
      address: `a${n}@mail.example`,
      ...(i % 3 === 0 ? { action: 'tag', disposition: 'relayed' } : {}),
      ...(n % 5 === 0 ? { verdict: 'clean', action: null, excusedBy: 'secondary' } : {}),
    })
  })
  const key = (pair: Pair, order: PairOrder): string => {
    const first = { newest: 0, messages: pair.detected, refused: pair.rejected }[order]
    return `${String(first).padStart(9, '0')} ${pair.last}`
  }
  // A second look comes when other pairs are known: what was put in order before must not be taken for it.
  for (const some of [made.slice(0, 1500), made.slice(1500)]) {
    history.append(lines(some))
    const all = [...history.pairs()]
    for (const order of ['newest', 'messages', 'refused'] as const) {
      for (const query of [{}, { detected: true }, { excused: true }]) {
        const found = [...history.pairs({ order, ...query })]
        const want = all.filter(({ detected, count }) => (query.detected === true ? detected > 0 : query.excused === true ? count > detected : true))
        const keys = found.map((pair) => key(pair, order))
        const what = `${order} ${JSON.stringify(query)}`
        t.same(new Set(found.map(({ address }) => address)), new Set(want.map(({ address }) => address)), what)
        t.same(keys, [...keys].sort().reverse(), `${what}, in order`)
        const middle = found[Math.floor(found.length * 0.7)] as Pair
        const rest = [...history.pairs({ order, ...query, from: middle })]
        t.same(rest.map(({ address }) => address), found.slice(-rest.length).map(({ address }) => address), `${what}, from the middle on`)
        t.equal(rest[0]?.address, middle.address)
      }
    } // prettier-ignore
    t.equal([...history.pairs({ from: { directory: 'x', person: 'y', address: 'z' } })].length, all.length, 'from one that is not there')
    const counted = all.filter(({ detected }) => detected > 0)
    t.same(history.pairTotals(), { pairs: counted.length, messages: counted.reduce((sum, { detected }) => sum + detected, 0) })
  } // prettier-ignore
})

t.test('an answer stands until the pair behaves otherwise', async (t) => {
  const history = await openHistory(t)
  const of = { directory: 'Staff', person: 'u1', address: 'jane.roe77@mail.example' }
  history.append(lines([record({ time: at(0), authenticated: true })]))
  const decision = {
    ...of,
    name: 'Jane Roe',
    answer: 'them' as const,
    by: 'ann@host',
    at: at(1),
    note: '',
    wasAuthenticated: true,
    wrote: null,
    reopened: null,
  }
  const audit = { time: at(1), who: 'ann@host', via: 'cli' as const, what: 'review decide', target: of.address, before: null, after: 'them' } // prettier-ignore
  history.decide(of, decision, audit)
  t.match(history.pair(of), { state: 'them', decision })
  t.match([...history.audit()], [{ what: 'review decide', after: 'them' }])
  history.append(lines([record({ time: at(2), authenticated: true }), record({ time: at(3), authenticated: null })]))
  t.equal([...history.pairs()][0]?.state, 'them')
  history.append(lines([record({ time: at(4), authenticated: false })]))
  t.match([...history.pairs()][0], { state: 'open', decision: { answer: 'them', reopened: { at: at(4) } } })
  history.decide(of, null, { ...audit, what: 'review undo', time: at(5) })
  t.match([...history.pairs()][0], { state: 'open', decision: null })
  t.same([...history.audit()].map(({ what }) => what), ['review undo', 'review decide'], 'newest first') // prettier-ignore
})

t.test('an overview reads counters', async (t) => {
  const history = await openHistory(t)
  history.append(
    lines([
      record({ time: new Date(noon - 40 * day).toISOString() }),
      record({ time: new Date(noon - 2 * day).toISOString(), person: 'u2', name: 'Max Poe' }),
      record({ time: at(0) }),
      record({ time: at(1) }),
      record({ time: at(2), verdict: 'clean', action: null, disposition: 'relayed' }),
      record({ time: at(3), verdict: 'unchecked', tier: null, kind: null, person: null, action: 'tag', disposition: 'relayed' }),
    ]), // prettier-ignore
  )
  const { counts, steps, people } = history.overview(noon - 30 * day, noon + day)
  t.same(counts[0], { verdict: 'detected', tier: 'certain', kind: 'exact', action: 'reject', disposition: 'rejected', count: 3 }) // prettier-ignore
  t.equal(counts.length, 3)
  t.same(steps.map(({ detected, excused, unchecked }) => [detected, excused, unchecked]), [[1, 0, 0], [2, 1, 1]]) // prettier-ignore
  t.same(people.map(({ name, count }) => [name, count]), [['Jane Roe', 2], ['Max Poe', 1]]) // prettier-ignore
  t.equal(history.overview(noon - day / 2, noon + day / 2).steps.length, 1, 'by hours')
  t.same([...history.addresses(['u1', 'u2', 'u3'], noon - 30 * day)], [['u1', 1], ['u2', 1], ['u3', 0]]) // prettier-ignore
  t.same([...history.addresses(['u2'], noon - day)], [['u2', 0]], 'nothing as late as that')
})

t.test('records go by age and by size, in slices', async (t) => {
  const history = await openHistory(t)
  for (let batch = 0; batch < 10; batch++) {
    history.append(lines(Array.from({ length: 300 }, (_, i) => record({ time: at(batch * 300 + i) }))))
  }
  const limits = { keep: 90 * day, maxSize: 2 ** 30 }
  t.equal(history.retainSlice(limits, noon), 0, 'none is too old')
  let removed = 0
  for (let n; (n = history.retainSlice({ ...limits, keep: 60_000 * 1000 }, noon + 60_000 * 2000)) > 0;) {
    t.ok(n <= 500)
    removed += n
  }
  t.equal(removed, 1000)
  t.equal(history.oldest(), noon + 60_000 * 1000)
  const maxSize = Math.round(history.usedOctets() / 2)
  const used = [history.usedOctets()]
  while (history.retainSlice({ ...limits, maxSize }, noon) > 0) used.push(history.usedOctets())
  t.ok(history.usedOctets() <= maxSize, 'half of it is left')
  t.ok((used.at(-2) ?? 0) > maxSize * 0.9, 'and no slice went that did not have to')
  t.ok(history.count() > 0)
  t.equal([...history.pairs()][0]?.count, history.count(), 'and the pair counts what is left')
})

t.test('the audit log is noted for a fleet from its beginning on, and for nobody before', async (t) => {
  const history = await openHistory(t)
  const entry = {
    time: at(0),
    who: 'ann',
    via: 'cli',
    what: 'protect',
    target: 'u1',
    before: null,
    after: null,
  } as const
  history.writeAudit(entry)
  t.same(history.entries.changed(10), [], 'without a fleet')
  history.entries.beginAnew({ revision: 0, batch: '' })
  t.equal(history.entries.changed(10).length, 1, 'what was there')
  history.writeAudit({ ...entry, time: at(1) })
  t.equal(history.entries.changed(10).length, 2, 'and what came')
})

t.test('erase takes all that is kept of a person or an address', async (t) => {
  const history = await openHistory(t)
  const evil = 'ceo@evil.example'
  history.append(
    lines([
      record({ id: 'a' }),
      record({ id: 'b', person: 'u2', name: 'Max Poe', address: evil }),
      record({ id: 'c', person: 'u2', name: 'Max Poe' }),
      record({ id: 'd', originators: `From: "Jane Roe" <x@y.example>\r\nReply-To: <${evil}>\r\n` }),
      record({ id: 'e', directory: 'Other' }),
    ]),
  )
  history.writeAudit({ time: at(0), who: 'ann', via: 'cli', what: 'secondary add', target: evil, before: null, after: evil }) // prettier-ignore
  history.writeAudit({ time: at(1), who: 'bob', via: 'cli', what: 'protect', target: 'max.poe', before: null, after: ['+ Max POE'] }) // prettier-ignore
  t.equal(ids(history.recordsToErase({ kind: 'address', address: evil })), 'db')
  t.equal(await history.erase({ kind: 'address', address: evil }), 2)
  t.equal(ids(history.records({})), 'eca')
  t.match(
    [...history.audit()],
    [
      { who: 'bob', target: 'max.poe' },
      { who: 'ann', target: '[erased]', after: null },
    ],
  )
  t.notOk(JSON.stringify([...history.records({}), ...history.pairs(), ...history.audit()]).includes(evil))
  t.equal(await history.erase({ kind: 'person', people: [{ directory: 'Staff', id: 'u1' }] }), 1)
  t.equal(await history.erase({ kind: 'person', people: [{ directory: 'Staff', id: 'u2' }] }), 1)
  t.match(
    [...history.audit()][0],
    { who: 'bob', target: '[erased]', after: null },
    'the audit log names nobody who is erased',
  )
  t.equal(ids(history.records({})), 'e', 'the namesake id of another directory stays')
  t.same(history.overview(noon - day, noon + day).people.map(({ directory }) => directory).sort(), ['Other']) // prettier-ignore
})

t.test('two processes may have it open', async (t) => {
  const path = join(folder(t), 'history')
  const first = await openHistory(t, path)
  const second = await openHistory(t, path)
  first.append(lines([record({ id: 'a' })]))
  second.append(lines([record({ id: 'b' })]))
  t.equal(ids(first.records({})), 'ba')
  const reader = await History.openToRead(path)
  t.equal(ids(reader.records({})), 'ba')
  await reader.close()
})

t.test('a damaged history is moved aside, and said', async (t) => {
  const damage: [string, (file: string) => void][] = [
    ['no LMDB file', (file) => writeFileSync(file, 'this is no database at all, and it is longer than a header')],
    ['cut off', (file) => truncateSync(file, 16_384)],
    ['empty', (file) => truncateSync(file, 0)],
  ]
  for (const [what, harm] of damage) {
    const path = join(folder(t), 'history')
    const before = await History.open({ path })
    before.append(lines(Array.from({ length: 500 }, () => record())))
    await before.close()
    harm(join(path, 'data.mdb'))
    await t.rejects(History.openToRead(path), { code: 'store-damaged' }, `${what}: a reader is told`)
    const told: string[] = []
    const history = await History.open({ path, onDamaged: (why, movedTo) => told.push(why, movedTo) })
    t.equal(told.length, 2, what)
    t.ok(existsSync(told[1] ?? ''), 'the old one is kept')
    t.equal(history.count(), 0)
    history.append(lines([record()]))
    t.equal(history.count(), 1)
    await history.close()
  }
})

t.test('a folder that can not be used is refused in words', async (t) => {
  const path = folder(t)
  writeFileSync(join(path, 'file'), '')
  await t.rejects(History.open({ path: join(path, 'file', 'history') }), { code: 'store-unusable', message: /history.path/ }) // prettier-ignore
  await t.rejects(History.openToRead(join(path, 'none')), { message: /there is no history .* yet/ })
})

t.test('an older layout is brought forward, a newer one is left alone', async (t) => {
  const path = join(folder(t), 'history')
  const before = await History.open({ path })
  before.append(lines(Array.from({ length: 1200 }, (_, i) => record({ time: at(i) }))))
  const want = {
    pairs: [...before.pairs()],
    overview: before.overview(noon - day, noon + 2 * day),
    addresses: [...before.addresses(['u1', 'u2'], 0)],
  }
  await before.close()
  const set = async (schema: number): Promise<void> => {
    const tables = openTables(path, false)
    if (tables === undefined) return
    tables.meta.putSync('schema', Buffer.from(String(schema)))
    if (schema === 0) for (const name of ['pairs', 'summaries', 'counters', 'texts'] as const) tables[name].clearSync()
    await tables.root.close()
  }
  await set(0)
  await t.rejects(History.openToRead(path), { message: /older Namesake/ })
  const history = await History.open({ path, onDamaged: (why) => t.fail(why) })
  t.same(
    {
      pairs: [...history.pairs()],
      overview: history.overview(noon - day, noon + 2 * day),
      addresses: [...history.addresses(['u1', 'u2'], 0)],
    },
    want,
  )
  t.equal(ids(history.records({ people: ['u1'], since: noon + 1199 * 60_000 })).length > 0, true)
  await history.close()
  // Layout 2 had the names of a pair as an object.
  const tables = openTables(path, false)
  for (const { key, value } of [...(tables?.pairs.getRange({}) ?? [])]) {
    const tuple = JSON.parse(value.toString()) as unknown[]
    const names = tuple[13] as (string | number)[]
    tuple[13] = Object.fromEntries(names.flatMap((one, i) => (i % 2 === 0 ? [[one, names[i + 1]]] : [])))
    tables?.pairs.putSync(key, Buffer.from(JSON.stringify(tuple)))
  }
  await tables?.root.close()
  await set(2)
  await t.rejects(History.openToRead(path), { message: /older Namesake/ })
  const third = await History.open({ path, onDamaged: (why) => t.fail(why) })
  t.same([...third.pairs()], want.pairs, 'pairs are read as they were laid out')
  third.append(lines([record({ time: at(1300), fromName: '__proto__' })]))
  const count = want.pairs[0]?.count ?? 0
  t.match([...third.pairs()], [{ count: count + 1, last: at(1300) }])
  t.same(Object.entries([...third.pairs()][0]?.names ?? {}), [['Jane Roe', count], ['__proto__', 1]]) // prettier-ignore
  await third.close()
  await set(99)
  await t.rejects(History.open({ path, onDamaged: (why) => t.fail(why) }), { message: /newer Namesake/ })
  t.same(readdirSync(dirname(path)), ['history'], 'nothing is moved aside')
  rmSync(path, { recursive: true })
})

t.test('whoever left a protected group is remembered for 90 days', async (t) => {
  const history = await openHistory(t)
  const group = (members: Record<string, string>, id = 'g1'): Parameters<typeof history.noteMembers>[0][number] => ({
    ...{ directory: 'Staff', id, name: 'Executives' },
    members: new Map(Object.entries(members)),
  })
  history.noteMembers([group({ u1: 'Jane Roe', u2: 'Max Poe' })], noon)
  t.same(history.formerMembers(0), [])
  history.noteMembers([group({ u1: 'Jane Roe' }), group({ u3: 'Ann Moe' }, 'g2')], noon + day)
  const left = { directory: 'Staff', person: 'u2', name: 'Max Poe', group: 'Executives', at: noon + day }
  t.same(history.formerMembers(noon), [left])
  t.same(history.formerMembers(noon + 2 * day), [], 'not so long ago')
  history.noteMembers([group({ u1: 'Jane Roe', u2: 'Max Poe' }), group({ u3: 'Ann Moe' }, 'g2')], noon + 2 * day)
  t.same(history.formerMembers(noon), [], 'who is back has not left')
  history.noteMembers([group({ u1: 'Jane Roe' })], noon + 3 * day)
  t.same(history.formerMembers(0).map(({ person }) => person), ['u2'], 'a group that is not protected any more is forgotten') // prettier-ignore
  history.noteMembers([group({})], noon + 4 * day)
  t.same(history.formerMembers(0).map(({ person }) => person), ['u1', 'u2'], 'the latest first') // prettier-ignore
  await history.erase({ kind: 'person', people: [{ directory: 'Staff', id: 'u1' }] })
  t.same(history.formerMembers(0).map(({ person }) => person), ['u2'], 'but for who is erased') // prettier-ignore
  history.noteMembers([group({})], noon + 100 * day)
  history.noteMembers([group({ u9: 'New One' })], noon + 100 * day)
  t.same(history.formerMembers(0), [], 'and not for ever')
})

t.test('the head of a record is read by the first part of its line', async (t) => {
  const cases: readonly [string, string][] = [
    ['as a worker writes it', lines([record()])[0] ?? ''],
    ['a name that says the same', lines([record({ name: 'a","originators":"b', fromName: ',"originators":' })])[0] ?? ''],
    ['fields in another order', JSON.stringify(Object.fromEntries(Object.entries(record()).reverse()))],
    ['the last fields alone first', JSON.stringify({ id: 'x', originators: 'From: x', domains: ['b.example'] })],
  ] // prettier-ignore
  for (const [what, line] of cases) {
    const [head, whole] = [parseHead(Buffer.from(line)), JSON.parse(line) as HistoryRecord]
    for (const key of Object.keys(record()) as (keyof HistoryRecord)[]) {
      if (key === 'originators') break
      t.same(head[key as keyof typeof head], whole[key], `${what}: ${key}`)
    }
  }
})
