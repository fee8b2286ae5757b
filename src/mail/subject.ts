/** The Subject field as people read it. */

import type { HeaderSection } from '../model.ts'
import { decodeRaw } from './charset.ts'
import { decodeEncodedWords } from './encoded-words.ts'
import { fieldBodyOctets, fieldsNamed } from './section.ts'

/** Characters of a subject that are kept; RFC 5322 section 2.1.1 has 998 for a line. */
const maxLength = 998

/** The first Subject field (RFC 5322 section 3.6.5), unfolded and decoded in the likeliest way; null if there is none. */
export function readSubject(section: HeaderSection): string | null {
  const [index] = fieldsNamed(section, 'subject')
  if (index === undefined) return null
  const [text = ''] = decodeRaw(fieldBodyOctets(section, index).subarray(0, 4 * maxLength), [])
  const [decoded = ''] = decodeEncodedWords(text.replace(/\r?\n(?=[ \t])/g, '').trim()).texts
  return decoded.slice(0, maxLength)
}
