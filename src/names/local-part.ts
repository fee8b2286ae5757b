/**
 * Names that a mailbox's local-part carries: `jane.roe77` reads as Jane Roe. Whether someone bears them, `matchName` says.
 */

/** Longer local-parts (verp, hashes, tracking ids) carry no name that a person would see. */
const longest = 48

/** Digits and separators that people put around the name when the plain one is taken. */
const separators = /[._\-~=/]+/
const outerDigits = /^\d+|\d+$/g

/**
 * The names that a local-part reads as, likeliest first, words parted by spaces; at most three, none for what looks
 * machine-made.
 * @param localPart without its `+tag` and quotes
 */
export function localPartNames(localPart: string): string[] {
  if (localPart.length > longest) return []
  const words = localPart.split(separators).filter((word) => word !== '')
  const letters = words.map((word) => word.replace(outerDigits, '')).filter((word) => word !== '')
  if (letters.length === 0 || letters.length > 5 || !/\p{L}{2}/u.test(letters.join(''))) return []
  const names = new Set([letters.join(' '), words.join(' ')])
  // jane.roe.77ab: a random tail is no word of the name.
  const tail = words.at(-1) ?? ''
  if (letters.length > 2 && /\d/.test(tail)) names.add(letters.slice(0, -1).join(' '))
  return [...names]
}
