import { setImmediate } from 'node:timers/promises'
import { Store } from '../../src/directory/store/store.ts'
import { parseHeaderSection } from '../../src/mail/section.ts'
import { buildJudge } from '../../src/main/judge.ts'
import { JudgementGuard } from '../../src/main/judgement-guard.ts'
import { nameOf } from './large-names.ts'

/**
 * Judges messages against a store, as a worker does, for as long as its input is open: `judge-child.ts STORE`. Prints
 * a line when it is warm, and at its end how many there were and what they took (`Judging` of large.ts).
 */
const [, , path = ''] = process.argv
const store = Store.open({ path, readOnly: true })
const judge = buildJudge(store, {
  guard: new JudgementGuard(),
  fromField: 65_536,
  onFailure: (error) => {
    throw error
  },
})
let count = 0
let detected = 0
function one(): number {
  const n = (count += 1) * 7
  // Every tenth is somebody of the tenant.
  const [given, surname] = nameOf(n % 10 === 0 ? (n / 10) % 5000 : n + 10_000_000)
  const section = parseHeaderSection(
    Buffer.from(`From: "${given} ${surname}" <someone.${n}@mail${n % 50}.example>\r\nSubject: hello\r\n`),
  )
  const start = performance.now()
  if (judge(section, 'smtp').verdict.state === 'detected') detected += 1
  return (performance.now() - start) * 1000
}

for (let n = 0; n < 5_000; n += 1) one()
process.stdout.write('warm\n')
let open = true
process.stdin.resume().once('end', () => (open = false))
const times: number[] = []
;[count, detected] = [0, 0]
const [started, before] = [performance.now(), process.cpuUsage()]
while (open) {
  for (let n = 0; n < 50; n += 1) times.push(one())
  await setImmediate()
}
const { user, system } = process.cpuUsage(before)
const seconds = (performance.now() - started) / 1000
await store.close()
times.sort((a, b) => a - b)
const at = (share: number): number => Math.round(times[Math.floor(times.length * share)] ?? 0)
const processor = Math.round((user + system) / count)
const perSecond = Math.round(count / seconds)
process.stdout.write(
  `${JSON.stringify({ judged: count, detected, perSecond, processor, p50: at(0.5), p99: at(0.99) })}\n`,
)
