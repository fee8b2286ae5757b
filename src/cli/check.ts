/** Check: judges messages without relaying. */

import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import type { Command } from 'commander'
import { judgedLimits } from '../config/judged-limits.ts'
import { loadConfig, loadProtection } from '../config/load.ts'
import type { LoadedConfig } from '../config/types.ts'
import { directorySources } from '../directory/sources/registry.ts'
import { exitCode } from '../errors.ts'
import { tellProblems } from './problems.ts'
import { startProgress } from './progress.ts'
import { configPath, examples, givenConfig } from './verb.ts'
import type { AdviceContext } from '../admin/replay/advice.ts'
import { readCheckOptions } from './check-options.ts'
import type { CheckOptions, GivenOptions } from './check-options.ts'
import { messagesListed, reportPage } from '../admin/replay/html.ts'
import { changeOf } from '../admin/replay/outcome.ts'
import type { Judged } from '../admin/replay/outcome.ts'
import { openJudgement } from '../admin/replay/people.ts'
import type { Judgement } from '../admin/replay/people.ts'
import { Replay } from '../admin/replay/replay.ts'
import { checkReportPath, writeReport } from '../admin/replay/report-file.ts'
import { ResultWriter } from '../admin/replay/result-writer.ts'
import { findMessages } from '../admin/replay/sources.ts'
import { summaryLines } from '../admin/replay/summary.ts'
import { Tally } from '../admin/replay/tally.ts'
import type { NamedPerson } from '../admin/replay/tally.ts'
import { totalOctets } from '../admin/replay/walk.ts'
import { printable } from '../text.ts'

/** Where results and messages go, where messages come from, and how the exit code is said. */
interface CheckDeps {
  /** Results. */
  readonly out: NodeJS.WritableStream
  /** Messages and progress. */
  readonly err: NodeJS.WritableStream
  /** Sets the exit code of a run that ends without an error. */
  exit(code: number): void
  /** Default: the process's. */
  readonly stdin?: Readable
  /** Ends the run early; default: Ctrl-C. */
  readonly stop?: AbortSignal
}

const exampleLines = [
  'check message.eml',
  'check ~/Maildir /var/spool/archive/2026-10.mbox.gz',
  'check --since 30d --html report.html ~/Maildir',
  'check --policy stricter.yaml archive.mbox',
  'check --json archive.mbox | jq -r \'select(.verdict == "detected") | .reason\'',
  'check --explain < message.eml',
]

/** Adds the verb `check [PATH...]`, which judges messages without relaying them. */
export function addCheckVerb(program: Command, deps: CheckDeps): void {
  program
    .command('check [PATH...]')
    .summary('judge messages without relaying them')
    .description(
      'Judges messages without relaying them: .eml files, mboxes, Maildirs, folders, each also as .gz, or standard input (-). ' +
        'Exit code 1: something was detected; 65: something could not be read; 130: interrupted.',
    )
    .option('--json', 'one JSON object a line for each message')
    .option('--csv', 'one row for each message that is not clean, for a spreadsheet')
    .option('--html <file>', 'write a report with plots, one file that needs nothing else')
    .option('--explain', 'each reading of the message and each step of the match')
    .option('--all', 'clean messages in the table and in --csv too; in a comparison, unchanged ones')
    .option('--policy <file>', 'try this protection file: judge by it, and say what it changes')
    .option('--since <date>', 'only mail since then: 2026-10-01, 2026-10-01T12:00Z, or 30d, 12h, 4w ago')
    .option('--until <date>', 'only mail before then')
    .option('--jobs <number>', 'processes that judge (default: the number of cores less one, which reads)')
    .addHelpText('after', examples(...exampleLines))
    .action(async (paths: string[], given: GivenOptions, command: Command) => {
      const config = { path: configPath(command), given: givenConfig(command) }
      const options = readCheckOptions(paths, given, config, Date.now(), Math.max(1, availableParallelism() - 1))
      deps.exit(await check(options, deps))
    })
}

/** The exit code of shells for a process that Ctrl-C ended. */
const interruptedCode = 130

async function check(options: CheckOptions, deps: CheckDeps): Promise<number> {
  const loaded = loadConfig(options.config.path, directorySources, { credentials: false })
  if (options.html !== null) checkReportPath(options.html)
  const warn = (text: string): boolean => deps.err.write(`namesake: warning: ${printable(text)}\n`)
  const { config } = loaded
  const tried = options.policy === null ? null : loadProtection({ ...config, protection: resolve(options.policy) })
  const judgement = await openJudgement(loaded, tried, warn)
  const { stop, done } = stopSignal(deps)
  try {
    tellProblems(deps.err, tried ?? loaded, judgement.by.problems)
    return await run(options, deps, loaded, judgement, stop)
  } finally {
    done()
    await judgement.close()
  }
}

