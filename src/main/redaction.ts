/** Log fields that go with a redacted one. */

import type { Redaction } from '../config/types.ts'

/** Further log fields in which the same thing stands in other words. */
const alsoIn: Partial<Record<Redaction, readonly string[]>> = {
  client: ['peer', 'clientName'],
  fromName: ['reason', 'steps'],
  fromAddress: ['reason', 'steps'],
  person: ['steps'],
}

/** The log fields that the configuration wants hidden, and those that would tell the same. */
export function redactedFields(chosen: readonly Redaction[]): readonly string[] {
  return [...new Set(chosen.flatMap((field) => [field, ...(alsoIn[field] ?? [])]))]
}
