/** What every verb is handed, and where the configuration is. */

import { statSync } from 'node:fs'
import { Command } from 'commander'
import { NamesakeError } from '../errors.ts'

/** What every verb is handed: where results and messages go, and how it says its exit code. */
export interface Cli {
  /** Results. */
  readonly out: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  /** Messages, progress, errors. */
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean }
  /** Sets the exit code of a verb that ends without an error; 0 unless called. */
  exit(code: number): void
}

/** Where the configuration is looked for, in this order, when neither `--config` nor NAMESAKE_CONFIG names it. */
export const configPlaces = ['config/namesake.yaml', '/etc/namesake/namesake.yaml'] as const

/** The command that verbs are added to. `--config` is declared here alone, and works before and behind a verb. */
export function rootCommand(): Command {
  return new Command('namesake')
    .option(
      '--config <file>',
      `the daemon's configuration (default: NAMESAKE_CONFIG, ${configPlaces.map((place) => `else ${place}`).join(', ')})`,
    )
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
}

/** The configuration's path as it was given on the command line; null if it was not. */
export function givenConfig(command: Command): string | null {
  return command.optsWithGlobals<{ config?: string }>().config ?? null
}

/**
 * The configuration's path.
 * @throws NamesakeError config-invalid where none is named and none is found
 */
export function configPath(command: Command, env: NodeJS.ProcessEnv = process.env): string {
  const named = givenConfig(command) ?? env['NAMESAKE_CONFIG']
  if (named !== undefined && named !== '') return named
  const found = configPlaces.find(isThere)
  if (found !== undefined) return found
  const missing = configPlaces.join(' nor ')
  const fix = 'fix: "namesake init" writes one, --config or NAMESAKE_CONFIG name one that is elsewhere'
  throw new NamesakeError('config-invalid', `there is no configuration: neither ${missing} is there; ${fix}`)
}

/** Also a file that this user may not look at: reading it says so. */
function isThere(path: string): boolean {
  try {
    statSync(path)
    return true
  } catch (error) {
    return !['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
  }
}

/** Examples as they stand below a verb's help, without the leading `namesake`. */
export function examples(...lines: readonly string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  namesake ${line}`).join('\n')}`
}

/** How many lines `--limit` asks for; Infinity without it. @throws NamesakeError usage */
export function limitGiven(text: string | undefined): number {
  if (text === undefined) return Infinity
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new NamesakeError('usage', `--limit: ${JSON.stringify(text)} is no number`)
}

/** Writes results as fast as whoever reads them takes them. */
export async function write({ out }: Cli, text: string): Promise<void> {
  if (!out.write(text)) await new Promise((resume) => out.once('drain', resume))
}
