/**
 * Addresses that stand in a name: `Jane Roe <jane@corp.example>` in quotes, or nothing but the address.
 */

/** Addresses taken from one name. */
const maxFound = 4

/** Signs of an address: an `@`, a character that looks like one, or the word for it. */
const sign = /[@\uff20\ufe6b]|[([{] ?at ?[)\]}]|^\S+ at \S+\.\S+$/i

/** Whether a name may hold an address; cheap, and never wrongly false. */
export function mayHoldAddress(name: string): boolean {
  return sign.test(name)
}

/**
 * @param name decoded
 * @returns the addresses in their order, compatibility forms, invisible characters and a written "at" resolved, and the name
 * without them ('' if nothing but an address stands there)
 */
export function addressesIn(name: string): { found: string[]; rest: string } {
  if (!mayHoldAddress(name)) return { found: [], rest: name }
  const folded = /[^\0-\x7f]/.test(name)
    ? name.normalize('NFKC').replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]+/gu, '')
    : name
  const tight = folded
    .replace(/\s+/g, ' ')
    .replace(/^(\S+) at (\S+\.\S+)$/i, '$1@$2')
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
