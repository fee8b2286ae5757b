/**
 * Cuts an mbox (RFC 4155; mboxo and mboxrd alike) into the header sections of its messages, in memory that depends on
 * the limit of one header section and not on the file. Bodies are passed over by searching for the next postmark.
 */

/** One message's header section, with its number in the mbox, from 1. */
interface MboxSection {
  readonly number: number
  /** The line before the message that tells who sent it and when; empty if it was lost. */
  readonly postmark: string
  readonly octets: Buffer
  /** True if the section was longer than the limit. */
  readonly truncated: boolean
}

/**
 * Reads an mbox from its chunks. A chunk may be used anew once the next one is asked for.
 * @param limit octets of one header section that are kept
 */
export async function* mboxSections(chunks: AsyncIterable<Buffer>, limit: number): AsyncGenerator<MboxSection> {
  const reader = new MboxReader(limit)
  for await (const chunk of chunks) yield* reader.read(chunk, false)
  yield* reader.read(Buffer.alloc(0), true)
}

const lineFeed = 0x0a
const carriageReturn = 0x0d
const postmark = Buffer.from('From ')
const emptyLine = Buffer.from('\n\n')
const emptyLineWithReturn = Buffer.from('\n\r\n')
const nextPostmark = Buffer.from('\nFrom ')
/** A postmark and the line behind it are looked at this far; longer ones are taken as they are. */
const lookAhead = 2048

/** Most header sections end within this; they are taken at once, others line by line. */
const usualSection = 16_384

/** What the reader is in the middle of; `body` begins at the start of a line. */
type MboxStage = 'postmark' | 'section' | 'line-of-body' | 'body'

class MboxReader {
  readonly #limit: number
  #stage: MboxStage = 'postmark'
  #rest: Buffer = Buffer.alloc(0)
  #last = false
  #number = 0
  #postmark = ''
  #parts: Buffer[] = []
  #size = 0
  #truncated = false

  constructor(limit: number) {
    this.#limit = limit
  }

