/** How one From field would be judged, step by step. */

import { parseHeaderSection } from '../mail/section.ts'
import type { Explanation as Readings } from '../model.ts'
import { explanationOf } from '../policy/evidence.ts'
import { explain } from '../policy/explain.ts'
import { inspectSafely } from '../policy/decide.ts'
import { outcomeOf } from './replay/outcome.ts'
import type { Outcome } from './replay/outcome.ts'
import type { JudgedBy } from './replay/people.ts'

interface ExplainedFrom {
  readonly outcome: Outcome
  /** The judgement in words, a line a step. */
  readonly steps: readonly string[]
}

/**
 * Judges one From field given as text, such as `"Jane Roe" <jane.roe77@mail.example>`; a name of the field before it is
 * passed over. Line ends in it are read as folding. Never throws.
 * @param now milliseconds since the epoch
 */
export function explainFrom(
  text: string,
  { policy, context }: JudgedBy,
  fromOctets: number,
  now: number,
): ExplainedFrom {
  const section = parseHeaderSection(sectionOfFrom(text))
  const options = { now, limits: { fromOctets }, onFailure: () => undefined }
  const inspection = inspectSafely(section, context(), options)
  return { outcome: outcomeOf(inspection.verdict), steps: explain(inspection, policy) }
}

/** A judgement with its readings as data. */
export interface JudgedField extends ExplainedFrom {
  /** The directory of the person found. */
  readonly directory: string | null
  readonly readings: Readings
}

/**
 * Judges a header section, or one From field with or without its name, as mail is. Nothing is kept of it. Never throws.
 * @param now milliseconds since the epoch
 */
export function judgeOctets(
  octets: Buffer,
  { policy, context }: JudgedBy,
  fromOctets: number,
  now: number,
): JudgedField {
  const section = parseHeaderSection(octets)
  const inspection = inspectSafely(section, context(), {
    now,
    limits: { fromOctets },
    onFailure: () => undefined,
  })
  const { verdict } = inspection
  return {
    outcome: outcomeOf(verdict),
    directory: verdict.state === 'detected' ? verdict.person.directory : null,
    readings: explanationOf(inspection, policy),
    steps: explain(inspection, policy),
  }
}

/**
 * A From field as a person types it, with or without its name, as the octets of a header section.
 * @param replyTo a Reply-To field beside it, typed alike; null: none
 */
export function sectionOfFrom(text: string, replyTo: string | null = null): Buffer {
  const bodyOf = (typed: string): string => typed.replace(/(?:\r\n?|\n)[ \t]*/g, '\r\n ').trim()
  const from = `From: ${bodyOf(text.replace(/^\s*from\s*:/i, ''))}\r\n`
  const beside = replyTo === null ? '' : `Reply-To: ${bodyOf(replyTo.replace(/^\s*reply-to\s*:/i, ''))}\r\n`
  return Buffer.from(`${from}${beside}\r\n`)
}
