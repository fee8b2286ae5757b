import t from 'tap'
import { groupChanges } from '../../../src/directory/sources/office365/people.ts'

const user = (id: string, more: object = {}): object => ({ '@odata.type': '#microsoft.graph.user', id, ...more })
const removed = { '@removed': { reason: 'deleted' } }

t.test('groups of a page as changes', async (t) => {
  const cases: [string, { removed?: boolean; properties: Record<string, unknown> }, unknown[]][] = [
    ['renamed only', { properties: { displayName: ' Board ' } }, [{ op: 'group', id: 'g', displayName: 'Board' }]],
    ['no name given', { properties: {} }, [{ op: 'group', id: 'g' }]],
    ['name cleared', { properties: { displayName: null } }, [{ op: 'group', id: 'g', displayName: 'g' }]],
    ['gone', { removed: true, properties: { 'members@delta': [user('a')] } }, [{ op: 'group-gone', id: 'g' }]],
    [
      'members of every kind',
      {
        properties: {
          'members@delta': [
            user('a'),
            { '@odata.type': '#microsoft.graph.group', id: 'h' },
            { '@odata.type': '#microsoft.graph.device', id: 'd' },
            { '@odata.type': '#microsoft.graph.servicePrincipal', id: 's' },
            { '@odata.type': '#microsoft.graph.orgContact', id: 'c' },
            { id: 'untyped' },
            user('b', removed),
            { id: 'x', ...removed },
          ],
        },
      },
      [
        { op: 'group', id: 'g' },
        { op: 'members', group: 'g', add: ['a', 'h', 'untyped'], remove: ['b', 'x'] },
      ],
    ],
    [
      'the same member twice: the last word counts',
      { properties: { 'members@delta': [user('a'), user('a', removed), user('b', removed), user('b')] } },
      [
        { op: 'group', id: 'g' },
        { op: 'members', group: 'g', add: ['b'], remove: ['a'] },
      ],
    ],
    [
      'members that are nothing',
      { properties: { 'members@delta': [null, 1, {}, { id: 3 }] } },
      [{ op: 'group', id: 'g' }],
    ],
    ['members that are no list', { properties: { 'members@delta': {} } }, [{ op: 'group', id: 'g' }]],
  ]
  for (const [what, group, wanted] of cases) {
    t.same(groupChanges({ id: 'g', removed: group.removed ?? false, properties: group.properties }), wanted, what)
  }
})
