/** Networks that are exempt or let in. */

import ipaddr from 'ipaddr.js'

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** Tells whether an address lies in one of some networks. An address that can't be read lies in none. */
export type Networks = (address: string) => boolean

/**
 * Builds the test from networks in CIDR form or single addresses (`192.0.2.0/24`, `2001:db8::/32`, `::1`). An IPv4
 * address mapped into IPv6 (RFC 4291 section 2.5.5.2) counts as the IPv4 address. Throws on what is no network; the
 * configuration has checked them before.
 */
export function buildNetworks(networks: readonly string[]): Networks {
  const ranges = networks.map((network): Range => {
    if (network.includes('/')) return ipaddr.parseCIDR(network)
    const single = ipaddr.process(network)
    return [single, single.kind() === 'ipv4' ? 32 : 128]
  })
  if (ranges.length === 0) return () => false
  return (address) => {
    if (!ipaddr.isValid(address)) return false
    const parsed = ipaddr.process(address)
    return ranges.some(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits))
  }
}
