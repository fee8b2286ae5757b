/**
 * What the history keeps of a judgement: detections, names that a secondary address or a trusted sender excused (so that the
 * rule can be taken back with its effect known), and messages that were not judged.
 */

import { canonicalAddress, domainOf } from '../mail/address.ts'
import { parseAuthenticationResults } from '../mail/authentication-results.ts'
import { readSubject } from '../mail/recorded-fields.ts'
import { fieldBodyOctets, fieldsNamed } from '../mail/section.ts'
import type { Evidence, Excuse, ExplainedFinding, Explanation, HeaderSection, OriginatorReadings } from '../model.ts'
import { alignLetters } from '../names/match/letters.ts'
import { readAuthentication } from './authentication.ts'
import type { Policy } from './compile.ts'
import type { JudgementContext } from './context.ts'
import type { Finding } from './findings.ts'
import type { Inspection } from './inspect.ts'
import { isPublicMailDomain } from './public-mail.ts'
import { shownAddresses } from './shown-address.ts'

/** Octets of originator fields, and of trusted servers' fields, that are kept. */
const maxOriginatorBytes = 4096
const maxResultBytes = 4096
const maxResults = 5
/** What an explanation lists; a message of a thousand names is explained by its first ones. */
const maxReadings = 16
const maxFindings = 8
const maxDomains = 16
/** Longer names are cut; the originator fields have them whole. */
const maxNameLength = 512

type LettersOf = JudgementContext['lettersOf']

interface EvidenceOptions {
  /** Milliseconds since the epoch: trusted senders end. */
  readonly now: number
  readonly subject: boolean
  /** See `JudgementContext`; left out: laid out here. */
  readonly lettersOf?: LettersOf
}

/**
 * Tells whether a judgement leaves evidence.
 * @param inspection null if nothing could be judged by
 * @param policy null before any rules are known
 * @returns what gathers the evidence; null for a clean message that nothing had to excuse
 */
export function evidenceOf(
  section: HeaderSection,
  inspection: Inspection | null,
  policy: Policy | null,
  options: EvidenceOptions,
): (() => Evidence) | null {
  const found = inspection === null || policy === null ? null : decidingFinding(inspection, policy, options.now)
  if (found === null && inspection?.verdict.state === 'clean') return null
  return () => gathered(section, inspection, policy, found, options)
}

function gathered(
  section: HeaderSection,
  inspection: Inspection | null,
  policy: Policy | null,
  found: DecidingFinding | null,
  options: EvidenceOptions,
): Evidence {
  const { originators, originatorsComplete, originatorsCharset } = originatorOctets(section)
  const results = policy === null ? [] : trustedResults(section, policy.rules.authservIds)
  const address = found === null || found.finding.address === '' ? '' : canonicalAddress(found.finding.address)
  return {
    finding:
      found === null
        ? null
        : {
            person: { directory: found.finding.person.directory, id: found.finding.person.id },
            name: found.finding.person.displayName,
            address: found.finding.address,
            kind: found.finding.kind,
            tier: found.finding.tier,
          },
    excusedBy: found?.excusedBy ?? null,
    excuse: found?.finding.excuse ?? null,
    originators,
    originatorsComplete,
    originatorsCharset,
    authenticationResults: results,
    authenticated:
      results.length === 0 || policy === null || inspection === null
        ? null
        : readAuthentication(section, policy.rules.authservIds, () => isSoleAuthor(inspection.originators)).passed(
            domainOf(address),
          ),
    domains: inspection === null ? [] : domainsOf(inspection),
    publicProvider: isPublicMailDomain(domainOf(address)),
    subject: options.subject ? readSubject(section) : null,
    explanation: explanationOf(inspection, policy, options.lettersOf),
  }
}

/** The detection that decides, or the first name that a rule of the operator excused. */
interface DecidingFinding {
  readonly finding: Finding
  readonly excusedBy: Excuse | null
}

function decidingFinding({ verdict, findings }: Inspection, policy: Policy, now: number): DecidingFinding | null {
  if (verdict.state === 'detected') {
    const finding = findings.find(
      (one) =>
        one.excuse === null &&
        one.reading === verdict.reading &&
        one.person.id === verdict.person.id &&
        one.person.directory === verdict.person.directory &&
        one.kind === verdict.kind &&
        one.address === verdict.address,
    )
    return finding === undefined ? null : { finding, excusedBy: null }
  }
  for (const finding of findings) {
    const excusedBy = finding.excuse === null ? null : ruleThatExcuses(finding, policy, now)
    if (excusedBy !== null) return { finding, excusedBy }
  }
  return null
}

/** Which kind of rule excuses a finding; null if the directory does, or what the message is by itself. */
function ruleThatExcuses(finding: Finding, policy: Policy, now: number): Excuse | null {
  if (finding.address === '') return null
  const canonical = canonicalAddress(finding.address)
  if (policy.isSecondary(finding.person, canonical) || policy.secondaries.owners(canonical).length > 0) {
    return 'secondary'
  }
  const trusts = policy.senders
    .find(canonical, now)
    .some((sender) => sender.effect === 'clean' && sender.covers(finding.person))
  return trusts ? 'trusted-sender' : null
}

