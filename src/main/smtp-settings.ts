/** The configuration's smtp section in the entrance's words. */

import type { NextHopConfig, RelayConfig, RelayHop, SmtpConfig, SocketAddress } from '../config/types.ts'
import { parseNextHop } from '../smtp/next-hop-url.ts'
import type { NextHopAddress, NextHopSettings, SmtpOptions, SocketAddress as SmtpAddress } from '../smtp/options.ts'

/** The SMTP entrance's slice of the configuration, in its own words. Plain data: it travels to the workers. */
export type SmtpSettings = Omit<SmtpOptions, 'judge' | 'onMessage' | 'onEvent'>

/** @param embedded URL of the embedded next hop, if the relay is a Maildir. */
export function smtpSettings(config: SmtpConfig, embedded: string | null): SmtpSettings {
  const { clients, xclient, proxyProtocol, timeouts, limits, bareNewline, received } = config
  return {
    listen: config.listen.map((listener) => ({ ...listener, address: addressOf(listener.address) })),
    clients,
    xclient,
    proxyProtocol,
    relay: relayOf(config.relay, embedded),
    nextHop: nextHopOf(config.nextHop),
    timeouts,
    limits,
    bareNewline,
    received,
  }
}

function relayOf(relay: RelayConfig, embedded: string | null): SmtpOptions['relay'] {
  switch (relay.kind) {
    case 'hops':
      return relay.hops.map(hopOf)
    case 'maildir':
      return embedded === null ? [] : [parseNextHop(embedded)]
    default:
      return relay
  }
}

function hopOf({ protocol, address, implicitTls }: RelayHop): NextHopAddress {
  return { protocol, address: addressOf(address), implicitTls }
}

/** `Secret` does not survive a message between processes, on purpose: the password is revealed here. */
function nextHopOf({ password, ...rest }: NextHopConfig): NextHopSettings {
  return { ...rest, password: password?.reveal() ?? null }
}

function addressOf(address: SocketAddress): SmtpAddress {
  return address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port }
}
