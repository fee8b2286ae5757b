/** Names and addresses gathered for one entry. */

import type { ReadingPart } from '../model.ts'
import { unescape } from './delimiters.ts'

/** Addresses and names taken from one entry of an address-list at most. */
const maxAddresses = 8
const maxNames = 24
/** An addr-spec is cut here; RFC 5321 section 4.5.3.1 ends it at 254 octets. */
const maxAddressLength = 1000

export interface ShownPart {
  readonly part: ReadingPart
  /** Still encoded. */
  readonly text: string
}

/** Gathers what one entry of an address-list may show: each name and address once, the likeliest first, a bounded number. */
export class Shown {
  readonly names: ShownPart[] = []
  readonly addresses: string[] = []

  addName(part: ReadingPart, text: string): void {
    const shown = text.trim()
    if (shown === '' || this.names.length >= maxNames) return
    if (!this.names.some((name) => name.text === shown)) this.names.push({ part, text: shown })
  }

  addAddress(address: string): void {
    const cut = address.slice(0, maxAddressLength)
    if (this.addresses.length < maxAddresses && !this.addresses.includes(cut)) this.addresses.push(cut)
  }

  /**
   * Adds the texts of a comment: as it stands, and if comments are nested in it (RFC 5322 section 3.2.2) those and the
   * rest by themselves.
   */
  addComment(content: string): void {
    for (const text of commentTexts(content)) this.addName('comment', text)
  }
}

function commentTexts(content: string): string[] {
  if (!content.includes('(')) return [unescape(content)]
  const levels: string[] = []
  const open: string[] = ['']
  for (let at = 0; at < content.length && levels.length < maxNames; at++) {
    const character = content.charAt(at)
    const top = open.length - 1
    if (character === '(' && open.length < 1000) open.push('')
    else if (character === ')' && top > 0) levels.push(open.pop() ?? '')
    else open[top] = `${open[top] ?? ''}${character === '\\' ? content.charAt(++at) : character}`
  }
  return [unescape(content), ...open.reverse(), ...levels]
}
