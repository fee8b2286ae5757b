/**
 * What lets a protected name stand beside an address: the address is the person's, a namesake's, or a trusted sender's.
 */

import { domainOf, withoutTag, writtenAddress } from '../mail/address.ts'
import type { Person, Tier } from '../model.ts'
import type { Authentication } from './authentication.ts'
import type { Claim } from './claim.ts'
import type { ClaimFinder } from './claims.ts'
import type { Policy } from './compile.ts'
import { kindRank } from '../vocabulary.ts'
import { samePerson } from './person-key.ts'

/** What a claim comes to at an address. */
interface WeighedClaim {
  /** Why it is no detection; null if it is one. */
  readonly excuse: string | null
  readonly tier: Tier
  /** Further steps for the explanation, such as an excuse that was not accepted. */
  readonly notes: readonly string[]
}

/** Weighs claims against the addresses beside them. One is made for each message. */
export class ExcuseFinder {
  readonly #policy: Policy
  readonly #claims: ClaimFinder
  readonly #authentication: Authentication
  readonly #now: number

  constructor(policy: Policy, claims: ClaimFinder, authentication: Authentication, now: number) {
    this.#policy = policy
    this.#claims = claims
    this.#authentication = authentication
    this.#now = now
  }

  /** @param address the one beside the name, as shown; '' if there is none */
  weigh(claim: Claim, address: string): WeighedClaim {
    const notes: string[] = []
    if (address === '') return { excuse: null, tier: claim.tier, notes: ['no address stands beside the name'] }
    // Folding finds names and addresses; it excuses nothing.
    const written = writtenAddress(address)
    if (written === null) {
      return {
        excuse: null,
        tier: claim.tier,
        notes: [`no program writes ${JSON.stringify(address)} so: it is nobody's own`],
      }
    }
    const excuse = this.#ownAddress(claim.person, written, notes) ?? this.#ownName(claim, written, notes)
    if (excuse !== null) return { excuse, tier: claim.tier, notes }
    return this.#trustedSender(claim, written, notes)
  }

  #ownAddress(person: Person, written: string, notes: string[]): string | null {
    const { requireAuthentication } = this.#policy.rules
    if (ownedBy(person, written)) {
      if (this.#accepted(requireAuthentication.own, written)) return `${written} is an own address`
      notes.push(`${written} is an own address, but the message is not authenticated`)
    }
    if (this.#policy.isSecondary(person, written)) {
      if (this.#accepted(requireAuthentication.secondary, written)) return `${written} is a secondary address`
      notes.push(`${written} is a secondary address, but the message is not authenticated`)
    }
    return null
  }

  /**
   * The own-name rule: someone of a directory at an own address, under a name that is as much theirs as it is the
   * protected person's. Covers people who share a name, and one person in two directories.
   */
  #ownName(claim: Claim, written: string, notes: string[]): string | null {
    for (const owner of this.#claims.owners(written)) {
      if (samePerson(owner, claim.person)) continue
      const why = this.#usesOwnName(owner, claim)
      if (why === null) continue
      const rejected: string[] = []
      if (this.#ownAddress(owner, written, rejected) !== null) {
        return `${written} is an own address of ${owner.displayName}, ${why}`
      }
      notes.push(...rejected)
    }
    return null
  }

  #usesOwnName(owner: Person, claim: Claim): string | null {
    // No name stands there but the mailbox's own: its owner writes from it.
    if (claim.kind === 'local-part' || claim.kind === 'lookalike-domain') return 'who writes from it'
    if (claim.shown === null) {
      const shared = claim.person.addresses.some((address) => owner.addresses.includes(address))
      return shared ? 'who shares the address shown' : null
    }
    const match = this.#claims.match(claim.shown, owner)
    if (match === null) return null
    if (match.tier !== 'certain' && kindRank(match.kind) > kindRank(claim.kind)) return null
    return 'whose name this is as well'
  }

  #trustedSender(claim: Claim, written: string, notes: string[]): WeighedClaim {
    let tier = claim.tier
    for (const sender of this.#policy.senders.find(written, this.#now)) {
      if (!sender.covers(claim.person)) continue
      if (!this.#accepted(sender.requireAuthentication, written)) {
        notes.push(`trusted sender ${sender.label} does not apply: the message is not authenticated`)
      } else if (sender.effect === 'clean') {
        return { excuse: `trusted sender ${sender.label}`, tier, notes }
      } else {
        notes.push(`${sender.label} lowers it to likely`)
        tier = 'likely'
      }
    }
    return { excuse: null, tier, notes }
  }

  #accepted(required: boolean, written: string): boolean {
    return !required || this.#authentication.passed(domainOf(written))
  }
}

function ownedBy(person: Person, written: string): boolean {
  return person.addresses.includes(written) || person.addresses.includes(withoutTag(written))
}
