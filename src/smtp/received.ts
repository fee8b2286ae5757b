/** The Received field that a gateway adds (RFC 5321 section 4.4). */

interface ReceivedFrom {
  readonly hostname: string
  readonly client: string
  readonly helo: string
  /** RFC 3848's word for the way it came, e.g. ESMTPS. */
  readonly protocol: string
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** RFC 3848's word for the way a message came; `plain` after HELO. */
export function protocolWord(protocol: 'smtp' | 'lmtp', plain: boolean, secure: boolean): string {
  const word = protocol === 'lmtp' ? 'LMTP' : plain ? 'SMTP' : 'ESMTP'
  return secure && word !== 'SMTP' ? `${word}S` : word
}

/** The field with its line end. What the client said of itself stands there without what could end the field. */
export function receivedField(from: ReceivedFrom, now: Date = new Date()): string {
  const helo = from.helo.replace(/[^\x21-\x7e]|[()\\;]/g, '').slice(0, 255)
  const literal =
    from.client === 'unix' ? 'local socket' : `[${from.client.includes(':') ? 'IPv6:' : ''}${from.client}]`
  return `Received: from ${helo === '' ? 'unknown' : helo} (${literal})\r\n\tby ${from.hostname} (Namesake) with ${from.protocol};\r\n\t${dateText(now)}\r\n`
}

/** A date as RFC 5322 section 3.3 writes it, in UTC. */
function dateText(now: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0')
  const day = `${days[now.getUTCDay()]}, ${now.getUTCDate()} ${months[now.getUTCMonth()]} ${now.getUTCFullYear()}`
  return `${day} ${two(now.getUTCHours())}:${two(now.getUTCMinutes())}:${two(now.getUTCSeconds())} +0000`
}
