/**
 * The usual ways of writing one name with other letters: accents left out, accented letters spelt out, and Cyrillic,
 * Greek and kana names in Latin letters.
 */

import { foldHan, pinyin } from './han.ts'
import { stripMarks } from './normalise.ts'
import { lookOf } from './skeleton.ts'

/** Letters that do not decompose, as they are written where the letter is missing. */
const letterBase: Readonly<Record<string, string>> = {
  ß: 'ss', ø: 'o', æ: 'ae', œ: 'oe', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ı: 'i', ħ: 'h', ŧ: 't', ŋ: 'n', ſ: 's',
  ə: 'e', ɛ: 'e', ɔ: 'o', ĳ: 'ij', ŀ: 'l', ĸ: 'k', ɓ: 'b', ɗ: 'd', ƙ: 'k', ƴ: 'y',
  // Arabic letters with and without hamza, Persian forms of kaf and ya, ta marbuta: spelt either way.
  أ: 'ا', إ: 'ا', آ: 'ا', ٱ: 'ا', ى: 'ي', ی: 'ي', ئ: 'ي', ؤ: 'و', ک: 'ك', ة: 'ه', ۀ: 'ه', ـ: '', ء: '',
  // Final forms of Hebrew and Greek.
  ך: 'כ', ם: 'מ', ן: 'נ', ף: 'פ', ץ: 'צ', ς: 'σ',
} // prettier-ignore

/** Accented letters as they are spelt out: German, Nordic, Dutch, Slavic, Turkish. */
const letterExpanded: Readonly<Record<string, string>> = {
  ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa', ő: 'oe', ű: 'ue', đ: 'dj', ð: 'dh', š: 'sh', č: 'ch', ž: 'zh', ş: 'sh',
  ș: 'sh', ç: 'ch', ğ: 'gh', ñ: 'ny', ć: 'ch', ś: 'sh', ź: 'zh', ń: 'ny', ț: 'ts', ţ: 'ts', ē: 'ee', ū: 'uu', ō: 'ou',
} // prettier-ignore

const cyrillic: Readonly<Record<string, string>> = {
  а: 'a', б: 'b', в: 'v', г: 'g', ґ: 'g', д: 'd', ђ: 'dj', е: 'e', ё: 'yo', є: 'ye', ж: 'zh', з: 'z', и: 'i', і: 'i', ї: 'yi',
  й: 'y', ј: 'j', к: 'k', л: 'l', љ: 'lj', м: 'm', н: 'n', њ: 'nj', о: 'o', п: 'p', р: 'r', с: 's', т: 't', ћ: 'c', у: 'u',
  ў: 'u', ф: 'f', х: 'kh', ц: 'ts', ч: 'ch', џ: 'dz', ш: 'sh', щ: 'shch', ъ: '', ы: 'y', ь: '', э: 'e', ю: 'yu', я: 'ya',
  ѓ: 'gj', ќ: 'kj', ѕ: 'dz', қ: 'k', ң: 'ng', ғ: 'g', ү: 'u', ұ: 'u', ө: 'o', һ: 'h', ә: 'a',
} // prettier-ignore

/** ELOT 743 / ISO 843 type 2, digraphs before letters; text without accents. */
const greekPairs: readonly (readonly [RegExp, string])[] = [
  [/ου/g, 'ou'],
  [/([αεη])υ(?=[αεηιουωβγδζλμνρ])/g, '$1v'],
  [/([αεη])υ/g, '$1f'],
  [/^μπ/g, 'b'],
  [/μπ/g, 'mp'],
  [/^ντ/g, 'd'],
  [/^γκ/g, 'g'],
  [/γ(?=[γξχ])/g, 'n'],
]
const greek: Readonly<Record<string, string>> = {
  α: 'a', β: 'v', γ: 'g', δ: 'd', ε: 'e', ζ: 'z', η: 'i', θ: 'th', ι: 'i', κ: 'k', λ: 'l', μ: 'm', ν: 'n', ξ: 'x', ο: 'o',
  π: 'p', ρ: 'r', σ: 's', ς: 's', τ: 't', υ: 'y', φ: 'f', χ: 'ch', ψ: 'ps', ω: 'o',
} // prettier-ignore

