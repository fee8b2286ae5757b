/** Protect, unprotect, secondary. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { editProtection } from '../config/edit.ts'
import type { Plan } from '../config/edit.ts'
import { loadConfig } from '../config/load.ts'
import { planProtect, planSecondaryAdd, planSecondaryRemove, planUnprotect } from '../config/protect-plans.ts'
import type { NamesakeConfig } from '../config/types.ts'
import { openStoreToRead } from '../directory/store/open.ts'
import { NamesakeError } from '../errors.ts'
import type { DirectoryView } from '../model.ts'
import type { ProtectionRules } from '../policy/rules.ts'
import { printable } from '../text.ts'

export interface ProtectDeps {
  /** Results. */
  readonly out: NodeJS.WritableStream
  /** People and groups against which the file is edited; by default those of the store. */
  readonly openView?: (config: NamesakeConfig) => Promise<OpenView>
}

interface OpenView {
  readonly view: DirectoryView
  readonly close: () => Promise<void>
}

interface Options {
  readonly config: string
  readonly directory?: string
}

const configOption = ['--config <file>', "the daemon's configuration", 'config/namesake.yaml'] as const
const directoryOption = ['--directory <name>', 'look in this directory alone'] as const

/** Adds the verbs that edit protection.yaml in place: `protect`, `unprotect`, `secondary add` and `secondary remove`. */
export function addProtectVerbs(program: Command, deps: ProtectDeps): void {
  program
    .command('protect <who...>')
    .summary('guard the names of a group or a person')
    .description(
      'Writes groups (by name or object id) or people (by any address or object id) into the protection file. Comments and order stay.',
    )
    .option(...configOption)
    .option(...directoryOption)
    .addHelpText('after', '\nExamples:\n  namesake protect Executives\n  namesake protect jane.roe@corp.example')
    .action(async (who: string[], options: Options) => {
      await edit(deps, options, (view) =>
        who.map((one) => (rules) => planProtect(rules, view, one, options.directory ?? null)),
      )
    })
  program
    .command('unprotect <who...>')
    .summary('stop guarding a group or a person')
    .description(
      'Takes groups or people out of the protection file. A person whom a protected group holds is excluded from it.',
    )
    .option(...configOption)
    .option(...directoryOption)
    .addHelpText('after', '\nExample:\n  namesake unprotect temp@corp.example')
    .action(async (who: string[], options: Options) => {
      await edit(deps, options, (view) =>
        who.map((one) => (rules) => planUnprotect(rules, view, one, options.directory ?? null)),
      )
    })
  addSecondaryVerbs(program, deps)
}

function addSecondaryVerbs(program: Command, deps: ProtectDeps): void {
  const secondary = program
    .command('secondary')
    .summary('add or remove further addresses of a person')
    .description('Addresses that a person really writes from and that no directory knows.')
  secondary
    .command('add <user> <address...>')
    .description('Gives a person further addresses, or /regular expressions/ over whole addresses.')
    .option(...configOption)
    .addHelpText('after', '\nExample:\n  namesake secondary add jane.roe@corp.example jane@home.example')
    .action(async (user: string, addresses: string[], options: Options) => {
      await edit(deps, options, (view) => addresses.map((one) => (rules) => planSecondaryAdd(rules, view, user, one)))
    })
  secondary
    .command('remove <user> <address...>')
    .description('Takes further addresses from a person.')
    .option(...configOption)
    .addHelpText('after', '\nExample:\n  namesake secondary remove jane.roe@corp.example jane@home.example')
    .action(async (user: string, addresses: string[], options: Options) => {
      await edit(deps, options, (view) =>
        addresses.map((one) => (rules) => planSecondaryRemove(rules, view, user, one)),
      )
    })
}

/** Makes each edit by itself: what was done before one is refused stays done, and was told. */
async function edit(
  deps: ProtectDeps,
  options: Options,
  plans: (view: DirectoryView) => ((rules: ProtectionRules) => Plan)[],
): Promise<void> {
  const { config } = loadConfig(options.config, { credentials: false })
  const opened = await (deps.openView ?? openStored)(config)
  try {
    for (const plan of plans(opened.view)) deps.out.write(`${printable(editProtection(config, plan).message)}\n`)
  } finally {
    await opened.close()
  }
}

async function openStored(config: NamesakeConfig): Promise<OpenView> {
  if (!existsSync(join(config.store, 'data.mdb'))) {
    throw new NamesakeError('input-invalid', 'no directory is loaded yet; fix: run namesake sync first')
  }
  const store = await openStoreToRead(config.store)
  return { view: store.snapshot(), close: () => store.close() }
}
