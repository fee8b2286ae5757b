/** One message, from 354 to its record: scanned, held until it is judged, then relayed or refused. */

import { formatField } from '../mail/format.ts'
import { formatReply } from '../mail/reply.ts'
import { parseHeaderSection } from '../mail/section.ts'
import type { Decision, HeaderSection, Judge, MessageRecord } from '../model.ts'
import type { SmtpLimits } from '../net/limits.ts'
import type { EventDetails } from '../vocabulary.ts'
import { DataScanner } from './framing.ts'
import type { BareNewline } from './framing.ts'
import { ForgedFieldFilter, HeldSection, lastLineStart, remainingSpans, unstuff } from './held-section.ts'
import type { HeldOctets } from './held-section.ts'
import { recordOf } from './record.ts'
import type { RecordedTransaction } from './record.ts'
import { decidingCode, finalReplies, firstLine } from './replies.ts'

/** Where a message goes. */
interface Outgoing {
  /** Octets, or text of one octet a character. */
  write(octets: Buffer | string): unknown
}

export interface MessageOptions {
  readonly judge: Judge
  readonly bareNewline: BareNewline
  readonly limits: Pick<SmtpLimits, 'messageSize' | 'headerSection' | 'hops'>
  /** What the process may hold at once. */
  readonly heldOctets: HeldOctets
}

/** Why a message is not relayed, and the reply that says so. */
interface Refusal {
  readonly reason: 'verdict' | EventDetails<'message-refused'>['reason']
  /** Whole, with its line end. */
  readonly reply: Buffer
}

const wire = { lineEnd: '\r\n', fold: true } as const

export class Message {
  /** Octets of the message as the client sent it, the end of data excluded. */
  size = 0
  decision: Decision | null = null
  /** Why it is not relayed; null if it is. Nothing goes on from then on, the data is only read to its end. */
  refusal: Refusal | null = null
  /** Final replies that are due: one for each recipient over LMTP. 0 until its end has gone to the next hop. */
  due = 0
  readonly #transaction: RecordedTransaction
  readonly #out: Outgoing
  readonly #options: MessageOptions
  /** A Received field of ours, whole with its line end; empty for none. */
  readonly #received: string
  readonly #scanner: DataScanner
  #held: HeldSection | null
  #filter: ForgedFieldFilter | null = null
  readonly #finals: Buffer[] = []

  constructor(transaction: RecordedTransaction, out: Outgoing, received: string, options: MessageOptions) {
    this.#transaction = transaction
    this.#out = out
    this.#received = received
    this.#options = options
    this.#held = new HeldSection(options.heldOctets)
    this.#scanner = new DataScanner(options.bareNewline, (octets) => this.#take(octets))
  }

  // --- Data -----------------------------------------------------------------------------------------------------

