/** The ways in which given name and surname may stand. */

import { isParticle } from '../tables/tables.ts'
import type { NameTables } from '../tables/tables.ts'
import { gaps } from '../text/tokens.ts'
import type { Token } from '../text/tokens.ts'
import { makeWord } from '../text/word.ts'
import type { Word } from '../text/word.ts'

/** A part of a name in the ways in which it may stand: whole, without particles, only its first word … */
export interface PartVariant {
  readonly word: Word
  /** Something of the part is left out or elsewhere: a further given name, the second surname, two surnames in the other order. */
  readonly reduced: boolean
  /** Somebody else may be called so: by the second given name alone. Likely at most. */
  readonly unsure?: boolean
}

const vietnameseSurnames: ReadonlySet<string> = new Set(
  'nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh trinh mai lam luu truong doan dao phung ta'.split(
    ' ',
  ),
)

/** Chinese and Korean surnames as they are romanised. */
const syllabicSurnames: ReadonlySet<string> = new Set(
  `wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he gao lin luo zheng liang xie song tang feng deng cao peng zeng xiao
  tian dong pan yuan cai jiang yu du ye cheng wei su lu ding ren lu yao shen zhong cui tan liao fan wang jin shi jia xia fu fang zou xiong bai meng
  qin qiu hou yin xue yan lei long tao duan hao kong mao chang wan gu lai kang he qian ouyang wong chan cheung leung lam ng chow kwok tam
  kim lee park choi jung jeong kang cho jo yoon yun jang lim han oh seo shin kwon hwang ahn an yoo hong jeon ko moon son bae baek heo nam`.split(
    /\s+/,
  ),
)

/** Whether the words of a surname are a Vietnamese one. */
export function isVietnameseSurname(surname: readonly Pick<Word, 'base'>[]): boolean {
  return vietnameseSurnames.has(surname[0]?.base ?? '')
}

/** Whether a person's surname is a Vietnamese one. */
export function isVietnameseName(form: { readonly surname: readonly PartVariant[] }): boolean {
  return vietnameseSurnames.has(form.surname[0]?.word.base ?? '')
}

/** Whether a person's surname is a Chinese or a Korean one, as it is romanised. */
export function isEastAsianName(form: { readonly surname: readonly PartVariant[] }): boolean {
  return syllabicSurnames.has(form.surname[0]?.word.base ?? '')
}

/** The ways in which a given name may stand. */
export function givenVariants(given: readonly Token[], surname: readonly Token[]): PartVariant[] {
  const whole: PartVariant = { word: makeWord(glue(given)), reduced: false }
  const [first] = given
  const last = given.at(-1)
  if (given.length === 1 || first === undefined || last === undefined) return [whole]
  const reduced = (tokens: readonly Token[], unsure = false): PartVariant => ({
    word: makeWord(glue(tokens)),
    reduced: true,
    unsure,
  })
  if (isVietnameseSurname(surname)) {
    // The last word is the one that people are called by; Thị and Văn are left out: Hồng Nhung.
    const parts = first.raw.length === 1 || given.length > 2 ? [reduced(given.slice(1))] : []
    return [whole, ...parts, reduced([last])]
  }
  // The first given name, as far as a hyphen holds it together; an initial alone says too little.
  let end = 1
  while (end < given.length && given[end]?.gap === gaps.joined) end++
  const variants = [whole]
  if (end < given.length) variants.push(reduced(first.raw.length > 1 ? given.slice(0, end) : given.slice(1)))
  if (isShort(first) || isShort(last) || !isLettered(first)) return variants
  // Marc of Marc-Olivier; Olivier alone, and María of Ana María.
  if (end > 1) variants.push(reduced([first], true))
  variants.push(reduced([last], true))
  return variants
}

/** Of an alphabet in which a name has more than two letters: of Han and Hangul names each syllable is a word. */
function isLettered({ script }: Token): boolean {
  return script === 'latin' || script === 'cyrillic' || script === 'greek'
}

function isShort({ raw }: Token): boolean {
  return [...raw].length < 3
}

/** Letters, endings and particles of Portuguese names that Spanish ones have not. */
const portuguese =
  /[ãõçêâô]|^(?:da|do|dos|das|e)$|(?:eir[ao]s?|inh[ao]|lh[ao]|ss[ao])$|^(?:rodrigues|fernandes|gomes|lopes|alves|nunes|mendes|pires|tavares|soares|marques|esteves|domingues|antunes|henriques|neves)$/i

/** The ways in which a surname may stand. */
export function surnameVariants(given: readonly Token[], surname: readonly Token[], tables: NameTables): PartVariant[] {
  const variants: PartVariant[] = [{ word: makeWord(glue(surname)), reduced: false }]
  const add = (raw: string, reduced: boolean): void => {
    const word = makeWord(raw)
    if (raw !== '' && !variants.some((v) => v.word.plain === word.plain)) variants.push({ word, reduced })
  }
  const significant = surname.filter((t, i) => i === surname.length - 1 || !isParticle(t, tables))
  add(glue(significant), false)
  // vdHeijden
  const particles = surname.slice(0, -1)
  if (particles.length > 1 && significant.length === 1)
    add(particles.map(({ raw }) => raw.charAt(0)).join('') + glue(significant), false)
  const arabic = surname.length === 1 && /^ال.{2,}/u.test(surname[0]?.raw ?? '')
  if (arabic) add((surname[0]?.raw ?? '').slice(2), false)
  const [first, second] = significant
  if (significant.length === 2 && first !== undefined && second !== undefined) {
    // Of a hyphenated surname the second half alone is another family's name.
    const lusophone = second.gap !== gaps.joined && [...given, ...surname].some((t) => portuguese.test(t.raw))
    add((lusophone ? second : first).raw, true)
    if (lusophone) add(first.raw, true)
    add(second.raw + first.raw, true)
    // Íñigo S. Larrea
    if (second.gap !== gaps.joined && first.raw.length > 2) add([...first.raw].slice(0, 1).join('') + second.raw, true)
  }
  return variants
}

/** The particles of a surname, base form. */
export function particlesOf(surname: readonly Token[], tables: NameTables): string[] {
  return surname.slice(0, -1).flatMap((t) => (isParticle(t, tables) ? [t.base] : []))
}

/** Words written together. */
export function glue(tokens: readonly Token[]): string {
  return tokens.reduce((text, t) => text + t.raw, '')
}
