/** A first look that settles most mail: a plain name beside a plain address, neither of which leads to anybody. */

import { canonicalAddress, domainOf } from '../mail/address.ts'
import type { Reading } from '../model.ts'
import { lookKeys } from '../names/keys/key-texts.ts'
import type { KeyWord } from '../names/keys/key-texts.ts'
import type { KnownWord } from '../names/keys/known-words.ts'
import { makeQueryKeys } from '../names/keys/query-keys.ts'
import type { KeySink } from '../names/keys/query-keys.ts'
import {
  initialOfLocalPart,
  localPartNames,
  mayBeInitials,
  nameWithLocalPart,
  readBeside,
} from '../names/match/local-part.ts'
import { readShown } from '../names/text/shown-name.ts'
import type { ShownName } from '../names/text/shown-name.ts'
import { mailboxName, standsAlone } from './claims.ts'
import type { JudgementContext } from './context.ts'
import { isPublicMailDomain } from './public-mail.ts'
import { mayShowAddress } from './shown-address.ts'

/**
 * Whether originator fields surely make no claim: none of the keys leads to anybody that their names would be looked up by, and their
 * domains are foreign and imitate no own one. What `ClaimFinder` would find is then nothing; where this is not sure, it is asked. Most
 * senders are nobody's, so most mail is settled here, without readings, candidates or a budget made for it.
 */
export function claimsNothing(readings: readonly Reading[], context: JudgementContext): boolean {
  return readings.every((reading) => isNobody(reading, context))
}

function isNobody(reading: Reading, context: JudgementContext): boolean {
  const { domains } = context
  if (reading.address === null || mayShowAddress(reading.name)) return false
  const canonical = canonicalAddress(reading.address)
  const domain = domainOf(canonical)
  const { isOwn, imitated } = domains.of(domain)
  // Who writes from there is most often somebody known, so that the names would be looked up twice.
  if (isOwn || imitated.length > 0) return false
  const read = reading.name === '' ? null : readShown(reading.name)
  if (read !== null && leadsToSomebody(read, context)) return false
  const localPart = mailboxName(canonical)
  const names =
    read === null || standsAlone(reading, canonical)
      ? namesOf(localPart, context)
      : namesBeside(read, localPart, isPublicMailDomain(domain), context)
  return !names.some((name) => leadsToSomebody(readShown(name), context))
}

/** The names that a mailbox may carry where nothing else is shown. */
function namesOf(localPart: string, { policy }: JudgementContext): string[] {
  const names = localPartNames(localPart)
  const initial = policy.rules.initials ? initialOfLocalPart(localPart) : null
  if (initial !== null) names.push(initial)
  return names
}

/** The names that a mailbox may carry beside a shown name: none where that says enough of its own. */
function namesBeside(read: ShownName, localPart: string, personal: boolean, context: JudgementContext): string[] {
  const { policy, companies, words } = context
  const plain = readBeside(read, policy.tables, personal)
  const { saysNothing, parts } =
    plain.saysNothing || !companies.mayName(read)
      ? plain
      : readBeside(read, companies.tablesFor(policy.tables, read), personal)
  if (saysNothing) return namesOf(localPart, context)
  const [part] = parts
  const mayBePart = ({ base }: { readonly base: string }): boolean => {
    const word = words.of(base)
    return base.length > 1 && (word.count > 0 || word.nicknames.length > 0)
  }
  const isInitial = parts.length === 1 && part !== undefined && mayBeInitials(part)
  if (part === undefined || !(isInitial || parts.some(mayBePart))) return []
  const composed = parts.length === 1 ? nameWithLocalPart(part, localPart) : null
  return [...namesOf(localPart, context), ...(composed === null ? [] : localPartNames(composed))]
}

function leadsToSomebody(read: ShownName, { lookup, words, policy }: JudgementContext): boolean {
  const probe = new Probe((key) => lookup.byKey(key, 1).length > 0)
  makeQueryKeys(read, words, { initials: policy.rules.initials }, probe)
  return probe.isFull
}

/** Asks for each key as it is made, up to the first that leads to somebody. */
class Probe implements KeySink {
  readonly #leads: (key: string) => boolean
  isFull = false

  constructor(leads: (key: string) => boolean) {
    this.#leads = leads
  }

  add(key: string): void {
    if (!this.isFull && this.#leads(key)) this.isFull = true
  }

  addWord(known: KnownWord, word: KeyWord): void {
    if (this.isFull) return
    known.leadsAlone ??= lookKeys(word).some(this.#leads)
    if (known.leadsAlone) this.isFull = true
  }
}