/** Hepburn, katakana after `foldKana`. */
const kana: Readonly<Record<string, string>> = {
  ア: 'a', イ: 'i', ウ: 'u', エ: 'e', オ: 'o', カ: 'ka', キ: 'ki', ク: 'ku', ケ: 'ke', コ: 'ko', サ: 'sa', シ: 'shi', ス: 'su',
  セ: 'se', ソ: 'so', タ: 'ta', チ: 'chi', ツ: 'tsu', テ: 'te', ト: 'to', ナ: 'na', ニ: 'ni', ヌ: 'nu', ネ: 'ne', ノ: 'no',
  ハ: 'ha', ヒ: 'hi', フ: 'fu', ヘ: 'he', ホ: 'ho', マ: 'ma', ミ: 'mi', ム: 'mu', メ: 'me', モ: 'mo', ヤ: 'ya', ユ: 'yu', ヨ: 'yo',
  ラ: 'ra', リ: 'ri', ル: 'ru', レ: 're', ロ: 'ro', ワ: 'wa', ヲ: 'o', ン: 'n', ガ: 'ga', ギ: 'gi', グ: 'gu', ゲ: 'ge', ゴ: 'go',
  ザ: 'za', ジ: 'ji', ズ: 'zu', ゼ: 'ze', ゾ: 'zo', ダ: 'da', ヂ: 'ji', ヅ: 'zu', デ: 'de', ド: 'do', バ: 'ba', ビ: 'bi', ブ: 'bu',
  ベ: 'be', ボ: 'bo', パ: 'pa', ピ: 'pi', プ: 'pu', ペ: 'pe', ポ: 'po', ヴ: 'vu', ッ: '', ー: '',
  ァ: 'a', ィ: 'i', ゥ: 'u', ェ: 'e', ォ: 'o',
} // prettier-ignore

const nonAscii = /[^\x20-\x7e]/

/** Lower case without accents: ö to o, ł to l, ø to o; Han simplified, kana as katakana, Arabic spelling variants one. */
export function baseForm(text: string): string {
  const lower = text.toLowerCase()
  if (!nonAscii.test(lower)) return lower
  let out = ''
  for (const char of stripMarks(lower)) out += letterBase[char] ?? char
  return foldHan(foldKana(out))
}

/**
 * Lower case with accented letters spelt out: ö to oe, ø to oe, å to aa; the same as `baseForm` where none is.
 * @param base the text's `baseForm`, if it is known
 */
export function expandedForm(text: string, base = baseForm(text)): string {
  const lower = text.toLowerCase().normalize('NFC')
  return expandable.test(lower) ? baseForm(lower.replace(allExpandable, (char) => letterExpanded[char] ?? char)) : base
}

const expandable = new RegExp(`[${Object.keys(letterExpanded).join('')}]`, 'u')
const allExpandable = new RegExp(expandable.source, 'gu')

export type Script = 'latin' | 'cyrillic' | 'greek' | 'kana' | 'hangul' | 'han' | 'arabic' | 'hebrew' | 'other'

