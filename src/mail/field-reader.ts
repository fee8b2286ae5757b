/** One field, read in each way programs differ in. */

import type { Budget } from '../budget.ts'
import type { HeaderSection, ReadingPart } from '../model.ts'
import { fullSyntax, readAddressList } from './address-list.ts'
import type { Item, ListOfItems, Piece, Syntax } from './address-list.ts'
import { addressesIn, mayHoldAddress } from './address-text.ts'
import { decodeRaw } from './charset.ts'
import { charsetsNamed, decodeEncodedWords, hidesSyntax, holdsSyntax } from './encoded-words.ts'
import { readMailbox } from './mailbox.ts'
import type { Mailbox } from './mailbox.ts'
import { phraseOf } from './phrase.ts'
import { readPlain } from './plain-field.ts'
import type { FieldPlace, ReadingSet } from './reading-set.ts'
import { readSecond, maxSecondReaderLength } from './second-readers.ts'
import { fieldBodyOctets, fieldsNamed } from './section.ts'

/** Entries behind the limit are looked for in so many characters at the end of a text, in fewer if those are too many too. */
const tailLengths = [4096, 1024, 256]
/** Characters of a name that are decoded. */
const maxDecoded = 32_768
/** Characters that all variants of one field's text may have together. */
const variantBudget = 1_048_576

/** What a right-to-left override shows backwards: all up to the next direction control. */
const overridden = /\u202e([^\u202a-\u202e\u2066-\u2069]*)/gu

/** Reads one field into the set of its message; made for each field anew. */
export class FieldReader {
  readonly #place: FieldPlace
  readonly #at: number
  readonly #section: HeaderSection
  readonly #set: ReadingSet
  #variants = variantBudget
  readonly #budget: Budget
  /** Shown beside a name for which a second reader has none. */
  #firstAddress: string | null = null
  /** Whether all programs decode what was decoded alike, and it holds nothing that could be taken for syntax. */
  #agreed = true
  readonly #decoded = new Map<string, readonly string[]>()

  constructor(place: FieldPlace, at: number, section: HeaderSection, set: ReadingSet, budget: Budget) {
    this.#budget = budget
    this.#place = place
    this.#at = at
    this.#section = section
    this.#set = set
  }

  read(octets: Buffer): void {
    const body = octets.toString('latin1')
    const plain = readPlain(body)
    if (plain !== null && !mayHoldAddress(plain.name)) {
      this.#set.add(this.#place, 'own', plain.part, plain.name, plain.address)
      return
    }
    this.#budget.spend(30 + octets.length / 32)
    const texts = decodeRaw(octets, /[\x80-\xff\x1b]/.test(body) ? this.#charsetHints(body) : [], this.#budget)
    if (/[\x80-\xff]/.test(body)) this.#set.note('raw-8bit', this.#at)
    if (texts.length > 1) this.#set.note('charset-unsure', this.#at)
    let sure = texts.length === 1
    for (const text of texts) {
      for (const variant of controlVariants(text)) sure = this.#readText(variant) && variant === text && sure
    }
    if (!sure) this.#readBySecond(texts[0] ?? '')
  }

  #charsetHints(body: string): string[] {
    const [index = -1] = fieldsNamed(this.#section, 'content-type')
    const type = fieldBodyOctets(this.#section, index).subarray(0, 1000).toString('latin1')
    const label = /charset\s{0,9}=\s{0,9}"?([^\s";]{1,40})/i.exec(type)?.[1]
    return label === undefined ? charsetsNamed(body) : [...charsetsNamed(body), label.toLowerCase()]
  }

