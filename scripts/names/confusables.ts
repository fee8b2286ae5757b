/**
 * Writes src/names/text/confusables.data.ts: characters that look like other characters, reduced to lower case
 * letters (Latin where they look Latin).
 *
 *   npx tsx scripts/names/confusables.ts TABLES UNICODEDATA VARIANTS IDEOGRAPHS
 *
 * TABLES is src/tables.rs of the repository unicode-rs/unicode-security, which holds the table confusables.txt of UTS #39
 * (version 17.0.0) as pairs. UNICODEDATA is UnicodeData.txt (Debian's package unicode-data, 15.0.0), whose character names
 * tell small capitals, turned, stroked and enclosed letters that UTS #39 leaves out. VARIANTS is Unihan_Variants.txt and
 * IDEOGRAPHS is EquivalentUnifiedIdeograph.txt of the same package: Han characters and radicals of one look.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [, , tables, unicodeData, variants, ideographs] = process.argv
if (tables === undefined || unicodeData === undefined || variants === undefined || ideographs === undefined) {
  process.stderr.write(
    'usage: npx tsx scripts/names/confusables.ts tables.rs UnicodeData.txt Unihan_Variants.txt EquivalentUnifiedIdeograph.txt\n',
  )
  process.exit(64)
}

/**
 * What neither table says, or says otherwise than a reader sees it in a word: pictures of Latin letters in
 * Cyrillic and Greek, letters used upside-down, currency signs.
 */
const byHand: Record<string, string> = {
  и: 'n', И: 'n', й: 'n', Й: 'n', я: 'r', Я: 'r', м: 'm', ш: 'w', Ш: 'w', щ: 'w', Щ: 'w', п: 'n', П: 'n',
  к: 'k', в: 'b', н: 'h', т: 't', г: 'r', з: '3', З: '3', ц: 'u', Ц: 'u', э: '3', Э: '3', є: 'e', Є: 'e',
  ч: '4', Ч: '4', б: '6', ж: 'x', Ж: 'x', ь: 'b', ъ: 'b', ы: 'bl', ю: 'lo', л: 'n', Л: 'n', Г: 'r', ѓ: 'r', Ѓ: 'r', ф: 'o', ҳ: 'x', Ԋ: 'h', Ӆ: 'n', ӆ: 'n', д: 'a', Д: 'a', Λ: 'a', λ: 'a',
  α: 'a', Α: 'a', β: 'b', γ: 'y', δ: 'd', ε: 'e', Ξ: 'e', η: 'n', θ: 'o', Θ: 'o', κ: 'k', μ: 'u', ν: 'v',
  Σ: 'e', Ʃ: 'e', σ: 'o', ς: 'c', τ: 't', υ: 'u', Υ: 'y', χ: 'x', ω: 'w', Ω: 'o', π: 'n', Π: 'n', φ: 'o', Φ: 'o',
  ĸ: 'k', ɐ: 'a', ɔ: 'c', ǝ: 'e', ɟ: 'f', ƃ: 'g', ɓ: 'b', ᴉ: 'i', ʞ: 'k', ꞁ: 'l', ɯ: 'm', ʌ: 'v',
  '€': 'e', '£': 'l', '¢': 'c', '¥': 'y', '₦': 'n', '₱': 'p', '₩': 'w', '₳': 'a', '฿': 'b', '₲': 'g', '₴': 's',
  '₵': 'c', '₭': 'k', '₮': 't', '₣': 'f', '₹': 'r', '₽': 'p', '₺': 'l', '₤': 'l', '₡': 'c', '§': 's', '¡': 'i', 'ø': 'o',
  'Լ': 'l', 'þ': 'p', 'ð': 'd', 'ß': 'b', 'ı': 'i', 'ĳ': 'ij', 'ƿ': 'p', 'ŋ': 'n', 'ɑ': 'a', 'ə': 'e', 'ɛ': 'e', 'ɜ': 'e', 'ʃ': 'f', 'ƨ': 's',
} // prettier-ignore

/**
 * Canadian syllabics, Lisu, Vai and signs as they are used for Latin letters, by shape. A sign counts as a letter only within a word
 * (`tokens.ts`).
 */
