import t from 'tap'
import { auditLines } from '../../../src/admin/history.ts'

const entry = { id: '1', time: '2026-11-20T12:00:00.000Z', who: 'ann@host', via: 'cli' as const, what: 'protect', target: 'u1' } // prettier-ignore

t.test('an entry of the audit log in words', (t) => {
  const table: [string, unknown, unknown, string[]][] = [
    ['nothing that changed', null, null, []],
    ['lines', ['a: 1'], ['a: 2', 'b: 3'], ['- a: 1', '+ a: 2', '+ b: 3']],
    ['an answer', { answer: null, lines: [] }, { answer: 'them', lines: ['x'] }, ['+ answer: "them"', '+ x']],
    ['a diff', null, [{ sign: '-', number: 1, text: 'old' }, { sign: '+', number: 1, text: 'new' }], ['- old', '+ new']],
    ['numbers', 4, 0, ['- 4', '+ 0']],
    ['settings', { role: 'reader' }, { role: 'admin' }, ['- {"role":"reader"}', '+ {"role":"admin"}']],
    ['what a terminal would obey', null, ['\u001b[2J'], ["+ <U+001B>[2J"]],
  ] // prettier-ignore
  for (const [what, before, after, want] of table) {
    const [head, ...rest] = auditLines({ ...entry, before, after })
    t.equal(head, '2026-11-20 12:00:00  ann@host (cli)  protect: u1', what)
    t.same(
      rest.map((line) => line.trim()),
      want,
      what,
    )
  }
  t.end()
})
