/** AUTH PLAIN and LOGIN to a next hop (RFC 4954, RFC 4616), as a list of lines to send, one for each reply. */

export interface HopLogin {
  /** Each line with the code that the next hop must answer it with. */
  readonly steps: readonly { readonly line: string; readonly wants: number }[]
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')

/** The dialogue for the mechanisms that the next hop offers; null if it offers neither. */
export function loginSteps(offered: string, user: string, password: string): HopLogin | null {
  const mechanisms = offered.toUpperCase().split(/[\s,]+/)
  if (mechanisms.includes('PLAIN')) {
    return { steps: [{ line: `AUTH PLAIN ${base64(`\0${user}\0${password}`)}`, wants: 235 }] }
  }
  if (!mechanisms.includes('LOGIN')) return null
  return {
    steps: [
      { line: 'AUTH LOGIN', wants: 334 },
      { line: base64(user), wants: 334 },
      { line: base64(password), wants: 235 },
    ],
  }
}
