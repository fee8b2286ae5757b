/** The command line: all verbs in their places, arguments in, exit code out. */

import { CommanderError } from 'commander'
import type { Command } from 'commander'
import { NamesakeError, exitCode, exitCodeOf } from '../errors.ts'
import { scheduledOf } from '../directory/sources/registry.ts'
import { freedBy, indexMaker } from '../main/index-maker.ts'
import { version } from '../main/version.ts'
import { addAuthorizeVerb } from './authorize.ts'
import { addCheckVerb } from './check.ts'
import { addConfigVerbs } from './config-check.ts'
import { addConsoleVerb } from './console.ts'
import { addDirectoryVerb } from './directory.ts'
import { addFleetVerb } from './fleet.ts'
import { addHistoryVerb } from './history.ts'
import { addProtectVerbs } from './protect.ts'
import { addExplainVerb } from './explain.ts'
import { addInitVerb } from './init.ts'
import { addReviewVerbs } from './review.ts'
import { addServeVerb } from './serve.ts'
import { addDaemonVerbs } from './status.ts'
import { addSyncVerb } from './sync.ts'
import { rootCommand } from './verb.ts'
import type { Cli } from './verb.ts'

/** The command line as a whole: every verb in its place. Errors are thrown, for `run` to tell. */
export function buildProgram(cli: Cli): Command {
  const program = rootCommand()
    .description('Stops display-name impersonation: an SMTP proxy and milter that knows your people.')
    .version(version())
    .configureOutput({ writeOut: (text) => cli.out.write(text), writeErr: (text) => cli.err.write(text) })
    .showSuggestionAfterError()
    .showHelpAfterError('(namesake --help lists the verbs; namesake <verb> --help has examples)')
  addInitVerb(program, process.stdin.isTTY ? { ...cli, input: process.stdin } : cli)
  addServeVerb(program, cli)
  addDaemonVerbs(program, cli)
  addCheckVerb(program, cli)
  addExplainVerb(program, cli)
  addSyncVerb(program, {
    ...cli,
    directories: ({ config }) => config.directories.map((directory) => scheduledOf(directory)),
    makeIndex: (loaded, found) => indexMaker(loaded, ({ problems }) => found(problems)),
    freedBy,
  })
  addDirectoryVerb(program, cli)
  addProtectVerbs(program, cli)
  addHistoryVerb(program, cli)
  addReviewVerbs(program, cli)
  addFleetVerb(program, cli)
  addAuthorizeVerb(program, process.stdin.isTTY ? { ...cli, input: process.stdin } : cli)
  addConsoleVerb(program, { out: cli.out, input: process.stdin })
  addConfigVerbs(program, cli)
  return program
}

/** Help and version end well; anything else that commander throws is a wrong command line. */
function codeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage
  return exitCodeOf(error)
}

function tell(cli: Cli, error: unknown): void {
  if (error instanceof CommanderError) return
  if (error instanceof NamesakeError) cli.err.write(`namesake: ${error.message}\n`)
  else
    cli.err.write(
      `namesake: our own fault, please report it: ${error instanceof Error ? error.stack : String(error)}\n`,
    )
}

/**
 * `namesake <verb>`: arguments in, one verb's file called, its exit code out (docs/contract.md, "The command line"). Throws nothing.
 * @param args without the program's name
 */
export async function run(
  args: readonly string[] = process.argv.slice(2),
  { out, err }: Pick<Cli, 'out' | 'err'> = { out: process.stdout, err: process.stderr },
): Promise<number> {
  let code: number = exitCode.done
  const cli: Cli = {
    out,
    err,
    exit: (wanted) => {
      code = wanted
    },
  }
  if (out === process.stdout) {
    // `namesake check … | head` closes our output early: that is the reader's choice, not a failure.
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(code)
      throw error
    })
  }
  try {
    const program = buildProgram(cli)
    if (args.length > 0) await program.parseAsync(args, { from: 'user' })
    else {
      program.outputHelp({ error: true })
      code = exitCode.usage
    }
  } catch (error) {
    tell(cli, error)
    code = codeOf(error)
  }
  return code
}
