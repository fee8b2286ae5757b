/** A process that judges batches of messages for `check`; started and ended by the pool. */

import { MessageJudge, isPlainlyClean } from './judge.ts'
import type { BatchToChild, ToChild, ToParent } from './judge-pool.ts'
import { openJudges } from './people.ts'
import type { Judgement } from './people.ts'
import type { FoundFile, FoundMessage } from './sources.ts'
import { errorText } from '../../text.ts'

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

/** What this process judges by, and the batch that it is at. */
class JudgeChild {
  #judgement: Judgement | null = null
  #judge: MessageJudge | null = null
  /** One batch after the other: answers carry no number, their order says which is which. */
  #turn: Promise<void> = Promise.resolve()

  receive(message: ToChild): void {
    this.#turn = this.#turn
      .then(() => this.#take(message))
      .catch((error: unknown) => {
        send({ kind: 'failed', why: errorText(error) })
      })
  }

  async end(): Promise<void> {
    await this.#turn
    await this.#judgement?.close()
  }

  async #take(message: ToChild): Promise<void> {
    if (message.kind === 'start') {
      this.#judgement = await openJudges(message.recipe)
      this.#judge = new MessageJudge(message.settings, this.#judgement.by, this.#judgement.before)
      send({ kind: 'ready' })
      return
    }
    const results = (await this.#judge?.judge(unpacked(message))) ?? []
    const packed = results.map((result) => (isPlainlyClean(result) ? result.time : result))
    send({ kind: 'judged', results: packed, compared: this.#judgement?.before !== null })
  }
}

const child = new JudgeChild()
// Ctrl-C reaches the whole process group; the parent says what becomes of the run.
process.on('SIGINT', () => undefined)
process.on('message', (message: ToChild) => child.receive(message))
process.on('disconnect', () => void child.end().finally(() => process.exit(0)))
