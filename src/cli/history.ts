/** The verbs history and history erase: what was caught. */

import type { Command } from 'commander'
import {
  auditLines,
  explainedLines,
  historyCsv,
  historyCsvHead,
  historyTable,
  idsOf,
  summaryLines,
} from '../admin/history.ts'
import { sharedHistory } from '../admin/fleet.ts'
import { timeOfOption } from '../admin/replay/message-time.ts'
import { directorySources } from '../directory/sources/registry.ts'
import { count, jsonLine, quote } from '../text.ts'
import { loadConfig } from '../config/load.ts'
import type { LoadedConfig } from '../config/types.ts'
import { openStoreToRead } from '../directory/store/open.ts'
import { NamesakeError } from '../errors.ts'
import { History } from '../history/history.ts'
import { canonicalAddress } from '../mail/address.ts'
import type { DirectoryView, HistoryQuery, HistoryRecord, PairOf, PersonRef, Tier } from '../model.ts'
import type { KeptHistory } from '../ports.ts'
import { actor, confirmed, isAtTerminal } from './confirm.ts'
import { actionNames } from '../vocabulary.ts'
import { configPath, examples, limitGiven, write } from './verb.ts'
import type { Cli } from './verb.ts'

interface HistoryOptions {
  readonly since?: string
  readonly until?: string
  readonly person?: string
  readonly tier?: string
  readonly action?: string
  readonly limit?: string
  readonly json?: boolean
  readonly csv?: boolean
  readonly explain?: boolean
}

interface EraseOptions {
  readonly preview?: boolean
  readonly yes?: boolean
}

const lines = [
  'history',
  'history evil.example --since 7d',
  'history --person jane.roe@corp.example --explain',
  'history --tier likely --csv > likely.csv',
  'history erase jane.roe77@mail.example --preview',
  'history summary --since 7d',
  'history audit --since 30d',
]

const tiers: readonly Tier[] = ['certain', 'likely']

/** Rows whose columns are aligned together. */
const rowsAtOnce = 500

/** Adds the verb `history`: what was caught. */
export function addHistoryVerb(program: Command, cli: Cli): void {
  const history = program
    .command('history [QUERY]')
    .summary('show what was caught')
    .description(
      'Shows stored detections, names that a secondary address or a trusted sender excused, and messages that were not ' +
        'judged, newest first; with QUERY those that hold it in a name, an address, a subject or a Message-ID.',
    )
    .option('--since <time>', 'only since then: 2026-10-01, 2026-10-01T12:00Z, or 30d, 12h, 4w ago')
    .option('--until <time>', 'only before then')
    .option('--person <who>', 'only whose name this person bears: an address or a directory id')
    .option('--tier <tier>', 'only detections of a tier: certain, likely')
    .option('--action <action>', `only those with an action: ${actionNames.join(', ')}`)
    .option('--limit <number>', 'only so many')
    .option('--explain', 'how each was judged')
    .option('--json', 'one JSON object a line')
    .option('--csv', 'one row a message, for a spreadsheet')
    .addHelpText('after', examples(...lines))
    .action(async (query: string | undefined, options: HistoryOptions, command: Command) => {
      await show(query, options, loadConfig(configPath(command), directorySources, { credentials: false }), cli)
    })
  history
    .command('erase <who>')
    .summary('erase what is kept of a person or an address')
    .description(
      'Erases records, pairs and answers of a person (an own address or a directory id) or of an address that mail came from. ' +
        'It can not be undone.',
    )
    .option('--preview', 'say what would go, and change nothing')
    .option('--yes', 'do not ask')
    .action(async (who: string, options: EraseOptions, command: Command) => {
      await eraseVerb(who, options, loadConfig(configPath(command), directorySources, { credentials: false }), cli)
    })
  history
    .command('summary')
    .summary('show how much was caught, and whose names were taken most')
    .description(
      'Adds up what was caught: by what came of it, by kind, and by person, the most first. Of the last 30 days unless --since says otherwise.',
    )
    .option('--since <time>', 'only since then: 2026-10-01, or 30d, 12h, 4w ago; rounded to whole days or hours')
    .option('--limit <number>', 'only so many people')
    .option('--json', 'one JSON object')
    .action(async (_options: SummaryOptions, command: Command) => {
      const options = command.optsWithGlobals<SummaryOptions>()
      await summaryVerb(options, loadConfig(configPath(command), directorySources, { credentials: false }), cli)
    })
  history
    .command('audit')
    .summary('show who changed what')
    .description('Shows the audit log, newest first: every change of the rules, every answer, every erasure.')
    .option('--since <time>', 'only since then: 2026-10-01, 2026-10-01T12:00Z, or 30d, 12h, 4w ago')
    .option('--limit <number>', 'only so many')
    .option('--json', 'one JSON object a line')
    // The verb above it has options of the same names, and takes them wherever they stand.
    .action(async (_options: AuditOptions, command: Command) => {
      const options = command.optsWithGlobals<AuditOptions>()
      await auditVerb(options, loadConfig(configPath(command), directorySources, { credentials: false }), cli)
    })
}

