/**
 * The one door for a client's octets: command lines and data (RFC 5321 sections 2.3.8 and 4.1.1.4). Only CR LF ends
 * a line and only CR LF dot CR LF ends data; whatever else looks like an end to some server is refused or repaired
 * here, and nowhere else.
 */

const nul = 0x00
const lf = 0x0a
const cr = 0x0d
const dot = 0x2e

const empty = Buffer.alloc(0)

/** Why a line is none: over the limit, so far over it that its end is not waited for, not ended by CR LF. */
type LineFault = 'too-long' | 'endless' | 'bare-newline'

/** A line of so many times the limit is not waited for any more. */
const maxLineMultiple = 16

/** Command lines cut from a stream, at most `limit` octets each. */
export class LineReader {
  /** Octets not read as lines yet. */
  waiting = 0
  #octets: Buffer = empty
  #at = 0
  #skipping = false
  /** Octets dropped of a line that is too long, up to now. */
  #skipped = 0
  #toSkip = 0

  /** Adds what the socket gave. */
  push(octets: Buffer): void {
    const skipped = Math.min(this.#toSkip, octets.length)
    this.#toSkip -= skipped
    const chunk = skipped === 0 ? octets : octets.subarray(skipped)
    this.#octets = this.waiting === 0 ? chunk : Buffer.concat([this.#octets.subarray(this.#at), chunk])
    this.#at = 0
    this.waiting = this.#octets.length
  }

  /**
   * The next line, its line end included; null if more octets are needed; `too-long` once for a line over the
   * limit, whose octets are dropped up to its end; `endless` for one of which so many were dropped that nobody waits
   * for its end; `bare-newline` for one that does not end with CR LF: it ends at LF all the same, so that the caller
   * can answer each such line.
   */
  next(limit: number): Buffer | LineFault | null {
    const start = this.#at
    const end = this.#octets.indexOf(lf, start)
    if (end < 0) {
      if (!this.#skipping && this.waiting <= limit) return null
      this.#skipping = true
      this.#skipped += this.waiting
      this.#drop()
      return this.#skipped > maxLineMultiple * limit ? 'endless' : null
    }
    const length = end + 1 - start
    this.#at = end + 1
    this.waiting -= length
    if (this.#skipping || length > limit) {
      const whole = this.#skipped + length
      this.#skipping = false
      this.#skipped = 0
      return whole > maxLineMultiple * limit ? 'endless' : 'too-long'
    }
    if (length < 2 || this.#octets[end - 1] !== cr) return 'bare-newline'
    return this.#octets.subarray(start, end + 1)
  }

  /** Drops the next octets, those that have come and those to come: they are no commands. */
  skip(count: number): void {
    const here = Math.min(count, this.waiting)
    this.#at += here
    this.waiting -= here
    this.#toSkip = count - here
  }

  /** Hands over what was not read as lines, because data begins or the dialogue ends. */
  take(): Buffer {
    const rest = this.#octets.subarray(this.#at)
    this.#drop()
    return rest
  }

  #drop(): void {
    this.#octets = empty
    this.#at = 0
    this.waiting = 0
  }
}

/** What the scanner does with a line end that is not CR LF. `ignore` looks for the end only. */
export type BareNewline = 'reject' | 'normalize' | 'ignore'

/** What was wrong with the data. */
type DataFault = 'bare-newline' | 'nul-dot'

// Where the scanner stands. In those that hold octets back, what is held is fixed, so no copy is kept.
const middle = 0 // inside a line
const afterCr = 1 // held: CR
const lineStart = 2 // behind CR LF, or at the start of the data
const afterDot = 3 // held: the dot that starts a line
const afterDotCr = 4 // held: dot CR
const lineStartRepaired = 5 // behind a line end of our making: a dot here is stuffed
const afterNul = 6 // NULs start the line
const afterNulDot = 7 // NULs, dot, and any NULs behind it
const afterDotNul = 8 // dot and NULs

const heldOctets: readonly (Buffer | null)[] = [null, Buffer.from('\r'), null, Buffer.from('.'), Buffer.from('.\r')]
const stuffingDot = Buffer.from('.')
const crlf = Buffer.from('\r\n')
const spaceOctet = Buffer.from(' ')
const dotSpace = Buffer.from('. ')
const stuffedDotLine = Buffer.from('..\r\n')

// A line is looked through four octets at a time: most of the work on a message is to see that a line goes on.

const noWords = new Int32Array(0)
/** Octets of a chunk from which a second view of it pays. */
const minWordsBytes = 128

/** How many octets stand before the first four that are aligned in memory. */
function leadOf(chunk: Buffer): number {
  return -chunk.byteOffset & 3
}

/** The octets behind the lead by fours, as far as they go. */
function wordsOf(chunk: Buffer, lead: number): Int32Array {
  return new Int32Array(chunk.buffer, chunk.byteOffset + lead, (chunk.length - lead) >> 2)
}

/** Where the next octet of 13 (CR) or less stands, from `i` on; the chunk's length if none does. */
function nextControl(chunk: Buffer, words: Int32Array, lead: number, i: number): number {
  const { length } = chunk
  while (((i - lead) & 3) !== 0 && i < length) {
    if ((chunk[i] as number) <= cr) return i
    i++
  }
  if (i === length) return i
  let at = (i - lead) >> 2
  while (at < words.length) {
    const four = words[at] as number
    // A high bit is set where an octet is less than 14, and nowhere if none is.
    if (((four - 0x0e0e0e0e) & ~four & -0x7f7f7f80) !== 0) break
    at++
  }
  i = Math.max(i, (at << 2) + lead)
  while (i < length && (chunk[i] as number) > cr) i++
  return i
}

/**
 * Finds the end of data in a stream of chunks and passes on what stands before it, stuffed dots as they came.
 * A dot that starts a line is held back until its line is known, so that a client that goes away after
 * `CR LF .` or `CR LF . CR` never leaves an end of data behind.
 */
export class DataScanner {
  /** Set at the first fault; `mode` is `ignore` from then on. */
  fault: DataFault | null = null
  /** In mode `ignore` nothing is passed on. */
  mode: BareNewline
  readonly #pass: (octets: Buffer) => void
  #state = lineStart
  #chunk: Buffer = empty
  /** Start of the octets of the chunk that are not passed on yet. */
  #start = 0
  /** Where the held octets start in the chunk; -1 if they came in an earlier one. */
  #held = -1
  /** What goes on from the first repaired line end of the chunk. */
  #repaired: Buffer | null = null
  #repairedLength = 0

  /** `pass` is called in order with the octets of the data, the dot line that ends it excluded. */
  constructor(mode: BareNewline, pass: (octets: Buffer) => void) {
    this.mode = mode
    this.#pass = pass
  }

  /** Reads a chunk from an offset. Returns the offset behind the end of data; -1 if the data goes on. */
  scan(chunk: Buffer, from: number): number {
    const length = chunk.length
    const lead = leadOf(chunk)
    const words = length - from < minWordsBytes ? noWords : wordsOf(chunk, lead)
    this.#chunk = chunk
    this.#start = from
    this.#held = -1
    let i = from
    while (i < length) {
      if (this.#state === middle) {
        i = nextControl(chunk, words, lead, i)
        if (i === length) break
        if (chunk[i] === cr && chunk[i + 1] === lf) {
          i += 2
          // Lines that start with a letter, or with a stuffed dot and more, are most; the others take a longer look.
          const start = chunk[i] as number
          if (start > dot) i++
          else if (start === dot && (chunk[i + 1] as number) > cr) i += 2
          else this.#state = lineStart
          continue
        }
      }
      const octet = chunk[i] as number
      if (this.#state === lineStart && octet > dot) {
        this.#state = middle
        i++
        continue
      }
      if (this.#state === afterDotCr && octet === lf) {
        this.#give(this.#heldFrom())
        this.#state = lineStart
        this.#endChunk()
        return i + 1
      }
      i = this.#step(octet, i)
    }
    const holds = heldOctets[this.#state] ?? null
    if (holds === null) this.#give(length)
    else if (this.#held >= 0) this.#give(this.#held)
    this.#endChunk()
    return -1
  }

  /** One octet that is not plain; returns the offset to go on from: the same one if only the state changed. */
  #step(octet: number, i: number): number {
    switch (this.#state) {
      case middle:
        return this.#inMiddle(octet, i)
      case afterCr:
        if (octet !== lf) return this.#loneCr(spaceOctet, i)
        if (this.#held < 0) this.#giveOctets(heldOctets[afterCr] ?? empty)
        this.#state = lineStart
        return i + 1
      case lineStart:
        return this.#atLineStart(octet, i)
      case lineStartRepaired:
        if (octet === dot) {
          this.#give(i)
          this.#giveRepair(stuffingDot)
          this.#start = i
        }
        this.#state = octet === dot ? middle : lineStart
        return octet === dot ? i + 1 : i
      case afterDot:
        return this.#behindDot(octet, i)
      case afterDotCr:
        return this.#loneCr(dotSpace, i)
      default:
        return this.#nearNul(octet, i)
    }
  }

  #inMiddle(octet: number, i: number): number {
    if (octet === cr) {
      this.#state = afterCr
      this.#held = i
    } else if (octet === lf && this.mode !== 'ignore') {
      if (this.mode === 'reject') return this.#fail('bare-newline', i)
      this.#give(i)
      this.#giveRepair(crlf)
      this.#start = i + 1
      this.#state = lineStartRepaired
    }
    return i + 1
  }

  #atLineStart(octet: number, i: number): number {
    if (octet === dot) {
      this.#state = afterDot
      this.#held = i
      return i + 1
    }
    this.#state = octet === nul ? afterNul : middle
    return octet === nul ? i + 1 : i
  }

  #behindDot(octet: number, i: number): number {
    if (octet === cr) {
      this.#state = afterDotCr
      return i + 1
    }
    if (octet === lf && this.mode !== 'ignore') {
      // A dot line that CR LF began and LF alone ends: with its line end repaired it would end the data.
      if (this.mode === 'reject') return this.#fail('bare-newline', this.#heldFrom())
      this.#give(this.#heldFrom())
      this.#giveRepair(stuffedDotLine)
      this.#start = i + 1
      this.#state = lineStartRepaired
      return i + 1
    }
    if (this.#held < 0) this.#giveOctets(stuffingDot)
    this.#state = octet === nul ? afterDotNul : middle
    return octet === nul ? i + 1 : i
  }

  /** A CR that no LF follows: `repaired` takes the place of it and of what is held with it. */
  #loneCr(repaired: Buffer, i: number): number {
    if (this.mode === 'reject') return this.#fail('bare-newline', this.#heldFrom())
    this.#give(this.#heldFrom())
    this.#giveRepair(repaired)
    this.#start = i
    this.#state = middle
    return i
  }

  /** A dot with any number of NULs before or behind it: some servers drop NULs, and then it ends the data. */
  #nearNul(octet: number, i: number): number {
    if (octet === nul) return i + 1
    if (this.#state === afterNul) {
      this.#state = octet === dot ? afterNulDot : middle
      return octet === dot ? i + 1 : i
    }
    if ((octet === cr || octet === lf) && this.mode !== 'ignore') return this.#fail('nul-dot', i)
    this.#state = middle
    return i
  }

