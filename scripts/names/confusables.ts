/**
 * Writes src/names/text/confusables.data.ts: characters that look like other characters, reduced to lower case
 * letters (Latin where they look Latin).
 *
 *   npx tsx scripts/names/confusables.ts UNHOMOGLYPH UNICODEDATA
 *
 * UNHOMOGLYPH is data.json of the npm package unhomoglyph 1.0.6, which is the table confusables.txt of
 * UTS #39 (version 13.0.0); UNICODEDATA is UnicodeData.txt (Debian's package unicode-data, 15.0.0), whose character
 * names tell small capitals, turned, stroked and enclosed letters that UTS #39 leaves out.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [, , unhomoglyph, unicodeData] = process.argv
if (unhomoglyph === undefined || unicodeData === undefined) {
  process.stderr.write('usage: npx tsx scripts/names/confusables.ts data.json UnicodeData.txt\n')
  process.exit(64)
}

/**
 * What neither table says, or says otherwise than a reader sees it in a word: pictures of Latin letters in
 * Cyrillic and Greek, letters used upside-down, currency signs.
 */
const byHand: Record<string, string> = {
  и: 'n', И: 'n', й: 'n', Й: 'n', я: 'r', Я: 'r', м: 'm', ш: 'w', Ш: 'w', щ: 'w', Щ: 'w', п: 'n', П: 'n',
  к: 'k', в: 'b', н: 'h', т: 't', г: 'r', з: '3', З: '3', ц: 'u', Ц: 'u', э: '3', Э: '3', є: 'e', Є: 'e',
  ч: '4', Ч: '4', б: '6', ж: 'x', Ж: 'x', ь: 'b', ъ: 'b', ы: 'bl', ю: 'lo', л: 'n', д: 'a', Д: 'a', Λ: 'a', λ: 'a',
  α: 'a', Α: 'a', β: 'b', γ: 'y', δ: 'd', ε: 'e', Ξ: 'e', η: 'n', θ: 'o', Θ: 'o', κ: 'k', μ: 'u', ν: 'v',
  Σ: 'e', Ʃ: 'e', σ: 'o', ς: 'c', τ: 't', υ: 'u', Υ: 'y', χ: 'x', ω: 'w', Ω: 'o', π: 'n', Π: 'n', φ: 'o', Φ: 'o',
  ʍ: 'w', ĸ: 'k', ɐ: 'a', ɔ: 'c', ǝ: 'e', ɟ: 'f', ƃ: 'g', ɓ: 'b', ᴉ: 'i', ɾ: 'j', ʞ: 'k', ꞁ: 'l', ɯ: 'm', ʌ: 'v',
  '€': 'e', '£': 'l', '¢': 'c', '¥': 'y', '₦': 'n', '₱': 'p', '₩': 'w', '₳': 'a', '฿': 'b', '₲': 'g', '₴': 's',
  '₵': 'c', '₭': 'k', '₮': 't', '₣': 'f', '₹': 'r', '₽': 'p', '₺': 'l', '₤': 'l', '₡': 'c', '§': 's', '¡': 'i', 'ø': 'o',
  'Լ': 'l', 'þ': 'p', 'ð': 'd', 'ß': 'b', 'ı': 'i', 'ĳ': 'ij', 'ƿ': 'p', 'ŋ': 'n', 'ɑ': 'a', 'ə': 'e', 'ɛ': 'e', 'ɜ': 'e', 'ʃ': 'f', 'ƨ': 's',
} // prettier-ignore

const strip = (s: string): string => s.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
const table = new Map<string, string>()

// UTS #39: sources that are one character, targets that are letters or digits once marks are gone.
const uts = JSON.parse(readFileSync(unhomoglyph, 'utf8')) as Record<string, string>
for (const [from, to] of Object.entries(uts)) {
  if ([...from].length !== 1 || from.charCodeAt(0) < 128 || /\p{M}/u.test(from)) continue
  const target = strip(to)
  if (target === '' || [...target].length > 3 || !/^[\p{L}\p{N}]+$/u.test(target)) continue
  if (target === 'n' || target === 'm' || strip(from) !== target) table.set(from, target)
}

// Names of characters: LATIN LETTER SMALL CAPITAL R, LATIN SMALL LETTER TURNED A, NEGATIVE SQUARED LATIN CAPITAL LETTER J …
for (const line of readFileSync(unicodeData, 'utf8').split('\n')) {
  const [code, name] = line.split(';')
  if (code === undefined || name === undefined || !name.includes('LATIN')) continue
  const m =
    /^(?:[A-Z -]*?)LATIN (?:(?:SMALL|CAPITAL|SUBSCRIPT SMALL) )?LETTER (?:(?:SMALL CAPITAL|TURNED|REVERSED|INVERTED|OPEN|CLOSED|SIDEWAYS|SCRIPT|INSULAR|BARRED|LONG-LEGGED|SMALL|BLACKLETTER|HALF|DOTLESS|TAILLESS|BROKEN|CROSSED-TAIL|STRETCHED|OLD ITALIC|ROUND|ANGLICANA|VOLAPUK|LAZY|MIRRORED|BASELINE|STIRRUP) )*([A-Z])(?: WITH .*)?$/.exec(
      name,
    )
  const target = m?.[1]?.toLowerCase()
  if (target === undefined) continue
  const char = String.fromCodePoint(parseInt(code, 16))
  if (char.charCodeAt(0) < 128 || strip(char) === target) continue
  table.set(char, target)
}
for (const line of readFileSync(unicodeData, 'utf8').split('\n')) {
  const [code, name] = line.split(';')
  const m = /^REGIONAL INDICATOR SYMBOL LETTER ([A-Z])$/.exec(name ?? '')
  if (m?.[1] !== undefined && code !== undefined)
    table.set(String.fromCodePoint(parseInt(code, 16)), m[1].toLowerCase())
}
for (const [from, to] of Object.entries(byHand)) table.set(from, to)

// Follow chains (в to ʙ to b), and let what NFKC does stand: the table is applied after it.
const resolve = (s: string): string => {
  let now = s
  for (let i = 0; i < 4; i++) {
    const next = [...now].map((c) => table.get(c) ?? strip(c)).join('')
    if (next === now) break
    now = next
  }
  return now
}
const groups = new Map<string, string[]>()
for (const [from, to] of table) {
  if (from.normalize('NFKC') !== from) continue
  const target = resolve(to)
  if (target === from || target === '') continue
  const list = groups.get(target) ?? []
  list.push(from)
  groups.set(target, list)
}
const lines = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([to, from]) => `${to} ${from.sort().join('')}`)
const count = [...groups.values()].reduce((n, l) => n + l.length, 0)
writeFileSync(
  join(import.meta.dirname, '../../src/names/text/confusables.data.ts'),
  `// Generated by scripts/names/confusables.ts; do not edit. ${count} characters.
// Sources: UTS #39 confusables.txt 13.0.0 (Unicode License v3) as npm unhomoglyph 1.0.6 carries it (MIT);
// UnicodeData.txt 15.0.0 (Unicode License v3), by character names.
// Each line: what the characters look like, a space, the characters.
export const confusableLines: string = ${JSON.stringify(lines.join('\n'))}
`,
)
process.stdout.write(`${count} characters\n`)
