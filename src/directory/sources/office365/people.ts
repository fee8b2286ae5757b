/** Users and groups of Graph as people and groups. */

import { canonicalAddress } from '../../../mail/address.ts'
import type { AttributeValue, Attributes, SourceChange, PersonFacts } from '../../provider.ts'
import { isId, isRecord } from './delta.ts'
import type { DeltaObject } from './delta.ts'
import type { Office365Settings } from './settings.ts'

/**
 * Users of Graph as people.
 *
 * Rules, also in docs/office365.md:
 * - Own addresses: mail, the SMTP: proxy address, userPrincipalName, the smtp: ones; otherMails only with
 *   `trustOtherMails`, as people can set those themselves. Proxy addresses of other kinds (SIP, X500, EUM, SPO …) aren't mail.
 * - Guests (`userType` Guest) count with `include.guests`. Their userPrincipalName (`name_host#EXT#@tenant`) is never an address.
 * - Disabled accounts, among them shared and room mailboxes, count with `include.disabled`.
 * - Who has no displayName goes by given name and surname; who has none of them isn't a person. Who has no address is
 *   one: nobody may carry the name then.
 */
const selected = [
  'id',
  'displayName',
  'givenName',
  'surname',
  'mail',
  'userPrincipalName',
  'proxyAddresses',
  'userType',
  'accountEnabled',
] as const

/** The properties asked for (`$select`). */
export function userProperties(settings: Pick<Office365Settings, 'trustOtherMails'>): readonly string[] {
  return settings.trustOtherMails ? [...selected, 'otherMails'] : selected
}

/**
 * A user of a delta page as a change. Properties that aren't of their type are left out, as if absent. What says nothing
 * is not kept: proxy addresses that aren't mail, and that an account is enabled (null clears, so it clears `false`).
 */
export function userChange(user: DeltaObject, properties: readonly string[]): SourceChange {
  if (user.removed) return { op: 'person-gone', id: user.id }
  const attributes: Record<string, AttributeValue> = {}
  for (const name of properties) {
    if (name === 'id' || !Object.hasOwn(user.properties, name)) continue
    const value = attributeValue(user.properties[name])
    if (name === 'accountEnabled' && value === true) attributes[name] = null
    else if (name === 'proxyAddresses' && Array.isArray(value)) attributes[name] = value.filter(isMailProxy)
    else if (value !== undefined) attributes[name] = value
  }
  return { op: 'person', id: user.id, attributes }
}

/** Longest value that is kept, in UTF-16 units; Graph's own limits are 256 for names and 1,024 for addresses. */
const maxTextLength = 1024

function attributeValue(value: unknown): AttributeValue | undefined {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return wellFormed(value)
  if (!Array.isArray(value)) return undefined
  return value.filter((entry): entry is string => typeof entry === 'string').map(wellFormed)
}

/** Lone surrogates become U+FFFD, as UTF-8 can't hold them. */
function wellFormed(text: string): string {
  return Buffer.from(text.slice(0, maxTextLength), 'utf8').toString('utf8')
}

/** What the merged properties of a user make: a person, or null for one whom the rules leave out. */
export function personOfUser(attributes: Attributes, settings: PeopleRules): PersonFacts | null {
  const guest = isGuest(attributes)
  if (guest && !settings.include.guests) return null
  if (attributes['accountEnabled'] === false && !settings.include.disabled) return null
  const givenName = nameOf(attributes['givenName'])
  const surname = nameOf(attributes['surname'])
  const displayName =
    nameOf(attributes['displayName']) ?? [givenName, surname].filter((part) => part !== null).join(' ')
  if (displayName === '') return null
  return { displayName, givenName, surname, addresses: addressesOf(attributes, settings) }
}

export type PeopleRules = Pick<Office365Settings, 'include' | 'trustOtherMails'>

