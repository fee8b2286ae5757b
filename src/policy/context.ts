/** What judgements ask: rules, people, and what earlier ones found out. */

import type { LetterPair, Lookup, OriginatorReadings, Person } from '../model.ts'
import { Memo } from '../memo.ts'
import { KnownWords } from '../names/keys/known-words.ts'
import { alignLetters } from '../names/match/letters.ts'
import type { NameForms } from '../names/person/person-name.ts'
import type { Claim } from './claim.ts'
import type { Policy } from './compile.ts'
import { ForeignDomains } from './foreign-domains.ts'
import { OwnCompanies } from './own-companies.ts'
import { personKey } from './person-key.ts'

/**
 * What judgements ask: rules, people, and what earlier ones found out about both, as people write more than once. Made anew when rules
 * or people change, and bounded in number and size, so memory stays flat.
 */
export interface JudgementContext {
  readonly policy: Policy
  readonly lookup: Lookup
  readonly words: KnownWords
  readonly companies: OwnCompanies
  readonly domains: ForeignDomains
  /** The claims that a shown name makes. */
  readonly claims: Memo<readonly Claim[]>
  /** Originator fields, as written, that claim nothing, with their readings: most mail is of senders who wrote before. */
  readonly unclaimed: Memo<OriginatorReadings>
  /** `Policy.namesOf`, cut into parts once for each person. */
  readonly namesOf: (person: Person) => NameForms
  /** The letters of a shown name beside those of a person's, laid out once while it is shown again and again. */
  readonly lettersOf: (shown: string, person: Person) => readonly LetterPair[]
}

const maxClaims = 4000
const maxLetters = 4000
const maxUnclaimed = 10_000
const maxUnclaimedLength = 400

/** Gives the context for the people that are known at the moment, made anew when others are. */
export function contexts(policy: Policy, lookup: () => Lookup): () => JudgementContext {
  let current: JudgementContext | null = null
  return () => {
    const known = lookup()
    if (current?.lookup !== known) current = judgementContext(policy, known)
    return current
  }
}

/** The context of judgements by one policy among the people of one state of the directories. */
export function judgementContext(policy: Policy, lookup: Lookup): JudgementContext {
  const words = new KnownWords(policy.tables, lookup)
  // Lives as long as the Person does: the store hands out the same one while it remembers it.
  const forms = new WeakMap<Person, NameForms>()
  const namesOf = (person: Person): NameForms => {
    let known = forms.get(person)
    if (known === undefined) forms.set(person, (known = policy.namesOf(person)))
    return known
  }
  const letters = new Memo<readonly LetterPair[]>(maxLetters)
  return {
    policy,
    lookup,
    words,
    companies: new OwnCompanies(lookup, words),
    domains: new ForeignDomains(lookup),
    claims: new Memo(maxClaims),
    unclaimed: new Memo(maxUnclaimed, maxUnclaimedLength),
    namesOf,
    lettersOf: (shown, person) => {
      const text = `${personKey(person)} ${shown}`
      let known = letters.get(text)
      if (known === undefined) letters.set(text, (known = alignLetters(shown, namesOf(person).forms, policy.tables)))
      return known
    },
  }
}
