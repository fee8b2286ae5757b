/** XCLIENT and XFORWARD (Postfix XCLIENT_README, XFORWARD_README): a trusted MTA says who the client is. */

import ipaddr from 'ipaddr.js'

/** Attributes that we take; those that say nothing to us are accepted and forgotten. */
export const xclientKeyword = 'XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT'

const xclientNames: ReadonlySet<string> = new Set(xclientKeyword.split(' ').slice(1))

export interface ClientAttributes {
  /** IP address; null if not given or not available. */
  readonly address: string | null
  readonly helo: string | null
}

/** Reads the attributes of an XCLIENT command; null if they are malformed. */
export function parseXclient(argument: string): ClientAttributes | null {
  return parseAttributes(argument, (name) => xclientNames.has(name))
}

/** Reads those of an XFORWARD command, of whatever names: it is the next hop that takes or refuses them. */
export function parseXforward(argument: string): ClientAttributes | null {
  return parseAttributes(argument, () => true)
}

function parseAttributes(argument: string, isKnown: (name: string) => boolean): ClientAttributes | null {
  let address: string | null = null
  let helo: string | null = null
  for (const word of argument.trim().split(/[ \t]+/)) {
    const [, given = '', raw = ''] = /^([A-Za-z]+)=(.+)$/.exec(word) ?? []
    const name = given.toUpperCase()
    if (name === '' || !isKnown(name)) return null
    const value = decodeXtext(raw)
    if (value === '[UNAVAILABLE]' || value === '[TEMPUNAVAIL]') continue
    if (name === 'HELO') helo = value
    if (name !== 'ADDR') continue
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
