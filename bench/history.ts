/**
 * The history at size: writing, disk space, and what operators ask. `npm run bench:history [RECORDS]` (default 1,000,000);
 * the searches are timed over all of them and over the newest 200,000.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { History } from '../src/history/history.ts'
import type { HistoryRecord } from '../src/model.ts'
import { lines, record } from '../test/unit/history/helpers.ts'

const records = Number(process.argv[2] ?? 1_000_000)
const batch = 500
const peopleCount = 400
const spanMs = 60 * 86_400_000
const end = Date.now()

const folder = mkdtempSync(join(tmpdir(), 'namesake-bench-history-'))
const history = await History.open({ path: join(folder, 'history') })

/** A name as a detection shows it, with how it was judged, as a daemon writes it. */
function explained(name: string, address: string, person: string): HistoryRecord['explanation'] {
  const [given = '', surname = ''] = name.split(' ')
  const letters = [
    { sent: given, taken: given, part: 'given-name' as const },
    { sent: surname, taken: surname, part: 'surname' as const },
  ]
  const steps = [`the display-name ${JSON.stringify(name)} is the name`, 'the address is none of the person']
  const finding = {
    directory: 'Office 365',
    person,
    name,
    kind: 'exact',
    tier: 'certain',
    address,
    steps,
    letters,
  } as const
  const setting = 'the setting of the group "Executives"'
  const findings = [{ ...finding, excuse: null, action: 'reject' as const, setting }]
  const reading = { field: 'from', reader: 'own', part: 'display-name', name, address, findings } as const
  return { readings: [reading], defects: [], more: 0 }
}

function made(i: number): string {
  const who = i % peopleCount
  const person = `5f3c1a7e-9b2d-4c1e-8a7f-${String(who).padStart(12, '0')}`
  const name = `Person${'abcdefghij'[who % 10] ?? ''}${who} Surname${who % 37}`
  const at = end - spanMs + Math.floor((spanMs * i) / records)
  // Every fifth message comes from an address of its own, the others from some thousand.
  const domain = i % 5 === 0 ? `d${i % 50_000}.example` : `m${i % 900}.example`
  const address = `${i % 5 === 0 ? `x${i}` : `s${i % 4000}`}@${domain}`
  const hash = ((i * 2_654_435_761) >>> 0).toString(36)
  const one = record({
    ...{
      id: `${at.toString(36)}${hash}`,
      time: new Date(at).toISOString(),
      person,
      directory: 'Office 365',
      name,
      address,
    },
    ...{ messageId: `<${hash}.${i}@${domain}>`, client: `192.0.${i % 255}.${(i * 7) % 255}`, size: 2000 + (i % 9000) },
    ...{ authenticated: i % 3 === 0, explanation: explained(name, address, person) },
    authenticationResults: [` mx.corp.example; dkim=${i % 3 === 0 ? 'pass' : 'none'} header.d=${domain}`],
  })
  return lines([one])[0] ?? ''
}

const before = process.cpuUsage()
const begun = performance.now()
let writing = 0
let octets = 0
for (let i = 0; i < records; i += batch) {
  const some = Array.from({ length: Math.min(batch, records - i) }, (_, j) => made(i + j))
  for (const line of some) octets += line.length
  const start = performance.now()
  history.append(some)
  writing += performance.now() - start
}
const spent = performance.now() - begun
const size = statSync(join(folder, 'history', 'data.mdb')).size
console.log(`${records} records of ${Math.round(octets / records)} octets`)
const { user, system } = process.cpuUsage(before)
console.log(`written in ${(writing / 1000).toFixed(1)} s, ${Math.round(records / (writing / 1000))} a second`)
console.log(
  `processor time ${Math.round(((user + system) / records) * (writing / spent))} µs a record (load ${loadavg()[0]?.toFixed(1)})`,
)
console.log(`file ${Math.round(size / 1e6)} MB, in use ${Math.round(history.usedOctets() / 1e6)} MB`)

function timed(what: string, work: () => number): void {
  const times: number[] = []
  const processor: number[] = []
  let found = 0
  for (let round = 0; round < 5; round++) {
    const start = performance.now()
    const used = process.cpuUsage()
    found = work()
    const { user, system } = process.cpuUsage(used)
    times.push(performance.now() - start)
    processor.push((user + system) / 1000)
  }
  for (const list of [times, processor]) list.sort((a, b) => a - b)
  console.log(
    `${what}: ${(times[2] ?? 0).toFixed(1)} ms, of the processor ${(processor[2] ?? 0).toFixed(1)} ms (${found} found)`,
  )
}

function first(items: Iterable<unknown>, limit: number): number {
  let count = 0
  for (const _ of items) if (++count >= limit) break
  return count
}

const people = ['5f3c1a7e-9b2d-4c1e-8a7f-000000000007']
const oneId = JSON.parse(
  [...history.lines({ since: end - spanMs / 2, until: end - spanMs / 2 + (spanMs / records) * 4 })][0] ?? '{"id":"x"}',
).id as string
const pair = { directory: 'Office 365', person: people[0] ?? '', address: 's7@m607.example' }
const since = end - Math.floor((spanMs * 200_000) / records)
for (const [where, query] of [
  ['all', {}],
  ['the newest 200,000', { since }],
] as const) {
  console.log(`-- over ${where}`)
  timed('newest 50', () => first(history.lines(query), 50))
  timed('newest 50 of a person', () => first(history.lines({ ...query, people }), 50))
  timed('all of a person', () => first(history.lines({ ...query, people }), Infinity))
  timed('newest 50 of a pair', () => first(history.lines({ ...query, pair }), 50))
  timed('part of an address that nothing holds', () => first(history.lines({ ...query, text: 'no-such-text' }), 50))
  timed('part of a name, newest 50', () => first(history.lines({ ...query, text: 'sond3 ' }), 50))
  timed('part of an address, newest 50', () => first(history.lines({ ...query, text: '7@m77.exam' }), 50))
  timed('one by its id', () => (history.record(oneId) === undefined ? 0 : 1))
}
console.log('--')
timed('overview of 30 days', () => history.overview(end - 30 * 86_400_000, end).steps.length)
let late = 0
timed('pairs, newest 50, after a record was written', () => {
  history.append([made(records + late++)])
  return first(history.pairs(), 50)
})
timed('pairs, newest 50', () => first(history.pairs(), 50))
timed('pairs, 50 with most messages', () => first(history.pairs({ order: 'messages' }), 50))
timed('all pairs', () => first(history.pairs(), Infinity))
await history.close()
rmSync(folder, { recursive: true, force: true })
