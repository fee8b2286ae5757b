/** The organisation's names, as its own domains say them. */

import type { Lookup } from '../model.ts'
import { companyKey, isNameOfDomain } from '../names/match/look-alike-domain.ts'
import type { ShownName } from '../names/text/shown-name.ts'
import { classes } from '../names/tables/tables.ts'
import type { NameTables } from '../names/tables/tables.ts'
import type { Memo } from './recollections.ts'

/** Most words of a company's name that a domain writes together. */
const wordsLimit = 3

/**
 * The name tables with the words of a shown name that name the organisation itself, as its own domains say: beside a
 * person's name they are a company (Jane Roe Meridian, where people have addresses at meridian.example). Domains of public
 * mail providers have no keys and so name nobody; a word that a person of the directories bears stays a name (Jane Roe Smith at
 * smith.example, where Kurt Smith works).
 * @param known answers for words that were asked for before
 * @param isBorne whether a person of the directories bears the word
 */
export function withOwnCompanies(
  tables: NameTables,
  shown: ShownName,
  lookup: Lookup,
  known: Memo<boolean>,
  isBorne: (base: string) => boolean,
): NameTables {
  let words: ReadonlySet<string> | null = null
  return {
    ...tables,
    classOf: (base) => {
      words ??= ownWords(shown, lookup, known, isBorne)
      return words.has(base) ? tables.classOf(base) | classes.company : tables.classOf(base)
    },
  }
}

function ownWords(
  shown: ShownName,
  lookup: Lookup,
  known: Memo<boolean>,
  isBorne: (base: string) => boolean,
): ReadonlySet<string> {
  const words = new Set<string>()
  for (const { tokens } of shown.texts) {
    for (let start = 0; start < tokens.length; start++) {
      let together = ''
      for (const token of tokens.slice(start, start + wordsLimit)) {
        together += token.base
        if (isBorne(together) || !isOwnCompany(together, lookup, known)) continue
        for (const part of tokens.slice(start, start + wordsLimit)) {
          words.add(part.base)
          if (part === token) break
        }
      }
    }
  }
  return words
}

function isOwnCompany(name: string, lookup: Lookup, known: Memo<boolean>): boolean {
  let answer = known.get(name)
  if (answer === undefined) {
    answer = lookup.ownDomainsByKey(companyKey(name)).some((domain) => isNameOfDomain(name, domain))
    known.set(name, answer)
  }
  return answer
}
