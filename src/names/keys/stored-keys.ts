/** Which keys a person is stored under. */

import { isConsonantal } from '../text/consonants.ts'
import { consonantKeys, cut, joinWords, lookKeys, nicknameKey, romanKey, romanKeys, typoKeys } from './key-forms.ts'
import { anySpelling, gates, slipGate } from './keys.ts'
import type { KeyOptions } from './keys.ts'
import type { PersonForm } from '../person/name-forms.ts'
import { romanised } from '../tables/nicknames.ts'
import { readPersonNames } from '../person/person-name.ts'
import type { NameForms, PersonNames } from '../person/person-name.ts'
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
export const storedKeyLimit = 96

/** The keys of a person's names. */
export function storedKeys(
  names: PersonNames | NameForms,
  tables: NameTables,
  { initials = true }: KeyOptions = {},
): StoredKeys {
  const forms = 'forms' in names ? names : readPersonNames(names, tables)
  const refs = new Set<string>()
  const tokens = new Set<string>()
  const opened = new Set<string>()
  for (const form of forms.forms) {
    if (form.type === 'whole') {
      for (const key of lookKeys(form.word)) refs.add(key)
      if (form.word.roman !== null || form.tokens > 1) refs.add(romanKey(form.word))
      if (form.word.script !== 'latin') opened.add(gates.foreign)
      tokens.add(form.word.base)
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
    refs: [...refs].slice(0, storedKeyLimit),
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
      for (const key of romanKeys(g.word, s.word)) refs.add(key)
      for (const key of consonantKeys(g.word, s.word, 'stored')) refs.add(key)
    }
  }
  const g = (form.given[1] ?? form.given[0])?.word
  for (const { word: s } of form.surname) {
    if (g === undefined) break
    addStoredNicknames(g, s, tables, refs, opened)
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

/** Short forms with the surname; with any spelling of it where the name is of another alphabet. */
function addStoredNicknames(g: Word, s: Word, tables: NameTables, refs: Set<string>, opened: Set<string>): void {
  for (const nickname of tables.nicknames.classesOf(g.latin)) {
    refs.add(nicknameKey(nickname, s.base))
    if (g.script === 'latin' && s.script === 'latin' && !nickname.endsWith(romanised)) continue
    refs.add(nicknameKey(nickname, anySpelling(s)))
    opened.add(anySpelling(s))
  }
}
