/**
 * Where quoted-strings and comments end (RFC 5322 sections 3.2.1 to 3.2.4).
 */

/** Whether a character is white space of the syntax: SP, HTAB or part of a line end. */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d
}

/** Undoes quoted-pairs (RFC 5322 section 3.2.1). */
export function unescape(text: string): string {
  return text.includes('\\') ? text.replace(/\\([^])/g, '$1') : text
}

/** Offset of the quote that ends a quoted-string whose content starts at `from`, -1 if there is none. */
export function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) return at
    if (code === 0x5c) at++
  }
  return -1
}

/** Offset of the parenthesis that closes the one at `from`, -1 if there is none. */
export function closingParenthesis(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x28) depth++
    else if (code === 0x29 && --depth === 0) return at
    else if (code === 0x5c) at++
  }
  return -1
}

/** All pairs of parentheses from an offset on, for when the first has no partner; innermost pairs first. */
export function parenthesisPairs(text: string, from: number): Map<number, number> {
  const pairs = new Map<number, number>()
  const open: number[] = []
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x28) open.push(at)
    else if (code === 0x29) {
      const start = open.pop()
      if (start !== undefined) pairs.set(start, at)
    } else if (code === 0x5c) at++
  }
  return pairs
}
