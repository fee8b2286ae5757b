/** Which of several findings decides. */

import type { Person, Reading } from '../model.ts'
import { actionNames, kindRank, tiers } from '../vocabulary.ts'
import type { Action, Kind, Tier } from '../vocabulary.ts'

/** A reading that shows a protected person's name (or address): what was matched, and what came of it. */
export interface Finding {
  readonly reading: Reading
  readonly person: Person
  readonly kind: Kind
  readonly tier: Tier
  /** Steps of the match, in words. */
  readonly evidence: readonly string[]
  /** The address that the name stands beside, as the message shows it; '' if the field holds none. */
  readonly address: string
  /** Why the name may stand there; null for a detection. */
  readonly excuse: string | null
  readonly action: Action
}

/**
 * The finding that decides: the one that the policy is strictest about, then the surer tier, then the stronger kind,
 * then the first. Strictness comes first so that nobody gets a refused name through by adding a monitored one.
 * @param findings detections only
 */
export function decisive(findings: readonly Finding[]): Finding | null {
  let best: Finding | null = null
  for (const finding of findings) if (best === null || outweighs(finding, best)) best = finding
  return best
}

function outweighs(a: Finding, b: Finding): boolean {
  const byAction = actionNames.indexOf(a.action) - actionNames.indexOf(b.action)
  if (byAction !== 0) return byAction > 0
  if (a.tier !== b.tier) return tiers.indexOf(a.tier) < tiers.indexOf(b.tier)
  return kindRank(a.kind) < kindRank(b.kind)
}
