/** Arguments in, exit code out. */

import { CommanderError } from 'commander'
import { NamesakeError, exitCode, exitCodeOf } from '../errors.ts'
import { buildProgram } from './program.ts'
import type { Cli } from './verb.ts'

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
