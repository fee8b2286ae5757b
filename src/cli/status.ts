/** Status and reload: what a running daemon says and does. */

import type { Command } from 'commander'
import { Installation } from '../admin/installation.ts'
import { exitCode } from '../errors.ts'
import type { DaemonStatus } from '../ports.ts'
import { count, fittedTable, jsonLine, printable } from '../text.ts'
import { duration } from './progress.ts'
import { configPath, examples } from './verb.ts'
import type { Cli } from './verb.ts'

/** Adds `status` and `reload`. Without a daemon both end with 69. */
export function addDaemonVerbs(program: Command, cli: Cli): void {
  program
    .command('status')
    .summary('what a running daemon says of itself')
    .description(
      'Shows what a running daemon says of itself: version, listeners, next hop, directories, people protected, problems, ' +
        'messages. Exit code 69: no daemon runs, or it may not be asked by this user.',
    )
    .option('--json', 'as one JSON object')
    .addHelpText('after', examples('status', "status --json | jq -r '.problems[]'"))
    .action(async (options: { json?: boolean }, command: Command) => {
      const status = await new Installation(configPath(command)).control.status()
      const lines = options.json === true ? [jsonLine(status)] : statusLines(status, Date.now())
      cli.out.write(`${lines.join('\n')}\n`)
    })
  program
    .command('reload')
    .summary('have a running daemon read its files again')
    .description(
      'Has a running daemon read both configuration files again, as SIGHUP does, and says what came of it. ' +
        'Exit code 78: it refused them, and the ones before stay in force; 69: no daemon runs.',
    )
    .option('--force', 'even if many people lose their protection by it')
    .addHelpText('after', examples('reload', 'reload --force'))
    .action(async (options: { force?: boolean }, command: Command) => {
      const control = new Installation(configPath(command)).control
      const answer = await control.reload({ what: 'all', force: options.force === true })
      if (answer.outcome === 'done') {
        cli.out.write(`in force: ${count(answer.protectedPeople, 'person is', 'people are')} protected\n`)
        return
      }
      for (const fault of answer.faults) cli.err.write(`namesake: ${printable(fault)}\n`)
      cli.exit(exitCode.configuration)
    })
}

function statusLines(status: DaemonStatus, now: number): string[] {
  const { messages } = status
  const since = duration(Math.max(0, (now - Date.parse(status.since)) / 1000))
  const counts = ({ total, detected, unchecked }: DaemonStatus['messages']['lastHour']): string =>
    `${total} judged, ${detected} detected, ${unchecked} unchecked`
  const rows: [string, string][] = [
    [
      'version',
      `${status.version}, process ${status.pid} with ${count(status.workers, 'worker', 'workers')}, up for ${since}`,
    ],
    ['configuration', status.config],
    ['listeners', status.listeners.join(', ') || 'none'],
    ...status.nextHop.map((hop): [string, string] => ['next hop', `${hop.url}${hopState(hop)}`]),
    ['protected', count(status.protectedPeople, 'person', 'people')],
    ...status.directories.map((one): [string, string] => [
      'directory',
      `${one.name} (${one.type}): ${one.state}, ${one.people} people, ` +
        (one.age === null ? 'never read' : `read ${duration(one.age)} ago`) +
        (one.error === null ? '' : `; last error: ${one.error.split('\n')[0] ?? ''}`),
    ]),
    ['last hour', counts(messages.lastHour)],
    ['since the start', counts(messages)],
  ]
  const lines = fittedTable(
    rows.map(([word, value]) => [`${word}:`, printable(value)]),
    null,
  )
  if (status.problems.length === 0) return [...lines, 'no problems']
  return [...lines, 'problems:', ...status.problems.map((problem) => `  ${printable(problem)}`)]
}

function hopState({ reached, problem }: DaemonStatus['nextHop'][number]): string {
  if (reached === null) return ''
  return reached ? ', reached' : `, not reached: ${problem ?? ''}`
}