  *read(chunk: Buffer, last: boolean): Generator<MboxSection> {
    this.#last = last
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (;;) {
      const before = this.#stage
      const used = this.#step()
      if (used === null) break
      this.#rest = this.#rest.subarray(used)
      if (before === 'section' && this.#stage !== 'section') yield this.#finish()
    }
    if (last && this.#stage === 'section') yield this.#finish()
    // A copy, so that a small rest does not hold on to a large chunk.
    this.#rest = Buffer.from(this.#rest)
  }

  /** Octets that are done with; null asks for more. */
  #step(): number | null {
    if (this.#rest.length === 0) return null
    switch (this.#stage) {
      case 'postmark':
        return this.#skipPostmark()
      case 'section':
        return this.#readLine()
      case 'line-of-body':
        return this.#firstLineOfBody()
      case 'body':
        return this.#skipBody()
    }
  }

  #skipPostmark(): number | null {
    const end = this.#rest.indexOf(lineFeed)
    if (end === -1 && !this.#last && this.#rest.length < lookAhead) return null
    if (this.#rest.subarray(0, postmark.length).equals(postmark)) {
      this.#stage = 'section'
      const used = end === -1 ? this.#rest.length : end + 1
      this.#postmark = this.#rest.subarray(0, Math.min(used, lookAhead)).toString('latin1')
      return used
    }
    // White lines at the top; anything else is a message whose postmark was lost.
    if (end !== -1 && this.#rest.subarray(0, end).toString('latin1').trim() === '') return end + 1
    this.#stage = 'section'
    return 0
  }

  #readLine(): number | null {
    const whole = this.#size === 0 ? this.#readUsualSection() : 0
    if (whole > 0) return whole
    const end = this.#rest.indexOf(lineFeed)
    // A line longer than the limit is taken in parts, so that a file without line ends stays in bounds.
    if (end === -1 && !this.#last && this.#rest.length <= this.#limit) return null
    if (end === 0 || (end === 1 && this.#rest[0] === carriageReturn)) {
      this.#stage = 'line-of-body'
      return end + 1
    }
    const used = end === -1 ? this.#rest.length : end + 1
    const room = this.#limit - this.#size
    if (used > room) this.#truncated = true
    const part = Buffer.from(this.#rest.subarray(0, Math.min(used, Math.max(0, room))))
    if (part.length > 0) this.#parts.push(part)
    this.#size += part.length
    return used
  }

  /** Takes a section that ends nearby in one piece. Octets that it and the empty line have; 0 if it has to be read by lines. */
  #readUsualSection(): number {
    if (this.#rest[0] === lineFeed || this.#rest[0] === carriageReturn) return 0
    const near = this.#rest.subarray(0, Math.min(usualSection, this.#limit))
    const bare = near.indexOf(emptyLine)
    const withReturn = (bare === -1 ? near : near.subarray(0, bare + 2)).indexOf(emptyLineWithReturn)
    const end = withReturn === -1 ? bare + 1 : withReturn + 1
    if (end === 0) return 0
    this.#parts.push(Buffer.from(this.#rest.subarray(0, end)))
    this.#size = end
    this.#stage = 'line-of-body'
    return end + (withReturn === -1 ? 1 : 2)
  }

  /** Behind the empty line: the next postmark stands there if the body is empty. */
  #firstLineOfBody(): number | null {
    if (!this.#last && needsMore(this.#rest)) return null
    this.#stage = partsMessages(this.#rest, true) ? 'postmark' : 'body'
    return 0
  }

  /** Passes over a body up to the next postmark; keeps the tail in which one may begin. */
  #skipBody(): number | null {
    let from = 0
    for (;;) {
      const at = this.#rest.indexOf(nextPostmark, from)
      if (at === -1) {
        const used = this.#last ? this.#rest.length : this.#rest.length - nextPostmark.length - 2
        return used > 0 ? used : null
      }
      const line = this.#rest.subarray(at + 1)
      if (!this.#last && needsMore(line)) return at > 2 ? at - 2 : null
      if (partsMessages(line, blankBefore(this.#rest, at))) {
        this.#stage = 'postmark'
        return at + 1
      }
      from = at + 1
    }
  }

  #finish(): MboxSection {
    this.#number++
    const [first] = this.#parts
    const octets = first !== undefined && this.#parts.length === 1 ? first : Buffer.concat(this.#parts)
    const section = { number: this.#number, postmark: this.#postmark, octets, truncated: this.#truncated }
    this.#postmark = ''
    this.#parts = []
    this.#size = 0
    this.#truncated = false
    return section
  }
}

/** Whether a line that may be a postmark, or the line behind it, is not all there yet. */
function needsMore(octets: Buffer): boolean {
  if (octets.length >= lookAhead) return false
  if (!postmark.subarray(0, octets.length).equals(octets.subarray(0, postmark.length))) return false
  const first = octets.indexOf(lineFeed)
  return first === -1 || octets.indexOf(lineFeed, first + 1) === -1
}

/** Whether the line feed at `at` ends an empty line. */
function blankBefore(octets: Buffer, at: number): boolean {
  const before = octets[at - 1]
  return before === lineFeed || (before === carriageReturn && octets[at - 2] === lineFeed)
}

/**
 * Whether a line `From …` parts two messages. Unquoted ones stand in bodies too, so a field (or the end) must follow, and
 * an empty line before it or the form of a postmark (a time and a year) must speak for it.
 */
function partsMessages(octets: Buffer, blank: boolean): boolean {
  if (!octets.subarray(0, postmark.length).equals(postmark)) return false
  const [line = '', next = ''] = octets.subarray(0, lookAhead).toString('latin1').split(/\r?\n/, 2)
  if (!/^(?:[!-9;-~]+[ \t]*:|>?From |$)/.test(next)) return false
  const time = line.search(/\d:\d\d/)
  return blank || (time >= 0 && /\b(?:19|20)\d\d\b/.test(line.slice(time + 4)))
}
