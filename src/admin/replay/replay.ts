/** The run: batches out, results back in order. */

import { printable } from '../../text.ts'
import { JudgePool } from './judge-pool.ts'
import { MessageJudge } from './judge.ts'
import type { JudgeSettings, Result } from './judge.ts'
import type { Judged } from './outcome.ts'
import type { Judgement } from './people.ts'
import type { ResultWriter } from './result-writer.ts'
import type { MessageSource, FoundFile, FoundMessage } from './sources.ts'
import type { Tally } from './tally.ts'

/** Where the run says how far it is. */
export interface Progress {
  /** @param done what is done, in the unit of the total; @param count messages so far */
  update(done: number, count: number): void
  /** Takes the line away, so that other text can stand there; the next update draws it again. */
  clear(): void
}

/**
 * One run of `check`: messages come in, are judged in batches (here, then in as many processes as are wanted), and go out in
 * the order in which they came. What is under way is bounded, so a slow reader slows the reading down.
 */

interface ReplayOptions {
  readonly judgement: Judgement
  readonly settings: JudgeSettings
  /** Processes that judge; 1 judges in this one. */
  readonly jobs: number
  readonly writer: ResultWriter
  readonly tally: Tally
  readonly progress: Progress
  /** Octets read so far by whoever finds the messages. */
  readonly found: () => number
  readonly err: NodeJS.WritableStream
  /** Told of each message judged, in order. */
  readonly onJudged: (judged: Judged) => void
  /** Told when further processes take part. */
  readonly onParallel?: () => void
}

type ReplayBatch = (FoundMessage | FoundFile)[]

/** Messages, and octets of their header sections, that are judged together. */
const batchMessages = 64
const batchOctets = 262_144
/** Messages that are judged before it pays to start further processes. */
const messagesHere = 512

export class Replay {
  readonly #options: ReplayOptions
  readonly #judge: MessageJudge
  readonly #pending: { batch: ReplayBatch; results: Promise<Result[]> }[] = []
  #pool: JudgePool | null = null
  #batch: ReplayBatch = []
  #octets = 0
  #judgedHere = 0
  #read = 0

  constructor(options: ReplayOptions) {
    this.#options = options
    const { settings, judgement } = options
    this.#judge = new MessageJudge(settings, judgement.by, judgement.before)
  }

  /**
   * Judges all that is found, or what was found until the signal.
   * @throws NamesakeError if a judging process dies; what the streams throw
   */
  async over(messages: AsyncGenerator<MessageSource>, signal: AbortSignal): Promise<void> {
    try {
      for await (const found of untilAborted(messages, signal)) {
        if ('problem' in found) {
          await this.#submit()
          await this.#deliver(0)
          await this.#tellUnreadable(found.source, found.problem)
        } else {
          this.#batch.push(found)
          if ('octets' in found) this.#octets += found.octets.length
          if (this.#batch.length >= batchMessages || this.#octets >= batchOctets) await this.#submit()
        }
      }
      await this.#submit()
      await this.#deliver(0)
    } finally {
      await this.#pool?.close()
    }
  }

  async #submit(): Promise<void> {
    const batch = this.#batch
    if (batch.length === 0) return
    this.#batch = []
    this.#octets = 0
    const results = this.#poolIfReady()?.judge(batch) ?? this.#judgeHere(batch)
    results.catch(() => undefined) // told when its turn comes
    this.#pending.push({ batch, results })
    await this.#deliver(this.#pool?.room ?? 0)
  }

  #judgeHere(batch: ReplayBatch): Promise<Result[]> {
    this.#judgedHere += batch.length
    return this.#judge.judge(batch)
  }

  #poolIfReady(): JudgePool | null {
    const { jobs, judgement, settings, onParallel } = this.#options
    if (jobs > 1 && this.#judgedHere >= messagesHere && this.#pool === null) {
      this.#pool = new JudgePool(jobs, judgement.recipe, settings, onParallel ?? ((): void => undefined))
    }
    return this.#pool?.ready === true ? this.#pool : null
  }

  /** Hands out results in order until no more batches than these are under way. */
  async #deliver(left: number): Promise<void> {
    for (;;) {
      const first = this.#pending[0]
      if (first === undefined || this.#pending.length <= left) return
      const results = await first.results
      this.#pending.shift()
      for (const [i, result] of results.entries()) await this.#take(first.batch[i]?.source ?? '', result)
      const { progress, found, tally } = this.#options
      progress.update(found() + this.#read, tally.messages)
    }
  }

  async #take(source: string, result: Result): Promise<void> {
    const { tally, writer, onJudged } = this.#options
    this.#read += result.read
    if (result.state === 'outside') {
      tally.outside++
      return
    }
    if (result.state === 'unreadable') return this.#tellUnreadable(source, result.problem)
    if (result.failure !== null) this.#say(`${printable(source)}: judging failed: ${printable(result.failure)}`)
    const { outcome, before, directory, time, steps, subject = null } = result
    const judged: Judged = { source, outcome, before, directory, time, steps, subject }
    tally.add(judged)
    onJudged(judged)
    await writer.add(judged)
  }

  async #tellUnreadable(source: string, problem: string): Promise<void> {
    this.#options.tally.unreadable++
    await this.#options.writer.flush()
    this.#say(`${printable(source)}: ${printable(problem)}`)
  }

  #say(text: string): void {
    this.#options.progress.clear()
    this.#options.err.write(`namesake: ${text}\n`)
  }
}

/** What an iterator gives until a signal, even where it waits for input that never comes. */
async function* untilAborted<T>(items: AsyncGenerator<T>, signal: AbortSignal): AsyncGenerator<T> {
  // One listener that wakes whoever waits now: a race against one promise would keep a trace of every item.
  let wake: () => void = () => undefined
  const onAbort = (): void => wake()
  signal.addEventListener('abort', onAbort)
  try {
    while (!signal.aborted) {
      const next = await new Promise<IteratorResult<T> | null>((resolve, reject) => {
        wake = () => resolve(null)
        items.next().then(resolve, reject)
      })
      if (next === null || next.done === true) return
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
