import t from 'tap'
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
