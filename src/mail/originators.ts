/**
 * The originator fields (RFC 5322 section 3.6.2) in all the ways in which some mail program shows them. The field is not
 * parsed into one truth: each ambiguity gives one more reading, and whoever judges looks at all of them.
 *
 * The order is: octets to texts (charset), a text to entries (address-list), an entry to names and addresses (mailbox), names
 * to Unicode (encoded-words). Where programs differ in an earlier step, the later ones are done for each.
 */

import { Budget, untilSpent } from '../budget.ts'
import { mayHoldAddress } from './address-text.ts'
import type { HeaderSection, OriginatorField, OriginatorReadings, Reading } from '../model.ts'
import { FieldReader } from './field-reader.ts'
import { readPlain } from './plain-field.ts'
import { ReadingSet } from './reading-set.ts'
import { fieldBodyOctets, fieldsNamed } from './section.ts'

/** Which fields to read, and how much of them. */
export interface OriginatorOptions {
  /** Octets read of all fields of one name together. */
  readonly fromOctets: number
  readonly sender: boolean
  readonly replyTo: boolean
  /** What reading may still cost; what it does not reach counts as dropped. Left out: no limit. */
  readonly budget?: Budget
}

/** Fields of one name that are read; further ones only count as a defect. */
const maxFields = 64

/**
 * Reads From, and Sender and Reply-To where asked.
 *
 * @returns at most 256 readings, most telling first, none twice; `truncated` if octets, entries or readings of From were
 * left out for want of room (a defect says which). Addresses are as the field has them (see `canonicalAddress`). Defects
 * are given by their offset in the section. Never throws; time is linear in the octets read.
 */
export function readOriginators(section: HeaderSection, options: OriginatorOptions): OriginatorReadings {
  const set = new ReadingSet()
  const some = readFields(section, 'from', options, set)
  // Without a From field programs show the Sender.
  if (!some) readFields(section, 'sender', options, set)
  addSpreadNames(set)
  const truncated = set.dropped
  if (some && options.sender) readFields(section, 'sender', options, set)
  if (options.replyTo) readFields(section, 'reply-to', options, set)
  return { readings: set.readings, addresses: set.addresses, defects: set.defects, truncated }
}

