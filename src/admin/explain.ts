/** How one From field would be judged, step by step. */

import { parseHeaderSection } from '../mail/section.ts'
import { explain } from '../policy/explain.ts'
import { inspectSafely } from '../policy/decide.ts'
import { outcomeOf } from './replay/outcome.ts'
import type { Outcome } from './replay/outcome.ts'
import type { JudgedBy } from './replay/people.ts'

interface Explanation {
  readonly outcome: Outcome
  /** The judgement in words, a line a step. */
  readonly steps: readonly string[]
}

/**
 * Judges one From field given as text, such as `"Jane Roe" <jane.roe77@mail.example>`; a name of the field before it is
 * passed over. Line ends in it are read as folding. Never throws.
 * @param now milliseconds since the epoch
 */
export function explainFrom(text: string, { policy, context }: JudgedBy, fromOctets: number, now: number): Explanation {
  const body = text.replace(/^\s*from\s*:/i, '').replace(/(?:\r\n?|\n)[ \t]*/g, '\r\n ')
  const section = parseHeaderSection(Buffer.from(`From: ${body.trim()}\r\n\r\n`))
  const options = { now, limits: { fromOctets }, onFailure: () => undefined }
  const inspection = inspectSafely(section, context(), options)
  return { outcome: outcomeOf(inspection.verdict), steps: explain(inspection, policy) }
}
