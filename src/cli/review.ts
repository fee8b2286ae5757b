/** Review: pairs that wait for an answer, and the answers. */

import type { Command } from 'commander'
import { diffText } from '../admin/diff.ts'
import { effectLines } from '../admin/effect.ts'
import type { Preview } from '../admin/effect.ts'
import { sharedHistory } from '../admin/fleet.ts'
import { openHistoryToWrite, unrecordedText } from '../admin/audit.ts'
import { Installation } from '../admin/installation.ts'
import type { MadeEdit, EditContext } from '../admin/protection.ts'
import { decide, pairMeant, previewAnswer, reviewPairs, undo } from '../admin/review.ts'
import { policyBy } from '../admin/replay/people.ts'
import type { Answer, ReviewedPair } from '../admin/review.ts'
import { suggestions, suggestionText } from '../admin/suggestions.ts'
import { count, fittedTable, jsonLine, printable, quote } from '../text.ts'
import { isDate } from '../options/units.ts'
import type { Store } from '../directory/store/store.ts'
import { NamesakeError } from '../errors.ts'
import type { PairAnswer, PairWithState, Person } from '../model.ts'
import type { KeptHistory } from '../ports.ts'
import { actor, confirmed, isAtTerminal } from './confirm.ts'
import { configPath, examples, limitGiven, write } from './verb.ts'
import type { Cli } from './verb.ts'

interface ReviewOptions {
  readonly json?: boolean
  readonly all?: boolean
  readonly limit?: string
}

interface AnswerOptions {
  readonly preview?: boolean
  readonly yes?: boolean
  readonly note?: string
  readonly until?: string
  readonly name?: readonly string[]
  readonly requireAuthentication?: boolean
}

const answers: readonly PairAnswer[] = ['them', 'service', 'namesake', 'attack']
const previewOption = ['--preview', 'show what it would change, and change nothing'] as const
const yesOption = ['--yes', 'do not ask'] as const

/** Adds the verb `review` and those below it. */
export function addReviewVerbs(program: Command, cli: Cli): void {
  const review = program
    .command('review')
    .summary('answer who really writes from an address')
    .description(
      'Lists pairs of a protected person and an address that wait for an answer: those that may really be the person first, ' +
        'with the reason, then the latest.',
    )
    .option('--all', 'answered pairs too')
    .option('--limit <number>', 'only so many')
    .option('--json', 'one JSON object a line for each pair, answered ones too')
    .addHelpText(
      'after',
      examples(
        'review',
        'review decide jane.roe@corp.example jane@home.example them --preview',
        'review decide u1 calendar@service.example service --note calendar --until 2027-06-30',
        'review undo jane.roe@corp.example jane@home.example',
      ),
    )
    .action((options: ReviewOptions, command: Command) =>
      withHistory(command, cli, async (installation, store, history) => {
        const limit = limitGiven(options.limit)
        const { rules } = installation.protection()
        const now = Date.now()
        const { policy } = policyBy(store, rules)
        const pairs = reviewPairs(history, store, policy, now)
        if (options.json === true) {
          for await (const pair of firstOf(pairs, limit)) await write(cli, `${jsonLine(pair)}\n`)
          return
        }
        await list(pairs, options.all === true, limit, cli)
        const view = store.snapshot()
        const protects = (person: Person): boolean => policy.protects(person)
        for (const one of await suggestions(history, view, rules, protects, now)) {
          cli.out.write(`${printable(suggestionText(one, now))}\n`)
        }
      }),
    )
  review
    .command('decide <person> <address> <answer>')
    .summary('answer a pair')
    .description(
      'them: the address is one of the person (a secondary address); service: it may carry the name (a trusted sender); namesake: ' +
        'somebody of the same name writes from it; attack: nothing is allowed, and the pair waits no more. What it changes, and what it ' +
        'would have done to the messages kept, is shown first.',
    )
    .option(...previewOption)
    .option(...yesOption)
    .option('--note <text>', 'why, for whoever reads the file')
    .option('--until <date>', 'last day of a trusted sender: 2027-06-30')
    .option('--name <name...>', 'further names that a service may carry')
    .option('--require-authentication', 'only messages that a trusted server found authenticated')
    .action((person: string, address: string, answer: string, options: AnswerOptions, command: Command) =>
      withHistory(command, cli, (installation, store, history, context) =>
        decideVerb({ installation, store, history, context }, person, address, answerOf(answer, options), options, cli),
      ),
    )
  review
    .command('undo <person> <address>')
    .summary('take an answer back')
    .description('Takes out of the protection file what the answer wrote; the pair waits again.')
    .action((person: string, address: string, _: object, command: Command) =>
      withHistory(command, cli, async (_installation, _store, history, context) => {
        const pair = await pairMeant(history, context, person, address)
        tellMade(await undo(history, context, pair, actor()), cli)
        cli.out.write(`the pair waits again: ${printable(pair.name)} at ${printable(pair.address)}\n`)
      }),
    )
}

interface Opened {
  readonly installation: Installation
  readonly store: Store
  readonly history: KeptHistory
  readonly context: EditContext
}

