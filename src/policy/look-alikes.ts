/** Look-alike domains, remembered. */

import type { Lookup } from '../model.ts'
import { domainKeys, looksLikeDomain } from '../names/match/look-alike-domain.ts'
import { isPublicMailDomain } from './public-mail.ts'

/** Domains remembered for one state of the directories: mail comes from few domains again and again. */
const remembered = 5000

/**
 * Which own domains a foreign one imitates. The answer is kept for as long as the same Lookup is asked, which is as
 * long as the directories stay the same.
 */
export class LookAlikeDomains {
  private readonly answers = new WeakMap<Lookup, Map<string, readonly string[]>>()

  /** Whether the answer is remembered. */
  knows(domain: string, lookup: Lookup): boolean {
    return this.answers.get(lookup)?.has(domain) === true
  }

  /**
   * Own domains that a domain looks like.
   * @param domain canonical, not an own one
   */
  of(domain: string, lookup: Lookup): readonly string[] {
    let known = this.answers.get(lookup)
    if (known === undefined || known.size >= remembered) {
      known = new Map()
      this.answers.set(lookup, known)
    }
    let imitated = known.get(domain)
    if (imitated === undefined) {
      imitated = find(domain, lookup)
      known.set(domain, imitated)
    }
    return imitated
  }
}

function find(domain: string, lookup: Lookup): readonly string[] {
  if (isPublicMailDomain(domain)) return []
  const imitated = new Set<string>()
  for (const key of domainKeys(domain)) {
    for (const own of lookup.ownDomainsByKey(key)) {
      // Who holds a domain holds all below it.
      if (!domain.endsWith(`.${own}`) && looksLikeDomain(domain, own)) imitated.add(own)
    }
  }
  return [...imitated]
}
