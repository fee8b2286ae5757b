import t from 'tap'
import { People } from '../../../src/admin/people.ts'
import type { PeopleSnapshot } from '../../../src/admin/people.ts'
import { searchText, searchWords, hasWords } from '../../../src/admin/search.ts'
import type { Group, Person } from '../../../src/model.ts'
import { buildMemoryDirectory } from '../../../src/policy/memory.ts'
import type { ProtectionRules } from '../../../src/policy/rules.ts'
import { rulesWith } from '../policy/fixtures.ts'

function person(id: string, displayName: string, groups: string[] = [], directory = 'Staff'): Person {
  const mail = `p${id}@corp.example`
  return { directory, id, displayName, givenName: null, surname: null, addresses: [mail], groups }
}

function snapshotOf(people: Person[], groups: Group[] = []): PeopleSnapshot {
  const memory = buildMemoryDirectory(people, groups)
  const guests = new Map([['9', { userType: 'Guest' }]])
  return { ...memory, directories: () => [], attributes: ({ id }) => guests.get(id) }
}

const crowd = [
  person('1', 'Jane Roe', ['b']),
  person('2', 'Åsa Żółć', ['b']),
  person('3', 'Жанна Петрова'),
  person('4', 'Jörg Müller'),
  person('5', 'jan roe'),
  person('9', 'Guest Person'),
]
const groups: Group[] = [{ directory: 'Staff', id: 'b', displayName: 'Vorstand Ä', members: ['1', '2'] }]
const rules: ProtectionRules = rulesWith({
  protect: [{ directory: 'Staff', groups: ['b'], users: ['5'], exclude: ['2'] }],
  people: [{ who: '1', secondaryEmails: ['jane@home.example'], names: ['Janie Roe'], actions: { certain: 'reject' } }],
})

t.test('what is typed finds a name in whatever letters it is written', async (t) => {
  for (const [query, ids] of [
    ['zolc', ['2']],
    ['ŻÓŁĆ', ['2']],
    ['asa zolc', ['2']],
    ['zolc asa', ['2']],
    ['müller', ['4']],
    ['mueller', ['4']],
    ['muller', ['4']],
    ['петрова', ['3']],
    ['petrova', ['3']],
    ['roe', ['5', '1']],
    ['P1@CORP.example', ['1']],
    ['home.example', ['1']],
    ['3', ['3']],
    ['nobody', []],
  ] as const) {
    const people = new People(
      () => snapshot,
      () => rules,
    )
    const snapshot = snapshotOf(crowd, groups)
    const found = people.list({ text: query }).items.map(({ id }) => id)
    t.same(query === '3' ? found.includes('3') : found, query === '3' ? true : ids, query)
  }
  t.ok(hasWords(searchText('Ελένη Παπαδοπούλου'), searchWords('eleni papadopoulou')))
})

t.test('filters, pages and details', async (t) => {
  const snapshot = snapshotOf(crowd, groups)
  const people = new People(
    () => snapshot,
    () => rules,
  )
  const ids = (query: Parameters<People['list']>[0]): string[] => people.list(query).items.map(({ id }) => id)
  t.same(ids({ protected: true }), ['5', '1'])
  t.same(ids({ group: 'vorstand a' }), ['2', '1'], 'by name, folded')
  t.same(ids({ group: 'b', protected: false }), ['2'])
  t.same(ids({ guests: true }), ['9'])
  t.equal(people.list({ guests: false }).total, 5)
  t.same(people.groups({ text: 'vorstand' }).items, [
    { directory: 'Staff', id: 'b', displayName: 'Vorstand Ä', people: 2, protected: true },
  ])
  t.equal(people.protectedCount(), 2)
  t.match(people.meant('jane roe'), {
    protected: true,
    secondaryEmails: ['jane@home.example'],
    names: ['Janie Roe'],
    protection: { byName: false, throughGroups: ['Vorstand Ä'], excluded: false },
    actions: { certain: 'reject', likely: 'tag' },
  })
  t.match(people.meant('Żółć, Åsa'), { protected: false, protection: { excluded: true } })
  t.throws(() => people.meant('roe'), { message: /could be "Jane Roe" \(p1@corp.example\), "jan roe"/ })
  t.same(people.secondaries(null), [
    { directory: 'Staff', id: '1', displayName: 'Jane Roe', address: 'jane@home.example' },
  ])
})

