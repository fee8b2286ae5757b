/** Which own domains a domain is, or imitates. */

import type { Budget } from '../budget.ts'
import { Memo } from '../memo.ts'
import type { Lookup } from '../model.ts'
import { domainKeys, looksLikeDomain } from '../names/match/look-alike-domain.ts'
import { isPublicMailDomain } from './public-mail.ts'

/** Domains remembered: mail comes from few domains again and again. */
const maxDomains = 5000

/** What is known of a domain that stands in an address. */
interface KnownDomain {
  /** Whether it is one of the organisation's own. */
  readonly isOwn: boolean
  /** The own domains that it looks like; none for an own one. */
  readonly imitated: readonly string[]
}

/** Tells own domains, and those that look like one; keeps the answers. */
export class ForeignDomains {
  readonly #lookup: Lookup
  readonly #known = new Memo<KnownDomain>(maxDomains, 254)

  constructor(lookup: Lookup) {
    this.#lookup = lookup
  }

  /** @param domain canonical */
  of(domain: string, budget?: Budget): KnownDomain {
    let known = this.#known.get(domain)
    if (known === undefined) {
      const isOwn = this.#lookup.isOwnDomain(domain)
      if (!isOwn) budget?.spend(cost(domain))
      known = { isOwn, imitated: isOwn ? [] : this.#imitated(domain) }
      this.#known.set(domain, known)
    }
    return known
  }

  #imitated(domain: string): readonly string[] {
    if (isPublicMailDomain(domain)) return []
    const imitated = new Set<string>()
    for (const key of domainKeys(domain)) {
      for (const own of this.#lookup.ownDomainsByKey(key)) {
        // Who holds a domain holds all below it.
        if (!domain.endsWith(`.${own}`) && looksLikeDomain(domain, own)) imitated.add(own)
      }
    }
    return [...imitated]
  }
}

/** Steps of finding out which own domains one imitates: each cut of it is compared with the words that are joined to names. */
function cost(domain: string): number {
  return 120 + Math.min(domain.length, 253) + 60 * (domain.split('-').length - 1)
}
