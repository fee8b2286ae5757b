/**
 * Addresses that stand in a name: `Jane Roe <jane@corp.example>` in quotes, or nothing but the address.
 */

/** Addresses taken from one name. */
const maxFound = 4

/** Characters that look like `@`, or that stand unseen in an address. */
const odd = /[\uff20\ufe6b]|[\p{Cf}\p{Default_Ignorable_Code_Point}]/u

/**
 * @param name decoded
 * @returns the addresses in their order, compatibility forms and invisible characters resolved, and the name without them ('' if
 * nothing but an address stands there)
 */
export function addressesIn(name: string): { found: string[]; rest: string } {
  if (!name.includes('@') && !odd.test(name)) return { found: [], rest: name }
  const folded = odd.test(name)
    ? name.normalize('NFKC').replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    : name
  if (!folded.includes('@')) return { found: [], rest: name }
  const tight = folded.replace(/\s+/g, ' ').replace(/ ?@ ?/g, '@')
  const found: string[] = []
  const rest: string[] = []
  for (const word of tight.split(/[\s<>()[\]{}"',;:|]+/)) {
    const at = word.indexOf('@')
    if (at > 0 && at < word.length - 1 && found.length < maxFound) {
      const address = word.replace(/\.+$/, '')
      if (!found.includes(address)) found.push(address)
    } else if (word !== '') rest.push(word)
  }
  return found.length === 0 ? { found, rest: name } : { found, rest: rest.join(' ') }
}
