/** The console section of namesake.yaml. */

import { parseListen } from '../net/addresses.ts'
import type { SocketAddress } from '../net/addresses.ts'
import { flag, networks, optional, options, parsed, section, text } from '../options/fields.ts'
import type { Field } from '../options/fields.ts'
import { fileOption, path, secret } from '../options/files.ts'
import type { OptionContext } from '../options/files.ts'
import type { ConsoleConfig } from './types.ts'

const listenAccepts = 'host:port or [v6]:port'
const urlAccepts = 'the address that people type, such as https://namesake.corp.example'

/** An http or https origin: no path, user, query or fragment. */
function originOf(value: string): string | null {
  const url = URL.canParse(value) ? new URL(value) : null
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null
  const plain = url.username === '' && url.search === '' && url.hash === '' && url.pathname === '/'
  return plain ? url.origin : null
}

/** The `console` section. */
export function consoleSchema(around: OptionContext): Field<ConsoleConfig> {
  const tcp = (value: string): Extract<SocketAddress, { kind: 'tcp' }> | null => {
    const at = parseListen(value, around.folder)
    return at?.kind === 'tcp' ? at : null
  }
  return options(
    {
      listen: parsed(tcp, '', listenAccepts).prefault('127.0.0.1:9466').meta({
        description:
          'Where the console answers over HTTP. An address that other machines reach needs tls or trustedProxies.',
        accepts: listenAccepts,
      }),
      tls: optional(
        options(
          {
            certificate: fileOption(around, 'PEM file with the certificate and its chain.'),
            key: fileOption(around, 'PEM file with the private key.'),
          },
          'TLS of the console, version 1.2 or later.',
        ),
      ),
      publicUrl: optional(
        parsed(
          originOf,
          "The console's address as browsers see it, where a proxy stands before it or it has a name.",
          urlAccepts,
        ),
      ),
      trustedProxies: networks(
        'Reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. From anyone else both fields are left unread.',
      ).prefault([]),
      signIn: section(
        {
          password: flag('Whether accounts sign in by name and password.', true),
          oidc: optional(
            options(
              {
                issuer: parsed(
                  (value) => (URL.canParse(value) && new URL(value).protocol === 'https:' ? value : null),
                  'Issuer of the OpenID provider, such as https://login.microsoftonline.com/TENANT/v2.0.',
                  'an https:// URL',
                ),
                clientId: text('Client id of the app registration for signing in.', 'a client id'),
                clientSecret: secret(around, 'Its client secret.'),
                roles: section(
                  {
                    admin: text('App role that makes an administrator.').prefault('Namesake.Admin'),
                    reviewer: text('App role that makes a reviewer.').prefault('Namesake.Reviewer'),
                    reader: text('App role that makes a reader.').prefault('Namesake.Reader'),
                  },
                  'App roles, by what they may do here. Who has none of them is not let in.',
                ),
              },
              'Sign-in with Microsoft Entra or another OpenID provider: code flow with PKCE.',
            ),
          ),
        },
        'Who is let in, and how.',
      ),
      readOnly: flag(
        'Whether the console changes neither file, whoever asks. It shows the lines to paste then.',
        false,
      ),
      path: optional(
        path(
          around,
          "Folder of accounts, sessions and tokens, and of keys made in the console. Left out: console beside the store's folder.",
        ),
      ),
    },
    'The web console and its API (docs/console.md). Left out: none.',
  )
}