async function show(text: string | undefined, options: HistoryOptions, loaded: LoadedConfig, cli: Cli): Promise<void> {
  if (options.json === true && options.csv === true) throw usage('--json and --csv exclude each other')
  const query = queryOf(text, options)
  const history = await openToRead(loaded, cli)
  try {
    const people = options.person === undefined ? null : await idsOfPerson(loaded, options.person)
    await print(history, { ...query, ...(people === null ? {} : { people }) }, options, cli)
  } finally {
    await history.close()
  }
}

interface AuditOptions {
  readonly since?: string
  readonly limit?: string
  readonly json?: boolean
}

async function auditVerb(options: AuditOptions, loaded: LoadedConfig, cli: Cli): Promise<void> {
  const since = timeGiven('--since', options.since, Date.now())
  const limit = limitGiven(options.limit)
  const history = await openToRead(loaded, cli)
  try {
    let shown = 0
    for (const entry of limit === 0 ? [] : history.audit()) {
      if (since !== null && Date.parse(entry.time) < since) break
      if (options.json === true) await write(cli, `${jsonLine(entry)}\n`)
      else await write(cli, auditLines(entry).join('\n') + '\n')
      if (++shown === limit) break
    }
    if (shown === 0 && options.json !== true) cli.err.write('namesake: nothing in the audit log\n')
  } finally {
    await history.close()
  }
}

interface SummaryOptions {
  readonly since?: string
  readonly limit?: string
  readonly json?: boolean
}

/** What a summary is of unless it is said, and how many people it lists. */
const summaryMs = 30 * 86_400_000
const summaryPeople = 10

async function summaryVerb(options: SummaryOptions, loaded: LoadedConfig, cli: Cli): Promise<void> {
  const now = Date.now()
  const since = timeGiven('--since', options.since, now) ?? now - summaryMs
  const people = options.limit === undefined ? summaryPeople : limitGiven(options.limit)
  const history = await openToRead(loaded, cli)
  try {
    const overview = await history.overview(since, now)
    if (options.json === true)
      await write(cli, `${jsonLine({ ...overview, people: overview.people.slice(0, people) })}\n`)
    else for (const line of summaryLines(overview, people)) await write(cli, `${line}\n`)
  } finally {
    await history.close()
  }
}

function queryOf(text: string | undefined, options: HistoryOptions): HistoryQuery {
  const now = Date.now()
  const since = timeGiven('--since', options.since, now)
  const until = timeGiven('--until', options.until, now)
  const tier = oneOf('--tier', options.tier, tiers)
  const action = oneOf('--action', options.action, actionNames)
  return {
    ...(text === undefined ? {} : { text }),
    ...(since === null ? {} : { since }),
    ...(until === null ? {} : { until }),
    ...(tier === undefined ? {} : { tier }),
    ...(action === undefined ? {} : { action }),
  }
}

async function print(history: KeptHistory, query: HistoryQuery, options: HistoryOptions, cli: Cli): Promise<void> {
  const limit = limitGiven(options.limit)
  let shown = 0
  if (options.csv === true) await write(cli, historyCsvHead())
  let rows: HistoryRecord[] = []
  const columns = cli.out === process.stdout && process.stdout.isTTY ? process.stdout.columns : null
  const flushRows = async (): Promise<void> => {
    const lines = historyTable(rows, columns, shown === rows.length)
    if (rows.length > 0) await write(cli, `${lines.join('\n')}\n`)
    rows = []
  }
  for await (const line of limit === 0 ? [] : history.lines(query)) {
    shown++
    if (options.json === true) await write(cli, `${jsonLine(JSON.parse(line))}\n`)
    else {
      const record = JSON.parse(line) as HistoryRecord
      if (options.csv === true) await write(cli, historyCsv(record))
      else rows.push(record)
      if (options.explain === true && options.csv !== true) {
        const steps = explainedLines(record).map((step) => `    ${step}\n`)
        await flushRows()
        await write(cli, steps.join(''))
      }
    }
    if (rows.length >= rowsAtOnce) await flushRows()
    if (shown === limit) break
  }
  await flushRows()
  if (shown === 0 && options.json !== true) cli.err.write('namesake: nothing in the history\n')
}

