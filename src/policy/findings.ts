/** Which of several findings decides. */

import type { Action, Kind, Person, Reading, Tier } from '../model.ts'

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

/** Strongest first, as the model lists them. */
const kindOrder: readonly Kind[] = [
  'exact',
  'reordered',
  'decorated',
  'disguised',
  'address',
  'typo',
  'nickname',
  'initial',
  'local-part',
  'lookalike-domain',
  'reply-to',
]

const actionOrder: readonly Action[] = ['monitor', 'tag', 'quarantine', 'reject']

/** How far a kind is from the name itself: 0 is the name as it is. */
export function kindRank(kind: Kind): number {
  return kindOrder.indexOf(kind)
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
  const byAction = actionOrder.indexOf(a.action) - actionOrder.indexOf(b.action)
  if (byAction !== 0) return byAction > 0
  if (a.tier !== b.tier) return a.tier === 'certain'
  return kindRank(a.kind) < kindRank(b.kind)
}
