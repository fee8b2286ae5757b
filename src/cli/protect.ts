/** The verbs protect, unprotect, secondary and actions. */

import type { Command } from 'commander'
import { diffText } from '../admin/diff.ts'
import { effectLines } from '../admin/effect.ts'
import { Installation } from '../admin/installation.ts'
import type { MadeEdit, ProtectionRequest } from '../admin/protection.ts'
import { NamesakeError } from '../errors.ts'
import type { Action, TierActions } from '../model.ts'
import { jsonLine, printable } from '../text.ts'
import { actor } from './confirm.ts'
import { unrecordedText } from '../admin/audit.ts'
import { actionNames } from '../vocabulary.ts'
import { configPath, examples } from './verb.ts'
import type { Cli } from './verb.ts'

interface ProtectDeps extends Cli {
  /** Makes edits; by default those of the installation. */
  readonly edit?: (config: string, requests: readonly ProtectionRequest[], accepted: boolean) => Promise<MadeEdit>
}

interface Options {
  readonly directory?: string
  readonly yes?: boolean
  readonly diff?: boolean
  readonly preview?: boolean
}

const directoryOption = ['--directory <name>', 'look in this directory alone'] as const
const yesOption = ['--yes', 'do it even where it is surely not meant, such as a group of nobody'] as const
const previewOption = [
  '--preview',
  'show the lines that would change and what it would have done to the messages kept; change nothing',
] as const
const diffOption = ['--diff', 'show the lines of the file that change'] as const

/** Adds the verbs that edit protection.yaml in place: `protect`, `unprotect`, `secondary …` and `actions`. */
export function addProtectVerbs(program: Command, deps: ProtectDeps): void {
  const guard = (
    verb: 'protect' | 'unprotect',
    summary: string,
    description: string,
    lines: readonly string[],
  ): void => {
    program
      .command(`${verb} <who...>`)
      .summary(summary)
      .description(description)
      .option(...directoryOption)
      .option(...yesOption)
      .option(...diffOption)
      .option(...previewOption)
      .addHelpText('after', examples(...lines))
      .action(async (who: string[], options: Options, command: Command) => {
        const directory = options.directory ?? null
        await edit(
          deps,
          command,
          options,
          who.map((one) => ({ do: verb, who: one, directory })),
        )
      })
  }
  guard(
    'protect',
    'guard the names of a group or a person',
    'Writes groups (by name or object id) or people (by any address, object id or whole name) into the protection file. ' +
      'Comments and order stay.',
    ['protect Executives', 'protect jane.roe@corp.example', 'protect "Jane Roe"'],
  )
  guard(
    'unprotect',
    'stop guarding a group or a person',
    'Takes groups or people out of the protection file. A person whom a protected group holds is excluded from it.',
    ['unprotect temp@corp.example'],
  )
  addSecondaryVerbs(program, deps)
  addActionsVerb(program, deps)
}

function addSecondaryVerbs(program: Command, deps: ProtectDeps): void {
  const secondary = program
    .command('secondary')
    .summary('list, add or remove further addresses of a person')
    .description('Addresses that a person really writes from and that no directory knows.')
  const change = (verb: 'add' | 'remove', description: string, line: string): void => {
    secondary
      .command(`${verb} <user> <address...>`)
      .description(description)
      .option(...yesOption)
      .option(...diffOption)
      .option(...previewOption)
      .addHelpText('after', examples(line))
      .action(async (who: string, addresses: string[], options: Options, command: Command) => {
        await edit(
          deps,
          command,
          options,
          addresses.map((address) => ({ do: `secondary-${verb}`, who, address })),
        )
      })
  }
  change(
    'add',
    'Gives a person further addresses, or /regular expressions/ over whole addresses.',
    'secondary add jane.roe@corp.example jane@home.example',
  )
  change('remove', 'Takes further addresses from a person.', 'secondary remove jane.roe@corp.example jane@home.example')
  secondary
    .command('list [user]')
    .description("Lists further addresses: everybody's, or one person's.")
    .option('--json', 'one JSON object a line')
    .addHelpText('after', examples('secondary list', 'secondary list jane.roe@corp.example'))
    .action(async (user: string | undefined, options: { json?: boolean }, command: Command) => {
      const installation = new Installation(configPath(command))
      try {
        const found = (await installation.people()).secondaries(user ?? null)
        for (const one of found) {
          const line = `${printable(one.displayName)}  ${printable(one.address)}`
          deps.out.write(`${options.json === true ? jsonLine(one) : line}\n`)
        }
        if (found.length === 0 && options.json !== true) deps.err.write('no secondary addresses\n')
      } finally {
        await installation.close()
      }
    })
}

