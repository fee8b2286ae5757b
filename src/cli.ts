#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { addAuthorizeVerb } from './cli/authorize.ts'
import { addCheckVerb } from './cli/check.ts'
import { addConfigVerbs } from './cli/config-check.ts'
import { addDirectoryVerb } from './cli/directory.ts'
import { addProtectVerbs } from './cli/protect.ts'
import { addServeVerb } from './cli/serve.ts'
import { addSyncVerb } from './cli/sync.ts'
import type { Cli } from './cli/verb.ts'
import { indexMaker } from './main/index-maker.ts'
import { scheduledOf } from './main/providers.ts'
import { NamesakeError, exitCode, exitCodeOf } from './errors.ts'

/** `namesake <verb>`: arguments in, one verb's file called, an exit code out (design section 3). */

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function buildProgram(cli: Cli): Command {
  const program = new Command('namesake')
    .description('Stops display-name impersonation: an SMTP proxy and milter that knows your people.')
    .version(version())
    .exitOverride()
    .configureOutput({ writeOut: (text) => cli.out.write(text), writeErr: (text) => cli.err.write(text) })
    .showSuggestionAfterError()
    .showHelpAfterError('(namesake --help lists the verbs; namesake <verb> --help has examples)')
  addServeVerb(program, cli)
  addCheckVerb(program, cli)
  addSyncVerb(program, {
    ...cli,
    directories: ({ config }) => config.directories.map(scheduledOf),
    makeIndex: (loaded, found) => indexMaker(loaded, ({ problems }) => found(problems)),
  })
  addDirectoryVerb(program, cli)
  addProtectVerbs(program, cli)
  addAuthorizeVerb(program, process.stdin.isTTY ? { ...cli, input: process.stdin } : cli)
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

let code: number = exitCode.done
const cli: Cli = {
  out: process.stdout,
  err: process.stderr,
  exit: (wanted) => {
    code = wanted
  },
}
// `namesake check … | head` closes our output early: that is the reader's choice, not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(code)
  throw error
})
try {
  const program = buildProgram(cli)
  if (process.argv.length <= 2) {
    program.outputHelp({ error: true })
    code = exitCode.usage
  } else await program.parseAsync()
} catch (error) {
  tell(cli, error)
  code = codeOf(error)
}
process.exitCode = code
