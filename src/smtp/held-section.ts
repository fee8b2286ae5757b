/**
 * The header section of a message in transit. It is held as it came on the wire until it is judged, read without its
 * stuffing dots (RFC 5321 section 4.5.2: the receiver drops the dot that starts a line, so `.From: x` is a From
 * field), and passed on as it came, less the fields to be removed.
 */

import type { HeaderSection } from '../model.ts'

const dot = 0x2e
const lf = 0x0a
const blankLine = Buffer.from('\r\n\r\n')
const lineThenDot = Buffer.from('\r\n.')
const empty = Buffer.alloc(0)

/** Octets that all sessions of a process may hold at once. */
export class HeldOctets {
  #left: number

  constructor(max: number) {
    this.#left = max
  }

  /** Takes octets; false, and nothing taken, if there are not so many left. */
  take(octets: number): boolean {
    if (octets > this.#left) return false
    this.#left -= octets
    return true
  }

  give(octets: number): void {
    this.#left += octets
  }
}

/** Collects octets until the blank line that ends the section (RFC 5322 section 2.1), or until the limit. */
export class HeldSection {
  #octets: Buffer = empty
  #length = 0
  #own = false
  #taken = 0
  readonly #held: HeldOctets

  constructor(held: HeldOctets) {
    this.#held = held
  }

  /** What is held, as it came. */
  get octets(): Buffer {
    return this.#octets.subarray(0, this.#length)
  }