function addActionsVerb(program: Command, deps: ProtectDeps): void {
  program
    .command('actions [who]')
    .summary('set what is done about detections')
    .description(
      'Sets what is done about certain and likely detections: monitor, tag, quarantine (milter) or reject. Of a group, of a ' +
        'person, or, without WHO, of everybody who has no setting.',
    )
    .option('--certain <action>', 'for certain matches')
    .option('--likely <action>', 'for likely matches')
    .option(...directoryOption)
    .option(...diffOption)
    .option(...previewOption)
    .addHelpText('after', examples('actions --certain reject', 'actions Executives --certain reject --likely tag'))
    .action(
      async (who: string | undefined, options: Options & { certain?: string; likely?: string }, command: Command) => {
        const wanted: Partial<TierActions> = {
          ...(options.certain === undefined ? {} : { certain: actionOf('--certain', options.certain) }),
          ...(options.likely === undefined ? {} : { likely: actionOf('--likely', options.likely) }),
        }
        if (Object.keys(wanted).length === 0)
          throw new NamesakeError('usage', '--certain or --likely says which action')
        const directory = options.directory ?? null
        await edit(deps, command, options, [{ do: 'actions', who: who ?? null, actions: wanted, directory }])
      },
    )
}

function actionOf(option: string, text: string): Action {
  const action = actionNames.find((one) => one === text)
  if (action !== undefined) return action
  throw new NamesakeError(
    'usage',
    `${option}: ${JSON.stringify(text)} is no action; accepted: ${actionNames.join(', ')}`,
  )
}

/** Makes each edit by itself: what was done before one is refused stays done, and was told. */
async function edit(
  deps: ProtectDeps,
  command: Command,
  options: Options,
  requests: readonly ProtectionRequest[],
): Promise<void> {
  const path = configPath(command)
  if (options.preview === true) {
    const { out } = deps
    const installation = new Installation(path, true)
    try {
      const { planned, effect } = await installation.preview(requests)
      for (const line of [...planned.messages, ...planned.doubts]) out.write(`${printable(line)}\n`)
      if (planned.changed) out.write(`${diffText(planned.diff).split('\n').map(printable).join('\n')}\n`)
      for (const line of effect === null ? [] : effectLines(effect)) out.write(`${printable(line)}\n`)
    } finally {
      await installation.close()
    }
    return
  }
  const installation = deps.edit === undefined ? new Installation(path, true) : null
  const make =
    deps.edit ?? ((_path, one, accepted) => (installation ?? new Installation(path, true)).edit(one, accepted, actor()))
  let force: MadeEdit['force'] = 'unchanged'
  try {
    for (const request of requests) {
      const made = await make(path, [request], options.yes === true)
      for (const message of made.messages) deps.out.write(`${printable(message)}\n`)
      if (options.diff === true && made.changed)
        deps.out.write(`${diffText(made.diff).split('\n').map(printable).join('\n')}\n`)
      for (const fault of made.faults) deps.err.write(`namesake: the running daemon refuses it: ${printable(fault)}\n`)
      if (made.unrecorded !== null) deps.err.write(`namesake: ${printable(unrecordedText(made.unrecorded))}\n`)
      if (made.force !== 'unchanged') force = made.force
    }
  } finally {
    await installation?.close()
  }
  if (force === 'running') deps.out.write('in force: the running daemon judges by it\n')
}
