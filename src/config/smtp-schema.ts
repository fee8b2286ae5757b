/** The smtp section of namesake.yaml. */

import * as z from 'zod'
import { nextHopAccepts, parseListen, parseNextHop, parseServerName } from '../net/addresses.ts'
import type { SocketAddress } from '../net/addresses.ts'
import { defaultLimits, defaultTimeouts } from '../net/limits.ts'
import type { ListenerTls } from '../net/tls-files.ts'
import { defaultLimits as inspectLimits } from '../policy/inspect.ts'
import { formatDuration, formatSize } from '../options/units.ts'
import {
  choice,
  count,
  duration,
  flag,
  isDomain,
  list,
  networks,
  oneOrMore,
  optional,
  options,
  parsed,
  refuse,
  section,
  size,
  socketMode,
  text,
} from '../options/fields.ts'
import type { Field } from '../options/fields.ts'
import { fileOption, path, secret } from '../options/files.ts'
import type { OptionContext } from '../options/files.ts'
import type { RelayConfig, RelayHop, SmtpConfig, SmtpListenerConfig } from './types.ts'

const listenAccepts = 'host:port, [v6]:port or unix:/path'

/** The `smtp` section. */
export function smtpSchema(around: OptionContext): Field<SmtpConfig> {
  return options(
    {
      listen: list(listener(around), 'Where SMTP clients connect to.', `${listenAccepts}, or maps with an address`)
        .min(1, { error: 'at least one listener' })
        .prefault(['127.0.0.1:10025']),
      clients: networks(
        'Networks that may relay. Anyone else gets 554 at connect. A listener that other machines can reach needs this to be said.',
      ).prefault(['127.0.0.0/8', '::1']),
      xclient: networks('Networks whose XCLIENT command sets the client that the log shows.').prefault([]),
      xforward: networks(
        'Networks whose XFORWARD command sets the client that the log shows, for one message. The next hop has to offer it; it gets the command as it is.',
      ).prefault(['127.0.0.0/8', '::1']),
      proxyProtocol: networks(
        'Networks of load balancers whose PROXY protocol header (versions 1 and 2) names the client, on listeners that expect one.',
      ).prefault([]),
      relay: relay(around),
      nextHop: nextHop(around),
      timeouts,
      limits,
      bareNewline: choice(
        'What a line that ends in a bare LF or CR within message data leads to: the message is refused with 550 5.6.11, or the line end is made a CR LF (a lone CR a space), never an end of data.',
        ['reject', 'normalize'],
        'reject',
      ),
      received: flag(
        'Whether a Received field is added. A filter between two of your own servers needs none; a gateway does.',
        false,
      ),
    },
    'The SMTP entrance: a proxy before, between or behind mail servers.',
  )
}

function listener(around: OptionContext): Field<SmtpListenerConfig> {
  const address = parsed(
    (value) => parseListen(value, around.folder),
    `Address: ${listenAccepts}. An IPv6 address stands in brackets.`,
    listenAccepts,
  )
  const plain = (at: SocketAddress): SmtpListenerConfig => ({
    address: at,
    protocol: 'smtp',
    proxyProtocol: false,
    tls: null,
    mode: null,
  })
  const tls = options(
    {
      mode: choice('TLS after STARTTLS, or from the first byte.', ['starttls', 'implicit'], 'starttls'),
      certificate: fileOption(around, 'PEM file with the certificate and its chain. Read again when it changes.'),
      key: fileOption(around, 'PEM file with the private key.'),
      certificates: namedCertificates(around),
      clientCa: optional(
        fileOption(around, 'PEM file of authorities: a client with a certificate from one of them may relay.'),
      ),
    },
    'TLS of this listener, version 1.2 or later.',
  )
  const full = options(
    {
      address,
      protocol: choice('What the listener speaks.', ['smtp', 'lmtp'], 'smtp'),
      proxyProtocol: flag(
        'Whether each connection starts with a PROXY protocol header (see smtp.proxyProtocol).',
        false,
      ),
      tls: optional(tls),
      mode: optional(socketMode('Permission bits of a unix socket.')),
    },
    'A listener with settings of its own.',
  )
  return z.union([address.transform(plain), full], { error: `${listenAccepts}, or a map with an address` })
}

