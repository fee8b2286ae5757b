/** A person's names, in all their forms. */

import { formOf, personForm, plainForm, wholeForm } from './name-forms.ts'
import type { NameForm, PersonForm } from './name-forms.ts'
import { glue } from './part-variants.ts'
import { cleanText } from '../text/normalise.ts'
import { meaningful, spellingsOf } from './spellings.ts'
import type { NameTables } from '../tables/tables.ts'
import { tokenise } from '../text/tokens.ts'
import { makeWord } from '../text/word.ts'
import type { Script } from '../text/transliterate.ts'
import type { Word } from '../text/word.ts'

/** The names of one person, as directory and operator give them. */
export interface PersonNames {
  readonly displayName: string
  readonly givenName: string | null
  readonly surname: string | null
  /** Further spellings to guard. */
  readonly further: readonly string[]
}

/** All spellings of one person, cut into parts. */
export interface NameForms {
  readonly forms: readonly NameForm[]
  /** Alphabets other than the Latin one in which a spelling is given: a name shown in one of them is compared with that one. */
  readonly natives: ReadonlySet<Script>
}

/** Spellings beyond this many are not read: a directory entry is data from outside. */
const maxSpellings = 16

/** Reads a person's names: order, particles, titles, and the decorations that directories put into display names. Never throws. */
export function readPersonNames(names: PersonNames, tables: NameTables): NameForms {
  const plain = plainNames(names, tables)
  return plain === null ? readForms(names, tables) : { forms: [plain], natives: noNatives }
}

function readForms(names: PersonNames, tables: NameTables): NameForms {
  const given = meaningful(names.givenName, tables)
  const surname = meaningful(names.surname, tables)
  const forms: NameForm[] = []
  const seen = new Set<string>()
  const add = (form: NameForm | null): void => {
    if (form === null) return
    const key = formKey(form)
    const known = form.type === 'whole' && forms.some((f) => f.type === 'person' && isWhole(f, form.word))
    if (!seen.has(key) && !known) {
      seen.add(key)
      forms.push(form)
    }
  }
  for (const spelling of [names.displayName, ...names.further].slice(0, maxSpellings)) {
    const all = tokenise(cleanText(spelling).text).filter((t) => !t.joins)
    for (const tokens of spellingsOf(all, tables, given, surname)) {
      add(formOf(tokens, spelling, given, surname, tables))
    }
    // As it stands, with all that decorates it or both alphabets: to be recognised whole.
    if (all.length > 2) add(wholeForm(all, spelling))
  }
  if (given.length > 0 && surname.length > 0) {
    // Most display names are of just these two.
    const isKnown = seen.has(`${makeWord(glue(given)).plain} ${makeWord(glue(surname)).plain}`)
    if (!isKnown) add(personForm(given, surname, `${names.givenName ?? ''} ${names.surname ?? ''}`, tables))
  } else if (forms.length === 0 && given.length + surname.length > 0) {
    add(wholeForm([...given, ...surname], `${names.givenName ?? ''}${names.surname ?? ''}`))
  }
  const natives = new Set<Script>()
  for (const form of forms) {
    for (const word of form.type === 'whole' ? [form.word] : [form.given[0]?.word, form.surname[0]?.word]) {
      if (word !== undefined && word.script !== 'latin') natives.add(word.script)
    }
  }
  return { forms, natives }
}

const noNatives: ReadonlySet<Script> = new Set()
const plainWord = /^[A-Za-z]{2,}$/

/**
 * Jane Roe or Roe, Jane of the given name Jane and the surname Roe, words that mean nothing else: what most entries of a directory are, and
 * what the rest of this file would make of them at ten times the cost. Null for all others.
 */
function plainNames({ displayName, givenName, surname, further }: PersonNames, tables: NameTables): PersonForm | null {
  if (givenName === null || surname === null || further.length > 0) return null
  if (displayName !== `${givenName} ${surname}` && displayName !== `${surname}, ${givenName}`) return null
  if (!plainWord.test(givenName) || !plainWord.test(surname)) return null
  const [g, s] = [makeWord(givenName), makeWord(surname)]
  if (g.base === s.base || tables.classOf(g.base) !== 0 || tables.classOf(s.base) !== 0) return null
  return plainForm(g, s, displayName)
}

function isWhole(form: PersonForm, word: Word): boolean {
  return form.wholes.some((whole) => whole.word.plain === word.plain)
}

function formKey(form: NameForm): string {
  if (form.type === 'whole') return form.word.plain
  return `${form.given[0]?.word.plain ?? ''} ${form.surname[0]?.word.plain ?? ''}`
}
