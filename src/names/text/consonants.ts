/**
 * Names of alphabets that leave vowels unwritten (Arabic, Hebrew) or that are romanised in many ways (Hangul), compared with
 * their Latin spellings: a pattern says which spellings a reader accepts, consonants alone make the key.
 */

import type { Script } from './transliterate.ts'

/** A letter: what it may be written as (V: up to two vowels), and its consonant classes for keys (several where usage differs). */
type LetterKeys = readonly [latin: string, ...keys: string[]]

const arabic: Readonly<Record<string, LetterKeys>> = {
  ا: ['V|Vh', ''], أ: ['V', ''], إ: ['V', ''], آ: ['V', ''], ء: ['', ''], ئ: ['|i|e|y', ''],
  ؤ: ['|u|o|w', ''], ب: ['b|p', 'B'], پ: ['p', 'B'], ت: ['t', 'T'], ث: ['th|t|s', 'T', 'S'], ج: ['dj|j|g|zh', 'K'], چ: ['ch|tch', 'K'],
  ح: ['h', ''], خ: ['kh|k|h', 'K', ''], د: ['d', 'T'], ذ: ['dh|d|z|th', 'T', 'S'], ر: ['r', 'R'], ز: ['z', 'S'], ژ: ['zh|j', 'S', 'K'],
  س: ['s|c', 'S'], ش: ['sh|ch|s', 'S', 'K'], ص: ['s', 'S'], ض: ['dh|d|z', 'T', 'S'], ط: ['t', 'T'], ظ: ['z|dh|d', 'S', 'T'], ع: ['V', ''],
  غ: ['gh|g', 'K'], ف: ['f|ph', 'B'], ق: ['q|k|g|gh|c', 'K'], ك: ['k|c|ck|q', 'K'], ک: ['k|c|ck', 'K'], گ: ['g', 'K'], ل: ['l', 'L'],
  م: ['m', 'M'], ن: ['n', 'N'], ه: ['|h', ''], ة: ['ah|at|eh|a|e|et', '', 'T'], و: ['w|v|ou|oo|u|o|au|aw|ow', '', 'B'],
  ي: ['ee|ie|ei|ai|ay|ey|iy|yy|y|i|e', ''], ى: ['a|e|y|ah', ''], ی: ['ee|ie|ei|ai|ay|ey|iy|y|i|e', ''],
} // prettier-ignore

const hebrew: Readonly<Record<string, LetterKeys>> = {
  א: ['V', ''], ב: ['b|v|w', 'B'], ג: ['g|j', 'K'], ד: ['d', 'T'], ה: ['h|a|ah|eh|e|', ''], ו: ['v|w|u|o|oo|ou', 'B', ''], ז: ['z|s', 'S'],
  ח: ['ch|kh|h', 'K', ''], ט: ['t', 'T'], י: ['ee|ai|ei|ey|ay|y|i|e|j', '', 'K'], כ: ['k|ch|kh|c', 'K'], ל: ['l', 'L'], מ: ['m', 'M'], נ: ['n', 'N'],
  ס: ['s', 'S'], ע: ['V', ''], פ: ['p|f|ph', 'B'], צ: ['tz|ts|z|c|cz', 'TS', 'S', 'K'], ק: ['k|c|q|ck', 'K'], ר: ['r', 'R'],
  ש: ['sh|s|sch', 'S'], ת: ['t|th', 'T'],
} // prettier-ignore