  /** Reads data. Returns the offset in the chunk behind the end of data; -1 if the data goes on. */
  feed(chunk: Buffer): number {
    const end = this.#scanner.scan(chunk, 0)
    const { fault } = this.#scanner
    if (fault !== null && this.refusal === null) {
      const what = fault === 'nul-dot' ? 'A dot line with NUL' : 'A line end that is not CR LF'
      this.#refuseText(fault, 550, '5.6.11', `${what} is not accepted`)
    }
    if (end < 0 || this.refusal !== null) return end
    // A message without a blank line is all header section.
    if (this.#held !== null) this.#judge(this.#held.octets, this.#held.octets.length, false)
    this.#filter?.finish((rest) => this.#out.write(rest))
    return end
  }

  #take(octets: Buffer): void {
    const { messageSize, headerSection } = this.#options.limits
    this.size += octets.length
    if (messageSize > 0 && this.size > messageSize) {
      this.#refuseText('size', 552, '5.3.4', 'Message size exceeds the limit')
    } else if (this.#held !== null) {
      const held = this.#held
      const end = held.add(octets)
      if (end === 'no-room') this.#refuseText('memory', 451, '4.3.1', 'Too many messages at once, try again later')
      else if ((end === 'goes-on' ? held.octets.length : end) > headerSection) {
        const cut = lastLineStart(held.octets.subarray(0, headerSection))
        this.#judge(held.octets, cut === 0 ? held.octets.length : cut, true)
      } else if (end !== 'goes-on') this.#judge(held.octets, end, false)
    } else if (this.#filter === null || this.#filter.ended) this.#out.write(octets)
    else this.#filter.filter(octets, (rest) => this.#out.write(rest))
  }

  /**
   * Judges the section and relays what is held: our fields, the section less the forged ones, and what stands behind.
   * `end`: octets of the section. `truncated`: it is over the limit and goes on; the rest is filtered as it streams.
   */
  #judge(octets: Buffer, end: number, truncated: boolean): void {
    this.#releaseHeld()
    const { octets: read, dots } = unstuff(end === octets.length ? octets : octets.subarray(0, end))
    const section = parseHeaderSection(read, truncated)
    const decision = this.#options.judge(section, 'smtp')
    this.decision = decision
    if (decision.reply !== null && (decision.perform === 'reject' || decision.perform === 'defer')) {
      this.refuse('verdict', Buffer.from(formatReply(decision.reply), 'latin1'))
      return
    }
    if (countReceived(section) > this.#options.limits.hops) {
      this.#refuseText('loop', 554, '5.4.6', 'Too many Received fields: the message seems to loop')
      return
    }
    let fields = this.#received
    for (const field of decision.add) fields += formatField(field, wire)
    // A folded first line would become part of the last field above it: it gets one that it can't falsify.
    if (fields !== '' && startsFolded(section)) fields += 'X-Namesake-Defect: leading-space\r\n'
    const out = this.#out
    out.write(fields)
    if (decision.remove.length === 0 && !truncated) {
      out.write(octets)
      return
    }
    const spans = remainingSpans(section, decision.remove, dots, end)
    for (let i = 0; i + 1 < spans.length; i += 2) out.write(octets.subarray(spans[i], spans[i + 1]))
    if (truncated) {
      const removing = decision.remove.includes(section.fields.length - 1)
      // The cut stands behind a line's end, if the part has one.
      this.#filter = new ForgedFieldFilter(removing, octets[end - 1] === lineFeed)
    }
    if (end === octets.length) return
    const behind = octets.subarray(end)
    if (this.#filter === null) out.write(behind)
    else this.#filter.filter(behind, (rest) => out.write(rest))
  }

  // --- Refusal --------------------------------------------------------------------------------------------------

  /** Refuses the message, for the first reason only. Whoever owns the next hop drops it. */
  refuse(reason: Refusal['reason'], reply: Buffer): void {
    if (this.refusal !== null) return
    this.refusal = { reason, reply }
    this.#scanner.mode = 'ignore'
    this.#releaseHeld()
    this.#filter = null
  }

  #refuseText(reason: Refusal['reason'], code: number, status: string, text: string): void {
    this.refuse(reason, Buffer.from(formatReply({ code, status, text }), 'latin1'))
  }

  /** The session is over: what is held is given back. */
  abandon(): void {
    this.#releaseHeld()
  }

  #releaseHeld(): void {
    this.#held?.release()
    this.#held = null
  }

  // --- Final replies --------------------------------------------------------------------------------------------

  /** Recipients that wait for a final reply. */
  get recipients(): number {
    return Math.max(1, this.#transaction.accepted)
  }

  /** Takes a final reply; returns whether all of them are there. */
  takeFinal(reply: Buffer | string): boolean {
    this.#finals.push(typeof reply === 'string' ? Buffer.from(reply, 'latin1') : reply)
    return this.#finals.length >= this.due
  }

  /** What the client is told, whole: one reply over SMTP, one for each accepted recipient over LMTP (RFC 2033). */
  reply(lmtpClient: boolean): Buffer {
    return finalReplies(this.#finals, this.recipients, lmtpClient)
  }

  /** The record; null if the message was refused before it could be judged. */
  record(sender: { readonly client: string; readonly helo: string }, reply: Buffer): MessageRecord | null {
    if (this.decision === null) return null
    const { decision, size } = this
    const { client, helo } = sender
    const code = decidingCode(this.#finals)
    return recordOf(
      { client, helo, decision, size, reply: firstLine(reply), code },
      this.#transaction,
      performance.now(),
    )
  }
}

const lineFeed = 0x0a

function startsFolded(section: HeaderSection): boolean {
  const first = section.octets[0]
  return first === 0x20 || first === 0x09
}

function countReceived(section: HeaderSection): number {
  let count = 0
  for (const field of section.fields) if (field.name.length === 8 && /^received$/i.test(field.name)) count++
  return count
}
