/**
 * Domains that a reader takes for another: confusable letters (rneridian), one letter more, fewer or other, the same name
 * under another suffix, a word or the suffix joined on (corp-example.com), the whole domain as a subdomain of a foreign one.
 */

import { domainToUnicode } from 'node:url'
import { parse } from 'tldts'
import { skeleton } from '../text/skeleton.ts'

/** Names of fewer letters are too near to too many others for a likeness to mean anything. */
const minTypoLength = 5
const minPartLength = 4
/** A company's name of fewer letters names no own domain. */
export const minCompanyLength = 3

/** Words that are joined to a company's name to make a believable domain. */
const joinedWords: ReadonlySet<string> = new Set(
  `my|the|get|go|mail|email|e|web|www|secure|login|portal|account|accounts|team|hr|it|office|online|support|help|service|services|group|corp|corporation|company|co|inc|ltd|llc|gmbh|ag|sa|bv|plc|holding|holdings|global|international|intl|world|hq|usa|us|uk|eu|de|fr|asia|pay|payment|payments|billing|invoice|finance|careers|jobs|dev|app|cloud|net|com|org|info`.split(
    '|',
  ),
)
const maxJoinedLength = Math.max(...[...joinedWords].map((word) => word.length))

/** Most names that one domain may be taken for. */
const maxLikelyNames = 16

interface DomainForm {
  /** Every label under the public suffix, looks resolved, from the left. */
  readonly labels: readonly string[]
  /** The registrable label, looks resolved. */
  readonly name: string
  /** The registrable label as written. */
  readonly written: string
  readonly suffix: string
}

/**
 * Keys under which an own domain is stored and by which a foreign one finds it: two domains that look alike share one. At
 * most some forty.
 * @param domain lower case, A-labels
 */
export function domainKeys(domain: string): string[] {
  const form = readDomain(domain)
  if (form === null) return []
  const keys = new Set<string>()
  for (const name of likelyNames(form)) keys.add(`s:${name}`)
  for (const label of form.labels.slice(0, -1)) keys.add(`s:${label}`)
  if (form.name.length >= minTypoLength) for (const key of neighbours(form.name)) keys.add(`d:${key}`)
  return [...keys]
}

/** The key of `domainKeys` under which the domains of a company stand, by the company's name written together. */
export function companyKey(name: string): string {
  return `s:${skeleton(name)}`
}

/** The names that a domain bears, as they look: "meridianlabs" of meridian-labs.example. */
export function namesOfDomain(domain: string): string[] {
  const form = readDomain(domain)
  return form === null ? [] : [...likelyNames(form)]
}

/** Whether a name, written together, is the one that a domain bears: "meridianlabs" of meridian-labs.example. */
export function isNameOfDomain(name: string, domain: string): boolean {
  const form = name.length < minCompanyLength ? null : readDomain(domain)
  return form !== null && mayBeTakenFor(form, skeleton(name))
}

/**
 * Whether a domain looks like an own one and is neither it nor below it.
 * @param domain the foreign one, lower case, A-labels
 * @param own the organisation's
 */
export function looksLikeDomain(domain: string, own: string): boolean {
  if (domain === own || domain.endsWith(`.${own}`)) return false
  const foreign = readDomain(domain)
  const mine = readDomain(own)
  if (foreign === null || mine === null || mine.name.length < 2) return false
  // Below the same registrable domain its holder decides.
  if (foreign.written === mine.written && foreign.suffix === mine.suffix) return false
  if (mayBeTakenFor(foreign, mine.name) || showsWhole(domain, own)) return true
  return mine.name.length >= minTypoLength && oneEdit(foreign.name, mine.name)
}

/**
 * meridian.example.evil.com shows the own domain whole; meridian.service.com is a service's way to name its customers.
 */
function showsWhole(domain: string, own: string): boolean {
  return `.${domain.split('.').map(looks).join('.')}.`.includes(`.${own.split('.').map(looks).join('.')}.`)
}

function readDomain(domain: string): DomainForm | null {
  if (domain.length > 253 || !domain.includes('.')) return null
  const parsed = parse(domain, { allowPrivateDomains: false, validateHostname: false })
  const written = parsed.domainWithoutSuffix
  if (written === null || written === '' || parsed.isIp === true) return null
  const below = parsed.subdomain === null || parsed.subdomain === '' ? [] : parsed.subdomain.split('.')
  return {
    labels: [...below, written].slice(-8).map(looks),
    name: looks(written),
    written,
    suffix: parsed.publicSuffix ?? '',
  }
}

/** A label as a reader sees it: Unicode, skeleton, hyphens left out. */
function looks(label: string): string {
  const unicode = label.startsWith('xn--') ? domainToUnicode(label) : label
  return skeleton(unicode === '' ? label : unicode).replace(/-/g, '')
}

function mayBeTakenFor(form: DomainForm, name: string): boolean {
  for (const likely of likelyNames(form)) if (likely === name) return true
  return false
}

/** The names that a domain may be taken for, likeliest first: of a domain of many hyphens only the first ones are made. */
function* likelyNames(form: DomainForm): Generator<string> {
  const names = new Set<string>()
  for (const name of allNames(form)) {
    if (name.length < 2 || names.has(name)) continue
    yield name
    if (names.add(name).size >= maxLikelyNames) return
  }
}

function* allNames({ name, written }: DomainForm): Generator<string> {
  yield name
  const parts = written.includes('-') ? written.split('-').filter((part) => part !== '') : []
  if (parts.length > 1) {
    for (const part of parts) if (part.length >= minPartLength && !joinedWords.has(part)) yield skeleton(part)
    for (let end = 1; end < parts.length; end++) {
      yield looks(parts.slice(0, end).join('-'))
      yield looks(parts.slice(end).join('-'))
    }
  }
  yield* withoutJoined(written.replace(/-/g, ''))
}

/** The name without a word that is joined to its end or its front, as it looks: meridiangroup, mymeridian. */
function* withoutJoined(name: string): Generator<string> {
  for (let at = Math.max(minPartLength, name.length - maxJoinedLength); at < name.length; at++) {
    if (joinedWords.has(name.slice(at))) yield skeleton(name.slice(0, at))
  }
  for (let at = 1; at <= Math.min(maxJoinedLength, name.length - minPartLength); at++) {
    if (joinedWords.has(name.slice(0, at))) yield skeleton(name.slice(at))
  }
}

/** The name whole and with each letter left out: two names of one edit share one of these. */
function neighbours(name: string): string[] {
  const found = [name]
  for (let i = 0; i < name.length && i < 24; i++) found.push(name.slice(0, i) + name.slice(i + 1))
  return found
}

/** Whether one insertion, deletion, substitution or swap of neighbours makes one text of the other. */
function oneEdit(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let endA = a.length
  let endB = b.length
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--
    endB--
  }
  const restA = a.slice(start, endA)
  const restB = b.slice(start, endB)
  if (restA.length <= 1 && restB.length <= 1) return true
  return restA.length === 2 && restB.length === 2 && restA[0] === restB[1] && restA[1] === restB[0]
}
