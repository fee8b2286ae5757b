/** Short forms both ways. */

import { nicknameSets, romanisationSets } from './nickname-sets.ts'
import { baseForm } from '../text/transliterate.ts'

/** Short forms of given names, both ways. */
export interface Nicknames {
  /** The classes that a given name (base form) belongs to; two names that share one may stand for each other. */
  readonly classesOf: (base: string) => readonly string[]
  /** Whether a name is the full one of a class, or the class an operator's set, whose names are all equal. */
  readonly isFull: (nameClass: string, base: string) => boolean
}

/** Marks a class of romanisations, whose names are one name. */
export const romanised = '~'
/** Marks the class of an operator's set. */
const operators = '*'
const none: readonly string[] = []

/** Builds the look-up from the built-in sets and an operator's, each of which is one class. */
export function buildNicknames(additions: readonly (readonly string[])[]): Nicknames {
  const byName = new Map<string, string[]>()
  const add = (name: string, group: string): void => {
    const groups = byName.get(name)
    if (groups === undefined) byName.set(name, [group])
    else if (!groups.includes(group)) groups.push(group)
  }
  for (const line of nicknameSets.trim().split('\n')) {
    const [formal = '', short = ''] = line.split(': ')
    for (const name of formal.split(' ')) {
      add(name, name)
      for (const nickname of short.split(' ')) add(nickname, name)
    }
  }
  for (const line of romanisationSets.trim().split('\n')) {
    const names = line.split(' ')
    for (const name of names) add(name, `${names[0] ?? name}${romanised}`)
  }
  for (const set of additions) {
    const names = set.map((name) => baseForm(name.trim()))
    for (const name of names) add(name, `${names[0] ?? name}${operators}`)
  }
  return {
    classesOf: (base) => byName.get(base) ?? none,
    isFull: (nameClass, base) => nameClass === base || nameClass.endsWith(operators),
  }
}
