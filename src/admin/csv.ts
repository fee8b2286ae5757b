/** CSV that a spreadsheet shows and does not run. */

import { printable } from '../text.ts'

/** RFC 4180: every cell in quotes, quotes doubled, lines end with CR LF. */
export function csvLine(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => `"${harmlessCell(cell ?? '').replace(/"/g, '""')}"`).join(',')}\r\n`
}

/**
 * Text that no spreadsheet takes for a formula: an apostrophe stands before a sign that begins one, at the start and behind
 * whatever a program may take for the end of a cell. Full-width signs are taken for the plain ones by some.
 */
function harmlessCell(text: string): string {
  return printable(text).replace(/(^|[;,|"])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/gu, "$1$2'")
}