/** Certificates for clients that ask for a name (SNI, RFC 6066 section 3). */
function namedCertificates(around: OptionContext): Field<ListenerTls['certificates'], unknown[] | undefined> {
  const nameAccepts = 'a host name such as mx.corp.example, or one with * for its first label'
  const entry = options(
    {
      names: list(
        parsed(parseServerName, 'A server name.', nameAccepts),
        'Server names that get this certificate. *.corp.example stands for names of one more label; a name that stands in full wins over it.',
        'server names',
      ).min(1, { error: 'at least one server name' }),
      certificate: fileOption(around, 'PEM file with the certificate and its chain. Read again when it changes.'),
      key: fileOption(around, 'PEM file with the private key.'),
    },
    'A certificate, and the names it is shown for.',
  )
  return list(
    entry,
    'Further certificates, by the server name that a client asks for (SNI). Who asks for none of these names, or for no name, gets the one above.',
    'maps with names, certificate and key',
  ).prefault([])
}

const relayAccepts = `${nextHopAccepts.replace(' or ', ', ')} or maildir:PATH (user and password belong to smtp.nextHop)`

function relay(around: OptionContext): Field<RelayConfig> {
  const maildir = path(around, '')
  const parse = (url: string): RelayHop | { maildir: string } | null => {
    if (!url.startsWith('maildir:')) {
      const hop = parseNextHop(url)
      return hop && { ...hop, url }
    }
    const folder = maildir.safeParse(url.slice('maildir:'.length))
    return folder.success ? { maildir: folder.data } : null
  }
  const hops = oneOrMore(parsed(parse, 'A next hop.', relayAccepts), 'Next hops, tried in this order.', relayAccepts)
  const urls = hops.transform((all, ctx): RelayConfig => {
    const folder = all.find((hop) => 'maildir' in hop)
    if (folder && all.length > 1) return refuse(ctx, relayAccepts, 'a maildir: next hop stands alone')
    return folder
      ? { kind: 'maildir', path: folder.maildir }
      : { kind: 'hops', hops: all.filter((hop) => 'url' in hop) }
  })
  const domain = (prose: string): Field<string> =>
    parsed((value) => (isDomain(value.replace(/^_[a-z-]+\._tcp\./, '')) ? value : null), prose, 'a domain')
  const mx = options(
    {
      mx: domain('Domain whose MX records name the next hops (RFC 5321 section 5.1).'),
      port: count('Port of those hosts.', 25, { min: 1, max: 65_535 }),
    },
    'The next hops by MX records.',
  ).transform((value): RelayConfig => ({ kind: 'mx', domain: value.mx, port: value.port }))
  const srv = options(
    { srv: domain('Name whose SRV records name the next hops (RFC 2782), such as _smtp._tcp.mail.corp.example.') },
    'The next hops by SRV records.',
  ).transform((value): RelayConfig => ({ kind: 'srv', name: value.srv }))
  return z.union([urls, mx, srv], { error: `${relayAccepts}; a list of them; { mx: DOMAIN }; or { srv: NAME }` }).meta({
    description:
      'Where messages go on to. A list is tried in order. maildir: writes into a Maildir with the embedded next hop: for trying things out.',
    accepts: `${relayAccepts}; a list of them; { mx: DOMAIN }; { srv: NAME }`,
  })
}

function nextHop(around: OptionContext): Field<SmtpConfig['nextHop']> {
  return section(
    {
      tls: choice(
        'TLS to the next hop after STARTTLS: never, when offered, always, or always with a certificate that holds for the name.',
        ['none', 'may', 'require', 'verify'],
        'may',
      ),
      servername: optional(text('Name to ask for and to verify, if not the host of smtp.relay.', 'a host name')),
      ca: optional(fileOption(around, "PEM file of authorities to verify with, in place of the system's.")),
      certificate: optional(fileOption(around, 'PEM file with a client certificate.')),
      key: optional(fileOption(around, 'PEM file with its private key.')),
      user: optional(text('User for AUTH PLAIN or LOGIN; only over TLS.', 'a user name')),
      password: optional(secret(around, 'Password for it.')),
      reuse: flag(
        'Whether connections to the next hop are kept and used for the next client, whose EHLO begins anew on them (RFC 5321 section 4.1.4).',
        true,
      ),
    },
    'How the next hop is spoken to.',
  )
}

