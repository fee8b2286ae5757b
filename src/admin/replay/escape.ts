/** Foreign text made harmless for HTML. */

import { printable } from '../../text.ts'

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Foreign text for HTML, as content or in a quoted attribute; what is invisible or turns text round stands as its number. */
export function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
