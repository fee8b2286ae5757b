/** The Message-ID field. */

import type { HeaderSection } from '../model.ts'
import { fieldBodyOctets, fieldsNamed } from './section.ts'

/** RFC 5322 section 2.1.1: no line is longer. */
const maxLength = 998

/**
 * The message's id (RFC 5322 section 3.6.4) as the first Message-ID field has it, brackets included, unfolded and without
 * controls, for the log. Null if there is none.
 */
export function readMessageId(section: HeaderSection): string | null {
  const [index] = fieldsNamed(section, 'message-id')
  if (index === undefined) return null
  const text = fieldText(section, index)
  return text === '' ? null : text
}

/** A field's body as one line of text: unfolded, octets that are no printable ASCII as `?`, cut at 998 characters. */
export function fieldText(section: HeaderSection, index: number): string {
  return fieldBodyOctets(section, index)
    .subarray(0, 4 * maxLength)
    .toString('latin1')
    .replace(/[ \t\r\n]+/g, ' ')
    .replace(/[^\x20-\x7e]/g, '?')
    .trim()
    .slice(0, maxLength)
}
