/** Protection edited: planned, shown as a difference, written, and in force before it is done. */

import { draftEdit, draftText, writeDraft } from '../config/edit.ts'
import type { Draft, Plan } from '../config/edit.ts'
import type { NamesakeConfig } from '../config/types.ts'
import { NamesakeError } from '../errors.ts'
import type { DirectoryView } from '../model.ts'
import type { ProtectionRules } from '../policy/rules.ts'
import type { DaemonControl } from '../ports.ts'
import { count, printable } from '../text.ts'
import { diffOf, diffText } from './diff.ts'
import type { DiffLine } from './diff.ts'
import {
  planActions,
  planNames,
  planOption,
  planPreset,
  planProtect,
  planSecondaryAdd,
  planSecondaryRemove,
  planTrust,
  planUnprotect,
  planUntrust,
} from './protect-plans.ts'
import type { RuleOption, TrustedSenderRequest, WantedActions } from './protect-plans.ts'

/** One change of the protection file, as an operator asks for it. `directory`: the only one to look in. */
export type ProtectionRequest =
  | { readonly do: 'protect' | 'unprotect'; readonly who: string; readonly directory?: string | null }
  | { readonly do: 'secondary-add' | 'secondary-remove'; readonly who: string; readonly address: string }
  /** `who`: a group, a person, or null for everybody without a setting of their own. */
  | {
      readonly do: 'actions'
      readonly who: string | null
      readonly actions: WantedActions
      readonly directory?: string | null
    }
  /** All further spellings of a person's name that are guarded. */
  | { readonly do: 'names'; readonly who: string; readonly names: readonly string[] }
  | ({ readonly do: 'trust' } & TrustedSenderRequest)
  | { readonly do: 'untrust'; readonly from: string; readonly names: readonly string[] }
  | { readonly do: 'option'; readonly option: RuleOption; readonly value: string | boolean }
  | { readonly do: 'preset'; readonly name: string; readonly on: boolean }
  /** The whole file anew; it stands alone. */
  | { readonly do: 'text'; readonly text: string }

/** What changes would do; nothing is written yet. Plain data. */
export interface PlannedEdit {
  readonly changed: boolean
  /** What each request does, in words. */
  readonly messages: readonly string[]
  /** What is surely not meant; an edit with doubts is refused unless they are accepted. */
  readonly doubts: readonly string[]
  readonly diff: readonly DiffLine[]
}

/** What changes did. */
export interface MadeEdit extends PlannedEdit {
  /**
   * `running`: a daemon judges by it now. `refused`: it kept the rules it had, see `faults`. `later`: no daemon runs, or it
   * can't be asked; one that watches the file takes it over by itself.
   */
  readonly force: 'running' | 'refused' | 'later' | 'unchanged'
  readonly faults: readonly string[]
  /** Why the change is not in the audit log, though it should be; null if it is, or nobody asked for that. */
  readonly unrecorded: string | null
}

/** What edits are made on and with. */
export interface EditContext {
  readonly config: NamesakeConfig
  /** The people known, against whom names are looked up. */
  readonly view: DirectoryView
  /** The running daemon; null if there is none. */
  readonly control: DaemonControl | null
}

/**
 * Plans changes, each seeing what the one before it did.
 * @throws ConfigError if the file has faults; NamesakeError input-invalid if somebody or something is not known
 */
export function planEdit({ config, view }: EditContext, requests: readonly ProtectionRequest[]): PlannedEdit {
  return shown(draft(config, view, requests))
}

/** The same with the rules before and after, to judge by both. @throws as `planEdit` */
export function draftRules(
  { config, view }: EditContext,
  requests: readonly ProtectionRequest[],
): { readonly planned: PlannedEdit; readonly before: ProtectionRules; readonly after: ProtectionRules } {
  const made = draft(config, view, requests)
  return { planned: shown(made), before: made.rulesBefore, after: made.rulesAfter }
}

/**
 * Makes changes, all of them or none, and waits until a running daemon judges by them.
 * @param accepted whether doubts are accepted
 * @throws as `planEdit`; NamesakeError input-invalid for doubts that are not accepted, or if the file can't be written
 */
