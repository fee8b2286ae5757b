/** One slip of the pen. */

/**
 * Whether a shown word is a slip of the pen for a stored one: a single edit of the kind that a reader passes over. Words
 * of fewer than four letters, another first letter, and endings that make another name (Kowalski, Kowalska) are not.
 * Whether the shown word is a name of its own is for the caller to ask.
 *
 * Both in base form (lower case, no accents).
 */
export function isTypo(shown: string, stored: string): boolean {
  const longer = Math.max(shown.length, stored.length)
  if (stored.length < 4 || shown.length < 3 || longer > 40 || Math.abs(shown.length - stored.length) > 1) return false
  if (shown === stored || !spelt.test(stored) || !spelt.test(shown)) return false
  let head = 0
  while (head < shown.length && head < stored.length && shown[head] === stored[head]) head++
  let tail = 0
  while (tail < shown.length - head && tail < stored.length - head && shown.at(-1 - tail) === stored.at(-1 - tail))
    tail++
  const a = shown.slice(head, shown.length - tail)
  const b = stored.slice(head, stored.length - tail)
  return isSlip(a, b, shown, stored, head, tail)
}

/** Whether the part in which two words differ, with `head` letters before it and `tail` behind, is one edit of that kind. */
function isSlip(a: string, b: string, shown: string, stored: string, head: number, tail: number): boolean {
  if (a.length === 2 && b.length === 2) return a[0] === b[1] && a[1] === b[0]
  if (a.length + b.length === 1) return isSlippedLetter(a + b, shown, stored, head, tail)
  // Few names of other alphabets are known, and one letter for another makes a name as often as a slip.
  return a.length === 1 && b.length === 1 && ascii.test(stored) && isMistakenLetter(a, b, stored, head, tail)
}

/** Alphabets in which a letter more or less is a slip; one Han or Hangul character makes another name. */
const spelt = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]+$/u
/** Last letters that are taken for one another; others end other names (Hohenfeld, Hohenfels). */
const endings: ReadonlySet<string> = new Set(['mn', 'nm', 'sz', 'zs', 'kc', 'ck', 'td', 'dt', 'fv', 'vf', 'xs', 'sx'])
const ascii = /^[a-z]+$/
const vowels = 'aeiouyаеиоуыэюяαεηιουω'

/** A letter left out or put in. */
function isSlippedLetter(letter: string, shown: string, stored: string, head: number, tail: number): boolean {
  const longer = shown.length > stored.length ? shown : stored
  const doubled = longer[head] === longer[head - 1] || longer[head] === longer[head + 1]
  if (doubled) return true
  if (head === 0 || stored.length < 5) return false
  // At the end a letter makes another name: Erik and Erika, Brook and Brooks, Peters and Petersen.
  return tail > 0 || (stored.length >= 6 && !vowels.includes(letter) && !'snzr'.includes(letter))
}

/** One letter for another. */
function isMistakenLetter(a: string, b: string, stored: string, head: number, tail: number): boolean {
  if (head === 0 || stored.length < 5) return false
  if (tail === 0) return stored.length >= 6 && endings.has(a + b)
  return true
}

/** Chinese and Korean surnames as they are romanised. */
export const syllabicSurnames: ReadonlySet<string> = new Set(
  `wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he gao lin luo zheng liang xie song tang feng deng cao peng zeng xiao
  tian dong pan yuan cai jiang yu du ye cheng wei su lu ding ren lu yao shen zhong cui tan liao fan wang jin shi jia xia fu fang zou xiong bai meng
  qin qiu hou yin xue yan lei long tao duan hao kong mao chang wan gu lai kang he qian ouyang wong chan cheung leung lam ng chow kwok tam
  kim lee park choi jung jeong kang cho jo yoon yun jang lim han oh seo shin kwon hwang ahn an yoo hong jeon ko moon son bae baek heo nam`.split(
    /\s+/,
  ),
)

const syllable =
  '(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?(?:iang|iong|uang|ang|eng|ong|iao|ian|ing|uai|uan|ai|ei|ao|ou|an|en|ia|ie|iu|in|ua|uo|ui|un|ue|yeo|eo|eu|ae|oe|yu|er|a|o|e|i|u)[gklmnp]?'
const syllables = new RegExp(`^(?:${syllable}){2}$`)

/** Whether two words are each of two syllables, of which another one makes another name: Xiaofeng and Xiaofang, Jihoon and Jihoo. */
export function isSyllabic(shown: string, stored: string): boolean {
  return shown.length < 16 && stored.length < 16 && syllables.test(shown) && syllables.test(stored)
}
