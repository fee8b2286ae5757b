/** That a message comes from a protected person, as one reading of it says. */

import type { Person } from '../model.ts'
import type { Kind, Tier } from '../vocabulary.ts'

/** What a reading claims: that it comes from a protected person, by name, by address, or by the look of its mailbox. */
export interface Claim {
  readonly person: Person
  readonly kind: Kind
  readonly tier: Tier
  readonly evidence: readonly string[]
  /** The spelling that made the claim, to compare with the name of the address's owner; null if an address made it. */
  readonly shown: string | null
}