function isSoleAuthor(originators: OriginatorReadings | null): boolean {
  const domains = (originators?.readings ?? []).flatMap(({ field, address }) =>
    field === 'from' && address !== null ? [domainOf(canonicalAddress(address))] : [],
  )
  return new Set(domains).size === 1
}

const originatorNames = ['from', 'sender', 'reply-to']
const maxFieldName = 'content-type'.length

/** From, Sender and Reply-To as they stand, in their order; with Content-Type where it may name their charset. */
function originatorOctets(
  section: HeaderSection,
): Pick<Evidence, 'originators' | 'originatorsComplete' | 'originatorsCharset'> {
  const kept: Buffer[] = []
  let room = maxOriginatorBytes
  let isComplete = !section.truncated
  const keep = (names: readonly string[]): void => {
    for (const { name, start, end } of section.fields) {
      if (name.length > maxFieldName || !names.includes(name.toLowerCase())) continue
      const octets = section.octets.subarray(start, end)
      isComplete &&= octets.length <= room
      if (room > 0) kept.push(octets.subarray(0, room))
      room -= Math.min(room, octets.length)
    }
  }
  keep(originatorNames)
  const plain = Buffer.concat(kept).toString('latin1')
  if (plainOctets.test(plain)) {
    return { originators: plain, originatorsComplete: isComplete, originatorsCharset: 'utf-8' }
  }
  // Octets that only a charset tells the meaning of: RFC 5322 knows none, programs look into Content-Type for it.
  keep(['content-type'])
  const octets = Buffer.concat(kept)
  const text = octets.toString('utf8')
  const isUtf8 = Buffer.from(text, 'utf8').equals(octets)
  return {
    originators: isUtf8 ? text : octets.toString('latin1'),
    originatorsComplete: isComplete,
    originatorsCharset: isUtf8 ? 'utf-8' : 'latin1',
  }
}

const plainOctets = /^[\0-\x1a\x1c-\x7e]*$/

/** The Authentication-Results fields (RFC 8601) of trusted servers, bodies only. */
function trustedResults(section: HeaderSection, authservIds: readonly string[]): string[] {
  if (authservIds.length === 0) return []
  const trusted = authservIds.map((id) => id.toLowerCase())
  const kept: string[] = []
  let room = maxResultBytes
  for (const index of fieldsNamed(section, 'authentication-results')) {
    const body = fieldBodyOctets(section, index).toString('latin1')
    if (!trusted.includes(parseAuthenticationResults(body).authservId.toLowerCase())) continue
    if (kept.length >= maxResults || body.length > room) break
    kept.push(body)
    room -= body.length
  }
  return kept
}

/** Domains of all addresses that the message shows, also as names: what a changed rule about an address could be about. */
function domainsOf({ originators, findings }: Inspection): string[] {
  const addresses = [...(originators?.addresses ?? []), ...findings.map(({ address }) => address)]
  for (const { name } of (originators?.readings ?? []).slice(0, maxReadings)) addresses.push(...shownAddresses(name))
  const domains = addresses.map((address) => domainOf(canonicalAddress(address))).filter((domain) => domain !== '')
  return [...new Set(domains)].slice(0, maxDomains)
}

/** A judgement as data: each reading with what was found in it, and what came of that. */
export function explanationOf(
  inspection: Inspection | null,
  policy: Policy | null,
  lettersOf?: LettersOf,
): Explanation {
  if (inspection === null || policy === null || inspection.originators === null) {
    return { readings: [], defects: [], more: 0 }
  }
  const { originators, findings } = inspection
  const laidOut: LettersOf = (shown, person) => alignLetters(shown, policy.namesOf(person).forms, policy.tables)
  let more = Math.max(0, originators.readings.length - maxReadings)
  const readings = originators.readings.slice(0, maxReadings).map((reading) => {
    const found = findings.filter((finding) => finding.reading === reading)
    more += Math.max(0, found.length - maxFindings)
    return {
      field: reading.field,
      reader: reading.reader,
      part: reading.part,
      name: reading.name.slice(0, maxNameLength),
      address: reading.address?.slice(0, maxNameLength) ?? null,
      findings: found.slice(0, maxFindings).map((finding) => explainedFinding(finding, policy, lettersOf ?? laidOut)),
    }
  })
  return { readings, defects: [...new Set(originators.defects.map(({ code }) => code))].slice(0, maxReadings), more }
}

function explainedFinding(finding: Finding, policy: Policy, lettersOf: LettersOf): ExplainedFinding {
  const { person, kind, tier, evidence, address, excuse, action } = finding
  return {
    directory: person.directory,
    person: person.id,
    name: person.displayName,
    kind,
    tier,
    address: address.slice(0, maxNameLength),
    steps: evidence.slice(0, maxReadings).map((step) => step.slice(0, maxNameLength)),
    letters: showsName(finding) ? lettersOf(finding.reading.name, person) : [],
    excuse,
    action: excuse === null ? action : null,
    setting: excuse === null ? policy.actionOrigin(person, tier) : null,
  }
}

/** Whether a reading shows the name itself, so that its letters say something. */
function showsName({ kind, reading }: Finding): boolean {
  return reading.name !== '' && kind !== 'address' && kind !== 'local-part' && kind !== 'lookalike-domain'
}
