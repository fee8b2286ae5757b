/** The spellings in a directory's text, without what decorates them. */

import { cleanText } from '../text/normalise.ts'
import { classes, decoration } from '../tables/tables.ts'
import type { NameTables } from '../tables/tables.ts'
import { gaps, tokenise } from '../text/tokens.ts'
import type { Token } from '../text/tokens.ts'

/** The words of a given name or surname as the directory has it, without titles if anything else is there. */
export function meaningful(text: string | null, tables: NameTables): readonly Token[] {
  if (text === null) return []
  const tokens = [...tokenise(cleanText(text).text)].filter((t) => !t.bracketed && !t.numeric && !t.joins)
  const kept = tokens.filter((t) => !isTitle(t, tables))
  return kept.length > 0 ? kept : tokens
}

function isTitle(token: Token, tables: NameTables): boolean {
  const bits = tables.classOf(token.base)
  return (bits & (classes.title | classes.suffix)) !== 0 && !tables.isName(token.base)
}

/** The spellings that the words of one text hold: one for each alphabet, without brackets and decoration. */
export function spellingsOf(
  tokens: readonly Token[],
  tables: NameTables,
  given: readonly Token[],
  surname: readonly Token[],
): readonly (readonly Token[])[] {
  const outside = tokens.filter((t) => !t.bracketed)
  const inside = tokens.filter((t) => t.bracketed)
  const main = chooseSegment(outside.length > 0 ? outside : inside, tables, [...given, ...surname])
  const found: (readonly Token[])[] = []
  for (const run of runsOfScript(main)) {
    const role = given.length === 0 && surname.length === 0 && isGeneric(run, tables)
    const bare = role ? run : stripDecoration(run, tables, [...given, ...surname])
    // Mail Admin guards itself, not the word Admin; a person of one name is known by it (Dr. Suharto).
    if (bare.length > 0) found.push(bare.length === 1 && isGeneric(run, tables) ? run : bare)
  }
  // (陈玉兰) beside a Latin name is a spelling too; (Legal) is not.
  for (const run of outside.length > 0 ? runsOfScript(inside) : []) {
    if (run[0]?.script !== main[0]?.script) found.push(run)
  }
  return found
}

/** Of segments parted by bars the one that holds the person's known names, else the first that is not all decoration. */
function chooseSegment(tokens: readonly Token[], tables: NameTables, known: readonly Token[]): readonly Token[] {
  const segments: Token[][] = []
  for (const token of tokens) {
    if (token.gap === gaps.bar || segments.length === 0) segments.push([token])
    else segments.at(-1)?.push(token)
  }
  const bases = new Set(known.map((t) => t.base))
  const score = (segment: readonly Token[]): number =>
    segment.filter((t) => bases.has(t.base)).length * 10 +
    (segment.some((t) => !t.numeric && (tables.classOf(t.base) & decoration) === 0) ? 1 : 0)
  let best = segments[0] ?? []
  for (const segment of segments) if (score(segment) > score(best)) best = segment
  return best
}

/** Chen Yulan 陈玉兰: two spellings in one text. */
function runsOfScript(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const runs: Token[][] = []
  for (const token of tokens) {
    const last = runs.at(-1)
    if (last !== undefined && isLatin(last[0]) === isLatin(token)) last.push(token)
    else runs.push([token])
  }
  // Where an alphabet comes back, the words belong together after all.
  return runs.length > 2 ? [tokens] : runs
}

function isLatin(token: Token | undefined): boolean {
  return token?.script === 'latin'
}

/** Takes titles, degrees, roles and notes off both ends as long as a name remains; after a comma all that is decoration. */
function stripDecoration(tokens: readonly Token[], tables: NameTables, known: readonly Token[]): readonly Token[] {
  let from = 0
  let to = tokens.length
  const decorates = (t: Token | undefined): boolean =>
    t !== undefined &&
    (t.numeric || (tables.classOf(t.base) & decoration) !== 0) &&
    !known.some(({ base }) => base === t.base)
  const comma = tokens.findIndex((t, i) => i > 0 && t.gap === gaps.comma)
  if (comma > 0 && tokens.slice(comma).every(decorates)) to = comma
  const second = tokens.findIndex((t, i) => i > comma && comma > 0 && t.gap === gaps.comma)
  if (second > 0 && second < to) to = second
  if (to === tokens.length && !tokens.every(decorates)) {
    while (to - from > 2 && decorates(tokens[to - 1]) && isAffix(tokens[to - 1], tables)) to--
  }
  while (to - from > 1 && decorates(tokens[from]) && isAffix(tokens[from], tables)) from++
  return tokens.slice(from, to)
}

/** A word that decorates and that is no common name, or has a dot: titles are cut, but not Dean from Dean Moss. */
function isAffix(token: Token | undefined, tables: NameTables): boolean {
  if (token === undefined) return false
  return token.numeric || token.dotted || !tables.isName(token.base)
}

/** Words of which one is of no person: a role, a department, an organisation. */
export function isGeneric(tokens: readonly Token[], tables: NameTables): boolean {
  const bits = classes.generic | classes.department | classes.role | classes.organisation | classes.note
  return tokens.some((t) => (tables.classOf(t.base) & bits) !== 0 && !tables.isName(t.base))
}
