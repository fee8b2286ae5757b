/** What every verb is handed. */

import type { Command } from 'commander'

/** What every verb is handed: where results and messages go, and how it says its exit code. */
export interface Cli {
  /** Results. */
  readonly out: NodeJS.WritableStream
  /** Messages, progress, errors. */
  readonly err: NodeJS.WritableStream
  /** Sets the exit code of a verb that ends without an error; 0 unless called. */
  exit(code: number): void
}

/** Options that every verb has. */
export interface VerbOptions {
  readonly config: string
}

/**
 * Adds one verb with the options that all verbs share. What its action throws is told by cli.ts, with the exit code
 * that the error calls for (`exitCodeOf`).
 * @param signature the verb and its arguments as commander writes them, e.g. `check [PATH...]`.
 * @param examples command lines shown below `--help`, without the leading `namesake`.
 */
export function addVerb(
  program: Command,
  signature: string,
  description: string,
  examples: readonly string[],
): Command {
  const command = program
    .command(signature)
    .description(description)
    .option('--config <file>', "the daemon's configuration file", 'config/namesake.yaml')
  if (examples.length > 0) {
    command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  namesake ${line}`).join('\n')}`)
  }
  return command
}
