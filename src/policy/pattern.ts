/**
 * Addresses as operators write them in the protection file: an address, a domain, or a `/regular expression/` over the
 * whole canonical address. Regular expressions are RE2's (linear time), so no rule can make a message slow.
 */

import { RE2JS } from 're2js'

/** Whether the text is written as a regular expression: between slashes. */
export function isPattern(text: string): boolean {
  return patternSource(text) !== null
}

/** What is wrong with a text that begins as a `/regular expression/`, in RE2's words; null if it is sound. */
export function patternFault(text: string): string | null {
  const source = patternSource(text)
  if (source === null) return 'a regular expression ends with a slash too'
  try {
    // Without the flag for case, which RE2 would quote as a part of what the operator wrote.
    RE2JS.compile(source)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/**
 * A test over canonical addresses made from a `/regular expression/`. It must match the whole address; case does not
 * matter. An invalid one matches nothing: `config/` refuses it before it comes here.
 */
export function compilePattern(text: string): (address: string) => boolean {
  const source = patternSource(text)
  if (source === null || patternFault(text) !== null) return () => false
  const compiled = RE2JS.compile(source, RE2JS.CASE_INSENSITIVE)
  return (address) => compiled.matches(address)
}

function patternSource(text: string): string | null {
  return /^\/(.+)\/$/s.exec(text.trim())?.[1] ?? null
}
