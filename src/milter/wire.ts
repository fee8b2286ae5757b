/**
 * The milter protocol's octets: framing, constants under the protocol's own names, and the answers that are written.
 * Knows nothing of the order of a dialogue (`session.ts`) or of what a message means.
 *
 * Source: Sendmail 8.17 include/libmilter/mfdef.h and mfapi.h, and their plain description "The Sendmail Milter
 * Protocol, Version 2" (T. Vierling); Postfix MILTER_README for what Postfix leaves out. All integers are in network
 * order, strings end with NUL.
 */

/** Commands, MTA to milter. */
export const SMFIC = {
  ABORT: 'A',
  BODY: 'B',
  CONNECT: 'C',
  MACRO: 'D',
  BODYEOB: 'E',
  HELO: 'H',
  QUIT_NC: 'K',
  HEADER: 'L',
  MAIL: 'M',
  EOH: 'N',
  OPTNEG: 'O',
  QUIT: 'Q',
  RCPT: 'R',
  DATA: 'T',
  UNKNOWN: 'U',
} as const

export type MilterCommand = (typeof SMFIC)[keyof typeof SMFIC]

/** Answers, milter to MTA: those that Namesake gives. */
export const SMFIR = {
  ACCEPT: 'a',
  CONTINUE: 'c',
  SKIP: 's',
  TEMPFAIL: 't',
  REPLYCODE: 'y',
  INSHEADER: 'i',
  CHGHEADER: 'm',
  QUARANTINE: 'q',
} as const

/** Actions a milter may ask for (SMFIF_). */
export const SMFIF = {
  ADDHDRS: 0x001,
  CHGHDRS: 0x010,
  QUARANTINE: 0x020,
  SETSYMLIST: 0x100,
} as const

/** Protocol steps that a milter may ask to be left out, or whose answer it leaves out (SMFIP_). */
export const SMFIP = {
  NOCONNECT: 0x000001,
  NOHELO: 0x000002,
  NOMAIL: 0x000004,
  NORCPT: 0x000008,
  NOBODY: 0x000010,
  NOHDRS: 0x000020,
  NOEOH: 0x000040,
  NR_HDR: 0x000080,
  NOUNKNOWN: 0x000100,
  NODATA: 0x000200,
  SKIP: 0x000400,
  RCPT_REJ: 0x000800,
  NR_CONN: 0x001000,
  NR_HELO: 0x002000,
  NR_MAIL: 0x004000,
  NR_RCPT: 0x008000,
  NR_DATA: 0x010000,
  NR_UNKN: 0x020000,
  NR_EOH: 0x040000,
  NR_BODY: 0x080000,
  HDR_LEADSPC: 0x100000,
} as const

/** Stages whose macros can be chosen (SMFIM_), for the list in the negotiation's answer. */
export const SMFIM = { CONNECT: 0, HELO: 1, ENVFROM: 2, ENVRCPT: 3, DATA: 4, EOM: 5, EOH: 6 } as const

/** Versions spoken. Below 2 there is no description to hold to; a higher one is answered with the highest. */
export const lowestVersion = 2
export const maxVersion = 6

/** One packet: its command or answer letter, and what follows it. */
export interface Packet {
  readonly command: string
  readonly data: Buffer
}

/**
 * Cuts a stream of octets into packets: uint32 length (of letter and data), letter, data. Any chunking frames alike, and
 * octets that come one at a time cost no more memory than their number. After a fault (an empty packet, or one above the
 * limit) there is no telling where the next one starts, so nothing more comes out.
 */
export class PacketReader {
  readonly #limit: number
  /** What is held lies between the two offsets. Octets handed out are never written over. */
  #octets: Buffer = empty
  #start = 0
  #end = 0
  #own = false
  #fault: string | null = null

  /** `limit`: most octets that a packet may announce. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Why framing was given up, in words for the log; null while all is well. */
  get fault(): string | null {
    return this.#fault
  }

  /** Octets held of a packet that isn't complete yet. */
  get held(): number {
    return this.#end - this.#start
  }

  push(chunk: Buffer): void {
    if (this.#fault !== null || chunk.length === 0) return
    const { held } = this
    if (held === 0) {
      this.#octets = chunk
      this.#start = 0
      this.#end = chunk.length
      this.#own = false
      return
    }
    if (!this.#own || this.#end + chunk.length > this.#octets.length) {
      const larger = Buffer.allocUnsafe(Math.max(4096, (held + chunk.length) * 2))
      this.#octets.copy(larger, 0, this.#start, this.#end)
      this.#octets = larger
      this.#start = 0
      this.#end = held
      this.#own = true
    }
    chunk.copy(this.#octets, this.#end)
    this.#end += chunk.length
  }

  /** The next whole packet, or null if more octets are needed (or framing was given up). */
  next(): Packet | null {
    if (this.#fault !== null || this.held < 4) return null
    const length = this.#octets.readUInt32BE(this.#start)
    if (length === 0 || length > this.#limit) {
      this.#fault = length === 0 ? 'a packet without a command' : `a packet of ${length} octets (limit ${this.#limit})`
      this.#octets = empty
      this.#start = 0
      this.#end = 0
      return null
    }
    if (this.held < 4 + length) return null
    const at = this.#start + 4
    this.#start = at + length
    return {
      command: String.fromCharCode(this.#octets[at] as number),
      data: this.#octets.subarray(at + 1, at + length),
    }
  }
}

const empty = Buffer.alloc(0)

/** Makes one packet. `data` is put behind the letter as it is. */
export function formatPacket(command: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const packet = Buffer.allocUnsafe(5 + data.length)
  packet.writeUInt32BE(1 + data.length, 0)
  packet.write(command, 4, 1, 'latin1')
  data.copy(packet, 5)
  return packet
}

/** The data of a packet that holds an optional uint32 and NUL-ended strings. Strings are octets, one a character. */
function formatData(index: number | null, ...strings: readonly string[]): Buffer {
  const text = Buffer.from(strings.map((s) => `${s.replaceAll('\0', '')}\0`).join(''), 'latin1')
  if (index === null) return text
  const number = Buffer.allocUnsafe(4)
  number.writeUInt32BE(index, 0)
  return Buffer.concat([number, text])
}

/**
 * A reply for the SMTP client, e.g. `550 5.7.1 text`. Sendmail uses it as a format string, so `%` is doubled; line
 * ends would make it several lines and are turned into spaces.
 */
export function formatReplyCode(reply: string): Buffer {
  return formatPacket(SMFIR.REPLYCODE, formatData(null, reply.replace(/[\r\n]+/g, ' ').replaceAll('%', '%%')))
}

/** A field put in at a place (0: above all others, the MTA's own Received included). */
export function formatInsertHeader(index: number, name: string, body: string): Buffer {
  return formatPacket(SMFIR.INSHEADER, formatData(index, name, body))
}

/** Takes out the `occurrence`th field (from 1) of those with this name: an empty new body deletes it. */
export function formatDeleteHeader(name: string, occurrence: number): Buffer {
  return formatPacket(SMFIR.CHGHEADER, formatData(occurrence, name, ''))
}

/** Holds the message in the MTA's quarantine, with a reason for its operator. */
export function formatQuarantine(reason: string): Buffer {
  return formatPacket(SMFIR.QUARANTINE, formatData(null, reason.replace(/[\r\n]+/g, ' ')))
}
