/** The verb explain: how one From field would be judged. */

import type { Command } from 'commander'
import { explainFrom } from '../admin/explain.ts'
import { openJudgement } from '../admin/replay/people.ts'
import { judgedLimits } from '../config/judged-limits.ts'
import { loadConfig } from '../config/load.ts'
import { directorySources } from '../directory/sources/registry.ts'
import { jsonLine, printable } from '../text.ts'
import { configPath, examples } from './verb.ts'
import type { Cli } from './verb.ts'

/** Adds `explain FROM`: how one From field would be judged, each reading of it and each step of the match. */
export function addExplainVerb(program: Command, cli: Cli): void {
  program
    .command('explain <from>')
    .summary('how one From field would be judged')
    .description('Judges one From field given as text, and shows each reading of it and each step of the match.')
    .option('--json', 'as one JSON object, the steps as a list')
    .addHelpText('after', examples(`explain '"Jane Roe" <jane.roe77@mail.example>'`))
    .action(async (from: string, options: { json?: boolean }, command: Command) => {
      const loaded = loadConfig(configPath(command), directorySources, { credentials: false })
      const warn = (text: string): boolean => cli.err.write(`namesake: warning: ${printable(text)}\n`)
      const judgement = await openJudgement(loaded, null, warn)
      try {
        const { fromField } = judgedLimits(loaded.config)
        const { outcome, steps } = explainFrom(from, judgement.by, fromField, Date.now())
        if (options.json === true) cli.out.write(`${jsonLine({ from, ...outcome, steps })}\n`)
        else for (const step of steps) cli.out.write(`${printable(step)}\n`)
      } finally {
        await judgement.close()
      }
    })
}