async function run(
  options: CheckOptions,
  deps: CheckDeps,
  loaded: LoadedConfig,
  judgement: Judgement,
  stop: AbortSignal,
): Promise<number> {
  const { paths, form, all, explain, since, until, jobs } = options
  const { headerSection: headerOctets, fromField: fromOctets } = judgedLimits(loaded.config)
  const compared = judgement.before !== null
  const tally = new Tally()
  const listed: Judged[] = []
  let found = 0
  const progress = startProgress(deps.err, () => (paths.includes('-') ? 0 : totalOctets(paths)))
  const writer = new ResultWriter(deps, { form, all, explain, compared }, () => progress.clear())
  const replay = new Replay({
    judgement,
    settings: { headerOctets, fromOctets, since, until, explain },
    jobs,
    writer,
    tally,
    progress,
    found: () => found,
    err: deps.err,
    onJudged: (judged) => {
      if (options.html !== null && listed.length < messagesListed && isTelling(judged)) listed.push(judged)
    },
  })
  const onProgress = (octets: number): void => {
    found += octets
  }
  const stdin = deps.stdin ?? process.stdin
  stop.addEventListener('abort', () => stdin.destroy(), { once: true })
  await replay.over(findMessages(paths, { headerOctets, stdin, onProgress }), stop)
  progress.clear()
  await writer.end()

  const interrupted = stop.aborted
  if (interrupted) deps.err.write('namesake: interrupted; this is what was judged until then\n')
  const context = adviceContext(options, judgement)
  const summary = `${summaryLines(tally, context, compared).join('\n')}\n`
  if (form === 'table') await writer.write(`${writer.begun ? '\n' : ''}${summary}`)
  else if (interrupted) deps.err.write(summary)
  if ((since !== null || until !== null) && tally.undated > 0) {
    deps.err.write(`namesake: ${tally.undated} of the messages judged have no readable date\n`)
  }
  if (options.html !== null) {
    const facts = factsOf(loaded, options, judgement)
    const page = { made: Date.now(), sources: paths, facts, tally, context, compared, interrupted, listed }
    writeReport(options.html, reportPage(page))
  }
  if (interrupted) return interruptedCode
  if (tally.unreadable > 0) return exitCode.badInput
  return tally.detected > 0 ? exitCode.detected : exitCode.done
}

/** Whether a message is one to list in the report. */
function isTelling({ outcome, before }: Judged): boolean {
  return before === null ? outcome.verdict === 'detected' : changeOf(before, outcome) !== null
}

function adviceContext({ config }: CheckOptions, { store, by }: Judgement): AdviceContext {
  const people = store.snapshot()
  const who = (person: NamedPerson): string => {
    const address = people.person(person)?.addresses[0]
    return address !== undefined && people.byAddress(address).length === 1 ? address : person.id
  }
  return {
    who,
    config: config.given,
    authenticates: by.policy.rules.authservIds.length > 0,
  }
}

function factsOf(loaded: LoadedConfig, options: CheckOptions, { store }: Judgement): [string, string][] {
  const directories = store.snapshot().directories()
  const facts: [string, string][] = [['protection file', loaded.config.protection]]
  if (options.policy !== null) facts.push(['compared with it', options.policy])
  for (const { name, people, lastSync } of directories) {
    const when = lastSync === null ? 'never' : new Date(lastSync).toISOString()
    facts.push(['directory', `${name}: ${people} people, last read ${when}`])
  }
  if (options.since !== null) facts.push(['since', new Date(options.since).toISOString()])
  if (options.until !== null) facts.push(['until', new Date(options.until).toISOString()])
  return facts
}

/** Ctrl-C once ends the run with what there is; a second one ends the process, as it does everywhere. */
function stopSignal(deps: CheckDeps): { stop: AbortSignal; done: () => void } {
  if (deps.stop !== undefined) return { stop: deps.stop, done: () => undefined }
  const controller = new AbortController()
  const onInterrupt = (): void => controller.abort()
  process.once('SIGINT', onInterrupt)
  return { stop: controller.signal, done: () => void process.removeListener('SIGINT', onInterrupt) }
}
