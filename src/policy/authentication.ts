/** What trusted servers found out about the sender. */

import { getDomain } from 'tldts'
import { parseAuthenticationResults } from '../mail/authentication-results.ts'
import { fieldBodyOctets, fieldsNamed } from '../mail/section.ts'
import { canonicalDomain } from '../mail/address.ts'
import type { HeaderSection } from '../model.ts'

/**
 * What servers that we trust found out about a message (RFC 8601). Fields of any other authserv-id are anyone's claim and
 * do not count. Of several trusted fields the topmost that holds a method decides it: servers add on top (section 5),
 * so a forged one that slipped through the border stands lower.
 */
export interface Authentication {
  /** Whether the domain of an author address was authenticated: `dmarc=pass`, or `dkim=pass` by an aligned domain and no `dmarc=fail`. */
  passed(domain: string): boolean
}

/** Fields looked at, so that a message of nothing but such fields stays cheap. */
const maxFields = 50

/**
 * Reads the trusted Authentication-Results fields, at the first question.
 * @param authservIds trusted ids; compared without case
 * @param soleAuthor whether From holds one mailbox, so that a DMARC result that names no domain is about it
 */
export function readAuthentication(
  section: HeaderSection,
  authservIds: readonly string[],
  soleAuthor: () => boolean,
): Authentication {
  let results: TrustedResults | null = null
  return {
    passed(domain) {
      if (domain === '' || authservIds.length === 0) return false
      results ??= trustedResults(section, authservIds)
      if (isAbout(results.dmarcPassed, domain, soleAuthor)) return true
      // A failed DMARC says that no signature is aligned: one that stands below and says otherwise is not to be believed.
      if (isAbout(results.dmarcFailed, domain, soleAuthor)) return false
      return results.dkim.some((signer) => aligned(signer, domain))
    },
  }
}

interface TrustedResults {
  /** Domains of passed and of failed DMARC results of the deciding field, '' where none is named. */
  readonly dmarcPassed: readonly string[]
  readonly dmarcFailed: readonly string[]
  /** Signing domains of passed DKIM results. */
  readonly dkim: readonly string[]
}

function trustedResults(section: HeaderSection, authservIds: readonly string[]): TrustedResults {
  const trusted = new Set(authservIds.map((id) => id.toLowerCase()))
  let dmarc: { passed: string[]; failed: string[] } | null = null
  let dkim: string[] | null = null
  for (const index of fieldsNamed(section, 'authentication-results').slice(0, maxFields)) {
    const parsed = parseAuthenticationResults(fieldBodyOctets(section, index).toString('latin1'))
    if (!trusted.has(parsed.authservId.toLowerCase())) continue
    const of = (method: string): typeof parsed.results => parsed.results.filter((result) => result.method === method)
    const that = (method: string, outcome: string): typeof parsed.results =>
      of(method).filter((result) => result.result === outcome && !result.ambiguous)
    const from = (result: (typeof parsed.results)[number]): string =>
      canonicalDomain(property(result.properties, 'header.from'))
    if (of('dmarc').length > 0) {
      dmarc ??= { passed: that('dmarc', 'pass').map(from), failed: that('dmarc', 'fail').map(from) }
    }
    if (of('dkim').length > 0) {
      dkim ??= that('dkim', 'pass').map((result) => signer(result.properties))
    }
  }
  return { dmarcPassed: dmarc?.passed ?? [], dmarcFailed: dmarc?.failed ?? [], dkim: dkim ?? [] }
}

type Properties = ReturnType<typeof parseAuthenticationResults>['results'][number]['properties']

/** Value of a property such as `header.d`; '' if it is not there. */
function property(properties: Properties, name: string): string {
  return properties[name] ?? ''
}

/** The domain that signed: `header.d`, or the domain of the agent `header.i` (RFC 6376 section 3.5). */
function signer(properties: Properties): string {
  const domain = property(properties, 'header.d')
  if (domain !== '') return canonicalDomain(domain)
  return canonicalDomain(property(properties, 'header.i').replace(/^.*@/, ''))
}

/** Whether a DMARC result is about a domain: it names it, or names none and there is but one author. */
function isAbout(domains: readonly string[], domain: string, soleAuthor: () => boolean): boolean {
  return domains.some((from) => (from === '' ? soleAuthor() : aligned(from, domain)))
}

/** Relaxed alignment (RFC 7489 section 3.1): the same registrable domain, private suffixes such as github.io counted. */
function aligned(a: string, b: string): boolean {
  if (a === '' || b === '') return false
  return a === b || (organisation(a) !== null && organisation(a) === organisation(b))
}

function organisation(domain: string): string | null {
  return getDomain(domain, { allowPrivateDomains: true, validateHostname: false })
}
