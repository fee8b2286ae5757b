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
  /** Something of the part is left out: a further given name, the second surname. */
  readonly reduced: boolean
}

const vietnameseSurnames = new Set(
  'nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh trinh mai lam luu truong doan dao phung ta'.split(
    ' ',
  ),
)

/** The ways in which a given name may stand. */
export function givenVariants(given: readonly Token[], surname: readonly Token[]): PartVariant[] {
  const variants: PartVariant[] = [{ word: makeWord(glue(given)), reduced: false }]
  if (given.length === 1) return variants
  // The first given name, as far as a hyphen holds it together; an initial alone says too little.
  let end = 1
  while (end < given.length && given[end]?.gap === gaps.joined) end++
  const first = given[0]
  const vietnamese = vietnameseSurnames.has(surname[0]?.base ?? '')
  if (end < given.length && first !== undefined && first.raw.length > 1) {
    // Of a Vietnamese name the last word is the one that people are called by.
    if (!vietnamese) variants.push({ word: makeWord(glue(given.slice(0, end))), reduced: true })
  } else if (end < given.length) {
    variants.push({ word: makeWord(glue(given.slice(1))), reduced: true })
  }
  const last = given.at(-1)
  if (given.length > 2 && vietnamese) {
    // Thị and Văn are left out: Hồng Nhung.
    variants.push({ word: makeWord(glue(given.slice(1))), reduced: true })
  }
  if (last !== undefined && vietnamese) {
    variants.push({ word: makeWord(last.raw), reduced: true })
  }
  return variants
}

const portuguese = /[ãõ]|^(da|do|dos|das)$/i

/** The ways in which a surname may stand. */
export function surnameVariants(surname: readonly Token[], tables: NameTables): PartVariant[] {
  const variants: PartVariant[] = [{ word: makeWord(glue(surname)), reduced: false }]
  const add = (raw: string, reduced: boolean): void => {
    const word = makeWord(raw)
    if (raw !== '' && !variants.some((v) => v.word.plain === word.plain)) variants.push({ word, reduced })
  }
  const significant = surname.filter((t, i) => i === surname.length - 1 || !isParticle(t, tables))
  add(glue(significant), false)
  const arabic = surname.length === 1 && /^ال.{2,}/u.test(surname[0]?.raw ?? '')
  if (arabic) add((surname[0]?.raw ?? '').slice(2), false)
  const parted = significant.length === 2 && significant[1]?.gap !== gaps.joined
  if (parted) {
    const lusophone = surname.some((t) => portuguese.test(t.raw))
    add((lusophone ? significant[1] : significant[0])?.raw ?? '', true)
    if (lusophone) add(significant[0]?.raw ?? '', true)
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
