/** Networks and connection counts. */

/** Who may connect: networks, and how many connections at once. */
import ipaddr from 'ipaddr.js'
import type { SmtpEvents, SmtpLimits } from './options.ts'

type Address = ReturnType<typeof ipaddr.process>

/** A list of networks that answers whether an address is in one. */
export class NetworkList {
  readonly #networks: readonly [Address, number][]

  /** `networks`: CIDR (`10.0.0.0/8`, `fd00::/8`) or single addresses. Throws on anything else. */
  constructor(networks: readonly string[]) {
    this.#networks = networks.map((text) => {
      if (text.includes('/')) return unmapped(ipaddr.parseCIDR(text))
      const address = ipaddr.process(text)
      return [address, address.kind() === 'ipv4' ? 32 : 128]
    })
  }

  /** Whether an IP address, as a socket gives it (IPv4-mapped IPv6 and zone included), is in one of the networks. */
  includes(address: string): boolean {
    const parsed = parseAddress(address)
    return parsed !== null && this.#networks.some((n) => n[0].kind() === parsed.kind() && parsed.match(n))
  }
}

function unmapped([address, bits]: [Address, number]): [Address, number] {
  if (address.kind() === 'ipv4' || bits < 96) return [address, bits]
  const v6 = address as InstanceType<typeof ipaddr.IPv6>
  return v6.isIPv4MappedAddress() ? [v6.toIPv4Address(), bits - 96] : [address, bits]
}

function parseAddress(address: string): Address | null {
  const plain = address.replace(/%.*$/, '')
  return ipaddr.isValid(plain) ? ipaddr.process(plain) : null
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

/** Counts connections and says who is one too many. */
export class ConnectionCount {
  total = 0
  readonly #limits: SmtpLimits
  readonly #byNetwork = new Map<string, number>()

  constructor(limits: SmtpLimits) {
    this.#limits = limits
  }

  /** Counts a connection in; the reason if it is one too many, and then it is not counted. */
  enter(network: string): SmtpEvents['client-refused']['reason'] | null {
    const here = this.#byNetwork.get(network) ?? 0
    if (this.total >= this.#limits.connections) return 'connections'
    if (here >= this.#limits.connectionsPerNetwork) return 'network-connections'
    this.total++
    this.#byNetwork.set(network, here + 1)
    return null
  }

  leave(network: string): void {
    this.total--
    const here = this.#byNetwork.get(network) ?? 1
    if (here <= 1) this.#byNetwork.delete(network)
    else this.#byNetwork.set(network, here - 1)
  }
}
