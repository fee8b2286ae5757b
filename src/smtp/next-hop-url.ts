/** Next hops as operators write them. */

/** Next hops as operators write them. */
import { NamesakeError } from '../errors.ts'
import type { NextHopAddress } from './options.ts'

const accepted = 'smtp://host[:port], smtps://host[:port], lmtp://host[:port], lmtp+unix:///path or smtp+unix:///path'

/**
 * Reads a next hop's URL. Ports default to 25 (smtp), 465 (smtps) and 24 (lmtp).
 *
 * @throws NamesakeError `config-invalid` that says what is accepted
 */
export function parseNextHop(text: string): NextHopAddress {
  const unix = /^(smtp|lmtp)\+unix:\/\/(\/.+)$/.exec(text)
  if (unix?.[2] !== undefined) {
    return { protocol: unix[1] === 'lmtp' ? 'lmtp' : 'smtp', address: { path: decodeURIComponent(unix[2]) } }
  }
  const [, scheme = '', v6, name = '', port] =
    /^(smtps?|lmtp):\/\/(?:\[([^\]]+)\]|([^:/[\]]+))(?::(\d{1,5}))?\/?$/.exec(text) ?? []
  const host = v6 ?? name
  const number = port === undefined ? { smtp: 25, smtps: 465, lmtp: 24 }[scheme] : Number(port)
  if (host === '' || number === undefined || number < 1 || number > 65_535) {
    throw new NamesakeError('config-invalid', `next hop ${JSON.stringify(text.slice(0, 80))}: accepted is ${accepted}`)
  }
  const address = { host, port: number }
  if (scheme === 'lmtp') return { protocol: 'lmtp', address }
  return scheme === 'smtps' ? { protocol: 'smtp', address, implicitTls: true } : { protocol: 'smtp', address }
}
