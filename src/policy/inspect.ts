/**
 * THE judgement: one header section against the people known. Synchronous, bounded, no clock, no log.
 */

import { Budget, untilSpent } from '../budget.ts'
import type { DetectedVerdict, HeaderSection, OriginatorReadings, Reading, UncheckedReason, Verdict } from '../model.ts'
import { canonicalAddress, domainOf } from '../mail/address.ts'
import { readOriginators, writtenOriginators } from '../mail/originators.ts'
import type { QueryKey } from '../names/keys/query-keys.ts'
import { readAuthentication } from './authentication.ts'
import type { Claim } from './claim.ts'
import { ClaimFinder } from './claims.ts'
import type { Policy } from './compile.ts'
import type { JudgementContext } from './context.ts'
import { ExcuseFinder } from './excuses.ts'
import { reasonText } from './fields.ts'
import { decisive } from './findings.ts'
import type { Finding } from './findings.ts'
import { claimsNothing } from './plain-sender.ts'

export interface InspectLimits {
  /** Octets of one originator field that are read; default 64 KiB. */
  readonly fromOctets: number
  /** Steps that one judgement may take (see `Budget`). */
  readonly maxSteps: number
  /** Made when a judgement begins: whether its time is over, however few steps were counted. Left out: no such wall. */
  readonly beginTime?: () => () => boolean
}

/** Some microseconds as mail is; under 10 ms, however it is made. */
export const defaultLimits: InspectLimits = { fromOctets: 65_536, maxSteps: 40_000 }

/** Of all steps, those that reading leaves to judging, and judging to the weighing of what it found. */
const keptForJudging = 0.5
const keptForWeighing = 0.1

/** The verdict and all that led to it. */
export interface Inspection {
  readonly verdict: Verdict
  /** Null if the message was not read at all. */
  readonly originators: OriginatorReadings | null
  /** Every protected name found, detections and excused ones, in the order of the readings. */
  readonly findings: readonly Finding[]
  /** How many readings, from the first on, were judged to their end; the budget did not reach the others, or not all of them. */
  readonly judgedReadings: number
  /** The keys that a shown name was looked up by, for the explanation. */
  readonly keysOf: (shown: string) => readonly QueryKey[]
}

/**
 * Judges a header section.
 * @param now milliseconds since the epoch, for the end dates of trusted senders
 * @returns `unchecked` if no directory is loaded, or if a limit kept it from seeing all of the section and the policy does
 * not settle for the first part; else `detected` if any reading shows a protected name beside a foreign address; else `clean`
 */
export function inspect(
  section: HeaderSection,
  context: JudgementContext,
  now: number,
  given: Partial<InspectLimits> = {},
): Inspection {
  const { lookup, unclaimed } = context
  const { rules } = context.policy
  if (lookup.directories().length === 0) return unread(rules.onUnchecked, 'no-directory')
  if (section.truncated && rules.oversize === 'unchecked') return unread(rules.onUnchecked, 'header-too-large')

  const written = writtenOriginators(section, rules.fields)
  if (written === null) return judgeOriginators(section, context, now, given, null)
  const known = unclaimed.get(written.text)
  if (known !== undefined) return clean(known, context)
  // A plain field takes few of the usual number of steps. Of a smaller number each is counted.
  const plain = (given.maxSteps ?? Infinity) < defaultLimits.maxSteps ? null : written.readPlain()
  const isSettled = plain !== null && claimsNothing(plain.readings, context)
  const inspection = isSettled ? clean(plain, context) : judgeOriginators(section, context, now, given, plain)
  // What was found, noted or left out may be another message's business; what claims nothing is not another's.
  const { originators, findings, verdict } = inspection
  const claimsNone = verdict.state === 'clean' && findings.length === 0 && originators?.defects.length === 0
  if (claimsNone && !originators.truncated) unclaimed.set(written.text, originators)
  return inspection
}

/** Reads the originator fields, unless they are read, and judges all their readings, as far as the budget reaches. */
function judgeOriginators(
  section: HeaderSection,
  context: JudgementContext,
  now: number,
  given: Partial<InspectLimits>,
  plain: OriginatorReadings | null,
): Inspection {
  const limits = { ...defaultLimits, ...given }
  const { policy } = context
  const { rules } = policy
  const budget = new Budget(limits.maxSteps, limits.beginTime?.())
  budget.keep(limits.maxSteps * keptForJudging)
  const originators = plain ?? readOriginators(section, { fromOctets: limits.fromOctets, ...rules.fields, budget })
  const strict = rules.oversize === 'unchecked'
  if (strict && originators.defects.some((defect) => defect.code === 'field-too-long')) {
    return { ...unread(rules.onUnchecked, 'from-too-large'), originators }
  }

  const claims = new ClaimFinder(context, budget)
  const authentication = readAuthentication(section, rules.authservIds, () => authors(originators) === 1)
  const excuses = new ExcuseFinder(policy, claims, authentication, now)
  const { findings, judgedReadings } = findAll(limits.maxSteps, { originators, policy, claims, excuses, budget })
  const found = { originators, findings, judgedReadings, keysOf: keysFor(context) }

  const deciding = decisive(findings.filter((finding) => finding.excuse === null))
  if (deciding !== null) return { ...found, verdict: detected(deciding) }
  // Names were left out or unjudged: that is not clean. (A name found above stays found: three hundred other mailboxes
  // beside it must not turn a refusal into a mark.)
  const leftOut =
    budget.spent || claims.unjudged ? 'too-costly' : originators.truncated && strict ? 'from-too-large' : null
  if (leftOut !== null) return { ...found, verdict: unread(rules.onUnchecked, leftOut).verdict }
  const excused = findings.find((finding) => finding.excuse !== null)
  return { ...found, verdict: { state: 'clean', note: excused?.excuse ?? null } }
}

