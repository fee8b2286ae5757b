/** The loopback page that the browser comes back to. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ProviderError, quoted } from './failure.ts'
import { addressesOf } from './settings.ts'
import type { Office365Settings } from './settings.ts'

/**
 * The administrator's consent: a page of Entra's, opened in a browser, which sends the browser back to this machine.
 * Source: learn.microsoft.com/entra/identity-platform/v2-admin-consent.
 */
interface ConsentAnswer {
  /** The tenant that the browser says has consented. A hint at most: anybody could have written it. */
  readonly tenant: string | null
}

/** The address of Entra's consent page. `state` comes back with the browser, to `redirect`. */
export function consentUrl(settings: Office365Settings, redirect: string, state: string): string {
  const { authority, scope } = addressesOf(settings)
  const url = new URL(`${authority}/v2.0/adminconsent`)
  url.searchParams.set('client_id', settings.clientId)
  url.searchParams.set('scope', scope)
  url.searchParams.set('redirect_uri', redirect)
  url.searchParams.set('state', state)
  return url.href
}

/** What a browser came back with. @throws ProviderError provider-auth if consent was refused */
export function consentOutcome(directory: string, query: URLSearchParams): ConsentAnswer {
  const error = query.get('error')
  if (error !== null) {
    const code = /AADSTS\d{4,9}/.exec(query.get('error_description') ?? '')?.[0]
    const why =
      error === 'access_denied' || error === 'permission_denied' || error === 'consent_required'
        ? 'consent was refused; an administrator has to accept it'
        : 'Entra ended the consent with an error'
    const shown = code ?? quoted(error)
    throw new ProviderError('provider-auth', `${directory}: ${why} (${shown})`)
  }
  if (query.get('admin_consent')?.toLowerCase() !== 'true') {
    throw new ProviderError('provider-auth', `${directory}: the browser came back without consent`)
  }
  return { tenant: query.get('tenant') }
}

/** Waits on a loopback port for the browser to come back. */
export class ConsentListener {
  readonly #directory: string
  readonly #state = randomBytes(24).toString('base64url')
  readonly #servers: Server[] = []
  #finish: (outcome: ConsentAnswer | ProviderError) => void = () => undefined
  /** Resolves when the browser came back with our state; rejects with a ProviderError if consent was refused. */
  readonly answer: Promise<ConsentAnswer>

  private constructor(directory: string) {
    this.#directory = directory
    this.answer = new Promise((resolve, reject) => {
      this.#finish = (outcome) => (outcome instanceof ProviderError ? reject(outcome) : resolve(outcome))
    })
    // Nobody may be waiting yet when it is refused.
    this.answer.catch(() => undefined)
  }

  /** Listens on both loopback addresses, as `localhost` may be either. Port 0: one of the system's choice. */
  static async open(directory: string, port: number): Promise<ConsentListener> {
    const listener = new ConsentListener(directory)
    await listener.#listen('127.0.0.1', port)
    // A machine without IPv6 has no ::1.
    await listener.#listen('::1', listener.port).catch(() => undefined)
    return listener
  }

  get port(): number {
    return (this.#servers[0]?.address() as AddressInfo).port
  }

  /** Where the browser is sent back to; has to stand among the app registration's redirect addresses. */
  get redirect(): string {
    return `http://localhost:${this.port}/`
  }

  /** The address of the consent page. It holds no secret. */
  urlFor(settings: Office365Settings): string {
    return consentUrl(settings, this.redirect, this.#state)
  }

  /**
   * Takes what a browser came back with: its address. True if it belongs to this consent, whatever it says; also for an
   * address that an operator copied from a browser on another machine.
   */
  take(address: string): boolean {
    if (!URL.canParse(address)) return false
    const query = new URL(address).searchParams
    if (query.getAll('state').length !== 1 || !same(query.get('state') ?? '', this.#state)) return false
    this.#finish(this.#outcome(query))
    return true
  }

  close(): void {
    for (const server of this.#servers) {
      server.close()
      server.closeAllConnections()
    }
  }

  #outcome(query: URLSearchParams): ConsentAnswer | ProviderError {
    try {
      return consentOutcome(this.#directory, query)
    } catch (error) {
      return error as ProviderError
    }
  }

  #listen(host: string, port: number): Promise<void> {
    const server = createServer((request, response) => this.#serve(request, response))
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          new ProviderError(
            'provider-unavailable',
            `port ${port} of ${host} can't be listened on (${error.code}); choose another by --port`,
          ),
        ),
      )
      server.listen(port, host, () => {
        this.#servers.push(server)
        resolve()
      })
    })
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    // Another site's page could be made to look like localhost by its name server; it can't choose the Host field.
    const local = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(request.headers.host ?? '')
    const path = request.url ?? '/'
    if (!local || request.method !== 'GET' || !/^\/(\?|$)/.test(path)) return page(response, 404, pages.nothing)
    if (!this.take(`http://localhost${path}`)) return page(response, 400, pages.stranger)
    const refused = this.#outcome(new URL(path, 'http://localhost').searchParams) instanceof ProviderError
    return page(response, 200, refused ? pages.refused : pages.granted)
  }
}

interface ConsentPage {
  readonly title: string
  readonly happened: string
  /** Whoever consents is often not the one at the terminal. */
  readonly next: string
}

const pages = {
  granted: {
    title: 'Consent was given',
    happened:
      'Namesake may now read the users and groups of your organisation. It can change nothing, and reads no mail.',
    next: 'Whoever started "namesake authorize" sees there whether reading works. You can close this page.',
  },
  refused: {
    title: 'Consent was not given',
    happened: 'Microsoft sent back a refusal, so nothing was granted and nothing has changed.',
    next: 'The reason is shown where "namesake authorize" was started. If this was not meant, start it again there, and sign in as an administrator who may consent for the whole organisation.',
  },
  stranger: {
    title: 'This is not the answer that is waited for',
    happened: 'The address belongs to another attempt, or to none.',
    next: 'Start again with the address that "namesake authorize" shows.',
  },
  nothing: { title: 'There is nothing here', happened: 'This page belongs to "namesake authorize".', next: '' },
} as const satisfies Record<string, ConsentPage>

const style =
  ':root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:12vh auto;padding:0 1em}h1{font-size:1.5em}'

/** Never shows what came with the request. */
function page(response: ServerResponse, status: number, { title, happened, next }: ConsentPage): void {
  const hash = createHash('sha256').update(style).digest('base64')
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'`,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  })
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`
  response.end(
    `<!doctype html><html lang="en"><head>${head}<title>Namesake: ${title}</title><style>${style}</style></head>` +
      `<body><main><h1>${title}</h1><p>${happened}</p><p>${next}</p></main></body></html>\n`,
  )
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
