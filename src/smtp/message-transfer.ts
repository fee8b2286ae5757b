/** One message: held, judged, relayed or refused. */

/**
 * One message on its way: the header section is held until it is judged, then our fields, the section and the rest
 * go on to the next hop. Once refused, whatever the reason, nothing more goes on and the data is only read to its end.
 */
import { formatField } from '../mail/format.ts'
import { formatReply } from '../mail/reply.ts'
import { parseHeaderSection } from '../mail/section.ts'
import type { Decision, HeaderSection, Judge } from '../model.ts'
import { DataScanner } from './framing.ts'
import type { BareNewline } from './framing.ts'
import type { HeldOctets } from './held-section.ts'
import { ForgedFieldFilter, HeldSection, lastLineStart, remainingSpans, unstuff } from './held-section.ts'

/** What a transfer needs of the session that it belongs to. */
export interface TransferHost {
  /** Octets, or text of one octet a character, to the next hop. */
  relay(octets: Buffer | string): void
  /** Drops the next hop, without the end of data. */
  abandonHop(): void
}

export interface TransferOptions {
  readonly judge: Judge
  readonly bareNewline: BareNewline
  /** Octets; 0 for no limit. */
  readonly messageSize: number
  readonly headerSection: number
  readonly hops: number
  /** What the process may hold at once. */
  readonly heldOctets: HeldOctets
  /** A Received field of ours, whole with its line end; empty for none. */
  readonly received: string
}

/** Why a message is not relayed, and the reply that says so. */
export interface Refusal {
  readonly reason: 'verdict' | 'bare-newline' | 'nul-dot' | 'size' | 'loop' | 'memory' | 'next-hop'
  /** Whole, with its line end. */
  readonly reply: Buffer
}

const wire = { lineEnd: '\r\n', fold: true } as const

export class MessageTransfer {
  /** Octets of the message as the client sent it, the end of data excluded. */
  size = 0
  decision: Decision | null = null
  refusal: Refusal | null = null
  readonly #host: TransferHost
  readonly #options: TransferOptions
  readonly #scanner: DataScanner
  #held: HeldSection | null
  #filter: ForgedFieldFilter | null = null

  constructor(host: TransferHost, options: TransferOptions) {
    this.#host = host
    this.#options = options
    this.#held = new HeldSection(options.heldOctets)
    this.#scanner = new DataScanner(options.bareNewline, (octets) => this.#take(octets))
  }

  /** Reads data from an offset of a chunk; returns the offset behind the end of data, -1 if it goes on. */
  feed(chunk: Buffer, from: number): number {
    const end = this.#scanner.scan(chunk, from)
    if (this.#scanner.fault !== null && this.refusal === null) this.#refuseFault(this.#scanner.fault)
    if (end >= 0 && this.refusal === null) this.#finish()
    return end
  }

  /** Refuses the message: what goes on at the next hop is dropped, the rest of the data is read and forgotten. */
  refuse(refusal: Refusal): void {
    if (this.refusal !== null) return
    this.refusal = refusal
    this.#scanner.mode = 'ignore'
    this.#letGoOfSection()
    this.#filter = null
    this.#host.abandonHop()
  }

  #refuseFault(fault: 'bare-newline' | 'nul-dot'): void {
    const text = fault === 'nul-dot' ? 'A dot line with NUL' : 'A line end that is not CR LF'
    this.#refuseText(fault, 550, '5.6.11', `${text} is not accepted`)
  }

