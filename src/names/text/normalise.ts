/**
 * Folding of shown text before names are looked for in it: what a reader does not see is taken away, what is written in
 * another form of the same character is brought to one form (UAX #15 NFKC), and right-to-left tricks are undone.
 */

/**
 * Characters that show nothing: soft hyphen, combining grapheme joiner, Hangul and Khmer fillers, zero-width
 * and bidi controls, invisible operators, variation selectors, BOM, musical controls, tag characters.
 * (Unicode's Default_Ignorable_Code_Point, and NUL and the other controls that mail programs drop.)
 */
const invisible =
  /[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu

/** Line and paragraph ends, tabs and Braille's empty cell read as a space; NFKC does the no-break and wide spaces. */
const spaceLike = /[\s\u0085\u2800\u1680\u180e\u2028\u2029]+/gu

/**
 * What pushes the rest of a text out of view: blanks of any kind, and dots and lines, invisible characters between them or not. So few
 * as six make a reader see an end. Also the annotation's separator and its end (U+FFFA, U+FFFB).
 */
const paddingRun =
  '(?:[\\s\\u0085\\u00a0\\u115f\\u1160\\u17b4\\u17b5\\u2800\\u3164\\uffa0.\\u00b7\\u2022\\u2024-\\u2027\\u22ef_=*~\\u2013-\\u2015\\u2500-][\\u00ad\\u034f\\u200b-\\u200f\\u2060-\\u2064\\ufeff]*){6,}|[\\ufffa\\ufffb]'
const padding = new RegExp(paddingRun, 'u')
const allPadding = new RegExp(paddingRun, 'gu')

/**
 * Signs that NFKC would turn into letters, the blessings (U+FDFA, U+FDFB) that it would write out in eighteen, and hieroglyphs, which are
 * pictures here.
 */
const noLetters = /[\u2122\u2120\u00ae\u00a9\u2117\ufdfa\ufdfb\u{13000}-\u{1345f}]/gu

/** Signs of mathematics that stand for the Greek letters which they are drawn as. */
const greekSign = /[\u2206\u220f\u2211](?=\p{Script=Greek})|(?<=\p{Script=Greek})[\u2206\u220f\u2211]/gu
const greekLetters: Readonly<Record<string, string>> = { '\u2206': 'Δ', '\u220f': 'Π', '\u2211': 'Σ' }

const override = /[\u202d\u202e]/
/** A right-to-left override shows what follows it backwards, up to its end or the next direction control. */
const overridden = /\u202e([^\u202a-\u202e\u2066-\u2069]*)[\u202c\u2069]?/gu

/** Marks that are decoration on Latin, Greek and Cyrillic letters, and vowel points of Arabic and Hebrew. */
const marks =
  /[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]/gu

/** Longest shown name that is read whole, in UTF-16 units; of a longer one its head and its tail are read. */
export const maxShownLength = 512
const headLength = 320
/** What is left of a longer one: the two with a bar between. */
const maxCutLength = maxShownLength + 3

interface CleanText {
  /** The text as a reader sees it: NFKC, white space single, nothing invisible; letters keep their case. */
  readonly text: string
  /** Another order in which it may be shown (text under a right-to-left override read backwards); null without one. */
  readonly mirrored: string | null
  /**
   * The text with a bar where a reader sees an end: in place of a run of six and more blanks or dots, and of the signs that part a
   * text from its annotation; null without one.
   */
  readonly parted: string | null
  /** Something invisible or of compatibility form was taken away, so an equal name is a disguised one. */
  readonly altered: boolean
}

const plainAscii = /^[\x20-\x7e]*$/

/** Cleans a shown text. Idempotent on its `text`; linear in the input's length, which it cuts at `maxShownLength`. */
export function cleanText(shown: string): CleanText {
  const whole = shown.length > maxShownLength ? cutMiddle(shown) : shown
  const parted = padding.test(whole.trim())
    ? fold(whole.trim().replace(allPadding, ' | ').replace(noLetters, ' '))
    : null
  if (plainAscii.test(whole)) {
    return { text: whole.replace(/ {2,}/g, ' ').trim(), mirrored: null, parted, altered: false }
  }
  const cut = whole.replace(noLetters, ' ')
  const mirrored = override.test(cut) ? fold(cut.replace(overridden, (_, inside: string) => backwards(inside))) : null
  const text = fold(cut)
  return { text, mirrored: mirrored === text ? null : mirrored, parted, altered: isAltered(cut, text) }
}

/** Strips decoration from letters: accents, stacked marks, strike-through, vowel points. Keeps marks that spell (Thai, Indic, kana). */
export function stripMarks(text: string): string {
  if (plainAscii.test(text)) return text
  const apart = text.normalize('NFD')
  const bare = apart.replace(marks, '')
  return plainAscii.test(bare) ? bare : bare.normalize('NFC')
}

function fold(text: string): string {
  const folded = text
    .replace(spaceLike, ' ')
    .replace(invisible, '')
    .normalize('NFKC')
    .replace(invisible, '')
    .replace(spaceLike, ' ')
    .replace(greekSign, (sign) => greekLetters[sign] ?? sign)
    .trim()
  // Cut once more: compatibility forms stand for up to six letters each.
  return folded.length > maxCutLength ? cutMiddle(folded) : folded
}

function isAltered(before: string, after: string): boolean {
  // NFKC cuts Thai and Lao "am" in two.
  const usual = before
    .normalize('NFC')
    .replace(/\u0e33/g, '\u0e4d\u0e32')
    .replace(/\u0eb3/g, '\u0ecd\u0eb2')
  return usual.replace(spaceLike, ' ').trim() !== after.normalize('NFC')
}

function backwards(text: string): string {
  return [...text.normalize('NFC')].reverse().join('')
}

/** Padding can't push a name out of sight: the head and the tail are kept, parted as if by a bar. */
function cutMiddle(text: string): string {
  const squeezed = text
    .slice(0, 65536)
    .replace(/[\s\u0085\u2800\u3164\u00ad\u200b-\u200f\u2060]+/gu, (run) =>
      run.length > 1 ? (run.length < 6 ? ' ' : ' | ') : run,
    )
  const tail = text.length > 65536 ? text.slice(-4096) : squeezed
  if (text.length <= 65536 && squeezed.length <= maxShownLength) return squeezed
  return `${squeezed.slice(0, headLength)} | ${tail.slice(headLength - maxShownLength)}`
}
