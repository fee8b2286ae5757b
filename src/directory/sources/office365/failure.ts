/** Errors that leave this folder, without secrets. */

import { NamesakeError } from '../../../errors.ts'

/**
 * The errors that leave this folder. None has a foreign `cause`: errors of the two libraries carry request bodies and
 * addresses, and those hold secrets, assertions and delta tokens.
 */
type ProviderCode = 'provider-auth' | 'provider-throttled' | 'provider-unavailable' | 'provider-malformed'

/** A failed exchange with Entra or Graph, in words that an operator can act on. */
export class ProviderError extends NamesakeError {
  /** Milliseconds since the epoch before which the service doesn't want to be asked again; null if it didn't say. */
  readonly notBefore: number | null

  constructor(code: ProviderCode, message: string, notBefore: number | null = null) {
    super(code, message)
    this.name = 'ProviderError'
    this.notBefore = notBefore
  }
}

/** Words as long as this, of the alphabet tokens are written in, are not shown: a GUID (36) stays readable. */
const tokenLike = /[A-Za-z0-9_\-+/=~.]{37,}/g

/**
 * Foreign text made fit for a log line: one line, control characters out, queries of addresses and token-like words
 * replaced, cut at 160 characters, in quotes.
 */
export function quoted(text: string): string {
  const line = text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .replace(/\?[^\s"']*/g, '?…')
    .replace(tokenLike, '…')
    .trim()
  return `"${line.length > 160 ? `${line.slice(0, 159)}…` : line}"`
}

/** An address without what may be secret: scheme, host and path; no query, no user name. */
export function publicAddress(address: string): string {
  if (!URL.canParse(address)) return 'an address that is not one'
  const url = new URL(address)
  return `${url.protocol}//${url.host}${url.pathname}`
}
