/** The organisation's names, as its own domains say them. */

import type { Budget } from '../budget.ts'
import { Memo } from '../memo.ts'
import type { Lookup } from '../model.ts'
import type { KnownWords } from '../names/keys/known-words.ts'
import { companyKey, isNameOfDomain, minCompanyLength, namesOfDomain } from '../names/match/look-alike-domain.ts'
import type { ShownName } from '../names/text/shown-name.ts'
import { skeleton } from '../names/text/skeleton.ts'
import type { Token } from '../names/text/tokens.ts'
import { classes } from '../names/tables/tables.ts'
import type { NameTables } from '../names/tables/tables.ts'
import { isPublicMailDomain } from './public-mail.ts'

/** Most words of a company's name that a domain writes together. */
const maxWords = 3
/** Of a text of more words all are looked at once; of a shorter one each is, when it is asked for. */
const maxAskedSingly = 16
/** Domains of a directory, guests' included, up to which the own ones' names are held in memory. */
const maxHeldDomains = 256
/** Answers kept where there are more. */
const maxAnswers = 20_000

/**
 * Words of a shown name that name the organisation itself, as its own domains say: beside a person's name they are a company
 * (Jane Roe Meridian, where people have addresses at meridian.example). Domains of public mail providers name nobody; a word that
 * a person of the directories bears stays a name (Jane Roe Smith at smith.example, where Kurt Smith works).
 */
export class OwnCompanies {
  readonly #lookup: Lookup
  readonly #words: KnownWords
  readonly #answers = new Memo<boolean>(maxAnswers)
  /** What names of the organisation look like; null where it has too many domains to hold, undefined until the first question. */
  #names: ReadonlySet<string> | null | undefined
  /** The letters that a text may begin with which looks like one of them. */
  readonly #beginnings = new Set<string>()

  constructor(lookup: Lookup, words: KnownWords) {
    this.#lookup = lookup
    this.#words = words
  }

  /** Whether any words of a shown name may name the organisation: without them its tables are the plain ones. */
  mayName({ texts }: ShownName, budget?: Budget): boolean {
    const isOwn = (together: string): boolean => this.#isOwn(together, budget)
    return texts.some(({ tokens }) => tokens.some((_, i) => beginsCompany(tokens, i, isOwn)))
  }

  /** The name tables with the words of a shown name that name the organisation known as such. */
  tablesFor(tables: NameTables, shown: ShownName, budget?: Budget): NameTables {
    const isShort = shown.texts.reduce((sum, { tokens }) => sum + tokens.length, 0) <= maxAskedSingly
    if (isShort && !this.mayName(shown, budget)) return tables
    const answers = new Map<string, boolean>()
    let isRead = false
    const isOwn = (together: string): boolean => this.#isOwn(together, budget)
    const isOwnWord = (base: string): boolean => {
      let answer = answers.get(base)
      if (answer !== undefined || isRead) return answer ?? false
      if (!isShort) {
        isRead = true
        for (const { tokens } of shown.texts) for (const i of tokens.keys()) addOwnWords(tokens, i, isOwn, answers)
        return answers.get(base) ?? false
      }
      answer = shown.texts.some(({ tokens }) =>
        tokens.some((token, i) => token.base === base && isOfCompany(tokens, i, isOwn)),
      )
      answers.set(base, answer)
      return answer
    }
    return {
      ...tables,
      classOf: (base) => (isOwnWord(base) ? tables.classOf(base) | classes.company : tables.classOf(base)),
    }
  }

  /** Most words written together are no own domain's, so that is asked first. */
  #isOwn(together: string, budget?: Budget): boolean {
    return together.length >= minCompanyLength && this.#isName(together, budget) && !this.#words.of(together).isBorne
  }

  #isName(together: string, budget: Budget | undefined): boolean {
    if (this.#names === undefined) this.#names = this.#heldNames()
    if (this.#names !== null) {
      budget?.spend(15)
      const first = together.charAt(0)
      const isLetter = first >= 'a' && first <= 'z'
      return (!isLetter || this.#beginnings.has(first)) && this.#names.has(skeleton(together))
    }
    let answer = this.#answers.get(together)
    if (answer === undefined) {
      budget?.spend(20)
      answer = this.#lookup.ownDomainsByKey(companyKey(together)).some((domain) => isNameOfDomain(together, domain))
      this.#answers.set(together, answer)
    }
    return answer
  }

  #heldNames(): ReadonlySet<string> | null {
    const domains = this.#lookup.ownDomains(maxHeldDomains)
    if (domains === null) return null
    const names = new Set(domains.filter((domain) => !isPublicMailDomain(domain)).flatMap(namesOfDomain))
    for (const name of names) for (const letter of lettersOf(name.charAt(0))) this.#beginnings.add(letter)
    return names
  }
}

/** The letters whose look, by themselves or with the next, is this one (rn is m). */
function lettersOf(look: string): string {
  return { l: 'li', m: 'mr', w: 'wvu', d: 'dc' }[look] ?? look
}

/** Calder's: without the ending. */
function bareOf(token: Token | undefined): string {
  return token?.possessive === true ? token.base.slice(0, -1) : (token?.base ?? '')
}

/** Whether words in a row that begin at a place name the organisation. */
function beginsCompany(tokens: readonly Token[], start: number, isOwn: (together: string) => boolean): boolean {
  let together = ''
  for (let end = start; end < Math.min(tokens.length, start + maxWords); end++) {
    together += bareOf(tokens[end])
    if (isOwn(together)) return true
  }
  return false
}

/** Whether the word at a place is one of some in a row that name the organisation. */
function isOfCompany(tokens: readonly Token[], at: number, isOwn: (together: string) => boolean): boolean {
  for (let start = Math.max(0, at - maxWords + 1); start <= at; start++) {
    let together = ''
    for (let end = start; end < Math.min(tokens.length, start + maxWords); end++) {
      together += bareOf(tokens[end])
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
  for (let end = start; end < Math.min(tokens.length, start + maxWords); end++) {
    together += bareOf(tokens[end])
    if (isOwn(together)) for (const { base } of tokens.slice(start, end + 1)) words.set(base, true)
  }
}
