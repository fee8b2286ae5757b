/** Rules that take several options of namesake.yaml together. */

import {
  formatAddress,
  isPublic,
  isSameEndpoint,
  parseListen,
  parseMilterListen,
  parseNextHop,
  parseServerName,
} from '../net/addresses.ts'
import type { SocketAddress } from '../net/addresses.ts'
import { isEverywhere, parseNetwork } from '../net/networks.ts'
import type { SourceOptions } from '../options/source.ts'
import { Checks, isMap, items } from './checks.ts'
import type { ConfigFaults } from './checks.ts'
import { formatPath, valueAt } from './faults.ts'
import { quote } from '../text.ts'
import type { KeyPath, YamlSource } from './yaml-source.ts'

/** Checks across the options of namesake.yaml. */
export function checkNamesake(source: YamlSource, data: unknown, sources: readonly SourceOptions[]): ConfigFaults {
  const checks = new Checks(source)
  if (!isMap(data)) return checks
  if (data.smtp === undefined && data.milter === undefined) {
    checks.fault([], 'there is no entrance; accepted: smtp, milter or both; fix: add a section smtp with its relay')
  }
  const listeners = listenersOf(data)
  checkDoublePorts(checks, listeners)
  checkClients(checks, data, listeners)
  checkBelieved(checks, data)
  checkServerNames(checks, listeners)
  checkNextHop(checks, data, listeners)
  checkConsole(checks, data, listeners)
  checkDirectories(checks, data, sources)
  return checks
}

interface ListenerEntry {
  readonly path: KeyPath
  readonly section: 'smtp' | 'milter' | 'ops' | 'console'
  readonly address: SocketAddress
  readonly entry: unknown
}

function listenersOf(data: Record<string, unknown>): ListenerEntry[] {
  const found: ListenerEntry[] = []
  const add = (section: ListenerEntry['section'], path: KeyPath, entry: unknown, byDefault?: string): void => {
    const inMap = isMap(entry)
    const text = inMap ? entry.address : (entry ?? byDefault)
    if (typeof text !== 'string') return
    const address = section === 'milter' ? parseMilterListen(text) : parseListen(text)
    if (address) found.push({ section, path: inMap ? [...path, 'address'] : path, address, entry })
  }
  const defaults: Record<string, string> = { smtp: '127.0.0.1:10025', milter: 'inet:127.0.0.1:10027' }
  for (const section of ['smtp', 'milter'] as const) {
    if (!isMap(data[section])) continue
    const listen = data[section].listen
    if (listen === undefined) add(section, [section], undefined, defaults[section])
    else items(listen).forEach((entry, index) => add(section, [section, 'listen', index], entry))
  }
  add('ops', ['ops', 'listen'], valueAt(data, ['ops', 'listen']), '127.0.0.1:9465')
  if (isMap(data.console)) add('console', ['console', 'listen'], data.console.listen, '127.0.0.1:9466')
  return found
}

function checkDoublePorts(checks: Checks, listeners: readonly ListenerEntry[]): void {
  const wildcard = /^(?:0\.0\.0\.0|::)$/
  // Those that the file names come last, so that a clash with a default shows at what can be changed.
  const given = (listener: ListenerEntry): number => Number(listener.entry !== undefined)
  const ordered = [...listeners].sort((a, b) => given(a) - given(b))
  ordered.forEach((listener, index) => {
    const { address } = listener
    const other = ordered.slice(0, index).find(({ address: before }) => {
      if (before.kind === 'unix' || address.kind === 'unix') {
        return before.kind === 'unix' && address.kind === 'unix' && before.path === address.path
      }
      if (before.port !== address.port || address.port === 0) return false
      return before.host === address.host || wildcard.test(before.host) || wildcard.test(address.host)
    })
    if (!other) return
    const at = formatAddress(address)
    checks.fault(
      listener.path,
      `${at} is in use by ${formatPath(other.path)} too; fix: give each listener a port of its own`,
    )
  })
}

/** Networks that are believed when they say who the client is: not everyone may be. */
function checkBelieved(checks: Checks, data: Record<string, unknown>): void {
  for (const key of ['xclient', 'xforward', 'proxyProtocol']) {
    items(valueAt(data, ['smtp', key])).forEach((network, index) => {
      const parsed = typeof network === 'string' ? parseNetwork(network) : null
      if (parsed === null || !isEverywhere(parsed)) return
      const message = `${quote(network)} lets anyone claim to be any client, one that may relay too; fix: name your load balancers`
      checks.fault(['smtp', key, index], message)
    })
  }
}

/** A listener that strangers reach must say who may use it: else it is an open relay, or tells anyone who is protected. */
function checkClients(checks: Checks, data: Record<string, unknown>, listeners: readonly ListenerEntry[]): void {
  for (const section of ['smtp', 'milter'] as const) {
    const clients = valueAt(data, [section, 'clients'])
    items(clients).forEach((network, index) => {
      const parsed = typeof network === 'string' ? parseNetwork(network) : null
      if (parsed !== null && isEverywhere(parsed)) {
        const what = section === 'smtp' ? 'this is an open relay' : 'anyone may ask whose names are protected'
        checks.warn(
          [section, 'clients', index],
          `${quote(network)} lets every client in; ${what} unless a firewall stands before it`,
        )
      }
    })
    if (clients !== undefined) continue
    for (const { path, address, entry } of listeners.filter((l) => l.section === section && isPublic(l.address))) {
      if (valueAt(entry, ['tls', 'clientCa']) !== undefined) continue
      checks.fault(
        path,
        `other machines can reach ${formatAddress(address)} and ${section}.clients does not say which may use it; fix: add ${section}.clients with your networks`,
      )
    }
  }
}

