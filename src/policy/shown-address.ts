/**
 * Addresses that stand in the text shown as a name: `"jane.roe@corp.example" <x@evil.example>`. Read from what a person
 * sees, so full-width letters, invisible characters, spaces around the signs and `(at)` make no difference.
 */

/** Addresses looked for in one shown text. */
const addressLimit = 8
/** Longer texts are read at both ends. */
const textLimit = 1024

const invisible = /[\p{Cf}\p{Cc}\u034f\u115f\u1160\u17b4\u17b5\u3164\ufe00-\ufe0f\uffa0]/gu
const atSigns = /\s*(?:@|[[({<]\s*(?:at|@)\s*[\])}>]|\s(?:at|AT|At)\s)\s*/gu
const dots = /\s*(?:[.\u3002\uff61]|[[({]\s*(?:dot|\.)\s*[\])}]|\s(?:dot|DOT)\s)\s*/gu
const address = /[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]+@[\p{L}\p{M}\p{N}-]+(?:\.[\p{L}\p{M}\p{N}-]+)+/gu

/** The addresses shown in a text, as written there but for spacing and full-width forms; at most eight. */
export function shownAddresses(text: string): string[] {
  if (!mayHoldAddress.test(text)) return []
  const plain = bothEnds(text).normalize('NFKC').replace(invisible, '')
  const found = new Set<string>()
  // The sentence as it stands, then with spaces around dots and at-signs closed: "jane . roe @ corp . example".
  for (const form of [plain, plain.replace(atSigns, '@'), plain.replace(atSigns, '@').replace(dots, '.')]) {
    for (const match of form.matchAll(address)) {
      found.add(match[0].replace(/^[.'`]+|[.'`]+$/g, ''))
      if (found.size >= addressLimit) return [...found]
    }
  }
  return [...found]
}

/** An at-sign in some form and a dot in some form: without them there is nothing to look for. */
const mayHoldAddress = /[@\uff20\ufe6b]|\bat\b/iu

function bothEnds(text: string): string {
  if (text.length <= textLimit) return text
  const half = textLimit / 2
  return `${text.slice(0, half)} ${text.slice(-half)}`
}