function isGuest(attributes: Attributes): boolean {
  const type = attributes['userType']
  if (typeof type === 'string') return type.toLowerCase() === 'guest'
  // Accounts of the early years have no userType.
  return typeof attributes['userPrincipalName'] === 'string' && isExternal(attributes['userPrincipalName'])
}

function isExternal(userPrincipalName: string): boolean {
  return userPrincipalName.toUpperCase().includes('#EXT#')
}

/** A name without the white space around it, or null if there is none. */
function nameOf(value: AttributeValue | undefined): string | null {
  const name = typeof value === 'string' ? value.replace(/\s+/gu, ' ').trim() : ''
  return name === '' ? null : name
}

function addressesOf(attributes: Attributes, rules: PeopleRules): string[] {
  const proxies = listOf(attributes['proxyAddresses'])
  const principal = attributes['userPrincipalName']
  const candidates = [
    attributes['mail'],
    ...proxies.filter((proxy) => proxy.startsWith('SMTP:')).map((proxy) => proxy.slice(5)),
    typeof principal === 'string' && !isExternal(principal) ? principal : null,
    ...proxies.filter(isMailProxy).map((proxy) => proxy.slice(5)),
    ...(rules.trustOtherMails ? listOf(attributes['otherMails']) : []),
  ]
  const addresses = new Set<string>()
  for (const candidate of candidates) {
    if (typeof candidate !== 'string' || !isAddress(candidate.trim())) continue
    const canonical = canonicalAddress(candidate)
    if (canonical !== '') addresses.add(canonical)
  }
  return [...addresses]
}

function isMailProxy(proxy: string): boolean {
  return /^smtp:/i.test(proxy)
}

function listOf(value: AttributeValue | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly string[]) : []
}

/** An addr-spec at a glance: one part before the last @, a host behind it, no white space or brackets. */
function isAddress(text: string): boolean {
  return text.length <= 320 && /^[^\s<>,;:"@][^\s<>,;:@]*@[^\s<>,;:@]+$/u.test(text)
}

/**
 * The properties asked for (`$select`): with `members`, changes of membership come as `members@delta`.
 * Source: learn.microsoft.com/graph/delta-query-groups.
 */
export const groupProperties: readonly string[] = ['id', 'displayName', 'members']

/** Kinds of members that lead to people. Devices, contacts and service principals don't. */
const memberTypes: ReadonlySet<string> = new Set(['#microsoft.graph.user', '#microsoft.graph.group'])

/**
 * A group of a delta page as changes. A page holds a part of a large group's members only, so they are added to, never
 * replaced; a group without `members@delta` keeps its members.
 */
export function groupChanges(group: DeltaObject): readonly SourceChange[] {
  const { id } = group
  if (group.removed) return [{ op: 'group-gone', id }]
  const changes: SourceChange[] = []
  const name = group.properties['displayName']
  if (typeof name === 'string' && name.trim() !== '') changes.push({ op: 'group', id, displayName: name.trim() })
  else if (name === null) changes.push({ op: 'group', id, displayName: id })
  else changes.push({ op: 'group', id })
  const members = group.properties['members@delta']
  if (Array.isArray(members) && members.length > 0) changes.push(...memberChanges(id, members))
  return changes
}

/** Additions and removals in Graph's order: the same member may be added and removed in one page. */
function memberChanges(group: string, members: readonly unknown[]): SourceChange[] {
  const last = new Map<string, boolean>()
  for (const member of members) {
    if (!isRecord(member) || !isId(member['id'])) continue
    const removed = isRecord(member['@removed'])
    const type = member['@odata.type']
    if (!removed && typeof type === 'string' && !memberTypes.has(type.toLowerCase())) continue
    last.set(member['id'], !removed)
  }
  const add: string[] = []
  const remove: string[] = []
  for (const [id, added] of last) (added ? add : remove).push(id)
  return add.length + remove.length === 0 ? [] : [{ op: 'members', group, add, remove }]
}
