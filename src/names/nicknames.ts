import { baseForm } from './transliterate.ts'

/** Short forms of given names, both ways. */
export interface Nicknames {
  /** The classes that a given name (base form) belongs to; two names that share one may stand for each other. */
  classesOf(base: string): readonly string[]
}

/** Builds the look-up from the built-in data and an operator's sets. */
export function buildNicknames(additions: readonly (readonly string[])[]): Nicknames {
  const byName = new Map<string, string[]>()
  for (const set of additions) {
    const names = set.map(baseForm)
    for (const name of names) byName.set(name, [...(byName.get(name) ?? []), names[0] ?? name])
  }
  return { classesOf: (base) => byName.get(base) ?? [] }
}