  #heldFrom(): number {
    return this.#held < 0 ? this.#start : this.#held
  }

  /** Notes the fault, passes on what stood before it, and from there on looks for the end only. */
  #fail(fault: DataFault, at: number): number {
    this.#give(at)
    this.#endRepairs()
    this.fault = fault
    this.mode = 'ignore'
    this.#state = middle
    return at
  }

  /** Passes on the octets of the chunk before `end` that were not passed on yet. */
  #give(end: number): void {
    const start = this.#start
    if (end <= start) return
    this.#start = end
    this.#giveOctets(start === 0 && end === this.#chunk.length ? this.#chunk : this.#chunk.subarray(start, end))
  }

  /** Passes octets on; behind the first repair in a chunk they are gathered, so that no line is a piece of its own. */
  #giveOctets(octets: Buffer): void {
    if (this.mode === 'ignore') return
    if (this.#repaired === null) this.#pass(octets)
    else this.#repairedLength += octets.copy(this.#repaired, this.#repairedLength)
  }

  /** Passes on octets that stand in place of a line end that is not CR LF. */
  #giveRepair(octets: Buffer): void {
    // Each octet of the chunk is followed by one more at most, and what was held back is at most two.
    this.#repaired ??= Buffer.allocUnsafe(2 * this.#chunk.length + 4)
    this.#giveOctets(octets)
  }

  #endChunk(): void {
    this.#chunk = empty
    this.#endRepairs()
  }

  /** Passes on what was gathered. */
  #endRepairs(): void {
    if (this.#repaired === null) return
    const octets = this.#repaired.subarray(0, this.#repairedLength)
    this.#repaired = null
    this.#repairedLength = 0
    if (octets.length > 0 && this.mode !== 'ignore') this.#pass(octets)
  }
}
