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
  readonly #ownFields: ReadonlySet<string>
  #octets: Buffer = Buffer.alloc(4096)
  #length = 0
  #fields: HeaderField[] = []
  #truncated = false
  /** How often each of our own names came in all, and those that came behind the limit. */
  #ownCounts = new Map<string, number>()
  #ownBehind: Removal[] = []
  /** Octets of the whole section, what lies behind the limit included. */
  size = 0

  /** `limit`: most octets kept. `ownFields`: lower-case names that are watched for behind the limit too. */
  constructor(limit: number, ownFields: ReadonlySet<string>) {
    this.#limit = limit
    this.#ownFields = ownFields
  }

  /**
   * Takes one event. `body` starts behind the colon, `leadingSpace` says whether its leading white space is there
   * (SMFIP_HDR_LEADSPC) or was taken off by the MTA and is put back as one space. Folds come with LF and are kept
   * with CRLF, as the section stands on the wire (RFC 5322 section 2.1).
   */
  add(name: Buffer, body: Buffer, leadingSpace: boolean): void {
    const text = withCrlf(body)
    const space = leadingSpace || text[0] === 0x20 || text[0] === 0x09 ? '' : ' '
    const head = Buffer.concat([name, Buffer.from(`:${space}`, 'latin1')])
    const size = head.length + text.length + 2
    this.size += size
    const shown = name.toString('latin1').trimEnd()
    const key = keyOf(shown)
    // Octets that are no printable ASCII make no other name to a program that drops them (as in `mail/section`).
    const own = this.#ownFields.has(key.replace(/[^!-~]+/g, ''))
    const occurrence = own ? (this.#ownCounts.get(key) ?? 0) + 1 : 0
    if (own) this.#ownCounts.set(key, occurrence)
    if (this.#truncated) {
      if (own) this.#ownBehind.push({ name: shown, occurrence })
      return
    }
    const start = this.#length
    this.#append(head)
    this.#append(text)
    this.#append(lineEnd)
    // A field whose body begins behind the limit shows nothing and could not be located.
    if (start + name.length + 1 <= this.#length) {
      const bodyStart = start + name.length + 1
      this.#fields.push({ name: shown, start, bodyStart, end: this.#length })
    } else {
      this.#length = start
      if (own) this.#ownBehind.push({ name: shown, occurrence })
    }
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
    const wanted = new Set(indices)
    const counts = new Map<string, number>()
    const found: Removal[] = []
    this.#fields.forEach((field, index) => {
      const key = keyOf(field.name)
      const occurrence = (counts.get(key) ?? 0) + 1
      counts.set(key, occurrence)
      if (wanted.has(index)) found.push({ name: field.name, occurrence })
    })
    return [...found, ...this.#ownBehind].reverse()
  }
}

const lineEnd = Buffer.from('\r\n', 'latin1')

function withCrlf(body: Buffer): Buffer {
  if (!body.includes(0x0a)) return body
  return Buffer.from(body.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')
}