/** Passwords and sessions cross the network: a console that others reach has TLS of its own, or a proxy that has it. */
function checkConsole(checks: Checks, data: Record<string, unknown>, listeners: readonly ListenerEntry[]): void {
  if (!isMap(data.console)) return
  const { console } = data
  const proxies = items(console.trustedProxies)
  for (const { path, address } of listeners.filter((l) => l.section === 'console' && isPublic(l.address))) {
    if (console.tls !== undefined || proxies.length > 0) continue
    const message = `other machines can reach ${formatAddress(address)}, where passwords would cross the network in plain text; fix: add console.tls, or console.trustedProxies with the reverse proxy that has TLS`
    checks.fault(path, message)
  }
  proxies.forEach((network, index) => {
    const parsed = typeof network === 'string' ? parseNetwork(network) : null
    if (parsed === null || !isEverywhere(parsed)) return
    const message = `${quote(network)} lets anyone claim to come from any address, which sign-in limits count by; fix: name your proxies`
    checks.fault(['console', 'trustedProxies', index], message)
  })
  const signIn = isMap(console.signIn) ? console.signIn : {}
  if (signIn.password === false && signIn.oidc === undefined) {
    checks.fault(
      ['console', 'signIn', 'password'],
      'nobody could sign in: the password form is off and there is no oidc; fix: add console.signIn.oidc, or leave password on',
    )
  }
}

/** A server name can have one certificate only. */
function checkServerNames(checks: Checks, listeners: readonly ListenerEntry[]): void {
  for (const { path, entry } of listeners) {
    const list = [...path.slice(0, -1), 'tls', 'certificates']
    const seen = new Map<string, KeyPath>()
    items(valueAt(entry, ['tls', 'certificates'])).forEach((certificate, index) => {
      items(valueAt(certificate, ['names'])).forEach((given, at) => {
        const name = typeof given === 'string' ? parseServerName(given) : null
        if (name === null) return
        const place = [...list, index, 'names', at]
        const before = seen.get(name)
        if (before === undefined) seen.set(name, place)
        else
          checks.fault(
            place,
            `${quote(given)} stands at ${formatPath(before)} already; fix: leave each name at one certificate`,
          )
      })
    })
  }
}

function checkNextHop(checks: Checks, data: Record<string, unknown>, listeners: readonly ListenerEntry[]): void {
  const hop = valueAt(data, ['smtp', 'nextHop'])
  const pairs = [
    ['user', 'password'],
    ['password', 'user'],
    ['certificate', 'key'],
    ['key', 'certificate'],
  ] as const
  for (const [one, other] of pairs) {
    if (isMap(hop) && hop[one] !== undefined && hop[other] === undefined) {
      checks.fault(['smtp', 'nextHop', one], `${one} needs ${other} beside it; fix: add smtp.nextHop.${other}`)
    }
  }
  if (isMap(hop) && hop.user !== undefined && hop.tls === 'none') {
    checks.fault(
      ['smtp', 'nextHop', 'user'],
      'a password is not sent without TLS; fix: set smtp.nextHop.tls to require or verify',
    )
  }
  for (const { section, path, entry } of listeners) {
    const proxies = items(valueAt(data, ['smtp', 'proxyProtocol']))
    if (section === 'smtp' && valueAt(entry, ['proxyProtocol']) === true && proxies.length === 0) {
      const message =
        'this listener expects a PROXY header and smtp.proxyProtocol does not say from whom; fix: add smtp.proxyProtocol with the networks of your load balancers'
      checks.fault([...path.slice(0, -1), 'proxyProtocol'], message)
    }
  }
  for (const { path, address, entry } of listeners) {
    if (!isMap(entry) || address.kind === 'unix') continue
    for (const key of ['mode', 'group']) {
      if (entry[key] !== undefined)
        checks.fault([...path.slice(0, -1), key], `only a unix: socket has a ${key}; fix: remove it`)
    }
  }
  checkLoop(checks, data, listeners)
}

/** A next hop that is one of our own listeners would hand each message round until its hops run out. */
function checkLoop(checks: Checks, data: Record<string, unknown>, listeners: readonly ListenerEntry[]): void {
  const relay = valueAt(data, ['smtp', 'relay'])
  const urls = typeof relay === 'string' ? [relay] : items(relay)
  urls.forEach((url, index) => {
    const target = typeof url === 'string' ? parseNextHop(url)?.address : undefined
    if (target && listeners.some((l) => l.section === 'smtp' && isSameEndpoint(target, l.address))) {
      checks.fault(
        ['smtp', 'relay', ...(typeof relay === 'string' ? [] : [index])],
        `here stands ${quote(url)}, which is a listener of Namesake itself; accepted: the server that messages go on to`,
      )
    }
  })
}

function checkDirectories(checks: Checks, data: Record<string, unknown>, sources: readonly SourceOptions[]): void {
  const names = new Map<string, number>()
  items(data.directories).forEach((entry, index) => {
    if (!isMap(entry)) return
    const { name } = entry
    if (typeof name === 'string') {
      const before = names.get(name.toLowerCase())
      if (before !== undefined) {
        const message = `the name ${quote(name)} stands at directories[${before}] already; fix: give each directory a name of its own`
        checks.fault(['directories', index, 'name'], message)
      }
      names.set(name.toLowerCase(), index)
    }
    for (const { option, message } of sources.find(({ type }) => type === entry.type)?.faults(entry) ?? []) {
      checks.fault(['directories', index, ...(option === null ? [] : [option])], message)
    }
  })
}
