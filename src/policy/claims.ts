/** Whom a reading claims to be. */

import { canonicalAddress, domainOf, localPartOf, withoutTag, writtenAddress } from '../mail/address.ts'
import { untilSpent } from '../budget.ts'
import type { Budget } from '../budget.ts'
import type { Lookup, Person, PersonRef, Reading } from '../model.ts'
import {
  arePartsOf,
  initialOfLocalPart,
  localPartNames,
  mayBeInitials,
  nameWithLocalPart,
  readBeside,
} from '../names/match/local-part.ts'
import { matchName } from '../names/match/match.ts'
import type { MatchContext, NameMatch } from '../names/match/match.ts'
import { queryKeys } from '../names/keys/query-keys.ts'
import type { QueryKey } from '../names/keys/query-keys.ts'
import { readShown } from '../names/text/shown-name.ts'
import type { ShownName } from '../names/text/shown-name.ts'
import type { NameTables } from '../names/tables/tables.ts'
import type { Claim } from './claim.ts'
import type { Policy } from './compile.ts'
import type { JudgementContext } from './context.ts'
import { personKey } from './person-key.ts'
import { isPublicMailDomain } from './public-mail.ts'
import { mayShowAddress, shownAddresses } from './shown-address.ts'

/** People asked for under one key: namesakes, of whom any may be the one that the policy is strictest about. */
const maxPeoplePerKey = 1000
/** Spellings compared for one shown name. */
const maxComparisons = 250

/** Finds claims; keeps what one message asks twice. One is made for each message. */
export class ClaimFinder {
  readonly #context: JudgementContext
  readonly #policy: Policy
  readonly #lookup: Lookup
  readonly #budget: Budget
  readonly #matching: MatchContext
  /** Whether a name was left unjudged because too many people could be meant by it. */
  unjudged = false
  /** Whether the budget ended in the last search: the next ones would find no more. */
  cutOff = false
  readonly #byReading = new Map<Reading, readonly Claim[]>()
  readonly #byName = new Map<string, readonly Claim[]>()
  readonly #people = new Map<string, Person | null>()
  readonly #texts = new Map<string, ShownName>()
  readonly #tables = new Map<string, NameTables>()
  readonly #owners = new Map<string, readonly Person[]>()
  readonly #matched = new Map<Person, Map<string, NameMatch | null>>()

