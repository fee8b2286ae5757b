/**
 * Addr-specs (RFC 5322 section 3.4.1) in the one spelling in which Namesake compares and stores them.
 */

import { domainToASCII, domainToUnicode } from 'node:url'

/** A dot-atom of RFC 5322 section 3.2.3, with the characters above ASCII that RFC 6532 adds. */
const dotAtom =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+)*$/u

const plainAddress = /^[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@[a-z0-9-]+(?:\.[a-z0-9-]+)*$/

/**
 * The canonical spelling of an addr-spec: trimmed, lower case in the local-part and the domain, the domain without a
 * trailing dot and in ASCII (A-labels, RFC 5890), a quoted local-part without quotes where none are needed.
 * What is no addr-spec comes back trimmed and in lower case. Idempotent; never throws.
 *
 * @param addrSpec as written, comments and folds already taken out
 */
export function canonicalAddress(addrSpec: string): string {
  if (plainAddress.test(addrSpec)) return addrSpec
  const trimmed = addrSpec.trim().normalize('NFC').toLowerCase().normalize('NFC')
  // A domain-literal ends in its bracket; what trails behind it must not hide that.
  const at = domainAt(withoutTrail(trimmed))
  if (at < 0) return trimmed
  return `${canonicalLocalPart(trimmed.slice(0, at).trim())}@${canonicalDomain(trimmed.slice(at + 1))}`
}

/**
 * An addr-spec as it counts where an address excuses something: as written but for ASCII case, a domain of U-labels as A-labels
 * (RFC 5890 section 2.3.2.1). What `canonicalAddress` folds beyond that nobody's program writes: full-width or mathematical
 * letters, invisible characters, a full stop at the end. (The quotes of a quoted-string are no part of it, RFC 5322 section 3.2.4.)
 *
 * @param addrSpec as written, comments and folds already taken out
 * @returns an address to compare with canonical ones; null if the domain is written in no usual form
 */
export function writtenAddress(addrSpec: string): string | null {
  if (plainAddress.test(addrSpec)) return addrSpec
  const lower = trimBlanks(addrSpec).replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
  const at = domainAt(lower)
  if (at < 0) return lower
  const local = canonicalLocalPart(lower.slice(0, at))
  const domain = lower.slice(at + 1)
  if (!/[^\0-\x7f]/.test(domain)) return `${local}@${domain}`
  const ascii = canonicalDomain(domain)
  return domainToUnicode(ascii) === domain ? `${local}@${ascii}` : null
}

/** A text without the white space of the syntax (RFC 5322 section 2.2.2) at its ends; `trim` takes more, which no address may hold. */
export function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && ' \t\r\n'.includes(text.charAt(start))) start++
  while (end > start && ' \t\r\n'.includes(text.charAt(end - 1))) end--
  return text.slice(start, end)
}

/**
 * An address without the tag that its owner may add to the local-part: `jane+shop@corp.example` gives `jane@corp.example`.
 *
 * @param canonical as `canonicalAddress` gives it
 */
export function withoutTag(canonical: string): string {
  const at = domainAt(canonical)
  const plus = canonical.indexOf('+')
  if (plus < 1 || at < 0 || plus > at || canonical.startsWith('"')) return canonical
  return canonical.slice(0, plus) + canonical.slice(at)
}

/** The domain of a canonical address, '' if it has none. */
export function domainOf(canonical: string): string {
  const at = domainAt(canonical)
  return at < 0 ? '' : canonical.slice(at + 1)
}

/** The local-part of a canonical address as it stands, quotes included; the whole text if there is no `@`. */
export function localPartOf(canonical: string): string {
  const at = domainAt(canonical)
  return at < 0 ? canonical : canonical.slice(0, at)
}

/**
 * The canonical spelling of a domain: lower case, no trailing dot, labels beyond ASCII as A-labels. A domain that can't be
 * converted stays as it is, in lower case.
 */
export function canonicalDomain(domain: string): string {
  // UTS #46 maps these full stops to the ASCII one.
  const text = withoutTrail(domain.replace(/[\u3002\uff0e\uff61]/g, '.'))
    .trimStart()
    .toLowerCase()
  if (text.startsWith('[') || !/[^\0-\x7f]/.test(text)) return text
  // Percent signs and delimiters would mean something to the URL parser below.
  const ascii = /[%/?#@:[\]\\\s]/.test(text) ? '' : domainToASCII(text)
  return withoutTrail(ascii === '' ? text.normalize('NFC') : ascii)
}

/** Without the dots and white space at the end, in whatever order: a second pass finds nothing left. */
function withoutTrail(text: string): string {
  let end = text.length
  while (end > 0 && (text[end - 1] === '.' || text.slice(end - 1, end).trim() === '')) end--
  return text.slice(0, end)
}

/** Removes the quotes of a quoted local-part if what they hold is a dot-atom, else writes it with the fewest escapes. */
function canonicalLocalPart(local: string): string {
  if (!/^"[^]*"$/.test(local) || local.length < 2) return local
  const content = local.slice(1, -1).replace(/\\([^])/g, '$1')
  return dotAtom.test(content) && !/\s/.test(content) ? content : `"${content.replace(/["\\]/g, '\\$&')}"`
}

/** The `@` that splits domain from local-part: the last one, but before a domain-literal, whose text may hold one. */
function domainAt(address: string): number {
  if (address.endsWith(']')) {
    const literal = address.lastIndexOf('@[')
    if (literal >= 0) return literal
  }
  return address.lastIndexOf('@')
}