const initials: readonly LetterKeys[] = [
  ['k|g|c', 'K'], ['kk|gg|k|g', 'K'], ['n|r|l|', 'N', 'R', ''], ['d|t', 'T'], ['tt|dd|d|t', 'T'], ['r|l|n', 'R', 'L', 'N'], ['m', 'M'], ['b|p|v', 'B'],
  ['bb|pp|b|p', 'B'], ['sh|s|si', 'S'], ['ss|s', 'S'], ['', ''], ['j|ch|z|g', 'K', 'S'], ['jj|tch|j', 'K'], ['ch|j|tch', 'K'], ['k|kh|q|c', 'K'],
  ['t|th', 'T'], ['p|ph|f', 'B'], ['h', ''],
] // prettier-ignore
const vowels: readonly string[] = [
  'a|ah|ar', 'ae|ai|e|ay', 'ya|ia', 'yae|yai|ye', 'eo|u|o|e|uh|eu|ou|ur|aw', 'e|ay|ae|eh', 'yeo|yu|yo|you|ye|eo|yuh|young', 'ye|yae|e', 'o|oh|oe',
  'wa|oa|hwa', 'wae|wai|oae', 'oe|oi|we|wi|wae', 'yo|yoh|eo', 'u|oo|woo|wu|ou', 'wo|weo|wuh|uo|o', 'we|weh', 'wi|ui|wee|we', 'yu|yoo|you|u|ew', 'eu|u|e|oo|ew',
  'ui|eui|i|ee|yi|e', 'i|ee|yi|ie|y|ih|e',
] // prettier-ignore
const finals: readonly LetterKeys[] = [
  ['', ''], ['k|g|ck|c', 'K'], ['k|g', 'K'], ['k|g|ks', 'K'], ['n', 'N'], ['n', 'N'], ['n', 'N'], ['t|d', 'T'], ['l|ll|r', 'L', 'R'], ['k|lk|g', 'K'],
  ['m|lm', 'M'], ['l|lb', 'L'], ['l', 'L'], ['l', 'L'], ['p', 'B'], ['l', 'L'], ['m', 'M'], ['p|b', 'B'], ['p|b', 'B'], ['t|s', 'T', 'S'], ['t|s', 'T'],
  ['ng|g|n', 'N'], ['t|j', 'T'], ['t|ch', 'T'], ['k', 'K'], ['t', 'T'], ['p', 'B'], ['h|', ''],
] // prettier-ignore

/** Surnames whose usual spelling no rule gives. */
const hangulSurnames: Readonly<Record<string, LetterKeys>> = {
  이: ['lee|yi|rhee|i|li|rie|ree|leigh', 'L', '', 'R'], 리: ['lee|ri|rhee|li', 'L', 'R'], 박: ['park|bak|pak|bahk|parc', 'BRK', 'BK'],
  임: ['lim|im|rim|yim|rhim', 'LM', 'M', 'RM'], 림: ['lim|rim', 'LM', 'RM'], 유: ['yoo|yu|you|ryu|ryoo|ru', '', 'R'], 류: ['ryu|ryoo|yoo|yu|lyu', 'R', '', 'L'],
  오: ['oh|o', ''], 우: ['woo|wu|u', ''], 허: ['heo|hur|huh|her|hoh', '', 'R'], 노: ['noh|roh|no|ro', 'N', 'R'], 양: ['yang|ryang', 'N'],
} // prettier-ignore

/** Whether words of a script are compared by consonants. */
export function isConsonantal(script: Script): boolean {
  return script === 'arabic' || script === 'hebrew' || script === 'hangul'
}

const maxLength = 24

function lettersOf(word: string, script: Script): LetterKeys[] | null {
  const text = word.normalize('NFC')
  if (text.length === 0 || text.length > maxLength) return null
  const whole = script === 'hangul' ? hangulSurnames[text] : undefined
  if (whole !== undefined) return [whole]
  const letters: LetterKeys[] = []
  for (const char of text) {
    const found = script === 'hangul' ? syllable(char) : [(script === 'arabic' ? arabic : hebrew)[char]]
    for (const letter of found) {
      if (letter === undefined) return null
      letters.push(letter)
    }
  }
  return letters
}

function syllable(char: string): (LetterKeys | undefined)[] {
  const code = char.charCodeAt(0) - 0xac00
  if (code < 0 || code > 11171) return [undefined]
  const vowel = vowels[Math.floor(code / 28) % 21]
  return [initials[Math.floor(code / 588)], vowel === undefined ? undefined : [vowel, ''], finals[code % 28]]
}

const article = /^ال(?=.{2})/u

/** Letters that stand for a vowel at the end of a word. */
const endings: Readonly<Record<string, string>> = { ى: 'a|ah|e', ه: 'a|ah|eh|at|e', ة: 'a|ah|eh|at|e' }

/**
 * Whether a Latin word (base form) is a spelling of a word of a consonantal script (base form).
 * @param last the last letter as written: base form makes alif maqsura ya, and ta marbuta ha
 */