  constructor(context: JudgementContext, budget: Budget) {
    this.#context = context
    this.#policy = context.policy
    this.#lookup = context.lookup
    this.#budget = budget
    this.#matching = {
      tokenCount: (token) => context.words.of(token, budget).count,
      initials: context.policy.rules.initials,
      budget,
    }
  }

  /**
   * All claims of a reading: by its name, by addresses in it, by its mailbox. One claim a person and kind. Where the budget ends
   * in the middle, those found by then.
   */
  of(reading: Reading): readonly Claim[] {
    const known = this.#byReading.get(reading)
    if (known !== undefined) return known
    const claims: Claim[] = []
    this.#byReading.set(reading, claims)
    this.cutOff = !untilSpent(() => {
      this.#budget.spend(30)
      if (reading.name !== '') {
        this.#addByShownName(reading.name, claims)
        this.#addByShownAddress(reading.name, claims)
      }
      if (reading.address !== null) this.#addByMailbox(reading, reading.address, claims)
    })
    return claims
  }

  /** A person of any directory, each read once a message. */
  person(ref: PersonRef): Person | undefined {
    const key = personKey(ref)
    let person = this.#people.get(key)
    if (person === undefined) {
      this.#budget.spend(20)
      person = this.#lookup.person(ref) ?? null
      this.#people.set(key, person)
    }
    return person ?? undefined
  }

  /** How a shown name matches a person's, protected or not; null if it does not. Compared once a message. */
  match(shown: string, person: Person): NameMatch | null {
    let ofPerson = this.#matched.get(person)
    if (ofPerson === undefined) this.#matched.set(person, (ofPerson = new Map<string, NameMatch | null>()))
    let match = ofPerson.get(shown)
    if (match === undefined) {
      match = matchName(this.#read(shown), this.#context.namesOf(person), this.#tablesFor(shown), this.#matching)
      ofPerson.set(shown, match)
    }
    return match
  }

  /** The name tables with the organisation's own names in the text known as such. */
  #tablesFor(shown: string): NameTables {
    let tables = this.#tables.get(shown)
    if (tables === undefined) {
      this.#budget.spend(100)
      tables = this.#context.companies.tablesFor(this.#policy.tables, this.#read(shown), this.#budget)
      this.#tables.set(shown, tables)
    }
    return tables
  }

  #read(shown: string): ShownName {
    let read = this.#texts.get(shown)
    if (read === undefined) {
      read = readShown(shown, this.#budget)
      this.#texts.set(shown, read)
    }
    return read
  }

  /** The keys that a shown name is looked up by. */
  keysOf(shown: string): readonly QueryKey[] {
    return queryKeys(this.#read(shown), this.#context.words, this.#matching)
  }

  #byShownName(shown: string): readonly Claim[] {
    const claims: Claim[] = []
    this.#addByShownName(shown, claims)
    return claims
  }

  #addByShownName(shown: string, claims: Claim[]): void {
    const known = this.#byName.get(shown) ?? this.#context.claims.get(shown)
    if (known !== undefined) {
      this.#budget.spend(known.length)
      claims.push(...known)
      return
    }
    const found: Claim[] = []
    try {
      const complete = this.#findByShownName(shown, found)
      this.#byName.set(shown, found)
      if (complete) this.#context.claims.set(shown, found)
    } finally {
      // Thrown out of the search as well: what was found by then stays found.
      claims.push(...found)
    }
  }

  /** @returns whether everyone was looked at whom the name could mean, or some of whose namesakes were found */
  #findByShownName(shown: string, claims: Claim[]): boolean {
    const seen = new Set<string>()
    const matches = new Map<string, NameMatch | null>()
    let cut = false
    for (const { key } of this.keysOf(shown)) {
      this.#budget.spend(20)
      const refs = this.#lookup.byKey(key, maxPeoplePerKey)
      cut ||= refs.length >= maxPeoplePerKey
      this.#budget.spend(refs.length === 0 ? 0 : 40 + 5 * refs.length)
      for (const ref of refs) {
        const id = personKey(ref)
        if (seen.has(id)) continue
        seen.add(id)
        const person = this.person(ref)
        if (person === undefined || !this.#policy.protects(person)) continue
        const spelling = this.#policy.spellingOf(person)
        let match = matches.get(spelling)
        if (match === undefined) {
          if (matches.size >= maxComparisons) return this.#leftOut(claims)
          match = this.match(shown, person)
          matches.set(spelling, match)
        }
        if (match) claims.push({ person, kind: match.kind, tier: match.tier, evidence: match.evidence, shown })
      }
    }
    return cut ? this.#leftOut(claims) : true
  }

  /** Not everyone was looked at whom a name could mean. Where some of them were found, the others are their namesakes. */
  #leftOut(claims: readonly Claim[]): boolean {
    if (claims.length === 0) this.unjudged = true
    return claims.length > 0
  }

  /** A protected person's own address shown as the name of some mailbox, or another one that carries the name. */
  #addByShownAddress(name: string, claims: Claim[]): void {
    if (!mayShowAddress(name)) return
    this.#budget.spend(20 + 2 * Math.min(name.length, 1024))
    for (const written of shownAddresses(name)) {
      const shown = canonicalAddress(written)
      const owners = this.owners(shown)
      if (owners.length === 0) claims.push(...this.#byLocalPart(mailboxName(shown)))
      for (const person of owners) {
        if (!this.#policy.protects(person)) continue
        claims.push({
          person,
          kind: 'address',
          tier: 'certain',
          evidence: [`${written} is an own address of ${person.displayName}`],
          shown: null,
        })
      }
    }
  }

  /** Whether a domain, or one above it, is one of the organisation's own. */
  isOwnDomain(domain: string): boolean {
    for (let at = 0; at >= 0; at = domain.indexOf('.', at + 1)) {
      this.#budget.spend(10)
      if (this.#lookup.isOwnDomain(domain.slice(at === 0 ? 0 : at + 1))) return true
    }
    return false
  }

  /** People who own a canonical address (or it without its tag), by directory or by the protection file. */
  owners(canonical: string): readonly Person[] {
    const known = this.#owners.get(canonical)
    if (known !== undefined) return known
    this.#budget.spend(70)
    const refs = new Map<string, PersonRef>()
    const plain = withoutTag(canonical)
    for (const ref of this.#lookup.byAddress(canonical)) refs.set(personKey(ref), ref)
    if (plain !== canonical) for (const ref of this.#lookup.byAddress(plain)) refs.set(personKey(ref), ref)
    for (const ref of this.#policy.secondaries.owners(canonical)) refs.set(personKey(ref), ref)
    const owners = [...refs.values()].map((ref) => this.person(ref)).filter((person) => person !== undefined)
    this.#owners.set(canonical, owners)
    return owners
  }

  /** The mailbox itself: at a domain that imitates an own one, or carrying the name where no other name is shown. */
  #addByMailbox(reading: Reading, address: string, claims: Claim[]): void {
    this.#budget.spend(10 + Math.min(address.length, 1000))
    const canonical = canonicalAddress(address)
    const domain = domainOf(canonical)
    if (domain === '') return
    const { isOwn, imitated } = this.#context.domains.of(domain, this.#budget)
    if (isOwn && domainOf(writtenAddress(address) ?? '') === domain) return
    const localPart = mailboxName(canonical)
    // An own domain in letters that nobody's program writes is an imitation of itself.
    const lookAlikes = this.#byLookAlikeDomain(localPart, domain, isOwn ? [domain] : imitated)
    claims.push(...lookAlikes)
    const known = new Set(lookAlikes.map((claim) => personKey(claim.person)))
    const byName = standsAlone(reading, canonical)
      ? [...this.#byLocalPart(localPart), ...this.#byInitial(localPart)]
      : this.#besideName(reading.name, localPart, isPublicMailDomain(domain))
    claims.push(...byName.filter((claim) => !known.has(personKey(claim.person))))
  }

  /** A mailbox that carries a name, where the name shown says nothing of its own, or only a part of that name. */
  #besideName(shown: string, localPart: string, personal: boolean): Claim[] {
    const read = this.#read(shown)
    const plain = readBeside(read, this.#policy.tables, personal)
    // The own company's words only take away: what says nothing without them stays so.
    const { saysNothing, parts } = plain.saysNothing ? plain : readBeside(read, this.#tablesFor(shown), personal)
    if (saysNothing) return [...this.#byLocalPart(localPart), ...this.#byInitial(localPart)]
    const [part] = parts
    // Most names shown are nobody's here.
    const isInitial = parts.length === 1 && part !== undefined && mayBeInitials(part)
    if (part === undefined || !(isInitial || parts.some(({ base }) => base.length > 1 && this.#mayBePart(base))))
      return []
    const composed = parts.length === 1 ? nameWithLocalPart(part, localPart) : null
    // Warner <c.warner@…>: the surname alone, the initial in the mailbox.
    const claims = [
      ...this.#byLocalPart(localPart),
      ...this.#byInitial(localPart),
      ...(composed === null ? [] : this.#byLocalPart(composed)),
    ]
    return claims.filter(({ person }) => arePartsOf(parts, this.#context.namesOf(person), this.#policy.tables))
  }

  #mayBePart(base: string): boolean {
    const word = this.#context.words.of(base, this.#budget)
    return word.count > 0 || word.nicknames.length > 0
  }

  /** `jroe@`, where initials count. */
  #byInitial(localPart: string): Claim[] {
    const name = this.#policy.rules.initials ? initialOfLocalPart(localPart) : null
    if (name === null) return []
    const told = `the local-part ${JSON.stringify(localPart)} reads as ${JSON.stringify(name)}`
    return this.#byShownName(name).flatMap((claim) =>
      claim.kind === 'initial'
        ? [{ ...claim, kind: 'local-part' as const, tier: 'likely' as const, evidence: [told, ...claim.evidence] }]
        : [],
    )
  }

  #byLocalPart(localPart: string): Claim[] {
    const claims = new Map<string, Claim>()
    for (const name of localPartNames(localPart)) {
      for (const claim of this.#byShownName(name)) {
        // A name of one word (indah@) or a role (treasury.desk@) is anyone's; a likeness of a likeness is nobody.
        if (claim.tier !== 'certain' || !this.#hasGivenNameAndSurname(claim.person)) continue
        claims.set(personKey(claim.person), {
          ...claim,
          kind: 'local-part',
          tier: 'likely',
          evidence: [`the local-part ${JSON.stringify(localPart)} reads as ${JSON.stringify(name)}`, ...claim.evidence],
        })
      }
    }
    return [...claims.values()]
  }

  #hasGivenNameAndSurname(person: Person): boolean {
    return this.#context.namesOf(person).forms.some((form) => form.type === 'person')
  }

  #byLookAlikeDomain(localPart: string, domain: string, imitated: readonly string[]): Claim[] {
    const claims: Claim[] = []
    for (const own of imitated) {
      const evidence = `${domain} looks like the own domain ${own}`
      const people = new Map<string, Person>()
      for (const person of this.owners(canonicalAddress(`${localPart}@${own}`))) people.set(personKey(person), person)
      for (const claim of this.#byLocalPart(localPart)) people.set(personKey(claim.person), claim.person)
      for (const person of people.values()) {
        if (!this.#policy.protects(person)) continue
        claims.push({ person, kind: 'lookalike-domain', tier: 'likely', evidence: [evidence], shown: null })
      }
    }
    return claims
  }
}

/** The local-part without tag and quotes. */
export function mailboxName(canonical: string): string {
  return localPartOf(withoutTag(canonical)).replace(/^"|"$/g, '')
}

/** Whether a reading shows no name but what the mailbox itself says. */
export function standsAlone(reading: Reading, canonical: string): boolean {
  if (reading.part === 'none' || reading.part === 'local-part' || reading.name.trim() === '') return true
  const shown = canonicalAddress(reading.name)
  return shown === canonical || shown === localPartOf(canonical)
}
