/** The organisation's names, as its own domains say them. */

import type { Lookup } from '../model.ts'
import { companyKey, isNameOfDomain, shortestCompany } from '../names/match/look-alike-domain.ts'
import type { ShownName } from '../names/text/shown-name.ts'
import type { Token } from '../names/text/tokens.ts'
import { classes } from '../names/tables/tables.ts'
import type { NameTables } from '../names/tables/tables.ts'
import type { Memo } from './recollections.ts'

/** Most words of a company's name that a domain writes together. */
const wordsLimit = 3
/** Of a text of more words all are looked at once; of a shorter one each is, when it is asked for. */
const wordsAskedSingly = 16

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
  lookup: Pick<Lookup, 'ownDomainsByKey'>,
  known: Memo<boolean>,
  isBorne: (base: string) => boolean,
): NameTables {
  const words = new Map<string, boolean>()
  // Most words written together are no own domain's, so that is asked first.
  const isOwn = (together: string): boolean => isOwnCompany(together, lookup, known) && !isBorne(together)
  let isRead = false
  const isOwnWord = (base: string): boolean => {
    let answer = words.get(base)
    if (answer !== undefined || isRead) return answer ?? false
    if (shown.texts.reduce((sum, { tokens }) => sum + tokens.length, 0) > wordsAskedSingly) {
      isRead = true
      for (const { tokens } of shown.texts) for (const i of tokens.keys()) addOwnWords(tokens, i, isOwn, words)
      return words.get(base) ?? false
    }
    answer = shown.texts.some(({ tokens }) =>
      tokens.some((token, i) => token.base === base && isOfCompany(tokens, i, isOwn)),
    )
    words.set(base, answer)
    return answer
  }
  return {
    ...tables,
    classOf: (base) => (isOwnWord(base) ? tables.classOf(base) | classes.company : tables.classOf(base)),
  }
}

/** Whether the word at a place is one of some in a row that name the organisation. */
function isOfCompany(tokens: readonly Token[], at: number, isOwn: (together: string) => boolean): boolean {
  for (let start = Math.max(0, at - wordsLimit + 1); start <= at; start++) {
    let together = ''
    for (let end = start; end < Math.min(tokens.length, start + wordsLimit); end++) {
      together += tokens[end]?.base ?? ''
      if (end >= at && isOwn(together)) return true
    }
  }
  return false
}

/** Adds the words of which a name of the organisation consists that begins at a place. */
function addOwnWords(
  tokens: readonly Token[],
  start: number,
  isOwn: (together: string) => boolean,
  words: Map<string, boolean>,
): void {
  let together = ''
  for (let end = start; end < Math.min(tokens.length, start + wordsLimit); end++) {
    together += tokens[end]?.base ?? ''
    if (isOwn(together)) for (const { base } of tokens.slice(start, end + 1)) words.set(base, true)
  }
}

function isOwnCompany(name: string, lookup: Pick<Lookup, 'ownDomainsByKey'>, known: Memo<boolean>): boolean {
  if (name.length < shortestCompany) return false
  let answer = known.get(name)
  if (answer === undefined) {
    answer = lookup.ownDomainsByKey(companyKey(name)).some((domain) => isNameOfDomain(name, domain))
    known.set(name, answer)
  }
  return answer
}