export async function makeEdit(
  { config, view, control }: EditContext,
  requests: readonly ProtectionRequest[],
  accepted = false,
): Promise<MadeEdit> {
  const made = draft(config, view, requests)
  const planned = shown(made)
  if (planned.doubts.length > 0 && !accepted) {
    throw new NamesakeError(
      'input-invalid',
      `${planned.doubts.join('\n')}\nnothing was changed; fix: --yes if it is meant`,
    )
  }
  if (made.begins && planned.changed && !accepted) await refuseToBeginAnew(config.protection, control)
  // Writes, or says which lines are to be put in by hand where the file can't be written.
  try {
    writeDraft(config, made)
  } catch (error) {
    const code = (error as { cause?: { code?: unknown } }).cause?.code
    if (!(error instanceof NamesakeError) || !unwritable.includes(code)) throw error
    const message = `${error.message}; nothing was changed; the lines to put in (+) and to take out (-) by hand:`
    throw new NamesakeError('input-invalid', `${message}\n${printableLines(diffText(planned.diff))}`, { cause: error })
  }
  if (!planned.changed) return { ...planned, force: 'unchanged', faults: [], unrecorded: null }
  if (control === null) return { ...planned, force: 'later', faults: [], unrecorded: null }
  try {
    // Whoever asked for the edit has seen what it comes to: the brake on files that shrink has nothing to add.
    const answer = await control.reload({ what: 'protection', force: true })
    return answer.outcome === 'done'
      ? { ...planned, force: 'running', faults: [], unrecorded: null }
      : { ...planned, force: 'refused', faults: answer.faults, unrecorded: null }
  } catch {
    // The daemon is gone since, or busy with its end: the file is written, and who reads it next takes it over.
    return { ...planned, force: 'later', faults: [], unrecorded: null }
  }
}

function draft(config: NamesakeConfig, view: DirectoryView, requests: readonly ProtectionRequest[]): Draft {
  const whole = requests.find((request) => request.do === 'text')
  if (whole !== undefined) return draftText(config, whole.text)
  return draftEdit(
    config,
    requests.map((request) => (rules: ProtectionRules) => planOf(request, rules, view)),
  )
}

function shown({ before, after, messages, doubts }: Draft): PlannedEdit {
  return { changed: (before ?? '') !== after, messages, doubts, diff: diffOf(before ?? '', after) }
}

/** A file that is gone while a daemon protects people by what it held: to begin it anew would free them. */
async function refuseToBeginAnew(file: string, control: DaemonControl | null): Promise<void> {
  const guarded = await control?.status().then(
    (status) => status.protectedPeople,
    () => 0,
  )
  if (guarded === undefined || guarded === 0) return
  throw new NamesakeError(
    'input-invalid',
    `${file} is missing or empty, and the running daemon still protects ${count(guarded, 'person', 'people')} by what it held: ` +
      'this edit would begin it anew and free them\nnothing was changed; fix: put the file back, or --yes if it is meant',
  )
}

/** A file that may not be written, a file system that is read-only, a mount (as of a ConfigMap) that nothing may be put beside. */
const unwritable: readonly unknown[] = ['EACCES', 'EPERM', 'EROFS', 'EBUSY']

function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

function planOf(request: ProtectionRequest, rules: ProtectionRules, view: DirectoryView): Plan {
  switch (request.do) {
    case 'protect':
      return planProtect(rules, view, request.who, request.directory ?? null)
    case 'unprotect':
      return planUnprotect(rules, view, request.who, request.directory ?? null)
    case 'secondary-add':
      return planSecondaryAdd(rules, view, request.who, request.address)
    case 'secondary-remove':
      return planSecondaryRemove(rules, view, request.who, request.address)
    case 'actions':
      return planActions(rules, view, request.who, request.actions, request.directory ?? null)
    case 'trust':
      return planTrust(rules, request)
    case 'untrust':
      return planUntrust(rules, request.from, request.names)
    case 'names':
      return planNames(rules, view, request.who, request.names)
    case 'option':
      return planOption(rules, request.option, request.value)
    case 'preset':
      return planPreset(rules, request.name, request.on)
    case 'text':
      return { steps: [], message: '' } // stands alone, see draft
  }
}