export function spells(latin: string, word: string, script: Script, last: string = word.slice(-1)): boolean {
  if (latin.length > 40 || !/^[a-z]+$/.test(latin)) return false
  const letters = lettersOf(script === 'arabic' ? word.replace(article, '') : word, script)
  if (letters === null) return false
  const free = script !== 'hangul'
  const spelt = endings[last]
  let at = startsOf(latin, script, word)
  for (const [i, [spelling, key]] of letters.entries()) {
    const ending = i === letters.length - 1 && spelt !== undefined ? `|${spelt}` : ''
    at = afterLetter(latin, at, `${spelling}${ending}`.split('|'), free && key !== '')
    if (at.size === 0) return false
    if (free) at = afterVowels(latin, at)
  }
  return at.has(latin.length) || (latin.endsWith('h') && at.has(latin.length - 1))
}

/** Where a word may begin: at its start, or behind the article with its l, which the next consonant may take over. */
function startsOf(latin: string, script: Script, word: string): Set<number> {
  const starts = new Set([0])
  const prefix = script === 'arabic' && article.test(word) ? latinPrefix.exec(latin) : null
  if (prefix !== null) starts.add(prefix[0].length)
  return starts
}

const latinPrefix = /^[aeu](?:sh|[lsrndtz])/

/** Places that one letter leads to from each of several, written once or (`doubled`) twice. The work is bounded by their product. */
function afterLetter(
  latin: string,
  from: ReadonlySet<number>,
  spellings: readonly string[],
  doubled: boolean,
): Set<number> {
  const to = new Set<number>()
  for (const place of from) {
    for (const spelling of spellings) {
      if (spelling.startsWith('V')) {
        const rest = spelling.slice(1)
        for (const end of afterVowels(latin, new Set([place])))
          if (latin.startsWith(rest, end)) to.add(end + rest.length)
        continue
      }
      if (!latin.startsWith(spelling, place)) continue
      const end = place + spelling.length
      to.add(end)
      if (doubled && spelling !== '' && latin.startsWith(spelling, end)) to.add(end + spelling.length)
    }
  }
  return to
}

/** Places behind none, one or two vowels. */
function afterVowels(latin: string, from: ReadonlySet<number>): Set<number> {
  const to = new Set(from)
  for (const place of from) {
    if (!isVowel(latin, place)) continue
    to.add(place + 1)
    if (isVowel(latin, place + 1)) to.add(place + 2)
  }
  return to
}

function isVowel(latin: string, place: number): boolean {
  return place < latin.length && 'aeiou'.includes(latin.charAt(place))
}

const classOfLetter: Readonly<Record<string, string>> = {
  k: 'K', g: 'K', q: 'K', c: 'K', j: 'K', t: 'T', d: 'T', s: 'S', z: 'S', b: 'B', p: 'B', f: 'B', v: 'B', l: 'L', m: 'M', n: 'N', r: 'R', x: 'KS',
} // prettier-ignore
const latinArticle = /^(?:al|el)(?=[^aeiou]{1,2}[aeiou])/

/** A Latin word without an Arabic article before a vowel, where it may be one; null if there is none. */
export function withoutArticle(base: string): string | null {
  return /^[ae]l[aeiou]\w{3}/.test(base) ? base.slice(2) : null
}

/** Consonant classes of a Latin word: what is left of any of its spellings. */
export function latinConsonants(base: string): string {
  const word = base.startsWith('al') || base.startsWith('el') ? base.replace(latinArticle, '') : base
  let out = ''
  for (let i = 0; i < word.length; i++) {
    let found = classOfLetter[word.charAt(i)]
    if (found === undefined) continue
    const pair = word.slice(i, i + 2)
    // ng is n, dj is j, ts stays two; h after a consonant says nothing.
    if (pair === 'ng' || pair === 'dj') i++
    if (pair === 'dj') found = 'K'
    if (pair === 'tc') continue
    if (!out.endsWith(found)) out += found
  }
  return out
}

/** Consonant classes of a word of a consonantal script, in each of at most eight usages. */
export function consonants(word: string, script: Script): string[] {
  const letters = lettersOf(script === 'arabic' ? word.replace(article, '') : word, script)
  if (letters === null) return []
  let found = ['']
  for (const [, ...keys] of letters) {
    found = found.flatMap((text) => keys.map((key) => text + key)).slice(0, 8)
  }
  return [...new Set(found.map((text) => text.replace(/(.)\1+/g, '$1')))]
}
