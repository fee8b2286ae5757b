/** What stands around a name. */

import { classes, decoration } from '../tables/tables.ts'
import type { NameTables } from '../tables/tables.ts'
import { gaps } from '../text/tokens.ts'
import type { Token } from '../text/tokens.ts'

/**
 * Judges what stands around a name found at words `start` up to `end`: what was set beside it (notes on each piece),
 * or null if with it the words show something other than the person (Jane Roe Foundation, Mary Jane Roe, Roe & Sons).
 * `strict` is for names of one word and roles: only known decoration, set off by a mark, leaves them what they are.
 */
export function judgeRest(
  tokens: readonly Token[],
  start: number,
  end: number,
  tables: NameTables,
  strict: boolean,
): string[] | null {
  const last = tokens[end - 1]
  if (last?.possessive === true) return null
  const left = strict ? strictLeft(tokens, start, tables) : leftOf(tokens, start, tables)
  if (left === null) return null
  const right = strict ? strictRight(tokens, end, tables) : rightOf(tokens, end, tables)
  if (right === null) return null
  const notes: string[] = []
  if (start > 0) notes.push(`${quote(tokens.slice(0, start))} before the name`)
  if (end < tokens.length) notes.push(`${quote(tokens.slice(end))} after the name`)
  return notes
}

function quote(tokens: readonly Token[]): string {
  return `"${tokens.map((t) => t.raw).join(' ')}"`
}

function isDecoration(token: Token, tables: NameTables): boolean {
  return token.numeric || (tables.classOf(token.base) & decoration) !== 0
}

function leftOf(tokens: readonly Token[], start: number, tables: NameTables): true | null {
  for (let i = start - 1; i >= 0; i--) {
    const token = tokens[i]
    const gap = tokens[i + 1]?.gap ?? gaps.space
    if (token === undefined || gap >= gaps.bracket) return true
    const before = tokens[i - 1]
    if (gap === gaps.space && before !== undefined && leadsToName(before, token, tables)) return true
    // President & CEO Jane Roe
    if (isJoining(token, tables) && i < start - 1 && before !== undefined && isDecoration(before, tables)) continue
    if (token.joins || token.possessive || !isDecoration(token, tables)) return null
  }
  return true
}

/** Message from, on behalf of: what follows is who it is from. "Of" and its like only behind a word for a message. */
function leadsToName(before: Token, token: Token, tables: NameTables): boolean {
  if ((tables.classOf(token.base) & classes.from) === 0) return false
  return token.base === 'from' || before.base === 'behalf' || isDecoration(before, tables)
}

function isJoining(token: Token, tables: NameTables): boolean {
  return token.joins || (tables.classOf(token.base) & classes.conjunction) !== 0
}

function rightOf(tokens: readonly Token[], end: number, tables: NameTables): true | null {
  let inRole = false
  for (let i = end; i < tokens.length; i++) {
    const token = tokens[i]
    if (token === undefined || token.gap >= gaps.bracket) return true
    const bits = tables.classOf(token.base)
    if (token.gap === gaps.comma) return (bits & classes.organisation) !== 0 && (bits & decoration) === 0 ? null : true
    if (token.gap <= gaps.dot && isJoining(token, tables)) {
      if (i === end) return namesFollow(tokens, i + 1, tables)
      continue
    }
    if ((bits & classes.via) !== 0 && token.gap <= gaps.dot) return true
    // Behind a role any word is its field or its company: CFO Finance, CEO Acme.
    if (inRole && token.gap <= gaps.dot) return true
    if ((bits & classes.organisation) !== 0 && (bits & (classes.company | classes.suffix)) === 0) return null
    if (!isDecoration(token, tables)) return null
    inRole = (bits & (classes.role | classes.company)) !== 0 && !tables.isName(token.base)
  }
  return true
}

/** Jane Roe and John Doe: two people, of whom one is meant; & Team is hers. Jane Roe & Associates is neither. */
function namesFollow(tokens: readonly Token[], from: number, tables: NameTables): true | null {
  const next = tokens.slice(from)
  const [first, ...others] = next
  if (first !== undefined && (tables.classOf(first.base) & classes.companion) !== 0) {
    return others.every((t) => isDecoration(t, tables) || t.gap >= gaps.bracket) ? true : null
  }
  if (next.length === 0 || next.some((t) => (tables.classOf(t.base) & classes.organisation) !== 0)) return null
  return next.some((t) => tables.isName(t.base)) ? true : null
}

function strictLeft(tokens: readonly Token[], start: number, tables: NameTables): true | null {
  for (let i = start - 1; i >= 0; i--) {
    const token = tokens[i]
    if (token === undefined || !isDecoration(token, tables)) return null
    const setOff = (tokens[i + 1]?.gap ?? 0) >= gaps.comma || (tables.classOf(token.base) & classes.title) !== 0
    if (i === start - 1 && !setOff) return null
  }
  return true
}

function strictRight(tokens: readonly Token[], end: number, tables: NameTables): true | null {
  const first = tokens[end]
  if (first === undefined) return true
  const setOff = first.gap >= gaps.comma || (tables.classOf(first.base) & classes.suffix) !== 0
  return setOff && tokens.slice(end).every((t) => isDecoration(t, tables)) ? true : null
}