  #refuseText(reason: Refusal['reason'], code: number, status: string, text: string): void {
    this.refuse({ reason, reply: Buffer.from(formatReply({ code, status, text }), 'latin1') })
  }

  #take(octets: Buffer): void {
    this.size += octets.length
    if (this.#options.messageSize > 0 && this.size > this.#options.messageSize) {
      this.#refuseText('size', 552, '5.3.4', 'Message size exceeds the limit')
      return
    }
    if (this.#held !== null) this.#hold(this.#held, octets)
    else if (this.#filter === null || this.#filter.ended) this.#host.relay(octets)
    else this.#filter.filter(octets, (rest) => this.#host.relay(rest))
  }

  #hold(held: HeldSection, octets: Buffer): void {
    const end = held.add(octets)
    if (end === 'no-room') {
      this.#refuseText('memory', 451, '4.3.1', 'Too many messages at once, try again later')
    } else if ((end === 'goes-on' ? held.octets.length : end) > this.#options.headerSection) {
      this.#judgeFirstPart(held.octets)
    } else if (end !== 'goes-on') {
      this.#letGoOfSection()
      this.#judge(held.octets, end)
    }
  }

  /** The message goes no further: the session is over. */
  abandon(): void {
    this.#letGoOfSection()
  }

  #letGoOfSection(): void {
    this.#held?.release()
    this.#held = null
  }

  /** The data has ended; a message without a blank line is all header section. */
  #finish(): void {
    if (this.#held !== null) {
      const { octets } = this.#held
      this.#letGoOfSection()
      this.#judge(octets, octets.length)
    }
    this.#filter?.finish((rest) => this.#host.relay(rest))
  }

  /** Judges the section, which is the first `end` octets of those held, and relays all of them. */
  #judge(octets: Buffer, end: number): void {
    const { octets: read, dots } = unstuff(end === octets.length ? octets : octets.subarray(0, end))
    const section = parseHeaderSection(read)
    const decision = this.#decide(section)
    if (decision === null) return
    if (decision.remove.length === 0) this.#host.relay(octets)
    else {
      this.#relaySpans(octets, remainingSpans(section, decision.remove, dots, end))
      if (end < octets.length) this.#host.relay(octets.subarray(end))
    }
  }

  /** The section is over the limit: its first whole lines are judged, the rest is filtered as it streams. */
  #judgeFirstPart(octets: Buffer): void {
    this.#letGoOfSection()
    const cut = lastLineStart(octets.subarray(0, this.#options.headerSection))
    const end = cut === 0 ? octets.length : cut
    const { octets: read, dots } = unstuff(octets.subarray(0, end))
    const section = parseHeaderSection(read, true)
    const decision = this.#decide(section)
    if (decision === null) return
    this.#relaySpans(octets, remainingSpans(section, decision.remove, dots, end))
    const filter = new ForgedFieldFilter(decision.remove.includes(section.fields.length - 1), cut !== 0)
    this.#filter = filter
    if (end < octets.length) filter.filter(octets.subarray(end), (rest) => this.#host.relay(rest))
  }

  /** Asks the judge and sends our fields; null if the message is refused. */
  #decide(section: HeaderSection): Decision | null {
    const decision = this.#options.judge(section, 'smtp')
    this.decision = decision
    if (decision.reply !== null && (decision.perform === 'reject' || decision.perform === 'defer')) {
      this.refuse({ reason: 'verdict', reply: Buffer.from(formatReply(decision.reply), 'latin1') })
      return null
    }
    if (countReceived(section) > this.#options.hops) {
      this.#refuseText('loop', 554, '5.4.6', 'Too many Received fields: the message seems to loop')
      return null
    }
    let fields = this.#options.received
    for (const field of decision.add) fields += formatField(field, wire)
    // A folded first line would become part of the last field above it: it gets one that it can't falsify.
    if (fields !== '' && startsFolded(section)) fields += 'X-Namesake-Defect: leading-space\r\n'
    if (fields !== '') this.#host.relay(fields)
    return decision
  }

  #relaySpans(octets: Buffer, spans: readonly number[]): void {
    for (let i = 0; i + 1 < spans.length; i += 2) this.#host.relay(octets.subarray(spans[i], spans[i + 1]))
  }
}

function startsFolded(section: HeaderSection): boolean {
  const first = section.octets[0]
  return first === 0x20 || first === 0x09
}

function countReceived(section: HeaderSection): number {
  let count = 0
  for (const field of section.fields) if (field.name.length === 8 && /^received$/i.test(field.name)) count++
  return count
}
