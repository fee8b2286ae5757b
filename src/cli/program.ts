/** All verbs in their places. */

import type { Command } from 'commander'
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

/** The command line as a whole: every verb in its place. Errors are thrown, to be told by `cli.ts`. */
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