const shapes: Record<string, string> = {
  a: 'ᗩᐱᐃᗋᗅꓮ∆△▲⍲⟁⩓ᎯᏗ', b: 'ᗷᗸᏰᏏꓐ', c: 'ᑕᑢᑖᏟꓚ⊂⊏⸦', d: 'ᗪᗞᗫᎴꓓ◗', e: 'ᗴᕮᗕᘿᗱᏋꓰ∈∊⋿∃ΞƐ', f: 'ᖴᖵꓝ∱', g: 'ᘜᏀᎶᏩꓖ',
  h: 'ᕼᕺᏂꓧ♓', i: 'ᓰᓮᎥ꓾ꓲ⌊∣ǀ', j: 'ᒍᒎᒘᎫꓙ⌡', k: 'ᛕᖽᏦꓗ', l: 'ᒪᒫᏝᏞꓡ∟⌊˪', m: 'ᗰᘻᙏᙢᗑꓟ♏', n: 'ᑎᘉᑏᑍᏁꓠ∩⋂ח', o: '○◯◌●◎◉⚪⚫⭕⭘〇°º˚⊙⊚⊕⊖⊗⊘⊛⌀∅⦿⦾❍◍☉⚬∘●⬤◦🔴🔵🟠🟢⏺ᗝᓍᎧꓳ□◻◇◊♡❤♥🌕🌑🌐⚽🏀☯☮⨀',
  p: 'ᑭᑮᕈᏢꓑ', q: 'ᑫᕋᑴᏄ', r: 'ᖇᖈᏒꓣ®', s: 'ᔕᔖᎦꓢ∫⟆', t: '⊤┬†✝✞✟‡Ꮏꓔ⊥✚➕', u: 'ᑌᑘᑗᏬꓴ∪⋃⊔⨃', v: 'ᐯᐺᏉꓦ∨⋁√✓✔▽▼⩔', w: 'ᗯᘺᙎᏇꓪ',
  x: '᙭ᕽ᙮ꓫ×✕✖✗✘☓❌╳⨯⨉❎', y: 'ᖻᎩᎽꓬ⅄', z: 'ᘔᗱᏃꓜ',
} // prettier-ignore

/**
 * Letters that writers of "fancy text" put in place of Latin ones: Yi and Ethiopic syllables, Armenian, Cyrillic and phonetic letters, after the
 * alphabets that such pages on the Web offer. Not Thai, Hebrew or Han ones, in which mail is written.
 */
const fancy: Record<string, string> = {
  a: 'ልꍏꋬꁲ𐌀', b: 'ጌꌃꃳꃃႦ', c: 'ርꉓꉔꇃፈ', d: 'ዕꀸ꒯ꂡժԃ∂', e: 'ቿꍟꏂ𐌄', f: 'ቻꎇꊰғҒϝʄᎦ', g: 'ኗꁅꍌᏵ', h: 'ዘꃅꁝԋӺ', i: 'ጎꀤ꒐Ꮖ', j: 'ጋꀭ꒻Ꮰ', k: 'ጕꀘӄӃ', l: 'ረ꒒ʅ',
  m: 'ጠꂵʍϻ', n: 'ክꈤꋊ𐌍', o: 'ዐꂦꄲ৹', p: 'የꉣքԹ', q: 'ዒꆰϙϘᎤ', r: 'ዪꋪɾ', s: 'ነꌗꇙֆ', t: 'ፕ꓄꓅էԵͲ', u: 'ሁꀎ꒤մʊႮ', v: 'ሀ꒦ϋ', w: 'ሠꅏꅐ', x: 'ሸꊼꉧӾӿӼӽՃጀ',
  y: 'ሃꌩꌦվ', z: 'ጊꁴՀ',
} // prettier-ignore

/** Han characters that differ by a stroke, or that are one written in two ways, and that no Unicode table pairs. */
const hanByHand = '真眞 藤籐 日曰 己已巳 未末 土圡 吉𠮷 高髙 茂𠀋 辻辻 呉吳'

const strip = (s: string): string => s.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
const table = new Map<string, string>()

// UTS #39: sources that are one character, targets that are letters or digits once marks are gone.
const rust = readFileSync(tables, 'utf8')
const pairsOfRust = rust.slice(rust.indexOf('const CONFUSABLES'), rust.indexOf('];', rust.indexOf('const CONFUSABLES')))
const unescape = (text: string): string =>
  text.replace(/\\u\{([0-9a-f]+)\}/g, (_, code: string) => String.fromCodePoint(parseInt(code, 16)))
