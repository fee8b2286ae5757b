/** What a YAML text may ask of a parser, counted before it is parsed. */

import { Lexer } from 'yaml'

/**
 * A few lines of YAML can ask for hours or for all memory: each alias is looked for in the whole document, and each level of
 * nesting is a level of the parser's own calls. Nobody's file has more than this.
 */
const maxAliases = 100
const maxDepth = 64

/**
 * Reads the text's tokens alone, which takes time in proportion to its length, and stops at the first that is too much.
 * Gives where that is, as an offset in the text, and what to do; null if there is nothing.
 */
export function yamlExcess(text: string): { readonly offset: number; readonly message: string } | null {
  let offset = 0
  let aliases = 0
  let brackets = 0
  /** `- - -` and `? ? ?`: levels that begin on one line. */
  let markers = 0
  let scalarNext = false
  for (const token of new Lexer().lex(text)) {
    if (token === scalarMark) {
      scalarNext = true
      continue
    }
    if (otherMarks.has(token)) continue
    if (!scalarNext) {
      if (token === '[' || token === '{') brackets++
      else if (token === ']' || token === '}') brackets--
      else if (token === '-' || token === '?') markers++
      else if (token.startsWith('*')) aliases++
      if (token.includes('\n')) markers = 0
    }
    if (aliases > maxAliases) {
      return {
        offset,
        message: `more than ${maxAliases} aliases (*name) stand in this file; fix: write the values out`,
      }
    }
    if (brackets > maxDepth || markers > maxDepth) {
      return { offset, message: `this is nested more than ${maxDepth} levels deep; fix: is a bracket not closed?` }
    }
    scalarNext = false
    offset += token.length
  }
  return null
}

// Tokens of no length that the lexer puts between others: a scalar follows, a document begins, a flow collection ended badly.
const scalarMark = '\x1f'
const otherMarks: ReadonlySet<string> = new Set(['\x02', '\x18'])
