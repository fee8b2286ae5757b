/** Foreign text on an operator's terminal: shown harmless, cut to size, aligned. */

/** Control, direction and other invisible characters that could change what a terminal or a reader shows. */
const harmful = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u3164\ufe00-\ufe0f\uffa0]/gu

/** The text with each harmful character written as its number, such as `<U+202E>`. */
export function printable(text: string): string {
  return text.replace(harmful, (c) => `<U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`)
}

/** One JSON value on one line, its harmful characters as escapes; what a parser reads from it is unchanged. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(harmful, (c) =>
    Array.from({ length: c.length }, (_, i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  )
}

/** What was thrown, in its own words. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** `1 person`, `2 people`. */
export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}

const zeroWidth = /\p{M}/u
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** Columns that a text takes on a terminal. */
export function width(text: string): number {
  let columns = 0
  for (const character of text) columns += zeroWidth.test(character) ? 0 : wide.test(character) ? 2 : 1
  return columns
}

/** The text cut to a number of columns, with `…` where something is gone. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text
  let kept = ''
  let used = 0
  for (const character of text) {
    used += width(character)
    if (used > columns - 1) break
    kept += character
  }
  return `${kept}…`
}

/**
 * Rows as aligned columns, two spaces between them. The last column is as long as it is.
 * @param limits widest allowed width of each column but the last
 */
export function table(rows: readonly (readonly string[])[], limits: readonly number[]): string[] {
  const widths = limits.map((limit, i) => Math.min(limit, Math.max(0, ...rows.map((row) => width(row[i] ?? '')))))
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const columns = widths[i]
        if (columns === undefined || i === row.length - 1) return cell
        const shown = cut(cell, columns)
        return shown + ' '.repeat(columns - width(shown))
      })
      .join('  ')
      .trimEnd(),
  )
}

/** Narrowest that a column is made to fit a terminal. */
const narrowest = 12

/**
 * Rows as aligned columns that fit a terminal: the widest columns are cut first. Without a terminal nothing is cut.
 * @param columns of the terminal; null for a pipe or a file
 */
export function fittedTable(rows: readonly (readonly string[])[], columns: number | null): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, i) => Math.max(0, ...rows.map((row) => width(row[i] ?? ''))))
  if (columns === null) return table(rows, widths)
  let over = widths.reduce((sum, one) => sum + one, 0) + 2 * (count - 1) - columns
  while (over > 0) {
    const widest = Math.max(...widths)
    if (widest <= narrowest) break
    const next = Math.max(narrowest, ...widths.filter((one) => one < widest))
    const wide = widths.filter((one) => one === widest).length
    const less = Math.max(1, Math.min(widest - next, Math.ceil(over / wide)))
    for (const [i, one] of widths.entries()) if (one === widest) widths[i] = one - less
    over -= less * wide
  }
  return table(
    rows.map((row) => row.map((cell, i) => cut(cell, widths[i] ?? 0))),
    widths,
  )
}

/** Text or a value from a file, quoted, escaped and cut at 80 characters; user and password of a URL are left out. */
export function quote(value: unknown): string {
  const json = typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value))
  const safe = json
    .replace(/\/\/[^\s/"@]*@/g, '//…@')
    .replace(
      /[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  return safe.length <= 80 ? safe : `${safe.slice(0, 79)}…`
}
