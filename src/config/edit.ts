/** One edit of protection.yaml, proved before it is written. */

import { canonicalAddress } from '../mail/address.ts'
import { ConfigError } from '../errors.ts'
import type { DirectoryView } from '../model.ts'
import type { ProtectionRules } from '../policy/rules.ts'
import { tidy } from './faults.ts'
import { validateProtection } from './load.ts'
import { replaceFile } from './replace-file.ts'
import { addToList, removeFromList } from './splice.ts'
import type { NamesakeConfig } from './types.ts'
import type { Value } from './yaml-words.ts'
import { readYaml } from './yaml-source.ts'
import type { YamlSource } from './yaml-source.ts'

/** One change of the protection file's text. */
export type Step =
  | { readonly op: 'add'; readonly path: readonly (string | number)[]; readonly value: Value }
  | { readonly op: 'remove'; readonly path: readonly (string | number)[] }

/** What an edit comes to: steps in the order in which they are made (none: it is so already), and what to tell. */
export interface Plan {
  readonly steps: readonly Step[]
  readonly message: string
}

export interface EditOutcome {
  readonly changed: boolean
  readonly message: string
}

/**
 * Edits the protection file in place: reads it, lets `plan` say what changes, validates the result, and replaces the
 * file in one step. Comments, order and layout stay.
 * @throws ConfigError if the file has faults before or after the edit (it is not written then); NamesakeError
 * input-invalid from `plan`, or if the file can't be written
 */
export function editProtection(
  config: NamesakeConfig,
  plan: (rules: ProtectionRules) => Plan,
  now: Date = new Date(),
): EditOutcome {
  const before = readYaml(config.protection)
  const { steps, message } = plan(rulesOf(before, config, now))
  let source = before
  for (const step of steps) {
    source = step.op === 'add' ? addToList(source, step.path, step.value) : removeFromList(source, step.path)
  }
  if (steps.length === 0) return { changed: false, message }
  rulesOf(source, config, now)
  replaceFile(config.protection, before.text, source.text)
  return { changed: true, message }
}

function rulesOf(source: YamlSource, config: NamesakeConfig, now: Date): ProtectionRules {
  const { rules, faults } = validateProtection(source, config, now)
  if (rules === null || faults.length > 0) throw new ConfigError(tidy(faults))
  return rules
}

/** Whether a text of the protection file (an address or an id) means a person of a directory. */
export function means(text: string, directory: string, id: string, view: DirectoryView): boolean {
  if (text === id) return true
  return text.includes('@') && (view.person({ directory, id })?.addresses.includes(canonicalAddress(text)) ?? false)
}
