/** Replies to the client that are made of the next hop's, or stand in their place. */

import { replyCode } from '../mail/reply.ts'

// Replies of ours, whole with their line ends.
export const lost = '451 4.4.2 Lost the connection to the next hop\r\n'
export const late = '451 4.4.2 The next hop did not answer in time\r\n'
export const unavailable = '451 4.4.1 The next hop is not available\r\n'
export const garbled = '451 4.5.0 The next hop gave an unexpected reply\r\n'

/** First line of a reply, without its line end. */
export function firstLine(reply: Buffer): string {
  return reply.toString('latin1').split(/\r?\n/, 1)[0] ?? ''
}

/** A greeting that was refused in mid-session is no verdict on the command that needed it. */
export function asTemporary(reply: Buffer): Buffer | string {
  return replyCode(reply, 0) < 500 ? reply : unavailable
}

/**
 * What the client gets for the next hop's final replies, which the two may count differently: LMTP has one for each
 * recipient (RFC 2033).
 *
 * @param given the next hop's, in order: one over SMTP, one for each accepted recipient over LMTP
 * @param recipients replies that the client waits for: 1 over SMTP, one for each accepted recipient over LMTP
 */
export function finalReplies(given: readonly Buffer[], recipients: number, lmtpClient: boolean): Buffer {
  if (!lmtpClient) return worst(given)
  if (given.length === 1) return Buffer.concat(Array.from({ length: recipients }, () => given[0] ?? Buffer.alloc(0)))
  return Buffer.concat(given)
}

/**
 * One reply for many recipients: a success only if all succeeded. With any 4xx the sender tries again (the
 * recipients that had succeeded get a second copy, none is lost); else with any 5xx the sender is told.
 */
function worst(given: readonly Buffer[]): Buffer {
  const rank = (reply: Buffer): number => ({ 2: 0, 5: 1, 4: 2 })[Math.floor(replyCode(reply, 0) / 100)] ?? 2
  return given.reduce((a, b) => (rank(b) > rank(a) ? b : a))
}

/** Code of the reply that decides what was done: the best of several, since that recipient has the message. */
export function decidingCode(given: readonly Buffer[]): number {
  return Math.min(...given.map((reply) => replyCode(reply, 0)))
}
