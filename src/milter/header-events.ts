/** A header section put together from the MTA's events, as every other entrance would read it. */

import { parseHeaderSection } from '../mail/section.ts'
import type { HeaderSection } from '../model.ts'
import { isOwnFieldName } from '../vocabulary.ts'

/** A field to be taken out: its name as the MTA wrote it, and which of those with that name, from 1. */
export interface Removal {
  readonly name: string
  readonly occurrence: number
}

/**
 * Fields with a name of ours that one message may hold. Each costs the MTA a walk through its header section; nobody's
 * mail has more than those of one Namesake before this one.
 */
const maxOwnFields = 100

/** The longest line that mail may have (RFC 5322 section 2.1.1): a name that fills it leaves nothing for a body. */
const maxOwnNameBytes = 998

/** The key under which an MTA counts fields of one name: case and white space before the colon make no other name. */
function keyOf(name: string): string {
  return name.trimEnd().toLowerCase()
}

/**
 * A message's header section, put together from SMFIC_HEADER events, in bounded memory. What is judged is read from the
 * octets, as the other entrances do, so that all of them judge alike; which fields the MTA is to take out is counted by
 * event, as it counts them.
 */
export class HeaderEvents {
  readonly #limit: number
  #octets: Buffer = Buffer.allocUnsafe(4096)
  #length = 0
  #truncated = false
  /** Every field that bears a name of ours, in order. */
  readonly #own: Removal[] = []
  readonly #counts = new Map<string, number>()
  #tooMany = false
  /** Octets of the whole section, what lies behind the limit included. */
  size = 0

  /** `limit`: most octets kept. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Whether it holds more fields with names of ours than are taken out: such a message must not go on. */
  get tooManyOwn(): boolean {
    return this.#tooMany
  }

  /**
   * Takes one event. `body` starts behind the colon, `leadingSpace` says whether its leading white space is there
   * (SMFIP_HDR_LEADSPC) or was taken off by the MTA and is put back as one space.
   */
  add(name: Buffer, body: Buffer, leadingSpace: boolean): void {
    const text = wireText(body)
    const colon = leadingSpace || text[0] === 0x20 || text[0] === 0x09 ? bareColon : colonSpace
    this.size += name.length + colon.length + text.length + lineEnd.length
    if (!this.#truncated) for (const part of [wireText(name), colon, text, lineEnd]) this.#append(part)
    const shown = name.toString('latin1').trimEnd()
    if (isOwnFieldName(shown)) this.#addOwn(shown)
  }

  #addOwn(name: string): void {
    if (this.#own.length >= maxOwnFields || name.length > maxOwnNameBytes) {
      this.#tooMany = true
      return
    }
    const key = keyOf(name)
    const occurrence = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, occurrence)
    this.#own.push({ name, occurrence })
  }

  #append(part: Buffer): void {
    const room = this.#limit - this.#length
    if (part.length > room) this.#truncated = true
    const kept = Math.min(part.length, room)
    if (this.#length + kept > this.#octets.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#octets.length * 2, this.#length + kept))
      this.#octets.copy(larger, 0, 0, this.#length)
      this.#octets = larger
    }
    part.copy(this.#octets, this.#length, 0, kept)
    this.#length += kept
  }

  /** The section as the judgement takes it. */
  section(): HeaderSection {
    return parseHeaderSection(this.#octets.subarray(0, this.#length), this.#truncated)
  }

  /** All fields that bear a name of ours, last first, so that taking one out moves none of those still to come. */
  ownFields(): Removal[] {
    return [...this.#own].reverse()
  }
}

const lineEnd = Buffer.from('\r\n')
const bareColon = Buffer.from(':')
const colonSpace = Buffer.from(': ')

/**
 * A name or a body as it stands on the wire (RFC 5322 section 2.1): folds come with LF and are kept with CRLF. A line end
 * that folds nothing would end the field, or the whole section, for us and not for the MTA: it becomes a bare CR, behind
 * which the judgement looks for fields as some programs do.
 */
function wireText(octets: Buffer): Buffer {
  if (!octets.includes(0x0a)) return octets
  const text = octets
    .toString('latin1')
    .replace(/\r?\n(?=([ \t])?)/g, (_, space) => (space === undefined ? '\r' : '\r\n'))
  return Buffer.from(text, 'latin1')
}
