/**
 * The history at size: writing, disk space, and what operators ask. `npm run bench:history [RECORDS]` (default 1,000,000);
 * the searches are timed over all of them and over the newest 200,000.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { History } from '../src/history/history.ts'
import { lines, record } from '../test/unit/history/helpers.ts'

const records = Number(process.argv[2] ?? 1_000_000)
const batch = 500
const people = 400
const spanMs = 60 * 86_400_000
const end = Date.now()

const folder = mkdtempSync(join(tmpdir(), 'namesake-bench-history-'))
const history = await History.open({ path: join(folder, 'history') })

function made(i: number): string {
  const who = i % people
  const name = `Person ${'abcdefghij'[who % 10] ?? ''}${who} Surname`
  const time = new Date(end - spanMs + Math.floor((spanMs * i) / records)).toISOString()
  // Every fifth message comes from an address of its own, the others from some thousand.
  const address = i % 5 === 0 ? `x${i}@d${i % 50_000}.example` : `s${i % 4000}@m${i % 900}.example`
  return lines([record({ id: `b${i}`, time, person: `u${who}`, name, address, authenticated: i % 3 === 0 })])[0] ?? ''
}

let writing = 0
let octets = 0
for (let i = 0; i < records; i += batch) {
  const some = Array.from({ length: Math.min(batch, records - i) }, (_, j) => made(i + j))
  for (const line of some) octets += line.length
  const start = performance.now()
  history.append(some)
  writing += performance.now() - start
}
const size = statSync(join(folder, 'history', 'data.mdb')).size
console.log(`${records} records of ${Math.round(octets / records)} octets`)
console.log(`written in ${(writing / 1000).toFixed(1)} s, ${Math.round(records / (writing / 1000))} a second`)
console.log(`file ${Math.round(size / 1e6)} MB, in use ${Math.round(history.usedOctets() / 1e6)} MB`)

function timed(what: string, work: () => number): void {
  const times: number[] = []
  let found = 0
  for (let round = 0; round < 3; round++) {
    const start = performance.now()
    found = work()
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  console.log(`${what}: ${(times[1] ?? 0).toFixed(1)} ms (${found} found)`)
}

function first(items: Iterable<unknown>, limit: number): number {
  let count = 0
  for (const _ of items) if (++count >= limit) break
  return count
}

const since = end - Math.floor((spanMs * 200_000) / records)
for (const [where, query] of [
  ['all', {}],
  ['the newest 200,000', { since }],
] as const) {
  console.log(`-- over ${where}`)
  timed('newest 50', () => first(history.lines(query), 50))
  timed('newest 50 of a person', () => first(history.lines({ ...query, people: ['u7'] }), 50))
  timed('all of a person', () => first(history.lines({ ...query, people: ['u7'] }), Infinity))
  timed('part of an address that nothing holds', () => first(history.lines({ ...query, text: 'no-such-text' }), 50))
  timed('part of a name, newest 50', () => first(history.lines({ ...query, text: 'person d3 ' }), 50))
}
console.log('--')
timed('overview of 30 days', () => history.overview(end - 30 * 86_400_000, end).steps.length)
timed('pairs, newest 50', () => first(history.pairs(), 50))
timed('pairs, 50 with most messages', () => first(history.pairs({ order: 'messages' }), 50))
timed('all pairs', () => first(history.pairs(), Infinity))
await history.close()
rmSync(folder, { recursive: true, force: true })
