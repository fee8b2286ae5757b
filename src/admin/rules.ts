/** The protection file as a whole: its text, what it says, and what changes of it would do. */

import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError } from '../errors.ts'
import type { ConfigFault } from '../errors.ts'
import type { PersonRef, TierActions } from '../model.ts'
import { canonicalAddress } from '../mail/address.ts'
import { presets } from '../policy/presets.ts'
import type { HistoryReader } from '../ports.ts'
import type { ProtectionRules } from '../policy/rules.ts'
import { actionEffect } from './effect.ts'
import type { ActionEffect } from './effect.ts'
import type { Installation } from './installation.ts'
import { draftRules } from './protection.ts'
import type { PlannedEdit, ProtectionRequest } from './protection.ts'
import { ruleOptionOf, ruleOptions } from './protect-plans.ts'
import type { RuleOption } from './protect-plans.ts'
import { maxRekeyed, TooManyPeople } from './replay/people.ts'

/** A group with a setting of its own. */
export interface GroupSetting {
  /** As the file names it. */
  readonly group: string
  readonly displayName: string
  readonly actions: Partial<TierActions>
  /** Null if no directory has it. */
  readonly people: number | null
}

export interface TrustedEntry {
  readonly from: string
  readonly names: readonly string[]
  readonly requireAuthentication: boolean
  readonly note: string
  readonly until: string | null
  /** Messages of the last 30 days that it let through, as far as the history keeps them. */
  readonly letThrough: number
}

/** What the protection file says. */
export interface RulesInForce {
  readonly actions: TierActions
  readonly groups: readonly GroupSetting[]
  readonly trustedSenders: readonly TrustedEntry[]
  readonly presets: readonly { readonly name: string; readonly about: string; readonly on: boolean }[]
  readonly options: Readonly<Record<RuleOption, string | boolean>>
  readonly authservIds: readonly string[]
}

export interface ProtectionPage {
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly saved: number
  /** Whether this process may replace the file. */
  readonly writable: boolean
  /** Null while the file has faults. */
  readonly rules: RulesInForce | null
  readonly faults: readonly ConfigFault[]
}

/** Messages that are looked at for what trusted senders let through. */
const maxCounted = 20_000

/** The file as it stands, also where it has faults. @throws what reading it throws */
export async function protectionPage(
  installation: Installation,
  history: Pick<HistoryReader, 'records'> | null,
  since: number,
): Promise<ProtectionPage> {
  const path = installation.config.protection
  const isThere = existsSync(path)
  const text = isThere ? readFileSync(path, 'utf8').replace(/^\ufeff/, '') : ''
  const saved = isThere ? statSync(path).mtimeMs : Date.now()
  const writable = isWritable(path)
  try {
    const { rules } = installation.protection()
    return { text, saved, writable, rules: await shown(rules, installation, history, since), faults: [] }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { text, saved, writable, rules: null, faults: error.faults }
  }
}

/** Whether a file can be replaced: its folder takes another file. */
function isWritable(path: string): boolean {
  try {
    if (existsSync(path)) accessSync(path, constants.W_OK)
    accessSync(dirname(path), constants.W_OK)
    return true
  } catch {
    return false
  }
}

async function shown(
  rules: ProtectionRules,
  installation: Installation,
  history: Pick<HistoryReader, 'records'> | null,
  since: number,
): Promise<RulesInForce> {
  const people =
    rules.groupActions.length === 0
      ? null
      : await installation.people().then(
          (known) => known.ready(),
          () => null,
        )
  const letThrough = history === null ? new Map<string, number>() : await countExcuses(history, since)
  return {
    actions: rules.actions,
    groups: rules.groupActions.map(({ group, actions }) => {
      const found = people
        ?.groups({ text: group, limit: 50 })
        .items.filter((one) => one.id === group || one.displayName === group)
      const count = found === undefined || found.length === 0 ? null : found.reduce((sum, one) => sum + one.people, 0)
      return { group, displayName: found?.[0]?.displayName ?? group, actions, people: count }
    }),
    trustedSenders: rules.trustedSenders.map((entry) => ({
      ...entry,
      letThrough: letThrough.get(labelOf(entry)) ?? 0,
    })),
    presets: presets.map(({ name, about }) => ({ name, about, on: rules.presets.includes(name) })),
    options: Object.fromEntries(
      (Object.keys(ruleOptions) as RuleOption[]).map((option) => [option, ruleOptionOf(rules, option)]),
    ) as RulesInForce['options'],
    authservIds: rules.authservIds,
  }
}

/** As `policy/senders` words an excuse. */
function labelOf({ from, note }: { readonly from: string; readonly note: string }): string {
  return `trusted sender ${note === '' ? from : `${from} (${note})`}`
}

async function countExcuses(history: Pick<HistoryReader, 'records'>, since: number): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  let seen = 0
  for await (const { excusedBy, excuse } of history.records({ since, verdict: 'clean' })) {
    if (++seen > maxCounted) break
    if (excusedBy === 'trusted-sender' && excuse !== null) counts.set(excuse, (counts.get(excuse) ?? 0) + 1)
  }
  return counts
}

export interface RulesPreview {
  readonly planned: PlannedEdit
  /** Null where no history is kept, nothing changes, or the change means too many people. */
  readonly effect: ActionEffect | null
  /** Why it means too many people, in words; null if it does not. */
  readonly tooMany: string | null
}

/** What changes would write, and what they would have done to the messages kept since a time. @throws as `planEdit` */
export async function previewRules(
  installation: Installation,
  history: HistoryReader | null,
  requests: readonly ProtectionRequest[],
  since: number,
): Promise<RulesPreview> {
  const { planned, before, after } = draftRules(await installation.editContext(), requests)
  if (history === null || !planned.changed) return { planned, effect: null, tooMany: null }
  const store = await installation.store()
  const waiting = new Map<string, boolean>()
  const waits = async ({
    person,
    address,
  }: {
    readonly person: PersonRef
    readonly address: string
  }): Promise<boolean> => {
    const of = { directory: person.directory, person: person.id, address: canonicalAddress(address) }
    const key = JSON.stringify(of)
    const known = waiting.get(key) ?? (await history.pair(of))?.state === 'open'
    waiting.set(key, known)
    return known
  }
  try {
    const { config } = installation
    const effect = await actionEffect(history, store, before, after, since, config, waits, maxRekeyed)
    return { planned, effect, tooMany: null }
  } catch (error) {
    if (error instanceof TooManyPeople) return { planned, effect: null, tooMany: error.message }
    throw error
  }
}
