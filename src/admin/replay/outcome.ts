/** A message's outcome, its JSON line, and what another policy changes. */

import type { Action, Kind, Tier, Verdict } from '../../model.ts'
import { jsonLine } from '../../text.ts'

/**
 * What one policy says of one message: what a line of `--json` has beside its source. The keys and their order are the
 * contract (docs/contract.md, "The command line"); absent values are null. For `unchecked`, `reason` is why and `action` what is done about it.
 */
export interface Outcome {
  readonly verdict: Verdict['state']
  readonly tier: Tier | null
  readonly kind: Kind | null
  /** The directory id. */
  readonly person: string | null
  /** The directory name. */
  readonly name: string | null
  readonly address: string | null
  readonly reason: string | null
  readonly action: Action | 'tempfail' | null
}

const nothing = { tier: null, kind: null, person: null, name: null, address: null, reason: null, action: null }

export const cleanOutcome: Outcome = { verdict: 'clean', ...nothing }

export function outcomeOf(verdict: Verdict): Outcome {
  if (verdict.state === 'clean') return cleanOutcome
  if (verdict.state === 'unchecked') {
    return { verdict: 'unchecked', ...nothing, reason: verdict.reason, action: verdict.action }
  }
  const { tier, kind, person, name, address, reason, action } = verdict
  return { verdict: 'detected', tier, kind, person: person.id, name, address, reason, action }
}

/** What another policy changes for a message; `other-match`: another person, kind or tier with the same action. */
export type OutcomeChange = 'newly-hit' | 'no-longer-hit' | 'other-action' | 'other-match'

/** What is different between two outcomes of one message; null if nothing is. */
export function changeOf(before: Outcome, after: Outcome): OutcomeChange | null {
  if (before.verdict !== after.verdict) {
    if (after.verdict === 'detected') return 'newly-hit'
    return before.verdict === 'detected' ? 'no-longer-hit' : 'other-match'
  }
  if (before.action !== after.action) return 'other-action'
  const same = (['tier', 'kind', 'person', 'address', 'reason'] as const).every((key) => before[key] === after[key])
  return same ? null : 'other-match'
}

/** One message judged. */
export interface Judged {
  readonly source: string
  readonly outcome: Outcome
  /** The directory that the person is of. */
  readonly directory: string | null
  /** When the message came, in milliseconds since the epoch. */
  readonly time: number | null
  /** Its Subject, decoded; known of messages that are not clean. */
  readonly subject?: string | null
  /** What the configured policy says, where another one is tried. */
  readonly before: Outcome | null
  /** The judgement in words, a line a step; empty unless asked for. */
  readonly steps: readonly string[]
}

/** A message as a line of `--json`: its source and outcome, and what another policy changed where one is tried. */
export function jsonOf({ source, outcome, before }: Judged): string {
  if (before === null) return jsonLine({ source, ...outcome })
  return jsonLine({ source, ...outcome, change: changeOf(before, outcome), before })
}