async function eraseVerb(who: string, options: EraseOptions, loaded: LoadedConfig, cli: Cli): Promise<void> {
  const refs = await refsOf(loaded, who)
  const history = await openToWrite(loaded, cli)
  try {
    const isAddress = refs.length === 0 && who.includes('@')
    const known = isAddress ? [] : refs.length > 0 ? refs : await refsInHistory(history, who)
    if (!isAddress && known.length === 0) {
      throw new NamesakeError('input-invalid', `neither a directory nor the history knows ${quote(who)}`)
    }
    const erasure = isAddress
      ? ({ kind: 'address', address: canonicalAddress(who) } as const)
      : ({ kind: 'person', people: known } as const)
    let records = 0
    for await (const _ of history.recordsToErase(erasure)) records++
    const what = `${count(records, 'record', 'records')} of ${isAddress ? 'the address' : 'the person'} ${quote(who)}`
    if (options.preview === true) {
      cli.out.write(`would erase: ${what}\n`)
      return
    }
    if (options.yes !== true && !(await confirmed(`Erase ${what}? This can not be undone.`, cli))) {
      if (!isAtTerminal())
        throw usage(`this would erase ${what} for good; fix: --yes if it is meant, --preview to look`)
      cli.err.write('namesake: nothing was erased\n')
      return
    }
    const erased = await history.erase(erasure)
    history.writeAudit({ ...actor(), what: 'history erase', target: '[erased]', before: records, after: 0 })
    cli.out.write(`erased: ${count(erased, 'record', 'records')}\n`)
  } finally {
    await history.close()
  }
}

/** People whom a word means in the history alone: a directory id that no directory has any more. */
async function refsInHistory(history: KeptHistory, who: string): Promise<PersonRef[]> {
  const found = new Map<string, PersonRef>()
  const add = ({ directory, person }: PairOf): void => {
    if (person === who) found.set(directory, { directory, id: who })
  }
  for await (const pair of history.pairs()) add(pair)
  for (const decision of history.decisions()) add(decision)
  return [...found.values()]
}

/** People whom a word means by address or id; empty if no directory knows them, or none was ever read. */
async function refsOf(loaded: LoadedConfig, who: string): Promise<PersonRef[]> {
  return await withPeople(loaded, (view) => [
    ...view.byAddress(canonicalAddress(who)).map(({ directory, id }) => ({ directory, id })),
    ...view.directoryNames().flatMap((directory) => {
      const person = view.person({ directory, id: who })
      return person === undefined ? [] : [{ directory, id: person.id }]
    }),
  ]).then((refs) => refs ?? [])
}

async function idsOfPerson(loaded: LoadedConfig, who: string): Promise<readonly string[]> {
  return (await withPeople(loaded, (view) => idsOf(who, view))) ?? idsOf(who, null)
}

/** The history is of use without people: after they are gone, or on another machine. */
async function withPeople<T>({ config }: LoadedConfig, work: (view: DirectoryView) => T): Promise<T | null> {
  let store: Awaited<ReturnType<typeof openStoreToRead>>
  try {
    store = await openStoreToRead(config.store)
  } catch (error) {
    if (error instanceof NamesakeError) return null
    throw error
  }
  try {
    return work(store.snapshot())
  } finally {
    await store.close()
  }
}

/** @throws NamesakeError config-invalid where none is kept, or as `History.openToRead` does */
async function openToRead({ config }: LoadedConfig, cli: Cli): Promise<KeptHistory> {
  return sharedHistory(config, await History.openToRead(pathOf(config.history)), (text) => warn(cli, text))
}

async function openToWrite({ config }: LoadedConfig, cli: Cli): Promise<KeptHistory> {
  return sharedHistory(config, await History.open({ path: pathOf(config.history) }), (text) => warn(cli, text))
}

function warn(cli: Cli, text: string): void {
  cli.err.write(`namesake: ${text}\n`)
}

function pathOf(history: LoadedConfig['config']['history']): string {
  if (history !== null) return history.path
  throw new NamesakeError('config-invalid', 'no history is kept (history: null); fix: take the option out')
}

function oneOf<T extends string>(option: string, given: string | undefined, accepted: readonly T[]): T | undefined {
  if (given === undefined) return undefined
  const found = accepted.find((one) => one === given)
  if (found !== undefined) return found
  throw usage(`${option}: ${quote(given)} is none of ${accepted.join(', ')}`)
}

function timeGiven(option: string, text: string | undefined, now: number): number | null {
  if (text === undefined) return null
  const time = timeOfOption(text, now)
  if (time !== null) return time
  throw usage(`${option}: ${quote(text)} is no time; accepted: 2026-10-01, 2026-10-01T12:00Z, or 30d, 12h, 4w ago`)
}

function usage(message: string): NamesakeError {
  return new NamesakeError('usage', message)
}
