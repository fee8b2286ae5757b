import { foldHan, pinyin } from './han.ts'
import { stripMarks } from './normalise.ts'
import { lookOf } from './skeleton.ts'

/**
 * The usual ways of writing one name with other letters: accents left out, accented letters spelt out, and Cyrillic,
 * Greek and kana names in Latin letters.
 */

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
  [/(?<![αεη])ου/g, 'ou'],
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

/** Lower case with accented letters spelt out: ö to oe, ø to oe, å to aa; the same as `baseForm` where none is. */
export function expandedForm(text: string): string {
  const lower = text.toLowerCase().normalize('NFC')
  if (!nonAscii.test(lower)) return lower
  let out = ''
  for (const char of lower) out += letterExpanded[char] ?? char
  return baseForm(out)
}

const scriptOf: readonly (readonly [string, RegExp])[] = [
  ['latin', /\p{Script=Latin}/gu],
  ['cyrillic', /\p{Script=Cyrillic}/gu],
  ['greek', /\p{Script=Greek}/gu],
  ['kana', /[\p{Script=Katakana}\p{Script=Hiragana}ー]/gu],
  ['hangul', /\p{Script=Hangul}/gu],
  ['han', /\p{Script=Han}/gu],
  ['arabic', /\p{Script=Arabic}/gu],
  ['hebrew', /\p{Script=Hebrew}/gu],
]
export type Script = 'latin' | 'cyrillic' | 'greek' | 'kana' | 'hangul' | 'han' | 'arabic' | 'hebrew' | 'other'

/** The script that most letters of a word have; `latin` for a word without letters. */
export function scriptOfWord(text: string): Script {
  if (!nonAscii.test(text)) return 'latin'
  let best: string = 'latin'
  let most = 0
  let seen = 0
  for (const [name, pattern] of scriptOf) {
    const count = text.match(pattern)?.length ?? 0
    seen += count
    if (count > most) [best, most] = [name, count]
  }
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  return (letters - seen > most ? 'other' : best) as Script
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
export function romanise(word: string): string | null {
  const script = scriptOfWord(word)
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
export function foldKana(text: string): string {
  return text.replace(/[\u3041-\u3096]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0x60))
}

/**
 * One form for the ways in which a name of another alphabet is written in Latin letters (Kovalevskaya,
 * Kovalevskaia, Kovalevskaja). Coarse: to be compared only where one of the two names was not Latin.
 */
export function romanCanon(latin: string): string {
  return latin
    .replace(/shch|sch|sz|tch/g, (s) => (s === 'tch' ? 'ch' : 'sh'))
    .replace(/kh|(?<=[aeiou])ch(?=[aeiou]|$)/g, 'h')
    .replace(/ch|cz|tsch/g, 'c')
    .replace(/ts|tz/g, 'z')
    .replace(/ph/g, 'f')
    .replace(/th/g, 't')
    .replace(/x/g, 'ks')
    .replace(/w/g, 'v')
    .replace(/ou|oo/g, 'u')
    .replace(/[jy]/g, 'i')
    .replace(/gg/g, 'ng')
    .replace(/(.)\1+/g, '$1')
    .replace(/^gi(?=[aeou])/, 'i')
    .replace(/ei|oi|ee/g, 'i')
    .replace(/ai(?![aou])/g, 'e')
    .replace(/zh/g, 'z')
    .replace(/sh/g, 's')
    .replace(/c|q|ck/g, 'k')
    .replace(/nk(?=[aeiou])/g, 'ng')
    .replace(/off$/g, 'ov')
    .replace(/eff$/g, 'ev')
    .replace(/v(?=[kpstf]|$)/g, 'f')
    .replace(/h/g, '')
    .replace(/i(?=[aeou])/g, '')
    .replace(/(.)\1+/g, '$1')
    .replace(/i$/, '')
}
