import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { HistorySender } from '../../../src/main/history-sender.ts'
import { RecordQueue } from '../../../src/main/record-queue.ts'
import type { MessageRecord } from '../../../src/model.ts'

const record = (queueId: string): MessageRecord => ({ queueId }) as MessageRecord

t.test('records are handed over together, in their order, with the time of each', async (t) => {
  const taken: [string | null, number][] = []
  const queue = new RecordQueue(({ queueId }, at) => taken.push([queueId, at]))
  const before = Date.now()
  queue.add(record('a'))
  queue.add(record('b'))
  t.same(taken, [], 'they wait for others')
  await new Promise((resolve) => setTimeout(resolve, 100))
  t.same(
    taken.map(([id]) => id),
    ['a', 'b'],
    'but not for long',
  )
  t.ok(taken.every(([, at]) => at >= before && at < before + 50))
  queue.add(record('c'))
  queue.flush()
  queue.flush()
  t.same(taken.at(-1)?.[0], 'c')
  t.equal(taken.length, 3, 'each once')
})

t.test('few wait at once', async (t) => {
  let taken = 0
  const queue = new RecordQueue(() => void (taken += 1))
  for (let i = 0; i < 1000; i++) queue.add(record(String(i)))
  t.ok(taken >= 800)
  queue.flush()
  t.equal(taken, 1000)
})

t.test('records for the history are handed over together, and no later than told', async (t) => {
  const sent: { lines: number; dropped: number }[] = []
  const settings = { node: 'mx1', subject: false, redact: [] }
  const evidence = () => ({ finding: null, explanation: null, domains: [] })
  const detected = { decision: { id: 'e', verdict: { state: 'clean' }, evidence }, duration: 1 } as unknown as MessageRecord
  const sender = new HistorySender(settings, (octets, dropped) => sent.push({ lines: octets.toString().split('\n').length - 1, dropped }), 2000)
  for (let i = 0; i < 3; i++) sender.add(detected, 0)
  sender.add({ decision: { evidence: () => null } } as unknown as MessageRecord, 0)
  t.same(sent, [], 'they wait for others')
  const begun = Date.now()
  while (sent.length === 0 && Date.now() - begun < 5000) await sleep(10)
  t.same(sent, [{ lines: 3, dropped: 0 }], 'one hand-over')
  sender.flush()
  t.equal(sent.length, 1, 'nothing is left')
  for (let i = 0; i < 20; i++) sender.add(detected, 0)
  sender.flush()
  const after = sent[1]
  t.ok(after !== undefined && after.dropped > 0 && after.lines + after.dropped === 20, 'what has no room is counted')
}) // prettier-ignore
