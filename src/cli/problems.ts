/** What in the protection file means nobody. */

import type { LoadedProtection } from '../config/types.ts'
import type { ProtectionProblem } from '../policy/rules.ts'
import { printable } from '../text.ts'

/** Tells what in the protection file means nobody, each with its place: `file:line:column: what, and the nearest names`. */
export function tellProblems(
  err: NodeJS.WritableStream,
  protection: LoadedProtection,
  problems: readonly ProtectionProblem[],
): void {
  for (const { path, message } of problems) {
    const { file, line, column } = protection.locate(path)
    err.write(`namesake: ${file}:${line}:${column}: ${printable(message)}\n`)
  }
}
