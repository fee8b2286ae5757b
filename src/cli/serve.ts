/** Serve. */

import type { Command } from 'commander'
import { serve } from '../main/main.ts'
import { addVerb } from './verb.ts'
import type { Cli, VerbOptions } from './verb.ts'

/** `namesake serve`: the daemon. Ends with the exit code of the start or of the orderly end. */
export function addServeVerb(program: Command, cli: Cli): void {
  addVerb(program, 'serve', 'the daemon: relays mail, synchronises directories, answers metrics and health', [
    'serve',
    'serve --config /etc/namesake/namesake.yaml',
  ]).action(async (options: VerbOptions) => {
    cli.exit(await serve(options.config))
  })
}