  /**
   * Adds octets. Returns the length of the section in what is held, the blank line excluded, as soon as its end is
   * there; `goes-on` before that; `no-room` if the process holds too much already.
   */
  add(octets: Buffer): number | 'goes-on' | 'no-room' {
    const searched = Math.max(0, this.#length - 3)
    if (this.#length > 0) {
      if (!this.#append(octets)) return 'no-room'
    } else {
      this.#octets = octets
      this.#length = octets.length
    }
    if (this.#length >= 2 && this.#octets[0] === 0x0d && this.#octets[1] === lf) return 0
    const end = this.octets.indexOf(blankLine, searched)
    if (end >= 0) return end + 2
    return this.#taken > 0 || this.#take(octets.length) ? 'goes-on' : 'no-room'
  }

  /** What is held is not needed any more. */
  release(): void {
    this.#held.give(this.#taken)
    this.#taken = 0
  }

  #take(octets: number): boolean {
    if (!this.#held.take(octets)) return false
    this.#taken += octets
    return true
  }

  #append(octets: Buffer): boolean {
    const wanted = this.#length + octets.length
    if (!this.#own || wanted > this.#octets.length) {
      const size = Math.max(4096, wanted * 2)
      if (!this.#take(size - this.#taken)) return false
      const grown = Buffer.allocUnsafe(size)
      this.#octets.copy(grown, 0, 0, this.#length)
      this.#octets = grown
      this.#own = true
    }
    octets.copy(this.#octets, this.#length)
    this.#length = wanted
    return true
  }
}

/** A section's octets as its receiver reads them, with the places of the stuffing dots taken out. */
interface Unstuffed {
  readonly octets: Buffer
  /** For each dot taken out: the offset, in `octets`, of what stood behind it. Ascending. */
  readonly dots: readonly number[]
}

/** Takes out the stuffing dots. Without any, which is the rule, nothing is copied. */
export function unstuff(wire: Buffer): Unstuffed {
  let at = wire[0] === dot ? 0 : nextStuffed(wire, 0)
  if (at < 0) return { octets: wire, dots: [] }
  const octets = Buffer.allocUnsafe(wire.length)
  const dots: number[] = []
  let from = 0
  let length = 0
  while (at >= 0) {
    length += wire.copy(octets, length, from, at)
    dots.push(length)
    from = at + 1
    at = nextStuffed(wire, at)
  }
  length += wire.copy(octets, length, from)
  return { octets: octets.subarray(0, length), dots }
}

function nextStuffed(wire: Buffer, from: number): number {
  const found = wire.indexOf(lineThenDot, from)
  return found < 0 ? -1 : found + 2
}

/**
 * The spans of the wire octets that stay when fields are removed, in order, as offsets `[start, end, start, end …]`.
 * `section` was parsed from the unstuffed octets; `length` is that of the wire octets.
 */
export function remainingSpans(
  section: HeaderSection,
  remove: readonly number[],
  dots: readonly number[],
  length: number,
): number[] {
  const spans: number[] = []
  let from = 0
  for (const index of [...remove].sort((a, b) => a - b)) {
    const field = section.fields[index]
    if (field === undefined) continue
    const start = wireOffset(field.start, dots)
    if (start > from) spans.push(from, start)
    from = Math.max(from, wireOffset(field.end, dots))
  }
  if (length > from) spans.push(from, length)
  return spans
}

/** Where an offset of the unstuffed octets stands on the wire: at the stuffing dot, if one stands before it. */
function wireOffset(offset: number, dots: readonly number[]): number {
  let low = 0
  let high = dots.length
  while (low < high) {
    const mid = (low + high) >> 1
    if ((dots[mid] as number) < offset) low = mid + 1
    else high = mid
  }
  return offset + low
}

/** Where the last line that is complete ends; the section is cut there when it is over the limit. */
export function lastLineStart(octets: Buffer): number {
  return octets.lastIndexOf(lf) + 1
}

const forgedName = Buffer.from('x-namesake')

/**
 * Removes fields named X-Namesake or X-Namesake-… from the part of a header section that was too long to be held,
 * as it streams. Holds back at most the start of one line.
 */
export class ForgedFieldFilter {
  /** Whether the section has ended; octets after that are not for this filter. */
  ended = false
  #removing: boolean
  #line: Buffer = empty
  #lineKnown: boolean

  /** `removing`: the octets begin inside a field that is being removed; `atLineStart`: they begin a line. */
  constructor(removing: boolean, atLineStart: boolean) {
    this.#removing = removing
    this.#lineKnown = !atLineStart
  }

  /** Filters the next octets, giving what stays to `pass`, in as few pieces as may be. */
  filter(octets: Buffer, pass: (octets: Buffer) => void): void {
    let at = 0
    /** Where the octets start that stay and are not passed on yet; those being removed are none. */
    let from = 0
    while (at < octets.length && !this.ended) {
      if (this.#lineKnown) {
        const end = octets.indexOf(lf, at)
        at = end < 0 ? octets.length : end + 1
        this.#lineKnown = end < 0
        continue
      }
      const held = this.#line
      const start = startOfLine(held, octets, at)
      if (start === null) break
      const removed = this.#removing
      this.#read(start)
      this.#line = empty
      if (removed && !this.#removing) from = at
      if (!removed && this.#removing && at > from) pass(octets.subarray(from, at))
      if (!this.#removing && held.length > 0) pass(held)
      at += start.length - held.length
      this.#lineKnown = start[start.length - 1] !== lf
    }
    const until = this.ended ? octets.length : at
    if (!this.#removing && until > from) pass(octets.subarray(from, until))
    // The start of a line that is not known yet waits for the rest of it.
    if (until < octets.length) this.#line = Buffer.concat([this.#line, octets.subarray(until)])
  }

  /** Gives what is still held back; for the end of the data. */
  finish(pass: (octets: Buffer) => void): void {
    if (this.#line.length > 0 && !this.#removing) pass(this.#line)
    this.#line = empty
  }

  /** Reads a line's first octets: whether it ends the section, and whether it begins a field to be removed. */
  #read(start: Buffer): void {
    const first = start[0] === dot ? 1 : 0
    const octet = start[first]
    if (octet === 0x20 || octet === 0x09) return
    this.#removing = false
    if (octet === 0x0d) this.ended = start[first + 1] === lf
    else if (octet === 0x78 || octet === 0x58) {
      this.#removing = /^x-namesake(?:[-: \t]|\r\n)/i.test(start.toString('latin1', first))
    }
  }
}

/** As much of a line's start as tells what it is: up to its end, or a name's length; null if more has to come. */
function startOfLine(held: Buffer, octets: Buffer, at: number): Buffer | null {
  const wanted = forgedName.length + 2
  const taken = octets.subarray(at, at + wanted - held.length)
  const line = held.length === 0 ? taken : Buffer.concat([held, taken])
  const end = line.indexOf(lf)
  if (end >= 0) return line.subarray(0, end + 1)
  return line.length < wanted ? null : line
}
