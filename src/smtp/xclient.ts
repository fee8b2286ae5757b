/** XCLIENT. */

/** XCLIENT (Postfix XCLIENT_README): a trusted MTA says who the client is. */
import ipaddr from 'ipaddr.js'

/** Attributes that we take; those that say nothing to us are accepted and forgotten. */
export const xclientKeyword = 'XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT'

export interface XclientAttributes {
  /** IP address; null if not given or not available. */
  readonly address: string | null
  readonly helo: string | null
}

/** Reads the attributes of an XCLIENT command; null if they are malformed. */
export function parseXclient(argument: string): XclientAttributes | null {
  let address: string | null = null
  let helo: string | null = null
  const words = argument.trim().split(/[ \t]+/)
  for (const word of words) {
    const [, name = '', raw = ''] = /^([A-Za-z]+)=(.+)$/.exec(word) ?? []
    if (!/^(NAME|ADDR|PORT|PROTO|HELO|LOGIN|DESTADDR|DESTPORT)$/i.test(name)) return null
    const value = decodeXtext(raw)
    const known = value !== '[UNAVAILABLE]' && value !== '[TEMPUNAVAIL]'
    if (!known) continue
    if (name.toUpperCase() === 'HELO') helo = value
    if (name.toUpperCase() !== 'ADDR') continue
    const plain = value.replace(/^IPV6:/i, '')
    if (!ipaddr.isValid(plain)) return null
    address = ipaddr.process(plain).toString()
  }
  return { address, helo }
}

/** xtext (RFC 3461 section 4): `+` and two upper case hexadecimal digits for one octet. */
function decodeXtext(text: string): string {
  return text.replace(/\+([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
