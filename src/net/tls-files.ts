/** Certificates, read again when they change. */

/** Certificates on files: read at start, read again when they change, so that a renewed one needs no restart. */
import { readFileSync, statSync } from 'node:fs'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { SecureContext } from 'node:tls'
import type { Socket } from 'node:net'
import { NamesakeError } from '../errors.ts'

/** TLS of a listener. Paths, not contents: the files are read again when they change. */
export interface ListenerTls {
  readonly mode: 'starttls' | 'implicit'
  readonly certificate: string
  readonly key: string
  /** Further ones, by the server name that a client asks for: in lower case and ASCII, `*` for one first label. */
  readonly certificates: readonly {
    readonly names: readonly string[]
    readonly certificate: string
    readonly key: string
  }[]
  /** Authorities whose client certificates let a client relay; null asks for none. */
  readonly clientCa: string | null
}

/** Paths of PEM files; null for none. */
export interface TlsPaths {
  readonly certificate: string | null
  readonly key: string | null
  readonly ca: string | null
}

/** How often the files are looked at (ms). */
const lookEvery = 2000

/** A secure context that follows its files. */
export class TlsFiles {
  context: SecureContext
  readonly #paths: TlsPaths
  readonly #sessions: string | null
  readonly #onFault: (error: string) => void
  #seen: string
  readonly #timer: NodeJS.Timeout

  /**
   * Reads the files. `onFault` is told of files that can't be used later; those before stay in use then. `sessions`
   * names what TLS sessions are resumed in (at most 32 octets): a listener takes none of another's. Without a name a
   * server that asks for certificates fails at each resumption.
   *
   * @throws NamesakeError `listen-failed` if they can't be used now
   */
  constructor(paths: TlsPaths, onFault: (error: string) => void, sessions: string | null = null) {
    this.#paths = paths
    this.#sessions = sessions
    this.#onFault = onFault
    try {
      this.#seen = stateOf(paths)
      this.context = contextOf(paths, sessions)
    } catch (error) {
      throw new NamesakeError('listen-failed', `reading TLS files: ${(error as Error).message}`, { cause: error })
    }
    this.#timer = setInterval(() => this.#look(), lookEvery)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    try {
      const state = stateOf(this.#paths)
      if (state === this.#seen) return
      this.#seen = state
      this.context = contextOf(this.#paths, this.#sessions)
    } catch (error) {
      this.#onFault((error as Error).message)
    }
  }
}

function pathsOf(paths: TlsPaths): string[] {
  return [paths.certificate, paths.key, paths.ca].filter((path) => path !== null)
}

function stateOf(paths: TlsPaths): string {
  return pathsOf(paths)
    .map((path) => {
      const { mtimeMs, size, ino } = statSync(path)
      return `${path} ${mtimeMs} ${size} ${ino}`
    })
    .join('\n')
}

function contextOf({ certificate, key, ca }: TlsPaths, sessions: string | null): SecureContext {
  return createSecureContext({
    minVersion: 'TLSv1.2',
    ...(sessions === null ? {} : { sessionIdContext: sessions }),
    ...(certificate === null ? {} : { cert: readFileSync(certificate) }),
    ...(key === null ? {} : { key: readFileSync(key) }),
    ...(ca === null ? {} : { ca: readFileSync(ca) }),
  })
}

/** Which certificate a client gets by the server name that it asks for (SNI, RFC 6066 section 3). */
export class ServerNames {
  readonly #files = new Map<string, TlsFiles>()

  add(names: readonly string[], files: TlsFiles): void {
    for (const name of names) this.#files.set(name, files)
  }

  /** What stands for this name: itself, or `*` in place of its first label (RFC 9525 section 6.3). */
  find(asked: string): SecureContext | undefined {
    const name = asked.toLowerCase().replace(/\.$/, '')
    const files = this.#files.get(name) ?? this.#files.get(`*${name.slice(name.indexOf('.'))}`)
    return files?.context
  }
}

/** What a listener's clients are secured with. */
export interface ServerTls {
  readonly files: TlsFiles
  /** Other certificates, by server name; null if there are none. */
  readonly names: ServerNames | null
  readonly mode: 'starttls' | 'implicit'
  /** Whether a client certificate is asked for. */
  readonly asksCertificate: boolean
}

/**
 * Puts TLS on a client's connection. Calls `done` once: with the secured socket and whether the client showed a
 * certificate that one of our authorities signed, or with the error, the connection being destroyed then.
 */
export function secureClient(
  socket: Socket,
  { files, names, asksCertificate }: ServerTls,
  done: (result: { socket: TLSSocket; certified: boolean } | { error: string }) => void,
): TLSSocket {
  const secured = new TLSSocket(socket, {
    isServer: true,
    secureContext: files.context,
    requestCert: asksCertificate,
    // Without a context the one above stays.
    ...(names !== null && { SNICallback: (name, answer) => answer(null, names.find(name)) }),
    // Who has none may still talk; what it may do is decided by `certified`.
    rejectUnauthorized: false,
  })
  let over = false
  const fail = (error: string): void => {
    if (over) return
    over = true
    secured.destroy()
    done({ error })
  }
  secured.once('secure', () => {
    if (over) return
    over = true
    done({ socket: secured, certified: asksCertificate && isCertified(secured) })
  })
  secured.on('error', (error: Error) => fail(error.message))
  // An end is only noticed by who reads; nothing but the handshake can come before 'secure'.
  secured.once('end', () => fail('the client closed the connection during the handshake'))
  secured.resume()
  secured.once('close', () => fail('the client closed the connection during the handshake'))
  return secured
}

/** Whether the peer's certificate chain holds. A socket outside a tls.Server keeps the outcome on its handle only. */
function isCertified(secured: TLSSocket): boolean {
  const { verifyError } = (secured as unknown as { ssl: { verifyError?: () => Error | null } | null }).ssl ?? {}
  const shown = secured.getPeerX509Certificate()
  if (shown === undefined || verifyError === undefined) return false
  return verifyError.call((secured as unknown as { ssl: unknown }).ssl) === null
}