  /**
   * Reads a text in every syntax in which programs may differ on it.
   *
   * @returns whether there is nothing to differ on
   */
  #readText(text: string): boolean {
    const main = this.#readList(text, fullSyntax)
    if (main === null || main.plain) return main !== null
    const { list } = main
    if (text.includes('=?') && text.length <= maxSecondReaderLength) {
      if (holdsSyntax(text, this.#budget)) this.#readList(text, { ...fullSyntax, wholeWords: true })
      if (hidesSyntax(text, this.#budget)) {
        this.#set.note('ew-syntax', this.#at)
        for (const decoded of this.#decode(text).slice(0, 2)) this.#readList(decoded, fullSyntax)
      }
    }
    if (holdsBracket(list, 'quoted')) this.#readList(text, { ...fullSyntax, quotes: false })
    if (holdsBracket(list, 'comment')) this.#readList(text, { ...fullSyntax, comments: false })
    if (list.defects.some((d) => d.code === 'unclosed-group')) this.#readList(text, { ...fullSyntax, groups: false })
    if (list.defects.some((d) => d.code === 'items-dropped')) {
      this.#set.drop('items-dropped')
      for (const length of tailLengths) {
        const tail = this.#readList(text.slice(-length), fullSyntax)
        if (tail?.list.defects.some((d) => d.code === 'items-dropped') !== true) break
      }
    }
    return false
  }

  #readList(whole: string, syntax: Syntax): { list: ListOfItems; plain: boolean } | null {
    if (this.#variants === 0 || this.#set.full) {
      this.#set.drop('variants-dropped')
      return null
    }
    if (whole.length > this.#variants) this.#set.drop('variants-dropped')
    const text = whole.slice(0, this.#variants)
    this.#variants -= text.length
    this.#budget.spend(30 + text.length / 6)
    const list = readAddressList(text, syntax)
    for (const defect of list.defects) this.#set.note(defect.code, this.#at)
    const mailboxes: Mailbox[] = []
    // Each is read when it is needed, so that the first ones are shown where the budget does not reach to the last.
    const mailboxAt = (i: number): Mailbox | undefined => {
      for (const item of list.items.slice(mailboxes.length, i + 1)) mailboxes.push(this.#mailboxOf(item, text))
      return mailboxes[i]
    }
    const first = nearestAddress(mailboxAt, -1)
    if (first !== null) this.#firstAddress ??= this.#addressVariants(first).at(-1) ?? null
    for (let i = 0; i < list.items.length; i++) {
      const mailbox = mailboxAt(i)
      if (mailbox === undefined) break
      this.#emitMailbox(mailbox, mailbox.addresses.length > 0 ? mailbox.addresses : [nearestAddress(mailboxAt, i)])
    }
    list.groups.forEach((pieces, group) => {
      const members = mailboxes.filter((_, i) => list.items[i]?.group === group).flatMap((m) => m.addresses)
      const all = members.length > 0 ? members : mailboxes.flatMap((m) => m.addresses)
      const addresses = all.length > 0 ? all.slice(0, 16) : [null]
      for (const written of addresses) {
        const address = this.#addressVariants(written).at(-1) ?? null
        this.#emit('group-name', phraseOf(pieces), address)
      }
    })
    const sure = mailboxes.every((mailbox) => mailbox.addresses.length === 1)
    if (list.defects.length > 0 || !sure) this.#emitWhole(text, mailboxes)
    const [only] = mailboxes
    const plain =
      list.defects.length === 0 && mailboxes.length === 1 && list.groups.length === 0 && only?.plain === true
    return { list, plain: plain && this.#agreed }
  }

  #mailboxOf(item: Item, text: string): Mailbox {
    this.#budget.spend(10 + 4 * item.pieces.length)
    return readMailbox(item, text)
  }

  #emitMailbox(mailbox: Mailbox, addresses: readonly (string | null)[]): void {
    for (const near of addresses) {
      const written = near ?? this.#firstAddress
      for (const address of this.#addressVariants(written)) {
        let shown = false
        for (const { part, text } of mailbox.names) {
          if (part === 'address-as-name' && text === address) continue
          this.#emit(part, text, address)
          shown = true
        }
        if (!shown) this.#set.add(this.#place, 'own', 'none', '', address)
      }
    }
  }

  /** An address may hold encoded-words, which RFC 2047 section 5 forbids and some programs decode. */
  #addressVariants(address: string | null): readonly (string | null)[] {
    if (address === null || !address.includes('=?')) return [address]
    this.#set.note('ew-in-address', this.#at)
    const [decoded = address] = this.#decode(address)
    const at = address.lastIndexOf('@')
    const local = at > 0 ? (this.#decode(address.slice(0, at))[0] ?? '') : ''
    // Only another way to write it: the domain, and with it the owner, is the same.
    const same = /^[\w.+-]+$/.test(local) && decoded === local + address.slice(at)
    if (local !== '') this.#emitShown('local-part', local, same ? decoded : address)
    return same ? [decoded] : [address, decoded]
  }

  #emitWhole(text: string, mailboxes: readonly Mailbox[]): void {
    const addresses = mailboxes.flatMap((mailbox) => mailbox.addresses)
    // Beside several mailboxes the whole is nobody's name.
    if (mailboxes.filter((mailbox) => mailbox.addresses.length > 0).length > 1) return
    const angle = text.lastIndexOf('<')
    const before = angle > 0 && addresses.length > 0 ? text.slice(0, angle) : text
    if (before.trim() === '' || (addresses.length === 1 && before.trim() === addresses[0])) return
    this.#emit(
      'whole-field',
      before.replace(/"/g, ''),
      this.#addressVariants(addresses.at(-1) ?? null).at(-1) ?? this.#firstAddress,
    )
  }

  #emit(part: ReadingPart, raw: string, address: string | null): void {
    for (const name of this.#decode(raw)) {
      this.#emitShown(part, name, address)
      const nul = name.indexOf('\0')
      if (nul > 0) this.#emitShown(part, name.slice(0, nul), address)
    }
  }

  #emitShown(part: ReadingPart, name: string, address: string | null): void {
    const set = this.#set
    const place = this.#place
    this.#budget.spend(15 + name.length / 3)
    if (name.includes('\u202e')) {
      // A right-to-left override: the address that a reader sees is written backwards.
      const seen = name.replace(overridden, (_, inside: string) => [...inside].reverse().join(''))
      if (mayHoldAddress(seen)) this.#emitShown(part, seen.replaceAll('\u202e', ''), address)
    }
    if (mayHoldAddress(name)) this.#budget.spend(Math.min(name.length, 4096) / 2)
    const { found, rest } = addressesIn(name)
    if (found.length === 0) {
      set.add(place, 'own', part, name, address)
      return
    }
    if (rest !== '') {
      set.add(place, 'own', part, name, address)
      set.add(place, 'own', part, rest, address)
    }
    for (const shown of found) {
      set.add(place, 'own', 'address-as-name', shown, address)
      // The address itself as its own name says nothing but the address.
      if (rest === '' && address !== null && shown.toLowerCase() === address.toLowerCase())
        set.add(place, 'own', 'none', '', address)
    }
  }

  #decode(raw: string): readonly string[] {
    if (raw.length > maxDecoded) {
      this.#set.drop('name-cut')
      return this.#decode(raw.slice(0, maxDecoded))
    }
    if (!raw.includes('=?')) return [raw]
    const known = this.#decoded.get(raw)
    if (known !== undefined) return known
    const { texts, defects } = decodeEncodedWords(raw, this.#budget)
    for (const code of defects) this.#set.note(code, this.#at)
    this.#decoded.set(raw, texts)
    if (texts.length > 1 || defects.length > 0 || /[<>@"()\\]/.test(texts[0] ?? '')) this.#agreed = false
    return texts
  }

  #readBySecond(text: string): void {
    this.#budget.spend(60 + 5 * Math.min(text.length, maxSecondReaderLength))
    const { readings, failed } = readSecond(text)
    if (failed) this.#set.note('second-reader-failed', this.#at)
    for (const { reader, name, address, group } of readings) {
      this.#set.add(
        this.#place,
        reader,
        group ? 'group-name' : name === '' ? 'none' : 'display-name',
        name,
        address ?? this.#firstAddress,
      )
    }
  }
}

/** Whether a bracket stands in a quoted-string or comment: programs that look for brackets alone find it. */
function holdsBracket(list: ListOfItems, kind: Piece['kind']): boolean {
  return list.items.some((item) => item.pieces.some((piece) => piece.kind === kind && piece.content.includes('<')))
}

/** The address that an entry without one is shown beside: the next one, else the one before. */
function nearestAddress(mailboxAt: (i: number) => Mailbox | undefined, index: number): string | null {
  for (let i = index + 1, next = mailboxAt(i); next !== undefined; next = mailboxAt(++i)) {
    const [address] = next.addresses
    if (address !== undefined) return address
  }
  for (let i = index - 1; i >= 0; i--) {
    const address = mailboxAt(i)?.addresses.at(-1)
    if (address !== undefined) return address
  }
  return null
}

/** Texts that programs make of control characters: left out, or the end of the text, or white space. */
function controlVariants(text: string): string[] {
  if (!/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/.test(text)) return [text]
  const variants = new Set([text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]+/g, '')])
  const end = /\0|\r(?!\n)/.exec(text)?.index ?? -1
  if (end > 0) variants.add(text.slice(0, end))
  if (text.includes('\0')) variants.add(text.replace(/[\0-\x1f\x7f]+/g, ' '))
  return [...variants]
}
