/** What stands in angle brackets. */

import { unescape } from './delimiters.ts'
import { withoutScheme } from './phrase.ts'
import type { Shown } from './shown.ts'

/** Characters read in one pair of brackets. */
const maxLength = 4000

/**
 * The addresses in angle brackets: a route (RFC 5322 section 4.4) is cut off, several addresses are several, and
 * text that is none is a name too.
 */
export function readAngle(content: string, shown: Shown): void {
  const plain = content.slice(0, maxLength).trim()
  if (/^[^\s"()<>@:,]+@[^\s"()<>@:,]+$/.test(plain)) {
    shown.addAddress(plain)
    return
  }
  const { bare, comments } = withoutComments(content.slice(0, maxLength))
  for (const comment of comments) shown.addComment(comment)
  const unrouted = withoutScheme(bare.trim()).replace(/^[@,][^:"]*:/, '')
  const tight = unrouted
    .replace(/\s+/g, ' ')
    .replace(/ ?([@.]) ?/g, '$1')
    .trim()
  if (tight === '') return
  const quoted = /^("(?:[^"\\]|\\[^])*")(?:@|$)/.exec(tight)
  if (quoted !== null) {
    shown.addAddress(tight.replace(/ /g, (space, at: number) => (at < (quoted[1]?.length ?? 0) ? space : '')))
    shown.addName('local-part', unescape((quoted[1] ?? '').slice(1, -1)))
    return
  }
  const tokens = tight.split(/[ ,]+/).filter((token) => token !== '')
  const withAt = tokens.filter((token) => token.includes('@'))
  if (withAt.length === 0) {
    shown.addAddress(tight)
    shown.addName('stray-text', tight)
    return
  }
  for (const token of withAt) shown.addAddress(token)
  if (withAt.length < tokens.length) {
    shown.addName('stray-text', tokens.filter((token) => !token.includes('@')).join(' '))
  }
  // Of an address with more than one @ some programs show the first part, as if it were all.
  for (const token of withAt) {
    const [local = '', domain = '', ...rest] = token.split('@', 3)
    if (rest.length > 0 && local !== '' && domain !== '') shown.addName('address-as-name', `${local}@${domain}`)
  }
}

/** What stands outside of comments, and the comments. */
function withoutComments(content: string): { bare: string; comments: string[] } {
  if (!content.includes('(')) return { bare: content, comments: [] }
  const comments: string[] = []
  let bare = ''
  let depth = 0
  let start = 0
  let quoted = false
  for (let at = 0; at < content.length; at++) {
    const character = content.charAt(at)
    if (character === '\\') {
      if (depth === 0) bare += content.slice(at, at + 2)
      at++
    } else if (character === '"' && depth === 0) {
      quoted = !quoted
      bare += character
    } else if (character === '(' && !quoted) {
      if (depth++ === 0) start = at + 1
    } else if (character === ')' && depth > 0) {
      if (--depth === 0) comments.push(content.slice(start, at))
    } else if (depth === 0) bare += character
  }
  if (depth > 0) comments.push(content.slice(start))
  return { bare, comments }
}
