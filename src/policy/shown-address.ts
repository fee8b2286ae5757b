/**
 * Addresses that stand in the text shown as a name: `"jane.roe@corp.example" <x@evil.example>`. Read from what a person
 * sees, so full-width letters, invisible characters, spaces around the signs and `(at)` make no difference.
 */

/** Addresses looked for in one shown text. */
const maxAddresses = 8
/** Longer texts are read at both ends. */
const maxText = 1024
/** Characters of a local-part; RFC 5321 section 4.5.3.1.1 ends it at 64 octets. */
const maxLocalPart = 128

const invisible = /[\p{Cf}\p{Cc}\u034f\u115f\u1160\u17b4\u17b5\u3164\ufe00-\ufe0f\uffa0]/gu
const blessings = /[\ufdfa\ufdfb]+/g
const atSigns = / ?(?:@|[[({<] ?(?:at|@) ?[\])}>]| (?:at|AT|At) ) ?/g
const dots = / ?(?:[.\u3002\uff61]|[[({] ?(?:dot|\.) ?[\])}]| (?:dot|DOT) ) ?/g
const localCharacter = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]$/u
const domain = /[\p{L}\p{M}\p{N}-]+(?:\.[\p{L}\p{M}\p{N}-]+)+/uy

/** The addresses shown in a text, as written there but for spacing and full-width forms; at most eight. Linear in time. */
export function shownAddresses(text: string): string[] {
  if (!mayShowAddress(text)) return []
  // Cut once more behind NFKC: it makes up to six characters of one, but of the blessings eighteen.
  const whole = bothEnds(text)
    .replace(blessings, ' ')
    .replace(/%(?:25)?40/g, '@')
  const folded = bothEnds(whole.normalize('NFKC').replace(invisible, ''))
  const plain = folded.replace(/\s+/gu, ' ')
  const found = new Set<string>()
  // The sentence as it stands, then with spaces around dots and at-signs closed: "jane . roe @ corp . example".
  const tight = plain.replace(atSigns, '@')
  for (const form of new Set([plain, tight, tight.replace(dots, '.')])) {
    for (const address of addressesOf(form)) {
      found.add(address)
      if (found.size >= maxAddresses) return [...found]
    }
  }
  return [...found]
}

/** Letters of one: most names hold none of them. */
const mayBeAtSign = /[@\uff20\ufe6b]|at|40/i
/** An at-sign in some form: without it there is nothing to look for. */
const atSign = /[@\uff20\ufe6b]|%(?:25)?40|\bat\b/iu

/** Whether a text may show an address; cheap, and never wrongly false. */
export function mayShowAddress(text: string): boolean {
  return mayBeAtSign.test(text) && atSign.test(text)
}

/** Addresses of a text, read from each at-sign outwards. */
function addressesOf(text: string): string[] {
  const found: string[] = []
  let read = 0
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const start = localPartStart(text, read, at)
    if (start === at) continue
    domain.lastIndex = at + 1
    if (!domain.test(text)) continue
    read = domain.lastIndex
    found.push(withoutMarks(text.slice(start, read)))
  }
  return found
}

/** Where the characters of a local-part begin that end at the at-sign. */
function localPartStart(text: string, from: number, at: number): number {
  let start = at
  while (start > from && at - start < maxLocalPart) {
    const low = text.charCodeAt(start - 1)
    const before = low >= 0xdc00 && low <= 0xdfff && start - 2 >= from ? start - 2 : start - 1
    if (!localCharacter.test(text.slice(before, start))) break
    start = before
  }
  return start
}

/** Without the full stops and quotes that stand around it. */
function withoutMarks(address: string): string {
  let start = 0
  let end = address.length
  while (start < end && ".'`".includes(address.charAt(start))) start++
  while (end > start && ".'`".includes(address.charAt(end - 1))) end--
  return address.slice(start, end)
}

function bothEnds(text: string): string {
  if (text.length <= maxText) return text
  const half = maxText / 2
  return `${text.slice(0, half)} ${text.slice(-half)}`
}
