/** One of these processes. */

import { MessageJudge, isPlainlyClean } from './judge.ts'
import type { BatchToChild, ToChild, ToParent } from './judge-pool.ts'
import { openJudges } from './people.ts'
import type { Judgement } from './people.ts'
import type { FoundFile, FoundMessage } from './sources.ts'

/** A process that judges batches of messages for `check`; started and ended by the pool. */

let judgement: Judgement | null = null
let judge: MessageJudge | null = null
/** One batch after the other: answers carry no number, their order says which is which. */
let turn: Promise<void> = Promise.resolve()

function send(message: ToParent): void {
  process.send?.(message)
}

/** Messages as they were packed: one buffer for the octets of all. */
function unpacked({ items, octets }: BatchToChild): (FoundMessage | FoundFile)[] {
  let at = 0
  return items.map((item) => {
    if ('path' in item) return { source: item.path, ...item }
    const section = octets.subarray(at, at + item.length)
    at += item.length
    return { source: '', octets: section, truncated: item.truncated, time: item.time }
  })
}

async function take(message: ToChild): Promise<void> {
  if (message.kind === 'start') {
    judgement = await openJudges(message.recipe)
    judge = new MessageJudge(message.settings, judgement.by, judgement.before)
    send({ kind: 'ready' })
    return
  }
  const results = (await judge?.judge(unpacked(message))) ?? []
  const packed = results.map((result) => (isPlainlyClean(result) ? result.time : result))
  send({ kind: 'judged', results: packed, compared: judgement?.before !== null })
}

// Ctrl-C reaches the whole process group; the parent says what becomes of the run.
process.on('SIGINT', () => undefined)
process.on('message', (message: ToChild) => {
  turn = turn
    .then(() => take(message))
    .catch((error: unknown) => {
      send({ kind: 'failed', why: error instanceof Error ? error.message : String(error) })
    })
})
process.on('disconnect', () => {
  void turn.then(() => judgement?.close()).finally(() => process.exit(0))
})