/** What stands for a message whose originator fields claim nothing. */
function clean(originators: OriginatorReadings, context: JudgementContext): Inspection {
  return {
    verdict: { state: 'clean', note: null },
    originators,
    findings: [],
    judgedReadings: originators.readings.length,
    keysOf: keysFor(context),
  }
}

/** The explanation asks for keys after the judgement, and at its own cost. */
function keysFor(context: JudgementContext): Inspection['keysOf'] {
  return (shown) => new ClaimFinder(context, new Budget(Infinity)).keysOf(shown)
}

interface Weighing {
  readonly originators: OriginatorReadings
  readonly policy: Policy
  readonly claims: ClaimFinder
  readonly excuses: ExcuseFinder
  readonly budget: Budget
}

/** The findings of all readings, or of those that the budget reaches to. */
function findAll(
  maxSteps: number,
  by: Weighing,
): Pick<Inspection, 'judgedReadings'> & { readonly findings: Finding[] } {
  const { originators, claims, budget } = by
  const findings: Finding[] = []
  let judgedReadings = 0
  for (const reading of originators.readings) {
    budget.keep(maxSteps * keptForWeighing)
    const made = claims.of(reading)
    budget.keep(0)
    untilSpent(() => addFindings(reading, made, findings, by))
    if (!budget.spent && !claims.unjudged) judgedReadings++
    if (claims.cutOff) break
  }
  return { findings, judgedReadings }
}

/** Weighs a reading's claims against the address beside it. */
function addFindings(reading: Reading, made: readonly Claim[], findings: Finding[], by: Weighing): void {
  const { originators, policy, claims, excuses, budget } = by
  for (const claim of made) {
    budget.spend(20)
    const address = addressBeside(reading, originators)
    const outcome = excuses.weigh(claim, address)
    const beyondFrom = reading.field !== 'from'
    const kind = beyondFrom ? 'reply-to' : claim.kind
    const tier = beyondFrom ? 'likely' : outcome.tier
    const beyond = beyondFrom
      ? [`${claim.kind} in ${reading.field}: not where readers look first, so likely at most`]
      : []
    findings.push({
      reading,
      person: claim.person,
      kind,
      tier,
      evidence: [...claim.evidence, ...beyond, ...outcome.notes],
      address,
      excuse: outcome.excuse ?? harmlessElsewhere(claim, reading, originators, claims),
      action: policy.actionsFor(claim.person)[tier],
    })
  }
}

/**
 * A differing Reply-To or Sender is no sign of anything: there only a shown name counts, or a mailbox that carries the
 * name of the very person whose name From shows.
 */
function harmlessElsewhere(
  claim: Claim,
  reading: Reading,
  originators: OriginatorReadings,
  claims: ClaimFinder,
): string | null {
  if (reading.field === 'from') return null
  if (reading.field === 'sender' && isOwnService(claim, reading, originators, claims)) {
    return 'an own service sends for the person, whose own address stands in From'
  }
  if (claim.kind !== 'local-part' && claim.kind !== 'lookalike-domain') return null
  const sameName = originators.readings.some(
    (other) =>
      other.field === 'from' &&
      claims.of(other).some((c) => c.kind !== 'local-part' && c.person.id === claim.person.id),
  )
  return sameName ? null : `${reading.field} shows no name`
}

/** A ticket system or the like at an own domain, in Sender, under the name of the person whose own address From shows. */
function isOwnService(claim: Claim, reading: Reading, originators: OriginatorReadings, claims: ClaimFinder): boolean {
  if (reading.address === null || !claims.isOwnDomain(domainOf(canonicalAddress(reading.address)))) return false
  const from = originators.readings.filter((other) => other.field === 'from')
  return (
    from.length > 0 &&
    from.every(({ address }) => address !== null && claims.owners(canonicalAddress(address)).includes(claim.person))
  )
}

/** The address that a name stands beside; a name without one of its own stands beside the first of its field's others. */
function addressBeside(reading: Reading, originators: OriginatorReadings): string {
  if (reading.address !== null) return unquoted(reading.address)
  const sibling = originators.readings.find((other) => other.field === reading.field && other.address !== null)
  return unquoted(sibling?.address ?? '')
}

/** An address in quotes as a whole, as some readers give it, is the address. */
function unquoted(address: string): string {
  return /^"[^"\\@]*@[^"\\]*"$/.test(address) ? address.slice(1, -1) : address
}

/** Number of different mailboxes in From. */
function authors(originators: OriginatorReadings): number {
  const found = new Set<string>()
  for (const reading of originators.readings) {
    if (reading.field === 'from' && reading.address !== null) found.add(domainOf(canonicalAddress(reading.address)))
  }
  return found.size
}

function detected(finding: Finding): DetectedVerdict {
  const { person, kind, tier, action, reading, address } = finding
  return {
    state: 'detected',
    person: { directory: person.directory, id: person.id },
    name: person.displayName,
    address,
    kind,
    tier,
    action,
    reason: reasonText(person.displayName, address === '' ? '(no address)' : address),
    reading,
  }
}

/** What stands for a message that was not judged. */
export function unread(action: 'tag' | 'tempfail', reason: UncheckedReason): Inspection {
  const verdict: Verdict = { state: 'unchecked', reason, action }
  return { verdict, originators: null, findings: [], judgedReadings: 0, keysOf: () => [] }
}
