/** Networks, and whether an address lies in one of them. */

import ipaddr from 'ipaddr.js'

type Address = ReturnType<typeof ipaddr.process>
type Network = readonly [address: Address, bits: number]

/** A list of networks that answers whether an address is in one. */
export class NetworkList {
  readonly #networks: readonly Network[]

  /**
   * `networks`: CIDR (`10.0.0.0/8`, `fd00::/8`) or single addresses. IPv4 mapped into IPv6 (RFC 4291 section 2.5.5.2)
   * counts as IPv4, in a network as in an address. Throws on anything else; the configuration has checked them before.
   */
  constructor(networks: readonly string[]) {
    this.#networks = networks.map(readNetwork)
  }

  /** Whether an IP address, as a socket gives it (IPv4-mapped IPv6 and zone included), is in one of the networks. */
  includes(address: string): boolean {
    if (this.#networks.length === 0) return false
    const parsed = parseAddress(address)
    if (parsed === null) return false
    return this.#networks.some(
      ([network, bits]) => network.kind() === parsed.kind() && parsed.match([network, bits] as [Address, number]),
    )
  }
}

function readNetwork(text: string): Network {
  if (!text.includes('/')) {
    const address = ipaddr.process(text)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  }
  const [address, bits] = ipaddr.parseCIDR(text)
  if (address.kind() === 'ipv4' || bits < 96) return [address, bits]
  const v6 = address as ipaddr.IPv6
  return v6.isIPv4MappedAddress() ? [v6.toIPv4Address(), bits - 96] : [address, bits]
}

function parseAddress(address: string): Address | null {
  const plain = address.split('%', 1)[0] ?? ''
  return ipaddr.isValid(plain) ? ipaddr.process(plain) : null
}

/** A network in CIDR notation or a single address, to CIDR notation; null if it is neither. */
export function parseNetwork(text: string): string | null {
  if (!text.includes('/')) {
    if (ipaddr.IPv4.isValidFourPartDecimal(text)) return `${text}/32`
    return ipaddr.IPv6.isValid(text) ? `${text}/128` : null
  }
  const host = text.slice(0, text.indexOf('/'))
  if (!host.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(host)) return null
  return ipaddr.isValidCIDR(text) ? text : null
}

/** Whether a network (of `parseNetwork`) holds every address of a family: as a client rule that makes an open relay. */
export function isEverywhere(network: string): boolean {
  const [, bits] = readNetwork(network)
  return bits === 0
}

/** An address as it is logged: IPv4-mapped IPv6 as IPv4. */
export function plainAddress(address: string): string {
  return parseAddress(address)?.toString() ?? address
}

/** What shares one connection limit: an IPv4 address, or an IPv6 /64, which is what one customer gets. */
export function networkOf(address: string): string {
  const parsed = parseAddress(address)
  if (parsed === null) return address
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return parsed.toByteArray().slice(0, 8).join('.')
}
