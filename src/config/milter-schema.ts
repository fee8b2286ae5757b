/** The milter section of namesake.yaml. */

import * as z from 'zod'
import { parseMilterListen } from '../net/addresses.ts'
import type { SocketAddress } from '../net/addresses.ts'
import {
  choice,
  count,
  duration,
  flag,
  list,
  networks,
  optional,
  options,
  parsed,
  section,
  socketMode,
  text,
} from '../options/fields.ts'
import type { Field } from '../options/fields.ts'
import type { OptionContext } from '../options/files.ts'
import { judgedSizes } from './smtp-schema.ts'
import type { MilterConfig, MilterListenerConfig } from './types.ts'

const listenAccepts = 'inet:host:port, inet6:[v6]:port, inet:port@host or unix:/path'

/** The `milter` section. */
export function milterSchema(around: OptionContext): Field<MilterConfig> {
  return options(
    {
      listen: list(
        listener(around),
        'Where Postfix or Sendmail connects to.',
        `${listenAccepts}, or maps with an address`,
      )
        .min(1, { error: 'at least one listener' })
        .prefault(['inet:127.0.0.1:10027']),
      clients: networks(
        'Networks of mail servers that may connect over TCP. A listener that other machines can reach needs this to be said.',
      ).prefault(['127.0.0.0/8', '::1']),
      skip: choice(
        'Which protocol steps the mail server may leave out: those that it can by what it says at negotiation, none, or all that are not needed.',
        ['auto', 'none', 'all'],
        'auto',
      ),
      exempt: section(
        {
          authenticated: flag('Whether mail of authenticated users is let through unjudged.', false),
          networks: networks(
            'Networks whose mail is let through unjudged, such as your own submission hosts.',
          ).prefault([]),
        },
        'Mail that is not judged: outgoing mail of your own users impersonates nobody.',
      ),
      timeout: duration(
        'How long the mail server may be silent within a message. Keep it above its own time limits.',
        '10m',
      ),
      limits: section(
        {
          connections: count('Connections at once, for each worker process.', 1000, { min: 1, max: 1_000_000 }),
          ...judgedSizes(),
        },
        'What one connection or message may take.',
      ),
    },
    'The milter entrance: the same judgement inside Postfix and Sendmail.',
  )
}

function listener(around: OptionContext): Field<MilterListenerConfig> {
  const address = parsed(
    (value) => parseMilterListen(value, around.folder),
    `Address: ${listenAccepts}.`,
    listenAccepts,
  )
  const plain = (at: SocketAddress): MilterListenerConfig => ({ address: at, mode: null, group: null })
  const full = options(
    {
      address,
      mode: optional(socketMode('Permission bits of a unix socket.')),
      group: optional(text('Group that owns a unix socket, so that the mail server may connect.', 'a group name')),
    },
    'A listener with settings of its own.',
  )
  return z.union([address.transform(plain), full], { error: `${listenAccepts}, or a map with an address` })
}
