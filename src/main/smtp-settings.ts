/** The configuration's smtp section in the entrance's words. */

import type { NextHopConfig, RelayConfig, SmtpConfig } from '../config/types.ts'
import { NamesakeError } from '../errors.ts'
import { parseNextHop } from '../net/addresses.ts'
import type { NextHopSettings, SmtpOptions } from '../smtp/options.ts'

/** The SMTP entrance's slice of the configuration, in its own words. Plain data: it travels to the workers. */
export type SmtpSettings = Omit<SmtpOptions, 'judge' | 'onMessage' | 'onEvent'>

/** @param embedded URL of the embedded next hop, if the relay is a Maildir. */
export function smtpSettings(config: SmtpConfig, embedded: string | null): SmtpSettings {
  const { listen, clients, xclient, xforward, proxyProtocol, timeouts, limits, bareNewline, received } = config
  return {
    listen,
    clients,
    xclient,
    xforward,
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
      return relay.hops
    case 'maildir': {
      const hop = embedded === null ? null : parseNextHop(embedded)
      if (hop === null) throw new NamesakeError('invariant', `the embedded next hop is at ${JSON.stringify(embedded)}`)
      return [hop]
    }
    default:
      return relay
  }
}

/** `Secret` does not survive a message between processes, on purpose: the password is revealed here. */
function nextHopOf({ password, ...rest }: NextHopConfig): NextHopSettings {
  return { ...rest, password: password?.reveal() ?? null }
}
