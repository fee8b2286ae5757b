/** The verb serve: the daemon. */

import type { Command } from 'commander'
import { serve } from '../main/main.ts'
import { configPath, examples } from './verb.ts'
import type { Cli } from './verb.ts'

/** `namesake serve`: the daemon. Ends with the exit code of the start or of the orderly end. */
export function addServeVerb(program: Command, cli: Cli): void {
  program
    .command('serve')
    .description('the daemon: relays mail, synchronises directories, answers metrics and health')
    .addHelpText('after', examples('serve', 'serve --config /etc/namesake/namesake.yaml'))
    .action(async (_options: object, command: Command) => {
      cli.exit(await serve(configPath(command)))
    })
}
