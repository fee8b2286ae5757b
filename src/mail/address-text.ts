/**
 * Addresses that stand in a name: `Jane Roe <jane@corp.example>` in quotes, or nothing but the address.
 */

/** Addresses taken from one name. */
const maxFound = 4
/** Longer names are looked at from both ends: what a program shows of them holds no more. */
const maxText = 4096

/** Signs of an address: an `@`, a character that looks like one, or the word for it. */
const sign = /[@\uff20\ufe6b]|[([{] ?at ?[)\]}]| at /i

/** Whether a name may hold an address; cheap, and never wrongly false. */
export function mayHoldAddress(name: string): boolean {
  return sign.test(name)
}

/**
 * @param name decoded
 * @returns the addresses in their order, compatibility forms, invisible characters and a written "at" resolved, and the name
 * without them ('' if nothing but an address stands there). Linear in time.
 */
export function addressesIn(name: string): { found: string[]; rest: string } {
  if (!mayHoldAddress(name)) return { found: [], rest: name }
  const ends = bothEnds(name)
  const folded = /[^\0-\x7f]/.test(ends) ? withoutForms(ends) : ends
  const tight = withWrittenAt(folded.replace(/\s+/g, ' '))
    .replace(/ ?[([{] ?at ?[)\]}] ?/gi, '@')
    .replace(/ ?@ ?/g, '@')
  const found: string[] = []
  const rest: string[] = []
  for (const word of tight.split(/[\s<>()[\]{}"',;:|]+/)) {
    const at = word.indexOf('@')
    if (at > 0 && at < word.length - 1) {
      const address = word.replace(/\.{1,9}$/, '')
      if (found.length < maxFound && !found.includes(address)) found.push(address)
    } else if (word !== '') rest.push(word)
  }
  return found.length === 0 ? { found, rest: name } : { found, rest: rest.join(' ') }
}

/** Compatibility forms as what they stand for, invisible characters gone. Cut once more, as it makes up to six characters of one. */
function withoutForms(text: string): string {
  const plain = text.replace(blessings, ' ').normalize('NFKC')
  return bothEnds(plain.replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]+/gu, ''))
}

/** Signs that NFKC would write out in eighteen letters; no address has them. */
const blessings = /[\ufdfa\ufdfb]+/g

/** `jane at corp.example` as a whole is an address; in a longer text "at" is a word. */
function withWrittenAt(text: string): string {
  const [local = '', at = '', domain = '', ...others] = text.split(' ', 4)
  if (others.length > 0 || at.toLowerCase() !== 'at' || local === '') return text
  const dot = domain.indexOf('.', 1)
  return dot > 0 && dot < domain.length - 1 ? `${local}@${domain}` : text
}

function bothEnds(text: string): string {
  return text.length <= maxText ? text : `${text.slice(0, maxText / 2)} ${text.slice(-maxText / 2)}`
}
