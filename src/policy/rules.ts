/** The protection rules as plain data. */

import type { PersonRef, TierActions } from '../model.ts'
import type { NameAdditions } from '../names/tables/tables.ts'
import type { UncheckedAction } from '../vocabulary.ts'

/**
 * The protection file's content after validation, defaults filled in: what `config/` hands to `policy/`.
 * Plain data (JSON-able), as the store keeps it beside the keys that were built with it.
 */
export interface ProtectionRules {
  readonly protect: readonly ProtectEntry[]
  /** Settings of single people; `who` is an address or an object id. */
  readonly people: readonly PersonRule[]
  readonly trustedSenders: readonly TrustedSender[]
  readonly actions: TierActions
  /** By group name or object id. */
  readonly groupActions: readonly GroupActions[]
  readonly onUnchecked: UncheckedAction
  /** A header section or From field over the limit: not judged, or judged on the part within the limit. */
  readonly oversize: 'unchecked' | 'first-part'
  /** authserv-ids whose Authentication-Results fields are believed (RFC 8601). */
  readonly authservIds: readonly string[]
  /** Whether people's own addresses must have passed authentication to count as own. */
  readonly requireAuthentication: { readonly own: boolean; readonly secondary: boolean }
  /** Which fields besides From are read. */
  readonly fields: { readonly sender: boolean; readonly replyTo: boolean }
  /** Whether `initial` (J. Roe) counts. */
  readonly initials: boolean
  /** Presets of well-known services, by name. */
  readonly presets: readonly string[]
  /** Additions to the name tables. */
  readonly names: NameAdditions
}

export interface ProtectEntry {
  readonly directory: string
  readonly groups: readonly string[]
  readonly users: readonly string[]
  readonly exclude: readonly string[]
}

export interface PersonRule {
  readonly who: string
  /** Addresses, or `/regular expressions/` over the whole canonical address. */
  readonly secondaryEmails: readonly string[]
  readonly names: readonly string[]
  readonly actions: Partial<TierActions>
}

export interface GroupActions {
  readonly group: string
  readonly actions: Partial<TierActions>
}

export interface TrustedSender {
  /** Address, `@domain` or domain, or `/regular expression/`. */
  readonly from: string
  /** Names (or addresses) of the people it may carry; empty: all. */
  readonly names: readonly string[]
  readonly requireAuthentication: boolean
  readonly note: string
  /** Last day on which it holds, `YYYY-MM-DD` (UTC); null: for ever. */
  readonly until: string | null
}

/** A person or group that the protection file names and no directory has, or that is ambiguous. */
export interface ProtectionProblem {
  /** Path of keys in the protection file, e.g. `protect[0].groups[1]`; `config/` turns it into line and column. */
  readonly path: readonly (string | number)[]
  /** What is wrong, with the nearest names. */
  readonly message: string
}

/** The rules with every name resolved against the directories: plain data, stored in the transaction that wrote the keys. */
export interface ResolvedRules {
  readonly rules: ProtectionRules
  readonly protectedGroups: readonly PersonRef[]
  readonly protectedPeople: readonly PersonRef[]
  readonly excluded: readonly PersonRef[]
  /** `people` entries resolved. */
  readonly people: readonly { readonly refs: readonly PersonRef[]; readonly rule: PersonRule }[]
  readonly groupActions: readonly { readonly groups: readonly PersonRef[]; readonly actions: Partial<TierActions> }[]
}
