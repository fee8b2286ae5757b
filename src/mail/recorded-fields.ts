/** Fields that a message's record shows and nothing is judged by: Message-ID and Subject. */

import type { HeaderSection } from '../model.ts'
import { decodeRaw } from './charset.ts'
import { decodeEncodedWords } from './encoded-words.ts'
import { fieldBodyOctets, fieldsNamed } from './section.ts'

/** Characters of a field that are kept; RFC 5322 section 2.1.1 has 998 for a line. */
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

/** The first Subject field (RFC 5322 section 3.6.5), unfolded and decoded in the likeliest way; null if there is none. */
export function readSubject(section: HeaderSection): string | null {
  const [index] = fieldsNamed(section, 'subject')
  if (index === undefined) return null
  const [text = ''] = decodeRaw(fieldBodyOctets(section, index).subarray(0, 4 * maxLength), [])
  const [decoded = ''] = decodeEncodedWords(text.replace(/\r?\n(?=[ \t])/g, '').trim()).texts
  return decoded.slice(0, maxLength)
}
