/** The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt): who the client behind a load balancer is. */

import ipaddr from 'ipaddr.js'

type ProxyHeader =
  /** `address` is null where the balancer speaks for itself (LOCAL) or does not know (UNKNOWN, unix sockets). */
  | { readonly kind: 'header'; readonly address: string | null; readonly length: number }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'malformed' }

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
/** Octets of the longest version 1 header, line end included. */
const maxTextBytes = 107
/** Octets behind the fixed part of a version 2 header that we take; addresses need 216 at most. */
const maxBinaryBytes = 2048

const incomplete = { kind: 'incomplete' } as const
const malformed = { kind: 'malformed' } as const

/** Reads the header at the start of a connection's octets. Never throws. */
export function parseProxyHeader(octets: Buffer): ProxyHeader {
  if (octets.length === 0) return incomplete
  if (octets[0] === 0x50) return parseText(octets)
  const common = Math.min(octets.length, signature.length)
  if (octets.compare(signature, 0, common, 0, common) !== 0) return malformed
  return octets.length < 16 ? incomplete : parseBinary(octets)
}

function parseText(octets: Buffer): ProxyHeader {
  const end = octets.indexOf('\r\n')
  if (end < 0) return octets.length >= maxTextBytes ? malformed : incomplete
  if (end + 2 > maxTextBytes) return malformed
  const words = octets.toString('latin1', 0, end).split(' ')
  const [proxy, family, source = '', destination = '', sourcePort = '', destinationPort = ''] = words
  if (proxy !== 'PROXY') return malformed
  const length = end + 2
  if (family === 'UNKNOWN') return { kind: 'header', address: null, length }
  const ports = [sourcePort, destinationPort].every((port) => /^\d{1,5}$/.test(port) && Number(port) <= 65_535)
  if (words.length !== 6 || !ports) return malformed
  const valid =
    family === 'TCP4'
      ? [source, destination].every((a) => ipaddr.IPv4.isValidFourPartDecimal(a))
      : family === 'TCP6' && [source, destination].every((a) => ipaddr.IPv6.isValid(a) && !a.includes('%'))
  return valid ? { kind: 'header', address: source, length } : malformed
}

function parseBinary(octets: Buffer): ProxyHeader {
  const version = (octets[12] as number) >> 4
  const command = (octets[12] as number) & 0x0f
  const size = octets.readUInt16BE(14)
  if (version !== 2 || command > 1 || size > maxBinaryBytes) return malformed
  if (octets.length < 16 + size) return incomplete
  const length = 16 + size
  if (command === 0) return { kind: 'header', address: null, length }
  const family = (octets[13] as number) >> 4
  const addressSize = { 1: 4, 2: 16 }[family]
  if (addressSize === undefined) return { kind: 'header', address: null, length }
  if (size < addressSize * 2 + 4) return malformed
  const address = ipaddr.fromByteArray([...octets.subarray(16, 16 + addressSize)]).toString()
  return { kind: 'header', address, length }
}
