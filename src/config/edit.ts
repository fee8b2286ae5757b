/** One edit of protection.yaml, proved before it is written. */

import { canonicalAddress } from '../mail/address.ts'
import { ConfigError } from '../errors.ts'
import type { DirectoryView } from '../model.ts'
import type { ProtectionRules } from '../policy/rules.ts'
import { tidy } from './faults.ts'
import { readBegun, validateProtection } from './load.ts'
import { replaceFile } from './replace-file.ts'
import { setScalar } from './splice-scalar.ts'
import { addToList, removeFromList, removeKey, unsetKey } from './splice.ts'
import type { NamesakeConfig } from './types.ts'
import type { Value } from './yaml-words.ts'
import { parseYaml } from './yaml-source.ts'
import type { YamlSource } from './yaml-source.ts'

/** One change of the protection file's text. */
export type EditStep =
  | { readonly op: 'add'; readonly path: readonly (string | number)[]; readonly value: Value }
  | { readonly op: 'remove'; readonly path: readonly (string | number)[] }
  /** A key with all that is below it. */
  | { readonly op: 'drop'; readonly path: readonly (string | number)[] }
  /** A text or a switch at a key; maps on the way are made. */
  | { readonly op: 'set'; readonly path: readonly (string | number)[]; readonly value: string | boolean }
  /** Takes a key out, and the maps that held it alone. */
  | { readonly op: 'unset'; readonly path: readonly (string | number)[] }

/** What an edit comes to: steps in the order in which they are made (none: it is so already), and what to tell. */
export interface Plan {
  readonly steps: readonly EditStep[]
  readonly message: string
  /** What is surely not meant, such as a group of nobody: who makes the edit is asked first. */
  readonly doubts?: readonly string[]
}

/** What one or several plans make of the file; nothing is written yet. */
export interface Draft {
  /** Null where the file is not there yet. */
  readonly before: string | null
  readonly after: string
  /** Whether the edit begins the file: it is missing, or all comments. */
  readonly begins: boolean
  /** What both texts mean. */
  readonly rulesBefore: ProtectionRules
  readonly rulesAfter: ProtectionRules
  /** One for each plan. */
  readonly messages: readonly string[]
  readonly doubts: readonly string[]
}

interface EditOutcome {
  readonly changed: boolean
  readonly message: string
}

/**
 * Makes the plans one after the other on the file's text, each seeing what the one before it did, and proves the result.
 * Comments, order and layout stay.
 * @throws ConfigError if the file has faults before or after an edit; NamesakeError input-invalid from a plan
 */
export function draftEdit(
  config: NamesakeConfig,
  plans: readonly ((rules: ProtectionRules) => Plan)[],
  now: Date = new Date(),
): Draft {
  const { source: before, stands } = readBegun(config.protection)
  let source = before
  const rulesBefore = rulesOf(before, config, now)
  let rules = rulesBefore
  const made: Plan[] = []
  for (const plan of plans) {
    const next = plan(rules)
    made.push(next)
    if (next.steps.length === 0) continue
    for (const step of next.steps) source = stepped(source, step)
    rules = rulesOf(source, config, now)
  }
  const isEdited = made.some(({ steps }) => steps.length > 0)
  return {
    before: stands,
    after: isEdited ? source.text : (stands ?? ''),
    begins: before.text !== stands,
    rulesBefore,
    rulesAfter: rules,
    messages: made.map(({ message }) => message),
    doubts: made.flatMap(({ doubts }) => doubts ?? []),
  }
}

/**
 * The file's text replaced as a whole, proved as edits are.
 * @throws ConfigError with every fault of the new text, at its lines
 */
export function draftText(config: NamesakeConfig, text: string, now: Date = new Date()): Draft {
  const { source: before, stands } = readBegun(config.protection)
  const rulesAfter = rulesOf(parseYaml(config.protection, text), config, now)
  // A file that was broken by hand is mended by a new text: what it meant then is not known.
  const { rules } = validateProtection(before, config, now)
  const message = stands === text ? 'the file says so already' : 'protection.yaml was replaced'
  const rulesBefore = rules ?? rulesAfter
  return {
    before: stands,
    after: text,
    begins: stands === null,
    rulesBefore,
    rulesAfter,
    messages: [message],
    doubts: [],
  }
}

function stepped(source: YamlSource, step: EditStep): YamlSource {
  switch (step.op) {
    case 'add':
      return addToList(source, step.path, step.value)
    case 'remove':
      return removeFromList(source, step.path)
    case 'drop':
      return removeKey(source, step.path)
    case 'set':
      return setScalar(source, step.path, step.value)
    case 'unset':
      return unsetKey(source, step.path)
  }
}

/**
 * Replaces the file in one step, unless somebody else has edited it since the draft was made.
 * @throws NamesakeError input-invalid if the file can't be written
 */
export function writeDraft(config: NamesakeConfig, { before, after }: Draft): void {
  if (after !== (before ?? '')) replaceFile(config.protection, before, after)
}

/** Drafts and writes one plan. @throws as both do */
export function editProtection(
  config: NamesakeConfig,
  plan: (rules: ProtectionRules) => Plan,
  now: Date = new Date(),
): EditOutcome {
  const draft = draftEdit(config, [plan], now)
  writeDraft(config, draft)
  return { changed: draft.after !== (draft.before ?? ''), message: draft.messages[0] ?? '' }
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
