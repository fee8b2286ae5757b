/** Byte mutation from a seed: the same seed gives the same inputs on every machine. */

/** A small generator of pseudo-random numbers (mulberry32): 0 to below 1. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Octets that mean something to a reader of mail or of SMTP. */
const crumbs = [
  ...[
    '\r\n',
    '\r',
    '\n',
    '\0',
    '.',
    '\r\n.',
    '\r\n.\r\n',
    '\n.\n',
    '\r\n\r\n',
    ' ',
    '\t',
    '\r\n ',
    ':',
    'From:',
    'From ',
  ],
  ...[
    '<',
    '>',
    '@',
    ',',
    ';',
    '(',
    ')',
    '"',
    '\\',
    '[',
    ']',
    '=?utf-8?Q?',
    '=?utf-8?B?',
    '?=',
    '=?x?q?',
    '\xff',
    '\xc3',
  ],
  ...[
    '250 ',
    '250-',
    '354 ',
    '421 ',
    '550',
    '999',
    '-1',
    'X-Namesake: ',
    'MAIL FROM:<',
    'BDAT ',
    'PROXY TCP4 ',
    '\x1e',
    'RCPT TO:<',
    'DATA\r\n',
    '\u202e',
    'Reply-To: ',
    '\x1b$B',
  ],
].map((text) => Buffer.from(text, 'latin1'))

/** Inputs do not grow above this. */
const maxOctets = 131_072

/** One input: a seed file, or two of them, changed in one to eight places. */
export function mutated(seeds: readonly Buffer[], random: () => number): Buffer {
  const below = (n: number): number => Math.floor(random() * n)
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T
  let octets = pick(seeds)
  if (random() < 0.2) {
    const other = pick(seeds)
    octets = Buffer.concat([octets.subarray(0, below(octets.length + 1)), other.subarray(below(other.length + 1))])
  }
  for (let changes = 1 + below(8); changes > 0; changes--) {
    const at = below(octets.length + 1)
    const until = Math.min(octets.length, at + below(12))
    const before = octets.subarray(0, at)
    const kind = below(6)
    if (kind === 0) octets = Buffer.concat([before, octets.subarray(until)])
    else if (kind === 1) octets = Buffer.concat([before, pick(crumbs), octets.subarray(at)])
    else if (kind === 2) octets = Buffer.concat([before, pick(crumbs), octets.subarray(until)])
    else if (kind === 3) octets = Buffer.concat([before, Buffer.from([below(256)]), octets.subarray(at + 1)])
    else {
      // A stretch again and again: what is dear is so by its number.
      const stretch = octets.subarray(at, kind === 4 ? until : Math.min(octets.length, at + below(300)))
      const times = kind === 4 ? 1 + below(20) : 1 + Math.floor(random() ** 3 * 400)
      if (stretch.length * times + octets.length > maxOctets) continue
      octets = Buffer.concat([before, ...Array<Buffer>(times).fill(stretch), octets.subarray(at)])
    }
  }
  return octets
}
