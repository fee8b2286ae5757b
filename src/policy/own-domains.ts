/** Which domains are the organisation's own. */

/** People with a first address in a domain, and all that have any address there. */
export interface DomainCount {
  readonly primary: number
  readonly any: number
}

/**
 * Own domains are those of somebody's first address, and those where a tenth of the people (at least three)
 * have a further one: a former company name counts, the private address of one employee does not.
 */
export function isOwnDomain(count: DomainCount, people: number): boolean {
  return count.primary > 0 || (count.any >= 3 && 10 * count.any >= people)
}
