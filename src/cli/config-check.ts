/** The verb config check: both files, and with --live what no file can tell. */

import type { Command } from 'commander'
import { Installation } from '../admin/installation.ts'
import { liveCheck } from '../admin/live-check.ts'
import { loadConfig } from '../config/load.ts'
import { directorySources } from '../directory/sources/registry.ts'
import { exitCode, formatFault } from '../errors.ts'
import { fittedTable, jsonLine, printable } from '../text.ts'
import { configPath, examples } from './verb.ts'
import type { Cli } from './verb.ts'

/** Adds `config check`: validates both files; with `--live` also what they rely on. Faults are a ConfigError (exit code 78). */
export function addConfigVerbs(program: Command, deps: Cli): void {
  program
    .command('config')
    .description('Works on the configuration files.')
    .command('check')
    .description(
      'Validates namesake.yaml and the protection file that it names. Says every fault with file, line and column.',
    )
    .option(
      '--live',
      'look too whether sockets, certificates, next hop, people files and names are as the files take them',
    )
    .option('--json', 'with --live: one JSON object a line')
    .addHelpText('after', examples('config check --config /etc/namesake/namesake.yaml', 'config check --live'))
    .action(async (options: { live?: boolean; json?: boolean }, command: Command) => {
      const path = configPath(command)
      const { config, warnings } = loadConfig(path, directorySources)
      for (const warning of warnings) deps.err.write(`warning: ${formatFault(warning)}\n`)
      const more = warnings.length === 0 ? '' : ` (${warnings.length} warning${warnings.length === 1 ? '' : 's'})`
      if (options.json !== true) deps.out.write(`${path} and ${config.protection} are valid${more}\n`)
      if (options.live === true) await checkLive(path, options.json === true, deps)
    })
}

async function checkLive(path: string, json: boolean, deps: Cli): Promise<void> {
  const installation = new Installation(path)
  try {
    const findings = await liveCheck(installation, Date.now())
    const rows = findings.map(({ what, state, detail }) => [
      state === 'problem' ? 'PROBLEM' : state,
      printable(what),
      printable(detail),
    ])
    const lines = json ? findings.map((finding) => jsonLine(finding)) : fittedTable(rows, null)
    deps.out.write(`${lines.join('\n')}\n`)
    if (findings.some(({ state }) => state === 'problem')) deps.exit(exitCode.configuration)
  } finally {
    await installation.close()
  }
}