async function decideVerb(
  { store, history, context }: Opened,
  person: string,
  address: string,
  answer: Answer,
  options: AnswerOptions,
  cli: Cli,
): Promise<void> {
  const pair = await pairMeant(history, context, person, address)
  const preview = await previewAnswer(history, store, context, pair, answer)
  tellPreview(preview, pair, answer, cli)
  if (options.preview === true) return
  if (options.yes !== true && isAtTerminal() && !(await confirmed('Do it?', cli))) {
    cli.err.write('namesake: nothing was changed\n')
    return
  }
  tellMade(await decide(history, context, pair, answer, actor()), cli)
  cli.out.write(`answered: ${printable(pair.name)} at ${printable(pair.address)} is ${answer.answer}\n`)
}

function tellPreview({ planned, effect }: Preview, pair: PairWithState, answer: Answer, cli: Cli): void {
  for (const message of planned.messages) cli.out.write(`${printable(message)}\n`)
  if (answer.answer === 'attack') {
    cli.out.write(`nothing is allowed; ${count(pair.count, 'message', 'messages')} of the pair, and it waits no more\n`)
  }
  if (planned.changed) cli.out.write(`${diffText(planned.diff).split('\n').map(printable).join('\n')}\n`)
  for (const line of effect === null ? [] : effectLines(effect)) cli.out.write(`${printable(line)}\n`)
  const isAll = pair.count > 0 && pair.authenticated === pair.count
  if (isAll && answer.answer !== 'attack' && !answer.requireAuthentication) {
    cli.out.write('all its messages were authenticated: --require-authentication keeps others from using the address\n')
  }
}

function tellMade(made: MadeEdit, cli: Cli): void {
  for (const fault of made.faults) cli.err.write(`namesake: the running daemon refuses it: ${printable(fault)}\n`)
  if (made.unrecorded !== null) cli.err.write(`namesake: ${printable(unrecordedText(made.unrecorded))}\n`)
  if (made.force === 'running') cli.out.write('in force: the running daemon judges by it\n')
}

/** Rows whose columns are aligned together. */
const rowsAtOnce = 500
const head = ['state', 'person', 'address', 'messages', 'auth', 'first', 'last', 'kinds', 'note']

async function list(pairs: AsyncIterable<ReviewedPair>, all: boolean, limit: number, cli: Cli): Promise<void> {
  let isEmpty = true
  async function* wanted(): AsyncGenerator<ReviewedPair> {
    for await (const pair of pairs) {
      isEmpty = false
      if (all || pair.state === 'open') yield pair
    }
  }
  const columns = cli.out.isTTY === true ? (cli.out.columns ?? null) : null
  let rows: string[][] = [head]
  let shown = 0
  const flush = async (): Promise<void> => {
    for (const line of fittedTable(rows, columns)) await write(cli, `${line}\n`)
    rows = []
  }
  for await (const pair of firstOf(wanted(), limit)) {
    shown++
    rows.push(rowOf(pair))
    if (rows.length >= rowsAtOnce) await flush()
  }
  if (shown > 0) await flush()
  else cli.err.write(isEmpty ? 'namesake: nothing in the history\n' : 'namesake: no pair waits\n')
}

function rowOf(pair: ReviewedPair): string[] {
  return [
    pair.state,
    printable(pair.name),
    printable(pair.address === '' ? '(no address)' : pair.address),
    String(pair.count),
    `${Math.round((100 * pair.authenticated) / Math.max(1, pair.count))} %`,
    pair.first.slice(0, 10),
    pair.last.slice(0, 10),
    Object.keys(pair.kinds).join(', '),
    pair.suggestion.length > 0 ? `may be the person: ${pair.suggestion.join(', ')}` : (pair.why ?? ''),
  ]
}

async function* firstOf<T>(items: AsyncIterable<T>, limit: number): AsyncGenerator<T> {
  let taken = 0
  if (limit > 0) {
    for await (const item of items) {
      yield item
      if (++taken === limit) return
    }
  }
}

function answerOf(answer: string, options: AnswerOptions): Answer {
  const found = answers.find((one) => one === answer)
  if (found === undefined) throw usage(`${quote(answer)} is no answer; accepted: ${answers.join(', ')}`)
  const until = options.until ?? null
  if (until !== null && !isDate(until)) throw usage(`--until: ${quote(until)} is no day; accepted: 2027-06-30`)
  const isTrusted = found === 'service' || found === 'namesake'
  if (until !== null && !isTrusted) throw usage('--until is for service and namesake')
  if (options.name !== undefined && found !== 'service') throw usage('--name is for service')
  const { note = '', name = [], requireAuthentication = false } = options
  return { answer: found, note, until, names: name, requireAuthentication }
}

async function withHistory(
  command: Command,
  cli: Cli,
  work: (installation: Installation, store: Store, history: KeptHistory, context: EditContext) => Promise<void>,
): Promise<void> {
  const installation = new Installation(configPath(command))
  let history: KeptHistory | null = null
  try {
    const store = await installation.store()
    const own = await openHistoryToWrite(installation.config)
    if (own === null) {
      throw new NamesakeError('config-invalid', 'no history is kept (history: null); fix: take the option out')
    }
    history = sharedHistory(installation.config, own, (text) => cli.err.write(`namesake: ${text}\n`))
    const context = { config: installation.config, view: store.snapshot(), control: installation.control }
    await work(installation, store, history, context)
  } finally {
    await history?.close()
    await installation.close()
  }
}

function usage(message: string): NamesakeError {
  return new NamesakeError('usage', message)
}
