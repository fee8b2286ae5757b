import { person, protectGroups, members, runRound, ScriptedProvider } from '../unit/directory/helpers.ts'
import type { SourceChange } from '../../src/directory/provider.ts'
import { Store } from '../../src/directory/store/store.ts'
import { openStore } from '../../src/directory/store/open.ts'

/**
 * A process that writes or reads a store until it is killed. `write`: full rounds and deltas in turn, each of which
 * gives every person the same mark; `read`: snapshots, each of which must hold one mark only.
 */
export const headCount = 400

export function pageOf(mark: number, page: number): SourceChange[] {
  const from = page * 100
  const people = Array.from({ length: 100 }, (_, i) =>
    person(`id${from + i}`, { displayName: `Mark${mark} No${from + i}`, mail: `m${from + i}@corp.example` }),
  )
  const ids = people.map((change) => (change as { id: string }).id)
  return [...people, { op: 'group', id: 'g', displayName: 'Board' }, members('g', ids)]
}

const [mode, path = '', start = '0'] = process.argv.slice(2)

if (mode === 'write') {
  const store = await openStore({ path, onDamaged: (why) => process.send?.({ damaged: why }) })
  const rules = protectGroups('Board')
  const provider = new ScriptedProvider()
  for (let mark = Number(start); ; mark++) {
    const pages = [0, 1, 2, 3].map((page) => pageOf(mark, page))
    const kind = mark % 3 === 0 || store.record('People') === undefined ? 'full' : 'delta'
    await runRound(store, provider, kind, pages, rules, { cursor: String(mark) })
    process.send?.({ mark })
  }
} else if (mode === 'read') {
  const store = Store.open({ path, readOnly: true })
  for (let reads = 0; ; reads++) {
    const fault = faultOf(store)
    if (fault !== null) process.send?.({ fault })
    if (reads % 20 === 0) process.send?.({ reads })
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Whether a snapshot is a mixture; null if it is one state. */
export function faultOf(store: Store): string | null {
  const view = store.snapshot()
  if (view.directories().length === 0) return null
  const marks = new Set([...view.people()].map((p) => p.displayName.split(' ')[0]))
  const [mark = ''] = marks
  const found = view.byKey(`part:${mark.toLowerCase()}`, 10_000).length
  const tokens = view.tokenCount(mark.toLowerCase())
  const group = [...view.groups('People')].map((g) => g.members.length).join()
  const addresses = view.byAddress('m7@corp.example').length
  const sound = marks.size === 1 && found === headCount && tokens === headCount && group === String(headCount)
  if (sound && addresses === 1 && view.directories()[0]?.people === headCount) return null
  const people = [...view.people()]
  const inGroups = people.filter(({ groups }) => groups.length > 0).length
  const listed = people.filter((someone) => view.keyCount(someone) > 0).length
  return (
    `marks ${[...marks].join()}, keys ${found}, tokens ${tokens}, members ${group}, address ${addresses}; ` +
    `${inGroups} people in groups, ${listed} with keys listed`
  )
}