/** Ranges of code points, in order; what lies between is `other`. */
const ranges: readonly (readonly [first: number, last: number, script: Script])[] = [
  [0x41, 0x24f, 'latin'],
  [0x250, 0x2af, 'latin'],
  [0x370, 0x3ff, 'greek'],
  [0x400, 0x52f, 'cyrillic'],
  [0x590, 0x5ff, 'hebrew'],
  [0x600, 0x77f, 'arabic'],
  [0x8a0, 0x8ff, 'arabic'],
  [0x1100, 0x11ff, 'hangul'],
  [0x1d00, 0x1dbf, 'latin'],
  [0x1e00, 0x1eff, 'latin'],
  [0x1f00, 0x1fff, 'greek'],
  [0x2c60, 0x2c7f, 'latin'],
  [0x3005, 0x3007, 'han'],
  [0x3040, 0x30ff, 'kana'],
  [0x3130, 0x318f, 'hangul'],
  [0x31f0, 0x31ff, 'kana'],
  [0x3400, 0x9fff, 'han'],
  [0xa720, 0xa7ff, 'latin'],
  [0xac00, 0xd7af, 'hangul'],
  [0xf900, 0xfaff, 'han'],
  [0xfb50, 0xfdff, 'arabic'],
  [0xfe70, 0xfeff, 'arabic'],
  [0x20000, 0x3ffff, 'han'],
]

function scriptOfCode(code: number): Script {
  for (const [first, last, script] of ranges) {
    if (code < first) return 'other'
    if (code <= last) return script
  }
  return 'other'
}

/** The script that most letters of a word have; `latin` for a word without letters. Marks and digits do not count. */
export function scriptOfWord(text: string): Script {
  if (!nonAscii.test(text)) return 'latin'
  const counts = new Map<Script, number>()
  let best: Script = 'latin'
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    if (code < 0x41 || (code >= 0x300 && code < 0x370)) continue
    const script = scriptOfCode(code)
    const count = (counts.get(script) ?? 0) + 1
    counts.set(script, count)
    if (count > (counts.get(best) ?? 0)) best = script
  }
  return best
}

/** Latin letters and digits that stand in a Cyrillic or Greek word for the letter of that alphabet that looks the same. */
function backToScript(text: string, script: Script): string {
  const native = nativeLooks[script]
  if (native === undefined) return text
  return text.replace(/[A-Za-z0-9]/g, (char) => native.get(char) ?? native.get(char.toLowerCase()) ?? char)
}

const nativeLooks: Partial<Record<Script, ReadonlyMap<string, string>>> = {
  cyrillic: looksOf('абвгеиіјклмнорстухцчѕ', { '3': 'з', '6': 'б', '4': 'ч', '0': 'о', n: 'п', H: 'н', B: 'в', T: 'т', M: 'м', K: 'к' }),
  greek: looksOf('αεικνορτυχω', { '0': 'ο', B: 'β', H: 'η', K: 'κ', M: 'μ', N: 'ν', P: 'ρ', T: 'τ', X: 'χ', Y: 'υ', Z: 'ζ', E: 'ε', A: 'α' }),
} // prettier-ignore

function looksOf(letters: string, more: Record<string, string>): ReadonlyMap<string, string> {
  const map = new Map<string, string>()
  for (const letter of letters) {
    const look = lookOf(letter)
    if (look !== undefined && !map.has(look)) map.set(look, letter)
  }
  for (const [look, letter] of Object.entries(more)) map.set(look, letter)
  return map
}

/**
 * A Cyrillic, Greek, kana or Han word in Latin letters (Han as read in Mandarin), lower case; null for a word of another script (Latin included).
 * Look-alikes from other alphabets count as the word's own.
 */
export function romanise(word: string, script = scriptOfWord(word)): string | null {
  switch (script) {
    case 'cyrillic': {
      const ukrainian = /[іїєґ]/i.test(word)
      let out = ''
      for (const char of backToScript(word, script).toLowerCase().normalize('NFC')) {
        out += ukrainian && char === 'г' ? 'h' : (cyrillic[char] ?? cyrillic[stripMarks(char)] ?? char)
      }
      return out
    }
    case 'greek': {
      let text = stripMarks(backToScript(word, script).toLowerCase())
      for (const [pattern, latin] of greekPairs) text = text.replace(pattern, latin)
      let out = ''
      for (const char of text) out += greek[char] ?? char
      return out
    }
    case 'kana':
      return romaniseKana(foldKana(word))
    case 'han':
      return pinyin(word)
    default:
      return null
  }
}