for (const [, source = '', targets = ''] of pairsOfRust.matchAll(/\('(\\u\{[0-9a-f]+\})',\s*&\[([^\]]*)\]\)/g)) {
  const from = unescape(source)
  const to = [...targets.matchAll(/'(\\u\{[0-9a-f]+\})'/g)].map(([, one = '']) => unescape(one)).join('')
  if (from.charCodeAt(0) < 128 || /\p{M}/u.test(from)) continue
  const target = strip(to)
  if (target === '' || [...target].length > 3 || !/^[\p{L}\p{N}]+$/u.test(target)) continue
  if (target === 'n' || target === 'm' || strip(from) !== target) table.set(from, target)
}
if (table.size < 1500) throw new Error(`${tables} holds no confusables`)

// Han characters of one look: each of a set becomes its first. Radicals become the character that they are.
const hanOf = (code: string): string => String.fromCodePoint(parseInt(code.replace(/^U\+|<.*$/g, ''), 16))
for (const line of readFileSync(variants, 'utf8').split('\n')) {
  const [code = '', property, value = ''] = line.split('\t')
  if (!code.startsWith('U+') || (property !== 'kSpoofingVariant' && property !== 'kZVariant')) continue
  const set = [hanOf(code), ...value.split(' ').map(hanOf)].sort(
    (a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0),
  )
  const first = set.map((one) => table.get(one) ?? one).find((one) => set.includes(one)) ?? set[0] ?? ''
  for (const one of set) if (one !== first) table.set(one, first)
}
for (const line of readFileSync(ideographs, 'utf8').split('\n')) {
  const [, first, last, to] = /^([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*([0-9A-F]+)/.exec(line) ?? []
  if (first === undefined || to === undefined) continue
  for (let code = parseInt(first, 16); code <= parseInt(last ?? first, 16); code++) {
    table.set(String.fromCodePoint(code), hanOf(to))
  }
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
// Coptic letters look like Greek ones, by their names.
const coptic: Record<string, string> = {
  ALFA: 'a', VIDA: 'b', GAMMA: 'r', DALDA: 'd', EIE: 'e', ZATA: 'z', HATE: 'h', THETHE: 'o', IAUDA: 'i', KAPA: 'k', LAULA: 'l', MI: 'm', NI: 'n', O: 'o',
  PI: 'n', RO: 'p', SIMA: 'c', TAU: 't', UA: 'y', FI: 'o', KHI: 'x', OOU: 'w',
} // prettier-ignore
for (const line of readFileSync(unicodeData, 'utf8').split('\n')) {
  const [code = '', name = ''] = line.split(';')
  const target = coptic[/^COPTIC (?:SMALL|CAPITAL) LETTER ([A-Z]+)$/.exec(name)?.[1] ?? '']
  if (target !== undefined) table.set(hanOf(code), target)
}
// Old Italic letters, of which the Latin ones came.
const oldItalic: Record<string, string> = {
  A: 'a', BE: 'b', KE: 'c', DE: 'd', E: 'e', VE: 'f', ZE: 'z', HE: 'h', I: 'i', KA: 'k', EL: 'l', EM: 'm', EN: 'n', O: 'o', PE: 'p', KU: 'q', ER: 'r', ES: 's',
  TE: 't', U: 'v', UU: 'u', EKS: 'x', YE: 'y',
} // prettier-ignore
for (const line of readFileSync(unicodeData, 'utf8').split('\n')) {
  const [code = '', name = ''] = line.split(';')
  const target = oldItalic[/^OLD ITALIC LETTER ([A-Z]+)$/.exec(name)?.[1] ?? '']
  if (target !== undefined) table.set(hanOf(code), target)
}
for (const [from, to] of Object.entries(byHand)) table.set(from, to)
for (const letters of [shapes, fancy]) {
  for (const [to, from] of Object.entries(letters)) for (const one of from) table.set(one, to)
}
for (const [first = '', ...others] of hanByHand.split(' ').map((set) => [...set])) {
  for (const one of others) table.set(one, table.get(first) ?? first)
}

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
// Sources: UTS #39 confusables.txt 17.0.0 (Unicode License v3) as the crate unicode-security carries it (MIT or Apache-2.0);
// UnicodeData.txt, Unihan_Variants.txt and EquivalentUnifiedIdeograph.txt 15.0.0 (Unicode License v3).
// Each line: what the characters look like, a space, the characters.
export const confusableLines: string = ${JSON.stringify(lines.join('\n'))}
`,
)
process.stdout.write(`${count} characters\n`)
