/** A header section put together from events. */

import type { HeaderField, HeaderSection } from '../model.ts'

/** A field to be taken out: its name as the MTA wrote it, and which of those with that name, from 1. */
export interface Removal {
  readonly name: string
  readonly occurrence: number
}

/** The key under which an MTA counts fields of one name: case and white space before the colon make no other name. */
function keyOf(name: string): string {
  return name.trimEnd().toLowerCase()
}

/**
 * A message's header section, put together from SMFIC_HEADER events. One event is one field: the section is not
 * parsed again from joined text, so that an index into `section.fields` is always the MTA's own field, whatever line
 * ends or colons stand in a malformed one.
 */
export class HeaderEvents {
  readonly #limit: number
  readonly #ownNames: RegExp
  #octets: Buffer = Buffer.allocUnsafe(4096)
  #length = 0
  #fields: HeaderField[] = []
  #truncated = false
  /** Every field that bears a name of ours, in order; `kept`: it is in the section too. */
  #own: (Removal & { readonly key: string; readonly kept: boolean })[] = []
  /** Octets of the whole section, what lies behind the limit included. */
  size = 0

  /** `limit`: most octets kept. `ownNames`: lower-case names that are watched for behind the limit too. */
  constructor(limit: number, ownNames: RegExp) {
    this.#limit = limit
    this.#ownNames = ownNames
  }

  /**
   * Takes one event. `body` starts behind the colon, `leadingSpace` says whether its leading white space is there
   * (SMFIP_HDR_LEADSPC) or was taken off by the MTA and is put back as one space. Folds come with LF and are kept
   * with CRLF, as the section stands on the wire (RFC 5322 section 2.1).
   */
  add(name: Buffer, body: Buffer, leadingSpace: boolean): void {
    const text = withCrlf(body)
    const colon = leadingSpace || text[0] === 0x20 || text[0] === 0x09 ? bareColon : colonSpace
    const shown = name.toString('latin1').trimEnd()
    this.size += name.length + colon.length + text.length + lineEnd.length
    const kept = this.#keep(shown, name, colon, text)
    const key = keyOf(shown)
    // Octets that are no printable ASCII make no other name to a program that drops them (as in `mail/section`).
    if (!this.#ownNames.test(key.replace(/[^!-~]+/g, ''))) return
    const before = this.#own.filter((field) => field.key === key).length
    this.#own.push({ name: shown, occurrence: before + 1, key, kept })
  }

  /** Whether the field is in the section: at least its name and colon lie before the limit. */
  #keep(shown: string, name: Buffer, colon: Buffer, text: Buffer): boolean {
    if (this.#truncated) return false
    const start = this.#length
    const bodyStart = start + name.length + 1
    for (const part of [name, colon, text, lineEnd]) this.#append(part)
    if (bodyStart > this.#length) {
      this.#length = start
      return false
    }
    this.#fields.push({ name: shown, start, bodyStart, end: this.#length })
    return true
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
    return {
      octets: this.#octets.subarray(0, this.#length),
      fields: this.#fields,
      truncated: this.#truncated,
      defects: [],
    }
  }

  /**
   * What is to be taken out, by name and occurrence, last first (so that taking one out moves none of those still to
   * come): the fields at these indices, and those of our own names behind the limit, which no judgement saw.
   */
  removals(indices: readonly number[]): Removal[] {
    if (indices.length === 0 && this.#own.every((field) => field.kept)) return []
    const wanted = new Set(indices)
    const counts = new Map<string, number>()
    const found: Removal[] = []
    this.#fields.forEach((field, index) => {
      const key = keyOf(field.name)
      const occurrence = (counts.get(key) ?? 0) + 1
      counts.set(key, occurrence)
      if (wanted.has(index)) found.push({ name: field.name, occurrence })
    })
    return [...found, ...this.#own.filter((field) => !field.kept).map(removalOf)].reverse()
  }

  /** All fields that bear a name of ours, last first. */
  ownFields(): Removal[] {
    return this.#own.map(removalOf).reverse()
  }
}

function removalOf({ name, occurrence }: Removal): Removal {
  return { name, occurrence }
}

const lineEnd = Buffer.from('\r\n')
const bareColon = Buffer.from(':')
const colonSpace = Buffer.from(': ')

function withCrlf(body: Buffer): Buffer {
  if (!body.includes(0x0a)) return body
  return Buffer.from(body.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')
}
