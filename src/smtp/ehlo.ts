/** What we answer to the client's greeting: the next hop's keywords, less those that we can't carry, plus ours. */

/**
 * Keywords that stand for verbs or transfers that we don't carry. Everything else only adds parameters to MAIL and
 * RCPT, which pass as they are. STARTTLS and AUTH belong to one connection and are ours to offer.
 */
const notCarried = new Set([
  'CHUNKING', // BDAT: data without an end line (RFC 3030)
  'BINARYMIME', // needs BDAT
  'AUTH',
  'STARTTLS',
  'XCLIENT',
  'BURL',
  'ETRN',
  'ATRN',
  'TURN',
  'CHECKPOINT',
  'VERB',
  'ONEX',
  'XUSR',
  'XEXCH50',
  'XSHADOW',
  'XPROXY',
  'XPROXYFROM',
  'X-EXPS',
  'X-LINK2STATE',
  'X-ANONYMOUSTLS',
])

/** MAIL parameters and the keyword that lets a client use them, where the two differ in name. */
const parameterKeywords: Readonly<Record<string, string>> = {
  BODY: '8BITMIME',
  RET: 'DSN',
  ENVID: 'DSN',
  BY: 'DELIVERBY',
  HOLDFOR: 'FUTURERELEASE',
  HOLDUNTIL: 'FUTURERELEASE',
}

/**
 * Whether a MAIL command uses what one next hop offered and another does not: the other would refuse it for good,
 * though the client did nothing wrong.
 *
 * @param argument of the MAIL command, latin1
 */
export function usesWithdrawn(
  argument: string,
  offered: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): boolean {
  const behindPath = argument.replace(/^.*>/s, '')
  return behindPath.split(/\s+/).some((parameter) => {
    const name = (parameter.split('=', 1)[0] ?? '').toUpperCase()
    const keyword = parameterKeywords[name] ?? name
    return offered.has(keyword) && !now.has(keyword)
  })
}

interface EhloOffer {
  /** Octets of one message that we take; 0 for no limit of ours. */
  readonly messageSize: number
  /** Whether client and next hop both speak TLS: without, REQUIRETLS is not offered (RFC 8689 section 2). */
  readonly secure: boolean
  /** Whole lines to offer besides, e.g. `STARTTLS`. */
  readonly extra: readonly string[]
}

/** The reply to EHLO or LHLO for the client, from the next hop's. Lines that pass do so byte for byte. */
export function ehloReply(nextHops: Buffer, offer: EhloOffer): string {
  const lines = nextHops.toString('latin1').trimEnd().split(/\r\n/)
  const kept: string[] = []
  for (const [index, line] of lines.entries()) {
    const [keyword = ''] = line.slice(4).split(/[ =]/, 1)
    const name = keyword.toUpperCase()
    if (index > 0 && (notCarried.has(name) || offer.extra.some((e) => e.split(' ', 1)[0] === name))) continue
    if (index > 0 && name === 'REQUIRETLS' && !offer.secure) continue
    // A next hop without SIZE would not understand the parameter, so then we don't offer it either.
    kept.push(index > 0 && name === 'SIZE' ? sizeLine(line.slice(4), offer.messageSize) : line.slice(4))
  }
  kept.push(...offer.extra)
  return kept.map((text, index) => `250${index === kept.length - 1 ? ' ' : '-'}${text}\r\n`).join('')
}

function sizeLine(text: string, limit: number): string {
  if (limit === 0) return text
  const theirs = Number(/^SIZE[ =](\d{1,15})\s*$/i.exec(text)?.[1] ?? 0)
  return theirs > 0 && theirs <= limit ? text : `SIZE ${limit}`
}

/** What a client that still has to show a certificate is offered; without its last line end. */
export function untrustedGreeting(hostname: string, hello: { readonly verb: string }, startTls: boolean): string {
  return startTls && hello.verb !== 'HELO' ? `250-${hostname}\r\n250 STARTTLS` : `250 ${hostname}`
}

/** The one-line reply to HELO from a next hop's reply to whatever greeting it was given. */
export function heloReply(nextHops: Buffer): string {
  const first = nextHops.toString('latin1').split(/\r\n/, 1)[0] ?? ''
  return `250 ${first.slice(4)}\r\n`
}
