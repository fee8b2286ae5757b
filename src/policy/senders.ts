/**
 * Senders that the protection file lets carry protected names, made ready to be asked for each message.
 */

import { canonicalAddress, domainOf, withoutTag } from '../mail/address.ts'
import type { Person } from '../model.ts'
import { compilePattern, isPattern } from './pattern.ts'
import { presets } from './presets.ts'
import type { TrustedSender } from './rules.ts'

/** One trusted sender or preset, compiled. */
interface CompiledSender {
  /** As it stands in the protection file, or the preset's name, for explanations. */
  readonly label: string
  /** `clean`: the name may be carried. `likely`: a detection by it is lowered to that tier. */
  readonly effect: 'clean' | 'likely'
  readonly requireAuthentication: boolean
  /** Milliseconds since the epoch at which it ends; null: never. */
  readonly endsAt: number | null
  /** Whether it may carry this person's name. */
  readonly covers: (person: Person) => boolean
}

/** All trusted senders of a policy. */
export interface SenderTable {
  /** The entries that an address falls under and that have not ended at `now` (milliseconds since the epoch). */
  find(canonical: string, now: number): readonly CompiledSender[]
}

/**
 * Compiles the trusted senders and the presets that are switched on. `a@b.example` is that address (and its `+tags`),
 * `@b.example` that domain alone, `b.example` the domain and all below it, `/…/` a regular expression.
 */
export function compileSenders(trusted: readonly TrustedSender[], presetsOn: readonly string[]): SenderTable {
  const byAddress = new Map<string, CompiledSender[]>()
  const byDomain = new Map<string, CompiledSender[]>()
  const byDomainAndBelow = new Map<string, CompiledSender[]>()
  const byPattern: { test: (address: string) => boolean; sender: CompiledSender }[] = []
  const add = (from: string, sender: CompiledSender): void => {
    if (isPattern(from)) byPattern.push({ test: compilePattern(from), sender })
    else if (from.indexOf('@') > 0) push(byAddress, canonicalAddress(from), sender)
    else if (from.startsWith('@')) push(byDomain, domainOf(canonicalAddress(`x${from}`)), sender)
    else push(byDomainAndBelow, domainOf(canonicalAddress(`x@${from}`)), sender)
  }
  for (const entry of trusted) add(entry.from.trim(), compileTrusted(entry))
  for (const preset of presets.filter((p) => presetsOn.includes(p.name))) {
    const sender: CompiledSender = {
      label: `preset ${preset.name}`,
      effect: 'likely',
      requireAuthentication: true,
      endsAt: null,
      covers: () => true,
    }
    for (const from of preset.from) add(from, sender)
  }
  return {
    find(canonical, now) {
      const found = [...(byAddress.get(canonical) ?? [])]
      const plain = withoutTag(canonical)
      if (plain !== canonical) found.push(...(byAddress.get(plain) ?? []))
      const domain = domainOf(canonical)
      found.push(...(byDomain.get(domain) ?? []))
      if (byDomainAndBelow.size > 0) {
        for (const above of withParents(domain)) found.push(...(byDomainAndBelow.get(above) ?? []))
      }
      for (const { test, sender } of byPattern) if (test(canonical)) found.push(sender)
      return found.filter((sender) => sender.endsAt === null || now < sender.endsAt)
    },
  }
}

function compileTrusted(entry: TrustedSender): CompiledSender {
  return {
    label: entry.note === '' ? entry.from : `${entry.from} (${entry.note})`,
    effect: 'clean',
    requireAuthentication: entry.requireAuthentication,
    endsAt: entry.until === null ? null : endOfDay(entry.until),
    covers: coverage(entry.names),
  }
}

/** Names or addresses of people; none means everyone. */
function coverage(names: readonly string[]): (person: Person) => boolean {
  if (names.length === 0) return () => true
  const wanted = new Set(names.map(plainName))
  const addresses = new Set(names.filter((name) => name.includes('@')).map((name) => canonicalAddress(name)))
  return (person) => {
    if (wanted.has(plainName(person.displayName)) || wanted.has(plainName(person.id))) return true
    if (person.givenName !== null && person.surname !== null) {
      if (wanted.has(plainName(`${person.givenName} ${person.surname}`))) return true
      if (wanted.has(plainName(`${person.surname}, ${person.givenName}`))) return true
    }
    return person.addresses.some((address) => addresses.has(address))
  }
}

function plainName(name: string): string {
  return name.normalize('NFKC').replace(/\s+/gu, ' ').trim().toLowerCase()
}

/** The instant after the last moment of a day `YYYY-MM-DD` in UTC; a date that is none has ended. */
function endOfDay(date: string): number {
  const start = Date.parse(`${date}T00:00:00Z`)
  return Number.isNaN(start) ? 0 : start + 86_400_000
}

/** A domain and those above it that still hold a dot: `a.b.example` gives itself and `b.example`. */
function withParents(domain: string): string[] {
  const domains = [domain]
  let rest = domain
  for (let dot = rest.indexOf('.'); dot !== -1 && domains.length < 10; dot = rest.indexOf('.')) {
    rest = rest.slice(dot + 1)
    if (rest.includes('.')) domains.push(rest)
  }
  return domains
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