const timeouts: Field<SmtpConfig['timeouts']> = section(
  {
    command: duration(
      'How long a client may take for its next command (RFC 5321 section 4.5.3.2.7).',
      formatDuration(defaultTimeouts.command),
    ),
    data: duration(
      'How long a client may take for a whole message, from 354 to the final dot.',
      formatDuration(defaultTimeouts.data),
    ),
    nextHop: duration(
      'How long the next hop may take for one step: to be reached, to reply to a command.',
      formatDuration(defaultTimeouts.nextHop),
    ),
    connect: duration(
      'How long connecting to one address of a next hop may take; never longer than nextHop.',
      formatDuration(defaultTimeouts.connect),
    ),
    greeting: duration(
      "How long the next hop's greeting may take; never longer than nextHop.",
      formatDuration(defaultTimeouts.greeting),
    ),
    nextHopData: optional(
      duration('How long the next hop may take for the reply to a whole message. Left out: as nextHop.', null),
    ),
    drain: duration(
      'How long messages under way may take to finish when Namesake stops.',
      formatDuration(defaultTimeouts.drain),
    ),
  },
  "Time limits. Each is absolute: counted from the step's start, and no byte sets it back.",
).transform((given) => ({
  ...given,
  connect: Math.min(given.connect, given.nextHop),
  greeting: Math.min(given.greeting, given.nextHop),
  nextHopData: given.nextHopData ?? given.nextHop,
}))

const limits: Field<SmtpConfig['limits']> = section(
  {
    connections: count('Connections at once, for each worker process.', defaultLimits.connections, {
      min: 1,
      max: 1_000_000,
    }),
    connectionsPerNetwork: count(
      'Connections at once from one address (IPv6: one /64), for each worker.',
      defaultLimits.connectionsPerNetwork,
      {
        min: 1,
        max: 1_000_000,
      },
    ),
    recipients: count('Recipients of one message.', defaultLimits.recipients, { min: 1, max: 100_000 }),
    messageSize: size('Octets of one message. 0B leaves it to the next hop.', formatSize(defaultLimits.messageSize), {
      min: '0B',
      max: '4GiB',
    }),
    commands: count('Commands of one connection.', defaultLimits.commands, { min: 10, max: 100_000_000 }),
    unknownCommands: count(
      'Unknown or malformed commands of one connection, after which it is closed.',
      defaultLimits.unknownCommands,
      {
        min: 1,
        max: 10_000,
      },
    ),
    junkCommands: count(
      'Commands of one connection that do nothing (NOOP, RSET, VRFY, EXPN, HELP), without a message between, after which it is closed.',
      defaultLimits.junkCommands,
      { min: 10, max: 1_000_000 },
    ),
    ...judgedSizes(),
    heldSections: size(
      'Octets of header sections that one worker process holds at once, until each is whole and judged. A message above that gets 451. Four times headerSection are taken at least.',
      formatSize(defaultLimits.heldSections),
      { min: '1MiB', max: '16GiB' },
    ),
    hops: count(
      'Received fields of a message, above which it is refused as looping (RFC 5321 section 6.3).',
      defaultLimits.hops,
      {
        min: 2,
        max: 1000,
      },
    ),
  },
  'What one client, connection or message may take.',
)

/** Limits of what is judged, which both entrances have. */
export function judgedSizes(): {
  headerSection: Field<number, string | undefined>
  fromField: Field<number, string | undefined>
} {
  return {
    headerSection: size(
      'Octets of a header section. A longer one is judged as oversize in protection.yaml says.',
      formatSize(defaultLimits.headerSection),
      { min: '4KiB', max: '16MiB' },
    ),
    fromField: size(
      'Octets of all From fields. Longer ones are judged as oversize in protection.yaml says.',
      formatSize(inspectLimits.fromOctets),
      {
        min: '1KiB',
        max: '4MiB',
      },
    ),
  }
}