/** Most words that are read together as one name. */
const maxSpread = 4
/** A word that stands in quotes within a comment. */
const quoted = /^["'“”‘’]([^"'“”‘’]*)["'“”‘’]$/u
const oneWord = /^[\p{L}\p{M}'’.-]{2,40}$/u
/** A title or a post before or behind one word: Ms. Jane, CEO Jane, Roe (CEO), Roe, Finance; brackets and a comma around it. */
const decoratedWord =
  /^[([{"']?(?:(?:\p{L}{1,5}\.|\p{Lu}{2,4}|Mrs?|Ms|Miss|Sir|Dr|Prof|Herr|Frau|Mme|Madame|Monsieur|Sra?|Dott|Pan|Pani) )?([\p{L}\p{M}'’-]{2,40})[)\]}"']?,?(?:[ ,/|–-]{1,4}[(\[]?[\p{L}\p{M}&. ]{2,24}[)\]]?)?$/u
/** What sets a post off behind a word; without it two words may be a name. */
const setOff = /[,/|([–-]/u

/**
 * A name that is spread over places, as programs show them in one line: `Jane <x@…> (Roe)`, two mailboxes, two From fields. Words that
 * stand alone as names are read together with the next such word, beside the address of either.
 */
function addSpreadNames(set: ReadingSet): void {
  const words = set.readings.flatMap((reading) => {
    const name = aloneIn(reading.name.replace(quoted, '$1'))
    return reading.field === 'from' && reading.reader === 'own' && name !== null ? [{ ...reading, name }] : []
  })
  const alone = words.filter((one, i) => words.findIndex(({ name }) => name === one.name) === i).slice(0, maxSpread)
  for (const [i, first] of alone.entries()) {
    const second = alone[i + 1]
    if (second === undefined) continue
    const place = { field: first.field, fieldIndex: first.fieldIndex }
    for (const address of new Set([first.address, second.address])) {
      set.add(place, 'own', 'whole-field', `${first.name} ${second.name}`, address)
    }
  }
}

/** The one word that a text shows as a name, with no more than a title or a post set off beside it; null for others. */
function aloneIn(text: string): string | null {
  if (oneWord.test(text)) return text
  const [, word] = decoratedWord.exec(text) ?? []
  if (word === undefined || !/^\p{Lu}/u.test(word)) return null
  const behind = text.slice(text.lastIndexOf(word) + word.length)
  return !/\p{L}/u.test(behind) || setOff.test(behind) ? word : null
}

/** Originator fields that take no more than one look to be told from any others. */
export interface WrittenOriginators {
  /** Octet for octet what they hold: two messages that have the same give the same readings but for the places of defects. */
  readonly text: string
  /** Reads them where each is of the plainest kind (see `readPlain`), as `readOriginators` would; null where one is not. */
  readonly readPlain: () => OriginatorReadings | null
}

/**
 * The fields that `readOriginators` reads, as they are written. Null where other fields have a say or it takes more than one look:
 * several fields of a name, none named From, a section with defects, octets whose charset Content-Type may name.
 */
export function writtenOriginators(
  section: HeaderSection,
  options: Pick<OriginatorOptions, 'sender' | 'replyTo'>,
): WrittenOriginators | null {
  if (section.defects.length > 0) return null
  let text = ''
  const bodies: { field: OriginatorField; body: string }[] = []
  for (const field of ['from', 'sender', 'reply-to'] as const) {
    if ((field === 'sender' && !options.sender) || (field === 'reply-to' && !options.replyTo)) continue
    const indices = fieldsNamed(section, field)
    if (indices.length > 1 || (indices.length === 0 && field === 'from')) return null
    for (const index of indices) {
      const body = fieldBodyOctets(section, index).toString('latin1')
      bodies.push({ field, body })
      text += `${field}:${body}\n`
    }
  }
  if (/[\x1b\x80-\xff]/.test(text)) return null
  return { text, readPlain: () => plainOriginators(bodies) }
}

function plainOriginators(
  bodies: readonly { readonly field: OriginatorField; readonly body: string }[],
): OriginatorReadings | null {
  const readings: Reading[] = []
  const addresses: string[] = []
  for (const { field, body } of bodies) {
    const plain = readPlain(body)
    if (plain === null || mayHoldAddress(plain.name)) return null
    const { part, name, address } = plain
    readings.push({ field, fieldIndex: 0, reader: 'own', part, name, address })
    if (!addresses.includes(address)) addresses.push(address)
  }
  return { readings, addresses, defects: [], truncated: false }
}

function readFields(
  section: HeaderSection,
  field: OriginatorField,
  options: OriginatorOptions,
  set: ReadingSet,
): boolean {
  const indices = fieldsNamed(section, field)
  const bodies = indices.slice(0, maxFields).map((index) => ({
    octets: fieldBodyOctets(section, index),
    at: section.fields[index]?.bodyStart ?? 0,
  }))
  if (section.defects.some((defect) => defect.code === 'bare-cr')) bodies.push(...hiddenBehindCr(section, field))
  if (bodies.length === 0 && field === 'from') set.note('no-from', 0)
  if (bodies.length > 1) set.note(`several-${field}`, bodies[1]?.at ?? 0)
  if (indices.length > maxFields) set.drop('fields-dropped')
  let left = options.fromOctets
  for (const [fieldIndex, { octets, at }] of bodies.entries()) {
    if (octets.length > left) set.drop('field-too-long')
    const read = octets.subarray(0, left)
    left -= read.length
    untilSpent(() => new FieldReader({ field, fieldIndex }, at, section, set, options.budget ?? unlimited()).read(read))
    if (options.budget?.spent === true) set.drop('too-costly')
  }
  return bodies.length > 0
}

function unlimited(): Budget {
  return new Budget(Infinity)
}

/** Some programs end a line at a bare CR: fields that stand behind one. */
function hiddenBehindCr(section: HeaderSection, field: OriginatorField): { octets: Buffer; at: number }[] {
  const found: { octets: Buffer; at: number }[] = []
  for (const match of section.octets.toString('latin1').matchAll(/\r(from|sender|reply-to)[ \t]*:([^\r\n]*)/gi)) {
    const [whole, name = '', body = ''] = match
    if (name.toLowerCase() !== field || found.length >= 8) continue
    const end = match.index + whole.length
    found.push({ octets: section.octets.subarray(end - body.length, end), at: end - body.length })
  }
  return found
}