t.test('a cursor stays good when people come and go', async (t) => {
  let all = Array.from({ length: 25 }, (_, i) => person(`n${i}`, `Person ${String.fromCharCode(97 + i)}`))
  let snapshot = snapshotOf(all)
  const people = new People(
    () => snapshot,
    () => rules,
  )
  const first = people.list({ limit: 10 })
  t.equal(first.items.length, 10)
  t.equal(first.total, 25)
  // The last one seen goes, one before it comes: neither is shown twice, and nobody is left out.
  all = [...all.filter(({ id }) => id !== 'n9'), person('new', 'Person aa')]
  snapshot = snapshotOf(all)
  const second = people.list({ limit: 10, cursor: first.next })
  t.same(
    second.items.map(({ id }) => id),
    Array.from({ length: 10 }, (_, i) => `n${i + 10}`),
  )
  const third = people.list({ limit: 10, cursor: second.next })
  t.equal(third.items.length, 5)
  t.equal(third.next, null)
  for (const cursor of ['', 'x', 'e30', Buffer.from('[1,2,3]').toString('base64url')])
    t.equal(people.list({ limit: 1, cursor }).items[0]?.id, 'n0', 'what is no cursor begins at the start')
})

t.test('a listing is kept while the same people are known, whatever the rules say of them', async (t) => {
  let asked = 0
  let contents = 'a'
  let now = rules
  let people = crowd
  const known = (): PeopleSnapshot => {
    const snapshot = snapshotOf(people, groups)
    return { ...snapshot, contents, people: (of) => (asked++, snapshot.people(of)) }
  }
  const all = new People(known, () => now)
  t.equal(await all.ready(), all)
  t.equal(asked, 1)
  t.same(
    all.list({ protected: true }).items.map(({ id }) => id),
    ['5', '1'],
  )
  now = rulesWith({
    protect: [{ directory: 'Staff', groups: [], users: ['3', '4'], exclude: ['4'] }],
    people: [{ who: '9', secondaryEmails: ['Guest@Home.example'], names: [], actions: {} }],
  })
  const marked = all.list({ protected: true })
  t.same([marked.total, marked.items.map(({ id }) => id)], [1, ['3']], 'other rules')
  t.same(
    all.list().items.filter((one) => one.protected),
    marked.items,
    'an entry says of itself what the list was chosen by',
  )
  t.equal(all.protectedIn({ directory: 'Staff', id: 'b' }), 0)
  t.equal(all.list({ text: 'guest@home' }).items[0]?.id, '9')
  t.equal(asked, 1, 'nobody was read again')
  people = [...crowd, person('10', 'Somebody New')]
  contents = 'b'
  t.equal((await all.ready()).list().total, 7)
  t.equal(asked, 2)
})

t.test('lists stand ready though people change while they are made', async (t) => {
  let contents = 0
  const snapshot = snapshotOf(crowd, groups)
  const known = (): PeopleSnapshot => ({
    ...snapshot,
    contents: String(contents),
    *peopleInPieces() {
      for (const one of crowd) {
        yield [one]
        // Somebody synchronises without an end.
        const until = Date.now() + 16
        while (Date.now() < until);
        contents++
      }
    },
  })
  const all = await new People(known, () => rules).ready()
  t.equal(all.list().total, crowd.length)
})

t.test('groups within groups', async (t) => {
  const held = new Map([
    ['top', ['inner', 'top']],
    ['inner', ['leaf']],
    ['leaf', []],
    ['round', ['trip']],
    ['trip', ['round']],
  ])
  const inGroups = [
    person('1', 'Anna', ['top']),
    person('2', 'Berta', ['top', 'inner']),
    person('3', 'Cora', ['top', 'inner', 'leaf']),
  ]
  const list = [...held.keys()].map((id) => ({ directory: 'Staff', id, displayName: id, members: [] }))
  const snapshot: PeopleSnapshot = {
    ...snapshotOf(inGroups, list),
    heldGroups: () => held,
    ownPeople: ({ id }) => ({ top: ['1'], inner: ['2'] })[id] ?? [],
  }
  const people = new People(
    () => snapshot,
    () => rulesWith(),
  )
  t.same(
    people.topGroups('Staff').items.map(({ id }) => id),
    ['round', 'top'],
    'of a circle, one',
  )
  const inside = (id: string): unknown => {
    const found = people.children({ directory: 'Staff', id })
    return found && [found.groups.map((one) => one.id), found.people.items.map((one) => one.displayName)]
  }
  t.same(inside('top'), [['inner', 'top'], ['Anna']])
  t.same(inside('inner'), [['leaf'], ['Berta']])
  t.same(inside('leaf'), [[], ['Cora']])
  t.equal(inside('nowhere'), null)
  t.equal(people.group({ directory: 'Staff', id: 'top' })?.people, 3)
})
