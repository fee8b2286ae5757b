/** Entries of a people file, checked. */

import { canonicalAddress } from '../../../mail/address.ts'
import { quoted } from './faults.ts'
import type { FileFaults, FilePlace } from './faults.ts'

/** A user of a people file, validated. */
export interface FileUser {
  readonly id: string
  readonly displayName: string
  readonly givenName: string | null
  readonly surname: string | null
  /** Canonical, primary first. */
  readonly addresses: readonly string[]
  /** As written: ids or names of groups. */
  readonly groups: readonly string[]
}

/** A group of a people file, validated; members are ids of users or groups. */
export interface FileGroup {
  readonly id: string
  readonly displayName: string
  readonly members: readonly string[]
}

/** One entry as a reader of a file form found it; `placeOf` tells where a property stands, if the reader can. */
export interface FileEntry {
  readonly kind: 'user' | 'group'
  readonly value: unknown
  /** Path of keys, e.g. `users[3]`. */
  readonly path: string
  placeOf(property?: string): FilePlace
  /** What the file calls a property, if not by our name. */
  labelOf?(property: string): string
}

const userKeys = [
  'id',
  'displayName',
  'givenName',
  'surname',
  'mail',
  'userPrincipalName',
  'proxyAddresses',
  'secondaryEmails',
  'groups',
]
const groupKeys = ['id', 'displayName', 'members']

// A local-part without white space, brackets or controls, or a quoted one; a host name, as the canonical form has it.
const addressForm =
  /^(?:[^\s@<>()[\]\\,;:"\x00-\x1f\x7f]{1,64}|"[^"\r\n]{1,62}")@(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/

/** Reads an entry; undefined if it has faults, which are noted. */
export function readUser(entry: FileEntry, faults: FileFaults): FileUser | undefined {
  const reader = EntryReader.begin(entry, userKeys, faults)
  if (reader === undefined) return undefined
  const addresses = new Set<string>()
  reader.address('mail', addresses)
  reader.address('userPrincipalName', addresses)
  for (const proxy of reader.list('proxyAddresses')) {
    const [, type = 'smtp', rest = ''] = /^(?:([a-z0-9]+):)?(.*)$/is.exec(proxy) ?? []
    // sip:, x500: and the like are no mail addresses.
    if (type.toLowerCase() === 'smtp') reader.addressText('proxyAddresses', rest, addresses)
  }
  for (const text of reader.list('secondaryEmails')) reader.addressText('secondaryEmails', text, addresses)
  const user = {
    id: reader.id(),
    displayName: reader.name(),
    givenName: reader.text('givenName'),
    surname: reader.text('surname'),
    addresses: [...addresses],
    groups: reader.list('groups'),
  }
  return reader.sound ? user : undefined
}

/** Reads an entry; undefined if it has faults, which are noted. */
export function readGroup(entry: FileEntry, faults: FileFaults): FileGroup | undefined {
  const reader = EntryReader.begin(entry, groupKeys, faults)
  if (reader === undefined) return undefined
  const group = { id: reader.id(), displayName: reader.name(), members: reader.list('members') }
  return reader.sound ? group : undefined
}

/** Takes one entry's properties out, noting what is wrong with them. */
class EntryReader {
  readonly #entry: FileEntry
  readonly #properties: Record<string, unknown>
  readonly #faults: FileFaults
  sound = true

  private constructor(entry: FileEntry, properties: Record<string, unknown>, faults: FileFaults) {
    this.#entry = entry
    this.#properties = properties
    this.#faults = faults
  }

  static begin(entry: FileEntry, keys: readonly string[], faults: FileFaults): EntryReader | undefined {
    const { value, kind } = entry
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      faults.add(entry.placeOf(), entry.path, `found ${quoted(value)}; accepted: a ${kind} with ${keys.join(', ')}`)
      return undefined
    }
    const reader = new EntryReader(entry, value as Record<string, unknown>, faults)
    // Exports carry properties that say nothing to us; only what looks like a slip of the pen is a fault.
    for (const key of Object.keys(value)) {
      const meant = keys.includes(key) ? undefined : keys.find((known) => isSlip(key, known) && !(known in value))
      if (meant !== undefined) reader.#fault(key, `unknown property ${quoted(key)}; fix: write ${meant}`)
    }
    return reader
  }

  id(): string {
    const value = this.#properties.id
    const id = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
    if (typeof id === 'string' && id.trim() !== '' && Buffer.byteLength(id) <= 512) return id
    const found = value === undefined ? 'no id' : `found ${quoted(value)}`
    this.#fault('id', `${found}; accepted: a text of 1 to 512 octets that no other entry has`)
    return ''
  }

  name(): string {
    const name = this.text('displayName')
    if (name !== null) return name
    if (this.sound || this.#properties.displayName === undefined || this.#properties.displayName === null) {
      this.#fault('displayName', 'the name is missing; accepted: the name as people know it')
    }
    return ''
  }

  /** A text property, trimmed; null if absent or empty. */
  text(property: string): string | null {
    const value = this.#properties[property]
    if (value === undefined || value === null) return null
    if (typeof value === 'string') return value.trim() === '' ? null : value.trim()
    this.#fault(property, `found ${quoted(value)}; accepted: text (in quotes, if it looks like a number)`)
    return null
  }

  list(property: string): readonly string[] {
    const value = this.#properties[property]
    if (value === undefined || value === null) return []
    if (!Array.isArray(value)) {
      this.#fault(property, `found ${quoted(value)}; accepted: a list`)
      return []
    }
    const items: string[] = []
    for (const item of value as unknown[]) {
      const text = typeof item === 'number' && Number.isSafeInteger(item) ? String(item) : item
      if (typeof text === 'string' && text.trim() !== '') items.push(text.trim())
      else this.#fault(property, `found ${quoted(item)} in the list; accepted: text`)
    }
    return items
  }

  address(property: string, into: Set<string>): void {
    const text = this.text(property)
    if (text !== null) this.addressText(property, text, into)
  }

  addressText(property: string, text: string, into: Set<string>): void {
    // The canonical form of what an operator wrote as an address; null if it is none.
    const canonical = canonicalAddress(text)
    const address = addressForm.test(canonical) ? canonical : null
    if (address !== null) into.add(address)
    else this.#fault(property, `found ${quoted(text)}; accepted: an address such as jane.roe@corp.example`)
  }

  #fault(property: string, message: string): void {
    this.sound = false
    const label = this.#entry.labelOf?.(property) ?? property
    this.#faults.add(this.#entry.placeOf(property), `${this.#entry.path}.${label}`, message)
  }
}

/** Whether two keys differ as by a slip: in case, punctuation, or one or two letters that are off. */
export function isSlip(written: string, known: string): boolean {
  const a = written.toLowerCase().replace(/[^a-z0-9]/g, '')
  const b = known.toLowerCase()
  if (a === b) return true
  if (b.length < 5 || Math.abs(a.length - b.length) > 1) return false
  const sorted = (text: string): string => [...text].sort().join('')
  if (sorted(a) === sorted(b)) return true
  let same = 0
  while (same < a.length && a[same] === b[same]) same++
  let end = 0
  while (end < Math.min(a.length, b.length) - same && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  return Math.max(a.length, b.length) - same - end <= 1
}