function romaniseKana(word: string): string {
  let out = ''
  for (const char of word) {
    if ('ャュョ'.includes(char)) {
      const vowel = char === 'ャ' ? 'a' : char === 'ュ' ? 'u' : 'o'
      out = /(sh|ch|j)i$/.test(out) ? out.slice(0, -1) + vowel : `${out.replace(/i$/, '')}y${vowel}`
    } else {
      out += kana[char] ?? char
    }
  }
  return out
}

/** Hiragana as katakana. */
function foldKana(text: string): string {
  return text.replace(/[\u3041-\u3096]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0x60))
}

/**
 * One form for the ways in which a name of another alphabet is written in Latin letters (Kovalevskaya,
 * Kovalevskaia, Kovalevskaja). Coarse: to be compared only where one of the two names was not Latin.
 */
export function romanCanon(latin: string): string {
  let out = ''
  let last = ''
  for (let i = 0; i < latin.length;) {
    const [sound, length] = soundAt(latin, i, last)
    i += length
    if (sound !== '' && sound !== last) {
      out += sound
      last = sound.length > 1 ? (sound.at(-1) ?? '') : sound
    }
  }
  if (out.endsWith('i')) out = out.slice(0, -1)
  return out.replace(hardened, 'f')
}

const hardened = /v(?=[kpstf]|$)/g

function isVowel(char: string): boolean {
  return isOneOf(char, 'aeiouy')
}

/** Spellings of more than one letter, longest first, by their first letter. */
const spellings: Readonly<Record<string, readonly (readonly [spelling: string, sound: string])[]>> = {
  s: [['shch', 's'], ['sch', 's'], ['sh', 's'], ['sz', 's']],
  t: [['tsch', 'k'], ['tch', 'k'], ['ts', 'z'], ['tz', 'z'], ['th', 't']],
  k: [['kh', '']],
  c: [['cz', 'k'], ['ck', 'k']],
  p: [['ph', 'f']],
  g: [['gg', 'ng']],
  z: [['zh', 'z']],
  o: [['ou', 'u'], ['oo', 'u']],
  e: [['ee', 'i']],
} // prettier-ignore
const single: Readonly<Record<string, string>> = { x: 'ks', w: 'v', q: 'k', h: '', c: 'k' }

/** The sound that stands at a place, and of how many letters. */
function soundAt(text: string, i: number, before: string): readonly [sound: string, length: number] {
  const char = text.charAt(i)
  for (const [spelling, sound] of spellings[char] ?? []) {
    if (text.startsWith(spelling, i)) return [sound, spelling.length]
  }
  return inContext(text, i, before) ?? [single[char] ?? char, 1]
}

/** Sounds that depend on what stands beside them; null where nothing does. */
function inContext(text: string, i: number, before: string): readonly [sound: string, length: number] | null {
  const next = text.charAt(i + 1)
  const after = text.charAt(i + 2)
  switch (text.charAt(i)) {
    case 'i':
    case 'j':
    case 'y':
      // Of a row of them the last decides; before another vowel they glide (ya, ia, ja).
      return isOneOf(next, 'aeouijy') ? ['', 1] : ['i', 1]
    case 'a':
    case 'e':
    case 'o':
      return diphthongAt(text.charAt(i), next, after)
    case 'c':
      if (next !== 'h') return null
      return isVowel(before) && (after === '' || isVowel(after)) ? ['', 2] : ['k', 2]
    case 'n':
      return next === 'k' && isVowel(after) ? ['ng', 2] : null
    case 'g':
      // Greek Giannis, Giorgos are said with a glide.
      return i === 0 && isOneOf(next, 'iy') && isVowel(after) ? ['', 1] : null
    default:
      return null
  }
}

function diphthongAt(char: string, next: string, after: string): readonly [sound: string, length: number] | null {
  if (!isOneOf(next, 'ijy') || isOneOf(after, 'aou')) return null
  return [char === 'a' ? 'e' : 'i', 2]
}

function isOneOf(char: string, chars: string): boolean {
  return char !== '' && chars.includes(char)
}
