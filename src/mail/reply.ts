/**
 * SMTP replies as octets (RFC 5321 section 4.2): finding where one ends, what its code is, and writing our own.
 * Replies of a next hop are passed on as they came, so nothing here rebuilds them.
 */

import type { Reply } from '../model.ts'

const lf = 0x0a
const cr = 0x0d
const hyphen = 0x2d
const space = 0x20

/** A reply of more octets than this is no reply. */
const maxReplyBytes = 16_384

/**
 * Finds the end of the reply that starts at `from` (RFC 5321 section 4.2.1, multi-line replies included).
 * Returns the offset behind its last line end; 0 if more octets are needed; -1 if it is no reply: a line without
 * a code, a code outside 200 to 599, lines of different severity, or more than `maxReplyBytes` octets.
 */
export function replyEnd(octets: Buffer, from: number): number {
  let start = from
  let severity = 0
  for (;;) {
    const end = octets.indexOf(lf, start)
    if (end < 0) return octets.length - from > maxReplyBytes ? -1 : 0
    if (end - from > maxReplyBytes) return -1
    const code = replyCode(octets, start)
    if (code < 200 || code > 599) return -1
    const first = Math.floor(code / 100)
    if (severity !== 0 && first !== severity) return -1
    severity = first
    const mark = octets[start + 3]
    if (mark === space || mark === lf || (mark === cr && start + 4 === end)) return end + 1
    if (mark !== hyphen) return -1
    start = end + 1
  }
}

/** A reply that has come, its lines ended by CR LF, and the offset behind it. */
interface WireReply {
  readonly code: number
  readonly octets: Buffer
  readonly end: number
}

/** The reply that starts at `from`; null if more octets are needed; `malformed` if it is none (see `replyEnd`). */
export function readReply(octets: Buffer, from: number): WireReply | 'malformed' | null {
  const end = replyEnd(octets, from)
  if (end <= 0) return end === 0 ? null : 'malformed'
  return { code: replyCode(octets, from), octets: withCrlf(octets.subarray(from, end)), end }
}

/** The three-digit code at an offset, or -1 if none stands there. */
export function replyCode(octets: Buffer, from: number): number {
  let code = 0
  for (let i = from; i < from + 3; i++) {
    const digit = (octets[i] ?? 0) - 0x30
    if (digit < 0 || digit > 9) return -1
    code = code * 10 + digit
  }
  return code
}

/**
 * The reply with every line ended by CR LF. Gives the same octets back when they are so already, which is the
 * rule; a next hop that ends lines with LF alone must not make us send a bare LF.
 */
export function withCrlf(reply: Buffer): Buffer {
  let at = reply.indexOf(lf)
  let bare = 0
  while (at >= 0) {
    if (at === 0 || reply[at - 1] !== cr) bare++
    at = reply.indexOf(lf, at + 1)
  }
  if (bare === 0) return reply
  return Buffer.from(reply.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')
}

/** The texts of a reply's lines, without code, mark and line end, as latin1 (one character an octet). */
export function replyTexts(reply: Buffer): string[] {
  return reply
    .toString('latin1')
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map((line) => line.slice(4))
}

/** Wire text of a reply of ours, one line, CR LF included: `550 5.7.1 text`. */
export function formatReply(reply: Reply): string {
  const text = reply.text.replace(/[^\x20-\x7e]+/g, ' ')
  return `${reply.code} ${reply.status === '' ? '' : `${reply.status} `}${text}\r\n`
}
