/** Config check. */

import type { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import { formatFault } from '../errors.ts'
import { configPath, examples } from './verb.ts'

export interface ConfigCheckDeps {
  /** Results. */
  readonly out: NodeJS.WritableStream
  /** Warnings. */
  readonly err: NodeJS.WritableStream
}

/** Adds `config check`: validates both files, and nothing else. Faults come out as a ConfigError (exit code 78). */
export function addConfigVerbs(program: Command, deps: ConfigCheckDeps): void {
  program
    .command('config')
    .description('Works on the configuration files.')
    .command('check')
    .description(
      'Validates namesake.yaml and the protection file that it names. Says every fault with file, line and column.',
    )
    .addHelpText('after', examples('config check --config /etc/namesake/namesake.yaml'))
    .action((_options: object, command: Command) => {
      const path = configPath(command)
      const { config, warnings } = loadConfig(path)
      for (const warning of warnings) deps.err.write(`warning: ${formatFault(warning)}\n`)
      const more = warnings.length === 0 ? '' : ` (${warnings.length} warning${warnings.length === 1 ? '' : 's'})`
      deps.out.write(`${path} and ${config.protection} are valid${more}\n`)
    })
}
