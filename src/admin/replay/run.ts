/** Old mail judged again for somebody who watches: bounded, with progress, ended at will. */

import { PassThrough, Writable } from 'node:stream'
import { judgedLimits } from '../../config/judged-limits.ts'
import type { NamesakeConfig } from '../../config/types.ts'
import type { Store } from '../../directory/store/store.ts'
import type { ProtectionRules } from '../../policy/rules.ts'
import { reportPage, messagesListed } from './html.ts'
import type { Judged } from './outcome.ts'
import { judgeBy, maxRekeyed } from './people.ts'
import { Replay } from './replay.ts'
import { ResultWriter } from './result-writer.ts'
import { findMessages } from './sources.ts'
import { Tally } from './tally.ts'
import type { NamedPerson } from './tally.ts'
import { totalOctets } from './walk.ts'
import { errorText } from '../../text.ts'

/** How a run stands. */
export interface ReplayState {
  readonly status: 'running' | 'done' | 'stopped' | 'failed'
  /** Octets read and to be read. */
  readonly read: number
  readonly total: number
  readonly messages: number
  readonly clean: number
  readonly detected: number
  readonly unchecked: number
  readonly outside: number
  readonly unreadable: number
  readonly kinds: readonly (readonly [string, number])[]
  readonly people: readonly (readonly [string, number])[]
  readonly actions: readonly (readonly [string, number])[]
  readonly senders: readonly {
    readonly address: string
    readonly count: number
    readonly names: readonly string[]
    readonly kinds: readonly string[]
  }[]
  /** The first detections. */
  readonly listed: readonly Pick<Judged, 'source' | 'outcome' | 'time'>[]
  /** What could not be read, in words; the first ones. */
  readonly problems: readonly string[]
  readonly error: string | null
}

export interface ReplayRequest {
  /** A message, an mbox, a Maildir or a folder, each also as .gz. */
  readonly path: string
  /** Milliseconds since the epoch. */
  readonly since: number | null
  readonly until: number | null
}

const shownRows = 20
const shownListed = 100
const maxProblems = 20

/** One run over a path, judged by the rules and people as they are now. */
export class ReplayRun {
  readonly request: ReplayRequest
  readonly #config: NamesakeConfig
  readonly #tally = new Tally()
  readonly #listed: Judged[] = []
  readonly #problems: string[] = []
  readonly #stop = new AbortController()
  readonly #began = Date.now()
  readonly #facts: [string, string][]
  readonly #who: (person: NamedPerson) => string
  readonly #authenticates: boolean
  #status: ReplayState['status'] = 'running'
  #error: string | null = null
  #found = 0
  #read = 0
  #total = 0

  constructor(request: ReplayRequest, config: NamesakeConfig, store: Store, rules: ProtectionRules) {
    this.request = request
    this.#config = config
    this.#authenticates = rules.authservIds.length > 0
    const people = store.snapshot()
    this.#facts = [
      ['protection file', config.protection],
      ...people
        .directories()
        .map(({ name, people: count }): [string, string] => ['directory', `${name}: ${count} people`]),
    ]
    this.#who = (person) => {
      const address = store.snapshot().person(person)?.addresses[0]
      return address !== undefined && store.snapshot().byAddress(address).length === 1 ? address : person.id
    }
    void this.#run(store, rules)
  }

  stop(): void {
    this.#stop.abort()
  }

  state(): ReplayState {
    const tally = this.#tally
    return {
      status: this.#status,
      read: Math.min(this.#read, this.#total),
      total: this.#total,
      messages: tally.messages,
      clean: tally.verdicts.get('clean'),
      detected: tally.detected,
      unchecked: tally.verdicts.get('unchecked'),
      outside: tally.outside,
      unreadable: tally.unreadable,
      kinds: tally.kinds.top(shownRows),
      people: tally.people.top(shownRows),
      actions: tally.actions.top(shownRows),
      senders: tally.senders.top(shownRows).map(({ address, count, people, kinds }) => ({
        address,
        count,
        names: people.slice(0, 5).map(({ name }) => name),
        kinds: [...kinds],
      })),
      listed: this.#listed.slice(0, shownListed).map(({ source, outcome, time }) => ({ source, outcome, time })),
      problems: [...this.#problems],
      error: this.#error,
    }
  }

  /** The whole report as one page that needs nothing else. */
  report(): string {
    return reportPage({
      made: this.#began,
      sources: [this.request.path],
      facts: this.#facts,
      tally: this.#tally,
      context: { who: this.#who, config: null, authenticates: this.#authenticates },
      compared: false,
      interrupted: this.#status !== 'done',
      listed: this.#listed,
    })
  }

  async #run(store: Store, rules: ProtectionRules): Promise<void> {
    const { path, since, until } = this.request
    const { headerSection: headerOctets, fromField: fromOctets } = judgedLimits(this.#config)
    const settings = { headerOctets, fromOctets, since, until, explain: false }
    const out = new Writable({ write: (_chunk, _encoding, done) => done() })
    const err = new Writable({
      write: (chunk, _encoding, done) => {
        if (this.#problems.length < maxProblems)
          this.#problems.push(
            String(chunk)
              .replace(/^namesake: /, '')
              .trim(),
          )
        done()
      },
    })
    try {
      // Counting a large folder takes a while: who asked has an answer before.
      await new Promise(setImmediate)
      this.#total = totalOctets([path])
      const by = await judgeBy(store, rules, maxRekeyed)
      const recipe = { store: this.#config.store, by: rules, before: null }
      const replay = new Replay({
        judgement: { by, before: null, recipe, store, close: () => Promise.resolve() },
        settings,
        jobs: 1,
        writer: new ResultWriter(
          { out, err },
          { form: 'csv', all: false, explain: false, compared: false },
          () => undefined,
        ),
        tally: this.#tally,
        progress: {
          update: (read) => {
            this.#read = read
          },
          clear: () => undefined,
        },
        found: () => this.#found,
        err,
        onJudged: (judged) => {
          if (judged.outcome.verdict === 'detected' && this.#listed.length < messagesListed) this.#listed.push(judged)
        },
      })
      const onProgress = (octets: number): void => {
        this.#found += octets
      }
      const nothing = new PassThrough()
      nothing.end()
      const options = { headerOctets: settings.headerOctets, stdin: nothing, onProgress }
      await replay.over(giveWay(findMessages([path], options)), this.#stop.signal)
      this.#status = this.#stop.signal.aborted ? 'stopped' : 'done'
    } catch (error) {
      this.#error = errorText(error)
      this.#status = 'failed'
    }
  }
}

/** Others of the process get their turn after so many messages. */
const messagesATurn = 64

async function* giveWay<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  let count = 0
  for await (const item of items) {
    if (++count % messagesATurn === 0) await new Promise(setImmediate)
    yield item
  }
}
