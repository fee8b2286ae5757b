/** Which keys a person is stored under. */

import { isConsonantal } from '../text/consonants.ts'
import {
  anySpelling,
  consonantKeys,
  cut,
  gates,
  joinWords,
  lookKeys,
  nicknameKey,
  romanKey,
  romanKeys,
  slipGate,
  typoKeys,
  variantClasses,
  variantGate,
  variantKeys,
} from './key-texts.ts'
import type { KeyOptions } from './key-texts.ts'
import type { PersonForm, WholeForm } from '../person/name-forms.ts'
import { romanised } from '../tables/nicknames.ts'
import type { NameForms } from '../person/person-name.ts'
import type { NameTables } from '../tables/tables.ts'
import type { Word } from '../text/word.ts'

/** What a person's names are stored under, and counted by. */
export interface StoredKeys {
  /** Keys that lead to the person. */
  readonly refs: readonly string[]
  /** Words of the person's names, base form, that are only counted. */
  readonly tokens: readonly string[]
  /** Marks to be counted like words if the keys lead to the person: they say which keys can lead to anybody. */
  readonly gates: readonly string[]
}

/** Most keys that one person is stored under. */
export const maxStoredKeys = 128

/** The keys of a person's names. */
export function storedKeys({ forms }: NameForms, tables: NameTables, { initials = true }: KeyOptions = {}): StoredKeys {
  const refs = new Set<string>()
  const tokens = new Set<string>()
  const opened = new Set<string>()
  for (const form of forms) {
    if (form.type === 'whole') {
      for (const key of lookKeys(form.word)) refs.add(key)
      if (form.word.roman !== null || form.words.length > 1) refs.add(romanKey(form.word))
      if (form.word.script !== 'latin') opened.add(gates.foreign)
      tokens.add(form.word.base)
      addRoleKeys(form, tables, refs, opened)
      continue
    }
    for (const { word } of [...form.given, ...form.surname]) {
      tokens.add(word.base)
      if (word.script !== 'latin') opened.add(gates.foreign)
      if (isConsonantal(word.script)) opened.add(gates.consonantal)
    }
    addPersonKeys(form, tables, initials, refs, opened)
  }
  return {
    refs: [...refs].slice(0, maxStoredKeys),
    tokens: [...tokens].filter((t) => t.length > 1),
    gates: [...opened],
  }
}

function addPersonKeys(
  form: PersonForm,
  tables: NameTables,
  initials: boolean,
  refs: Set<string>,
  opened: Set<string>,
): void {
  for (const g of form.given) {
    for (const s of form.surname) {
      for (const key of lookKeys(joinWords(g.word, s.word))) refs.add(key)
      for (const key of lookKeys(joinWords(s.word, g.word))) refs.add(key)
      if (g.unsure === true) continue
      for (const key of romanKeys(g.word, s.word)) refs.add(key)
      for (const key of consonantKeys(g.word, s.word, 'stored')) refs.add(key)
    }
  }
  const g = (form.given.find(({ reduced }) => reduced) ?? form.given[0])?.word
  for (const { word: s } of form.surname) {
    if (g === undefined) break
    addStoredNicknames(g, s, tables, refs, opened)
    addStoredVariants(form, g, s, tables, refs, opened)
    if (initials && g.base.length > 0) {
      refs.add(cut(`i:${[...g.base][0] ?? ''} ${s.base}`))
      refs.add(cut(`i:${g.base} ${[...s.base][0] ?? ''}`))
    }
    for (const [intact, slipped] of [
      [g.base, s.base],
      [s.base, g.base],
    ] as const) {
      for (const key of typoKeys(intact, slipped, 0)) refs.add(key)
      opened.add(slipGate(intact, slipped.charAt(0)))
    }
  }
}

/** Other spellings: Claus-Peter for Klaus-Peter, and Claus for either. */
function addStoredVariants(
  { given: [whole] }: PersonForm,
  g: Word,
  s: Word,
  tables: NameTables,
  refs: Set<string>,
  opened: Set<string>,
): void {
  const surnameClasses = variantClasses(s.base, 'surname', tables)
  const bases = whole === undefined || whole.word === g ? [g.base] : [g.base, whole.word.base]
  for (const base of bases) {
    for (const key of variantKeys(variantClasses(base, 'given', tables), surnameClasses)) refs.add(key)
  }
  for (const one of surnameClasses) if (!one.startsWith('=')) opened.add(variantGate(one))
}

/** Short forms with the surname; with any spelling of it where the name is of another alphabet. */
function addStoredNicknames(g: Word, s: Word, tables: NameTables, refs: Set<string>, opened: Set<string>): void {
  for (const nickname of tables.nicknames.classesOf(g.latin)) {
    refs.add(nicknameKey(nickname, s.base))
    if (g.script === 'latin' && s.script === 'latin' && !nickname.endsWith(romanised)) continue
    refs.add(nicknameKey(nickname, anySpelling(s)))
    opened.add(anySpelling(s))
  }
}

/** Accounts Payabel: of a role of several words the last or the first may be a slip. */
function addRoleKeys({ words }: WholeForm, tables: NameTables, refs: Set<string>, opened: Set<string>): void {
  if (words.length < 2 || words.length > 4 || !words.some(({ base }) => tables.classOf(base) !== 0)) return
  const bases = words.map(({ base }) => base)
  for (const [i, slipped] of bases.entries()) {
    const intact = bases.filter((_, k) => k !== i).join('')
    for (const key of typoKeys(intact, slipped, 0)) refs.add(key)
    opened.add(slipGate(intact, slipped.charAt(0)))
  }
}
