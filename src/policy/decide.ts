/**
 * From verdict to what is to be done: one value that both entrances carry out.
 */

import type { Decision, Entrance, HeaderSection, Verdict } from '../model.ts'
import { readMessageId } from '../mail/recorded-fields.ts'
import { actions, uncheckedActions } from '../vocabulary.ts'
import type { Performance } from '../vocabulary.ts'
import type { Policy } from './compile.ts'
import type { JudgementContext } from './context.ts'
import { deferral, forgedFields, refusal, verdictFields } from './fields.ts'
import { inspect, unread } from './inspect.ts'
import type { Inspection, InspectLimits } from './inspect.ts'

export interface DecideOptions {
  /** Null before any rules are known, or where the store can't be read. */
  readonly context: JudgementContext | null
  /** What is done about a message that can't be judged, where there is no context to say so. Left out: it is tagged. */
  readonly onUnchecked?: 'tag' | 'tempfail'
  /** Event id, ASCII without white space; made by the caller. */
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly now: number
  /** A monotonous clock in microseconds, for `judgeTime`. */
  readonly microseconds: () => number
  readonly limits?: Partial<InspectLimits>
  /** Runs the judgement where it can be ended from outside; null if this message is not to be judged, an error if it was ended. */
  readonly guard?: (work: () => Inspection) => Inspection | null
  /** Told of a judgement that failed; the message goes on as `unchecked`. */
  readonly onFailure: (error: unknown, id: string) => void
  /** Told of every inspection, for the log at debug. */
  readonly onInspection?: (inspection: Inspection, id: string, policy: Policy) => void
}

/**
 * Judges a header section and says what to do. Never throws: what goes wrong in judging becomes
 * `unchecked; reason=judgement-failed`, and the error goes to `onFailure`.
 *
 * `quarantine` can be carried out only by an MTA that asks through the milter; through SMTP such a message is relayed
 * with its fields (`action=quarantine` stands in them, for the next hop to act on).
 */
export function decide(section: HeaderSection, entrance: Entrance, options: DecideOptions): Decision {
  const { id, now, microseconds } = options
  const start = microseconds()
  const inspection = judge(section, options)
  const judgeTime = Math.max(0, Math.round(microseconds() - start))
  const perform = performanceOf(inspection.verdict, entrance)
  const relays = perform === 'relay' || perform === 'quarantine'
  const first = inspection.originators?.readings.find((reading) => reading.field === 'from')
  return {
    id,
    verdict: inspection.verdict,
    perform,
    add: relays ? verdictFields(inspection.verdict, id) : [],
    remove: relays ? forgedFields(section) : [],
    reply: perform === 'reject' ? refusal(id) : perform === 'defer' ? deferral(id) : null,
    fromName: first === undefined || first.name === '' ? null : first.name,
    fromAddress: first?.address ?? null,
    messageId: attempt(() => readMessageId(section)) ?? null,
    directoryAge: attempt(() => directoryAge(options.context, now)) ?? null,
    judgeTime,
  }
}

function judge(section: HeaderSection, options: DecideOptions): Inspection {
  const { context, id } = options
  if (context === null) return unread(options.onUnchecked ?? 'tag', 'no-directory')
  const { policy } = context
  const onFailure = (error: unknown): void => options.onFailure(error, id)
  const work = (): Inspection =>
    inspectSafely(section, context, { now: options.now, limits: options.limits ?? {}, onFailure })
  const inspection = options.guard === undefined ? work() : guarded(options.guard, work, policy, onFailure)
  attempt(() => options.onInspection?.(inspection, id, policy))
  return inspection
}

function guarded(
  guard: NonNullable<DecideOptions['guard']>,
  work: () => Inspection,
  policy: Policy,
  onFailure: (error: unknown) => void,
): Inspection {
  try {
    return guard(work) ?? unread(policy.rules.onUnchecked, 'too-costly')
  } catch (error) {
    attempt(() => onFailure(error))
    return unread(policy.rules.onUnchecked, 'judgement-failed')
  }
}

/** `inspect` that never throws: what goes wrong in it becomes `unchecked; reason=judgement-failed`, never clean. */
export function inspectSafely(
  section: HeaderSection,
  context: JudgementContext,
  options: {
    readonly now: number
    readonly limits: Partial<InspectLimits>
    readonly onFailure: (error: unknown) => void
  },
): Inspection {
  try {
    return inspect(section, context, options.now, options.limits)
  } catch (error) {
    attempt(() => options.onFailure(error))
    return unread(context.policy.rules.onUnchecked, 'judgement-failed')
  }
}

function performanceOf(verdict: Verdict, entrance: Entrance): Performance {
  switch (verdict.state) {
    case 'clean':
      return 'relay'
    case 'unchecked':
      return uncheckedActions[verdict.action].perform
    case 'detected':
      return actions[verdict.action].perform[entrance]
  }
}

/** Seconds since the oldest directory's last sync that succeeded. */
function directoryAge(context: JudgementContext | null, now: number): number | null {
  let oldest = Infinity
  for (const { lastSync } of context?.lookup.directories() ?? [])
    if (lastSync !== null) oldest = Math.min(oldest, lastSync)
  return oldest === Infinity ? null : Math.max(0, Math.round((now - oldest) / 1000))
}

/** What stands beside the judgement (log fields) must not fail it. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
